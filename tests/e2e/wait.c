/* SPDX-License-Identifier: MIT */
/*
 * Waiting for dma-bufs and sync files with poll, select and epoll: they are
 * ready as their fences say, in threads, children and among many, and what is
 * closed is forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <errno.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "fenced.h"

#define DELAY 50 /* ms until a fence is signalled */
#define MANY  1000

#define ALL_EVENTS                                                             \
	(POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLRDBAND | POLLWRNORM |   \
	 POLLWRBAND | POLLRDHUP)

static struct buffer open_buffer(void)
{
	struct buffer buffer;
	int card = open(CARD, O_RDWR | O_CLOEXEC);

	assert_true(card >= 0);
	assert_int_equal(buffer_make(&buffer, card), 0);
	return buffer;
}

static void close_buffer(const struct buffer *buffer)
{
	assert_int_equal(close(buffer->fd), 0);
	assert_int_equal(close(buffer->card), 0);
}

static uint32_t attach(const struct buffer *buffer, uint32_t flags)
{
	uint32_t fence = fence_attach(buffer, flags);

	assert_int_not_equal(fence, 0);
	return fence;
}

/* The answer of poll() to @events, without waiting. */
static short ready(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events, .revents = 0x7777};
	int ret = poll(&p, 1, 0);

	assert_int_equal(ret, !!p.revents);
	return p.revents;
}

/* Somebody who signals a fence by and by. */
struct signaller {
	pthread_t thread;
	int card;
	uint32_t fence;
};

static void *signal_later(void *arg)
{
	struct signaller *s = arg;

	sleep_ms(DELAY);
	return fence_signal(s->card, s->fence) ? s : NULL;
}

static void signaller_start(struct signaller *s, int card, uint32_t fence)
{
	*s = (struct signaller){.card = card, .fence = fence};
	assert_int_equal(pthread_create(&s->thread, NULL, signal_later, s), 0);
}

static void signaller_end(struct signaller *s)
{
	void *failed;

	pthread_join(s->thread, &failed);
	assert_null(failed);
}

