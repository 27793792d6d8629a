/* SPDX-License-Identifier: MIT */
/* The argument of MODE_ATOMIC, as the core needs it. */
#ifndef UPRIME_IOCTL_ATOMIC_ARGS_H
#define UPRIME_IOCTL_ATOMIC_ARGS_H

#include "../kms/internal.h"

/**
 * struct atomic_value - a value that a program asks for
 */
struct atomic_value {
	struct drm_mode_object *obj; /* referenced */
	struct drm_property *prop;
	u64 value;
	struct dma_fence *fence; /* of IN_FENCE_FD, referenced, or NULL */
};

/**
 * struct atomic_args - all that it asks for
 */
struct atomic_args {
	struct atomic_value *values; /* owned */
	u32 nr, room;
	/* 0, or -errno of what comes after the values: it counts if they are
	 * fine themselves. */
	int error;
};

/* atomic_args_fetch - read it all from the current task. No lock is held. */
void atomic_args_fetch(struct atomic_args *args, struct drm_file *file,
		       const struct drm_mode_atomic *arg);
void atomic_args_free(struct atomic_args *args);

/* atomic_find_fence - the fence a value means, referenced, or NULL: it does not
 * mean any. No lock is held. */
struct dma_fence *atomic_find_fence(struct drm_property *prop, u64 value);
/* atomic_is_out_fence - is it an address to which an fd is to be written? */
bool atomic_is_out_fence(struct drm_property *prop, u64 value);

#endif
