/* SPDX-License-Identifier: MIT */
/* What Linux 6.12 knows of displays beyond the headers of libdrm 2.4.114. */
#ifndef UPRIME_KMS_ARGS_H
#define UPRIME_KMS_ARGS_H

#include <drm.h>

/* DRM_IOCTL_MODE_CLOSEFB */
struct closefb_args {
	__u32 fb_id;
	__u32 pad;
};

#ifndef DRM_IOCTL_MODE_CLOSEFB
#define DRM_IOCTL_MODE_CLOSEFB DRM_IOWR(0xD0, struct closefb_args)
#endif

#ifndef DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP
#define DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP 0x15
#endif

#ifndef DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT
#define DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT 6
#endif

#endif