static int status_of(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

static void fences_say_what_is_ready(void **state)
{
	struct buffer buffer = open_buffer();
	uint32_t fence;

	(void)state;
	assert_int_equal(ready(buffer.fd, ALL_EVENTS), POLLIN | POLLOUT);
	assert_int_equal(ready(buffer.fd, POLLIN), POLLIN);
	assert_int_equal(ready(buffer.fd, POLLOUT), POLLOUT);
	assert_int_equal(ready(buffer.fd, POLLRDNORM | POLLWRNORM), 0);
	assert_int_equal(ready(buffer.fd, POLLPRI), 0);
	assert_int_equal(ready(buffer.fd, 0), 0);
	fence = attach(&buffer, 0);
	assert_int_equal(ready(buffer.fd, ALL_EVENTS), POLLIN);
	assert_int_equal(ready(buffer.fd, POLLOUT), 0);
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(ready(buffer.fd, ALL_EVENTS), POLLIN | POLLOUT);
	fence = attach(&buffer, FENCE_WRITE);
	assert_int_equal(ready(buffer.fd, ALL_EVENTS), 0);
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(ready(buffer.fd, ALL_EVENTS), POLLIN | POLLOUT);
	close_buffer(&buffer);
}

static void poll_waits_for_the_fence(void **state)
{
	struct buffer buffer = open_buffer();
	struct signaller signaller;
	int pipes[2];
	struct pollfd fds[] = {
		{.fd = -1, .events = POLLIN},
		{.fd = buffer.fd, .events = POLLIN},
		{.events = POLLIN},
	};

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	fds[2].fd = pipes[0];
	signaller_start(&signaller, buffer.card, attach(&buffer, FENCE_WRITE));
	assert_int_equal(poll(fds, 3, 10), 0);
	assert_int_equal(poll(fds, 3, -1), 1);
	assert_int_equal(fds[0].revents, 0);
	assert_int_equal(fds[1].revents, POLLIN);
	assert_int_equal(fds[2].revents, 0);
	assert_int_equal(fds[1].fd, buffer.fd);
	signaller_end(&signaller);

	/* What else is ready ends the wait as well. */
	attach(&buffer, FENCE_WRITE);
	assert_int_equal(write(pipes[1], "", 1), 1);
	assert_int_equal(poll(fds, 3, -1), 1);
	assert_int_equal(fds[1].revents, 0);
	assert_int_equal(fds[2].revents, POLLIN);
	close(pipes[0]);
	close(pipes[1]);
	close_buffer(&buffer);
}

static void poll_takes_its_time(void **state)
{
	struct buffer buffer = open_buffer();
	struct pollfd p = {.fd = buffer.fd, .events = POLLIN | POLLOUT};
	struct timespec timeout = {.tv_nsec = DELAY * 1000000L};
	int64_t begin;

	(void)state;
	attach(&buffer, FENCE_WRITE);
	begin = now_ms();
	assert_int_equal(poll(&p, 1, DELAY), 0);
	assert_in_range(now_ms() - begin, DELAY, 20 * DELAY);
	begin = now_ms();
	assert_int_equal(ppoll(&p, 1, &timeout, NULL), 0);
	assert_in_range(now_ms() - begin, DELAY, 20 * DELAY);
	assert_int_equal(timeout.tv_nsec, DELAY * 1000000L);
	close_buffer(&buffer);
}

static void long_lists_are_polled_as_well(void **state)
{
	struct buffer buffer = open_buffer();
	struct pollfd fds[500];
	uint32_t fence = attach(&buffer, FENCE_WRITE);

	(void)state;
	for (int i = 0; i < 500; i++) {
		fds[i] = (struct pollfd){.fd = buffer.fd, .events = POLLIN};
	}
	assert_int_equal(poll(fds, 500, 1), 0);
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(poll(fds, 500, 1), 500);
	close_buffer(&buffer);
}

static void handler(int number)
{
	(void)number;
}

/* SIGALRM after DELAY ms. */
static void set_alarm(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	struct itimerval timer = {.it_value.tv_usec = DELAY * 1000};

	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void signals_interrupt_waits(void **state)
{
	struct buffer buffer = open_buffer();
	struct pollfd p = {.fd = buffer.fd, .events = POLLIN, .revents = 1};
	sigset_t blocked, none;
	fd_set set;

	(void)state;
	attach(&buffer, FENCE_WRITE);
	set_alarm(SA_RESTART);
	assert_int_equal(poll(&p, 1, -1), -1);
	assert_int_equal(errno, EINTR);
	assert_int_equal(p.revents, 0);
	FD_ZERO(&set);
	FD_SET(buffer.fd, &set);
	set_alarm(SA_RESTART);
	assert_int_equal(select(buffer.fd + 1, &set, NULL, NULL, NULL), -1);
	assert_int_equal(errno, EINTR);
	assert_true(FD_ISSET(buffer.fd, &set));

	/* One that waits for its mask is not lost between two waits. */
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGALRM);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	set_alarm(0);
	sleep_ms(2 * DELAY);
	assert_int_equal(ppoll(&p, 1, NULL, &none), -1);
	assert_int_equal(errno, EINTR);
	set_alarm(0);
	sleep_ms(2 * DELAY);
	assert_int_equal(pselect(buffer.fd + 1, &set, NULL, NULL, NULL, &none),
			 -1);
	assert_int_equal(errno, EINTR);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	close_buffer(&buffer);
}

static void select_waits_for_the_fence(void **state)
{
	struct buffer buffer = open_buffer();
	struct signaller signaller;
	struct timeval timeout = {.tv_sec = 30};
	fd_set in, out, except;
	int fd = buffer.fd;

	(void)state;
	FD_ZERO(&in);
	FD_SET(fd, &in);
	out = except = in;
	assert_int_equal(select(fd + 1, &in, &out, &except, &timeout), 2);
	assert_true(FD_ISSET(fd, &in) && FD_ISSET(fd, &out));
	assert_false(FD_ISSET(fd, &except));

	signaller_start(&signaller, buffer.card, attach(&buffer, 0));
	assert_int_equal(select(fd + 1, NULL, &out, NULL, &timeout), 1);
	assert_true(FD_ISSET(fd, &out));
	assert_true(timeout.tv_sec < 30);
	signaller_end(&signaller);

	attach(&buffer, FENCE_WRITE);
	timeout = (struct timeval){.tv_usec = DELAY * 1000};
	assert_int_equal(select(fd + 1, &in, NULL, NULL, &timeout), 0);
	assert_false(FD_ISSET(fd, &in));
	assert_int_equal(timeout.tv_sec, 0);
	assert_int_equal(timeout.tv_usec, 0);
	close_buffer(&buffer);
}

static int ctl(int ep, int op, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(ep, op, fd, &event) ? errno : 0;
}

/* The events of the only fd that is ready, 0: none. */
static uint32_t epoll_ready(int ep, int fd)
{
	struct epoll_event events[2];
	int nr = epoll_wait(ep, events, 2, 0);

	assert_in_range(nr, 0, 1);
	if (!nr) {
		return 0;
	}
	assert_int_equal(events[0].data.fd, fd);
	return events[0].events;
}

static void epoll_knows_dma_bufs(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = buffer.fd;
	struct signaller signaller;
	struct epoll_event event;
	uint32_t fence;

	(void)state;
	assert_int_equal(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLIN), ENOENT);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, fd, 0), ENOENT);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, ALL_EVENTS), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), EEXIST);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN | EPOLLOUT);
	fence = attach(&buffer, 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	assert_int_equal(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLOUT), 0);
	assert_int_equal(epoll_ready(ep, fd), 0);
	signaller_start(&signaller, buffer.card, fence);
	assert_int_equal(epoll_wait(ep, &event, 1, -1), 1);
	assert_int_equal(event.events, EPOLLOUT);
	assert_int_equal(event.data.fd, fd);
	signaller_end(&signaller);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, fd, 0), 0);
	assert_int_equal(epoll_ready(ep, fd), 0);
	close(ep);
	close_buffer(&buffer);
}

