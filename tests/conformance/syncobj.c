/* SPDX-License-Identifier: MIT */
/* The arguments of every syncobj ioctl, and the order they are looked at. */
#include "syncobj.h"
#include "arguments.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static uint32_t syncobjs[4];
static uint64_t points[4];
static const uint32_t bad_handles[4] = {9999, 9999, 9999, 9999};

#define BAD_POINTER 8
#define NOT_A_FD    999

/* Two binary syncobjs that are signaled, and two timelines at 5. */
static int prepare_objects(void)
{
	int file = open_syncobj();

	for (int i = 0; i < 4; i++) {
		syncobjs[i] = syncobj_make(file, i < 2);
		points[i] = 5;
	}
	syncobj_point(file, syncobjs[2], 5);
	syncobj_point(file, syncobjs[3], 5);
	return file;
}

static int prepare_create(void *argument)
{
	(void)argument;
	return open_syncobj();
}

static const struct fault create_faults[] = {
	FAULT(syncobj_create, flags, 1),
	FAULT(syncobj_create, flags, 2),
	FAULT(syncobj_create, flags, 0x80000001),
	FAULT(syncobj_create, handle, 77),
	{0},
};

static int prepare_destroy(void *argument)
{
	struct syncobj_destroy *arg = argument;
	int file = prepare_objects();

	arg->handle = syncobjs[0];
	return file;
}

static const struct fault destroy_faults[] = {
	FAULT(syncobj_destroy, handle, 0),
	FAULT(syncobj_destroy, handle, 9999),
	FAULT(syncobj_destroy, pad, 1),
	{0},
};

static int prepare_to_fd(void *argument)
{
	struct syncobj_handle_point *arg = argument;
	int file = prepare_objects();

	arg->base.handle = syncobjs[0];
	return file;
}

static int prepare_to_sync_file(void *argument)
{
	struct syncobj_handle_point *arg = argument;
	int file = prepare_to_fd(argument);

	arg->base.flags = FD_SYNC_FILE;
	return file;
}

static int prepare_to_empty_sync_file(void *argument)
{
	struct syncobj_handle_point *arg = argument;
	int file = prepare_to_sync_file(argument);

	syncobj_reset(file, arg->base.handle);
	return file;
}

static const struct fault fd_faults[] = {
	FAULT(syncobj_handle, handle, 0),
	FAULT(syncobj_handle, handle, 9999),
	FAULT(syncobj_handle, flags, 0),
	FAULT(syncobj_handle, flags, 1),
	FAULT(syncobj_handle, flags, 2),
	FAULT(syncobj_handle, flags, 3),
	FAULT(syncobj_handle, flags, 4),
	FAULT(syncobj_handle, flags, 0x80000000),
	FAULT(syncobj_handle, fd, -1),
	FAULT(syncobj_handle, fd, 0),
	FAULT(syncobj_handle, fd, NOT_A_FD),
	FAULT(syncobj_handle, pad, 1),
	{0},
};

static const struct fault fd_point_faults[] = {
	{"point 5", 16, 8, 5},
	{"point 6", 16, 8, 6},
	{"flags 2", 4, 4, 2},
	{"flags 3", 4, 4, 3},
	{0},
};

static int prepare_from_fd(void *argument)
{
	struct syncobj_handle_point *arg = argument;
	int file = prepare_objects();

	arg->base.fd = syncobj_fd(file, syncobjs[0], false);
	return file;
}

static int prepare_from_sync_file(void *argument)
{
	struct syncobj_handle_point *arg = argument;
	int file = prepare_objects();

	arg->base.fd = syncobj_fd(file, syncobjs[0], true);
	arg->base.handle = syncobjs[1];
	arg->base.flags = FD_SYNC_FILE;
	return file;
}

static int prepare_wait(void *argument)
{
	struct syncobj_wait *arg = argument;
	int file = prepare_objects();

	arg->handles = (uintptr_t)syncobjs;
	arg->count = 2;
	return file;
}

