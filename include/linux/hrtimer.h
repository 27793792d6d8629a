/* SPDX-License-Identifier: MIT */
/**
 * DOC: timers
 *
 * A timer calls a function at a time. All timers share one thread, which
 * exists once a timer was started.
 */
#ifndef UPRIME_LINUX_HRTIMER_H
#define UPRIME_LINUX_HRTIMER_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <time.h>
#include <uprime/host.h>

typedef s64 ktime_t; /* ns */

#define NSEC_PER_SEC  1000000000L
#define NSEC_PER_MSEC 1000000L

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode { HRTIMER_MODE_ABS, HRTIMER_MODE_REL };

/**
 * struct hrtimer - a timer
 *
 * Embedded in its user's struct.
 */
struct hrtimer {
	/* Called in the timers' thread without locks. HRTIMER_RESTART: again
	 * at what hrtimer_forward() made of the expiry. */
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t expires; /* CLOCK_MONOTONIC; the timers' lock, or the function */
	struct list_head node; /* while it runs; the timers' lock */
};

/**
 * hrtimer_init() - make a timer
 * @timer: memory of the caller
 * @clock: CLOCK_MONOTONIC
 * @mode: not looked at; hrtimer_start() has one, too
 *
 * The caller sets timer->function.
 */
EXPORT_SYMBOL void hrtimer_init(struct hrtimer *timer, clockid_t clock,
				enum hrtimer_mode mode);

/**
 * hrtimer_prepare() - make sure that timers can be started
 *
 * Here, but not in a kernel, they need a thread: call it once before.
 *
 * Return: 0; -EAGAIN (no thread to be had).
 */
EXPORT_SYMBOL int hrtimer_prepare(void);

/**
 * hrtimer_start() - let a timer run
 * @timer: if it is running, it is started anew
 * @time: ns, from now or of CLOCK_MONOTONIC
 * @mode: which of these
 *
 * hrtimer_prepare() has succeeded. Any lock may be held.
 */
EXPORT_SYMBOL void hrtimer_start(struct hrtimer *timer, ktime_t time,
				 enum hrtimer_mode mode);

/**
 * hrtimer_cancel() - stop a timer
 * @timer: the timer. When this returns its function is not running, unless it
 * is the caller. No lock that the function takes may be held.
 *
 * Return: 1 if it was running, else 0.
 */
EXPORT_SYMBOL int hrtimer_cancel(struct hrtimer *timer);

/**
 * hrtimer_forward() - move the expiry past a time, in steps
 * @timer: a timer in its own function
 * @now: ns of CLOCK_MONOTONIC
 * @interval: ns of a step, not 0
 *
 * Return: the number of steps.
 */
EXPORT_SYMBOL u64 hrtimer_forward(struct hrtimer *timer, ktime_t now,
				  ktime_t interval);

#endif
