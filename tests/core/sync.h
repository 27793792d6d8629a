/* SPDX-License-Identifier: MIT */
/* Requests of a program that works with fences: what it gets, or -errno. */
#ifndef UPRIME_TESTS_SYNC_H
#define UPRIME_TESTS_SYNC_H

#include <linux/dma-resv.h>
#include <linux/sync_file.h>

#include "stage.h"

/* ioctl(2) on the fd of a sync file or timeline, and of a dma-buf. */
long file_ioctl(int fd, unsigned int cmd, void *arg);
long dma_buf_fd_ioctl(int fd, unsigned int cmd, void *arg);

/* An fd of a fence; of the fences of a dma-buf; of two fences as one. */
int fence_fd(struct dma_fence *fence);
int export_sync_file(int dma_buf_fd, u32 flags);
int import_sync_file(int dma_buf_fd, u32 flags, int fd);
int merge(int fd, int fd2, const char *name);

/* close_sync - close it, and let that be noticed */
void close_sync(int fd);

/* is_readable - does an fd poll readable? */
bool is_readable(int fd);

/* info_of - FILE_INFO, with the infos of up to @room fences */
int info_of(int fd, struct sync_file_info *info, struct sync_fence_info *fences,
	    u32 room);

/* vgem's fences: a number, or 0. */
int attach_fence(struct drm_file *file, u32 handle, u32 flags);
int signal_fence(struct drm_file *file, u32 number);

/* add_fence - put a fence into a reservation */
int add_fence(struct dma_resv *resv, struct dma_fence *fence,
	      enum dma_resv_usage usage);

#endif
