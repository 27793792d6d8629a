/* SPDX-License-Identifier: MIT */
/**
 * DOC: leases
 *
 * A master can lease CRTCs, connectors and planes. The lessee is a master of
 * its own, of one open file, and finds only what was leased to it; it may set
 * that while its owner, from whom all comes, is the current master. A lessee
 * cannot lease on.
 *
 * A lessee has a reference to its lessor, which lists it, and the owner knows
 * the numbers of all. All of that, and what is leased, is guarded by
 * mode_config.idr_mutex, as the objects' numbers are. A lease that is revoked
 * is empty; it still has its number until the lessee's file is closed.
 */
#include <drm/drm_sysfs.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* A lease only says which numbers are in it. */
static char leased;

static bool is_leased_to(struct drm_master *master, u32 id)
{
	lockdep_assert_held(&master->dev->mode_config.idr_mutex);
	return !master->lessor || idr_find(&master->leases, id);
}

bool _drm_lease_held(struct drm_file *file, u32 id)
{
	return !file || !file->lease || is_leased_to(file->lease, id);
}

bool drm_lease_held(struct drm_file *file, u32 id)
{
	struct drm_mode_config *config;
	bool held;

	if (!file || !file->lease) {
		return true;
	}
	config = &file->minor->dev->mode_config;
	mutex_lock(&config->idr_mutex);
	held = _drm_lease_held(file, id);
	mutex_unlock(&config->idr_mutex);
	return held;
}

u32 drm_lease_filter_crtcs(struct drm_file *file, u32 crtcs)
{
	struct drm_mode_config *config;
	unsigned int theirs = 0;
	struct drm_crtc *crtc;
	u32 filtered = 0;

	if (!file || !file->lease) {
		return crtcs;
	}
	config = &file->minor->dev->mode_config;
	mutex_lock(&config->idr_mutex);
	list_for_each_entry (crtc, &config->crtc_list, head) {
		if (_drm_lease_held(file, crtc->base.id)) {
			if (crtcs & drm_crtc_mask(crtc)) {
				filtered |= 1u << theirs;
			}
			theirs++;
		}
	}
	mutex_unlock(&config->idr_mutex);
	return filtered;
}

/* Has a master leased an object to somebody? */
static bool has_leased(struct drm_master *lessor, u32 id)
{
	struct drm_master *lessee;

	list_for_each_entry (lessee, &lessor->lessees, lessee_list) {
		if (is_leased_to(lessee, id)) {
			return true;
		}
	}
	return false;
}

/* Make a lease of a CRTC's planes, for a program that knows of none. */
static int add_planes(struct idr *leases, const struct drm_crtc *crtc)
{
	int ret = idr_alloc_at(leases, &leased, crtc->primary->base.id);

	if (!ret && crtc->cursor) {
		ret = idr_alloc_at(leases, &leased, crtc->cursor->base.id);
	}
	return ret;
}

/* Put the objects' numbers into a lease, if they can be one. */
static int add_objects(struct idr *leases, struct drm_mode_object **objects,
		       u32 count, bool universal_planes)
{
	bool crtc = false, connector = false, plane = false;
	int ret = 0;

	for (u32 i = 0; i < count; i++) {
		crtc |= objects[i]->type == DRM_MODE_OBJECT_CRTC;
		connector |= objects[i]->type == DRM_MODE_OBJECT_CONNECTOR;
		plane |= objects[i]->type == DRM_MODE_OBJECT_PLANE;
	}
	if (!crtc || !connector || (universal_planes && !plane)) {
		return -EINVAL;
	}
	for (u32 i = 0; i < count && !ret; i++) {
		ret = idr_alloc_at(leases, &leased, objects[i]->id);
		if (!ret && objects[i]->type == DRM_MODE_OBJECT_CRTC &&
		    !universal_planes) {
			ret = add_planes(leases, obj_to_crtc(objects[i]));
		}
	}
	return ret;
}

int drm_lease_fill(struct drm_file *file, const u32 *ids, u32 count,
		   struct idr *leases)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_mode_object **objects;
	u32 found = 0;
	int ret = 0;

	objects = count > DRM_LEASE_MAX_OBJECTS
			  ? NULL
			  : kcalloc(count, sizeof(*objects), GFP_KERNEL);
	if (!objects) {
		return -ENOMEM;
	}
	for (; found < count && !ret; found++) {
		objects[found] = drm_mode_object_find(dev, file, ids[found],
						      DRM_MODE_OBJECT_ANY);
		if (!objects[found]) {
			ret = -ENOENT;
			break;
		}
		if (!drm_mode_object_lease_required(objects[found]->type)) {
			ret = -EINVAL;
		}
	}
	if (!ret) {
		ret = add_objects(leases, objects, count,
				  file->universal_planes);
	}
	while (found--) {
		drm_mode_object_put(objects[found]);
	}
	kfree(objects);
	return ret;
}

