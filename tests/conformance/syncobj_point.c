/* SPDX-License-Identifier: MIT */
/* Timelines: points, transfers, eventfds. */
#include "syncobj.h"

#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define NEVER INT64_MAX

/* What a poll of each of the points says, with these flags. */
static void look(int file, const char *what, uint32_t handle)
{
	static const uint64_t points[] = {0, 1, 4, 5, 6, 7, 8, 10, 12, 13};
	const char *plain = "", *available = "", *submit = "";

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		uint64_t point = points[i];

		plain = text(
			"%s %s", plain,
			syncobj_wait(file, &handle, &point, 1, WAIT_ALL, 0));
		available = text("%s %s", available,
				 syncobj_wait(file, &handle, &point, 1,
					      WAIT_ALL | WAIT_AVAILABLE, 0));
		submit = text("%s %s", submit,
			      syncobj_wait(file, &handle, &point, 1,
					   WAIT_ALL | WAIT_SUBMIT, 0));
	}
	result(text("%s, query", what), "%s",
	       syncobj_points_text(file, handle));
	result(text("%s, 0 1 4 5 6 7 8 10 12 13", what), "%s", plain);
	result(text("%s, available", what), "%s", available);
	result(text("%s, for submit", what), "%s", submit);
}

static void binary_as_timeline(void)
{
	int file = open_syncobj();
	struct buffer buffer = buffer_make();
	uint32_t empty = syncobj_make(file, false), fence;
	uint32_t signaled = syncobj_make(file, true);

	look(file, "empty", empty);
	look(file, "signaled", signaled);
	fence = syncobj_submit(file, empty, &buffer);
	look(file, "pending", empty);
	fence_signal(buffer.file, fence);
	look(file, "its fence signaled", empty);
	syncobj_reset(file, empty);
	look(file, "reset", empty);
}

static void signals(void)
{
	int file = open_syncobj();
	uint32_t handle = syncobj_make(file, false);

	result("signal 5", "%s", err(syncobj_point(file, handle, 5)));
	look(file, "at 5", handle);
	result("signal 7", "%s", err(syncobj_point(file, handle, 7)));
	look(file, "at 7", handle);
	result("signal 6", "%s", err(syncobj_point(file, handle, 6)));
	look(file, "at 6 after 7", handle);
	result("signal 12", "%s", err(syncobj_point(file, handle, 12)));
	look(file, "at 12", handle);
	result("signal 7", "%s", err(syncobj_point(file, handle, 7)));
	look(file, "7 again", handle);
	result("signal 0", "%s", err(syncobj_point(file, handle, 0)));
	look(file, "at 0", handle);
	result("signal 8", "%s", err(syncobj_point(file, handle, 8)));
	look(file, "8 after 0", handle);
	result("SIGNAL", "%s", err(syncobj_signal(file, handle)));
	look(file, "SIGNAL after", handle);
	result("signal ~0", "%s", err(syncobj_point(file, handle, ~0ULL)));
	look(file, "at ~0", handle);
	result("reset", "%s", err(syncobj_reset(file, handle)));
	look(file, "after reset", handle);
}

/* A timeline with pending fences at 5 and 10. */
struct line {
	int file;
	uint32_t handle, binary, fence5, fence10;
	struct buffer buffer5, buffer10;
};

static void line_make(struct line *l)
{
	l->file = open_syncobj();
	l->handle = syncobj_make(l->file, false);
	l->binary = syncobj_make(l->file, false);
	l->buffer5 = buffer_make();
	l->buffer10 = buffer_make();
	l->fence5 = syncobj_submit(l->file, l->binary, &l->buffer5);
	syncobj_move(l->file, l->handle, 5, l->binary, 0, 0);
	l->fence10 = syncobj_submit(l->file, l->binary, &l->buffer10);
	syncobj_move(l->file, l->handle, 10, l->binary, 0, 0);
}

static void pending(void)
{
	struct line l;

	line_make(&l);
	look(l.file, "5 and 10 pending", l.handle);
	fence_signal(l.buffer5.file, l.fence5);
	look(l.file, "5 signaled", l.handle);
	fence_signal(l.buffer10.file, l.fence10);
	look(l.file, "10 signaled", l.handle);
	line_make(&l);
	fence_signal(l.buffer10.file, l.fence10);
	look(l.file, "10 signaled before 5", l.handle);
	fence_signal(l.buffer5.file, l.fence5);
	look(l.file, "then 5", l.handle);
	line_make(&l);
	result("signal 12", "%s", err(syncobj_point(l.file, l.handle, 12)));
	look(l.file, "12 signaled, 5 and 10 pending", l.handle);
	result("signal 7", "%s", err(syncobj_point(l.file, l.handle, 7)));
	look(l.file, "then 7 signaled", l.handle);
	fence_signal(l.buffer5.file, l.fence5);
	fence_signal(l.buffer10.file, l.fence10);
	look(l.file, "then 5 and 10", l.handle);
	line_make(&l);
	syncobj_signal(l.file, l.handle);
	look(l.file, "SIGNAL, 5 and 10 pending", l.handle);
	line_make(&l);
	syncobj_submit(l.file, l.handle, &(struct buffer[]){buffer_make()}[0]);
	look(l.file, "a sync_file put in", l.handle);
}

