/* SPDX-License-Identifier: MIT */
/* What the files about ioctls share. */
#ifndef UPRIME_WITNESS_IOCTL_H
#define UPRIME_WITNESS_IOCTL_H

#include "witness.h"

#include <drm.h>
#include <drm_mode.h>

#ifndef DRM_IOCTL_MODE_CLOSEFB
struct mode_closefb {
	uint32_t fb_id, pad;
};
#define DRM_IOCTL_MODE_CLOSEFB DRM_IOWR(0xD0, struct mode_closefb)
#endif

/**
 * struct call - an ioctl that has returned
 */
struct call {
	int fd;
	uint32_t cmd;
	void *arg;
	int ret;    /* or -errno */
	int64_t ns; /* it took */
	/* Of what ends an id: begun before the call, or NULL. */
	struct trace_record *record;
};

/* What a call did, told. An id was made, ended or used: */
void call_acquire(const struct call *call, enum trace_kind kind, uint32_t id,
		  uint64_t size);
void call_release(const struct call *call, enum trace_kind kind, uint32_t id);
void call_use(const struct call *call, enum trace_kind kind, uint32_t id);
/* An fd was made, of an id or of none (0). */
void call_made_fd(const struct call *call, enum trace_kind kind, int fd,
		  uint32_t id, int flags);

/* mode_ioctl - tell of a call which is one of displays, else false */
bool mode_ioctl(const struct call *call);

#endif