static const struct fault wait_faults[] = {
	FAULT(syncobj_wait, handles, 0),
	FAULT(syncobj_wait, handles, BAD_POINTER),
	{"handles unknown", 0, 8, (uintptr_t)bad_handles},
	FAULT(syncobj_wait, timeout, -1),
	FAULT(syncobj_wait, timeout, 1),
	FAULT(syncobj_wait, count, 0),
	FAULT(syncobj_wait, count, 0x40000000),
	FAULT(syncobj_wait, count, 0xffffffff),
	FAULT(syncobj_wait, flags, WAIT_ALL),
	FAULT(syncobj_wait, flags, WAIT_SUBMIT),
	FAULT(syncobj_wait, flags, WAIT_AVAILABLE),
	FAULT(syncobj_wait, flags, WAIT_DEADLINE),
	FAULT(syncobj_wait, flags, 16),
	FAULT(syncobj_wait, flags, 0x80000000),
	FAULT(syncobj_wait, first, 77),
	FAULT(syncobj_wait, pad, 1),
	FAULT(syncobj_wait, deadline, 1),
	{0},
};

static int prepare_timeline_wait(void *argument)
{
	struct syncobj_timeline_wait *arg = argument;
	int file = prepare_objects();

	arg->handles = (uintptr_t)(syncobjs + 2);
	arg->points = (uintptr_t)points;
	arg->count = 2;
	return file;
}

static const struct fault timeline_wait_faults[] = {
	FAULT(syncobj_timeline_wait, handles, 0),
	FAULT(syncobj_timeline_wait, handles, BAD_POINTER),
	{"handles unknown", 0, 8, (uintptr_t)bad_handles},
	FAULT(syncobj_timeline_wait, points, 0),
	FAULT(syncobj_timeline_wait, points, BAD_POINTER),
	FAULT(syncobj_timeline_wait, timeout, -1),
	FAULT(syncobj_timeline_wait, timeout, 1),
	FAULT(syncobj_timeline_wait, count, 0),
	FAULT(syncobj_timeline_wait, count, 0x40000000),
	FAULT(syncobj_timeline_wait, flags, WAIT_ALL),
	FAULT(syncobj_timeline_wait, flags, WAIT_SUBMIT),
	FAULT(syncobj_timeline_wait, flags, WAIT_AVAILABLE),
	FAULT(syncobj_timeline_wait, flags, WAIT_DEADLINE),
	FAULT(syncobj_timeline_wait, flags, 16),
	FAULT(syncobj_timeline_wait, first, 77),
	FAULT(syncobj_timeline_wait, pad, 1),
	FAULT(syncobj_timeline_wait, deadline, 1),
	{0},
};

static int prepare_array(void *argument)
{
	struct syncobj_array *arg = argument;
	int file = prepare_objects();

	arg->handles = (uintptr_t)syncobjs;
	arg->count = 2;
	return file;
}

static const struct fault array_faults[] = {
	FAULT(syncobj_array, handles, 0),
	FAULT(syncobj_array, handles, BAD_POINTER),
	{"handles unknown", 0, 8, (uintptr_t)bad_handles},
	FAULT(syncobj_array, count, 0),
	FAULT(syncobj_array, count, 0x40000000),
	FAULT(syncobj_array, pad, 1),
	{0},
};

static int prepare_points(void *argument)
{
	struct syncobj_points *arg = argument;
	int file = prepare_objects();

	points[0] = points[1] = 9;
	arg->handles = (uintptr_t)(syncobjs + 2);
	arg->points = (uintptr_t)points;
	arg->count = 2;
	return file;
}

static const struct fault points_faults[] = {
	FAULT(syncobj_points, handles, 0),
	FAULT(syncobj_points, handles, BAD_POINTER),
	{"handles unknown", 0, 8, (uintptr_t)bad_handles},
	FAULT(syncobj_points, points, 0),
	FAULT(syncobj_points, points, BAD_POINTER),
	FAULT(syncobj_points, count, 0),
	FAULT(syncobj_points, count, 0x40000000),
	FAULT(syncobj_points, flags, 1),
	FAULT(syncobj_points, flags, 2),
	FAULT(syncobj_points, flags, 0x80000000),
	{0},
};

static int prepare_transfer(void *argument)
{
	struct syncobj_transfer *arg = argument;
	int file = prepare_objects();

	arg->from = syncobjs[0];
	arg->to = syncobjs[2];
	arg->to_point = 9;
	return file;
}

