/* SPDX-License-Identifier: MIT */
/* Vblanks: counted, waited for, asked for; the answers are Linux 6.12's. */
#include <drm/drm_crtc.h>
#include <pthread.h>

#include "display_calls.h"
#include "kms/internal.h"
#include "stage.h"
#include "toy_vblank.h"

#define SIZE sizeof(struct drm_event_vblank)

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static struct drm_crtc *crtc_at(int i)
{
	return &toy()->crtc[i];
}

/* Show something on a CRTC: its vblanks are there. */
static void switch_on(int i)
{
	must(set_crtc(stage.file, crtc_at(i)->base.id,
		      make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT),
		      toy()->connector[i].base.id));
}

static void switch_off(int i)
{
	must(set_crtc(stage.file, crtc_at(i)->base.id, 0, 0));
}

static bool tick(void)
{
	return toy_vblank_tick(toy(), 0);
}

/* The request that was answered last. */
static union drm_wait_vblank answer;

/* WAIT_VBLANK: the number in the answer, or -errno. */
static s64 wait_vblank(u32 type, u32 sequence)
{
	int ret;

	answer = (union drm_wait_vblank){
		.request = {.type = type, .sequence = sequence, .signal = 77}};
	ret = display_request(stage.file, DRM_IOCTL_WAIT_VBLANK, &answer);
	return ret ? ret : (s64)answer.reply.sequence;
}

/* Which vblank is it now? */
static s64 now(void)
{
	return wait_vblank(_DRM_VBLANK_RELATIVE, 0);
}

static u64 count_of(int i)
{
	return drm_crtc_vblank_count(crtc_at(i));
}

static struct drm_event_vblank next_event(void)
{
	struct drm_event_vblank event;

	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, SIZE), SIZE);
	return event;
}

static void assert_no_event(void)
{
	struct drm_event_vblank event;

	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, SIZE),
			 -EAGAIN);
}

TEST(vblanks_are_counted_while_they_are_wanted)
{
	u64 count;

	switch_on(0);
	assert_int_equal(toy()->vblank[0].enabled, 0);
	assert_false(tick());
	must(drm_crtc_vblank_get(crtc_at(0)));
	assert_int_equal(toy()->vblank[0].enabled, 1);
	count = count_of(0);
	assert_true(tick());
	assert_true(tick());
	assert_int_equal(count_of(0), count + 2);
	/* A tick without any time between is the one before. */
	drm_crtc_handle_vblank(crtc_at(0));
	assert_int_equal(count_of(0), count + 2);
	drm_crtc_vblank_put(crtc_at(0));
	/* Not at once: somebody may want them again. */
	assert_true(tick());
	assert_int_equal(count_of(0), count + 3);
}

TEST(the_count_goes_on_by_the_time_in_which_nobody_counted)
{
	u64 count;

	switch_on(0);
	must(drm_crtc_vblank_get(crtc_at(0)));
	tick();
	count = count_of(0);
	drm_crtc_vblank_put(crtc_at(0));
	toy_vblank_pass(toy(), 0, 10);
	assert_int_equal(now(), count);
	tick();
	assert_int_equal(now(), count + 11);
}

/* Wait until the driver is told that nobody counts. */
static void wait_until_disabled(void)
{
	for (int i = 0; i < 5000 && toy()->vblank[0].enabled; i++) {
		usleep(1000);
	}
	assert_int_equal(toy()->vblank[0].enabled, 0);
}

TEST(unwanted_vblanks_are_counted_a_while_only)
{
	u64 count;

	switch_on(0);
	assert_int_equal(stage.dev->vblank[0].offdelay_ms, 5000);
	stage.dev->vblank[0].offdelay_ms = 1;
	must(drm_crtc_vblank_get(crtc_at(0)));
	count = count_of(0);
	drm_crtc_vblank_put(crtc_at(0));
	wait_until_disabled();
	assert_false(tick());
	toy_vblank_pass(toy(), 0, 4);
	assert_int_equal(count_of(0), count);
	assert_int_equal(now(), count + 5);
	assert_int_equal(toy()->vblank[0].enabled, 1);
}

TEST(a_crtc_that_is_off_has_no_vblanks)
{
	assert_int_equal(drm_crtc_vblank_get(crtc_at(0)), -EINVAL);
	assert_int_equal(now(), -EINVAL);
	switch_on(0);
	assert_in_range(now(), 1, UINT32_MAX);
	switch_off(0);
	assert_int_equal(now(), -EINVAL);
	assert_int_equal(toy()->vblank[0].enabled, 0);
	switch_on(0);
	now();
}

