/* SPDX-License-Identifier: MIT */
/*
 * The events of a display in the event loops of real programs: the fd is ready
 * when there is one, and not again until the next. Run under `uprime run
 * --device vkms`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <poll.h>
#include <time.h>

#include "../shown.h"
#include "loop.h"

#define FLIPS	 30
#define QUIET_MS 100 /* so long nothing may come */

/**
 * struct flipper - a program that flips as long as it is told to
 */
struct flipper {
	struct shown shown;
	int flips;   /* that have come */
	int reports; /* of the loop */
	short seen;
};

static void flip(struct flipper *flipper)
{
	assert_int_equal(drmModePageFlip(flipper->shown.card,
					 flipper->shown.crtc, flipper->shown.fb,
					 DRM_MODE_PAGE_FLIP_EVENT, flipper),
			 0);
}

static void flipped(int fd, unsigned int sequence, unsigned int sec,
		    unsigned int usec, void *data)
{
	struct flipper *flipper = data;

	(void)fd;
	(void)sequence;
	(void)sec;
	(void)usec;
	if (++flipper->flips < FLIPS) {
		flip(flipper);
	}
}

static void ready(void *data, short events)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = flipped,
	};
	struct flipper *flipper = data;

	flipper->reports++;
	flipper->seen |= events;
	assert_int_equal(drmHandleEvent(flipper->shown.card, &context), 0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void flips_come_in(const struct loop_kind *kind)
{
	struct flipper flipper = {.shown = shown_open(O_NONBLOCK)};
	void *loop = kind->create(), *watch;
	int64_t begin;

	watch = kind->watch(loop, flipper.shown.card, POLLIN, ready, &flipper);
	kind->run(loop, QUIET_MS);
	assert_int_equal(flipper.reports, 0);
	begin = now_ms();
	flip(&flipper);
	while (flipper.flips < FLIPS && now_ms() - begin < 5000) {
		kind->run(loop, 1000);
	}
	assert_int_equal(flipper.flips, FLIPS);
	assert_int_equal(flipper.reports, FLIPS);
	assert_int_equal(flipper.seen, POLLIN);
	kind->run(loop, QUIET_MS);
	assert_int_equal(flipper.reports, FLIPS);
	kind->unwatch(watch);
	kind->destroy(loop);
	close(flipper.shown.card);
}

static void flips_come_in_glib(void **state)
{
	(void)state;
	flips_come_in(&loop_glib);
}

static void flips_come_in_libuv(void **state)
{
	(void)state;
	flips_come_in(&loop_libuv);
}

static void flips_come_in_wayland(void **state)
{
	(void)state;
	flips_come_in(&loop_wayland);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flips_come_in_glib),
		cmocka_unit_test(flips_come_in_libuv),
		cmocka_unit_test(flips_come_in_wayland),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