/* Nobody else has them, and they are still there. */
static int check_free(struct drm_master *lessor, const struct idr *leases)
{
	void *entry;
	u32 id;

	idr_for_each_entry (leases, entry, id) {
		if (!idr_find(&lessor->dev->mode_config.object_idr, id)) {
			return -ENOENT;
		}
		if (has_leased(lessor, id)) {
			return -EBUSY;
		}
	}
	return 0;
}

struct drm_master *drm_lease_create(struct drm_master *lessor,
				    struct idr *leases)
{
	struct drm_device *dev = lessor->dev;
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_master *lessee = drm_master_create(dev);
	int ret;

	if (!lessee) {
		return ERR_PTR(-ENOMEM);
	}
	mutex_lock(&config->idr_mutex);
	ret = check_free(lessor, leases);
	if (!ret) {
		ret = idr_alloc(&drm_lease_owner(lessor)->lessee_idr, lessee);
	}
	if (ret > 0) {
		lessee->lessee_id = ret;
		lessee->lessor = drm_master_get(lessor);
		list_add_tail(&lessee->lessee_list, &lessor->lessees);
		lessee->leases = *leases;
		idr_init(leases, 0);
	}
	mutex_unlock(&config->idr_mutex);
	if (ret < 0) {
		drm_master_put(&lessee);
		return ERR_PTR(ret);
	}
	return lessee;
}

void drm_lease_destroy(struct drm_master *master)
{
	struct drm_device *dev = master->dev;

	mutex_lock(&dev->mode_config.idr_mutex);
	/* Each lessee has a reference. */
	WARN_ON(!list_empty(&master->lessees));
	if (master->lessor) {
		idr_remove(&drm_lease_owner(master)->lessee_idr,
			   (u32)master->lessee_id);
		list_del_init(&master->lessee_list);
	}
	mutex_unlock(&dev->mode_config.idr_mutex);
	if (master->lessor) {
		drm_sysfs_lease_event(dev);
		drm_master_put(&master->lessor);
	}
}

/* As there are no leases of what was leased, the lessees of an owner are all
 * there are below it. */
static void revoke_locked(struct drm_master *top)
{
	struct drm_master *lessee;

	lockdep_assert_held(&top->dev->mode_config.idr_mutex);
	idr_destroy(&top->leases);
	list_for_each_entry (lessee, &top->lessees, lessee_list) {
		idr_destroy(&lessee->leases);
	}
}

void drm_lease_revoke(struct drm_master *top)
{
	mutex_lock(&top->dev->mode_config.idr_mutex);
	revoke_locked(top);
	mutex_unlock(&top->dev->mode_config.idr_mutex);
}

int drm_lease_revoke_id(struct drm_master *lessor, u32 lessee_id)
{
	struct drm_mode_config *config = &lessor->dev->mode_config;
	struct drm_master *lessee;
	int ret = 0;

	mutex_lock(&config->idr_mutex);
	lessee = idr_find(&drm_lease_owner(lessor)->lessee_idr, lessee_id);
	if (!lessee) {
		ret = -ENOENT;
	} else if (lessee->lessor != lessor) {
		ret = -EACCES;
	} else {
		revoke_locked(lessee);
	}
	mutex_unlock(&config->idr_mutex);
	return ret;
}

int drm_lease_list(struct drm_master *lessor, u32 **ids, u32 *count)
{
	struct drm_mode_config *config = &lessor->dev->mode_config;
	struct drm_master *lessee;
	u32 n = 0;

	mutex_lock(&config->idr_mutex);
	list_for_each_entry (lessee, &lessor->lessees, lessee_list) {
		n += !idr_is_empty(&lessee->leases);
	}
	*count = n;
	*ids = kcalloc(n, sizeof(**ids), GFP_KERNEL);
	n = 0;
	list_for_each_entry (lessee, &lessor->lessees, lessee_list) {
		/* What was revoked is not told. */
		if (*ids && !idr_is_empty(&lessee->leases)) {
			(*ids)[n++] = (u32)lessee->lessee_id;
		}
	}
	mutex_unlock(&config->idr_mutex);
	return *ids || !*count ? 0 : -ENOMEM;
}

int drm_lease_objects(struct drm_master *master, u32 **ids, u32 *count)
{
	struct drm_mode_config *config = &master->dev->mode_config;
	const struct idr *objects =
		master->lessor ? &master->leases : &config->object_idr;
	void *entry;
	u32 id, n = 0;

	mutex_lock(&config->idr_mutex);
	*ids = kcalloc(objects->count, sizeof(**ids), GFP_KERNEL);
	idr_for_each_entry (objects, entry, id) {
		if (*ids) {
			(*ids)[n] = id;
		}
		n++;
	}
	mutex_unlock(&config->idr_mutex);
	*count = n;
	return *ids || !n ? 0 : -ENOMEM;
}
