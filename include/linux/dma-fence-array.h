/* SPDX-License-Identifier: MIT */
/* Several fences as one. */
#ifndef UPRIME_LINUX_DMA_FENCE_ARRAY_H
#define UPRIME_LINUX_DMA_FENCE_ARRAY_H

#include <linux/dma-fence.h>
#include <linux/irq_work.h>

/* A member's waiter. */
struct dma_fence_array_cb {
	struct dma_fence_cb cb;
	struct dma_fence_array *array;
};

/**
 * struct dma_fence_array - a fence that is signalled when others are
 */
struct dma_fence_array {
	struct dma_fence base;
	spinlock_t lock;
	unsigned int num_fences;
	unsigned int needed;	/* signalled members, to be signalled; constant */
	struct dma_fence **fences; /* each referenced, owned; constant */
	/* Callbacks until the end: needed, then less. */
	atomic_int num_pending;
	/* The first error of a member or 1; 0: base.error is it. */
	atomic_int pending_error;
	struct irq_work work; /* signals base; has a reference while queued */
	/* Each has a reference to the array while it waits. */
	struct dma_fence_array_cb callbacks[];
};

EXPORT_SYMBOL extern const struct dma_fence_ops dma_fence_array_ops;

static inline bool dma_fence_is_array(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_array_ops;
}

/* to_dma_fence_array - NULL if it is none; NULL is allowed */
static inline struct dma_fence_array *to_dma_fence_array(struct dma_fence *fence)
{
	return fence && dma_fence_is_array(fence)
		       ? container_of(fence, struct dma_fence_array, base)
		       : NULL;
}

/**
 * dma_fence_array_create() - make one fence of several
 * @num_fences: how many, not 0
 * @fences: from kmalloc_array(); on success it and the references in it are the
 * array's
 * @context: as in dma_fence_init()
 * @seqno: as in dma_fence_init()
 * @signal_on_any: signalled with the first of them, else with the last
 *
 * Return: the array, whose base has one reference; NULL (no memory).
 */
EXPORT_SYMBOL struct dma_fence_array *
dma_fence_array_create(int num_fences, struct dma_fence **fences, u64 context,
		       unsigned int seqno, bool signal_on_any);

#endif
