/* SPDX-License-Identifier: MIT */
/**
 * DOC: fences at will
 *
 * Opening sw_sync gives a program a timeline of its own: a counter which it
 * moves, and fences which are signalled when the counter gets there. For
 * tests.
 */
#ifndef UPRIME_LINUX_SW_SYNC_H
#define UPRIME_LINUX_SW_SYNC_H

#include <linux/ioctl.h>
#include <linux/kernel.h>

/* The kernel has these in no header of its UAPI. */
struct sw_sync_create_fence_data {
	__u32 value; /* of the counter at which it is signalled */
	char name[32];
	__s32 fence; /* out: an fd of a sync file */
};

struct sw_sync_get_deadline {
	__u64 deadline_ns; /* out */
	__u32 pad;
	__s32 fence_fd;
};

#define SW_SYNC_IOC_MAGIC 'W'
#define SW_SYNC_IOC_CREATE_FENCE                                               \
	_IOWR(SW_SYNC_IOC_MAGIC, 0, struct sw_sync_create_fence_data)
#define SW_SYNC_IOC_INC _IOW(SW_SYNC_IOC_MAGIC, 1, __u32)
#define SW_SYNC_GET_DEADLINE                                                   \
	_IOWR(SW_SYNC_IOC_MAGIC, 2, struct sw_sync_get_deadline)

/**
 * sw_sync_open() - a new timeline, as an open file
 *
 * Return: as anon_file_open().
 */
EXPORT_SYMBOL int sw_sync_open(void);

#endif
