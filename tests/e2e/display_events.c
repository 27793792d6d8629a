/* SPDX-License-Identifier: MIT */
/*
 * The events of a device that has a display, in real processes: what is to be
 * read, when, and by whom. Run under `uprime run --device vkms`.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "../passing.h"
#include "shown.h"

/* Bytes of events that a file can leave unread, and what they are. */
#define UNREAD_MAX (4096 / EVENT_SIZE)
#define SOON	   1000 /* ms */

static bool is_readable(int fd, int timeout)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
	int ready = poll(&pfd, 1, timeout);

	assert_true(ready >= 0);
	/* It can never be written to. */
	assert_int_equal(pfd.revents & ~POLLIN, 0);
	return ready;
}

static void wait_for_vblanks(const struct shown *shown, unsigned int n)
{
	drmVBlank vblank = {
		.request.type = DRM_VBLANK_RELATIVE,
		.request.sequence = n,
	};

	assert_int_equal(drmWaitVBlank(shown->card, &vblank), 0);
}

/* @n events that are there. */
static void have_events(const struct shown *shown, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(shown_ask(shown, i), 0);
	}
	wait_for_vblanks(shown, 2);
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void flip_event_is_read_whole(void **state)
{
	struct shown shown = shown_open(0);
	struct drm_event_vblank event;
	char buffer[1024];

	(void)state;
	assert_int_equal(drmModePageFlip(shown.card, shown.crtc, shown.fb,
					 DRM_MODE_PAGE_FLIP_EVENT,
					 (void *)0x123456789abul),
			 0);
	assert_true(is_readable(shown.card, SOON));
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)), EVENT_SIZE);
	memcpy(&event, buffer, sizeof(event));
	assert_int_equal(event.base.type, DRM_EVENT_FLIP_COMPLETE);
	assert_int_equal(event.base.length, EVENT_SIZE);
	assert_int_equal(event.user_data, 0x123456789abul);
	assert_int_equal(event.crtc_id, shown.crtc);
	assert_false(is_readable(shown.card, 0));
	close(shown.card);
}

static void no_event_is_eagain(void **state)
{
	struct shown shown = shown_open(O_NONBLOCK);
	char buffer[1024];

	(void)state;
	assert_false(is_readable(shown.card, 0));
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)), -1);
	assert_int_equal(errno, EAGAIN);
	/* And so where the fd does not wait from now on. */
	assert_int_equal(fcntl(shown.card, F_SETFL, 0), 0);
	assert_int_equal(fcntl(shown.card, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(read(shown.card, buffer, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close(shown.card);
}

static void event_that_does_not_fit_stays(void **state)
{
	struct shown shown = shown_open(0);
	char buffer[1024];

	(void)state;
	have_events(&shown, 1);
	assert_int_equal(read(shown.card, buffer, 0), 0);
	assert_int_equal(read(shown.card, buffer, EVENT_SIZE - 1), 0);
	assert_true(is_readable(shown.card, 0));
	assert_int_equal(read(shown.card, buffer, EVENT_SIZE), EVENT_SIZE);
	assert_false(is_readable(shown.card, 0));
	close(shown.card);
}

static void read_gives_as_many_as_fit(void **state)
{
	struct shown shown = shown_open(0);
	char buffer[1024];

	(void)state;
	have_events(&shown, 5);
	assert_int_equal(read(shown.card, buffer, 3 * EVENT_SIZE - 1),
			 2 * EVENT_SIZE);
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)),
			 3 * EVENT_SIZE);
	for (unsigned int i = 0; i < 3; i++) {
		struct drm_event_vblank event;

		memcpy(&event, buffer + i * EVENT_SIZE, sizeof(event));
		assert_int_equal(event.base.type, DRM_EVENT_VBLANK);
		assert_int_equal(event.user_data, 2 + i);
	}
	close(shown.card);
}

static void bad_address_takes_no_event(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct shown shown = shown_open(0);

	(void)state;
	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(munmap(pages + page, page), 0);
	have_events(&shown, 2);
	assert_int_equal(read(shown.card, pages + page, 1024), -1);
	assert_int_equal(errno, EFAULT);
	assert_int_equal(read(shown.card, pages + page - 16, 1024), -1);
	assert_int_equal(errno, EFAULT);
	/* What was given before counts. */
	assert_int_equal(read(shown.card, pages + page - EVENT_SIZE, 1024),
			 EVENT_SIZE);
	assert_int_equal(read(shown.card, pages, 1024), EVENT_SIZE);
	munmap(pages, page);
	close(shown.card);
}

