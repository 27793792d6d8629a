/* SPDX-License-Identifier: MIT */
/* Requests about syncobjs, as of a program: what it gets, or -errno. */
#ifndef UPRIME_TESTS_SYNCOBJ_H
#define UPRIME_TESTS_SYNCOBJ_H

#include "ioctl/syncobj_args.h"
#include "stage.h"

#define SIGNALED       DRM_SYNCOBJ_CREATE_SIGNALED
#define SYNC_FILE      DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE
#define WAIT_ALL       DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL
#define WAIT_SUBMIT    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT
#define WAIT_AVAILABLE DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE
#define WAIT_DEADLINE  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE

/* With the newer argument. */
#define WAIT_CMD	  DRM_IOWR(0xC3, struct syncobj_wait_args)
#define TIMELINE_WAIT_CMD DRM_IOWR(0xCA, struct syncobj_timeline_wait_args)

/* syncobj_setup - the stage with two devices that have syncobjs */
int syncobj_setup(void **state);

#define ON_SYNCOBJS(name)                                                      \
	cmocka_unit_test_setup_teardown(name, syncobj_setup, stage_teardown)

/* request - an ioctl */
int request(struct drm_file *file, unsigned int cmd, void *arg);

/* The handle. */
int syncobj_create(struct drm_file *file, u32 flags);
int syncobj_destroy(struct drm_file *file, u32 handle);
/* The fd. */
int syncobj_to_fd(struct drm_file *file, u32 handle, u32 flags);
/* The handle. */
int syncobj_from_fd(struct drm_file *file, int fd);
int syncobj_import(struct drm_file *file, u32 handle, int sync_file);
int syncobj_reset(struct drm_file *file, u32 handle);
int syncobj_signal(struct drm_file *file, u32 handle);
int syncobj_signal_point(struct drm_file *file, u32 handle, u64 point);
int syncobj_transfer(struct drm_file *file, u32 dst, u64 dst_point, u32 src,
		     u64 src_point, u32 flags);
int syncobj_eventfd(struct drm_file *file, u32 handle, u64 point, u32 flags,
		    int fd);
/* The point, which is small; @flags as in the request. */
int syncobj_query(struct drm_file *file, u32 handle, u32 flags);

/* wait_points - TIMELINE_WAIT of @count points (NULL: 0) for @ms; 0 only asks.
 * Return: first_signaled, which is -1 when all were waited for; -errno less one
 * otherwise. */
int wait_points(struct drm_file *file, const u32 *handles, const u64 *points,
		u32 count, u32 flags, int ms);
/* wait_one - WAIT of one, for @ms: 0 or -errno */
int wait_one(struct drm_file *file, u32 handle, u32 flags, int ms);
/* wait_point - TIMELINE_WAIT of one that only asks: 0 or -errno */
int wait_point(struct drm_file *file, u32 handle, u64 point, u32 flags);

/* put_in - a new toy fence for a syncobj, or for a point of it; with a
 * reference for the caller */
struct dma_fence *put_in(struct drm_file *file, u32 handle, u64 point);

#endif
