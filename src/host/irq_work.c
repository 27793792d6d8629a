/* SPDX-License-Identifier: MIT */
/* See <linux/irq_work.h>. A thread has a queue of its own: nothing is shared,
 * nothing locked. */
#include <linux/irq_work.h>
#include <linux/spinlock.h>

_Thread_local struct spinlock_thread spinlock_thread;

static _Thread_local struct irq_work *first, **last;

void spinlock_run_work(void)
{
	struct irq_work *work;

	/* Work that takes spinlocks itself comes back here. */
	if (spinlock_thread.runs) {
		return;
	}
	spinlock_thread.runs = true;
	while ((work = first) != NULL) {
		first = work->next;
		work->func(work);
	}
	spinlock_thread.runs = false;
	spinlock_thread.has_work = false;
}

void irq_work_queue(struct irq_work *work)
{
	work->next = NULL;
	if (first) {
		*last = work;
	} else {
		first = work;
	}
	last = &work->next;
	spinlock_thread.has_work = true;
	if (!spinlock_thread.held) {
		spinlock_run_work();
	}
}
