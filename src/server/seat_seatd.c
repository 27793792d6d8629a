/* SPDX-License-Identifier: MIT */
/**
 * DOC: seatd's protocol
 *
 * A stream of messages, each with its number and size in front. A client opens
 * the seat, is told when it is active, and opens devices then, whose fds come
 * with the answers. Answers come in the order of the questions; that a client
 * is active, or is to leave, is told in between.
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

#define SEAT_NAME "seat0"

enum seatd_op {
	/* client -> seat */
	SEATD_OPEN_SEAT = 1,
	SEATD_CLOSE_SEAT,
	SEATD_OPEN_DEVICE,  /* u16 length of the path, and the path */
	SEATD_CLOSE_DEVICE, /* s32 device */
	SEATD_DISABLE_SEAT,
	SEATD_SWITCH_SESSION, /* s32 number */
	SEATD_PING,

	/* seat -> client */
	SEATD_SEAT_OPENED = 0x8001, /* u16 length of the name, and the name */
	SEATD_SEAT_CLOSED,
	SEATD_DEVICE_OPENED, /* s32 device; fd */
	SEATD_DEVICE_CLOSED,
	SEATD_DISABLE,
	SEATD_ENABLE,
	SEATD_PONG,
	SEATD_ERROR = 0xffff, /* s32 errno */
};

struct seatd_header {
	u16 op;	  /* enum seatd_op */
	u16 size; /* of what follows */
};

/**
 * struct seatd_client - a program with libseat
 */
struct seatd_client {
	struct seat_client base;
	size_t size; /* bytes there are of messages which are not whole */
	char data[1024];
};

static struct seatd_client *to_seatd(struct seat_client *client)
{
	return container_of(client, struct seatd_client, base);
}

static bool send_message(struct seat_client *client, enum seatd_op op,
			 const void *data, size_t size, int fd)
{
	struct seatd_header header = {(u16)op, (u16)size};
	const struct iovec iov[] = {
		{&header, sizeof(header)},
		{(void *)data, size},
	};

	return seat_give(client, iov, 2, fd);
}

/* The answer to what has failed. */
static bool send_error(struct seat_client *client, int err)
{
	s32 number = -err;

	return send_message(client, SEATD_ERROR, &number, sizeof(number), -1);
}

static bool open_seat(struct seat_client *client)
{
	static const struct {
		u16 size;
		char name[sizeof(SEAT_NAME) - 1];
	} __attribute__((packed))
	opened = {sizeof(opened.name), {'s', 'e', 'a', 't', '0'}};

	if (client->state != SEAT_AWAY ||
	    !send_message(client, SEATD_SEAT_OPENED, &opened, sizeof(opened),
			  -1)) {
		return false;
	}
	seat_enter(client);
	return true;
}

static bool close_seat(struct seat_client *client)
{
	seat_leave(client);
	return send_message(client, SEATD_SEAT_CLOSED, NULL, 0, -1);
}

static bool open_device(struct seat_client *client, const char *data,
			size_t size)
{
	char path[SEAT_PATH_MAX];
	u16 length;
	s32 device;
	int fd;

	if (size < sizeof(length)) {
		return false;
	}
	memcpy(&length, data, sizeof(length));
	if (!length || length > sizeof(path) ||
	    sizeof(length) + length > size) {
		return false;
	}
	memcpy(path, data + sizeof(length), length);
	if (path[length - 1]) {
		return false;
	}
	if (client->state != SEAT_ACTIVE) {
		return send_error(client, -EPERM);
	}
	fd = seat_open_device(client, path, O_RDWR | O_NONBLOCK | O_CLOEXEC,
			      &device);
	if (fd < 0) {
		return send_error(client, fd);
	}
	return send_message(client, SEATD_DEVICE_OPENED, &device,
			    sizeof(device), fd);
}

static bool close_device(struct seat_client *client, s32 device)
{
	int ret = seat_close_device(client, device);

	return ret ? send_error(client, ret)
		   : send_message(client, SEATD_DEVICE_CLOSED, NULL, 0, -1);
}

