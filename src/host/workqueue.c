/* SPDX-License-Identifier: MIT */
/**
 * DOC: workqueues
 *
 * A workqueue is a list of work and the threads that take from it: one, or, of
 * system_unbound_wq, one more whenever work is queued and no thread is idle.
 * Its last thread stays, the others end when they were idle for a while.
 *
 * works_lock guards it all; functions run without it. Threads have all signals
 * blocked: they are for the program's threads.
 */
#include <errno.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <uprime/host.h>

#include "fault.h"

#define IDLE_NS	    2000000000LL
#define NS_PER_S    1000000000LL
#define NAME_LENGTH 16 /* as much as a thread can have */

/**
 * struct workqueue_struct - a workqueue
 *
 * All fields: works_lock.
 */
struct workqueue_struct {
	struct list_head works;		  /* work_struct.node, the next first */
	pthread_cond_t changed;		  /* there is work, or it is the end */
	u64 nr_queued, nr_taken, nr_done; /* so far */
	unsigned int nr_threads, nr_idle;
	bool unbound;	  /* threads are made as needed */
	bool ending;	  /* the threads end once nothing is left to do */
	pthread_t thread; /* of an ordered one */
	char name[NAME_LENGTH];
};

/* A thread, as long as it runs. */
struct worker {
	struct list_head node;	     /* workers; works_lock */
	struct work_struct *current; /* what it is doing, or NULL; works_lock */
};

static pthread_mutex_t works_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER; /* some work */
static LIST_HEAD(workers);			       /* worker.node */

static struct workqueue_struct unbound_wq = {
	.works = LIST_HEAD_INIT(unbound_wq.works),
	.changed = PTHREAD_COND_INITIALIZER,
	.unbound = true,
	.name = "uprime-work",
};

struct workqueue_struct *const system_unbound_wq = &unbound_wq;

static void do_next(struct workqueue_struct *wq, struct worker *worker)
{
	struct work_struct *work =
		list_first_entry(&wq->works, struct work_struct, node);

	list_del_init(&work->node);
	work->pending = false;
	wq->nr_taken++;
	worker->current = work;
	pthread_mutex_unlock(&works_lock);

	work->func(work);

	pthread_mutex_lock(&works_lock);
	worker->current = NULL;
	wq->nr_done++;
	pthread_cond_broadcast(&done);
}

/* Wait until there is work. False: the thread is to end. */
static bool wait_for_work(struct workqueue_struct *wq)
{
	s64 until = ktime_get_ns() + IDLE_NS;
	struct timespec deadline = {until / NS_PER_S, until % NS_PER_S};
	int err = 0;

	wq->nr_idle++;
	while (list_empty(&wq->works) && !wq->ending && !err) {
		if (wq->nr_threads == 1) {
			pthread_cond_wait(&wq->changed, &works_lock);
		} else {
			err = pthread_cond_clockwait(&wq->changed, &works_lock,
						     CLOCK_MONOTONIC,
						     &deadline);
		}
	}
	wq->nr_idle--;
	return !list_empty(&wq->works);
}

static void *worker_thread(void *data)
{
	struct workqueue_struct *wq = data;
	struct worker worker = {.current = NULL};

	pthread_mutex_lock(&works_lock);
	pthread_setname_np(pthread_self(), wq->name);
	list_add_tail(&worker.node, &workers);
	do {
		while (!list_empty(&wq->works)) {
			do_next(wq, &worker);
		}
	} while (wait_for_work(wq));
	list_del_init(&worker.node);
	wq->nr_threads--;
	pthread_mutex_unlock(&works_lock);
	return NULL;
}

/* With the lock held. */
static int start_thread(struct workqueue_struct *wq)
{
	sigset_t all, old;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = fault_point()
		      ? EAGAIN
		      : pthread_create(&wq->thread, NULL, worker_thread, wq);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err) {
		return -err;
	}
	if (wq->unbound) {
		pthread_detach(wq->thread);
	}
	wq->nr_threads++;
	return 0;
}

int workqueue_prepare(void)
{
	int ret = 0;

	pthread_mutex_lock(&works_lock);
	if (!unbound_wq.nr_threads) {
		ret = start_thread(&unbound_wq);
	}
	pthread_mutex_unlock(&works_lock);
	return ret;
}

void init_work(struct work_struct *work, work_func_t func)
{
	work->func = func;
	INIT_LIST_HEAD(&work->node);
	work->pending = false;
}

struct workqueue_struct *alloc_ordered_workqueue(const char *name, int flags)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	int ret;

	(void)flags;
	if (!wq) {
		return NULL;
	}
	INIT_LIST_HEAD(&wq->works);
	pthread_cond_init(&wq->changed, NULL);
	snprintf(wq->name, sizeof(wq->name), "%s", name);
	pthread_mutex_lock(&works_lock);
	ret = start_thread(wq);
	pthread_mutex_unlock(&works_lock);
	if (ret) {
		pthread_cond_destroy(&wq->changed);
		kfree(wq);
		return NULL;
	}
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	pthread_mutex_lock(&works_lock);
	wq->ending = true;
	pthread_cond_signal(&wq->changed);
	pthread_mutex_unlock(&works_lock);
	pthread_join(wq->thread, NULL);
	pthread_cond_destroy(&wq->changed);
	kfree(wq);
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	bool queued;

	pthread_mutex_lock(&works_lock);
	queued = !work->pending;
	if (queued) {
		work->pending = true;
		list_add_tail(&work->node, &wq->works);
		wq->nr_queued++;
		/* Without one more it is done later, but in order. */
		if (wq->unbound && wq->nr_queued - wq->nr_taken > wq->nr_idle) {
			start_thread(wq);
		}
		WARN_ON(!wq->nr_threads);
		pthread_cond_signal(&wq->changed);
	}
	pthread_mutex_unlock(&works_lock);
	return queued;
}

/* With the lock held. */
static bool is_under_way(struct work_struct *work)
{
	struct worker *worker;

	if (work->pending) {
		return true;
	}
	list_for_each_entry (worker, &workers, node) {
		if (worker->current == work) {
			return true;
		}
	}
	return false;
}

bool flush_work(struct work_struct *work)
{
	bool waited = false;

	pthread_mutex_lock(&works_lock);
	while (is_under_way(work)) {
		waited = true;
		pthread_cond_wait(&done, &works_lock);
	}
	pthread_mutex_unlock(&works_lock);
	return waited;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	u64 until;

	pthread_mutex_lock(&works_lock);
	until = wq->nr_queued;
	while (wq->nr_done < until) {
		pthread_cond_wait(&done, &works_lock);
	}
	pthread_mutex_unlock(&works_lock);
}
