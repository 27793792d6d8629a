/* SPDX-License-Identifier: MIT */
/**
 * DOC: fences between threads
 *
 * A test is played in rounds: the first thread prepares something, then all do
 * what they do to it at once, then the first looks at what is left. Threads
 * check with expect(), as an assertion can leave only the thread of the test.
 */
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/sw_sync.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "expect.h"
#include "counts.h"
#include "stage.h"
#include "sync.h"
#include "toy_fence.h"

#define FREE   (EPOLLIN | EPOLLOUT)
#define SECOND NSEC_PER_SEC

#define THREADS 4
#ifdef __SANITIZE_THREAD__
#define ROUNDS 300
#else
#define ROUNDS 2000
#endif

/**
 * struct play - what is played
 */
struct play {
	void (*begin)(void); /* by the first thread, or NULL */
	void (*act)(int index, unsigned int *seed);
	void (*end)(void); /* by the first thread, or NULL */
};

static const struct play *playing;
static pthread_barrier_t together;

static void *play_rounds(void *data)
{
	int index = (int)(intptr_t)data;
	unsigned int seed = (unsigned int)index + 1;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		if (!index && playing->begin) {
			playing->begin();
		}
		pthread_barrier_wait(&together);
		playing->act(index, &seed);
		pthread_barrier_wait(&together);
		if (!index && playing->end) {
			playing->end();
		}
	}
	return NULL;
}

static void play(const struct play *what)
{
	pthread_t threads[THREADS];

	playing = what;
	atomic_store(&broken, 0);
	pthread_barrier_init(&together, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, play_rounds,
						(void *)(intptr_t)i),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
	}
	pthread_barrier_destroy(&together);
	assert_int_equal(atomic_load(&broken), 0);
	assert_int_equal(atomic_load(&toy_fences_alive), 0);
}

static struct dma_fence *fence;

static void make_fence(void)
{
	fence = toy_fence_create(1);
}

static void drop_fence(void)
{
	dma_fence_put(fence);
}

/* ------------------------------------------------------------------------
 * Callbacks
 */

static void hear_or_not(int index, unsigned int *seed)
{
	struct heard heard;
	bool removed;

	(void)seed;
	if (!index) {
		expect(!dma_fence_signal(fence));
	} else if (!hear(&heard, fence)) {
		/* When it is removed or called, it is not running. */
		removed = dma_fence_remove_callback(fence, &heard.cb);
		expect(heard.times == !removed);
	} else {
		expect(!heard.times);
		expect(dma_fence_is_signaled(fence));
	}
}

TEST(a_callback_is_either_called_or_removed)
{
	static const struct play what = {make_fence, hear_or_not, drop_fence};

	play(&what);
}

static atomic_int signals;

static void clear_signals(void)
{
	make_fence();
	atomic_store(&signals, 0);
}

static void signal_it(int index, unsigned int *seed)
{
	(void)index;
	(void)seed;
	if (!dma_fence_signal(fence)) {
		atomic_fetch_add(&signals, 1);
	}
}

static void check_signals(void)
{
	expect(atomic_load(&signals) == 1);
	drop_fence();
}

TEST(one_of_all_has_signalled_it)
{
	static const struct play what = {clear_signals, signal_it,
					 check_signals};

	play(&what);
}

/* ------------------------------------------------------------------------
 * Waiting
 */

static void signal_or_wait(int index, unsigned int *seed)
{
	if (!index) {
		if (rand_r(seed) % 2) {
			sched_yield();
		}
		dma_fence_signal(fence);
	} else {
		expect(dma_fence_wait_timeout(fence, true, 20 * SECOND) > 0);
	}
}

TEST(no_wait_misses_the_signal)
{
	static const struct play what = {make_fence, signal_or_wait,
					 drop_fence};

	play(&what);
}

static void signal_or_wait_a_moment(int index, unsigned int *seed)
{
	s64 time = rand_r(seed) % 50000;

	if (!index) {
		usleep((unsigned int)rand_r(seed) % 50);
		dma_fence_signal(fence);
	} else if (!dma_fence_wait_timeout(fence, true, time)) {
		expect(dma_fence_wait_timeout(fence, true, 20 * SECOND) > 0);
	} else {
		expect(dma_fence_is_signaled(fence));
	}
}

