/* SPDX-License-Identifier: MIT */
/* What Linux 6.12 knows of syncobjs beyond the headers of libdrm 2.4.114. The
 * structs begin as those headers' do. */
#ifndef UPRIME_SYNCOBJ_ARGS_H
#define UPRIME_SYNCOBJ_ARGS_H

#include <drm.h>

#ifndef DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE
#define DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE (1 << 3)
#endif

/* DRM_IOCTL_SYNCOBJ_WAIT */
struct syncobj_wait_args {
	__u64 handles;
	__s64 timeout_nsec;
	__u32 count_handles;
	__u32 flags;
	__u32 first_signaled;
	__u32 pad;
	__u64 deadline_nsec;
};

/* DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT */
struct syncobj_timeline_wait_args {
	__u64 handles;
	__u64 points;
	__s64 timeout_nsec;
	__u32 count_handles;
	__u32 flags;
	__u32 first_signaled;
	__u32 pad;
	__u64 deadline_nsec;
};

/* DRM_IOCTL_SYNCOBJ_EVENTFD */
struct syncobj_eventfd_args {
	__u32 handle;
	__u32 flags;
	__u64 point;
	__s32 fd;
	__u32 pad;
};

#ifndef DRM_IOCTL_SYNCOBJ_EVENTFD
#define DRM_IOCTL_SYNCOBJ_EVENTFD DRM_IOWR(0xCF, struct syncobj_eventfd_args)
#endif

#endif
