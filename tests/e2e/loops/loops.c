/* SPDX-License-Identifier: MIT */
/*
 * A dma-buf in the event loops of real programs: it is ready when its fences
 * are. For reading that is the writers' fences, for writing all of them. The
 * fences are vgem's, and whoever attached one can signal it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "loop.h"

#define CARD "/dev/dri/card0"

/* vgem's ioctls; not every libdrm has its header. */
struct fence_attach {
	uint32_t handle;
	uint32_t flags;
	uint32_t out_fence;
	uint32_t pad;
};
struct fence_signal {
	uint32_t fence;
	uint32_t flags;
};
#define FENCE_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct fence_attach)
#define FENCE_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct fence_signal)
#define FENCE_WRITE  1

enum {
	QUIET_MS = 150,	    /* so long nothing may come */
	SIGNAL_MS = 100,    /* after that another thread or process signals */
	PATIENCE_MS = 8000, /* vgem's fences signal themselves after 10 s */
};

/* What a test works on. */
struct stage {
	const struct loop_kind *kind;
	void *loop;
	int card;
	uint32_t handle;
	int buf;
	short seen;  /* all events that the loop reported */
	int reports; /* and how often it did */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(int ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static void raise_stage(struct stage *stage, const struct loop_kind *kind)
{
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 16, .bpp = 32};

	*stage = (struct stage){.kind = kind};
	stage->card = open(CARD, O_RDWR | O_CLOEXEC);
	assert_true(stage->card >= 0);
	assert_int_equal(
		drmIoctl(stage->card, DRM_IOCTL_MODE_CREATE_DUMB, &create), 0);
	stage->handle = create.handle;
	assert_int_equal(drmPrimeHandleToFD(stage->card, stage->handle,
					    DRM_CLOEXEC | DRM_RDWR,
					    &stage->buf),
			 0);
	stage->loop = kind->create();
}

static void strike_stage(struct stage *stage)
{
	stage->kind->destroy(stage->loop);
	close(stage->buf);
	close(stage->card);
}

static uint32_t attach(const struct stage *stage, uint32_t flags)
{
	struct fence_attach arg = {.handle = stage->handle, .flags = flags};

	assert_int_equal(drmIoctl(stage->card, FENCE_ATTACH, &arg), 0);
	assert_true(arg.out_fence > 0);
	return arg.out_fence;
}

static int signal_fence(int card, uint32_t fence)
{
	struct fence_signal arg = {.fence = fence};

	return drmIoctl(card, FENCE_SIGNAL, &arg) ? errno : 0;
}

static void note(void *data, short events)
{
	struct stage *stage = data;

	stage->seen |= events;
	stage->reports++;
}

static void *watch(struct stage *stage, short events)
{
	void *watch = stage->kind->watch(stage->loop, stage->buf, events, note,
					 stage);

	assert_non_null(watch);
	stage->seen = 0;
	stage->reports = 0;
	return watch;
}

/* Nothing comes, however often the loop looks. */
static void expect_quiet(struct stage *stage)
{
	int64_t end = now_ms() + QUIET_MS;

	while (now_ms() < end) {
		stage->kind->run(stage->loop, (int)(end - now_ms()));
		assert_int_equal(stage->reports, 0);
	}
}

/* All of it comes before anybody has lost patience, be it one after the other,
 * and nothing else. Returns how long that took. */
static int64_t expect_ready(struct stage *stage, short events)
{
	int64_t start = now_ms(), end = start + PATIENCE_MS;

	while ((stage->seen & events) != events && now_ms() < end) {
		stage->kind->run(stage->loop, PATIENCE_MS);
	}
	assert_int_equal(stage->seen, events);
	return now_ms() - start;
}

/* Another thread which signals a fence a little later. */
struct signaller {
	pthread_t thread;
	int card;
	uint32_t fence;
	int result;
};

static void *signal_later(void *data)
{
	struct signaller *signaller = data;

	sleep_ms(SIGNAL_MS);
	signaller->result = signal_fence(signaller->card, signaller->fence);
	return NULL;
}

static void start_signaller(struct signaller *signaller,
			    const struct stage *stage, uint32_t fence)
{
	signaller->card = stage->card;
	signaller->fence = fence;
	signaller->result = -1;
	assert_int_equal(pthread_create(&signaller->thread, NULL, signal_later,
					signaller),
			 0);
}

static void join_signaller(struct signaller *signaller)
{
	assert_int_equal(pthread_join(signaller->thread, NULL), 0);
	assert_int_equal(signaller->result, 0);
}

/* A buffer without fences is ready at once, for both. */
static void idle_buffer_is_ready(const struct loop_kind *kind)
{
	struct stage stage;
	void *source;

	raise_stage(&stage, kind);
	source = watch(&stage, POLLIN | POLLOUT);
	expect_ready(&stage, POLLIN | POLLOUT);
	kind->unwatch(source);
	strike_stage(&stage);
}

static void reader_waits_for_the_writer(const struct loop_kind *kind)
{
	struct signaller signaller;
	struct stage stage;
	uint32_t fence;
	void *source;

	raise_stage(&stage, kind);
	fence = attach(&stage, FENCE_WRITE);
	source = watch(&stage, POLLIN);
	expect_quiet(&stage);
	start_signaller(&signaller, &stage, fence);
	assert_true(expect_ready(&stage, POLLIN) >= SIGNAL_MS - 10);
	join_signaller(&signaller);
	kind->unwatch(source);
	strike_stage(&stage);
}

static void writer_waits_for_the_reader(const struct loop_kind *kind)
{
	struct signaller signaller;
	struct stage stage;
	uint32_t fence;
	void *source;

	raise_stage(&stage, kind);
	fence = attach(&stage, 0);
	source = watch(&stage, POLLOUT);
	expect_quiet(&stage);
	start_signaller(&signaller, &stage, fence);
	assert_true(expect_ready(&stage, POLLOUT) >= SIGNAL_MS - 10);
	join_signaller(&signaller);
	kind->unwatch(source);
	strike_stage(&stage);
}

/* Readers do not wait for each other. */
static void reader_does_not_wait_for_a_reader(const struct loop_kind *kind)
{
	struct stage stage;
	uint32_t fence;
	void *source;

	raise_stage(&stage, kind);
	fence = attach(&stage, 0);
	source = watch(&stage, POLLIN | POLLOUT);
	expect_ready(&stage, POLLIN);
	kind->unwatch(source);
	assert_int_equal(signal_fence(stage.card, fence), 0);
	strike_stage(&stage);
}

static void another_process_signals(const struct loop_kind *kind)
{
	struct stage stage;
	uint32_t fence;
	void *source;
	pid_t child;
	int status;

	raise_stage(&stage, kind);
	fence = attach(&stage, FENCE_WRITE);
	source = watch(&stage, POLLIN | POLLOUT);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		sleep_ms(SIGNAL_MS);
		_exit(signal_fence(stage.card, fence));
	}
	assert_true(expect_ready(&stage, POLLIN | POLLOUT) >= SIGNAL_MS / 2);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	kind->unwatch(source);
	strike_stage(&stage);
}