static const struct fault transfer_faults[] = {
	FAULT(syncobj_transfer, from, 0),
	FAULT(syncobj_transfer, from, 9999),
	FAULT(syncobj_transfer, to, 0),
	FAULT(syncobj_transfer, to, 9999),
	FAULT(syncobj_transfer, from_point, 5),
	FAULT(syncobj_transfer, to_point, 0),
	FAULT(syncobj_transfer, to_point, 3),
	FAULT(syncobj_transfer, flags, WAIT_ALL),
	FAULT(syncobj_transfer, flags, WAIT_SUBMIT),
	FAULT(syncobj_transfer, flags, WAIT_AVAILABLE),
	FAULT(syncobj_transfer, flags, WAIT_DEADLINE),
	FAULT(syncobj_transfer, flags, 16),
	FAULT(syncobj_transfer, pad, 1),
	{0},
};

static int prepare_eventfd(void *argument)
{
	struct syncobj_eventfd *arg = argument;
	int file = prepare_objects();

	arg->handle = syncobjs[0];
	arg->fd = eventfd(0, 0);
	return file;
}

static const struct fault eventfd_faults[] = {
	FAULT(syncobj_eventfd, handle, 0),
	FAULT(syncobj_eventfd, handle, 9999),
	FAULT(syncobj_eventfd, point, 5),
	FAULT(syncobj_eventfd, point, 6),
	FAULT(syncobj_eventfd, flags, WAIT_ALL),
	FAULT(syncobj_eventfd, flags, WAIT_SUBMIT),
	FAULT(syncobj_eventfd, flags, WAIT_AVAILABLE),
	FAULT(syncobj_eventfd, flags, WAIT_DEADLINE),
	FAULT(syncobj_eventfd, flags, 16),
	FAULT(syncobj_eventfd, fd, -1),
	FAULT(syncobj_eventfd, fd, 0),
	FAULT(syncobj_eventfd, fd, NOT_A_FD),
	FAULT(syncobj_eventfd, pad, 1),
	{0},
};

static const struct call objects_calls[] = {
	{"CREATE", IOCTL_SYNCOBJ_CREATE, prepare_create, create_faults},
	{"DESTROY", IOCTL_SYNCOBJ_DESTROY, prepare_destroy, destroy_faults},
	{"RESET", IOCTL_SYNCOBJ_RESET, prepare_array, array_faults},
	{"SIGNAL", IOCTL_SYNCOBJ_SIGNAL, prepare_array, array_faults},
	{0},
};

static const struct call fd_calls[] = {
	{"HANDLE_TO_FD", IOCTL_SYNCOBJ_TO_FD, prepare_to_fd, fd_faults},
	{"HANDLE_TO_FD sync_file", IOCTL_SYNCOBJ_TO_FD, prepare_to_sync_file,
	 fd_faults},
	{"HANDLE_TO_FD sync_file, empty", IOCTL_SYNCOBJ_TO_FD,
	 prepare_to_empty_sync_file, fd_faults},
	{"HANDLE_TO_FD with a point", IOCTL_SYNCOBJ_TO_FD_AT,
	 prepare_to_sync_file, fd_point_faults},
	{"FD_TO_HANDLE", IOCTL_SYNCOBJ_FROM_FD, prepare_from_fd, fd_faults},
	{"FD_TO_HANDLE sync_file", IOCTL_SYNCOBJ_FROM_FD,
	 prepare_from_sync_file, fd_faults},
	{"FD_TO_HANDLE with a point", IOCTL_SYNCOBJ_FROM_FD_AT,
	 prepare_from_sync_file, fd_point_faults},
	{0},
};

static const struct call wait_calls[] = {
	{"WAIT", IOCTL_SYNCOBJ_WAIT, prepare_wait, wait_faults},
	{"TIMELINE_WAIT", IOCTL_SYNCOBJ_TIMELINE_WAIT, prepare_timeline_wait,
	 timeline_wait_faults},
	{0},
};

static const struct call timeline_calls[] = {
	{"QUERY", IOCTL_SYNCOBJ_QUERY, prepare_points, points_faults},
	{"TIMELINE_SIGNAL", IOCTL_SYNCOBJ_TIMELINE_SIGNAL, prepare_points,
	 points_faults},
	{"EVENTFD", IOCTL_SYNCOBJ_EVENTFD, prepare_eventfd, eventfd_faults},
	{0},
};

