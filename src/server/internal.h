/* SPDX-License-Identifier: MIT */
/* What the server's files share: the session's state and its connections. */
#ifndef UPRIME_SERVER_INTERNAL_H
#define UPRIME_SERVER_INTERNAL_H

#include <drm/drm_device.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <uprime/drivers.h>
#include <uprime/host.h>

#include "crowd.h"
#include "devfile.h"
#include "looks.h"
#include "drain.h"
#include "input.h"
#include "pool.h"
#include "seat.h"
#include "server.h"
#include "session.h"
#include "spin.h"
#include "packet.h"
#include "testbed.h"
#include "wire.h"

/* Most bytes of an ioctl's argument. */
#define ARGUMENT_MAX ((1u << _IOC_SIZEBITS) - 1)

/* By this number a request's task knows the fd the request is about, of which
 * the program told no number. */
#define NAMED_FD INT_MIN

/**
 * struct node - a node of a device as programs see it; constant
 */
struct node {
	int index; /* minor number */
	u64 ino;
	char path[32]; /* "/dev/dri/card0" */
};

/**
 * struct server_device - a device of the session; constant
 */
struct server_device {
	const struct uprime_driver *driver;
	struct drm_device *dev; /* owned */
	struct node nodes[2];
	unsigned int nr_nodes;
};

/**
 * struct server - a session's server
 */
struct server {
	const struct server_config *config;
	struct session session;
	struct testbed testbed;
	struct server_device devices[SERVER_DEVICES_MAX]; /* constant */
	unsigned int nr_devices;			  /* constant */
	struct wire_hello_reply hello;			  /* constant */
	struct looks looks;
	int wake; /* eventfd, written when a connection ends; owned; constant */
	struct pool pool; /* serves the connections */
	struct seat seat;
	struct server_input input;

	struct mutex lock;
	unsigned int nr_connections; /* lock */
	unsigned int nr_lookers;     /* lock; those which wait for pictures */

	/* The rest is the main thread's. */
	int listener; /* owned */
	int reserve;  /* an fd to be given up when there are no others; owned */
	int signals;  /* signalfd; owned */
	int closed;   /* polls readable when drain() has work */
	int control;  /* to who started us, or -1; owned */
	pid_t program; /* 0 once it has ended */
	bool has_children;
	bool ended; /* status is that of the program, and not told yet */
	int status;
};

/**
 * struct argument - the argument of the ioctl under way
 *
 * What is known of the program's memory at [addr, addr + size): a copy, with
 * what was written to it. Written bytes travel in the reply.
 */
struct argument {
	u64 addr;
	u32 size;    /* by the command's number */
	u32 known;   /* bytes of data from the start that are valid */
	u32 written; /* bytes from the start that go back */
	s32 fd;      /* what was there before, with WIRE_F_PATCH_FD */
	char *data;  /* ARGUMENT_MAX bytes in connection.in */
};

/**
 * struct connection - a program, as a task of the core
 *
 * Made by the main thread; from then on all of it is that thread's of the pool
 * which serves it, and nobody's while it waits for a request.
 */
struct connection {
	struct task task;
	struct server *server;
	int sock; /* owned */
	struct spin spin;
	u32 window;    /* of its last request: see crowd.h */
	u32 in_row;    /* requests for which it was waited awake */
	bool greeted;  /* its hello came */
	bool fds_lost; /* the request's fds found no room: the last one */
	bool broken;   /* it did what the protocol does not allow, or is gone */
	bool no_vm;    /* its memory can be reached through the wire only */
	/* The thread that serves it, or NULL: it has left its place. */
	struct worker *worker;
	/* Nobody serves it: what was written to it before is for the one who
	 * serves it next. */
	atomic_bool waits;
	/* The task sleeps: */
	atomic_bool woken;  /* task_wake() was called */
	atomic_int wake_fd; /* ... eventfd, made for the first sleep; owned */
	bool cancelled;	    /* the program has a signal to handle */

	struct u64map proved; /* cookies of open files it has shown */
	size_t sweep_at;      /* proved.count at which dead ones are dropped */

	struct looker *looker; /* if it looks at displays; owned */

	/* The request under way. */
	struct argument arg;
	int named_fd;  /* the fd it is about, or -1; owned */
	int arg_fd;    /* the fd the argument names, or -1; owned */
	int arg_fd_nr; /* its number there */
	struct wire_reply reply;
	const void *reply_data;
	int reply_fd; /* or -1; owned */
	int second_fd; /* goes with it, or -1; owned */

