/* SPDX-License-Identifier: MIT */
/* Fences of requests: those that are waited for, and those given out. The
 * first are from sw_sync, so that they are signalled when we like. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG	2000
#define FRAME	200
#define MODESET DRM_MODE_ATOMIC_ALLOW_MODESET
#define TEST	DRM_MODE_ATOMIC_TEST_ONLY
#define LATER	DRM_MODE_ATOMIC_NONBLOCK
#define EVENT	DRM_MODE_PAGE_FLIP_EVENT

#define SW_SYNC "/sys/kernel/debug/sync/sw_sync"

struct sw_sync_fence {
	uint32_t value;
	char name[32];
	int32_t fd;
};

#define SW_SYNC_CREATE	_IOWR('W', 0, struct sw_sync_fence)
#define SW_SYNC_ADVANCE _IOW('W', 1, uint32_t)

static int timeline_make(void)
{
	int timeline = open(SW_SYNC, O_RDWR | O_CLOEXEC);

	if (timeline < 0) {
		give_up(SW_SYNC);
	}
	return timeline;
}

static int timeline_fence(int timeline, uint32_t value)
{
	struct sw_sync_fence fence = {.value = value, .name = "ours"};

	if (ioctl(timeline, SW_SYNC_CREATE, &fence)) {
		give_up("a sw_sync fence");
	}
	return fence.fd;
}

static void timeline_advance(int timeline, uint32_t by)
{
	ioctl(timeline, SW_SYNC_ADVANCE, &by);
}

/* "pending", "signalled" or an errno, and whose it is. */
static const char *fence_state(int fd)
{
	struct sync_fence_info fences[4];
	struct sync_file_info info = {
		.num_fences = 4,
		.sync_fence_info = POINTER(fences),
	};

	memset(fences, 0, sizeof(fences));
	if (fd < 0) {
		return text("fd %d", fd);
	}
	if (ioctl(fd, SYNC_IOC_FILE_INFO, &info)) {
		return errname(errno);
	}
	return text("%u of driver '%s', status %d", info.num_fences,
		    fences[0].driver_name, info.status);
}

static bool signalled_in(int fd, int ms)
{
	struct pollfd poll_it = {.fd = fd, .events = POLLIN};

	return poll(&poll_it, 1, ms) == 1;
}

static void out(void)
{
	int file = kms_open_atomic();
	struct request request = {0};
	uint32_t first = kms_screen(file), second = kms_screen(file);
	int32_t fence = -7;

	request_on(&request, file, first);
	request_add(&request, ids.crtc[0], "OUT_FENCE_PTR", POINTER(&fence));
	kms_said("on", request_commit(file, &request, MODESET, 0));
	result("a fence", "%s", fence_state(fence));
	close(fence);

	request = (struct request){0};
	fence = -7;
	request_plane(&request, ids.primary, second, 0, 0, 1024, 768);
	request_add(&request, ids.crtc[0], "OUT_FENCE_PTR", POINTER(&fence));
	kms_said("a flip, later", request_commit(file, &request, LATER, 0));
	result("at once", "%s", fence_state(fence));
	result("it is signalled", "%s", yes(signalled_in(fence, LONG)));
	result("then", "%s", fence_state(fence));
	close(fence);

	fence = -7;
	kms_said("with an event",
		 request_commit(file, &request, LATER | EVENT, 5));
	result("the fence is signalled", "%s", yes(signalled_in(fence, LONG)));
	kms_show_events("the event", file, 50, NULL);
	result("its state", "%s", fence_state(fence));
	close(fence);

	fence = -7;
	kms_said("tested", request_commit(file, &request, TEST, 0));
	result("it says", "%s", fence_state(fence));

	fence = -7;
	kms_said("flags that are wrong",
		 request_commit(file, &request, TEST | EVENT, 0));
	result("it says", "%s", fence_state(fence));

	fence = -7;
	request_add(&request, ids.primary, "FB_ID", 0);
	kms_said("a request that fails", request_commit(file, &request, 0, 0));
	result("it says", "%s", fence_state(fence));

	request = (struct request){0};
	fence = -7;
	request_add(&request, ids.crtc[0], "OUT_FENCE_PTR", POINTER(&fence));
	kms_said("alone", request_commit(file, &request, 0, 0));
	result("it says", "%s", fence_state(fence));
	close(fence);

	request_off(&request);
	fence = -7;
	kms_said("off", request_commit(file, &request, MODESET, 0));
	result("it says", "%s", fence_state(fence));
	close(fence);
	fence = -7;
	kms_said("off again", request_commit(file, &request, MODESET, 0));
	result("it says", "%s", fence_state(fence));
}

static void lit(struct request *flip, int file)
{
	struct request on = {0};
	uint32_t second;

	request_on(&on, file, kms_screen(file));
	if (request_commit(file, &on, MODESET, 0)) {
		give_up("on");
	}
	second = kms_screen(file);
	*flip = (struct request){0};
	request_plane(flip, ids.primary, second, 0, 0, 1024, 768);
}