static void epoll_modifiers_are_kept(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = buffer.fd;
	uint32_t fence;

	(void)state;
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET), 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	/* Of a dma-buf Linux tells anew each time, even so. */
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	fence = attach(&buffer, FENCE_WRITE);
	assert_int_equal(epoll_ready(ep, fd), 0);
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	assert_int_equal(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLONESHOT),
			 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLOUT);
	assert_int_equal(epoll_ready(ep, fd), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, fd, 0), 0);
	assert_int_equal(
		ctl(ep, EPOLL_CTL_ADD, fd, EPOLLRDNORM | EPOLLEXCLUSIVE),
		EINVAL);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE),
			 0);
	close(ep);
	close_buffer(&buffer);
}

static void other_sealed_files_stay_files(void **state)
{
	int fd = memfd_create("mine", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	int ep = epoll_create1(EPOLL_CLOEXEC);

	(void)state;
	assert_int_equal(fcntl(fd, F_ADD_SEALS,
			       F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
			 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ready(fd, POLLIN | POLLRDNORM),
				 POLLIN | POLLRDNORM);
		assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), EPERM);
	}
	close(ep);
	close(fd);
}

/* Each way of closing @fd for another. */
enum way { CLOSE, CLOSE_RANGE, DUP2, DUP3, RAW, NR_WAYS };

static void close_by(enum way way, int fd)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	switch (way) {
	case CLOSE:
		assert_int_equal(close(fd), 0);
		break;
	case CLOSE_RANGE:
		assert_int_equal(
			close_range((unsigned int)fd, (unsigned int)fd, 0), 0);
		break;
	case DUP2:
		assert_int_equal(dup2(null, fd), fd);
		assert_int_equal(close(fd), 0);
		break;
	case DUP3:
		assert_int_equal(dup3(null, fd, O_CLOEXEC), fd);
		assert_int_equal(close(fd), 0);
		break;
	default:
		assert_int_equal(syscall(SYS_close, fd), 0);
		break;
	}
	close(null);
}