TEST(a_wait_that_ends_with_the_signal_may_have_seen_it_or_not)
{
	static const struct play what = {make_fence, signal_or_wait_a_moment,
					 drop_fence};

	play(&what);
}

/* ------------------------------------------------------------------------
 * Reservations
 */

static struct dma_resv resv;

static void make_resv(void)
{
	dma_resv_init(&resv);
}

static void drop_resv(void)
{
	expect(dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	for (int i = 0; i <= DMA_RESV_USAGE_BOOKKEEP; i++) {
		expect(!resv.pending[i]);
	}
	dma_resv_fini(&resv);
}

struct watcher {
	struct dma_resv_watch watch;
	unsigned int events;
	int times;
};

static void note(struct dma_resv_watch *watch, unsigned int events)
{
	struct watcher *watcher = container_of(watch, struct watcher, watch);

	/* The first time it may be as it was. */
	expect(!watcher->times || watcher->events != events);
	watcher->events = events;
	watcher->times++;
}

static void use_or_watch(int index, unsigned int *seed)
{
	struct watcher watcher = {0};
	struct dma_fence *own;

	if (index < 2) {
		own = toy_fence_create(1);
		expect(!add_fence(&resv, own,
				  (enum dma_resv_usage)(rand_r(seed) % 4)));
		dma_fence_signal(own);
		dma_fence_put(own);
	} else {
		dma_resv_watch(&resv, &watcher.watch, note);
		dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, true,
				      20 * SECOND);
		dma_resv_unwatch(&resv, &watcher.watch);
		expect(watcher.times > 0);
	}
}

TEST(a_watch_is_told_of_changes_and_of_nothing_else)
{
	static const struct play what = {make_resv, use_or_watch, drop_resv};

	play(&what);
}

static struct watcher lasting;

static void make_watched_resv(void)
{
	make_resv();
	lasting = (struct watcher){0};
	dma_resv_watch(&resv, &lasting.watch, note);
}

static void drop_watched_resv(void)
{
	expect(lasting.events == FREE);
	dma_resv_unwatch(&resv, &lasting.watch);
	drop_resv();
}

static void replace_each_other(int index, unsigned int *seed)
{
	struct dma_fence *own = toy_fence_create((u64)rand_r(seed) % 100);

	/* Two contexts: they take each other's places. */
	own->context = 1000000 + (u64)index % 2;
	expect(!add_fence(&resv, own, (enum dma_resv_usage)(rand_r(seed) % 4)));
	dma_fence_signal(own);
	dma_fence_put(own);
}

TEST(a_use_that_takes_anothers_place_is_counted_once)
{
	static const struct play what = {make_watched_resv, replace_each_other,
					 drop_watched_resv};

	play(&what);
}

static void ask_or_use(int index, unsigned int *seed)
{
	struct dma_fence *own, *one;

	if (index % 2) {
		expect(!dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ,
					       &one));
		if (one) {
			expect(!dma_fence_wait(one, true));
		}
		dma_fence_put(one);
		expect(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, true,
					     20 * SECOND) > 0);
	} else {
		own = toy_fence_create(1);
		expect(!add_fence(&resv, own, DMA_RESV_USAGE_READ));
		usleep((unsigned int)rand_r(seed) % 20);
		dma_fence_signal(own);
		dma_fence_put(own);
	}
}

TEST(all_uses_as_one_are_waited_for_while_they_change)
{
	static const struct play what = {make_resv, ask_or_use, drop_resv};

	play(&what);
}

/* ------------------------------------------------------------------------
 * The end of a dma-buf
 */

static struct {
	struct drm_file *file;
	struct dma_buf *dma_buf;
	struct dma_buf_poller pollers[2];
	atomic_bool over[2]; /* poll_end has returned */
	int fd;
} shared;

