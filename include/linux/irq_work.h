/* SPDX-License-Identifier: MIT */
/**
 * DOC: work for when the locks are given up
 *
 * A callback that runs under a spinlock can do what must not be done under it a
 * little later: when the thread has given up its last spinlock, before
 * spin_unlock() returns. Sleeping locks may be held then, as in the kernel, but
 * no lock of a fence. Work that queues work, however long that goes on, needs
 * no stack.
 */
#ifndef UPRIME_LINUX_IRQ_WORK_H
#define UPRIME_LINUX_IRQ_WORK_H

#include <linux/kernel.h>

/**
 * struct irq_work - something to do
 *
 * Embedded in what it is done to; in the hand of one thread while queued.
 */
struct irq_work {
	struct irq_work *next; /* the next in the thread's queue */
	void (*func)(struct irq_work *work); /* constant; may free it */
};

static inline void init_irq_work(struct irq_work *work,
				 void (*func)(struct irq_work *work))
{
	work->next = NULL;
	work->func = func;
}

/**
 * irq_work_queue() - do something as soon as this thread has no spinlock
 * @work: in no queue
 */
EXPORT_SYMBOL void irq_work_queue(struct irq_work *work);

#endif