/* That is, as soon as nobody has the dma-buf anymore. */
static void closed_fds_are_forgotten(void **state)
{
	int ep = epoll_create1(EPOLL_CLOEXEC);

	(void)state;
	for (enum way way = 0; way < NR_WAYS; way++) {
		struct buffer buffer = open_buffer(), next = open_buffer();
		int fd = buffer.fd;

		assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
		assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
		close_by(way, fd);
		if (way != RAW) {
			assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
		}
		close(buffer.card);
		assert_int_equal(epoll_ready(ep, fd), 0);
		/* Another dma-buf under the same number is another. */
		attach(&next, FENCE_WRITE);
		assert_int_equal(dup2(next.fd, fd), fd);
		assert_int_equal(ready(fd, POLLIN), 0);
		assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
		assert_int_equal(epoll_ready(ep, fd), 0);
		close(fd);
		close_buffer(&next);
	}
	close(ep);
}

static void a_failed_dup2_forgets_nothing(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = buffer.fd;

	(void)state;
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
	assert_int_equal(dup2(-1, fd), -1);
	assert_int_equal(dup2(fd, fd), fd);
	assert_int_equal(dup3(buffer.card, fd, 12345), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, fd, 0), 0);
	close(ep);
	close_buffer(&buffer);
}

static void copies_are_fds_of_their_own(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), copy = dup(buffer.fd);

	(void)state;
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, buffer.fd, EPOLLIN), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, copy, EPOLLOUT), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, buffer.fd, 0), 0);
	assert_int_equal(epoll_ready(ep, copy), EPOLLOUT);
	close(copy);
	close(ep);
	close_buffer(&buffer);
}

/* What the client has open is neither seen nor closed. */
static void the_rest_is_closed_around(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = buffer.fd, next;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	pid_t pid;

	(void)state;
	next = open("/dev/null", O_RDONLY);
	close(next);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
	assert_int_equal(open("/dev/null", O_RDONLY), next);
	close(next);
	attach(&buffer, FENCE_WRITE);
	pid = fork();
	if (!pid) {
		for (int i = ep + 1; i < 70000; i++) {
			close(i);
		}
		closefrom(ep + 1);
		_exit(epoll_ready(ep, fd) || ready(fd, POLLIN));
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(poll(&p, 1, 1), 0);
	pid = vfork();
	if (!pid) {
		closefrom(3);
		_exit(0);
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(poll(&p, 1, 1), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_DEL, fd, 0), 0);
	close(ep);
	close_buffer(&buffer);
}

/* The sync file of a buffer's writers. */
static int export_sync_file(const struct buffer *buffer)
{
	struct {
		uint32_t flags;
		int32_t fd;
	} args = {.flags = 1, .fd = -1}; /* what a reader waits for */

	assert_int_equal(ioctl(buffer->fd, _IOWR('b', 2, args), &args), 0);
	return args.fd;
}

static void sync_files_poll_as_their_fence(void **state)
{
	struct buffer buffer = open_buffer();
	uint32_t fence = attach(&buffer, FENCE_WRITE);
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = export_sync_file(&buffer);
	struct signaller signaller;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	(void)state;
	assert_int_equal(ready(fd, ALL_EVENTS), 0);
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, ALL_EVENTS), 0);
	assert_int_equal(epoll_ready(ep, fd), 0);
	signaller_start(&signaller, buffer.card, fence);
	assert_int_equal(poll(&p, 1, -1), 1);
	signaller_end(&signaller);
	assert_int_equal(ready(fd, ALL_EVENTS), POLLIN);
	assert_int_equal(ready(fd, POLLRDNORM | POLLRDHUP), 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	close(ep);
	close(fd);
	close_buffer(&buffer);
}

