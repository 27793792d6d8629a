/* SPDX-License-Identifier: MIT */
/**
 * DOC: work that is done later, by another thread
 *
 * A workqueue is a thread, which exists once work was queued; its work is done
 * one after the other. system_unbound_wq has as many threads as are needed:
 * what is queued there never waits for other work.
 */
#ifndef UPRIME_LINUX_WORKQUEUE_H
#define UPRIME_LINUX_WORKQUEUE_H

#include <linux/kernel.h>
#include <linux/list.h>

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/**
 * struct work_struct - something to do; embedded in what it is about
 */
struct work_struct {
	work_func_t func;      /* may free the work */
	struct list_head node; /* while it is queued */
	bool pending;
};

EXPORT_SYMBOL extern struct workqueue_struct *const system_unbound_wq;

EXPORT_SYMBOL void init_work(struct work_struct *work, work_func_t func);
#define INIT_WORK(work, func) init_work(work, func)
/* alloc_ordered_workqueue - NULL: no memory, or no thread to be had */
EXPORT_SYMBOL struct workqueue_struct *alloc_ordered_workqueue(const char *name,
							       int flags);
/* destroy_workqueue - when all work is done */
EXPORT_SYMBOL void destroy_workqueue(struct workqueue_struct *wq);
/* queue_work - false: it is queued already. Any lock may be held. */
EXPORT_SYMBOL bool queue_work(struct workqueue_struct *wq,
			      struct work_struct *work);
/* flush_work - wait until it is done, if it is queued or being done */
EXPORT_SYMBOL bool flush_work(struct work_struct *work);
/* flush_workqueue - wait until all is done that is queued now */
EXPORT_SYMBOL void flush_workqueue(struct workqueue_struct *wq);

#endif
