/* SPDX-License-Identifier: MIT */
/* Locks for short sections. In a process nothing is gained by spinning, so
 * they are mutexes. */
#ifndef UPRIME_LINUX_SPINLOCK_H
#define UPRIME_LINUX_SPINLOCK_H

#include <linux/mutex.h>

typedef struct mutex spinlock_t;

#define DEFINE_SPINLOCK(name) DEFINE_MUTEX(name)

#define spin_lock_init(lock) mutex_init(lock)
#define spin_lock(lock)      mutex_lock(lock)
#define spin_unlock(lock)    mutex_unlock(lock)
/* There are no interrupts to keep off. */
#define spin_lock_irq(lock)   mutex_lock(lock)
#define spin_unlock_irq(lock) mutex_unlock(lock)
#define spin_lock_irqsave(lock, flags)                                         \
	do {                                                                   \
		(flags) = 0;                                                   \
		mutex_lock(lock);                                              \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                    \
	do {                                                                   \
		(void)(flags);                                                 \
		mutex_unlock(lock);                                            \
	} while (0)

#endif