static void sync_files_are_no_sockets(void **state)
{
	struct buffer buffer = open_buffer();
	int fd = export_sync_file(&buffer);
	char path[32], text[64] = "";
	struct iovec iov = {text, 1};
	struct statx stx;
	struct stat st;

	(void)state;
	assert_true(read(fd, text, 1) == -1 && errno == EINVAL);
	assert_true(readv(fd, &iov, 1) == -1 && errno == EINVAL);
	assert_true(pread(fd, text, 1, 0) == -1 && errno == ESPIPE);
	assert_true(write(fd, text, 1) == -1 && errno == EBADF);
	assert_true(writev(fd, &iov, 1) == -1 && errno == EBADF);
	assert_true(lseek(fd, 0, SEEK_SET) == -1 && errno == ESPIPE);
	assert_ptr_equal(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0),
			 MAP_FAILED);
	assert_int_equal(errno, ENODEV);
	assert_int_equal(fcntl(fd, F_GETFL), O_RDONLY);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx), 0);
	assert_int_equal(stx.stx_mode, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(readlink(path, text, sizeof(text)), 20);
	assert_string_equal(text, "anon_inode:sync_file");
	assert_true(open(path, O_RDONLY) == -1 && errno == ENXIO);
	close(fd);
	close_buffer(&buffer);
}

/* A program may want a number that the client has. */
static void numbers_are_given_away(void **state)
{
	struct buffer buffer = open_buffer();
	uint32_t fence = attach(&buffer, FENCE_WRITE);
	struct rlimit limit;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), last;

	(void)state;
	assert_int_equal(ready(buffer.fd, POLLIN), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	last = limit.rlim_cur < 4200 ? (int)limit.rlim_cur - 8 : 4200;
	for (int i = last / 2; i < last; i++) {
		assert_int_equal(dup2(null, i), i);
		assert_int_equal(ready(buffer.fd, POLLIN), 0);
		assert_int_equal(close(i), 0);
	}
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(ready(buffer.fd, POLLIN), POLLIN);
	close(null);
	close_buffer(&buffer);
}

static int child_waits(const struct buffer *buffer, int ep, uint32_t fence)
{
	struct pollfd p = {.fd = buffer->fd, .events = POLLIN};
	struct epoll_event event;

	if (poll(&p, 1, 1) || epoll_wait(ep, &event, 1, 1)) {
		return 1;
	}
	if (fence_signal(buffer->card, fence)) {
		return 2;
	}
	if (poll(&p, 1, -1) != 1 || epoll_wait(ep, &event, 1, -1) != 1) {
		return 3;
	}
	/* It is the child's alone. */
	close(buffer->fd);
	return 0;
}

