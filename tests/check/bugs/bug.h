/* SPDX-License-Identifier: MIT */
/* What the programs of this folder share. Each has one bug, with -DBUG, and
 * none without. The comment "BUG rule: what" stands on the line of the place
 * that a report must name for it. */
#ifndef BUG_H
#define BUG_H

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "../../passing.h"

/* What is not the bug must work. */
#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: %s failed (%s)\n", __FILE__,   \
				__LINE__, #condition, strerror(errno));        \
			exit(99);                                              \
		}                                                              \
	} while (0)

#define SIDE 64
#define SIZE (SIDE * SIDE * 4)

static inline int open_card(void)
{
	int fd = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);

	MUST(fd >= 0);
	return fd;
}

static inline uint32_t make_buffer(int card)
{
	struct drm_mode_create_dumb args = {
		.width = SIDE, .height = SIDE, .bpp = 32};

	MUST(!drmIoctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &args));
	return args.handle;
}

static inline void close_buffer(int card, uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	MUST(!drmIoctl(card, DRM_IOCTL_GEM_CLOSE, &args));
}

/* Of a program that does not look at what came of it. */
static inline void close_carelessly(int card, uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	drmIoctl(card, DRM_IOCTL_GEM_CLOSE, &args);
}

static inline int export_buffer(int card, uint32_t handle)
{
	int fd;

	MUST(!drmPrimeHandleToFD(card, handle, DRM_CLOEXEC | DRM_RDWR, &fd));
	return fd;
}

static inline uint32_t import_buffer(int card, int fd)
{
	uint32_t handle;

	MUST(!drmPrimeFDToHandle(card, fd, &handle));
	return handle;
}

static inline void *map_buffer(int card, uint32_t handle)
{
	struct drm_mode_map_dumb args = {.handle = handle};
	void *map;

	MUST(!drmIoctl(card, DRM_IOCTL_MODE_MAP_DUMB, &args));
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, card,
		   (off_t)args.offset);
	MUST(map != MAP_FAILED);
	return map;
}

static inline void *map_fd(int fd)
{
	void *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	MUST(map != MAP_FAILED);
	return map;
}

static inline void sync_fd(int fd, uint64_t flags)
{
	struct dma_buf_sync args = {.flags = flags};

	MUST(!drmIoctl(fd, DMA_BUF_IOCTL_SYNC, &args));
}

/* A frame of a display. */
static inline void frame(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 8000000}, NULL);
}

#define FRAMES 48

#endif
