/* SPDX-License-Identifier: MIT */
/* The threads which serve the programs' requests. */
#ifndef UPRIME_SERVER_POOL_H
#define UPRIME_SERVER_POOL_H

#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct worker;

/**
 * struct pool - threads, and the places at which they work
 */
struct pool {
	int ready;	  /* epoll of who waits to be served; owned; constant */
	int end;	  /* eventfd, readable once it ends; owned; constant */
	unsigned int max; /* places; constant */
	struct hrtimer watch; /* looks at who is at risk */
	atomic_bool watched;  /* it runs */

	struct mutex lock;
	pthread_cond_t changed;	 /* nr_offered, closing */
	unsigned int nr_places;	 /* lock; all, taken or offered */
	unsigned int nr_offered; /* lock; to threads that have none */
	unsigned int nr_spare;	 /* lock; threads that wait for an offer */
	struct worker *workers;	 /* lock; all threads; owned */
	bool closing;		 /* lock */
};

/* processors - how many this process may use */
unsigned int processors(void);

/**
 * pool_open() - make a pool without threads
 *
 * Return: 0 or -errno.
 */
int pool_open(struct pool *pool);

/**
 * pool_close() - end all threads, which have nothing to do any more
 */
void pool_close(struct pool *pool);

/**
 * pool_grow() - have threads for a number of programs
 * @nr: programs
 *
 * Return: 0 or -errno: there are not enough.
 */
int pool_grow(struct pool *pool, unsigned int nr);

/* pool_is_wanted - is a connection ready? */
bool pool_is_wanted(const struct pool *pool);

/**
 * pool_leave() - before the calling thread waits: let another have its place
 * @worker: the calling thread
 *
 * Return: 0; -ENOMEM: there is no other, the place was kept.
 */
int pool_leave(struct worker *worker);

/* pool_risk - before the calling thread does what hardly ever waits */
void pool_risk(struct worker *worker);
/* pool_safe - after it. False: it did wait, and the place is another's. */
bool pool_safe(struct worker *worker);

#endif
