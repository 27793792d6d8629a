/* SPDX-License-Identifier: MIT */
/* What the kernel's headers here do not know yet, and vgem's own ioctls. */
#ifndef CONFORM_UAPI_H
#define CONFORM_UAPI_H

#include <stdint.h>
#include <sys/ioctl.h>

#include <drm.h>

/* vgem */

#define FENCE_WRITE 1u

struct fence_attach {
	uint32_t handle, flags, out, pad;
};

struct fence_signal {
	uint32_t fence, flags;
};

#define IOCTL_FENCE_ATTACH _IOWR('d', 0x41, struct fence_attach)
#define IOCTL_FENCE_SIGNAL _IOW('d', 0x42, struct fence_signal)

/* dma-buf and sync_file */

struct sync_file_of {
	uint32_t flags;
	int32_t fd;
};

#define IOCTL_EXPORT_SYNC_FILE _IOWR('b', 2, struct sync_file_of)
#define IOCTL_IMPORT_SYNC_FILE _IOW('b', 3, struct sync_file_of)

struct set_deadline {
	uint64_t deadline_ns, pad;
};

#define IOCTL_SET_DEADLINE _IOW('>', 5, struct set_deadline)

/* syncobj */

#define CAP_SYNCOBJ	     0x13
#define CAP_SYNCOBJ_TIMELINE 0x14

#define CREATE_SIGNALED 1u
#define FD_SYNC_FILE	1u /* in both directions */
#define WAIT_ALL	1u
#define WAIT_SUBMIT	2u
#define WAIT_AVAILABLE	4u
#define WAIT_DEADLINE	8u
#define QUERY_SUBMITTED 1u

struct syncobj_create {
	uint32_t handle, flags;
};

struct syncobj_destroy {
	uint32_t handle, pad;
};

struct syncobj_handle {
	uint32_t handle, flags;
	int32_t fd;
	uint32_t pad;
};

struct syncobj_handle_point {
	struct syncobj_handle base;
	uint64_t point;
};

struct syncobj_wait {
	uint64_t handles;
	int64_t timeout;
	uint32_t count, flags, first, pad;
	uint64_t deadline;
};

struct syncobj_timeline_wait {
	uint64_t handles, points;
	int64_t timeout;
	uint32_t count, flags, first, pad;
	uint64_t deadline;
};

struct syncobj_array {
	uint64_t handles;
	uint32_t count, pad;
};

struct syncobj_points {
	uint64_t handles, points;
	uint32_t count, flags;
};

struct syncobj_transfer {
	uint32_t from, to;
	uint64_t from_point, to_point;
	uint32_t flags, pad;
};

struct syncobj_eventfd {
	uint32_t handle, flags;
	uint64_t point;
	int32_t fd;
	uint32_t pad;
};

#define IOCTL_SYNCOBJ_CREATE	 _IOWR('d', 0xbf, struct syncobj_create)
#define IOCTL_SYNCOBJ_DESTROY	 _IOWR('d', 0xc0, struct syncobj_destroy)
#define IOCTL_SYNCOBJ_TO_FD	 _IOWR('d', 0xc1, struct syncobj_handle)
#define IOCTL_SYNCOBJ_TO_FD_AT	 _IOWR('d', 0xc1, struct syncobj_handle_point)
#define IOCTL_SYNCOBJ_FROM_FD	 _IOWR('d', 0xc2, struct syncobj_handle)
#define IOCTL_SYNCOBJ_FROM_FD_AT _IOWR('d', 0xc2, struct syncobj_handle_point)
#define IOCTL_SYNCOBJ_WAIT	 _IOWR('d', 0xc3, struct syncobj_wait)
#define IOCTL_SYNCOBJ_RESET	 _IOWR('d', 0xc4, struct syncobj_array)
#define IOCTL_SYNCOBJ_SIGNAL	 _IOWR('d', 0xc5, struct syncobj_array)
#define IOCTL_SYNCOBJ_TIMELINE_WAIT                                            \
	_IOWR('d', 0xca, struct syncobj_timeline_wait)
#define IOCTL_SYNCOBJ_QUERY	      _IOWR('d', 0xcb, struct syncobj_points)
#define IOCTL_SYNCOBJ_TRANSFER	      _IOWR('d', 0xcc, struct syncobj_transfer)
#define IOCTL_SYNCOBJ_TIMELINE_SIGNAL _IOWR('d', 0xcd, struct syncobj_points)
#define IOCTL_SYNCOBJ_EVENTFD	      _IOWR('d', 0xcf, struct syncobj_eventfd)

#endif
