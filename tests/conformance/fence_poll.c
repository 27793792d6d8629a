/* SPDX-License-Identifier: MIT */
/* poll, select and epoll on a dma-buf: what its fences let through. */
#include "fence.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is on a buffer. */
enum { NONE, READER, WRITER, BOTH, READ_DONE, WRITE_DONE, NR_STATES };

static const char *const states[] = {
	"no fence", "a reader",	     "a writer",
	"both",	    "a reader done", "a writer done",
};

/* The fence that is pending, if one is; of both it is the writer's. */
static uint32_t put(struct buffer *buffer, int state)
{
	struct buffer other;
	uint32_t fence;

	if (state == NONE) {
		return 0;
	}
	if (state == BOTH) {
		other = buffer_on(buffer->file);
		sync_file_import(buffer->dmabuf, READ, pending_file(&other));
		other = buffer_on(buffer->file);
		fence = must_attach(&other, FENCE_WRITE);
		sync_file_import(buffer->dmabuf, WRITE,
				 must_export_fences(other.dmabuf));
		return fence;
	}
	fence = must_attach(buffer, state == WRITER || state == WRITE_DONE);
	if (state == READ_DONE || state == WRITE_DONE) {
		fence_signal(buffer->file, fence);
	}
	return fence;
}

static struct buffer buffer_in(int state, uint32_t *fence)
{
	struct buffer buffer = buffer_make();

	*fence = put(&buffer, state);
	return buffer;
}

/* A signal mask, so that ppoll() and its kin are not their cousins. */
static sigset_t *no_signals(void)
{
	static sigset_t set;

	sigfillset(&set);
	return &set;
}

static const char *ppoll_now(int fd, short events)
{
	struct pollfd pollfd = {.fd = fd, .events = events};
	struct timespec zero = {0};
	int ret = ppoll(&pollfd, 1, &zero, no_signals());

	return text("%d, %#x", ret, (unsigned int)pollfd.revents);
}

static const char *select_now(int fd, bool with_mask)
{
	struct timeval zero = {0};
	struct timespec zero_ns = {0};
	fd_set in, out, except;
	int ret;

	FD_ZERO(&in);
	FD_SET(fd, &in);
	out = except = in;
	ret = with_mask ? pselect(fd + 1, &in, &out, &except, &zero_ns,
				  no_signals())
			: select(fd + 1, &in, &out, &except, &zero);
	return text("%d%s%s%s", ret, FD_ISSET(fd, &in) ? " in" : "",
		    FD_ISSET(fd, &out) ? " out" : "",
		    FD_ISSET(fd, &except) ? " except" : "");
}

static int epoll_with(int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u32 = 7};
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) {
		give_up("epoll_ctl");
	}
	return epoll;
}

/* "1, 0x5" */
static const char *epoll_for(int epoll, int timeout_ms)
{
	struct epoll_event events[4] = {{0}};
	int count = epoll_wait(epoll, events, 4, timeout_ms);
	const char *line = count < 0 ? errname(errno) : text("%d", count);

	for (int i = 0; i < count; i++) {
		line = text("%s, %#x", line, events[i].events);
	}
	return line;
}

static const char *epoll_once(int fd, uint32_t events)
{
	int epoll = epoll_with(fd, events);
	const char *answer = epoll_for(epoll, 0);

	close(epoll);
	return answer;
}

static void masks_of(const char *of, int fd)
{
	static const short masks[] = {
		0,	    POLLIN,	POLLOUT,    POLLIN | POLLOUT,  POLLPRI,
		POLLRDNORM, POLLWRNORM, POLLRDBAND, POLLERR | POLLHUP, 0x7fff,
	};

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		result(text("%s, %#x", of, (unsigned int)masks[i]),
		       "poll %s; ppoll %s; epoll %s", poll_for(fd, masks[i], 0),
		       ppoll_now(fd, masks[i]),
		       epoll_once(fd, (uint32_t)masks[i]));
	}
	result(text("%s, select", of), "%s; pselect %s", select_now(fd, false),
	       select_now(fd, true));
}

static void masks(void)
{
	for (int state = 0; state < NR_STATES; state++) {
		struct buffer buffer = buffer_make();
		int read_only = must_export(buffer.file, buffer.handle, 0);
		uint32_t fence = put(&buffer, state);

		masks_of(states[state], buffer.dmabuf);
		if (state == BOTH) {
			fence_signal(buffer.file, fence);
			masks_of("both, the writer done", buffer.dmabuf);
		}
		close(read_only);
		close(buffer.file);
		result(text("%s, the file closed", states[state]), "%s",
		       poll_now(buffer.dmabuf));
		buffer = buffer_make();
		read_only = must_export(buffer.file, buffer.handle, 0);
		put(&buffer, state);
		masks_of(text("read-only, %s", states[state]), read_only);
	}
}