static const char *fences_at(int file, uint32_t from, uint64_t point)
{
	uint32_t binary = syncobj_make(file, false);
	const char *line;
	int fd;

	if (syncobj_move(file, binary, 0, from, point, 0)) {
		return errname(errno);
	}
	fd = syncobj_fd(file, binary, true);
	line = sync_file_text(fd);
	close(fd);
	syncobj_drop(file, binary);
	return line;
}

static void transfers(void)
{
	static const uint64_t points[] = {0, 1, 4, 5, 6, 9, 10, 11};
	struct line l;
	uint32_t other;
	int fd;

	line_make(&l);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		result(text("from point %u", (unsigned int)points[i]), "%s",
		       fences_at(l.file, l.handle, points[i]));
	}
	fd = syncobj_fd(l.file, l.handle, true);
	result("the timeline as a sync_file", "%s",
	       fd < 0 ? errname(errno) : sync_file_text(fd));
	other = syncobj_make(l.file, false);
	result("5 to 8 of another", "%s",
	       err(syncobj_move(l.file, other, 8, l.handle, 5, 0)));
	look(l.file, "pending 8", other);
	result("10 to 13", "%s",
	       err(syncobj_move(l.file, other, 13, l.handle, 10, 0)));
	result("5 to 4, out of order", "%s",
	       err(syncobj_move(l.file, other, 4, l.handle, 5, 0)));
	look(l.file, "8, 13, 4", other);
	result("to itself", "%s",
	       err(syncobj_move(l.file, other, 20, other, 8, 0)));
	look(l.file, "8, 13, 4, 20", other);
	fence_signal(l.buffer5.file, l.fence5);
	look(l.file, "5 signaled", other);
	result("a signaled one to 30", "%s",
	       err(syncobj_move(l.file, other, 30, l.handle, 5, 0)));
	fence_signal(l.buffer10.file, l.fence10);
	look(l.file, "10 signaled", other);
	result("point 5 now", "%s", fences_at(l.file, l.handle, 5));
	result("of an empty one", "%s",
	       err(syncobj_move(l.file, other, 1, syncobj_make(l.file, false),
				0, 0)));
	result("of an unsubmitted point", "%s",
	       err(syncobj_move(l.file, other, 1, l.handle, 99, 0)));
	result("binary from ~0", "%s",
	       err(syncobj_move(l.file, other, 0, l.handle, ~0ULL, 0)));
}

static void later_point(void *data)
{
	struct line *l = data;

	syncobj_point(l->file, l->handle, 20);
}

static void later_fence5(void *data)
{
	struct line *l = data;

	fence_signal(l->buffer5.file, l->fence5);
}

static void later_fence10(void *data)
{
	struct line *l = data;

	fence_signal(l->buffer10.file, l->fence10);
}

static void later_both(void *data)
{
	later_fence10(data);
	sleep_ms(SOON);
	later_fence5(data);
}

static void wait_while(const char *what, void (*run)(void *), uint64_t point,
		       uint32_t flags, long ms)
{
	struct line l;
	struct later later;
	const char *answer;

	line_make(&l);
	later_start(&later, run, &l);
	answer = syncobj_wait(l.file, &l.handle, &point, 1, flags,
			      ms < 0 ? NEVER : now_ns() + ms * 1000000LL);
	result(what, "%s, %s it", answer, later_end(&later));
}

static void move_while(const char *what, void (*run)(void *), uint64_t point)
{
	struct line l;
	struct later later;
	const char *answer;

	line_make(&l);
	later_start(&later, run, &l);
	answer = err(syncobj_move(l.file, l.binary, 0, l.handle, point,
				  WAIT_SUBMIT));
	result(what, "%s, %s it", answer, later_end(&later));
}

