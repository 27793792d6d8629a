/* SPDX-License-Identifier: MIT */
/* Syncobjs, but for the waits. The order of checks is that of Linux 6.12. */
#include <linux/dma-fence-chain.h>
#include <linux/dma-fence-unwrap.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sync_file.h>
#include <uprime/host.h>

#include "internal.h"
#include "syncobj_args.h"

int drm_syncobj_create_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	struct drm_syncobj_create *args = data;
	struct drm_syncobj *syncobj;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->flags & ~(u32)DRM_SYNCOBJ_CREATE_SIGNALED) {
		return -EINVAL;
	}
	ret = drm_syncobj_create(&syncobj, args->flags, NULL);
	if (ret) {
		return ret;
	}
	ret = drm_syncobj_get_handle(file, syncobj, &args->handle);
	drm_syncobj_put(syncobj);
	return ret;
}

int drm_syncobj_destroy_ioctl(struct drm_device *dev, void *data,
			      struct drm_file *file)
{
	struct drm_syncobj_destroy *args = data;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->pad) {
		return -EINVAL;
	}
	return drm_syncobj_destroy(file, args->handle);
}

static int export_sync_file(struct drm_file *file, u32 handle)
{
	struct dma_fence *fence;
	int ret = drm_syncobj_find_fence(file, handle, 0, 0, &fence);

	if (ret) {
		return ret;
	}
	ret = sync_file_fd(fence, NULL, true);
	dma_fence_put(fence);
	return ret;
}

static int export_syncobj(struct drm_file *file, u32 handle)
{
	struct drm_syncobj *syncobj = drm_syncobj_find(file, handle);
	int ret;

	if (!syncobj) {
		return -EINVAL;
	}
	ret = drm_syncobj_get_fd(syncobj);
	drm_syncobj_put(syncobj);
	return ret;
}

int drm_syncobj_handle_to_fd_ioctl(struct drm_device *dev, void *data,
				   struct drm_file *file)
{
	const u32 as_sync_file =
		DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE;
	struct drm_syncobj_handle *args = data;
	int fd;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->pad || args->flags & ~as_sync_file) {
		return -EINVAL;
	}
	fd = args->flags & as_sync_file ? export_sync_file(file, args->handle)
					: export_syncobj(file, args->handle);
	if (fd < 0) {
		return fd;
	}
	args->fd = fd;
	return 0;
}

static int import_sync_file(struct drm_file *file, int fd, u32 handle)
{
	struct dma_fence *fence = sync_file_get_fence(fd);
	struct drm_syncobj *syncobj;

	if (!fence) {
		return -EINVAL;
	}
	syncobj = drm_syncobj_find(file, handle);
	if (syncobj) {
		drm_syncobj_replace_fence(syncobj, fence);
		drm_syncobj_put(syncobj);
	}
	dma_fence_put(fence);
	return syncobj ? 0 : -ENOENT;
}

static int import_syncobj(struct drm_file *file, int fd, u32 *handle)
{
	struct drm_syncobj *syncobj = drm_syncobj_from_fd(fd);
	int ret;

	if (IS_ERR(syncobj)) {
		return (int)PTR_ERR(syncobj);
	}
	ret = drm_syncobj_get_handle(file, syncobj, handle);
	drm_syncobj_put(syncobj);
	return ret;
}

int drm_syncobj_fd_to_handle_ioctl(struct drm_device *dev, void *data,
				   struct drm_file *file)
{
	const u32 of_sync_file =
		DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE;
	struct drm_syncobj_handle *args = data;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->pad || args->flags & ~of_sync_file) {
		return -EINVAL;
	}
	return args->flags & of_sync_file
		       ? import_sync_file(file, args->fd, args->handle)
		       : import_syncobj(file, args->fd, &args->handle);
}

/* Put a fence in a timeline, as a link of its own. */
static int add_point(struct drm_syncobj *syncobj, struct dma_fence *fence,
		     u64 point)
{
	/* A link holds no links. */
	struct dma_fence *flat = dma_fence_merge_fences(1, &fence);
	struct dma_fence_chain *chain;

	if (!flat) {
		return -ENOMEM;
	}
	chain = dma_fence_chain_alloc();
	if (chain) {
		drm_syncobj_add_point(syncobj, chain, flat, point);
	}
	dma_fence_put(flat);
	return chain ? 0 : -ENOMEM;
}

int drm_syncobj_transfer_ioctl(struct drm_device *dev, void *data,
			       struct drm_file *file)
{
	struct drm_syncobj_transfer *args = data;
	struct drm_syncobj *dst;
	struct dma_fence *fence;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE)) {
		return -EOPNOTSUPP;
	}
	if (args->pad) {
		return -EINVAL;
	}
	dst = drm_syncobj_find(file, args->dst_handle);
	if (!dst) {
		return -ENOENT;
	}
	ret = drm_syncobj_find_fence(file, args->src_handle, args->src_point,
				     args->flags, &fence);
	if (ret) {
		goto out;
	}
	if (args->dst_point) {
		ret = add_point(dst, fence, args->dst_point);
	} else {
		drm_syncobj_replace_fence(dst, fence);
	}
	dma_fence_put(fence);
