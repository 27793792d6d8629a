/* SPDX-License-Identifier: MIT */
/**
 * DOC: masters and magic
 *
 * The first to open a primary node becomes master, which makes a drm_master;
 * those who open it while there is one belong to it. A client that is neither
 * privileged nor master is let in when the master presents the client's magic.
 * A lessee's file is master as long as its owner is (src/kms/drm_lease.c).
 * All of it is guarded by drm_device.master_mutex.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"

struct drm_master *drm_master_create(struct drm_device *dev)
{
	struct drm_master *master = kzalloc(sizeof(*master), GFP_KERNEL);

	if (!master) {
		return NULL;
	}
	kref_init(&master->refcount);
	master->dev = dev;
	idr_init(&master->magic_map, 1);
	INIT_LIST_HEAD(&master->lessee_list);
	INIT_LIST_HEAD(&master->lessees);
	idr_init(&master->leases, 0);
	idr_init(&master->lessee_idr, 1);
	return master;
}

static void master_destroy(struct kref *ref)
{
	struct drm_master *master =
		container_of(ref, struct drm_master, refcount);
	const struct drm_kms_hooks *hooks = master->dev->mode_config.hooks;

	if (hooks) {
		hooks->master_destroy(master);
	}
	idr_destroy(&master->magic_map);
	idr_destroy(&master->leases);
	idr_destroy(&master->lessee_idr);
	kfree(master->unique);
	kfree(master);
}

struct drm_master *drm_master_get(struct drm_master *master)
{
	kref_get(&master->refcount);
	return master;
}

void drm_master_put(struct drm_master **master)
{
	if (*master) {
		kref_put(&(*master)->refcount, master_destroy);
		*master = NULL;
	}
}

static bool is_current_master(struct drm_file *file)
{
	lockdep_assert_held(&file->minor->dev->master_mutex);
	return file->is_master &&
	       drm_lease_owner(file->master) == file->minor->dev->master;
}

static void set_master(struct drm_device *dev, struct drm_file *file)
{
	dev->master = drm_master_get(file->master);
	file->was_master = true;
}

/* Make a file master of a kingdom of its own. */
static int new_master(struct drm_device *dev, struct drm_file *file)
{
	struct drm_master *master = drm_master_create(dev);

	lockdep_assert_held(&dev->master_mutex);
	if (!master) {
		return -ENOMEM;
	}
	drm_master_put(&file->master);
	file->master = master;
	file->is_master = true;
	file->authenticated = true;
	set_master(dev, file);
	return 0;
}

int drm_master_open(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	int ret = 0;

	mutex_lock(&dev->master_mutex);
	if (dev->master) {
		file->master = drm_master_get(dev->master);
	} else {
		ret = new_master(dev, file);
	}
	mutex_unlock(&dev->master_mutex);
	return ret;
}

/* A file that became a master of its own since it got its number gives back
 * that number of its own map, whoever has it there; in the old map it stays
 * taken. Programs see numbers, so it is done as Linux does it. */
static void put_magic(struct drm_file *file)
{
	struct idr *map = &file->magic_master->magic_map;

	if (file->magic_master != file->master &&
	    idr_find(map, file->magic) == file) {
		idr_replace(map, NULL, file->magic);
	}
	idr_remove(&file->master->magic_map, file->magic);
	drm_master_put(&file->magic_master);
}

void drm_master_release(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;

	mutex_lock(&dev->master_mutex);
	if (file->magic) {
		put_magic(file);
	}
	if (is_current_master(file) && dev->master == file->master) {
		drm_master_put(&dev->master);
	}
	if (dev->mode_config.hooks && file->is_master) {
		dev->mode_config.hooks->master_release(file->master);
	}
	drm_master_put(&file->master);
	mutex_unlock(&dev->master_mutex);
}

struct drm_master *drm_file_get_master(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_master *master;

	mutex_lock(&dev->master_mutex);
	master = drm_master_get(file->master);
	mutex_unlock(&dev->master_mutex);
	return master;
}

void drm_master_lease(struct drm_file *file, struct drm_master *lessee)
{
	struct drm_device *dev = file->minor->dev;

	mutex_lock(&dev->master_mutex);
	/* It can have become master, should the lessor just have ceased to be
	 * it. */
	if (file->is_master) {
		drm_master_put(&dev->master);
	}
	drm_master_put(&file->master);
	file->master = lessee;
	file->lease = lessee;
	file->is_master = true;
	file->authenticated = true;
	mutex_unlock(&dev->master_mutex);
}

bool drm_is_current_master(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	bool ret;

	mutex_lock(&dev->master_mutex);
	ret = is_current_master(file);
	mutex_unlock(&dev->master_mutex);
	return ret;
}

bool drm_is_authenticated(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	bool ret;

	mutex_lock(&dev->master_mutex);
	ret = file->authenticated;
	mutex_unlock(&dev->master_mutex);
	return ret;
}

/* May the current task change who is master through this file? Whoever opened
 * it may hand back and forth what it once had. */
static int check_master_perm(struct drm_file *file)
{
	bool its_own;

	mutex_lock(&file->minor->dev->master_mutex);
	its_own = file->was_master && file->pid == current_task()->pid;
	mutex_unlock(&file->minor->dev->master_mutex);
	return its_own || capable(CAP_SYS_ADMIN) ? 0 : -EACCES;
}

int drm_set_master(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	int ret;

	ret = check_master_perm(file);
	if (ret) {
		return ret;
	}
	mutex_lock(&dev->master_mutex);
	if (is_current_master(file)) {
		goto out;
	}
	if (dev->master) {
		ret = -EBUSY;
	} else if (!file->master) {
		ret = -EINVAL;
	} else if (!file->is_master) {
		ret = new_master(dev, file);
	} else if (file->lease) {
		ret = -EINVAL;
	} else {
		set_master(dev, file);
	}
out:
	mutex_unlock(&dev->master_mutex);
	return ret;
}

int drm_drop_master(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	int ret;

	ret = check_master_perm(file);
	if (ret) {
		return ret;
	}
	mutex_lock(&dev->master_mutex);
	if (is_current_master(file) && !file->lease) {
		drm_master_put(&dev->master);
	} else {
		ret = -EINVAL;
	}
	mutex_unlock(&dev->master_mutex);
	return ret;
}

int drm_get_magic(struct drm_file *file, u32 *magic)
{
	struct drm_device *dev = file->minor->dev;
	int ret = 0;

	mutex_lock(&dev->master_mutex);
	if (!file->magic) {
		ret = idr_alloc(&file->master->magic_map, file);
		if (ret > 0) {
			file->magic = (u32)ret;
			file->magic_master = drm_master_get(file->master);
			ret = 0;
		}
	}
	*magic = file->magic;
	mutex_unlock(&dev->master_mutex);
	return ret;
}

int drm_auth_magic(struct drm_file *file, u32 magic)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_file *other;

	mutex_lock(&dev->master_mutex);
	other = idr_find(&file->master->magic_map, magic);
	if (other) {
		other->authenticated = true;
		/* Presented once: taken, but not found again. */
		idr_replace(&file->master->magic_map, NULL, magic);
	}
	mutex_unlock(&dev->master_mutex);
	return other ? 0 : -EINVAL;
}