static void in(void)
{
	int file = kms_open_atomic(), timeline = timeline_make(), fence;
	struct request flip, request;

	lit(&flip, file);
	fence = timeline_fence(timeline, 1);
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("tested", request_commit(file, &request, TEST, 0));
	kms_said("a flip, later",
		 request_commit(file, &request, LATER | EVENT, 1));
	close(fence);
	kms_show_events("before the fence", file, FRAME, NULL);
	result("meanwhile", "%s, fence property %d", kms_crtc_state(file),
	       (int)kms_value(file, ids.primary, "IN_FENCE_FD"));
	kms_said("another", request_commit(file, &flip, LATER, 2));
	timeline_advance(timeline, 1);
	kms_show_events("after the fence", file, LONG, NULL);

	fence = timeline_fence(timeline, 1);
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("a fence that is signalled",
		 request_commit(file, &request, EVENT, 3));
	kms_show_events("the event", file, 0, NULL);
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("twice", request_commit(file, &request, 0, 4));
	request = (struct request){0};
	request_add(&request, ids.overlay, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("of a plane that is off",
		 request_commit(file, &request, 0, 5));
	fence = timeline_fence(timeline, 9);
	request = (struct request){0};
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("pending, with no new picture",
		 request_commit(file, &request, LATER | EVENT, 6));
	kms_show_events("before the fence", file, FRAME, NULL);
	/* A timeline that goes takes its fences with it. */
	close(timeline);
	kms_show_events("its timeline closed", file, LONG, NULL);
}

static void on_alarm(int number)
{
	(void)number;
}

/* Who waits for a fence can be woken, and the request is then undone. */
static void waiting(void)
{
	int file = kms_open_atomic(), timeline = timeline_make(), fence;
	struct sigaction action = {.sa_handler = on_alarm};
	struct request flip, request;
	uint64_t before;
	uint32_t shown;

	lit(&flip, file);
	shown = (uint32_t)kms_value(file, ids.primary, "FB_ID");
	fence = timeline_fence(timeline, 1);
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	kms_said("waits till a signal",
		 request_commit(file, &request, EVENT, 1));
	alarm(0);
	result("nothing has changed", "%s",
	       yes(shown == (uint32_t)kms_value(file, ids.primary, "FB_ID")));
	kms_show_events("no event", file, FRAME, NULL);
	before = kms_now_ns();
	if (!fork()) {
		usleep(300000);
		timeline_advance(timeline, 1);
		_exit(0);
	}
	kms_said("waits for the fence",
		 request_commit(file, &request, EVENT, 2));
	result("so long", "%s", yes(kms_now_ns() - before > 290000000));
	kms_show_events("the event", file, 0, NULL);
	wait(NULL);
}

/* A chain: the picture that is next waits for the one before. */
static void out_to_in(void)
{
	int file = kms_open_atomic(), timeline = timeline_make(), fence;
	struct request flip, request;
	int32_t done = -7;

	lit(&flip, file);
	fence = timeline_fence(timeline, 1);
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	request_add(&request, ids.crtc[0], "OUT_FENCE_PTR", POINTER(&done));
	kms_said("a flip, later", request_commit(file, &request, LATER, 1));
	result("its fence", "%s", fence_state(done));
	result("it waits", "%s", yes(!signalled_in(done, FRAME)));
	timeline_advance(timeline, 1);
	result("it comes", "%s", yes(signalled_in(done, LONG)));
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)done);
	kms_said("the next after it", request_commit(file, &request, EVENT, 2));
	kms_show_events("the event", file, 0, NULL);
}

/* A file that goes leaves its request under way. */
static void closing(void)
{
	int file = kms_open_atomic(), timeline = timeline_make(), fence;
	int other = kms_open_other();
	struct request flip, request;

	lit(&flip, file);
	fence = timeline_fence(timeline, 1);
	request = flip;
	request_add(&request, ids.primary, "IN_FENCE_FD", (uint64_t)fence);
	kms_said("a flip, later",
		 request_commit(file, &request, LATER | EVENT, 1));
	if (!fork()) {
		usleep(300000);
		timeline_advance(timeline, 1);
		_exit(0);
	}
	close(file);
	wait(NULL);
	usleep(FRAME * 1000);
	result("its file closed", "%s", kms_crtc_state(other));
	result("the primary", "%s", kms_plane_state(other, ids.primary));
}

static const struct check checks[] = {
	{.name = "out", .run = out},
	{.name = "in", .run = in},
	{.name = "waiting", .run = waiting},
	{.name = "out-to-in", .run = out_to_in},
	{.name = "closing", .run = closing},
	{0},
};

const struct subject kms_fence_subject = {
	.name = "fence",
	.checks = checks,
};
