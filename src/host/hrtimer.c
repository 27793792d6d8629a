/* SPDX-License-Identifier: MIT */
/**
 * DOC: timers
 *
 * The timers that run stand in a list, the next to expire first; the thread
 * sleeps until then. Most are started with the time all others have, so a
 * timer's place is looked for from the end.
 *
 * timers_lock guards it all. Functions run without it, one at a time;
 * hrtimer_cancel() waits for the one that is running.
 */
#include <errno.h>
#include <linux/hrtimer.h>
#include <pthread.h>
#include <signal.h>

#include "fault.h"

static pthread_mutex_t timers_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER; /* the first one */
static pthread_cond_t ran = PTHREAD_COND_INITIALIZER;
static LIST_HEAD(timers);	/* hrtimer.node; timers_lock */
static bool has_thread;		/* timers_lock */
static pthread_t thread;	/* timers_lock */
static struct hrtimer *running; /* timers_lock */
static bool cancelled;		/* it is not to go on; timers_lock */

static void insert(struct hrtimer *timer)
{
	struct list_head *before = timers.prev;

	while (before != &timers &&
	       list_entry(before, struct hrtimer, node)->expires >
		       timer->expires) {
		before = before->prev;
	}
	list_add(&timer->node, before);
	if (timers.next == &timer->node) {
		pthread_cond_signal(&changed);
	}
}

static void run(struct hrtimer *timer)
{
	enum hrtimer_restart restart;

	list_del_init(&timer->node);
	running = timer;
	cancelled = false;
	pthread_mutex_unlock(&timers_lock);

	restart = timer->function(timer);

	pthread_mutex_lock(&timers_lock);
	/* Without a restart it may be gone. */
	if (restart == HRTIMER_RESTART && !cancelled && list_empty(&timer->node)) {
		insert(timer);
	}
	running = NULL;
	pthread_cond_broadcast(&ran);
}

static void *timers_thread(void *data)
{
	(void)data;
	pthread_mutex_lock(&timers_lock);
	for (;;) {
		struct hrtimer *first;
		struct timespec until;

		if (list_empty(&timers)) {
			pthread_cond_wait(&changed, &timers_lock);
			continue;
		}
		first = list_first_entry(&timers, struct hrtimer, node);
		if (first->expires <= ktime_get_ns()) {
			run(first);
			continue;
		}
		until.tv_sec = first->expires / NSEC_PER_SEC;
		until.tv_nsec = first->expires % NSEC_PER_SEC;
		pthread_cond_clockwait(&changed, &timers_lock, CLOCK_MONOTONIC,
				       &until);
	}
	return NULL;
}

/* With all signals blocked: they are for the program's threads. */
static int start_thread(void)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = fault_point() ? EAGAIN
			    : pthread_create(&thread, NULL, timers_thread,
					     NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!err) {
		pthread_detach(thread);
		has_thread = true;
	}
	return -err;
}

int hrtimer_prepare(void)
{
	int ret;

	pthread_mutex_lock(&timers_lock);
	ret = has_thread ? 0 : start_thread();
	pthread_mutex_unlock(&timers_lock);
	return ret;
}

void hrtimer_init(struct hrtimer *timer, clockid_t clock,
		  enum hrtimer_mode mode)
{
	(void)mode;
	WARN_ON(clock != CLOCK_MONOTONIC);
	INIT_LIST_HEAD(&timer->node);
}

void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode)
{
	pthread_mutex_lock(&timers_lock);
	WARN_ON(!has_thread);
	list_del_init(&timer->node);
	timer->expires = time;
	if (mode == HRTIMER_MODE_REL) {
		timer->expires += ktime_get_ns();
	}
	insert(timer);
	pthread_mutex_unlock(&timers_lock);
}

int hrtimer_cancel(struct hrtimer *timer)
{
	int was_running;

	pthread_mutex_lock(&timers_lock);
	was_running = !list_empty(&timer->node);
	if (running == timer) {
		cancelled = true;
		while (running == timer &&
		       !pthread_equal(thread, pthread_self())) {
			pthread_cond_wait(&ran, &timers_lock);
		}
	}
	list_del_init(&timer->node);
	pthread_mutex_unlock(&timers_lock);
	return was_running;
}

u64 hrtimer_forward(struct hrtimer *timer, ktime_t now, ktime_t interval)
{
	u64 steps;

	if (now < timer->expires) {
		return 0;
	}
	steps = (u64)((now - timer->expires) / interval) + 1;
	timer->expires += (ktime_t)steps * interval;
	return steps;
}