TEST(no_number_is_seen_before_and_after_a_modeset)
{
	s64 before;

	switch_on(0);
	before = now();
	switch_off(0);
	switch_on(0);
	assert_int_equal(now(), before + 1);
}

TEST(a_driver_that_fails_to_count_is_told_of)
{
	switch_on(0);
	toy()->vblank[0].refuses = true;
	assert_int_equal(now(), -EIO);
	assert_int_equal(now(), -EIO);
	toy()->vblank[0].refuses = false;
	assert_in_range(now(), 1, UINT32_MAX);
}

/* A thread that lets vblanks come, until it is told to stop. */
static atomic_bool stop;

static void *tick_on(void *data)
{
	(void)data;
	enter_task();
	while (!stop) {
		usleep(1000);
		tick();
	}
	return NULL;
}

static pthread_t start_ticking(void)
{
	pthread_t thread;

	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, tick_on, NULL), 0);
	return thread;
}

static void stop_ticking(pthread_t thread)
{
	stop = true;
	pthread_join(thread, NULL);
}

TEST(a_wait_is_until_a_vblank_from_now_or_one_with_a_number)
{
	pthread_t thread;
	s64 start, got;

	switch_on(0);
	start = now();
	thread = start_ticking();
	got = wait_vblank(_DRM_VBLANK_RELATIVE, 3);
	assert_true(got >= start + 3);
	/* It is told in the terms of the other kind, to be asked again. */
	assert_int_equal(answer.reply.type, _DRM_VBLANK_ABSOLUTE);
	got = wait_vblank(_DRM_VBLANK_ABSOLUTE, (u32)got + 4);
	assert_true(got >= start + 7);
	/* One that has been is not waited for... */
	stop_ticking(thread);
	assert_int_equal(wait_vblank(_DRM_VBLANK_ABSOLUTE, (u32)start), now());
	/* unless the next one is wanted then. */
	thread = start_ticking();
	start = now();
	got = wait_vblank(_DRM_VBLANK_ABSOLUTE | _DRM_VBLANK_NEXTONMISS,
			  (u32)start);
	assert_true(got > start);
	stop_ticking(thread);
}

TEST(the_time_of_a_vblank_is_the_drivers)
{
	switch_on(0);
	now();
	tick();
	now();
	assert_int_equal(answer.reply.tval_sec,
			 toy()->vblank[0].time / NSEC_PER_SEC);
	assert_int_equal(answer.reply.tval_usec,
			 toy()->vblank[0].time % NSEC_PER_SEC / 1000);
}

TEST(a_wait_for_what_does_not_come_ends_after_three_seconds)
{
	s64 before = ktime_get_ns();

	switch_on(0);
	now();
	assert_int_equal(wait_vblank(_DRM_VBLANK_RELATIVE, 1), -EBUSY);
	assert_in_range(ktime_get_ns() - before, 3 * NSEC_PER_SEC,
			8 * NSEC_PER_SEC);
}

static void *switch_off_later(void *data)
{
	(void)data;
	enter_task();
	usleep(3000);
	switch_off(0);
	return NULL;
}

TEST(a_wait_ends_when_the_crtc_is_switched_off)
{
	pthread_t thread;

	switch_on(0);
	now();
	pthread_create(&thread, NULL, switch_off_later, NULL);
	assert_true(wait_vblank(_DRM_VBLANK_RELATIVE, 1000) >= 0);
	pthread_join(thread, NULL);
}

TEST(what_cannot_be_waited_for_is_refused)
{
	switch_on(0);
	assert_int_equal(wait_vblank(_DRM_VBLANK_SIGNAL, 0), -EINVAL);
	assert_int_equal(wait_vblank(0x100, 0), -EINVAL);
	assert_int_equal(wait_vblank(_DRM_VBLANK_FLIP, 0), -EINVAL);
	/* There are two CRTCs, and the second is off. */
	assert_int_equal(
		wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_SECONDARY, 0),
		-EINVAL);
	switch_on(1);
	assert_true(wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_SECONDARY,
				0) > 0);
	assert_true(wait_vblank(_DRM_VBLANK_RELATIVE |
					1 << _DRM_VBLANK_HIGH_CRTC_SHIFT,
				0) > 0);
	assert_int_equal(wait_vblank(_DRM_VBLANK_RELATIVE |
					     2 << _DRM_VBLANK_HIGH_CRTC_SHIFT,
				     0),
			 -EINVAL);
	answer = (union drm_wait_vblank){0};
	assert_int_equal(
		display_request(stage.far, DRM_IOCTL_WAIT_VBLANK, &answer),
		-EOPNOTSUPP);
}