static void children_wait_as_well(void **state)
{
	struct buffer buffer = open_buffer();
	int ep = epoll_create1(EPOLL_CLOEXEC), fd = buffer.fd;
	uint32_t fence = attach(&buffer, FENCE_WRITE);
	pid_t pid;

	(void)state;
	assert_int_equal(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
	assert_int_equal(ready(fd, POLLIN), 0);
	pid = fork();
	if (!pid) {
		_exit(child_waits(&buffer, ep, fence));
	}
	assert_int_equal(status_of(pid), 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	fence = attach(&buffer, FENCE_WRITE);
	assert_int_equal(epoll_ready(ep, fd), 0);
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	assert_int_equal(epoll_ready(ep, fd), EPOLLIN);
	close(ep);
	close_buffer(&buffer);
}

/* Where a buffer is mapped: the lowest place that is free. */
static uint64_t place_of(int card, uint32_t handle)
{
	struct drm_mode_map_dumb map = {.handle = handle};

	assert_int_equal(ioctl(card, DRM_IOCTL_MODE_MAP_DUMB, &map), 0);
	return map.offset;
}

static uint64_t next_place(int card)
{
	struct buffer buffer = {0};
	uint64_t place;

	assert_int_equal(buffer_make(&buffer, card), 0);
	place = place_of(card, buffer.handle);
	close(buffer.fd);
	buffer_close_handle(&buffer);
	return place;
}

/* Its buffer goes although nobody signals the fence. */
static void who_dies_waits_no_longer(void **state)
{
	struct dma_buf_sync sync = {DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ};
	struct buffer buffer = open_buffer();
	uint64_t place = place_of(buffer.card, buffer.handle);
	uint32_t fence = attach(&buffer, FENCE_WRITE);
	int64_t begin;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		ioctl(buffer.fd, DMA_BUF_IOCTL_SYNC, &sync);
		_exit(1);
	}
	sleep_ms(DELAY);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	close(buffer.fd);
	buffer_close_handle(&buffer);
	/* Who waits keeps it. */
	assert_int_not_equal(next_place(buffer.card), place);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	begin = now_ms();
	while (next_place(buffer.card) != place) {
		/* The fence ends by itself after 10 s. */
		assert_true(now_ms() - begin < 5000);
		sleep_ms(1);
	}
	assert_int_equal(fence_signal(buffer.card, fence), 0);
	close(buffer.card);
}

static int many(void)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* The server needs five for each, in a table as long. */
	return limit.rlim_max / 8 < MANY ? (int)(limit.rlim_max / 8) : MANY;
}

/* How many fds there are, those of uprime included. */
static int open_fds(void)
{
	struct rlimit limit;
	int nr = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int fd = 0; fd < (int)limit.rlim_cur && fd < 1 << 16; fd++) {
		nr += syscall(SYS_fcntl, fd, F_GETFD) >= 0;
	}
	return nr;
}

static void what_is_waited_for_goes_with_the_dma_bufs(void **state)
{
	int ep = epoll_create1(EPOLL_CLOEXEC), before, nr = 40;
	struct buffer buffer = open_buffer();
	struct epoll_event events[64];

	(void)state;
	close(buffer.fd);
	before = open_fds();
	for (int round = 0; round < 5; round++) {
		int card = open(CARD, O_RDWR | O_CLOEXEC);

		for (int i = 0; i < nr; i++) {
			assert_int_equal(buffer_make(&buffer, card), 0);
			assert_int_equal(
				ctl(ep, EPOLL_CTL_ADD, buffer.fd, EPOLLIN), 0);
			/* Of some there is another fd. */
			assert_true(i % 2 || dup(buffer.fd) >= 0);
			assert_int_equal(close(buffer.fd), 0);
		}
		/* Those whose numbers were not used again. */
		assert_true(epoll_wait(ep, events, 64, 0) > 0);
		assert_int_equal(close_range((unsigned int)card + 1, 1000, 0),
				 0);
		assert_int_equal(close(card), 0);
		assert_int_equal(epoll_wait(ep, events, 64, 0), 0);
	}
	/* A request may have needed another connection. */
	assert_true(open_fds() <= before + 2);
	close(ep);
	close(buffer.card);
}

static void many_in_one_epoll(void **state)
{
	static struct buffer buffers[MANY];
	static struct epoll_event events[MANY];
	int ep = epoll_create1(EPOLL_CLOEXEC), nr = many();
	int card = open(CARD, O_RDWR | O_CLOEXEC);
	uint32_t fence = 0;

	(void)state;
	for (int i = 0; i < nr; i++) {
		assert_int_equal(buffer_make(&buffers[i], card), 0);
		assert_int_equal(ctl(ep, EPOLL_CTL_ADD, buffers[i].fd, EPOLLIN),
				 0);
	}
	assert_int_equal(epoll_wait(ep, events, MANY, 0), nr);
	for (int i = 0; i < nr; i++) {
		fence = attach(&buffers[i], FENCE_WRITE);
	}
	assert_int_equal(epoll_wait(ep, events, MANY, 0), 0);
	assert_int_equal(fence_signal(card, fence), 0);
	assert_int_equal(epoll_wait(ep, events, MANY, -1), 1);
	assert_int_equal(events[0].data.fd, buffers[nr - 1].fd);
	/* All other fences go with the open file. */
	assert_int_equal(close(card), 0);
	assert_int_equal(epoll_wait(ep, events, MANY, 0), nr);
	for (int i = 0; i < nr; i++) {
		close(buffers[i].fd);
	}
	assert_int_equal(epoll_wait(ep, events, MANY, 0), 0);
	close(ep);
}

