/* SPDX-License-Identifier: MIT */
/* What the parts of a dma-buf know of each other. */
#ifndef UPRIME_DMA_BUF_INTERNAL_H
#define UPRIME_DMA_BUF_INTERNAL_H

#include <linux/types.h>
#include <sys/types.h>

struct dma_buf;
struct dma_fence;

/**
 * struct dma_buf_look - an fd of the current task, to know it by
 */
struct dma_buf_look {
	int fd;    /* ours to look at, until dma_buf_look_end() */
	ino_t ino; /* of the open file, with dev */
	dev_t dev;
};

/* dma_buf_look - what is this fd of the current task? -EBADF, -EMFILE; else
 * dma_buf_look_end() follows. */
int dma_buf_look(struct dma_buf_look *look, int fd);
void dma_buf_look_end(struct dma_buf_look *look);
/* dma_buf_look_get - the dma-buf it is, with a reference; ERR_PTR(-EINVAL) */
struct dma_buf *dma_buf_look_get(const struct dma_buf_look *look);

/* dma_buf_is_kept - do we have a copy of the description which everybody has?
 * True as long as the caller's reference, once it is true. */
bool dma_buf_is_kept(struct dma_buf *dmabuf);

/* dma_buf_give - dma_buf_fd(), where the reference stays the caller's in any
 * case */
int dma_buf_give(struct dma_buf *dmabuf, int flags);

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
