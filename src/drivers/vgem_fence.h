/* SPDX-License-Identifier: MIT */
/* vgem's fences, for its table of callbacks. */
#ifndef UPRIME_DRIVERS_VGEM_FENCE_H
#define UPRIME_DRIVERS_VGEM_FENCE_H

#include <drm/drm_ioctl.h>

/* The driver's open and postclose. */
int vgem_fence_open(struct drm_device *dev, struct drm_file *file);
void vgem_fence_close(struct drm_device *dev, struct drm_file *file);

/* The ioctls. */
int vgem_fence_attach_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file);
int vgem_fence_signal_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file);

#endif
