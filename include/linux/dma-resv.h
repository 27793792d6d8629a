/* SPDX-License-Identifier: MIT */
/**
 * DOC: reservations
 *
 * A buffer's reservation lists the fences of those who are using it. Whoever
 * wants to read it waits for the writers, whoever wants to write waits for
 * all. dma_resv.lock guards the list; a fence that is signalled is as good as
 * gone, and makes room for another.
 *
 * Of each kind of use it is counted how many are still under way, as the
 * fences are signalled, so that whoever watches (struct dma_resv_watch) is told
 * of every change at once.
 */
#ifndef UPRIME_LINUX_DMA_RESV_H
#define UPRIME_LINUX_DMA_RESV_H

#include <linux/dma-fence.h>
#include <linux/mutex.h>

/* What a fence's work does with the buffer. Asking for one kind means that and
 * those before it. */
enum dma_resv_usage {
	DMA_RESV_USAGE_KERNEL,   /* moves it */
	DMA_RESV_USAGE_WRITE,    /* writes it */
	DMA_RESV_USAGE_READ,     /* reads it */
	DMA_RESV_USAGE_BOOKKEEP, /* nothing that others wait for */
};

static inline enum dma_resv_usage dma_resv_usage_rw(bool write)
{
	/* Who writes waits for readers, who reads for writers. */
	return write ? DMA_RESV_USAGE_READ : DMA_RESV_USAGE_WRITE;
}

struct dma_resv_entry; /* dma_resv.c */
struct dma_resv_watch;

/**
 * struct dma_resv - the fences of a buffer
 */
struct dma_resv {
	struct mutex lock;
	struct list_head entries; /* dma_resv_entry.node, owned; lock */
	struct list_head spare;   /* entries without a fence; lock */
	unsigned int used, room;  /* in entries, in both; lock */

	/* A leaf: taken under a fence's lock. */
	struct mutex pending_lock;
	unsigned int pending[DMA_RESV_USAGE_BOOKKEEP + 1]; /* pending_lock */
	struct list_head watches; /* dma_resv_watch.node; pending_lock */
};

/**
 * struct dma_resv_watch - somebody who follows whether a buffer is in use
 *
 * Embedded in the watcher.
 */
struct dma_resv_watch {
	struct list_head node; /* dma_resv.watches */
	/* @events: EPOLLIN if nobody is writing, EPOLLOUT if nobody is using
	 * it. Called at each change, with a lock held under which no lock of
	 * the core may be taken and nothing waited for. */
	void (*changed)(struct dma_resv_watch *watch, unsigned int events);
};

/**
 * dma_resv_init() - make a reservation without fences
 * @resv: memory of the caller
 */
EXPORT_SYMBOL void dma_resv_init(struct dma_resv *resv);

/**
 * dma_resv_fini() - drop all fences
 * @resv: a reservation nobody uses any more
 */
EXPORT_SYMBOL void dma_resv_fini(struct dma_resv *resv);

static inline void dma_resv_lock(struct dma_resv *resv)
{
	mutex_lock(&resv->lock);
}

static inline void dma_resv_unlock(struct dma_resv *resv)
{
	mutex_unlock(&resv->lock);
}

/**
 * dma_resv_reserve_fences() - make sure that fences can be added
 * @resv: locked
 * @num_fences: how many
 *
 * If there is too little room those that are signalled are dropped.
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int dma_resv_reserve_fences(struct dma_resv *resv,
					  unsigned int num_fences);

/**
 * dma_resv_add_fence() - somebody uses the buffer
 * @resv: locked, with room by dma_resv_reserve_fences()
 * @fence: a reference of its own is taken; neither an array nor a chain
 * @usage: what it does
 *
 * It takes the place of the first one that is signalled, or that is of the same
 * context, no later, and of no stronger use.
 */
EXPORT_SYMBOL void dma_resv_add_fence(struct dma_resv *resv,
				      struct dma_fence *fence,
				      enum dma_resv_usage usage);

/**
 * dma_resv_test_signaled() - is nobody using the buffer?
 * @resv: not locked
 * @usage: which uses count
 */
EXPORT_SYMBOL bool dma_resv_test_signaled(struct dma_resv *resv,
					  enum dma_resv_usage usage);

/**
 * dma_resv_get_fences() - who is using the buffer
 * @resv: not locked
 * @usage: which uses count
 * @num_fences: where their number is stored
 * @fences: where the array is stored: the caller frees it with kfree() and
 * drops each reference in it; NULL if there is none
 *
 * Those that are signalled are left out.
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int dma_resv_get_fences(struct dma_resv *resv,
				      enum dma_resv_usage usage,
				      unsigned int *num_fences,
				      struct dma_fence ***fences);

/**
 * dma_resv_get_singleton() - all of them as one fence
 * @resv: not locked
 * @usage: which uses count
 * @fence: where it is stored, with a reference; NULL if there is none
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int dma_resv_get_singleton(struct dma_resv *resv,
					 enum dma_resv_usage usage,
					 struct dma_fence **fence);

/**
 * dma_resv_wait_timeout() - sleep until nobody is using the buffer
 * @resv: not locked
 * @usage: which uses count
 * @intr: see dma_fence_wait_timeout()
 * @timeout: ns
 *
 * No lock may be held.
 *
 * Return: as dma_fence_wait_timeout().
 */
EXPORT_SYMBOL s64 dma_resv_wait_timeout(struct dma_resv *resv,
					enum dma_resv_usage usage, bool intr,
					s64 timeout);

/**
 * dma_resv_for_each() - look at every fence, signalled or not
 * @resv: not locked
 * @fn: called for each, in order, with @resv locked: it may not signal, wait
 * for or drop a fence
 * @data: for @fn
 */
EXPORT_SYMBOL void dma_resv_for_each(struct dma_resv *resv,
				     void (*fn)(struct dma_fence *fence,
						enum dma_resv_usage usage,
						void *data),
				     void *data);

/**
 * dma_resv_watch() - follow whether a buffer is in use
 * @resv: not locked
 * @watch: memory of the caller until dma_resv_unwatch()
 * @changed: called once from here, with how it is now, and then as it changes
 */
EXPORT_SYMBOL void dma_resv_watch(struct dma_resv *resv,
				  struct dma_resv_watch *watch,
				  void (*changed)(struct dma_resv_watch *watch,
						  unsigned int events));

/* dma_resv_unwatch - end dma_resv_watch(); its callback is not running then */
EXPORT_SYMBOL void dma_resv_unwatch(struct dma_resv *resv,
				    struct dma_resv_watch *watch);

#endif
