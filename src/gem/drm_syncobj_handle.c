/* SPDX-License-Identifier: MIT */
/* How programs name syncobjs: handles in an open device, and fds. Each has a
 * reference. */
#include <errno.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/anon_file.h>

#include "internal.h"

void drm_syncobj_open(struct drm_file *file)
{
	spin_lock_init(&file->syncobj_table_lock);
	idr_init(&file->syncobj_idr, 1);
}

void drm_syncobj_release(struct drm_file *file)
{
	struct drm_syncobj *syncobj;
	u32 handle;

	/* Nobody else has the file any more. */
	idr_for_each_entry (&file->syncobj_idr, syncobj, handle) {
		idr_remove(&file->syncobj_idr, handle);
		drm_syncobj_put(syncobj);
	}
}

struct drm_syncobj *drm_syncobj_find(struct drm_file *file, u32 handle)
{
	struct drm_syncobj *syncobj;

	spin_lock(&file->syncobj_table_lock);
	syncobj = idr_find(&file->syncobj_idr, handle);
	if (syncobj) {
		drm_syncobj_get(syncobj);
	}
	spin_unlock(&file->syncobj_table_lock);
	return syncobj;
}

int drm_syncobj_get_handle(struct drm_file *file, struct drm_syncobj *syncobj,
			   u32 *handle)
{
	int ret;

	drm_syncobj_get(syncobj);
	spin_lock(&file->syncobj_table_lock);
	ret = idr_alloc(&file->syncobj_idr, syncobj);
	spin_unlock(&file->syncobj_table_lock);
	if (ret < 0) {
		drm_syncobj_put(syncobj);
		return ret;
	}
	*handle = (u32)ret;
	return 0;
}

int drm_syncobj_destroy(struct drm_file *file, u32 handle)
{
	struct drm_syncobj *syncobj;

	spin_lock(&file->syncobj_table_lock);
	syncobj = idr_find(&file->syncobj_idr, handle);
	if (syncobj) {
		idr_remove(&file->syncobj_idr, handle);
	}
	spin_unlock(&file->syncobj_table_lock);
	if (!syncobj) {
		return -EINVAL;
	}
	drm_syncobj_put(syncobj);
	return 0;
}

/**
 * struct syncobj_file - an fd of a syncobj
 */
struct syncobj_file {
	struct anon_file file;
	struct drm_syncobj *syncobj; /* referenced; constant */
};

static void syncobj_file_release(struct anon_file *file)
{
	struct syncobj_file *syncobj_file =
		container_of(file, struct syncobj_file, file);

	drm_syncobj_put(syncobj_file->syncobj);
	kfree(syncobj_file);
}

static const struct anon_file_ops syncobj_file_ops = {
	.name = "syncobj_file",
	.always_ready = true,
	.release = syncobj_file_release,
};

int drm_syncobj_get_fd(struct drm_syncobj *syncobj)
{
	struct syncobj_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file) {
		return -ENOMEM;
	}
	drm_syncobj_get(syncobj);
	file->syncobj = syncobj;
	return anon_file_give(&file->file, &syncobj_file_ops, true);
}

struct drm_syncobj *drm_syncobj_from_fd(int fd)
{
	struct anon_file *file = anon_file_get(fd, &syncobj_file_ops);
	struct drm_syncobj *syncobj;

	if (IS_ERR(file)) {
		return PTR_ERR(file) == -EBADF ? ERR_PTR(-EINVAL)
					       : ERR_CAST(file);
	}
	syncobj = container_of(file, struct syncobj_file, file)->syncobj;
	drm_syncobj_get(syncobj);
	anon_file_put(file);
	return syncobj;
}
