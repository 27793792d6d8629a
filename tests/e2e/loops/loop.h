/* SPDX-License-Identifier: MIT */
/* The event loops that real programs wait in, under one set of names. */
#ifndef UPRIME_TESTS_LOOP_H
#define UPRIME_TESTS_LOOP_H

/* loop_ready_t - the loop has seen the fd as ready, for poll()'s @events */
typedef void loop_ready_t(void *data, short events);

/**
 * struct loop_kind - an event loop that somebody else wrote
 * @create: an empty loop; aborts the test if there is none
 * @destroy: free it; no fd is watched any more
 * @watch: call @ready each time @fd is ready for @events (POLLIN, POLLOUT).
 *	The fd stays the caller's and must stay open. Returns the watch.
 * @unwatch: end it and free it
 * @run: wait for up to @ms milliseconds, hand out what has come. It may come
 *	back early, with nothing.
 */
struct loop_kind {
	void *(*create)(void);
	void (*destroy)(void *loop);
	void *(*watch)(void *loop, int fd, short events, loop_ready_t *ready,
		       void *data);
	void (*unwatch)(void *watch);
	void (*run)(void *loop, int ms);
};

extern const struct loop_kind loop_glib;
extern const struct loop_kind loop_libuv;
extern const struct loop_kind loop_wayland;

#endif
