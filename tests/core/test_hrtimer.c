/* SPDX-License-Identifier: MIT */
/* Timers. */
#include <linux/hrtimer.h>
#include <pthread.h>

#include "stage.h"

#define MS NSEC_PER_MSEC

/**
 * struct alarm - a timer that notes when it was called
 */
struct alarm {
	struct hrtimer timer;
	atomic_int times;
	int again; /* how often it starts itself anew */
	_Atomic(s64) at;
	atomic_bool blocks; /* its function does not return until it is not */
};


static enum hrtimer_restart ring(struct hrtimer *timer)
{
	struct alarm *alarm = container_of(timer, struct alarm, timer);

	alarm->at = ktime_get_ns();
	atomic_fetch_add(&alarm->times, 1);
	while (atomic_load(&alarm->blocks)) {
		usleep(1000);
	}
	if (alarm->again-- > 0) {
		hrtimer_forward(timer, ktime_get_ns(), 2 * MS);
		return HRTIMER_RESTART;
	}
	return HRTIMER_NORESTART;
}

static void init(struct alarm *alarm)
{
	*alarm = (struct alarm){0};
	assert_int_equal(hrtimer_prepare(), 0);
	hrtimer_init(&alarm->timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	alarm->timer.function = ring;
}

/* Wait until it was called so often; fails after five seconds. */
static void wait_for(struct alarm *alarm, int times)
{
	for (int i = 0; i < 5000 && alarm->times < times; i++) {
		usleep(1000);
	}
	assert_int_equal(alarm->times, times);
}

TEST(a_timer_is_called_at_its_time)
{
	struct alarm alarm;
	s64 before = ktime_get_ns();

	init(&alarm);
	hrtimer_start(&alarm.timer, 20 * MS, HRTIMER_MODE_REL);
	wait_for(&alarm, 1);
	assert_true(alarm.at - before >= 20 * MS);
	assert_int_equal(hrtimer_cancel(&alarm.timer), 0);
	before = ktime_get_ns();
	hrtimer_start(&alarm.timer, before + 20 * MS, HRTIMER_MODE_ABS);
	wait_for(&alarm, 2);
	assert_true(alarm.at - before >= 20 * MS);
	hrtimer_cancel(&alarm.timer);
}

TEST(a_time_that_is_over_is_now)
{
	struct alarm alarm;

	init(&alarm);
	hrtimer_start(&alarm.timer, 1, HRTIMER_MODE_ABS);
	wait_for(&alarm, 1);
	hrtimer_cancel(&alarm.timer);
}

TEST(timers_are_called_in_the_order_of_their_times)
{
	struct alarm alarms[3];

	for (int i = 0; i < 3; i++) {
		init(&alarms[i]);
	}
	/* The last one first, then one before all, then one between. */
	hrtimer_start(&alarms[2].timer, 60 * MS, HRTIMER_MODE_REL);
	hrtimer_start(&alarms[0].timer, 20 * MS, HRTIMER_MODE_REL);
	hrtimer_start(&alarms[1].timer, 40 * MS, HRTIMER_MODE_REL);
	wait_for(&alarms[2], 1);
	assert_true(alarms[0].at < alarms[1].at);
	assert_true(alarms[1].at < alarms[2].at);
	for (int i = 0; i < 3; i++) {
		hrtimer_cancel(&alarms[i].timer);
	}
}

TEST(a_cancelled_timer_is_not_called)
{
	struct alarm alarm;

	init(&alarm);
	assert_int_equal(hrtimer_cancel(&alarm.timer), 0);
	hrtimer_start(&alarm.timer, 20 * MS, HRTIMER_MODE_REL);
	assert_int_equal(hrtimer_cancel(&alarm.timer), 1);
	usleep(40000);
	assert_int_equal(alarm.times, 0);
}

TEST(starting_it_anew_moves_it)
{
	struct alarm alarm;
	s64 before = ktime_get_ns();

	init(&alarm);
	hrtimer_start(&alarm.timer, 10 * MS, HRTIMER_MODE_REL);
	hrtimer_start(&alarm.timer, 50 * MS, HRTIMER_MODE_REL);
	wait_for(&alarm, 1);
	assert_true(alarm.at - before >= 50 * MS);
	usleep(20000);
	assert_int_equal(alarm.times, 1);
	hrtimer_cancel(&alarm.timer);
}

TEST(a_timer_can_go_on)
{
	struct alarm alarm;

	init(&alarm);
	alarm.again = 4;
	hrtimer_start(&alarm.timer, MS, HRTIMER_MODE_REL);
	wait_for(&alarm, 5);
	usleep(10000);
	assert_int_equal(alarm.times, 5);
	hrtimer_cancel(&alarm.timer);
}

static void *let_go_soon(void *data)
{
	struct alarm *alarm = data;

	usleep(20000);
	atomic_store(&alarm->blocks, false);
	return NULL;
}

TEST(a_cancel_waits_for_the_function_and_stops_its_going_on)
{
	struct alarm alarm;
	pthread_t thread;

	init(&alarm);
	alarm.again = 1000;
	atomic_store(&alarm.blocks, true);
	hrtimer_start(&alarm.timer, 0, HRTIMER_MODE_REL);
	wait_for(&alarm, 1);
	pthread_create(&thread, NULL, let_go_soon, &alarm);
	hrtimer_cancel(&alarm.timer);
	assert_false(atomic_load(&alarm.blocks));
	pthread_join(thread, NULL);
	usleep(10000);
	assert_int_equal(alarm.times, 1);
}

static enum hrtimer_restart end_oneself(struct hrtimer *timer)
{
	struct alarm *alarm = container_of(timer, struct alarm, timer);

	hrtimer_cancel(timer);
	atomic_fetch_add(&alarm->times, 1);
	return HRTIMER_RESTART;
}

TEST(a_function_can_cancel_its_own_timer)
{
	struct alarm alarm;

	init(&alarm);
	alarm.timer.function = end_oneself;
	hrtimer_start(&alarm.timer, 0, HRTIMER_MODE_REL);
	wait_for(&alarm, 1);
	usleep(10000);
	assert_int_equal(alarm.times, 1);
	hrtimer_cancel(&alarm.timer);
}

TEST(forward_steps_past_a_time)
{
	struct hrtimer timer = {.expires = 100};

	assert_int_equal(hrtimer_forward(&timer, 99, 10), 0);
	assert_int_equal(timer.expires, 100);
	assert_int_equal(hrtimer_forward(&timer, 100, 10), 1);
	assert_int_equal(timer.expires, 110);
	assert_int_equal(hrtimer_forward(&timer, 145, 10), 4);
	assert_int_equal(timer.expires, 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_timer_is_called_at_its_time),
		PLAIN(a_time_that_is_over_is_now),
		PLAIN(timers_are_called_in_the_order_of_their_times),
		PLAIN(a_cancelled_timer_is_not_called),
		PLAIN(starting_it_anew_moves_it),
		PLAIN(a_timer_can_go_on),
		PLAIN(a_cancel_waits_for_the_function_and_stops_its_going_on),
		PLAIN(a_function_can_cancel_its_own_timer),
		PLAIN(forward_steps_past_a_time),
	};

	return cmocka_run_group_tests_name("hrtimer", tests, NULL, NULL);
}