static void changed(struct dma_buf_poller *poller, unsigned int events)
{
	(void)events;
	expect(!atomic_load(&shared.over[poller - shared.pollers]));
}

static void make_buffer(void)
{
	u32 handle;

	shared.file = open_node(stage.dev, DRM_MINOR_PRIMARY);
	handle = must(create_dumb(shared.file, 1));
	shared.fd = (int)must(
		export_handle(shared.file, handle, DRM_CLOEXEC | DRM_RDWR));
	shared.dma_buf = dma_buf_get(shared.fd);
	make_fence();
	expect(!add_fence(shared.dma_buf->resv, fence, DMA_RESV_USAGE_WRITE));
	for (int i = 0; i < 2; i++) {
		atomic_store(&shared.over[i], false);
		dma_buf_poll_start(shared.dma_buf, &shared.pollers[i], changed);
	}
	close_handle(shared.file, handle);
	close(shared.fd);
}

static void end_in_some_way(int index, unsigned int *seed)
{
	(void)seed;
	switch (index) {
	case 0:
		dma_fence_signal(fence);
		break;
	case 1:
		dma_buf_put(shared.dma_buf);
		break;
	default:
		dma_buf_poll_end(&shared.pollers[index - 2]);
		atomic_store(&shared.over[index - 2], true);
	}
}

static void drop_buffer(void)
{
	file_watch_dispatch();
	close_file(&shared.file);
	drop_fence();
}

TEST(a_dma_buf_ends_while_its_pollers_do)
{
	static const struct play what = {make_buffer, end_in_some_way,
					 drop_buffer};

	play(&what);
}

static void make_used_buffer(void)
{
	make_buffer();
	dma_buf_poll_end(&shared.pollers[0]);
	dma_buf_poll_end(&shared.pollers[1]);
}

static void hold_and_let_go(int index, unsigned int *seed)
{
	(void)seed;
	switch (index) {
	case 0:
		dma_fence_signal(fence);
		break;
	case 1:
		dma_buf_dispatch();
		break;
	default:
		dma_buf_poll_hold(shared.dma_buf, FREE);
	}
}

static void drop_held_buffer(void)
{
	dma_buf_dispatch();
	expect(atomic_load(&shared.dma_buf->refs) == 1);
	dma_buf_put(shared.dma_buf);
	drop_buffer();
}

TEST(who_keeps_a_dma_buf_lets_go_of_it_after_the_signal)
{
	static const struct play what = {make_used_buffer, hold_and_let_go,
					 drop_held_buffer};

	play(&what);
}

/* ------------------------------------------------------------------------
 * Files
 */

static bool becomes_readable(int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};

	return poll(&pollfd, 1, 20000) == 1 && pollfd.revents == POLLIN;
}

static void signal_or_poll(int index, unsigned int *seed)
{
	int fd, fd2;

	if (!index) {
		usleep((unsigned int)rand_r(seed) % 50);
		dma_fence_signal(fence);
		return;
	}
	fd = fence_fd(fence);
	expect(fd >= 0);
	if (index == 1) {
		/* Closed at any time. */
		close(fd);
		anon_file_dispatch();
		return;
	}
	fd2 = merge(fd, fd, "twice");
	expect(becomes_readable(fd));
	expect(becomes_readable(fd2));
	close(fd);
	close(fd2);
	anon_file_dispatch();
}

TEST(no_sync_file_misses_the_signal)
{
	static const struct play what = {make_fence, signal_or_poll,
					 drop_fence};

	play(&what);
	anon_file_dispatch();
}

static int timeline;

static void make_timeline(void)
{
	timeline = sw_sync_open();
	expect(timeline >= 0);
}

static void move_or_make_points(int index, unsigned int *seed)
{
	struct sw_sync_create_fence_data args = {.fence = -1};
	u32 by = 1;

	for (int i = 0; i < 4; i++) {
		if (!index) {
			expect(!file_ioctl(timeline, SW_SYNC_IOC_INC, &by));
			continue;
		}
		args.value = (u32)rand_r(seed) % 5;
		expect(!file_ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, &args));
		if (rand_r(seed) % 2) {
			expect(becomes_readable(args.fence));
		}
		close(args.fence);
		anon_file_dispatch();
	}
}

