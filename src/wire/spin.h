/* SPDX-License-Identifier: MIT */
/**
 * DOC: waiting awake
 *
 * To wake up who sleeps, on a processor that sleeps as well, takes longer than
 * most requests. So who waits for a packet looks for it a number of times
 * before it sleeps, if this process may use more than one processor: what it
 * waits for is done on another.
 *
 * Where that is in vain (the other end has something else to do, or others need
 * the processors) it is not tried again for a number of waits, twice as many
 * each time. In vain it is, too, where the packet came from this very
 * processor: to let the other end have it at once had been sooner. So it costs
 * those little whom it does not help, and an end that nobody talks to sleeps.
 */
#ifndef UPRIME_SPIN_H
#define UPRIME_SPIN_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

/* How often to look: as long as it takes to wake somebody up. */
#define SPIN_TRIES 128
/* Most waits in a row without it. */
#define SPIN_PENALTY_MAX 255

/**
 * spin_here() - for wire_hdr.cpu
 */
static inline uint16_t spin_here(void)
{
	return (uint16_t)sched_getcpu();
}

/**
 * struct spin - how it went on one connection
 *
 * Of who waits on it.
 */
struct spin {
	uint8_t skip;    /* so many waits are spent asleep at once */
	uint8_t penalty; /* what skip was last set to */
	bool crowded;    /* others need the processors: it is not done */
};

/**
 * struct spinners - how many threads of this process wait awake
 */
struct spinners {
	atomic_int now;
	atomic_int max;
};

/**
 * spinners_init() - tell how many processors there are
 *
 * The other ends, and who else there is, have the other half of them.
 */
static inline void spinners_init(struct spinners *spinners, int processors)
{
	atomic_store_explicit(&spinners->max, processors / 2,
			      memory_order_relaxed);
}

/**
 * spin_begin() - is it worth to wait awake?
 *
 * Return: true: spin_end() follows.
 */
static inline bool spin_begin(struct spinners *spinners, struct spin *spin)
{
	int now = atomic_load_explicit(&spinners->now, memory_order_relaxed);

	if (spin->crowded)
		return false;
	if (spin->skip) {
		spin->skip--;
		return false;
	}
	if (now >= atomic_load_explicit(&spinners->max, memory_order_relaxed))
		return false;
	atomic_fetch_add_explicit(&spinners->now, 1, memory_order_relaxed);
	return true;
}

/**
 * spin_end() - it ended
 * @helped: there was a packet, and from another processor
 */
static inline void spin_end(struct spinners *spinners, struct spin *spin,
			    bool helped)
{
	int penalty = helped ? 0 : 2 * spin->penalty + 1;

	atomic_fetch_sub_explicit(&spinners->now, 1, memory_order_relaxed);
	if (penalty > SPIN_PENALTY_MAX)
		penalty = SPIN_PENALTY_MAX;
	spin->penalty = spin->skip = (uint8_t)penalty;
}

#endif
