/* SPDX-License-Identifier: MIT */
/* The ioctls of vgem's own. libdrm leaves this header out. */
#ifndef UPRIME_DRM_VGEM_DRM_H
#define UPRIME_DRM_VGEM_DRM_H

#if __has_include_next(<drm/vgem_drm.h>)
#include_next <drm/vgem_drm.h>
#else

#include <drm/drm.h>

#define DRM_VGEM_FENCE_ATTACH 0x1
#define DRM_VGEM_FENCE_SIGNAL 0x2

#define VGEM_FENCE_WRITE 0x1

/* Attach a new fence to a buffer. */
struct drm_vgem_fence_attach {
	__u32 handle;    /* of the buffer */
	__u32 flags;     /* VGEM_FENCE_WRITE, or 0: reads */
	__u32 out_fence; /* out: the fence's number in this open file */
	__u32 pad;
};

/* Signal a fence and forget its number. */
struct drm_vgem_fence_signal {
	__u32 fence;
	__u32 flags; /* 0 */
};

#define DRM_IOCTL_VGEM_FENCE_ATTACH                                            \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VGEM_FENCE_ATTACH,                     \
		 struct drm_vgem_fence_attach)
#define DRM_IOCTL_VGEM_FENCE_SIGNAL                                            \
	DRM_IOW(DRM_COMMAND_BASE + DRM_VGEM_FENCE_SIGNAL,                      \
		struct drm_vgem_fence_signal)

#endif
#endif