/* A timeout is not early, and 0 does not wait. */
static void timeout_of(const char *what, int fd, short events, int ms)
{
	long start = now_ms();
	const char *answer = poll_for(fd, events, ms);
	long took = now_ms() - start;

	result(what, "%s, %s", answer, took < ms ? "before" : "in time");
}

static void timeouts(void)
{
	uint32_t fence;
	struct buffer reader = buffer_in(READER, &fence);
	struct buffer writer = buffer_in(WRITER, &fence);

	timeout_of("a reader, out for 0", reader.dmabuf, POLLOUT, 0);
	timeout_of("a reader, out for 60", reader.dmabuf, POLLOUT, 60);
	timeout_of("a reader, in for 1000", reader.dmabuf, POLLIN, 1000);
	timeout_of("a reader, both for 1000", reader.dmabuf, POLLIN | POLLOUT,
		   1000);
	timeout_of("a writer, in for 60", writer.dmabuf, POLLIN, 60);
	timeout_of("a writer, nothing for 60", writer.dmabuf, 0, 60);
}

struct signaler {
	struct buffer buffer;
	uint32_t fence;
	bool by_close;
};

static void signal_it(void *data)
{
	struct signaler *s = data;

	if (s->by_close) {
		close(s->buffer.file);
	} else if (fence_signal(s->buffer.file, s->fence)) {
		result("FENCE_SIGNAL", "%s", errname(errno));
	}
}