/* What was ready waits again once there is a new fence. */
static void removed_and_added_again(const struct loop_kind *kind)
{
	struct stage stage;
	uint32_t fence;
	void *source;

	raise_stage(&stage, kind);
	for (int round = 0; round < 3; round++) {
		fence = attach(&stage, FENCE_WRITE);
		source = watch(&stage, POLLIN);
		expect_quiet(&stage);
		assert_int_equal(signal_fence(stage.card, fence), 0);
		expect_ready(&stage, POLLIN);
		kind->unwatch(source);
	}
	strike_stage(&stage);
}

/* The end of a fence is nobody's business who does not watch any more. */
static void removed_before_the_signal(const struct loop_kind *kind)
{
	struct stage stage;
	uint32_t fence;
	void *source;

	raise_stage(&stage, kind);
	fence = attach(&stage, FENCE_WRITE);
	source = watch(&stage, POLLIN);
	expect_quiet(&stage);
	kind->unwatch(source);
	assert_int_equal(signal_fence(stage.card, fence), 0);
	expect_quiet(&stage);
	strike_stage(&stage);
}

/* One of two buffers in a loop is ready, the other is not. */
static void two_buffers_in_one_loop(const struct loop_kind *kind)
{
	struct stage busy, idle;
	void *busy_source, *idle_source;
	uint32_t fence;

	raise_stage(&busy, kind);
	raise_stage(&idle, kind);
	fence = attach(&busy, FENCE_WRITE);
	busy_source = watch(&busy, POLLIN);
	idle_source = kind->watch(busy.loop, idle.buf, POLLIN, note, &idle);
	assert_non_null(idle_source);
	while (!idle.reports) {
		kind->run(busy.loop, PATIENCE_MS);
	}
	assert_int_equal(idle.seen, POLLIN);
	assert_int_equal(busy.reports, 0);
	kind->unwatch(idle_source);
	expect_quiet(&busy);
	assert_int_equal(signal_fence(busy.card, fence), 0);
	expect_ready(&busy, POLLIN);
	kind->unwatch(busy_source);
	strike_stage(&idle);
	strike_stage(&busy);
}

#define IN_LOOP(rule, loop)                                                    \
	static void loop##_##rule(void **state)                                \
	{                                                                      \
		(void)state;                                                   \
		rule(&loop_##loop);                                            \
	}
#define IN_EACH_LOOP(rule)                                                     \
	IN_LOOP(rule, wayland)                                                 \
	IN_LOOP(rule, glib)                                                    \
	IN_LOOP(rule, libuv)
#define TESTS(rule)                                                            \
	cmocka_unit_test(wayland_##rule), cmocka_unit_test(glib_##rule),       \
		cmocka_unit_test(libuv_##rule)

IN_EACH_LOOP(idle_buffer_is_ready)
IN_EACH_LOOP(reader_waits_for_the_writer)
IN_EACH_LOOP(writer_waits_for_the_reader)
IN_EACH_LOOP(reader_does_not_wait_for_a_reader)
IN_EACH_LOOP(another_process_signals)
IN_EACH_LOOP(removed_and_added_again)
IN_EACH_LOOP(removed_before_the_signal)
IN_EACH_LOOP(two_buffers_in_one_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TESTS(idle_buffer_is_ready),
		TESTS(reader_waits_for_the_writer),
		TESTS(writer_waits_for_the_reader),
		TESTS(reader_does_not_wait_for_a_reader),
		TESTS(another_process_signals),
		TESTS(removed_and_added_again),
		TESTS(removed_before_the_signal),
		TESTS(two_buffers_in_one_loop),
	};

	/* Also where there is no environment to ask for it. */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
