/* SPDX-License-Identifier: MIT */
/* libwayland-server: the loop of a compositor. It waits with epoll. */
#include "loop.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <wayland-server-core.h>

struct watch {
	struct wl_event_source *source;
	loop_ready_t *ready;
	void *data;
};

static void *create(void)
{
	struct wl_event_loop *loop = wl_event_loop_create();

	assert(loop);
	return loop;
}

static void destroy(void *loop)
{
	wl_event_loop_destroy(loop);
}

static int dispatch(int fd, uint32_t mask, void *data)
{
	struct watch *watch = data;
	short events = 0;

	(void)fd;
	if (mask & WL_EVENT_READABLE) {
		events |= POLLIN;
	}
	if (mask & WL_EVENT_WRITABLE) {
		events |= POLLOUT;
	}
	if (mask & (WL_EVENT_ERROR | WL_EVENT_HANGUP)) {
		events |= POLLERR;
	}
	watch->ready(watch->data, events);
	return 0;
}

static void *add(void *loop, int fd, short events, loop_ready_t *ready,
		 void *data)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	uint32_t mask = 0;

	assert(watch);
	if (events & POLLIN) {
		mask |= WL_EVENT_READABLE;
	}
	if (events & POLLOUT) {
		mask |= WL_EVENT_WRITABLE;
	}
	watch->ready = ready;
	watch->data = data;
	watch->source = wl_event_loop_add_fd(loop, fd, mask, dispatch, watch);
	if (!watch->source) {
		free(watch);
		return NULL;
	}
	return watch;
}

static void drop(void *data)
{
	struct watch *watch = data;

	wl_event_source_remove(watch->source);
	free(watch);
}

static void run(void *loop, int ms)
{
	assert(wl_event_loop_dispatch(loop, ms) >= 0);
}

const struct loop_kind loop_wayland = {
	.create = create,
	.destroy = destroy,
	.watch = add,
	.unwatch = drop,
	.run = run,
};