static void drop_timeline(void)
{
	close_sync(timeline);
}

TEST(points_come_and_go_while_the_timeline_moves)
{
	static const struct play what = {make_timeline, move_or_make_points,
					 drop_timeline};

	play(&what);
}

static struct dma_fence *points[THREADS];

static void make_points(void)
{
	struct sw_sync_create_fence_data args = {.fence = -1};

	make_timeline();
	for (int i = 0; i < THREADS; i++) {
		args.value = (u32)i + 1;
		expect(!file_ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, &args));
		points[i] = sync_file_get_fence(args.fence);
		close_sync(args.fence);
	}
}

static void drop_point_or_timeline(int index, unsigned int *seed)
{
	u32 by = (u32)rand_r(seed) % (THREADS + 1);

	if (!index) {
		file_ioctl(timeline, SW_SYNC_IOC_INC, &by);
		close_sync(timeline);
	} else if (rand_r(seed) % 2) {
		expect(dma_fence_wait_timeout(points[index], true,
					      20 * SECOND) > 0);
	}
	dma_fence_put(points[index]);
}

TEST(a_timeline_ends_while_its_points_do)
{
	static const struct play what = {make_points, drop_point_or_timeline,
					 NULL};

	play(&what);
}

/* ------------------------------------------------------------------------
 * vgem's fences and timers
 */

static u32 buffer;

static void attach_and_signal(int index, unsigned int *seed)
{
	int number = attach_fence(stage.file, buffer, rand_r(seed) % 2);

	(void)index;
	expect(number > 0 || number == -EBUSY);
	if (number > 0) {
		expect(!signal_fence(stage.file, (u32)number));
	}
}

TEST(fences_are_attached_to_one_buffer_by_all)
{
	static const struct play what = {NULL, attach_and_signal, NULL};

	buffer = must(create_dumb(stage.file, 1));
	play(&what);
}

static struct hrtimer timer;
static atomic_int rung;

static enum hrtimer_restart ring(struct hrtimer *t)
{
	(void)t;
	atomic_fetch_add(&rung, 1);
	return HRTIMER_NORESTART;
}

static void start_or_cancel(int index, unsigned int *seed)
{
	if (index % 2) {
		hrtimer_start(&timer, rand_r(seed) % 20000, HRTIMER_MODE_REL);
	} else {
		hrtimer_cancel(&timer);
	}
}

/* Once it is cancelled it is not called. */
static void check_cancel(void)
{
	int before;

	hrtimer_cancel(&timer);
	before = atomic_load(&rung);
	usleep(50);
	expect(atomic_load(&rung) == before);
}

TEST(a_timer_is_started_and_cancelled_by_all)
{
	static const struct play what = {NULL, start_or_cancel, check_cancel};

	assert_int_equal(hrtimer_prepare(), 0);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = ring;
	play(&what);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_callback_is_either_called_or_removed),
		ON_STAGE(one_of_all_has_signalled_it),
		ON_STAGE(no_wait_misses_the_signal),
		ON_STAGE(a_wait_that_ends_with_the_signal_may_have_seen_it_or_not),
		ON_STAGE(a_watch_is_told_of_changes_and_of_nothing_else),
		ON_STAGE(a_use_that_takes_anothers_place_is_counted_once),
		ON_STAGE(all_uses_as_one_are_waited_for_while_they_change),
		ON_STAGE(a_dma_buf_ends_while_its_pollers_do),
		ON_STAGE(who_keeps_a_dma_buf_lets_go_of_it_after_the_signal),
		ON_STAGE(no_sync_file_misses_the_signal),
		ON_STAGE(points_come_and_go_while_the_timeline_moves),
		ON_STAGE(a_timeline_ends_while_its_points_do),
		ON_STAGE(fences_are_attached_to_one_buffer_by_all),
		ON_STAGE(a_timer_is_started_and_cancelled_by_all),
	};

	return cmocka_run_group_tests_name("fence-threads", tests, NULL, NULL);
}
