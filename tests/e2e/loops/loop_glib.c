/* SPDX-License-Identifier: MIT */
/* GLib: the loop of GTK, GStreamer and mutter. It waits with poll. */
#include "loop.h"

#include <glib-unix.h>
#include <glib.h>
#include <poll.h>

struct watch {
	GSource *source;
	loop_ready_t *ready;
	void *data;
};

static void *create(void)
{
	return g_main_context_new();
}

static void destroy(void *loop)
{
	g_main_context_unref(loop);
}

static gboolean dispatch(gint fd, GIOCondition condition, gpointer data)
{
	struct watch *watch = data;
	short events = 0;

	(void)fd;
	if (condition & G_IO_IN) {
		events |= POLLIN;
	}
	if (condition & G_IO_OUT) {
		events |= POLLOUT;
	}
	if (condition & (G_IO_ERR | G_IO_HUP | G_IO_NVAL)) {
		events |= POLLERR;
	}
	watch->ready(watch->data, events);
	return G_SOURCE_CONTINUE;
}

static void *add(void *loop, int fd, short events, loop_ready_t *ready,
		 void *data)
{
	struct watch *watch = g_new0(struct watch, 1);
	GIOCondition condition = 0;

	if (events & POLLIN) {
		condition |= G_IO_IN;
	}
	if (events & POLLOUT) {
		condition |= G_IO_OUT;
	}
	watch->ready = ready;
	watch->data = data;
	watch->source = g_unix_fd_source_new(fd, condition);
	/* GLib casts it back before the call. */
	g_source_set_callback(watch->source, G_SOURCE_FUNC(dispatch), watch,
			      NULL);
	g_source_attach(watch->source, loop);
	return watch;
}

static void drop(void *data)
{
	struct watch *watch = data;

	g_source_destroy(watch->source);
	g_source_unref(watch->source);
	g_free(watch);
}

static gboolean wake(gpointer data)
{
	(void)data;
	return G_SOURCE_CONTINUE;
}

static void run(void *loop, int ms)
{
	GSource *timer = g_timeout_source_new((guint)ms);

	g_source_set_callback(timer, wake, NULL, NULL);
	g_source_attach(timer, loop);
	g_main_context_iteration(loop, TRUE);
	g_source_destroy(timer);
	g_source_unref(timer);
}

const struct loop_kind loop_glib = {
	.create = create,
	.destroy = destroy,
	.watch = add,
	.unwatch = drop,
	.run = run,
};
