/* SPDX-License-Identifier: MIT */
/* read(2), poll(2) and the like on an open display. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONG  2000
#define FRAME 200
#define EVENT sizeof(struct drm_event_vblank)

static int queue(int file, uint64_t in, uint64_t user_data)
{
	struct drm_crtc_queue_sequence call = {
		.crtc_id = ids.crtc[0],
		.flags = DRM_CRTC_SEQUENCE_RELATIVE,
		.sequence = in,
		.user_data = user_data,
	};

	return ioctl(file, DRM_IOCTL_CRTC_QUEUE_SEQUENCE, &call);
}

static const char *got(ssize_t length)
{
	return length < 0 ? errname(errno) : text("%zd bytes", length);
}

static const char *ready(int file)
{
	struct pollfd poll_it = {
		.fd = file,
		.events = POLLIN | POLLOUT | POLLPRI | POLLRDNORM | POLLWRNORM,
	};
	int ret = poll(&poll_it, 1, 0);

	return text("%d, %#x", ret, (unsigned int)poll_it.revents);
}

static void reading(void)
{
	static const size_t rooms[] = {0,     1,	 8,	    EVENT - 1,
				       EVENT, EVENT + 1, 2 * EVENT, 3 * EVENT};
	int file = kms_open();
	char bytes[4096];
	void *volatile nowhere = (void *)8;

	fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK);
	result("nothing to read", "%s", got(read(file, bytes, sizeof(bytes))));
	result("no room and nothing to read", "%s", got(read(file, bytes, 0)));
	result("polls", "%s", ready(file));
	kms_light(file);
	for (size_t i = 0; i < ARRAY_SIZE(rooms); i++) {
		kms_said("queue two", queue(file, 1, 1));
		queue(file, 1, 2);
		result("comes", "%s", yes(kms_readable(file, LONG)));
		usleep(50000);
		result("polls", "%s", ready(file));
		result(text("room for %zu", rooms[i]), "%s",
		       got(read(file, bytes, rooms[i])));
		kms_show_events("what is left", file, 0, NULL);
	}
	queue(file, 1, 3);
	kms_readable(file, LONG);
	result("a bad address", "%s", got(read(file, nowhere, EVENT)));
	result("polls", "%s", ready(file));
	kms_show_events("the event", file, 0, NULL);
	queue(file, 1, 4);
	kms_readable(file, LONG);
	result("another file reads", "%s", ready(kms_open_other()));
	result("pread", "%s", got(pread(file, bytes, sizeof(bytes), 0)));
	kms_show_events("the event", file, 0, NULL);
	result("write", "%s", got(write(file, bytes, EVENT)));
	result("lseek", "%s", got(lseek(file, 0, SEEK_SET)));
}

static void vectors(void)
{
	int file = kms_open();
	char bytes[3][EVENT];
	struct iovec vector[3] = {
		{bytes[0], EVENT}, {bytes[1], EVENT - 1}, {bytes[2], EVENT}};

	kms_light(file);
	for (uint64_t i = 0; i < 3; i++) {
		queue(file, 1, i);
	}
	kms_readable(file, LONG);
	usleep(50000);
	result("readv of three, one too short", "%s",
	       got(readv(file, vector, 3)));
	fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK);
	result("readv of the rest", "%s", got(readv(file, vector, 1)));
	result("and again", "%s", got(readv(file, vector, 1)));
	result("and again", "%s", got(readv(file, vector, 1)));
}

static void on_alarm(int number)
{
	(void)number;
}

static void blocking(void)
{
	int file = kms_open();
	struct sigaction action = {.sa_handler = on_alarm};
	char bytes[4096];

	kms_light(file);
	queue(file, 5, 1);
	result("read waits for it", "%s",
	       got(read(file, bytes, sizeof(bytes))));
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	result("a signal", "%s", got(read(file, bytes, sizeof(bytes))));
	alarm(1);
	result("no room, and a signal", "%s", got(read(file, bytes, 0)));
	alarm(0);
	queue(file, 1, 1);
	kms_readable(file, LONG);
	/* It comes back with what fits, even if that is nothing. */
	result("too little room", "%s", got(read(file, bytes, 8)));
	result("enough", "%s", got(read(file, bytes, EVENT)));
}

static void epolls(void)
{
	int file = kms_open(), set = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};

	kms_light(file);
	kms_said("EPOLL_CTL_ADD", epoll_ctl(set, EPOLL_CTL_ADD, file, &event));
	result("at first", "%d", epoll_wait(set, &event, 1, 0));
	queue(file, 1, 1);
	result("an event", "%d", epoll_wait(set, &event, 1, LONG));
	result("no other", "%d", epoll_wait(set, &event, 1, FRAME));
	queue(file, 1, 2);
	result("another event", "%d", epoll_wait(set, &event, 1, LONG));
	kms_show_events("both", file, 0, NULL);
	result("then", "%d", epoll_wait(set, &event, 1, FRAME));
}

/* A file has room for so many events; those under way count. */
static void room(void)
{
	int file = kms_open(), count = 0;
	struct kms_event events[KMS_EVENTS];
	union drm_wait_vblank wait = {
		.request = {.type = _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT,
			    .sequence = 50},
	};
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = ids.crtc[0],
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	flip.fb_id = kms_light(file);
	while (count < 1000 && !queue(file, 50, (uint64_t)count)) {
		count++;
	}
	result("how many", "%d, then %s", count, errname(errno));
	kms_said("WAIT_VBLANK", ioctl(file, DRM_IOCTL_WAIT_VBLANK, &wait));
	flip.crtc_id = ids.crtc[0];
	kms_said("PAGE_FLIP", ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	flip.flags = 0;
	kms_said("PAGE_FLIP without event",
		 ioctl(file, DRM_IOCTL_MODE_PAGE_FLIP, &flip));
	kms_said("another file has its own room",
		 queue(kms_open_other(), 50, 1));
	kms_readable(file, LONG);
	usleep(FRAME * 1000);
	kms_said("they are there, not read", queue(file, 1, 1));
	count = (int)kms_read_events(file, events, 0);
	while (kms_readable(file, 0)) {
		count += (int)kms_read_events(file, events, 0);
	}
	result("how many came", "%d", count);
	kms_said("after reading", queue(file, 1, 1));
	kms_show_events("its event", file, LONG, NULL);
}

static const struct check checks[] = {
	{.name = "reading", .run = reading},
	{.name = "vectors", .run = vectors},
	{.name = "blocking", .run = blocking},
	{.name = "epoll", .run = epolls},
	{.name = "room", .run = room},
	{0},
};

const struct subject kms_event_subject = {
	.name = "event",
	.checks = checks,
};
