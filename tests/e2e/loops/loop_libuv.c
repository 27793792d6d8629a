/* SPDX-License-Identifier: MIT */
/* libuv: the loop of Node.js. It waits with epoll. */
#include "loop.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <uv.h>

struct watch {
	uv_poll_t poll;
	loop_ready_t *ready;
	void *data;
};

static void *create(void)
{
	uv_loop_t *loop = malloc(sizeof(*loop));
	int ret;

	assert(loop);
	ret = uv_loop_init(loop);
	assert(!ret);
	return loop;
}

static void destroy(void *loop)
{
	int ret;

	/* Handles are freed by the loop, in its next round. */
	uv_run(loop, UV_RUN_NOWAIT);
	ret = uv_loop_close(loop);
	assert(!ret);
	free(loop);
}

static void dispatch(uv_poll_t *poll, int status, int mask)
{
	struct watch *watch = poll->data;
	short events = 0;

	if (mask & UV_READABLE) {
		events |= POLLIN;
	}
	if (mask & UV_WRITABLE) {
		events |= POLLOUT;
	}
	if (status < 0) {
		events |= POLLERR;
	}
	watch->ready(watch->data, events);
}

static void *add(void *loop, int fd, short events, loop_ready_t *ready,
		 void *data)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int mask = 0;

	assert(watch);
	if (events & POLLIN) {
		mask |= UV_READABLE;
	}
	if (events & POLLOUT) {
		mask |= UV_WRITABLE;
	}
	watch->ready = ready;
	watch->data = data;
	if (uv_poll_init(loop, &watch->poll, fd)) {
		free(watch);
		return NULL;
	}
	watch->poll.data = watch;
	if (uv_poll_start(&watch->poll, mask, dispatch)) {
		uv_close((uv_handle_t *)&watch->poll, (uv_close_cb)free);
		return NULL;
	}
	return watch;
}

static void drop(void *data)
{
	struct watch *watch = data;

	/* The handle is the first member. */
	uv_close((uv_handle_t *)&watch->poll, (uv_close_cb)free);
}

static void wake(uv_timer_t *timer)
{
	(void)timer;
}

static void run(void *loop, int ms)
{
	uv_timer_t *timer = malloc(sizeof(*timer));

	assert(timer);
	uv_timer_init(loop, timer);
	uv_timer_start(timer, wake, (uint64_t)ms, 0);
	uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)timer, (uv_close_cb)free);
}

const struct loop_kind loop_libuv = {
	.create = create,
	.destroy = destroy,
	.watch = add,
	.unwatch = drop,
	.run = run,
};
