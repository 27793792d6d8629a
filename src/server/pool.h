/* SPDX-License-Identifier: MIT */
/* The threads which serve the programs' requests. */
#ifndef UPRIME_SERVER_POOL_H
#define UPRIME_SERVER_POOL_H

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

	struct mutex lock;
	pthread_cond_t changed;	 /* nr_offered, closing */
	unsigned int nr_places;	 /* lock; those taken or offered */
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

/**
 * pool_leave() - before the calling thread waits: let another have its place
 *
 * Return: 0 or -errno: there is no other; the place was kept.
 */
int pool_leave(struct pool *pool);

#endif
