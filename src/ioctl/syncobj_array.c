/* SPDX-License-Identifier: MIT */
/* Arrays of handles and points that programs give. */
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"

void *syncobj_array_alloc(u32 count, size_t size)
{
	return count > SYNCOBJ_ARRAY_MAX / size
		       ? NULL
		       : kcalloc(count, size, GFP_KERNEL);
}

/* An array of the program's. ERR_PTR: -ENOMEM, -EFAULT. */
static void *copy_array(u64 from, u32 count, size_t size)
{
	void *array = syncobj_array_alloc(count, size);

	if (!array) {
		return ERR_PTR(-ENOMEM);
	}
	if (copy_from_user(array, from, count * size)) {
		kfree(array);
		return ERR_PTR(-EFAULT);
	}
	return array;
}

void syncobj_array_put(struct drm_syncobj **syncobjs, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		drm_syncobj_put(syncobjs[i]);
	}
	kfree(syncobjs);
}

static int find_all(struct drm_file *file, const u32 *handles, u32 count,
		    struct drm_syncobj ***out)
{
	struct drm_syncobj **syncobjs =
		syncobj_array_alloc(count, sizeof(*syncobjs));

	if (!syncobjs) {
		return -ENOMEM;
	}
	for (u32 i = 0; i < count; i++) {
		syncobjs[i] = drm_syncobj_find(file, handles[i]);
		if (!syncobjs[i]) {
			syncobj_array_put(syncobjs, i);
			return -ENOENT;
		}
	}
	*out = syncobjs;
	return 0;
}

int syncobj_array_find(struct drm_file *file, u64 handles, u32 count,
		       struct drm_syncobj ***syncobjs)
{
	u32 *copy = copy_array(handles, count, sizeof(*copy));
	int ret;

	if (IS_ERR(copy)) {
		return (int)PTR_ERR(copy);
	}
	ret = find_all(file, copy, count, syncobjs);
	kfree(copy);
	return ret;
}

int syncobj_array_points(u64 points, u32 count, u64 **out)
{
	u64 *array;

	if (!points) {
		array = syncobj_array_alloc(count, sizeof(*array));
		array = array ? array : ERR_PTR(-ENOMEM);
	} else {
		array = copy_array(points, count, sizeof(*array));
	}
	if (IS_ERR(array)) {
		return (int)PTR_ERR(array);
	}
	*out = array;
	return 0;
}