TEST(an_event_comes_with_its_vblank)
{
	struct drm_event_vblank event;
	s64 start;

	switch_on(0);
	start = now();
	assert_int_equal(
		wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 2),
		start + 2);
	tick();
	assert_no_event();
	tick();
	event = next_event();
	assert_int_equal(event.base.type, DRM_EVENT_VBLANK);
	assert_int_equal(event.base.length, SIZE);
	assert_int_equal(event.user_data, 77);
	assert_int_equal(event.sequence, start + 2);
	assert_int_equal(event.crtc_id, crtc_at(0)->base.id);
	assert_int_equal(event.tv_sec, toy()->vblank[0].time / NSEC_PER_SEC);
	assert_int_equal(event.tv_usec,
			 toy()->vblank[0].time % NSEC_PER_SEC / 1000);
	/* One for what has been comes at once. */
	assert_int_equal(wait_vblank(_DRM_VBLANK_ABSOLUTE | _DRM_VBLANK_EVENT,
				     (u32)start),
			 start + 2);
	assert_int_equal(next_event().sequence, start + 2);
	assert_int_equal(stage.dev->vblank[0].refcount, 0);
}

TEST(an_event_keeps_vblanks_counted)
{
	switch_on(0);
	stage.dev->vblank[0].offdelay_ms = 1;
	wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 1);
	usleep(10000);
	assert_int_equal(toy()->vblank[0].enabled, 1);
	tick();
	next_event();
	wait_until_disabled();
}

TEST(events_come_at_the_latest_when_the_crtc_is_switched_off)
{
	switch_on(0);
	wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 1000);
	assert_no_event();
	switch_off(0);
	assert_int_equal(next_event().user_data, 77);
}

TEST(a_file_that_cannot_have_more_events_is_told_so)
{
	int n = 0;
	s64 ret;

	switch_on(0);
	do {
		ret = wait_vblank(_DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT, 1);
	} while (ret >= 0 && ++n < 1000);
	assert_int_equal(ret, -ENOMEM);
	assert_int_equal(n, 4096 / SIZE);
	assert_int_equal(stage.dev->vblank[0].refcount, n);
	tick();
	assert_int_equal(stage.dev->vblank[0].refcount, 0);
}

static int get_sequence(u32 crtc, struct drm_crtc_get_sequence *args)
{
	*args = (struct drm_crtc_get_sequence){.crtc_id = crtc};
	return display_request(stage.file, DRM_IOCTL_CRTC_GET_SEQUENCE, args);
}

TEST(a_program_can_ask_for_the_number_and_time_of_the_last_vblank)
{
	struct drm_crtc_get_sequence args;

	assert_int_equal(get_sequence(crtc_at(0)->base.id, &args), -EINVAL);
	assert_int_equal(get_sequence(0, &args), -ENOENT);
	switch_on(0);
	now();
	tick();
	must(get_sequence(crtc_at(0)->base.id, &args));
	assert_int_equal(args.active, 1);
	assert_int_equal(args.sequence, now());
	assert_int_equal(args.sequence_ns, toy()->vblank[0].time);
	assert_int_equal(
		display_request(stage.far, DRM_IOCTL_CRTC_GET_SEQUENCE, &args),
		-EOPNOTSUPP);
}

/* CRTC_QUEUE_SEQUENCE: the number in the answer, or -errno. */
static s64 queue_sequence(u32 crtc, u32 flags, u64 sequence)
{
	struct drm_crtc_queue_sequence args = {
		.crtc_id = crtc,
		.flags = flags,
		.sequence = sequence,
		.user_data = 88,
	};
	int ret = display_request(stage.file, DRM_IOCTL_CRTC_QUEUE_SEQUENCE,
				  &args);

	return ret ? ret : (s64)args.sequence;
}

TEST(a_program_can_ask_for_an_event_with_64_bits)
{
	u32 id = crtc_at(0)->base.id;
	struct drm_event_crtc_sequence event;
	s64 start;

	assert_int_equal(queue_sequence(0, 0, 0), -ENOENT);
	assert_int_equal(queue_sequence(id, 4, 0), -EINVAL);
	assert_int_equal(queue_sequence(id, 0, 0), -EINVAL);
	switch_on(0);
	start = now();
	assert_int_equal(queue_sequence(id, DRM_CRTC_SEQUENCE_RELATIVE, 2),
			 start + 2);
	assert_int_equal(
		queue_sequence(id, DRM_CRTC_SEQUENCE_NEXT_ON_MISS, (u64)start),
		start + 1);
	tick();
	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, sizeof(event)),
			 sizeof(event));
	assert_int_equal(event.base.type, DRM_EVENT_CRTC_SEQUENCE);
	assert_int_equal(event.sequence, start + 1);
	assert_int_equal(event.time_ns, toy()->vblank[0].time);
	assert_int_equal(event.user_data, 88);
	tick();
	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, sizeof(event)),
			 sizeof(event));
	assert_int_equal(event.sequence, start + 2);
	/* What has been: at once. */
	assert_int_equal(queue_sequence(id, 0, (u64)start), start + 2);
	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, sizeof(event)),
			 sizeof(event));
}

