/* SPDX-License-Identifier: MIT */
/**
 * DOC: vgem, buffers in system memory
 *
 * The driver of Linux with this name: no hardware, objects in shared memory.
 */
#include <drm/vgem_drm.h>

#include "drivers.h"
#include "vgem_fence.h"

static const struct drm_ioctl_desc vgem_ioctls[] = {
	[DRM_VGEM_FENCE_ATTACH] = {.cmd = DRM_IOCTL_VGEM_FENCE_ATTACH,
				   .flags = DRM_RENDER_ALLOW,
				   .func = vgem_fence_attach_ioctl},
	[DRM_VGEM_FENCE_SIGNAL] = {.cmd = DRM_IOCTL_VGEM_FENCE_SIGNAL,
				   .flags = DRM_RENDER_ALLOW,
				   .func = vgem_fence_signal_ioctl},
};

static const struct drm_driver vgem_driver = {
	.name = "vgem",
	.desc = "Virtual GEM provider",
	.date = "20120112",
	.major = 1,
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.open = vgem_fence_open,
	.postclose = vgem_fence_close,
	.release = uprime_device_release,
	DRM_GEM_SHMEM_DRIVER_OPS,
	.ioctls = vgem_ioctls,
	.num_ioctls = ARRAY_SIZE(vgem_ioctls),
};

static struct drm_device *
vgem_create(const struct uprime_device_options *options)
{
	return uprime_device_create(&vgem_driver, options, NULL);
}

const struct uprime_driver vgem_uprime_driver = {
	.name = "vgem",
	.summary = "buffers in system memory, as Linux's vgem (default)",
	.create = vgem_create,
	.destroy = uprime_device_destroy,
};