#define THREADS 4
#define ROUNDS	100

static struct buffer shared;

static void *wait_for_shared(void *arg)
{
	struct pollfd p = {.fd = shared.fd, .events = POLLIN};
	int copy;

	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		copy = p.fd = dup(shared.fd);
		if (poll(&p, 1, 10000) != 1 || p.revents != POLLIN) {
			return &shared;
		}
		close(copy);
		p.fd = shared.fd;
		if (poll(&p, 1, 10000) != 1) {
			return &shared;
		}
	}
	return NULL;
}

static void threads_wait_for_one(void **state)
{
	pthread_t threads[THREADS];
	void *failed;

	(void)state;
	shared = open_buffer();
	for (int i = 0; i < THREADS; i++) {
		pthread_create(&threads[i], NULL, wait_for_shared, NULL);
	}
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t fence = attach(&shared, FENCE_WRITE);

		sleep_ms(1);
		assert_int_equal(fence_signal(shared.card, fence), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	close_buffer(&shared);
}

static void *sync_shared(void *arg)
{
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START |
					     DMA_BUF_SYNC_READ};

	(void)arg;
	return ioctl(shared.fd, DMA_BUF_IOCTL_SYNC, &sync) ? &shared : NULL;
}

/* More wait than there are processors, and others ask meanwhile. */
static void who_waits_is_in_nobodys_way(void **state)
{
	pthread_t threads[4 * THREADS];
	struct buffer other;
	uint32_t fence;
	void *failed;

	(void)state;
	for (int round = 0; round < 5; round++) {
		shared = open_buffer();
		fence = attach(&shared, FENCE_WRITE);
		for (int i = 0; i < 4 * THREADS; i++) {
			pthread_create(&threads[i], NULL, sync_shared, NULL);
		}
		for (int i = 0; i < 20; i++) {
			other = open_buffer();
			close_buffer(&other);
			sleep_ms(1);
		}
		assert_int_equal(fence_signal(shared.card, fence), 0);
		for (int i = 0; i < 4 * THREADS; i++) {
			pthread_join(threads[i], &failed);
			assert_null(failed);
		}
		close_buffer(&shared);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fences_say_what_is_ready),
		cmocka_unit_test(poll_waits_for_the_fence),
		cmocka_unit_test(poll_takes_its_time),
		cmocka_unit_test(long_lists_are_polled_as_well),
		cmocka_unit_test(signals_interrupt_waits),
		cmocka_unit_test(select_waits_for_the_fence),
		cmocka_unit_test(epoll_knows_dma_bufs),
		cmocka_unit_test(epoll_modifiers_are_kept),
		cmocka_unit_test(other_sealed_files_stay_files),
		cmocka_unit_test(closed_fds_are_forgotten),
		cmocka_unit_test(a_failed_dup2_forgets_nothing),
		cmocka_unit_test(copies_are_fds_of_their_own),
		cmocka_unit_test(the_rest_is_closed_around),
		cmocka_unit_test(sync_files_poll_as_their_fence),
		cmocka_unit_test(sync_files_are_no_sockets),
		cmocka_unit_test(numbers_are_given_away),
		cmocka_unit_test(children_wait_as_well),
		cmocka_unit_test(who_dies_waits_no_longer),
		cmocka_unit_test(what_is_waited_for_goes_with_the_dma_bufs),
		cmocka_unit_test(many_in_one_epoll),
		cmocka_unit_test(threads_wait_for_one),
		cmocka_unit_test(who_waits_is_in_nobodys_way),
	};

	/* Also where no environment says so: on Linux, in the guest. */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
