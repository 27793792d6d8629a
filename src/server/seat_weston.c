/* SPDX-License-Identifier: MIT */
/**
 * DOC: weston-launch's protocol
 *
 * Packets on a socket pair, one end of which is the compositor's from its
 * start. It believes that it is active until it is told otherwise. It asks for
 * devices by their paths, and has the seat as long as the socket is open; what
 * it closes it does not say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/slab.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"
#include "seat.h"

/* What the compositor says. */
enum launch_op {
	LAUNCH_OPEN = 0, /* s32 flags of open(2), and the path */
	LAUNCH_LEFT = 2,
};

/* What it is told. */
enum launch_event {
	LAUNCH_ACTIVATE = 0,
	LAUNCH_DEACTIVATE = 1,
	LAUNCH_OPENED = 3, /* s32: 0 and the fd, or -1 */
};

/**
 * struct weston_client - a compositor that was started so
 */
struct weston_client {
	struct seat_client base;
	bool paused; /* it was told that it is not active; seat.lock */
};

struct launch_open {
	s32 op;
	s32 flags;
	char path[SEAT_PATH_MAX];
};

static bool send_event(struct seat_client *client, enum launch_event event)
{
	s32 number = event;
	const struct iovec iov = {&number, sizeof(number)};

	return seat_give(client, &iov, 1, -1);
}

static bool open_device(struct seat_client *client,
			const struct launch_open *open)
{
	s32 opened[] = {LAUNCH_OPENED, 0};
	const struct iovec iov = {opened, sizeof(opened)};
	int fd, device;

	fd = seat_open_device(client, open->path, open->flags, &device);
	opened[1] = fd < 0 ? -1 : 0;
	return seat_give(client, &iov, 1, fd);
}

static bool weston_receive(struct seat_client *client)
{
	struct launch_open message;
	struct iovec iov = {&message, sizeof(message)};
	struct packet_fds fds;
	ssize_t len = packet_recv(client->sock, &iov, 1, &fds, MSG_DONTWAIT);

	packet_close(&fds);
	if (len == -EAGAIN) {
		return true;
	}
	if (len < (ssize_t)sizeof(message.op)) {
		return false;
	}
	if (message.op == LAUNCH_OPEN &&
	    len > (ssize_t)offsetof(struct launch_open, path) &&
	    !((const char *)&message)[len - 1]) {
		return open_device(client, &message);
	}
	/* One that waits was never active: it has nothing to leave. */
	if (message.op == LAUNCH_LEFT && len == sizeof(message.op)) {
		(void)seat_left(client);
		return true;
	}
	debug("pid %d: bad message %d of %zd bytes to the seat",
	      client->task.pid, message.op, len);
	return false;
}

static struct weston_client *to_weston(struct seat_client *client)
{
	return container_of(client, struct weston_client, base);
}

static bool weston_enable(struct seat_client *client)
{
	bool paused = to_weston(client)->paused;

	to_weston(client)->paused = false;
	return !paused || send_event(client, LAUNCH_ACTIVATE);
}

static bool weston_disable(struct seat_client *client)
{
	to_weston(client)->paused = true;
	return send_event(client, LAUNCH_DEACTIVATE);
}

static void weston_release(struct seat_client *client)
{
	kfree(to_weston(client));
}

static const struct seat_protocol weston_protocol = {
	.name = "weston-launch",
	.receive = weston_receive,
	.enable = weston_enable,
	.disable = weston_disable,
	.release = weston_release,
};

static int add_client(struct seat *seat, int sock, pid_t pid)
{
	struct weston_client *weston = kzalloc(sizeof(*weston), GFP_KERNEL);
	int ret;

	if (!weston) {
		return -ENOMEM;
	}
	mutex_lock(&seat->lock);
	ret = seat_client_add(seat, &weston->base, &weston_protocol, sock, pid);
	if (ret) {
		kfree(weston);
	} else {
		/* There is room for this in a new socket. */
		if (seat->active) {
			weston_disable(&weston->base);
		}
		seat_enter(&weston->base);
	}
	mutex_unlock(&seat->lock);
	return ret;
}

int seat_weston_open(struct seat *seat, pid_t pid)
{
	int ends[2], ret;

	/* Who has gone before has given up the seat before. */
	seat_serve(seat);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		return errno == EMFILE ? -ENFILE : -errno;
	}
	ret = add_client(seat, ends[0], pid);
	if (ret) {
		close(ends[0]);
		close(ends[1]);
		return ret;
	}
	return ends[1];
}
