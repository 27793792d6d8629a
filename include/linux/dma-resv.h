/* SPDX-License-Identifier: MIT */
/* The reservation of a buffer: the lock under which its users agree on who
 * may touch it when. */
#ifndef UPRIME_LINUX_DMA_RESV_H
#define UPRIME_LINUX_DMA_RESV_H

#include <linux/mutex.h>

struct dma_resv {
	struct mutex lock;
};

static inline void dma_resv_init(struct dma_resv *resv)
{
	mutex_init(&resv->lock);
}

static inline void dma_resv_fini(struct dma_resv *resv)
{
	mutex_destroy(&resv->lock);
}

#endif
