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
 * Threads stay until the session ends: as many as were ever needed at once,
 * which is at most one for each connection and one for each place.
 */
#include "pool.h"

#include <errno.h>
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

/**
 * struct worker - a thread; constant
 */
struct worker {
	struct pool *pool;
	pthread_t thread; /* owned */
	struct worker *next;
};

unsigned int processors(void)
{
	cpu_set_t mine;

	CPU_ZERO(&mine);
	sched_getaffinity(0, sizeof(mine), &mine);
	return (unsigned int)CPU_COUNT(&mine);
}

int pool_open(struct pool *pool)
{
	struct epoll_event event = {.events = EPOLLIN};

	mutex_init(&pool->lock);
	pthread_cond_init(&pool->changed, NULL);
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
		} while (conn && connection_serve(conn));
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
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	err = pthread_create(&worker->thread, &attr, work, worker);
	pthread_attr_destroy(&attr);
	if (err) {
		debug("no thread to serve programs: %s", strerror(err));
		free(worker);
		return -err;
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
	int ret = 0;

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

int pool_leave(struct pool *pool)
{
	int ret;

	mutex_lock(&pool->lock);
	ret = offer_place(pool);
	mutex_unlock(&pool->lock);
	return ret;
}
