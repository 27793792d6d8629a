/* SPDX-License-Identifier: MIT */
/**
 * DOC: masters and magic
 *
 * The first to open a primary node becomes master, which makes a drm_master;
 * those who open it while there is one belong to it. A client that is neither
 * privileged nor master is let in when the master presents the client's magic.
 * All of it is guarded by drm_device.master_mutex.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"

static struct drm_master *master_create(void)
{
	struct drm_master *master = kzalloc(sizeof(*master), GFP_KERNEL);

	if (!master) {
		return NULL;
	}
	kref_init(&master->refcount);
	idr_init(&master->magic_map, 1);
	return master;
}

static void master_destroy(struct kref *ref)
{
	struct drm_master *master =
		container_of(ref, struct drm_master, refcount);

	idr_destroy(&master->magic_map);
	kfree(master->unique);
	kfree(master);
}

static struct drm_master *master_get(struct drm_master *master)
{
	kref_get(&master->refcount);
	return master;
}

static void master_put(struct drm_master **master)
{
	if (*master) {
		kref_put(&(*master)->refcount, master_destroy);
		*master = NULL;
	}
}

static bool is_current_master(struct drm_file *file)
{
	lockdep_assert_held(&file->minor->dev->master_mutex);
	return file->is_master && file->minor->dev->master == file->master;
}

static void set_master(struct drm_device *dev, struct drm_file *file)
{
	dev->master = master_get(file->master);
	file->was_master = true;
}

/* Make a file master of a kingdom of its own. */
static int new_master(struct drm_device *dev, struct drm_file *file)
{
	struct drm_master *master = master_create();

	lockdep_assert_held(&dev->master_mutex);
	if (!master) {
		return -ENOMEM;
	}
	master_put(&file->master);
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
		file->master = master_get(dev->master);
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
	master_put(&file->magic_master);
}

void drm_master_release(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;

	mutex_lock(&dev->master_mutex);
	if (file->magic) {
		put_magic(file);
	}
	if (is_current_master(file)) {
		master_put(&dev->master);
	}
	master_put(&file->master);
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
	if (is_current_master(file)) {
		master_put(&dev->master);
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
			file->magic_master = master_get(file->master);
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
