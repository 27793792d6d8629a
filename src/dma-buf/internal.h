/* SPDX-License-Identifier: MIT */
/* What the parts of a dma-buf know of each other. */
#ifndef UPRIME_DMA_BUF_INTERNAL_H
#define UPRIME_DMA_BUF_INTERNAL_H

#include <linux/types.h>

struct dma_buf;
struct dma_fence;

/* dma_buf_poll_end_all - end every poller of a dma-buf that is released */
void dma_buf_poll_end_all(struct dma_buf *dmabuf);

/**
 * sync_file_answer() - give a sync file as the answer of an ioctl
 * @fence: as sync_file_fd()
 * @name: as sync_file_fd()
 * @arg: where the program wants the answer
 * @data: the answer
 * @size: of it
 * @fd: the field in it that takes the fd
 *
 * Return: 0; -EFAULT, or what sync_file_fd() says.
 */
int sync_file_answer(struct dma_fence *fence, const char *name, u64 arg,
		     void *data, size_t size, s32 *fd);

#endif