/* Waits five seconds for a fence that never comes. */
static const struct call transfer_call = {
	"TRANSFER",
	IOCTL_SYNCOBJ_TRANSFER,
	prepare_transfer,
	transfer_faults,
};

static void all_of(const struct call *calls)
{
	for (; calls->name; calls++) {
		call_arguments(calls);
	}
}

static void objects(void)
{
	all_of(objects_calls);
}

static void fds(void)
{
	all_of(fd_calls);
}

static void waits(void)
{
	all_of(wait_calls);
}

static void timelines(void)
{
	all_of(timeline_calls);
}

static void transfers(void)
{
	call_arguments(&transfer_call);
}

static void cap(int file, const char *node)
{
	for (uint64_t which = CAP_SYNCOBJ; which <= CAP_SYNCOBJ_TIMELINE;
	     which++) {
		struct drm_get_cap arg = {.capability = which, .value = 77};
		const char *answer = err(ioctl(file, DRM_IOCTL_GET_CAP, &arg));

		result(text("%s, cap %#llx", node, (unsigned long long)which),
		       "%s %llu", answer, (unsigned long long)arg.value);
	}
}

static void caps(void)
{
	cap(open_syncobj_card(), "card");
	cap(open_syncobj_card(), "second card");
	cap(open_syncobj(), "render");
}

/* Handles are numbers of one file: the lowest free one. */
static void numbers(void)
{
	int file = open_syncobj(), other = open_syncobj();
	int card = open_syncobj_card(), second = open_syncobj_card();
	uint32_t a = syncobj_make(file, false), b = syncobj_make(file, false);

	result("first and second", "%u %u", a, b);
	result("of another file", "%u", syncobj_make(other, false));
	result("of the card", "%u", syncobj_make(card, false));
	result("of one not authenticated", "%u", syncobj_make(second, true));
	result("destroy the first", "%s", err(syncobj_drop(file, a)));
	result("again", "%s", err(syncobj_drop(file, a)));
	result("the next", "%u", syncobj_make(file, false));
	result("the one after", "%u", syncobj_make(file, false));
	result("another file's handle", "%s", err(syncobj_signal(other, b)));
	for (int i = 0; i < 300; i++) {
		a = syncobj_make(other, false);
	}
	result("the 301st", "%u", a);
	result("by all of them", "%s", syncobj_wait(other, &a, NULL, 1, 0, 0));
}

static void sizes_of(const char *name, unsigned long cmd, const void *argument)
{
	for (unsigned int size = 4; size <= 64; size += 4) {
		char copy[64] = {0};

		memcpy(copy, argument, _IOC_SIZE(cmd));
		result(text("%s of %u bytes", name, size), "%s",
		       err(ioctl(prepare_objects(),
				 _IOC(3, 'd', _IOC_NR(cmd), size), copy)));
	}
}

/* Older and newer structs: what is missing is zero. */
static void sizes(void)
{
	struct syncobj_wait wait = {0};
	struct syncobj_timeline_wait timeline = {0};
	struct syncobj_create create = {0};

	close(prepare_objects());
	wait.handles = timeline.handles = (uintptr_t)syncobjs;
	timeline.points = (uintptr_t)points;
	wait.count = timeline.count = 1;
	wait.flags = WAIT_DEADLINE;
	sizes_of("WAIT", IOCTL_SYNCOBJ_WAIT, &wait);
	sizes_of("TIMELINE_WAIT", IOCTL_SYNCOBJ_TIMELINE_WAIT, &timeline);
	sizes_of("CREATE", IOCTL_SYNCOBJ_CREATE, &create);
}

static const struct check checks[] = {
	{.name = "caps", .run = caps},
	{.name = "numbers", .run = numbers},
	{.name = "objects", .run = objects},
	{.name = "fds", .run = fds},
	{.name = "waits", .run = waits},
	{.name = "timelines", .run = timelines},
	{.name = "transfers", .run = transfers, .waits = true},
	{.name = "sizes", .run = sizes},
	{0},
};

const struct subject syncobj_subject = {
	.name = "syncobj",
	.checks = checks,
	.syncobj = true,
};
