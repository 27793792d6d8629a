/* SPDX-License-Identifier: MIT */
/**
 * DOC: fences
 *
 * A fence stands for work under way: it is signalled once, and stays so. Who
 * waits for it adds a callback, which is called once when it is signalled, or
 * sleeps in dma_fence_wait_timeout().
 *
 * A fence belongs to a context, the line of work in which it stands, and has a
 * sequence number there: of two fences of one context the one with the higher
 * number is signalled later.
 *
 * dma_fence.lock is its maker's; fences of one context may share it. It guards
 * the list of callbacks and the change to "signalled". Callbacks run under it:
 * they may take no lock under which a fence is signalled, waited for or given
 * up, and signal no fence; irq_work_queue() is for that. A fence of fences is
 * locked before those: it asks them under its own lock.
 *
 * The lock is taken with spin_lock(): a fence given up under a spinlock is
 * released when the thread has none any more.
 */
#ifndef UPRIME_LINUX_DMA_FENCE_H
#define UPRIME_LINUX_DMA_FENCE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <stdatomic.h>
#include <uprime/host.h>

struct dma_fence;
struct dma_fence_cb;

/**
 * struct dma_fence_ops - what the maker of a fence does
 */
struct dma_fence_ops {
	const char *(*get_driver_name)(struct dma_fence *fence);
	const char *(*get_timeline_name)(struct dma_fence *fence);
	/* optional: begin to watch for the end, with the lock held; false: it
	 * has come already */
	bool (*enable_signaling)(struct dma_fence *fence);
	/* optional: is it signalled, although nobody has said so? */
	bool (*signaled)(struct dma_fence *fence);
	/* optional: the last reference is gone: free it; without: kfree() */
	void (*release)(struct dma_fence *fence);
	/* optional: its state as text, for people */
	void (*fence_value_str)(struct dma_fence *fence, char *str, int size);
	void (*timeline_value_str)(struct dma_fence *fence, char *str,
				   int size);
	/* optional: somebody wants it by then; ns of CLOCK_MONOTONIC */
	void (*set_deadline)(struct dma_fence *fence, s64 deadline);
	/* Its numbers have 64 bits; else 32, which wrap around. */
	bool use_64bit_seqno;
};

enum dma_fence_flag_bits {
	DMA_FENCE_FLAG_SIGNALED_BIT,
	DMA_FENCE_FLAG_TIMESTAMP_BIT,
	DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT,
	DMA_FENCE_FLAG_USER_BITS, /* from here on: its maker's */
};

/**
 * struct dma_fence - work under way
 *
 * Embedded in its maker's struct, or allocated with kzalloc().
 */
struct dma_fence {
	spinlock_t *lock;                /* its maker's; constant */
	const struct dma_fence_ops *ops; /* constant */
	struct list_head cb_list;        /* dma_fence_cb.node; lock */
	s64 timestamp;       /* ns, CLOCK_MONOTONIC; once signalled */
	u64 context;         /* constant */
	u64 seqno;           /* constant */
	atomic_ulong flags;  /* bits of enum dma_fence_flag_bits */
	struct kref refcount;
	int error; /* 0 or -errno; set before it is signalled */
};

typedef void (*dma_fence_func_t)(struct dma_fence *fence,
				 struct dma_fence_cb *cb);

/**
 * struct dma_fence_cb - somebody who wants to know
 *
 * Embedded in the waiter.
 */
struct dma_fence_cb {
	struct list_head node; /* dma_fence.cb_list */
	dma_fence_func_t func; /* called with the fence's lock held */
};

/**
 * dma_fence_context_alloc() - new contexts
 * @num: how many
 *
 * Return: the first of @num numbers in a row that were never used.
 */
EXPORT_SYMBOL u64 dma_fence_context_alloc(unsigned int num);

/**
 * dma_fence_init() - make a fence
 * @fence: memory of the caller, who has the one reference
 * @ops: what its maker does
 * @lock: a lock of its maker, alive as long as the fence
 * @context: from dma_fence_context_alloc()
 * @seqno: its number there
 */
EXPORT_SYMBOL void dma_fence_init(struct dma_fence *fence,
				  const struct dma_fence_ops *ops,
				  spinlock_t *lock, u64 context, u64 seqno);

/* dma_fence_get - take a reference; NULL is allowed. Return: @fence. */
EXPORT_SYMBOL struct dma_fence *dma_fence_get(struct dma_fence *fence);

/* dma_fence_put - drop a reference; NULL is allowed. Its release runs at once,
 * or when the thread has given up its last spinlock, or at the end of that of
 * another fence. */
EXPORT_SYMBOL void dma_fence_put(struct dma_fence *fence);

/* dma_fence_free - what release does where a maker has none of its own */
EXPORT_SYMBOL void dma_fence_free(struct dma_fence *fence);

/**
 * dma_fence_signal() - the work is done
 * @fence: the fence, not locked
 *
 * Return: 0; -EINVAL if it was signalled before.
 */
