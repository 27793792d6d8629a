/* SPDX-License-Identifier: MIT */
/* Completions: see <linux/completion.h>. */
#include <errno.h>
#include <linux/completion.h>

/* A task that waits, as long as it does. */
struct waiter {
	struct list_head node; /* completion.waiters; its lock */
	struct task *task;
};

void init_completion(struct completion *x)
{
	spin_lock_init(&x->lock);
	x->done = false;
	INIT_LIST_HEAD(&x->waiters);
}

void complete_all(struct completion *x)
{
	struct waiter *waiter;

	spin_lock(&x->lock);
	x->done = true;
	list_for_each_entry (waiter, &x->waiters, node) {
		task_wake(waiter->task);
	}
	spin_unlock(&x->lock);
}

bool completion_done(struct completion *x)
{
	bool done;

	spin_lock(&x->lock);
	done = x->done;
	spin_unlock(&x->lock);
	return done;
}

static int wait_until(struct completion *x, s64 deadline, bool intr)
{
	struct waiter waiter = {.task = current_task()};
	int ret = 0;

	spin_lock(&x->lock);
	list_add_tail(&waiter.node, &x->waiters);
	while (!x->done && !ret) {
		spin_unlock(&x->lock);
		ret = task_sleep(deadline, intr);
		spin_lock(&x->lock);
	}
	/* It can have happened together with the end of the time. */
	if (x->done) {
		ret = 0;
	}
	list_del_init(&waiter.node);
	spin_unlock(&x->lock);
	return ret;
}

int wait_for_completion_timeout(struct completion *x, s64 timeout, bool intr)
{
	s64 deadline = TASK_FOREVER, now = ktime_get_ns();
	struct task *task = current_task();
	int ret;

	if (timeout < TASK_FOREVER - now) {
		deadline = now + timeout;
	}
	ret = wait_until(x, deadline, intr);
	if (ret == -ENOMEM && !intr) {
		/* The task cannot wait, but this thread can. */
		set_current_task(NULL);
		ret = wait_until(x, deadline, false);
		set_current_task(task);
	}
	return ret;
}
