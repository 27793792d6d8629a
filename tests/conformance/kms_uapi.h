/* SPDX-License-Identifier: MIT */
/* What Linux 6.12 knows of displays and the headers here do not. */
#ifndef CONFORM_KMS_UAPI_H
#define CONFORM_KMS_UAPI_H

#include <stdint.h>

#include <drm.h>
#include <drm_fourcc.h>
#include <drm_mode.h>

#ifndef DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT
#define DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT 6
#endif

#ifndef DRM_IOCTL_MODE_CLOSEFB
struct drm_mode_closefb {
	uint32_t fb_id;
	uint32_t pad;
};
#define DRM_IOCTL_MODE_CLOSEFB DRM_IOWR(0xD0, struct drm_mode_closefb)
#endif

#endif