/* The same by a child that has inherited the file. */
static void signal_in_child(void *data)
{
	pid_t child = fork();

	if (!child) {
		signal_it(data);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

enum { POLL, PPOLL, SELECT, PSELECT, EPOLL, EPOLL_EDGE, NR_WAYS };

static const char *const ways[] = {
	"poll", "ppoll", "select", "pselect", "epoll", "epoll edge",
};

static const char *wait_by(int way, int fd, short events)
{
	struct pollfd pollfd = {.fd = fd, .events = events};
	fd_set in, out;
	int ret, epoll;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fd, events & POLLIN ? &in : &out);
	switch (way) {
	case POLL:
		return poll_for(fd, events, FOR_EVER);
	case PPOLL:
		ret = ppoll(&pollfd, 1, NULL, NULL);
		return text("%d, %#x", ret, (unsigned int)pollfd.revents);
	case SELECT:
		ret = select(fd + 1, &in, &out, NULL, NULL);
		return text("%d", ret);
	case PSELECT:
		ret = pselect(fd + 1, &in, &out, NULL, NULL, NULL);
		return text("%d", ret);
	default:
		epoll = epoll_with(fd, (uint32_t)events |
					       (way == EPOLL ? 0u : EPOLLET));
		return epoll_for(epoll, FOR_EVER);
	}
}

static void wait_while(int way, int state, short events, bool in_process,
		       bool by_close)
{
	struct signaler s = {.by_close = by_close};
	struct later later;
	const char *answer;

	s.buffer = buffer_in(state, &s.fence);
	later_start(&later, in_process ? signal_in_child : signal_it, &s);
	answer = wait_by(way, s.buffer.dmabuf, events);
	result(text("%s, %s, for %#x, %s", ways[way], states[state],
		    (unsigned int)events,
		    by_close	 ? "the file closed"
		    : in_process ? "a process signals"
				 : "a thread signals"),
	       "%s, %s it", answer, later_end(&later));
}

static void waits(void)
{
	for (int way = 0; way < NR_WAYS; way++) {
		wait_while(way, READER, POLLOUT, false, false);
		wait_while(way, WRITER, POLLIN, false, false);
		wait_while(way, WRITER, POLLOUT, false, true);
		wait_while(way, WRITER, POLLOUT, true, false);
	}
}

/* Several fds in one call: the one that is ready ends it. */
static void several(void)
{
	struct signaler s = {0};
	struct later later;
	struct buffer never;
	uint32_t fence;
	int ret;

	never = buffer_in(WRITER, &fence);
	s.buffer = buffer_in(WRITER, &s.fence);
	struct pollfd fds[] = {
		{.fd = never.dmabuf, .events = POLLIN | POLLOUT},
		{.fd = s.buffer.dmabuf, .events = POLLIN},
		{.fd = s.buffer.dmabuf, .events = POLLOUT},
		{.fd = -1, .events = POLLIN},
	};
	later_start(&later, signal_it, &s);
	ret = poll(fds, 4, FOR_EVER);
	result("poll of four", "%d, %#x %#x %#x %#x, %s it", ret,
	       (unsigned int)fds[0].revents, (unsigned int)fds[1].revents,
	       (unsigned int)fds[2].revents, (unsigned int)fds[3].revents,
	       later_end(&later));
	fds[0].fd = 900;
	ret = poll(fds, 4, 0);
	result("one not open", "%d, %#x %#x", ret, (unsigned int)fds[0].revents,
	       (unsigned int)fds[1].revents);
}

static const char *map_at(int file, uint64_t offset)
{
	void *map =
		mmap(NULL, PAGE, PROT_READ, MAP_SHARED, file, (off_t)offset);

	if (map == MAP_FAILED) {
		return errname(errno);
	}
	munmap(map, PAGE);
	return "mapped";
}

/* A poll that found a fence pending holds the dma-buf until its signal: its
 * offset is still taken, though nobody may map it. */
static void held(void)
{
	for (int polled = 0; polled < 2; polled++) {
		const char *what = polled ? "polled" : "not polled";
		struct buffer buffer = buffer_make();
		uint32_t fence = must_attach(&buffer, FENCE_WRITE);
		uint64_t offset;

		dumb_offset(buffer.file, buffer.handle, &offset);
		if (polled) {
			poll_now(buffer.dmabuf);
		}
		close(buffer.dmabuf);
		gem_close(buffer.file, buffer.handle);
		result(text("%s, all closed, its offset", what), "%s",
		       map_at(buffer.file, offset));
		fence_signal(buffer.file, fence);
		result(text("%s, signaled, its offset", what), "%s",
		       map_at(buffer.file, offset));
	}
}

static void answer_of(const char *what, int epoll, int op, int fd,
		      uint32_t events)
{
	struct epoll_event event = {.events = events};

	result(what, "%s", err(epoll_ctl(epoll, op, fd, &event)));
}

static void epoll_answers(void)
{
	uint32_t fence;
	struct buffer buffer = buffer_in(NONE, &fence);
	int fd = buffer.dmabuf, epoll = epoll_create1(0), copy = dup(fd);

	answer_of("MOD before ADD", epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
	answer_of("DEL before ADD", epoll, EPOLL_CTL_DEL, fd, 0);
	answer_of("ADD", epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
	answer_of("ADD again", epoll, EPOLL_CTL_ADD, fd, EPOLLOUT);
	answer_of("ADD a dup", epoll, EPOLL_CTL_ADD, copy, EPOLLOUT);
	result("wait", "%s", epoll_for(epoll, 0));
	answer_of("MOD", epoll, EPOLL_CTL_MOD, fd, EPOLLOUT);
	answer_of("MOD to nothing", epoll, EPOLL_CTL_MOD, copy, 0);
	result("wait", "%s", epoll_for(epoll, 0));
	answer_of("DEL", epoll, EPOLL_CTL_DEL, fd, 0);
	answer_of("DEL again", epoll, EPOLL_CTL_DEL, fd, 0);
	result("NULL event", "%s",
	       err(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, NULL)));
	answer_of("a bad op", epoll, 77, fd, EPOLLIN);
	answer_of("a closed fd", epoll, EPOLL_CTL_ADD, 900, EPOLLIN);
	answer_of("in a dma-buf", fd, EPOLL_CTL_ADD, epoll, EPOLLIN);
	answer_of("EXCLUSIVE", epoll, EPOLL_CTL_ADD, fd,
		  EPOLLIN | EPOLLEXCLUSIVE);
	answer_of("MOD of EXCLUSIVE", epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
	answer_of("DEL", epoll, EPOLL_CTL_DEL, fd, 0);
	answer_of("EXCLUSIVE and ONESHOT", epoll, EPOLL_CTL_ADD, fd,
		  EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT);
	answer_of("all bits", epoll, EPOLL_CTL_ADD, fd, 0x7fff);
	result("wait", "%s", epoll_for(epoll, 0));
}

static void two_waits(const char *what, int epoll)
{
	const char *first = epoll_for(epoll, 0);

	result(what, "%s; %s", first, epoll_for(epoll, 0));
}

/* A fence that comes and goes while the fd is in an epoll. */
static void epoll_turns(const char *mode, uint32_t bits)
{
	uint32_t fence;
	struct buffer buffer = buffer_in(NONE, &fence);
	int epoll = epoll_with(buffer.dmabuf, EPOLLIN | EPOLLOUT | bits);

	two_waits(text("%s, no fence", mode), epoll);
	fence = must_attach(&buffer, FENCE_WRITE);
	two_waits(text("%s, a writer", mode), epoll);
	fence_signal(buffer.file, fence);
	two_waits(text("%s, done", mode), epoll);
	fence = must_attach(&buffer, 0);
	two_waits(text("%s, a reader", mode), epoll);
	fence_signal(buffer.file, fence);
	two_waits(text("%s, done too", mode), epoll);
	answer_of(text("%s, MOD", mode), epoll, EPOLL_CTL_MOD, buffer.dmabuf,
		  EPOLLOUT | bits);
	two_waits(text("%s, after", mode), epoll);
	must_attach(&buffer, FENCE_WRITE);
	answer_of(text("%s, a writer, MOD", mode), epoll, EPOLL_CTL_MOD,
		  buffer.dmabuf, EPOLLIN | bits);
	two_waits(text("%s, after that", mode), epoll);
	close(buffer.file);
	two_waits(text("%s, the file closed", mode), epoll);
}

static void epoll_modes(void)
{
	epoll_turns("level", 0);
	epoll_turns("edge", EPOLLET);
	epoll_turns("oneshot", EPOLLONESHOT);
	epoll_turns("edge oneshot", EPOLLET | EPOLLONESHOT);
}

static void three_waits(const char *what, int a, int b, int outer)
{
	const char *first = epoll_for(a, 0), *second = epoll_for(b, 0);

	result(what, "%s; %s; outer %s", first, second, epoll_for(outer, 0));
}

static void epoll_fds(void)
{
	uint32_t fence;
	struct buffer buffer = buffer_in(WRITER, &fence);
	int fd = buffer.dmabuf, copy = dup(fd);
	int a = epoll_with(fd, EPOLLIN), b = epoll_with(copy, EPOLLOUT);
	int outer = epoll_with(a, EPOLLIN);

	three_waits("two epolls, pending", a, b, outer);
	fence_signal(buffer.file, fence);
	three_waits("signaled", a, b, outer);
	result("poll of the epoll", "%s", poll_now(a));
	close(fd);
	three_waits("the fd closed, a dup open", a, b, outer);
	close(copy);
	three_waits("all closed", a, b, outer);
	fd = must_export(buffer.file, buffer.handle, DRM_RDWR);
	answer_of("a new export, ADD", a, EPOLL_CTL_ADD, fd, EPOLLIN);
	result("wait", "%s", epoll_for(a, 0));
	must_attach(&buffer, FENCE_WRITE);
	result("pending, outer", "%s", epoll_for(outer, 0));
	close(fd);
	result("closed with a fence pending", "%s", epoll_for(a, 0));
	close(buffer.file);
	result("the file closed", "%s", epoll_for(a, 0));
}

static void nested_wait(void)
{
	struct signaler s = {0};
	struct later later;
	const char *answer;
	int inner, outer;

	s.buffer = buffer_in(WRITER, &s.fence);
	inner = epoll_with(s.buffer.dmabuf, EPOLLIN);
	outer = epoll_with(inner, EPOLLIN);
	later_start(&later, signal_it, &s);
	answer = epoll_for(outer, FOR_EVER);
	result("a wait of the outer", "%s, %s it", answer, later_end(&later));
	s.buffer = buffer_in(WRITER, &s.fence);
	inner = epoll_with(s.buffer.dmabuf, EPOLLIN);
	later_start(&later, signal_it, &s);
	answer = poll_for(inner, POLLIN, FOR_EVER);
	result("poll of an epoll", "%s, %s it", answer, later_end(&later));
}

static void interrupted(const char *what, int way, bool restart)
{
	uint32_t fence;
	struct buffer buffer = buffer_in(WRITER, &fence);
	struct pest pest;
	int fd = buffer.dmabuf, ret;
	fd_set in;

	handle_signal(restart);
	pest_start(&pest, false);
	FD_ZERO(&in);
	FD_SET(fd, &in);
	switch (way) {
	case POLL:
		result(what, "%s", poll_for(fd, POLLIN, 1000));
		break;
	case SELECT:
		ret = select(fd + 1, &in, NULL, NULL, &(struct timeval){1, 0});
		result(what, "%s", ret < 0 ? errname(errno) : "in time");
		break;
	default:
		result(what, "%s", epoll_for(epoll_with(fd, EPOLLIN), 1000));
	}
	pest_end(&pest);
}

static void interrupts(void)
{
	interrupted("poll", POLL, false);
	interrupted("poll, SA_RESTART", POLL, true);
	interrupted("select", SELECT, false);
	interrupted("select, SA_RESTART", SELECT, true);
	interrupted("epoll", EPOLL, false);
	interrupted("epoll, SA_RESTART", EPOLL, true);
}

static const struct check checks[] = {
	{.name = "masks", .run = masks},
	{.name = "timeouts", .run = timeouts, .waits = true},
	{.name = "waits", .run = waits, .waits = true},
	{.name = "several", .run = several, .waits = true},
	{.name = "held", .run = held},
	{.name = "epoll-answers", .run = epoll_answers},
	{.name = "epoll-modes", .run = epoll_modes},
	{.name = "epoll-fds", .run = epoll_fds},
	{.name = "nested", .run = nested_wait, .waits = true},
	{.name = "interrupts", .run = interrupts, .waits = true},
	{0},
};

const struct subject fence_poll_subject = {
	.name = "fence-poll",
	.checks = checks,
};
