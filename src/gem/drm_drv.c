/* SPDX-License-Identifier: MIT */
/**
 * DOC: devices and their nodes
 *
 * A device is referenced by who made it, by each open file and by each of its
 * objects that is exported. Its nodes are found by minor number from
 * drm_dev_register() to drm_dev_unregister(); minors_lock guards that table.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

#define RENDER_MINOR_BASE 128
/* A driver has at most 64 nodes of a kind, as in the kernel's numbering. */
#define MINORS_PER_TYPE 64

static DEFINE_MUTEX(minors_lock);
static struct drm_minor *minors[2][MINORS_PER_TYPE]; /* minors_lock */

struct drm_device *drm_dev_alloc(const struct drm_driver *driver,
				 struct device *parent)
{
	struct drm_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev) {
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&dev->ref);
	dev->driver = driver;
	dev->driver_features = driver->driver_features;
	dev->dev = parent;
	dev->primary = (struct drm_minor){-1, DRM_MINOR_PRIMARY, dev};
	dev->render = (struct drm_minor){-1, DRM_MINOR_RENDER, dev};
	mutex_init(&dev->master_mutex);
	mutex_init(&dev->filelist_mutex);
	INIT_LIST_HEAD(&dev->filelist);
	mutex_init(&dev->object_name_lock);
	idr_init(&dev->object_name_idr, 1);
	mutex_init(&dev->objects_lock);
	INIT_LIST_HEAD(&dev->objects);
	mutex_init(&dev->vma_lock);
	drm_vma_offset_manager_init(&dev->vma_offsets);
	spin_lock_init(&dev->event_lock);
	INIT_LIST_HEAD(&dev->vblank_event_list);
	return dev;
}

static void dev_release(struct kref *ref)
{
	struct drm_device *dev = container_of(ref, struct drm_device, ref);

	if (dev->driver->release) {
		dev->driver->release(dev);
	}
	WARN_ON(!list_empty(&dev->objects));
	idr_destroy(&dev->object_name_idr);
	u64map_destroy(&dev->vma_nodes);
	mutex_destroy(&dev->master_mutex);
	mutex_destroy(&dev->filelist_mutex);
	mutex_destroy(&dev->object_name_lock);
	mutex_destroy(&dev->objects_lock);
	mutex_destroy(&dev->vma_lock);
	mutex_destroy(&dev->event_lock);
	kfree(dev);
}

void drm_dev_get(struct drm_device *dev)
{
	kref_get(&dev->ref);
}

void drm_dev_put(struct drm_device *dev)
{
	kref_put(&dev->ref, dev_release);
}

static int lowest_free(enum drm_minor_type type)
{
	lockdep_assert_held(&minors_lock);
	for (int i = 0; i < MINORS_PER_TYPE; i++) {
		if (!minors[type][i]) {
			return i;
		}
	}
	return -ENOSPC;
}

int drm_dev_register(struct drm_device *dev)
{
	bool renders = drm_core_check_feature(dev, DRIVER_RENDER);
	int primary, render = -1, ret = 0;

	mutex_lock(&minors_lock);
	primary = lowest_free(DRM_MINOR_PRIMARY);
	if (renders) {
		render = lowest_free(DRM_MINOR_RENDER);
	}
	if (primary < 0 || (renders && render < 0)) {
		ret = -ENOSPC;
		goto out;
	}
	dev->primary.index = primary;
	minors[DRM_MINOR_PRIMARY][primary] = &dev->primary;
	if (renders) {
		dev->render.index = RENDER_MINOR_BASE + render;
		minors[DRM_MINOR_RENDER][render] = &dev->render;
	}
	if (dev->mode_config.hooks) {
		dev->mode_config.hooks->dev_register(dev);
	}
	dev->registered = true;
out:
	mutex_unlock(&minors_lock);
	return ret;
}

void drm_dev_unregister(struct drm_device *dev)
{
	mutex_lock(&minors_lock);
	if (!atomic_exchange(&dev->registered, false)) {
		goto out;
	}
	if (dev->mode_config.hooks) {
		dev->mode_config.hooks->dev_unregister(dev);
	}
	minors[DRM_MINOR_PRIMARY][dev->primary.index] = NULL;
	if (dev->render.index >= 0) {
		minors[DRM_MINOR_RENDER]
		      [dev->render.index - RENDER_MINOR_BASE] = NULL;
	}
out:
	mutex_unlock(&minors_lock);
}

struct drm_minor *drm_minor_get(int index)
{
	enum drm_minor_type type = index >= RENDER_MINOR_BASE
					   ? DRM_MINOR_RENDER
					   : DRM_MINOR_PRIMARY;
	int i = type == DRM_MINOR_RENDER ? index - RENDER_MINOR_BASE : index;
	struct drm_minor *minor = NULL;

	if (i < 0 || i >= MINORS_PER_TYPE) {
		return NULL;
	}
	mutex_lock(&minors_lock);
	minor = minors[type][i];
	if (minor) {
		drm_dev_get(minor->dev);
	}
	mutex_unlock(&minors_lock);
	return minor;
}