EXPORT_SYMBOL int dma_fence_signal(struct dma_fence *fence);

/* dma_fence_signal_locked - dma_fence_signal() with the fence's lock held */
EXPORT_SYMBOL int dma_fence_signal_locked(struct dma_fence *fence);

/* dma_fence_signal_timestamp - dma_fence_signal(), of work that was done at
 * @timestamp (ns of CLOCK_MONOTONIC) */
EXPORT_SYMBOL int dma_fence_signal_timestamp(struct dma_fence *fence,
					     s64 timestamp);

/**
 * dma_fence_set_error() - the work has failed
 * @fence: a fence that is not signalled yet
 * @error: -errno
 */
EXPORT_SYMBOL void dma_fence_set_error(struct dma_fence *fence, int error);

/* dma_fence_is_signaled - is the work done? */
EXPORT_SYMBOL bool dma_fence_is_signaled(struct dma_fence *fence);

/* dma_fence_is_signaled_locked - the same with the fence's lock held */
EXPORT_SYMBOL bool dma_fence_is_signaled_locked(struct dma_fence *fence);

/* dma_fence_enable_sw_signaling - let the maker watch for the end */
EXPORT_SYMBOL void dma_fence_enable_sw_signaling(struct dma_fence *fence);

/**
 * dma_fence_get_status() - how the work went
 * @fence: the fence
 *
 * Return: 0 not done, 1 done, -errno failed.
 */
EXPORT_SYMBOL int dma_fence_get_status(struct dma_fence *fence);

/* dma_fence_set_deadline - somebody wants it by then; ns of CLOCK_MONOTONIC */
EXPORT_SYMBOL void dma_fence_set_deadline(struct dma_fence *fence,
					  s64 deadline);

/**
 * dma_fence_add_callback() - be told when a fence is signalled
 * @fence: referenced by the caller until then or dma_fence_remove_callback()
 * @cb: memory of the caller
 * @func: called once
 *
 * Return: 0; -ENOENT if it is signalled already, and @func is not called.
 */
EXPORT_SYMBOL int dma_fence_add_callback(struct dma_fence *fence,
					 struct dma_fence_cb *cb,
					 dma_fence_func_t func);

/**
 * dma_fence_remove_callback() - not be told after all
 * @fence: the fence
 * @cb: as given to dma_fence_add_callback()
 *
 * When this returns the callback is not running.
 *
 * Return: true if it was removed, false if it was called.
 */
EXPORT_SYMBOL bool dma_fence_remove_callback(struct dma_fence *fence,
					     struct dma_fence_cb *cb);

/* Which of two numbers of 64 bits is the later one? */
static inline bool __dma_fence_is_later(u64 a, u64 b)
{
	return a > b;
}

/* dma_fence_is_later - is @a the later of two fences of one context? */
static inline bool dma_fence_is_later(struct dma_fence *a, struct dma_fence *b)
{
	if (a->context != b->context) {
		return false;
	}
	return a->ops->use_64bit_seqno
		       ? __dma_fence_is_later(a->seqno, b->seqno)
		       : (s32)((u32)a->seqno - (u32)b->seqno) > 0;
}

/* dma_fence_is_later_or_same - is @a not the earlier of two of one context? */
static inline bool dma_fence_is_later_or_same(struct dma_fence *a,
					      struct dma_fence *b)
{
	return a == b || dma_fence_is_later(a, b);
}

/**
 * dma_fence_get_stub() - a fence that is signalled
 *
 * Return: the one stub there is, with a reference for the caller. Its names
 * are "stub", its context and number 0.
 */
EXPORT_SYMBOL struct dma_fence *dma_fence_get_stub(void);

/**
 * dma_fence_allocate_private_stub() - a signalled fence of one's own
 * @timestamp: when it was signalled, ns of CLOCK_MONOTONIC
 *
 * Return: the fence, or NULL (no memory).
 */
EXPORT_SYMBOL struct dma_fence *dma_fence_allocate_private_stub(s64 timestamp);

/* No time limit for dma_fence_wait_timeout(), in ns. */
#define MAX_SCHEDULE_TIMEOUT INT64_MAX

/**
 * dma_fence_wait_timeout() - sleep until a fence is signalled
 * @fence: referenced by the caller
 * @intr: end also when the task has a signal to handle
 * @timeout: ns; 0 only asks
 *
 * No lock may be held.
 *
 * Return: what is left of @timeout, at least 1, if it is signalled; 0 if not
 * in time; -EINTR if interrupted; -ENOMEM.
 */
EXPORT_SYMBOL s64 dma_fence_wait_timeout(struct dma_fence *fence, bool intr,
					 s64 timeout);

/* dma_fence_wait - sleep until a fence is signalled: 0, -EINTR, -ENOMEM */
EXPORT_SYMBOL int dma_fence_wait(struct dma_fence *fence, bool intr);

#endif
