/* SPDX-License-Identifier: MIT */
/**
 * DOC: work that is done later, by another thread
 *
 * A workqueue is a thread; what is queued there is done one after the other.
 * system_unbound_wq has as many threads as are needed: work there does not wait
 * for other work to end, unless the system has no more threads.
 */
#ifndef UPRIME_LINUX_WORKQUEUE_H
#define UPRIME_LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/list.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/**
 * struct work_struct - something to do
 *
 * Embedded in what it is about. It can be queued again, also by its function.
 */
struct work_struct {
	work_func_t func;      /* may free the work; constant */
	struct list_head node; /* while it is queued; the workqueues' lock */
	bool pending;	       /* it is queued; the workqueues' lock */
};

EXPORT_SYMBOL extern struct workqueue_struct *const system_unbound_wq;

/**
 * workqueue_prepare() - make sure that system_unbound_wq does what is queued
 *
 * Here, but not in a kernel, it needs a thread: call it once before.
 *
 * Return: 0; -EAGAIN (no thread to be had).
 */
EXPORT_SYMBOL int workqueue_prepare(void);

/* init_work - make work, in memory of the caller */
EXPORT_SYMBOL void init_work(struct work_struct *work, work_func_t func);
#define INIT_WORK(work, func) init_work(work, func)

/**
 * alloc_ordered_workqueue() - make a workqueue
 * @name: of the thread, for people
 * @flags: 0
 *
 * Return: a workqueue, for destroy_workqueue(); NULL: no memory, or no thread
 * to be had.
 */
EXPORT_SYMBOL struct workqueue_struct *alloc_ordered_workqueue(const char *name,
							       int flags);

/* destroy_workqueue - when all work is done. Not from its own thread. */
EXPORT_SYMBOL void destroy_workqueue(struct workqueue_struct *wq);

/**
 * queue_work() - let work be done
 * @wq: where
 * @work: any lock may be held
 *
 * Return: true; false: it is queued already, and is done once.
 */
EXPORT_SYMBOL bool queue_work(struct workqueue_struct *wq,
			      struct work_struct *work);

/**
 * flush_work() - wait until work is done
 * @work: queued, being done, or neither. No lock that its function takes may
 * be held.
 *
 * Return: true if it was waited for.
 */
EXPORT_SYMBOL bool flush_work(struct work_struct *work);

/* flush_workqueue - wait until all is done that is queued there now */
EXPORT_SYMBOL void flush_workqueue(struct workqueue_struct *wq);

#endif
