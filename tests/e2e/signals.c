/* SPDX-License-Identifier: MIT */
/*
 * Signals by the hundred: nothing fails of what is asked meanwhile, but waits
 * that a handler without SA_RESTART is to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fenced.h"

#define THREADS	 4
#define DURATION 1500 /* ms */
#define PERIOD	 2    /* ms from signal to signal, for each thread */
#define DELAY	 20   /* ms until a fence is signalled */

static atomic_int nr_handled;
static atomic_bool over;

static void handler(int number)
{
	(void)number;
	atomic_fetch_add(&nr_handled, 1);
}

static void handle(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

struct worker {
	pthread_t thread;
	const char *failed; /* what did */
	int err;
	int rounds;
};

#define TRY(what)                                                              \
	do {                                                                   \
		if (what) {                                                    \
			worker->failed = #what;                                \
			worker->err = errno;                                   \
			return;                                                \
		}                                                              \
	} while (0)

static int map_and_touch(const struct buffer *buffer)
{
	struct drm_mode_map_dumb map = {.handle = buffer->handle};
	char *p;

	if (ioctl(buffer->card, DRM_IOCTL_MODE_MAP_DUMB, &map)) {
		return -1;
	}
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, buffer->card,
		 (off_t)map.offset);
	if (p == MAP_FAILED) {
		return -1;
	}
	*p = 1;
	return munmap(p, 4096);
}

static void work_once(struct worker *worker, int card)
{
	struct drm_prime_handle import = {0};
	struct buffer buffer;

	TRY(buffer_make(&buffer, card));
	TRY(map_and_touch(&buffer));
	import.fd = buffer.fd;
	TRY(ioctl(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import));
	TRY(buffer_close_handle(&buffer));
	TRY(close(buffer.fd));
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	int card;

	while (!atomic_load(&over) && !worker->failed) {
		card = open(CARD, O_RDWR | O_CLOEXEC);
		if (card < 0) {
			worker->failed = "open";
			worker->err = errno;
			break;
		}
		work_once(worker, card);
		close(card);
		worker->rounds++;
	}
	return NULL;
}

static void work_under_fire(int flags)
{
	struct worker workers[THREADS] = {0};
	int64_t begin = now_ms();

	handle(flags);
	atomic_store(&over, false);
	atomic_store(&nr_handled, 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	while (now_ms() - begin < DURATION) {
		for (int i = 0; i < THREADS; i++) {
			pthread_kill(workers[i].thread, SIGUSR1);
		}
		sleep_ms(PERIOD);
	}
	atomic_store(&over, true);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].failed) {
			fail_msg("%s: %s", workers[i].failed,
				 strerror(workers[i].err));
		}
		assert_true(workers[i].rounds > 0);
	}
	assert_true(atomic_load(&nr_handled) > 100);
}

static void work_goes_on_with_restart(void **state)
{
	(void)state;
	work_under_fire(SA_RESTART);
}

static void work_goes_on_without_restart(void **state)
{
	(void)state;
	work_under_fire(0);
}

/* Somebody who waits for a buffer's fence in the server. */
struct waiter {
	pthread_t thread;
	struct buffer buffer;
	int64_t took;
	int err; /* 0: the wait came to its end */
	atomic_bool done;
};

static void *wait_for_fence(void *arg)
{
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START |
					     DMA_BUF_SYNC_READ};
	struct waiter *waiter = arg;
	int64_t begin = now_ms();

	waiter->err =
		ioctl(waiter->buffer.fd, DMA_BUF_IOCTL_SYNC, &sync) ? errno : 0;
	waiter->took = now_ms() - begin;
	atomic_store(&waiter->done, true);
	return NULL;
}

/* Waits for a fence that is signalled after @delay ms, under fire. */
static void wait_under_fire(struct waiter *waiter, int flags, int delay)
{
	int card = open(CARD, O_RDWR | O_CLOEXEC);
	int64_t begin = now_ms();
	bool signalled = false;
	uint32_t fence;

	handle(flags);
	*waiter = (struct waiter){.err = -1};
	assert_int_equal(buffer_make(&waiter->buffer, card), 0);
	fence = fence_attach(&waiter->buffer, FENCE_WRITE);
	assert_int_not_equal(fence, 0);
	pthread_create(&waiter->thread, NULL, wait_for_fence, waiter);
	while (!atomic_load(&waiter->done)) {
		pthread_kill(waiter->thread, SIGUSR1);
		sleep_ms(PERIOD);
		if (!signalled && now_ms() - begin >= delay) {
			assert_int_equal(fence_signal(card, fence), 0);
			signalled = true;
		}
	}
	pthread_join(waiter->thread, NULL);
	close(waiter->buffer.fd);
	close(card);
}

static void waits_go_on_with_restart(void **state)
{
	struct waiter waiter;

	(void)state;
	wait_under_fire(&waiter, SA_RESTART, 10 * DELAY);
	assert_int_equal(waiter.err, 0);
	assert_in_range(waiter.took, 9 * DELAY, 100 * DELAY);
}

static void waits_end_without_restart(void **state)
{
	struct waiter waiter;

	(void)state;
	wait_under_fire(&waiter, 0, 1000 * DELAY);
	assert_int_equal(waiter.err, EINTR);
	assert_in_range(waiter.took, 0, 100 * DELAY);
}

/* The end of the wait and the signal meet: it is one or the other. */
static void a_late_signal_is_none(void **state)
{
	struct waiter waiter;

	(void)state;
	for (int i = 0; i < 50; i++) {
		wait_under_fire(&waiter, 0, i % 5);
		assert_true(!waiter.err || waiter.err == EINTR);
	}
}

static void *wait_and_work(void *arg)
{
	struct worker *worker = arg;
	int card = open(CARD, O_RDWR | O_CLOEXEC);

	work_once(worker, card);
	close(card);
	return NULL;
}

/* A handler asks as well, while its thread waits for an answer. */
static struct worker in_handler;
static atomic_int nr_asked;

static void asking_handler(int number)
{
	int saved = errno;

	(void)number;
	wait_and_work(&in_handler);
	atomic_fetch_add(&nr_asked, 1);
	errno = saved;
}

static void handlers_ask_as_well(void **state)
{
	struct sigaction action = {.sa_handler = asking_handler,
				   .sa_flags = SA_RESTART};
	struct buffer buffer;
	struct waiter waiter = {.err = -1};
	int card = open(CARD, O_RDWR | O_CLOEXEC);
	uint32_t fence;

	(void)state;
	assert_int_equal(buffer_make(&buffer, card), 0);
	waiter.buffer = buffer;
	fence = fence_attach(&buffer, FENCE_WRITE);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	pthread_create(&waiter.thread, NULL, wait_for_fence, &waiter);
	for (int i = 0; i < 10; i++) {
		sleep_ms(DELAY);
		pthread_kill(waiter.thread, SIGUSR1);
	}
	sleep_ms(DELAY);
	assert_int_equal(fence_signal(card, fence), 0);
	pthread_join(waiter.thread, NULL);
	assert_int_equal(waiter.err, 0);
	assert_null(in_handler.failed);
	assert_true(atomic_load(&nr_asked) > 0);
	close(buffer.fd);
	close(card);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_goes_on_with_restart),
		cmocka_unit_test(work_goes_on_without_restart),
		cmocka_unit_test(waits_go_on_with_restart),
		cmocka_unit_test(waits_end_without_restart),
		cmocka_unit_test(a_late_signal_is_none),
		cmocka_unit_test(handlers_ask_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
