/* SPDX-License-Identifier: MIT */
/* What the parts of a dma-buf know of each other. */
#ifndef UPRIME_DMA_BUF_INTERNAL_H
#define UPRIME_DMA_BUF_INTERNAL_H

struct dma_buf;

/* dma_buf_poll_end_all - end every poller of a dma-buf that is released */
void dma_buf_poll_end_all(struct dma_buf *dmabuf);

#endif
