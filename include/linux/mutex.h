/* SPDX-License-Identifier: MIT */
/* Sleeping locks which know their owner, so that code can state (and the
 * debug build check) which lock it needs. */
#ifndef UPRIME_LINUX_MUTEX_H
#define UPRIME_LINUX_MUTEX_H

#include <assert.h>
#include <linux/kernel.h>
#include <pthread.h>
#include <stdatomic.h>

struct mutex {
	pthread_mutex_t lock;
	_Atomic(const void *) owner; /* mutex_self() of the holder */
};

#define DEFINE_MUTEX(name)                                                     \
	struct mutex name = {.lock = PTHREAD_MUTEX_INITIALIZER}

EXPORT_SYMBOL extern _Thread_local char mutex_self_mark;

static inline void mutex_init(struct mutex *m)
{
	pthread_mutex_init(&m->lock, NULL);
	atomic_init(&m->owner, NULL);
}

static inline void mutex_destroy(struct mutex *m)
{
	pthread_mutex_destroy(&m->lock);
}

static inline bool mutex_is_mine(struct mutex *m)
{
	return atomic_load_explicit(&m->owner, memory_order_relaxed) ==
	       &mutex_self_mark;
}

static inline void mutex_lock(struct mutex *m)
{
	assert(!mutex_is_mine(m));
	pthread_mutex_lock(&m->lock);
	atomic_store_explicit(&m->owner, &mutex_self_mark,
			      memory_order_relaxed);
}

static inline void mutex_unlock(struct mutex *m)
{
	assert(mutex_is_mine(m));
	atomic_store_explicit(&m->owner, NULL, memory_order_relaxed);
	pthread_mutex_unlock(&m->lock);
}

/* mutex_cond_wait - wait for a condition with the lock given up meanwhile */
static inline void mutex_cond_wait(pthread_cond_t *cond, struct mutex *m)
{
	atomic_store_explicit(&m->owner, NULL, memory_order_relaxed);
	pthread_cond_wait(cond, &m->lock);
	atomic_store_explicit(&m->owner, &mutex_self_mark,
			      memory_order_relaxed);
}

#define lockdep_assert_held(m) assert(mutex_is_mine(m))

#endif
