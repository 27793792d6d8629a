/* SPDX-License-Identifier: MIT */
/* What udev knows of the nodes, and tells. */
#ifndef UPRIME_SERVER_UDEV_H
#define UPRIME_SERVER_UDEV_H

#include <linux/types.h>

struct drm_device;

/**
 * udev_open() - open(2) of what udev has noted of a node
 * @path: "/run/udev/data/c226:0"
 * @flags: of open(2)
 *
 * Return: an fd, the caller's; -ENOENT: it is no such path; else as
 * text_open().
 */
int udev_open(const char *path, u32 flags);

/**
 * udev_tell() - tell all programs that listen of a change of a device
 * @dev: the device
 * @env: lines of the kernel's event, beside those of all events
 *
 * As drm_host_ops.uevent. The device's host_data is the testbed.
 */
void udev_tell(struct drm_device *dev, const char *env);

#endif