/* Only a failure is answered, as by seatd itself. */
static bool answer(struct seat_client *client, int ret)
{
	return !ret || send_error(client, ret);
}

/* False: it is none that is allowed now. */
static bool carry_out(struct seat_client *client, enum seatd_op op,
		      const char *data, size_t size)
{
	s32 number = 0;

	if (op == SEATD_OPEN_SEAT && !size) {
		return open_seat(client);
	}
	if (op == SEATD_PING && !size) {
		return send_message(client, SEATD_PONG, NULL, 0, -1);
	}
	if (client->state == SEAT_AWAY) {
		return false;
	}
	if (size >= sizeof(number)) {
		memcpy(&number, data, sizeof(number));
	}
	switch (op) {
	case SEATD_CLOSE_SEAT:
		return !size && close_seat(client);
	case SEATD_OPEN_DEVICE:
		return open_device(client, data, size);
	case SEATD_CLOSE_DEVICE:
		return size >= sizeof(number) && close_device(client, number);
	case SEATD_DISABLE_SEAT:
		return !size && answer(client, seat_left(client));
	case SEATD_SWITCH_SESSION:
		return size >= sizeof(number) &&
		       answer(client, seat_switch(client, number));
	default:
		return false;
	}
}

/* Carry out all messages that are whole. */
static bool take_messages(struct seatd_client *seatd)
{
	struct seatd_header header;
	size_t at = 0;

	while (seatd->size - at >= sizeof(header)) {
		memcpy(&header, seatd->data + at, sizeof(header));
		if (header.size > sizeof(seatd->data) - sizeof(header)) {
			return false;
		}
		if (seatd->size - at - sizeof(header) < header.size) {
			break;
		}
		at += sizeof(header);
		if (!carry_out(&seatd->base, header.op, seatd->data + at,
			       header.size)) {
			debug("pid %d: bad message %u of %u bytes to the seat",
			      seatd->base.task.pid, header.op, header.size);
			return false;
		}
		at += header.size;
	}
	memmove(seatd->data, seatd->data + at, seatd->size - at);
	seatd->size -= at;
	return true;
}

static bool seatd_receive(struct seat_client *client)
{
	struct seatd_client *seatd = to_seatd(client);
	struct iovec iov = {seatd->data + seatd->size,
			    sizeof(seatd->data) - seatd->size};
	struct packet_fds fds;
	ssize_t len = packet_recv(client->sock, &iov, 1, &fds, MSG_DONTWAIT);

	packet_close(&fds);
	if (len <= 0) {
		return len == -EAGAIN;
	}
	seatd->size += (size_t)len;
	return take_messages(seatd);
}

static bool seatd_enable(struct seat_client *client)
{
	return send_message(client, SEATD_ENABLE, NULL, 0, -1);
}

static bool seatd_disable(struct seat_client *client)
{
	return send_message(client, SEATD_DISABLE, NULL, 0, -1);
}

static void seatd_release(struct seat_client *client)
{
	kfree(to_seatd(client));
}

static const struct seat_protocol seatd_protocol = {
	.name = "seatd",
	.receive = seatd_receive,
	.enable = seatd_enable,
	.disable = seatd_disable,
	.release = seatd_release,
};

static pid_t peer_pid(int sock)
{
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	return peer.pid;
}

static int add_client(struct seat *seat, int sock)
{
	struct seatd_client *seatd = kzalloc(sizeof(*seatd), GFP_KERNEL);
	int ret;

	if (!seatd) {
		return -ENOMEM;
	}
	ret = seat_client_add(seat, &seatd->base, &seatd_protocol, sock,
			      peer_pid(sock));
	if (ret) {
		kfree(seatd);
	}
	return ret;
}

void seat_seatd_accept(struct seat *seat)
{
	int sock = accept4(seat->listener, NULL, NULL, SOCK_CLOEXEC);

	lockdep_assert_held(&seat->lock);
	if (sock >= 0 && add_client(seat, sock)) {
		close(sock);
	}
}
