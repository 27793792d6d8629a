/* SPDX-License-Identifier: MIT */
/* Locks for short sections. In a process nothing is gained by spinning, so
 * they are mutexes; but a thread knows how many it holds: see
 * <linux/irq_work.h>. */
#ifndef UPRIME_LINUX_SPINLOCK_H
#define UPRIME_LINUX_SPINLOCK_H

#include <linux/mutex.h>

typedef struct mutex spinlock_t;

/**
 * struct spinlock_thread - the spinlocks of a thread
 */
struct spinlock_thread {
	unsigned int held; /* how many */
	bool has_work;	   /* something waits until there is none */
	bool runs;	   /* and is being done */
};

EXPORT_SYMBOL extern _Thread_local struct spinlock_thread spinlock_thread;

/* spinlock_run_work - do what waits until the thread holds no spinlock */
EXPORT_SYMBOL void spinlock_run_work(void);

#define DEFINE_SPINLOCK(name) DEFINE_MUTEX(name)

#define spin_lock_init(lock) mutex_init(lock)

static inline void spin_lock(spinlock_t *lock)
{
	mutex_lock(lock);
	spinlock_thread.held++;
}

static inline void spin_unlock(spinlock_t *lock)
{
	mutex_unlock(lock);
	if (!--spinlock_thread.held && spinlock_thread.has_work) {
		spinlock_run_work();
	}
}

/* There are no interrupts to keep off. */
#define spin_lock_irq(lock)   spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_irqsave(lock, flags)                                         \
	do {                                                                   \
		(flags) = 0;                                                   \
		spin_lock(lock);                                               \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                    \
	do {                                                                   \
		(void)(flags);                                                 \
		spin_unlock(lock);                                             \
	} while (0)

#endif
