/* SPDX-License-Identifier: MIT */
/* The table of ioctls and who may call them. */
#ifndef UPRIME_DRM_IOCTL_H
#define UPRIME_DRM_IOCTL_H

#include <drm.h>
#include <linux/kernel.h>

struct drm_device;
struct drm_file;

/* The function's argument is a copy in this process, as long as the longer of
 * what the caller and the table say, zeroed where the caller gave nothing. */
typedef int drm_ioctl_t(struct drm_device *dev, void *data,
			struct drm_file *file_priv);

enum drm_ioctl_flags {
	DRM_AUTH = 1 << 0,         /* authenticated, or on a render node */
	DRM_MASTER = 1 << 1,       /* the current master only */
	DRM_ROOT_ONLY = 1 << 2,    /* CAP_SYS_ADMIN only */
	DRM_RENDER_ALLOW = 1 << 5, /* also on render nodes */
};

/**
 * struct drm_ioctl_desc - one ioctl
 */
struct drm_ioctl_desc {
	unsigned int cmd;
	int flags; /* enum drm_ioctl_flags */
	drm_ioctl_t *func;
	/* 1 + offset in the argument of an fd that the caller gives; 0: none.
	 * A hint for hosts that fetch it early. */
	unsigned short fd_in;
	/* 1 + offset of an fd that the caller gets; 0: none */
	unsigned short fd_out;
};

/**
 * drm_ioctl() - ioctl(2) on a device fd by the current task
 * @file: the open file
 * @cmd: the command: its number counts, its size and direction may differ from
 * the table's
 * @arg: address of the argument in the task
 *
 * Return: 0 or more; -errno.
 */
EXPORT_SYMBOL long drm_ioctl(struct drm_file *file, unsigned int cmd,
			     unsigned long arg);

/**
 * drm_ioctl_for_each() - look at every ioctl a device has
 * @dev: the device
 * @fn: called for each
 * @data: for @fn
 */
EXPORT_SYMBOL void
drm_ioctl_for_each(struct drm_device *dev,
		   void (*fn)(const struct drm_ioctl_desc *desc, void *data),
		   void *data);

#endif
