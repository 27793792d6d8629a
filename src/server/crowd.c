/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <time.h>

/* Length of a window, in ms. */
#define WINDOW 8

static u32 this_window(void)
{
	struct timespec now;

	/* The clock of the system's ticks: to read it costs next to nothing. */
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (u32)((u64)now.tv_sec * (1000 / WINDOW) +
		     (u64)now.tv_nsec / (1000000 * WINDOW));
}

static void begin_window(struct crowd *crowd, u32 old, u32 new)
{
	if (atomic_compare_exchange_strong(&crowd->window, &old, new)) {
		unsigned int nr = atomic_exchange(&crowd->now, 0);

		atomic_store(&crowd->before, new - old == 1 ? nr : 0);
	}
}

unsigned int crowd_count(struct crowd *crowd, u32 *mine)
{
	u32 window = this_window(), old = atomic_load(&crowd->window);
	unsigned int now, before;

	if (window != old) {
		begin_window(crowd, old, window);
	}
	if (*mine != window) {
		*mine = window;
		atomic_fetch_add(&crowd->now, 1);
	}
	now = atomic_load(&crowd->now);
	before = atomic_load(&crowd->before);
	return now > before ? now : before;
}