static void readv_fills_part_after_part(void **state)
{
	char first[EVENT_SIZE], second[2 * EVENT_SIZE - 1], third[1024];
	const struct iovec iov[] = {
		{first, sizeof(first)},
		{NULL, 0},
		{second, sizeof(second)},
		{third, sizeof(third)},
	};
	struct shown shown = shown_open(O_NONBLOCK);
	volatile int negative = -1;

	(void)state;
	have_events(&shown, 3);
	/* The second is not filled, and so the last. */
	assert_int_equal(readv(shown.card, iov, 4), 2 * EVENT_SIZE);
	assert_int_equal(readv(shown.card, iov, 4), EVENT_SIZE);
	assert_int_equal(readv(shown.card, iov, negative), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(readv(shown.card, iov, 0), 0);
	close(shown.card);
}

static void nothing_to_do(int signal)
{
	(void)signal;
}

static void set_handler(int flags)
{
	struct sigaction action = {
		.sa_handler = nothing_to_do,
		.sa_flags = flags,
	};

	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
}

static void *signal_later(void *thread)
{
	usleep(100000);
	pthread_kill(*(pthread_t *)thread, SIGUSR1);
	return NULL;
}

static void signal_ends_the_wait(void **state)
{
	struct shown shown = shown_open(0);
	pthread_t self = pthread_self(), thread;
	char buffer[1024];

	(void)state;
	set_handler(0);
	assert_int_equal(pthread_create(&thread, NULL, signal_later, &self), 0);
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)), -1);
	assert_int_equal(errno, EINTR);
	pthread_join(thread, NULL);
	close(shown.card);
}

static void *ask_later(void *data)
{
	const struct shown *shown = data;

	usleep(100000);
	assert_int_equal(shown_ask(shown, 1), 0);
	return NULL;
}

static void read_waits_for_an_event(void **state)
{
	struct shown shown = shown_open(0);
	pthread_t self = pthread_self(), signals, asks;
	char buffer[1024];

	(void)state;
	/* It goes on after this one. */
	set_handler(SA_RESTART);
	assert_int_equal(pthread_create(&signals, NULL, signal_later, &self),
			 0);
	assert_int_equal(pthread_create(&asks, NULL, ask_later, &shown), 0);
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)), EVENT_SIZE);
	pthread_join(signals, NULL);
	pthread_join(asks, NULL);
	close(shown.card);
}

/**
 * struct reader - a thread that reads until there is nothing
 */
struct reader {
	pthread_t thread;
	int card;
	unsigned int nr, seen[UNREAD_MAX];
};

static void *read_all(void *data)
{
	struct reader *reader = data;
	struct drm_event_vblank events[2];
	ssize_t len;

	while ((len = read(reader->card, events, sizeof(events))) > 0) {
		for (size_t i = 0; i < (size_t)len / EVENT_SIZE; i++) {
			reader->seen[reader->nr++] =
				(unsigned int)events[i].user_data;
		}
	}
	return NULL;
}

static void each_event_is_read_once(void **state)
{
	struct shown shown = shown_open(O_NONBLOCK);
	unsigned int counts[UNREAD_MAX] = {0};
	struct reader readers[4] = {0};

	(void)state;
	have_events(&shown, UNREAD_MAX);
	for (unsigned int i = 0; i < 4; i++) {
		readers[i].card = shown.card;
		assert_int_equal(pthread_create(&readers[i].thread, NULL,
						read_all, &readers[i]),
				 0);
	}
	for (unsigned int i = 0; i < 4; i++) {
		pthread_join(readers[i].thread, NULL);
		for (unsigned int n = 0; n < readers[i].nr; n++) {
			counts[readers[i].seen[n]]++;
		}
	}
	for (unsigned int i = 0; i < UNREAD_MAX; i++) {
		assert_int_equal(counts[i], 1);
	}
	close(shown.card);
}

static void unread_events_are_limited(void **state)
{
	struct shown shown = shown_open(O_NONBLOCK);
	char buffer[1024];

	(void)state;
	have_events(&shown, UNREAD_MAX);
	assert_int_equal(shown_ask(&shown, 0), ENOMEM);
	/* Exactly as much as was read is free again, every time. */
	for (int i = 0; i < 20; i++) {
		assert_int_equal(read(shown.card, buffer, 3 * EVENT_SIZE),
				 3 * EVENT_SIZE);
		for (int n = 0; n < 3; n++) {
			assert_int_equal(shown_ask(&shown, 0), 0);
		}
		assert_int_equal(shown_ask(&shown, 0), ENOMEM);
		wait_for_vblanks(&shown, 2);
	}
	close(shown.card);
}

