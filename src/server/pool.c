/* SPDX-License-Identifier: MIT */
/**
 * DOC: the pool
 *
 * Requests are served in the order in which they come, by few threads. A
 * thread that works has a place, and there are half as many places as
 * processors: the programs have the other half. More threads would only take
 * the processors from each other, and which request is served next would be
 * for the scheduler to say.
 *
 * Who has a place takes the connection that is ready for longest, serves it,
 * and takes the next. Before it waits for anything but the next connection it
 * gives its place to another thread, and there is a new one if all are busy. So
 * a request that waits (for a fence, for an answer of its program) is in
 * nobody's way. When it goes on it does so without a place, as one thread more
 * for a moment, and then waits until it is offered one.
 *
 * What hardly ever waits, but may (a program's memory is read, which a slow
 * disk or another program has to fetch first), is not worth that each time. So
 * then a timer runs, and takes the place from who is at it for too long.
 *
 * Threads stay until the session ends. There are as many as were ever needed
 * at once: at most about one for each connection and one for each place.
 */
#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

/* Nothing on these threads recurses or has big locals. */
#define STACK_SIZE (256 * 1024)

/* How long a thread may be at risk with its place, in ns: up to twice that. */
#define RISK_MAX 10000000

enum risk {
	RISK_NONE,
	RISK_NEW,  /* ends without a lock */
	RISK_OLD,  /* pool.lock */
	RISK_LOST, /* its place is another's now; pool.lock */
};

/**
 * struct worker - a thread
 */
struct worker {
	struct pool *pool;   /* constant */
	pthread_t thread;    /* owned; constant */
	struct worker *next; /* constant */
	atomic_int risk;     /* enum risk */
};

unsigned int processors(void)
{
	cpu_set_t mine;

	CPU_ZERO(&mine);
	sched_getaffinity(0, sizeof(mine), &mine);
	return (unsigned int)CPU_COUNT(&mine);
}

/* Wait for a place. False: it is over. */
static bool get_place(struct pool *pool)
{
	bool got;

	mutex_lock(&pool->lock);
	pool->nr_spare++;
	while (!pool->nr_offered && !pool->closing) {
		mutex_cond_wait(&pool->changed, &pool->lock);
	}
	pool->nr_spare--;
	got = !pool->closing;
	if (got) {
		pool->nr_offered--;
	}
	mutex_unlock(&pool->lock);
	return got;
}

/* The connection that is ready for longest. NULL: it is over. */
static struct connection *next_ready(struct pool *pool)
{
	struct epoll_event event;

	while (epoll_wait(pool->ready, &event, 1, -1) != 1) {
	}
	return event.data.ptr;
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct pool *pool = worker->pool;
	struct connection *conn;

	while (get_place(pool)) {
		do {
			conn = next_ready(pool);
		} while (conn && connection_serve(conn, worker));
	}
	return NULL;
}

static int start_worker(struct pool *pool)
{
	struct worker *worker = malloc(sizeof(*worker));
	pthread_attr_t attr;
	int err;

	if (!worker) {
		return -ENOMEM;
	}
	worker->pool = pool;
	atomic_init(&worker->risk, RISK_NONE);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	err = pthread_create(&worker->thread, &attr, work, worker);
	pthread_attr_destroy(&attr);
	if (err) {
		debug("no thread to serve programs: %s", strerror(err));
		free(worker);
		return -ENOMEM;
	}
	worker->next = pool->workers;
	pool->workers = worker;
	return 0;
}

/* A place is free: somebody shall have it. */
static int offer_place(struct pool *pool)
{
	int ret = 0;

	lockdep_assert_held(&pool->lock);
	if (pool->nr_offered >= pool->nr_spare) {
		ret = start_worker(pool);
	}
	if (!ret) {
		pool->nr_offered++;
		pthread_cond_signal(&pool->changed);
	}
	return ret;
}

