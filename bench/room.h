/* SPDX-License-Identifier: MIT */
/* Devices and open files of the library in this process, to be measured. */
#ifndef UPRIME_BENCH_ROOM_H
#define UPRIME_BENCH_ROOM_H

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <fcntl.h>
#include <linux/types.h>

#include "stage.h"

/* Width and height of a buffer: one page. */
#define ROOM_SIZE 32

/**
 * struct room - two devices, and files of them
 * @dev: a device; owned
 * @far_dev: another; owned
 * @file: of @dev, the one at work; owned
 * @second: of @dev; owned
 * @far: of @far_dev; owned
 * @handle: a buffer of @file that is exported
 * @fd: its dma-buf; owned
 * @made: handles of the batch under way
 * @fds: dma-bufs of the batch under way, or of @second's buffers
 */
struct room {
	struct drm_device *dev, *far_dev;
	struct drm_file *file, *second, *far;
	u32 handle;
	int fd;
	u32 made[BATCH_MAX];
	int fds[BATCH_MAX];
};

struct room *room_open(void);
void room_close(struct room *room);

/* Each says so (call_error()) if it fails. */
u32 room_create(struct drm_file *file);
int room_export(struct drm_file *file, u32 handle, int flags);
u32 room_import(struct drm_file *file, int fd);
void room_delete(struct drm_file *file, u32 handle);

#endif
