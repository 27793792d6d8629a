/* SPDX-License-Identifier: MIT */
/* A device's connectors in /sys. */
#ifndef UPRIME_SERVER_SYSFS_H
#define UPRIME_SERVER_SYSFS_H

#include <linux/types.h>

struct drm_device;
struct server;
struct testbed;

/**
 * sysfs_add() - put a device's connectors into the testbed
 * @testbed: the testbed, which has the device
 * @dev: the device
 *
 * Return: 0; -errno, and it was said.
 */
int sysfs_add(struct testbed *testbed, struct drm_device *dev);

/**
 * sysfs_open() - open(2) of a connector's file by the current task
 * @server: the server
 * @path: a path in /sys
 * @flags: of open(2)
 *
 * Return: an fd, the caller's; -ENOENT: it is no such path; else as
 * text_open().
 */
int sysfs_open(struct server *server, const char *path, u32 flags);

/**
 * sysfs_write() - write(2) to what sysfs_open() gave
 * @server: the server
 * @path: the path it was opened at
 * @data: what is written
 * @size: its bytes
 *
 * Return: @size; -EINVAL (it is no such word), -EPERM (no such path, or it
 * cannot be written).
 */
long sysfs_write(struct server *server, const char *path, const char *data,
		 size_t size);

#endif
