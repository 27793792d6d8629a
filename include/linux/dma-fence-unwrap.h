/* SPDX-License-Identifier: MIT */
/* The fences that arrays and chains are made of. */
#ifndef UPRIME_LINUX_DMA_FENCE_UNWRAP_H
#define UPRIME_LINUX_DMA_FENCE_UNWRAP_H

#include <linux/dma-fence.h>

/**
 * struct dma_fence_unwrap - a walk over the fences behind one
 */
struct dma_fence_unwrap {
	struct dma_fence *chain; /* the link we are at, referenced */
	struct dma_fence *array; /* what it holds */
	unsigned int index;      /* the next member */
};

/* dma_fence_unwrap_first - begin a walk at @head: the first fence, to which the
 * walk has the reference; NULL */
EXPORT_SYMBOL struct dma_fence *
dma_fence_unwrap_first(struct dma_fence *head, struct dma_fence_unwrap *cursor);

/* dma_fence_unwrap_next - the next one, or NULL at the end */
EXPORT_SYMBOL struct dma_fence *
dma_fence_unwrap_next(struct dma_fence_unwrap *cursor);

/* dma_fence_unwrap_count - how many fences there are behind @head; those of a
 * chain can become fewer meanwhile */
EXPORT_SYMBOL unsigned int dma_fence_unwrap_count(struct dma_fence *head);

/* A body that leaves the loop early has to dma_fence_put(cursor->chain). */
#define dma_fence_unwrap_for_each(fence, cursor, head)                         \
	for ((fence) = dma_fence_unwrap_first(head, cursor); (fence);          \
	     (fence) = dma_fence_unwrap_next(cursor))

/**
 * dma_fence_merge_fences() - one fence that is signalled when all are
 * @num_fences: how many
 * @fences: borrowed; each may be an array or chain
 *
 * Of each context the latest stays; those that are signalled are left out. The
 * rest is in the order of their contexts.
 *
 * Return: a fence with a reference: one of them, an array, or, if all are
 * signalled, a stub that was so when the last of them was; NULL (no memory).
 */
EXPORT_SYMBOL struct dma_fence *
dma_fence_merge_fences(unsigned int num_fences, struct dma_fence **fences);

#endif