out:
	drm_syncobj_put(dst);
	return ret;
}

/* What RESET and SIGNAL have in common. */
static int for_each(struct drm_device *dev, struct drm_syncobj_array *args,
		    struct drm_file *file, int (*fn)(struct drm_syncobj *))
{
	struct drm_syncobj **syncobjs;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->pad || !args->count_handles) {
		return -EINVAL;
	}
	ret = syncobj_array_find(file, args->handles, args->count_handles,
				 &syncobjs);
	if (ret) {
		return ret;
	}
	for (u32 i = 0; i < args->count_handles && !ret; i++) {
		ret = fn(syncobjs[i]);
	}
	syncobj_array_put(syncobjs, args->count_handles);
	return ret;
}

static int reset(struct drm_syncobj *syncobj)
{
	drm_syncobj_replace_fence(syncobj, NULL);
	return 0;
}

int drm_syncobj_reset_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	return for_each(dev, data, file, reset);
}

int drm_syncobj_signal_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	return for_each(dev, data, file, drm_syncobj_signal);
}

/* All the memory first: either all points are signalled or none. */
static int signal_points(struct drm_syncobj **syncobjs, const u64 *points,
			 u32 count)
{
	struct dma_fence_chain **chains =
		syncobj_array_alloc(count, sizeof(struct dma_fence_chain *));
	struct dma_fence *stub;
	int ret = 0;

	if (!chains) {
		return -ENOMEM;
	}
	for (u32 i = 0; i < count; i++) {
		chains[i] = dma_fence_chain_alloc();
		if (!chains[i]) {
			while (i--) {
				dma_fence_chain_free(chains[i]);
			}
			ret = -ENOMEM;
			goto out;
		}
	}
	stub = dma_fence_get_stub();
	for (u32 i = 0; i < count; i++) {
		drm_syncobj_add_point(syncobjs[i], chains[i], stub, points[i]);
	}
	dma_fence_put(stub);
out:
	kfree(chains);
	return ret;
}

int drm_syncobj_timeline_signal_ioctl(struct drm_device *dev, void *data,
				      struct drm_file *file)
{
	struct drm_syncobj_timeline_array *args = data;
	struct drm_syncobj **syncobjs;
	u64 *points;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE)) {
		return -EOPNOTSUPP;
	}
	if (args->flags || !args->count_handles) {
		return -EINVAL;
	}
	ret = syncobj_array_find(file, args->handles, args->count_handles,
				 &syncobjs);
	if (ret) {
		return ret;
	}
	ret = syncobj_array_points(args->points, args->count_handles, &points);
	if (!ret) {
		ret = signal_points(syncobjs, points, args->count_handles);
		kfree(points);
	}
	syncobj_array_put(syncobjs, args->count_handles);
	return ret;
}

/* The last point of a timeline that is reached, with all before. */
static u64 reached_point(struct dma_fence *head)
{
	struct dma_fence *iter, *last = dma_fence_get(head);
	u64 point;

	dma_fence_chain_for_each (iter, head) {
		/* From here on back it is another timeline. */
		if (iter->context != head->context) {
			dma_fence_put(iter);
			break;
		}
		dma_fence_put(last);
		last = dma_fence_get(iter);
	}
	point = dma_fence_is_signaled(last)
			? last->seqno
			: to_dma_fence_chain(last)->prev_seqno;
	dma_fence_put(last);
	return point;
}

static u64 query(struct drm_syncobj *syncobj, bool last_submitted)
{
	struct dma_fence *fence = drm_syncobj_fence_get(syncobj);
	u64 point = 0;

	if (to_dma_fence_chain(fence)) {
		point = last_submitted ? fence->seqno : reached_point(fence);
	}
	dma_fence_put(fence);
	return point;
}

int drm_syncobj_query_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	const u32 last_submitted = DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED;
	struct drm_syncobj_timeline_array *args = data;
	struct drm_syncobj **syncobjs;
	u64 point;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE)) {
		return -EOPNOTSUPP;
	}
	if (args->flags & ~last_submitted || !args->count_handles) {
		return -EINVAL;
	}
	ret = syncobj_array_find(file, args->handles, args->count_handles,
				 &syncobjs);
	if (ret) {
		return ret;
	}
	for (u32 i = 0; i < args->count_handles && !ret; i++) {
		point = query(syncobjs[i], args->flags & last_submitted);
		ret = copy_to_user(args->points + i * sizeof(point), &point,
				   sizeof(point));
	}
	syncobj_array_put(syncobjs, args->count_handles);
	return ret;
}

int drm_syncobj_eventfd_ioctl(struct drm_device *dev, void *data,
			      struct drm_file *file)
{
	const u32 available = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
	struct syncobj_eventfd_args *args = data;
	struct drm_syncobj *syncobj;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE)) {
		return -EOPNOTSUPP;
	}
	if (args->flags & ~available || args->pad) {
		return -EINVAL;
	}
	syncobj = drm_syncobj_find(file, args->handle);
	if (!syncobj) {
		return -ENOENT;
	}
	ret = drm_syncobj_add_eventfd(syncobj, args->point,
				      args->flags & available, args->fd);
	drm_syncobj_put(syncobj);
	return ret;
}
