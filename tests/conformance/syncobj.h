/* SPDX-License-Identifier: MIT */
/* Calls of a device that has syncobjs; -1 and errno, if not said. */
#ifndef CONFORM_SYNCOBJ_H
#define CONFORM_SYNCOBJ_H

#include "fence.h"

/* The first render node whose device has them (and its card), or gives up. */
int open_syncobj(void);
int open_syncobj_card(void);

/* The handle; or gives up. */
uint32_t syncobj_make(int file, bool signaled);
int syncobj_drop(int file, uint32_t handle);
/* The new fd: of itself, or of a sync_file of its fence. */
int syncobj_fd(int file, uint32_t handle, bool sync_file);
/* A new handle for a syncobj's fd. */
int syncobj_of(int file, int fd, uint32_t *handle);
/* Its fence is now the sync_file's. */
int syncobj_set(int file, uint32_t handle, int sync_file);

int syncobj_reset(int file, uint32_t handle);
int syncobj_signal(int file, uint32_t handle);
int syncobj_point(int file, uint32_t handle, uint64_t point);
int syncobj_query(int file, uint32_t handle, uint32_t flags, uint64_t *point);
int syncobj_move(int file, uint32_t to, uint64_t to_point, uint32_t from,
		 uint64_t from_point, uint32_t flags);
int syncobj_event(int file, uint32_t handle, uint64_t point, uint32_t flags,
		  int eventfd);
/* "0, first 1" or the errno; @points NULL: the binary WAIT; timeout absolute,
 * in ns. */
const char *syncobj_wait(int file, const uint32_t *handles,
			 const uint64_t *points, uint32_t count, uint32_t flags,
			 int64_t timeout);
/* What an impatient WAIT of one point says: "0" or errno. */
const char *syncobj_state(int file, uint32_t handle, uint64_t point);
/* "5, last 7" */
const char *syncobj_points_text(int file, uint32_t handle);
/* Its fence is now a pending one of the buffer. */
uint32_t syncobj_submit(int file, uint32_t handle, struct buffer *buffer);

#endif
