/* SPDX-License-Identifier: MIT */
/**
 * DOC: open files
 *
 * drm_open() makes a file with one reference, which stands for its fd. Each
 * mapping made through it has one more. drm_close() drops the fd's; the last
 * one to go runs drm_release(), which takes things back in the kernel's order:
 * what it has of the display, handles of syncobjs and of buffers, mastership, the driver's own, the PRIME
 * table. A file has a reference to its device.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"

static void free_file(struct drm_file *file)
{
	drm_prime_destroy_file_private(&file->prime);
	idr_destroy(&file->object_idr);
	mutex_destroy(&file->table_lock);
	idr_destroy(&file->syncobj_idr);
	mutex_destroy(&file->syncobj_table_lock);
	u64map_destroy(&file->mappings);
	mutex_destroy(&file->mappings_lock);
	kfree(file);
}

struct drm_file *drm_open(struct drm_minor *minor)
{
	/* 0 is the id of dma-bufs among the holders of a file. */
	static atomic_ullong next_id = FILE_HOLDER_DMA_BUF + 1;
	struct drm_device *dev = minor->dev;
	const struct drm_kms_hooks *hooks = dev->mode_config.hooks;
	struct drm_file *file;
	int ret;

	if (!dev->registered) {
		return ERR_PTR(-ENODEV);
	}
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file) {
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&file->refcount);
	file->id = atomic_fetch_add(&next_id, 1);
	file->minor = minor;
	file->pid = current_task()->pid;
	file->authenticated = capable(CAP_SYS_ADMIN);
	mutex_init(&file->table_lock);
	idr_init(&file->object_idr, 1);
	drm_syncobj_open(file);
	mutex_init(&file->mappings_lock);
	drm_prime_init_file_private(&file->prime);
	if (hooks) {
		hooks->file_open(file);
	}

	if (dev->driver->open) {
		ret = dev->driver->open(dev, file);
		if (ret) {
			goto err_free;
		}
	}
	if (drm_is_primary_client(file)) {
		ret = drm_master_open(file);
		if (ret) {
			goto err_close;
		}
	}
	drm_dev_get(dev);
	mutex_lock(&dev->filelist_mutex);
	list_add_tail(&file->node, &dev->filelist);
	mutex_unlock(&dev->filelist_mutex);
	return file;

err_close:
	if (dev->driver->postclose) {
		dev->driver->postclose(dev, file);
	}
err_free:
	if (hooks) {
		hooks->file_release(file);
	}
	free_file(file);
	return ERR_PTR(ret);
}

static void drm_release(struct kref *ref)
{
	struct drm_file *file = container_of(ref, struct drm_file, refcount);
	struct drm_device *dev = file->minor->dev;

	mutex_lock(&dev->filelist_mutex);
	list_del_init(&file->node);
	mutex_unlock(&dev->filelist_mutex);
	if (dev->mode_config.hooks) {
		dev->mode_config.hooks->file_release(file);
	}
	drm_syncobj_release(file);
	drm_gem_release(dev, file);
	if (drm_is_primary_client(file)) {
		drm_master_release(file);
	}
	if (dev->driver->postclose) {
		dev->driver->postclose(dev, file);
	}
	free_file(file);
	drm_dev_put(dev);
}

void drm_file_get(struct drm_file *file)
{
	kref_get(&file->refcount);
}

void drm_file_put(struct drm_file *file)
{
	kref_put(&file->refcount, drm_release);
}

void drm_close(struct drm_file *file)
{
	drm_gem_mapping_settle_all(file);
	drm_file_put(file);
}
