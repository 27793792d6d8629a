/* SPDX-License-Identifier: MIT */
/* Something that happens once, and can be waited for by many. */
#ifndef UPRIME_LINUX_COMPLETION_H
#define UPRIME_LINUX_COMPLETION_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <uprime/host.h>

/**
 * struct completion - something that has happened or will
 *
 * Embedded in what it is about.
 */
struct completion {
	spinlock_t lock;
	bool done;		  /* lock */
	struct list_head waiters; /* tasks that sleep; lock */
};

/* init_completion - it has not happened yet */
EXPORT_SYMBOL void init_completion(struct completion *x);

/* complete_all - it has happened. Any lock may be held. */
EXPORT_SYMBOL void complete_all(struct completion *x);

/* completion_done - has it? Any lock may be held. */
EXPORT_SYMBOL bool completion_done(struct completion *x);

/**
 * wait_for_completion_timeout() - wait until it has happened
 * @x: what
 * @timeout: ns from now, or TASK_FOREVER
 * @intr: end also when the current task has a signal to handle, or cannot wait
 *
 * No lock may be held.
 *
 * Return: 0; -ETIMEDOUT; with @intr also -EINTR, -ENOMEM (cannot wait).
 */
EXPORT_SYMBOL int wait_for_completion_timeout(struct completion *x, s64 timeout,
					      bool intr);

#endif
