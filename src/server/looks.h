/* SPDX-License-Identifier: MIT */
/* The displays of a session, and who looks at them. */
#ifndef UPRIME_SERVER_LOOKS_H
#define UPRIME_SERVER_LOOKS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <uprime/display.h>

#include "server.h"
#include "wire.h"

struct connection;
struct server;
struct server_device;

/**
 * struct display - a display as programs are told of it; constant
 */
struct display {
	const struct server_device *device;
	unsigned int index; /* among those of the device */
	char name[WIRE_VIEW_NAME];
};

/**
 * struct looks - all displays of a session
 */
struct looks {
	struct display at[WIRE_VIEWS_MAX]; /* constant */
	unsigned int nr;		   /* constant */

	struct mutex watch_lock;
	unsigned int nr_watching; /* watch_lock; lookers that wait for news */
	/* One of each device with displays while somebody watches. */
	struct device_watch {
		struct uprime_display_watch watch;
		struct looks *looks; /* constant */
		unsigned int first;  /* of its displays; constant */
	} watches[SERVER_DEVICES_MAX];

	spinlock_t lock;
	struct list_head lookers; /* looker.node; lock */
	bool over; /* lock; the session is, but for who looks on */
};

/**
 * struct looker - a connection that looks at displays
 *
 * The connection's, but for what others tell it.
 */
struct looker {
	struct connection *conn; /* constant */
	bool waited;		 /* it is in the list */
	struct list_head node;	 /* looks.lock */
	u64 wanted;		 /* looks.lock; bit i: it waits for display i */
	u64 news;     /* looks.lock; bit i: display i has something new */
	int fd;	      /* the memory for pictures, sealed, or -1; owned */
	void *pixels; /* ... mapped */
	size_t size;  /* ... bytes */
};

/* looks_init - collect the displays of the session's devices */
void looks_init(struct server *server);

/* looks_have_children - are all children that are left among those who look on?
 * The main thread's. */
bool looks_have_children(struct server *server);

/* looks_begin - wait until all that are connected look on, before PROGRAM shows
 * anything */
void looks_begin(struct server *server);

/* looks_finish - tell who looks on that the session is over, and see them
 * off: then there is no connection any more */
void looks_finish(struct server *server);

/* looks_join - a connection waits for news from now on, and all is news to it
 */
void looks_join(struct looker *looker);
/* looks_part - the end of it */
void looks_part(struct looker *looker);

/* looks_news - take what is new of what is wanted. True: the session is over.
 */
bool looks_news(struct looks *looks, struct looker *looker, u64 wanted,
		u64 *news);

/* looker.c */

/* looker_free - the connection ends. True: it was counted in
 * server->nr_lookers. */
bool looker_free(struct connection *conn);

/* The request's call, with its result. */
long call_views(struct connection *conn);
long call_look(struct connection *conn);
long call_frame(struct connection *conn);
long call_input(struct connection *conn);

#endif