static void child_shares_the_events(void **state)
{
	struct shown shown = shown_open(0);
	char buffer[1024];
	pid_t pid;

	(void)state;
	have_events(&shown, 2);
	pid = fork();
	if (!pid) {
		_exit(read(shown.card, buffer, EVENT_SIZE) == EVENT_SIZE ? 0
									 : 1);
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)), EVENT_SIZE);
	assert_false(is_readable(shown.card, 0));
	close(shown.card);
}

static void other_process_reads_what_it_is_given(void **state)
{
	struct shown shown = shown_open(0);
	char buffer[1024];
	int ends[2];
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (!pid) {
		int card;

		close(shown.card);
		card = receive_fd(ends[1]);
		_exit(read(card, buffer, sizeof(buffer)) == 2 * EVENT_SIZE ? 0
									   : 1);
	}
	have_events(&shown, 2);
	assert_int_equal(send_fd(ends[0], shown.card), 0);
	assert_int_equal(status_of(pid), 0);
	assert_false(is_readable(shown.card, 0));
	close(ends[0]);
	close(ends[1]);
	close(shown.card);
}

static void two_opens_have_events_of_their_own(void **state)
{
	struct shown shown = shown_open(0), other = shown;

	(void)state;
	other.card = open(CARD, O_RDWR | O_CLOEXEC);
	assert_int_equal(shown_ask(&other, 0), 0);
	assert_true(is_readable(other.card, SOON));
	assert_false(is_readable(shown.card, 0));
	close(other.card);
	close(shown.card);
}

static void epoll_and_select_see_events(void **state)
{
	struct shown shown = shown_open(0);
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	int epfd = epoll_create1(EPOLL_CLOEXEC);
	struct timeval soon = {.tv_sec = 1};
	char buffer[1024];
	fd_set set;

	(void)state;
	assert_int_equal(epoll_ctl(epfd, EPOLL_CTL_ADD, shown.card, &event), 0);
	assert_int_equal(epoll_wait(epfd, &event, 1, 0), 0);
	assert_int_equal(shown_ask(&shown, 0), 0);
	assert_int_equal(epoll_wait(epfd, &event, 1, SOON), 1);
	assert_int_equal(event.events, EPOLLIN);
	/* No news until the next one. */
	assert_int_equal(epoll_wait(epfd, &event, 1, 0), 0);
	assert_int_equal(shown_ask(&shown, 0), 0);
	assert_int_equal(epoll_wait(epfd, &event, 1, SOON), 1);
	FD_ZERO(&set);
	FD_SET(shown.card, &set);
	assert_int_equal(select(shown.card + 1, &set, NULL, NULL, &soon), 1);
	assert_int_equal(read(shown.card, buffer, sizeof(buffer)),
			 2 * EVENT_SIZE);
	close(epfd);
	close(shown.card);
}

static unsigned int flips;

static void flipped(int fd, unsigned int sequence, unsigned int sec,
		    unsigned int usec, void *data)
{
	(void)fd;
	(void)sequence;
	(void)sec;
	(void)usec;
	assert_ptr_equal(data, &flips);
	flips++;
}

static void libdrm_handles_events(void **state)
{
	drmEventContext context = {
		.version = 2,
		.page_flip_handler = flipped,
	};
	struct shown shown = shown_open(0);

	(void)state;
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(
			drmModePageFlip(shown.card, shown.crtc, shown.fb,
					DRM_MODE_PAGE_FLIP_EVENT, &flips),
			0);
		assert_int_equal(drmHandleEvent(shown.card, &context), 0);
		assert_int_equal(flips, i + 1);
	}
	close(shown.card);
}

static void close_with_unread_events(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		struct shown shown = shown_open(0);

		have_events(&shown, 3);
		assert_int_equal(shown_ask(&shown, 0), 0);
		close(shown.card);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flip_event_is_read_whole),
		cmocka_unit_test(no_event_is_eagain),
		cmocka_unit_test(event_that_does_not_fit_stays),
		cmocka_unit_test(read_gives_as_many_as_fit),
		cmocka_unit_test(bad_address_takes_no_event),
		cmocka_unit_test(readv_fills_part_after_part),
		cmocka_unit_test(signal_ends_the_wait),
		cmocka_unit_test(read_waits_for_an_event),
		cmocka_unit_test(each_event_is_read_once),
		cmocka_unit_test(unread_events_are_limited),
		cmocka_unit_test(child_shares_the_events),
		cmocka_unit_test(other_process_reads_what_it_is_given),
		cmocka_unit_test(two_opens_have_events_of_their_own),
		cmocka_unit_test(epoll_and_select_see_events),
		cmocka_unit_test(libdrm_handles_events),
		cmocka_unit_test(close_with_unread_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