static void waits(void)
{
	wait_while("5, signaled", later_fence5, 5, 0, -1);
	wait_while("3, 5 signaled", later_fence5, 3, 0, -1);
	wait_while("10, signaled before 5", later_fence10, 10, 0, LATE);
	wait_while("10, both signaled", later_both, 10, 0, -1);
	wait_while("20, not there", later_point, 20, 0, -1);
	wait_while("20, for submit", later_point, 20, WAIT_SUBMIT, LATE);
	wait_while("20, available", later_point, 20, WAIT_AVAILABLE, -1);
	wait_while("15, available", later_point, 15,
		   WAIT_AVAILABLE | WAIT_SUBMIT, -1);
	wait_while("25, available", later_point, 25, WAIT_AVAILABLE, LATE);
	move_while("transfer of 20, for submit", later_point, 20);
	move_while("transfer of 5, for submit", later_fence5, 5);
}

/* How often the eventfd was told since it was last asked. */
static const char *events(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == sizeof(count)
		       ? text("%llu", (unsigned long long)count)
		       : "none";
}

static void tell(const char *what, int signaled, int available)
{
	result(what, "signaled %s, available %s", events(signaled),
	       events(available));
}

static void eventfds(void)
{
	struct line l;
	int s = eventfd(0, EFD_NONBLOCK), a = eventfd(0, EFD_NONBLOCK);

	line_make(&l);
	for (uint64_t point = 0; point <= 12; point += 4) {
		result(text("at %u", (unsigned int)point), "%s %s",
		       err(syncobj_event(l.file, l.handle, point, 0, s)),
		       err(syncobj_event(l.file, l.handle, point,
					 WAIT_AVAILABLE, a)));
		tell("at once", s, a);
	}
	fence_signal(l.buffer10.file, l.fence10);
	tell("10 signaled", s, a);
	fence_signal(l.buffer5.file, l.fence5);
	tell("5 signaled", s, a);
	syncobj_point(l.file, l.handle, 11);
	tell("point 11", s, a);
	syncobj_point(l.file, l.handle, 12);
	tell("point 12", s, a);
	for (int i = 0; i < 3; i++) {
		syncobj_event(l.file, l.handle, 20, 0, s);
	}
	syncobj_event(l.file, l.handle, 20, WAIT_AVAILABLE, a);
	syncobj_event(l.file, l.handle, 30, WAIT_AVAILABLE, a);
	syncobj_point(l.file, l.handle, 21);
	tell("three for 20, point 21", s, a);
	syncobj_event(l.file, l.handle, 40, 0, s);
	syncobj_reset(l.file, l.handle);
	tell("waiting for 40, reset", s, a);
	syncobj_drop(l.file, l.handle);
	tell("destroyed", s, a);
}

static void binary_eventfds(void)
{
	int file = open_syncobj(), second = open_syncobj(), fd;
	int s = eventfd(0, EFD_NONBLOCK), a = eventfd(0, EFD_NONBLOCK);
	struct buffer buffer = buffer_make();
	uint32_t handle = syncobj_make(file, false), fence, other;

	result("empty", "%s %s", err(syncobj_event(file, handle, 0, 0, s)),
	       err(syncobj_event(file, handle, 0, WAIT_AVAILABLE, a)));
	tell("at once", s, a);
	fence = syncobj_submit(file, handle, &buffer);
	tell("a fence put in", s, a);
	fence_signal(buffer.file, fence);
	tell("its fence signaled", s, a);
	syncobj_event(file, handle, 0, 0, s);
	tell("signaled already", s, a);
	syncobj_reset(file, handle);
	syncobj_event(file, handle, 0, 0, s);
	syncobj_signal(file, handle);
	tell("reset and SIGNAL", s, a);
	syncobj_reset(file, handle);
	syncobj_event(file, handle, 0, 0, s);
	fd = syncobj_fd(file, handle, false);
	syncobj_drop(file, handle);
	syncobj_of(second, fd, &other);
	syncobj_signal(second, other);
	tell("destroyed here, SIGNAL through another file", s, a);
	syncobj_reset(second, other);
	syncobj_event(second, other, 0, 0, s);
	close(fd);
	close(second);
	tell("closed while waiting", s, a);
}

static const struct check checks[] = {
	{.name = "binary", .run = binary_as_timeline},
	{.name = "signals", .run = signals},
	{.name = "pending", .run = pending},
	{.name = "transfers", .run = transfers},
	{.name = "waits", .run = waits, .waits = true},
	{.name = "eventfds", .run = eventfds},
	{.name = "binary-eventfds", .run = binary_eventfds},
	{0},
};

const struct subject syncobj_point_subject = {
	.name = "syncobj-point",
	.checks = checks,
	.syncobj = true,
};