int pool_grow(struct pool *pool, unsigned int nr)
{
	int ret = hrtimer_prepare();

	mutex_lock(&pool->lock);
	while (pool->nr_places < min(nr, pool->max) && !ret) {
		ret = offer_place(pool);
		if (!ret) {
			pool->nr_places++;
		}
	}
	mutex_unlock(&pool->lock);
	return ret;
}

bool pool_is_wanted(const struct pool *pool)
{
	struct pollfd ready = {.fd = pool->ready, .events = POLLIN};

	return poll(&ready, 1, 0) > 0;
}

int pool_leave(struct worker *worker)
{
	struct pool *pool = worker->pool;
	int ret;

	mutex_lock(&pool->lock);
	ret = offer_place(pool);
	mutex_unlock(&pool->lock);
	return ret;
}

/* Somebody is at risk for long: let another have his place. True: one more
 * look is needed. */
static bool check_worker(struct worker *worker)
{
	int risk = RISK_NEW;

	if (atomic_compare_exchange_strong(&worker->risk, &risk, RISK_OLD)) {
		return true;
	}
	if (risk != RISK_OLD) {
		return false;
	}
	if (offer_place(worker->pool)) {
		return true;
	}
	atomic_store(&worker->risk, RISK_LOST);
	return false;
}

static void start_watch(struct pool *pool)
{
	if (!atomic_load(&pool->watched) &&
	    !atomic_exchange(&pool->watched, true)) {
		hrtimer_start(&pool->watch, RISK_MAX, HRTIMER_MODE_REL);
	}
}

static enum hrtimer_restart check_workers(struct hrtimer *timer)
{
	struct pool *pool = container_of(timer, struct pool, watch);
	bool again = false;

	/* Who is at risk from now on sees that there is a timer. */
	atomic_store(&pool->watched, false);
	mutex_lock(&pool->lock);
	for (struct worker *worker = pool->workers; worker;
	     worker = worker->next) {
		again |= check_worker(worker);
	}
	mutex_unlock(&pool->lock);
	if (again) {
		start_watch(pool);
	}
	return HRTIMER_NORESTART;
}

void pool_risk(struct worker *worker)
{
	atomic_store(&worker->risk, RISK_NEW);
	start_watch(worker->pool);
}

bool pool_safe(struct worker *worker)
{
	int risk = RISK_NEW;
	bool lost;

	if (atomic_compare_exchange_strong(&worker->risk, &risk, RISK_NONE)) {
		return true;
	}
	mutex_lock(&worker->pool->lock);
	lost = atomic_exchange(&worker->risk, RISK_NONE) == RISK_LOST;
	mutex_unlock(&worker->pool->lock);
	return !lost;
}

int pool_open(struct pool *pool)
{
	struct epoll_event event = {.events = EPOLLIN};

	mutex_init(&pool->lock);
	pthread_cond_init(&pool->changed, NULL);
	hrtimer_init(&pool->watch, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	pool->watch.function = check_workers;
	pool->max = max(processors() / 2, 1u);
	pool->ready = epoll_create1(EPOLL_CLOEXEC);
	pool->end = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->ready < 0 || pool->end < 0 ||
	    epoll_ctl(pool->ready, EPOLL_CTL_ADD, pool->end, &event)) {
		return -errno;
	}
	return 0;
}

void pool_close(struct pool *pool)
{
	struct worker *worker;

	hrtimer_cancel(&pool->watch);
	eventfd_write(pool->end, 1);
	mutex_lock(&pool->lock);
	pool->closing = true;
	pthread_cond_broadcast(&pool->changed);
	mutex_unlock(&pool->lock);
	/* Nobody is left who would start another. */
	while ((worker = pool->workers)) {
		pool->workers = worker->next;
		pthread_join(worker->thread, NULL);
		free(worker);
	}
	close(pool->end);
	close(pool->ready);
	pthread_cond_destroy(&pool->changed);
	mutex_destroy(&pool->lock);
}
