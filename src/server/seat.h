/* SPDX-License-Identifier: MIT */
/**
 * DOC: the seat
 *
 * A compositor does not open its devices itself: it asks who has the seat, and
 * is told when it may use them. A session with a display has one seat, which
 * knows two protocols: that of seatd, for programs with libseat, and that of
 * weston-launch. Only devices of the session can be asked for.
 *
 * One client is active: it is master of the display, and gets what is typed.
 * The others wait in the order in which they came, unless the active one asks
 * to switch to one of them. Who goes loses its devices.
 *
 * A client asks on a socket of its own; its hang-up is its end. Whoever sends
 * what the protocol does not know, or does not read what it is told, is
 * disconnected.
 */
#ifndef UPRIME_SERVER_SEAT_H
#define UPRIME_SERVER_SEAT_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <uprime/host.h>

struct seat_client;
struct server;

/* Most devices a client has open at a time, and most clients. */
#define SEAT_DEVICES_MAX 128
#define SEAT_CLIENTS_MAX 64
/* Longest path of a device that can be asked for, with its end. */
#define SEAT_PATH_MAX 256

/**
 * struct seat_protocol - how one speaks to a client
 *
 * Each is called with seat.lock held.
 */
struct seat_protocol {
	const char *name;
	/* The socket is readable. False: the client goes. */
	bool (*receive)(struct seat_client *client);
	/* It may use its devices from now on. False: the client goes. */
	bool (*enable)(struct seat_client *client);
	/* It may not any more, and is to say that it has understood. */
	bool (*disable)(struct seat_client *client);
	/* Free what seat_client is embedded in. */
	void (*release)(struct seat_client *client);
};

enum seat_state {
	SEAT_AWAY,    /* it has not asked for the seat */
	SEAT_WAITING, /* it has, and is not active */
	SEAT_ACTIVE,
	SEAT_LEAVING, /* told that it is not active, which it has not said yet
		       */
};

/**
 * struct seat_client - a program that asks for devices
 */
struct seat_client {
	const struct seat_protocol *protocol; /* constant */
	struct seat *seat;		      /* constant */
	struct task task;		      /* opens its devices */
	int sock;			      /* owned; constant */
	struct list_head node;		      /* seat.clients; seat.lock */
	enum seat_state state;		      /* seat.lock */
	bool broken;			      /* seat.lock */
	int number;			      /* from 1; seat.lock */
	struct list_head devices; /* of seat_device.node; seat.lock */
	unsigned int nr_devices;  /* seat.lock */
	int next_device;	  /* seat.lock */
};

/**
 * struct seat - the seat of a session
 *
 * seat.lock comes before that of drain() and all of the core.
 */
struct seat {
	struct server *server; /* constant; NULL: there is no seat */
	int news;	       /* polls readable for seat_serve(); owned */
	int listener;	       /* for clients of seatd; owned */
	struct mutex lock;
	struct list_head clients; /* in the order of their coming; lock */
	unsigned int nr_clients;  /* lock */
	int next_number;	  /* lock */
	/* Who is active, or leaving; borrowed, or NULL; lock. */
	struct seat_client *active;
	/* Who is to be active after a switch; borrowed, or NULL; lock. */
	struct seat_client *next;
};

/**
 * seat_open() - make the seat of a session
 * @seat: the server's
 * @server: the session, whose devices and directory are there
 *
 * Return: 0; -errno, and it was said.
 */
int seat_open(struct seat *seat, struct server *server);

/* seat_close - end all clients; nothing to do if there is no seat */
void seat_close(struct seat *seat);

/* seat_serve - carry out what clients have asked for; does not wait. From any
 * thread that holds no lock. */
void seat_serve(struct seat *seat);

/**
 * seat_client_add() - speak to a program from now on
 * @seat: the seat, locked
 * @client: the caller's memory, zeroed; on success it is the seat's until
 * release()
 * @protocol: how
 * @sock: the socket, taken over on success
 * @pid: who has the other end
 *
 * Return: 0; -ENOMEM, -EMFILE (there are too many).
 */
int seat_client_add(struct seat *seat, struct seat_client *client,
		    const struct seat_protocol *protocol, int sock, pid_t pid);

/* seat_enter - a client wants the seat; seat.lock is held. Whether it is active
 * then is told through enable(). */
void seat_enter(struct seat_client *client);

/* seat_leave - a client gives up the seat and its devices; seat.lock is held */
void seat_leave(struct seat_client *client);

/* seat_left - a client has understood that it is not active any more: 0; -EBUSY
 * (nobody has told it); seat.lock is held */
int seat_left(struct seat_client *client);

/**
 * seat_switch() - another client is to be active
 * @client: the active one; seat.lock is held
 * @number: the other one's
 *
 * Return: 0; -EPERM (it is not active); -EINVAL (there is no such client).
 */
int seat_switch(struct seat_client *client, int number);

/**
 * seat_open_device() - open a device for a client
 * @client: who asks; seat.lock is held. If it is active it becomes master.
 * @path: the device's; anything
 * @oflags: of open(2)
 * @id: set to a number by which the client knows the device
 *
 * Return: the program's end, for seat_give(); -ENOENT (there is no such device
 * in this session), -EMFILE, -errno of opening it.
 */
int seat_open_device(struct seat_client *client, const char *path, int oflags,
		     int *id);

/**
 * seat_give() - send a client something, and an fd which it opened
 * @client: the client; seat.lock is held
 * @iov: what is sent
 * @nr: parts of it
 * @fd: goes with it and is closed here; or -1
 *
 * Return: false: the client goes.
 */
bool seat_give(struct seat_client *client, const struct iovec *iov, size_t nr,
	       int fd);

/**
 * seat_close_device() - a client does not need a device any more
 * @client: the client; seat.lock is held
 * @id: as from seat_open_device(); anything
 *
 * Return: 0; -EBADF.
 */
int seat_close_device(struct seat_client *client, int id);

/* seat_device.c; seat.lock is held */

extern const struct task_ops seat_task_ops;

/* seat_enable_devices - a client is active: be master again */
void seat_enable_devices(struct seat_client *client);
/* seat_disable_devices - a client is active no more: be master no more, and
 * hear nothing that is typed, for good */
void seat_disable_devices(struct seat_client *client);
/* seat_lose_devices - the same, and forget them */
void seat_lose_devices(struct seat_client *client);

/* seat_seatd.c */

/* seat_seatd_accept - take whoever connects to the socket of seatd; seat.lock
 * is held */
void seat_seatd_accept(struct seat *seat);

/* seat_weston.c */

/* seat_weston_open - a socket that speaks as weston-launch to this process, the
 * caller's to give away; -errno */
int seat_weston_open(struct seat *seat, pid_t pid);

#endif