/* How long a frame takes that is so large and has so fast a clock. */
static int frame_of(u16 htotal, u16 vtotal, int clock, u32 mode_flags)
{
	struct drm_display_mode mode = {
		.crtc_htotal = htotal,
		.crtc_vtotal = vtotal,
		.crtc_clock = clock,
		.flags = mode_flags,
	};

	spin_lock(&stage.dev->event_lock);
	drm_calc_timestamping_constants(crtc_at(0), &mode);
	spin_unlock(&stage.dev->event_lock);
	return stage.dev->vblank[0].framedur_ns;
}

TEST(a_frame_takes_some_time)
{
	assert_int_equal(frame_of(2200, 1125, 148500, 0), 16666666);
	assert_int_equal(frame_of(2200, 1125, 148500, DRM_MODE_FLAG_INTERLACE),
			 8333333);
	assert_int_equal(frame_of(1, 1, INT32_MAX, 0), 1);
	assert_int_equal(frame_of(UINT16_MAX, UINT16_MAX, 1, 0), INT32_MAX);
}

/* 32768 lines, each of them scanned four times, are 0 in 16 bits. */
TEST(a_frame_of_no_lines_has_no_vblank_that_could_begin)
{
	s64 time;

	switch_on(0);
	frame_of(1344, 806, 65000, 0);
	assert_true(drm_crtc_next_vblank_start(crtc_at(0), &time));
	frame_of(32768, 0, 65000, 0);
	assert_false(drm_crtc_next_vblank_start(crtc_at(0), &time));
	frame_of(1344, 806, 65000, 0);
	switch_off(0);
}

TEST(wanting_vblanks_while_the_driver_stops_them_is_not_lost)
{
	pthread_t thread;

	switch_on(0);
	thread = start_ticking();
	for (int i = 0; i < 300; i++) {
		stage.dev->vblank[0].offdelay_ms = 1;
		assert_true(wait_vblank(_DRM_VBLANK_RELATIVE, i % 3) >= 0);
		usleep((useconds_t)(i % 4) * 500);
		must(drm_crtc_vblank_get(crtc_at(0)));
		/* Where the driver was stopping them, it starts them again
		 * right after. */
		for (int left = 2000; left && !toy()->vblank[0].enabled;
		     left--) {
			usleep(1000);
		}
		assert_int_equal(toy()->vblank[0].enabled, 1);
		drm_crtc_vblank_put(crtc_at(0));
	}
	stop_ticking(thread);
	wait_until_disabled();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_VBLANKS(vblanks_are_counted_while_they_are_wanted),
		ON_VBLANKS(
			the_count_goes_on_by_the_time_in_which_nobody_counted),
		ON_VBLANKS(unwanted_vblanks_are_counted_a_while_only),
		ON_VBLANKS(a_crtc_that_is_off_has_no_vblanks),
		ON_VBLANKS(no_number_is_seen_before_and_after_a_modeset),
		ON_VBLANKS(a_driver_that_fails_to_count_is_told_of),
		ON_VBLANKS(
			a_wait_is_until_a_vblank_from_now_or_one_with_a_number),
		ON_VBLANKS(the_time_of_a_vblank_is_the_drivers),
		ON_VBLANKS(
			a_wait_for_what_does_not_come_ends_after_three_seconds),
		ON_VBLANKS(a_wait_ends_when_the_crtc_is_switched_off),
		ON_VBLANKS(what_cannot_be_waited_for_is_refused),
		ON_VBLANKS(an_event_comes_with_its_vblank),
		ON_VBLANKS(an_event_keeps_vblanks_counted),
		ON_VBLANKS(
			events_come_at_the_latest_when_the_crtc_is_switched_off),
		ON_VBLANKS(a_file_that_cannot_have_more_events_is_told_so),
		ON_VBLANKS(
			a_program_can_ask_for_the_number_and_time_of_the_last_vblank),
		ON_VBLANKS(a_program_can_ask_for_an_event_with_64_bits),
		ON_VBLANKS(a_frame_takes_some_time),
		ON_VBLANKS(a_frame_of_no_lines_has_no_vblank_that_could_begin),
		ON_VBLANKS(
			wanting_vblanks_while_the_driver_stops_them_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