	size_t in_size; /* bytes of the request */
	union {
		struct wire_hdr hdr;
		struct wire_hello hello;
		struct wire_open open;
		struct wire_ioctl ioctl;
		struct wire_mmap mmap;
		struct wire_hold hold;
		struct wire_ledger ledger;
		struct wire_look look;
		struct wire_frame frame;
		struct wire_input input;
		struct wire_open_path open_path;
		struct wire_write_path write_path;
		struct wire_plug plug;
		char bytes[sizeof(struct wire_ioctl) + ARGUMENT_MAX];
	} in;
	union {
		struct wire_ident ident;
		struct wire_mmap_reply mmap;
		struct wire_view views[WIRE_VIEWS_MAX];
		struct wire_frame_reply frame;
		u64 news;
	} out;
};

/* server.c */

/* server_tell - tell who started us how PROGRAM ended */
void server_tell(struct server *server, bool over);

/* devices.c */

/* devices_add - make the devices of the session. 0 and devices_remove() undoes
 * it; -errno, and it was said */
int devices_add(struct server *server);
void devices_remove(struct server *server);
bool devices_have_display(const struct server *server);

/* events.c */

/* server_wait - serve the session until it seems to be over */
void server_wait(struct server *server);
/* server_is_over - nothing is left but who looks at displays */
bool server_is_over(struct server *server);
/* server_accept - take whoever waits to be connected */
void server_accept(struct server *server);

/* connection.c */

/* connection_init - before all others */
void connection_init(void);

/* connection_start - serve a program from now on. Takes @sock over.
 * Adds to nr_connections; the end of it is told through server->wake. */
void connection_start(struct server *server, int sock);

/* connection_serve - serve requests of a connection that is ready, until there
 * are none. False: the thread has left its place. */
bool connection_serve(struct connection *conn, struct worker *worker);

/* connection_pause - before the thread waits: leave its place to another. 0 or
 * -ENOMEM: it cannot wait. */
int connection_pause(struct connection *conn);
/* connection_risk, connection_safe - around what the program may make wait */
void connection_risk(struct connection *conn);
void connection_safe(struct connection *conn);

/* connection_send - send a packet, parts as in packet_send(); a failure breaks
 * the connection */
void connection_send(struct connection *conn, const struct iovec *iov,
		     size_t nr, const int *fds, unsigned int nr_fds, int flags);
/* connection_recv - packet_recv() of what is no WIRE_CANCEL; that is noted in
 * conn->cancelled */
ssize_t connection_recv(struct connection *conn, const struct iovec *iov,
			size_t nr, struct packet_fds *fds);

/* request.c */

/* request_serve - carry out the request in conn->in, and reply */
void request_serve(struct connection *conn);
/* request_data - let @size bytes go with the reply; they must stay until then
 */
void request_data(struct connection *conn, const void *data, size_t size);
/* request_close_fd - close one of the request's fds, if it is there */
void request_close_fd(int *fd);

/* calls.c: the request's call, with the result it has in the program */

long call_open(struct connection *conn);
long call_ident(struct connection *conn);
long call_ioctl(struct connection *conn);
long call_dmabuf_ioctl(struct connection *conn);
long call_mmap(struct connection *conn);
long call_ledger(struct connection *conn);
long call_seat(struct connection *conn);

/* poll.c */

long call_poll(struct connection *conn);
long call_hold(struct connection *conn);

/* paths.c: as those of calls.c */

long call_open_path(struct connection *conn);
long call_write_path(struct connection *conn);

/* plug.c */

long call_plug(struct connection *conn);

/* remote.c */

extern const struct task_ops remote_ops;

/* ls.c */

/* ls_json - the session as JSON text, the caller's to free(); NULL */
char *ls_json(struct server *server);

/* ls_holders.c */

struct json_object;

/**
 * struct memory - the memory of a buffer
 */
struct memory {
	dev_t dev;
	ino_t ino;
	struct json_object *buffer; /* as JSON, or NULL; borrowed */
	unsigned long nr_fds, nr_mappings; /* set by ls_holders() */
};

/* ls_displays.c */

/* ls_displays - the displays of a device as JSON; the caller's, or NULL: it has
 * none */
struct json_object *ls_displays(const struct server_device *device);
/* ls_master - the process whose file is master, as ls_process(); NULL: nobody's
 */
struct json_object *ls_master(const struct server_device *device);

/* ls_process - a process, by number and name, as JSON; the caller's */
struct json_object *ls_process(pid_t pid);

/* ls_holders - count fds and mappings of each memory in all processes but this
 * one, and add to its buffer which processes have them ("fds", "mappings") */
void ls_holders(struct memory *memory, size_t nr);

#endif
