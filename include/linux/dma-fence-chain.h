/* SPDX-License-Identifier: MIT */
/**
 * DOC: timelines
 *
 * A chain is a fence with a number on a timeline: it holds a fence of its own
 * and the chain before it, and is signalled when both are. Links of which
 * nothing is to be waited for any more are dropped as one walks along it.
 */
#ifndef UPRIME_LINUX_DMA_FENCE_CHAIN_H
#define UPRIME_LINUX_DMA_FENCE_CHAIN_H

#include <linux/dma-fence.h>
#include <linux/irq_work.h>
#include <linux/slab.h>

/**
 * struct dma_fence_chain - a point of a timeline
 */
struct dma_fence_chain {
	struct dma_fence base;
	spinlock_t lock;
	struct dma_fence *prev; /* the chain before, referenced, or NULL;
	                           dma_fence_chain.c */
	u64 prev_seqno;           /* of prev, when it was linked; constant */
	struct dma_fence *fence;  /* referenced; constant */
	struct dma_fence_cb cb;   /* on what it waits for now; has a reference
				     to this link and to that fence */
	struct irq_work work;     /* goes on to the next, or signals base */
};

EXPORT_SYMBOL extern const struct dma_fence_ops dma_fence_chain_ops;

static inline bool dma_fence_is_chain(struct dma_fence *fence)
{
	return fence->ops == &dma_fence_chain_ops;
}

/* to_dma_fence_chain - NULL if it is none; NULL is allowed */
static inline struct dma_fence_chain *to_dma_fence_chain(struct dma_fence *fence)
{
	return fence && dma_fence_is_chain(fence)
		       ? container_of(fence, struct dma_fence_chain, base)
		       : NULL;
}

/* dma_fence_chain_contained - the fence of a link, or @fence itself; no
 * reference is taken */
static inline struct dma_fence *dma_fence_chain_contained(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);

	return chain ? chain->fence : fence;
}

/* dma_fence_chain_alloc - memory for a link; NULL. dma_fence_chain_free() is
 * for one that was not made a fence. */
static inline struct dma_fence_chain *dma_fence_chain_alloc(void)
{
	return kzalloc(sizeof(struct dma_fence_chain), GFP_KERNEL);
}

static inline void dma_fence_chain_free(struct dma_fence_chain *chain)
{
	kfree(chain);
}

/**
 * dma_fence_chain_init() - make a link
 * @chain: from dma_fence_chain_alloc()
 * @prev: the link before, or a fence, or NULL; the reference is taken over
 * @fence: its own fence; the reference is taken over
 * @seqno: its number. If it is not after that of @prev, the link begins a
 * context of its own.
 */
EXPORT_SYMBOL void dma_fence_chain_init(struct dma_fence_chain *chain,
					struct dma_fence *prev,
					struct dma_fence *fence, u64 seqno);

/**
 * dma_fence_chain_walk() - the link before
 * @fence: a link or fence; the reference is given up
 *
 * Links that are signalled are dropped from the chain on the way.
 *
 * Return: the link before with a reference, or NULL.
 */
EXPORT_SYMBOL struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence);

/**
 * dma_fence_chain_find_seqno() - the link to wait for to reach a number
 * @pfence: in: a link, with a reference; out: the link found with a reference,
 * or NULL: reached already
 * @seqno: the number; 0 finds what is there
 *
 * Return: 0; -EINVAL (no chain, or the number was not handed in yet), with
 * *@pfence as it was.
 */
EXPORT_SYMBOL int dma_fence_chain_find_seqno(struct dma_fence **pfence,
					     u64 seqno);

/* dma_fence_chain_for_each - walk along a chain from @head; @iter has a
 * reference in the body, which is dropped by walking on */
#define dma_fence_chain_for_each(iter, head)                                   \
	for ((iter) = dma_fence_get(head); (iter);                             \
	     (iter) = dma_fence_chain_walk(iter))

#endif
