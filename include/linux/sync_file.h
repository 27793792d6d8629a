/* SPDX-License-Identifier: MIT */
/* A fence as an open file, beside the system's UAPI header. */
#ifndef UPRIME_LINUX_SYNC_FILE_H
#define UPRIME_LINUX_SYNC_FILE_H

#include_next <linux/sync_file.h>
#include <linux/dma-fence.h>
#include <uprime/anon_file.h>

/**
 * struct sync_file - an fd of a fence
 *
 * Polls readable once the fence is signalled.
 */
struct sync_file {
	struct anon_file file;
	struct dma_fence *fence; /* referenced; constant */
	struct dma_fence_cb cb;
	char user_name[32]; /* given by SYNC_IOC_MERGE, or ""; constant */
};

/**
 * sync_file_fd() - give a fence to the program that asks, as an fd
 * @fence: a reference of its own is taken
 * @name: of the file, or NULL: made up from the fence when asked for
 * @cloexec: for the fd
 *
 * Return: an fd of the current task; -ENOMEM, -ENFILE, -EMFILE.
 */
EXPORT_SYMBOL int sync_file_fd(struct dma_fence *fence, const char *name,
			       bool cloexec);

/**
 * sync_file_open() - make a sync file that no program has yet
 * @fence: as sync_file_fd()
 * @name: as sync_file_fd()
 *
 * Any lock but those of fences may be held.
 *
 * Return: an fd of this process, for anon_file_install() or
 * anon_file_abandon(); -ENOMEM, -ENFILE.
 */
EXPORT_SYMBOL int sync_file_open(struct dma_fence *fence, const char *name);

/**
 * sync_file_get_fence() - the fence behind an fd
 * @fd: an fd of the current task
 *
 * Return: the fence with a reference; NULL (an fd of something else, or none).
 */
EXPORT_SYMBOL struct dma_fence *sync_file_get_fence(int fd);

#endif
