/* SPDX-License-Identifier: MIT */
#include "syncobj.h"

#include <drm/drm_syncobj.h>
#include <linux/dma-fence-chain.h>

#include "toy_fence.h"

int syncobj_setup(void **state)
{
	static const struct uprime_device_options options = {.syncobj = true};
	const struct uprime_driver *vgem = uprime_driver_find("vgem");

	(void)state;
	return stage_setup_devices(vgem->create(&options),
				   vgem->create(&options), vgem->destroy);
}

int request(struct drm_file *file, unsigned int cmd, void *arg)
{
	return (int)drm_ioctl(file, cmd, (unsigned long)arg);
}

int syncobj_create(struct drm_file *file, u32 flags)
{
	struct drm_syncobj_create args = {.flags = flags};
	int ret = request(file, DRM_IOCTL_SYNCOBJ_CREATE, &args);

	return ret ? ret : (int)args.handle;
}

int syncobj_destroy(struct drm_file *file, u32 handle)
{
	struct drm_syncobj_destroy args = {.handle = handle};

	return request(file, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

int syncobj_to_fd(struct drm_file *file, u32 handle, u32 flags)
{
	struct drm_syncobj_handle args = {.handle = handle, .flags = flags};
	int ret = request(file, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args);

	return ret ? ret : args.fd;
}

int syncobj_from_fd(struct drm_file *file, int fd)
{
	struct drm_syncobj_handle args = {.fd = fd};
	int ret = request(file, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args);

	return ret ? ret : (int)args.handle;
}

int syncobj_import(struct drm_file *file, u32 handle, int sync_file)
{
	struct drm_syncobj_handle args = {
		.handle = handle,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
		.fd = sync_file,
	};

	return request(file, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args);
}

static int for_one(struct drm_file *file, unsigned int cmd, u32 handle)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
	};

	return request(file, cmd, &args);
}

int syncobj_reset(struct drm_file *file, u32 handle)
{
	return for_one(file, DRM_IOCTL_SYNCOBJ_RESET, handle);
}

int syncobj_signal(struct drm_file *file, u32 handle)
{
	return for_one(file, DRM_IOCTL_SYNCOBJ_SIGNAL, handle);
}

int syncobj_signal_point(struct drm_file *file, u32 handle, u64 point)
{
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};

	return request(file, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &args);
}

int syncobj_query(struct drm_file *file, u32 handle, u32 flags)
{
	u64 point = 0;
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.flags = flags,
	};
	int ret = request(file, DRM_IOCTL_SYNCOBJ_QUERY, &args);

	return ret ? ret : (int)point;
}

int syncobj_transfer(struct drm_file *file, u32 dst, u64 dst_point, u32 src,
		     u64 src_point, u32 flags)
{
	struct drm_syncobj_transfer args = {
		.src_handle = src,
		.dst_handle = dst,
		.src_point = src_point,
		.dst_point = dst_point,
		.flags = flags,
	};

	return request(file, DRM_IOCTL_SYNCOBJ_TRANSFER, &args);
}

int syncobj_eventfd(struct drm_file *file, u32 handle, u64 point, u32 flags,
		    int fd)
{
	struct syncobj_eventfd_args args = {
		.handle = handle, .flags = flags, .point = point, .fd = fd};

	return request(file, DRM_IOCTL_SYNCOBJ_EVENTFD, &args);
}

static s64 after(int ms)
{
	return ms ? ktime_get_ns() + ms * 1000000ll : 0;
}

int wait_points(struct drm_file *file, const u32 *handles, const u64 *points,
		u32 count, u32 flags, int ms)
{
	struct syncobj_timeline_wait_args args = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.timeout_nsec = after(ms),
		.count_handles = count,
		.flags = flags,
	};
	int ret = request(file, TIMELINE_WAIT_CMD, &args);

	return ret ? ret - 1 : (int)args.first_signaled;
}

int wait_one(struct drm_file *file, u32 handle, u32 flags, int ms)
{
	struct syncobj_wait_args args = {
		.handles = (uintptr_t)&handle,
		.timeout_nsec = after(ms),
		.count_handles = 1,
		.flags = flags,
	};

	return request(file, WAIT_CMD, &args);
}

int wait_point(struct drm_file *file, u32 handle, u64 point, u32 flags)
{
	int ret = wait_points(file, &handle, &point, 1, flags, 0);

	return ret < -1 ? ret + 1 : 0;
}

struct dma_fence *put_in(struct drm_file *file, u32 handle, u64 point)
{
	struct drm_syncobj *syncobj = drm_syncobj_find(file, handle);
	struct dma_fence *fence = toy_fence_create(1);

	assert_non_null(syncobj);
	if (point) {
		drm_syncobj_add_point(syncobj, dma_fence_chain_alloc(), fence,
				      point);
	} else {
		drm_syncobj_replace_fence(syncobj, fence);
	}
	drm_syncobj_put(syncobj);
	return fence;
}
