/* SPDX-License-Identifier: MIT */
/**
 * DOC: requests
 *
 * One function for each operation of the wire; those which deal with fds are in
 * calls.c. Before it runs, all that was closed is noticed; before the reply is
 * sent, all that the request holds is let go, so that the program finds nothing
 * half done. Of an fd that travels with the reply our copy is closed before
 * anybody can notice that the program closed its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "packet.h"
#include "say.h"

void request_close_fd(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

void request_data(struct connection *conn, const void *data, size_t size)
{
	conn->reply_data = data;
	conn->reply.size = (u32)size;
}

static long do_hello(struct connection *conn)
{
	conn->greeted = true;
	request_data(conn, &conn->server->hello, sizeof(conn->server->hello));
	return conn->in.hello.version == WIRE_VERSION ? 0 : -EPROTO;
}

static void send_reply(struct connection *conn)
{
	const int fds[] = {conn->reply_fd, conn->second_fd};
	struct iovec iov[] = {
		{&conn->reply, sizeof(conn->reply)},
		{(void *)conn->reply_data, conn->reply.size},
	};

	conn->reply.hdr.cpu = spin_here();
	if (conn->reply_fd < 0) {
		connection_send(conn, iov, 2, NULL, 0, 0);
		return;
	}
	/* Who follows the protocol always has room for one reply. */
	drain_lock();
	connection_send(conn, iov, 2, fds, conn->second_fd < 0 ? 1 : 2,
			MSG_DONTWAIT);
	request_close_fd(&conn->reply_fd);
	request_close_fd(&conn->second_fd);
	drain_unlock();
}

/* Sends all pieces itself. */
static long do_ls(struct connection *conn)
{
	size_t left;
	char *text;

	/* It looks at all processes of the system. */
	if (connection_pause(conn)) {
		conn->broken = true;
		return -ENOMEM;
	}
	text = ls_json(conn->server);
	left = text ? strlen(text) : 0;
	for (const char *at = text; left > WIRE_CHUNK; at += WIRE_CHUNK) {
		request_data(conn, at, WIRE_CHUNK);
		conn->reply.more = 1;
		send_reply(conn);
		left -= WIRE_CHUNK;
	}
	if (text) {
		request_data(conn, text + strlen(text) - left, left);
	}
	conn->reply.more = 0;
	conn->reply.ret = text ? 0 : -ENOMEM;
	send_reply(conn);
	free(text);
	return conn->reply.ret;
}

/**
 * struct operation - what a request can be
 */
struct operation {
	const char *name;
	long (*serve)(struct connection *conn);
	size_t size;  /* bytes of the request */
	bool data;    /* the argument's bytes follow: it is a wire_ioctl */
	bool replies; /* it replies itself */
};

static const struct operation operations[] = {
	[WIRE_HELLO] = {"hello", do_hello, sizeof(struct wire_hello)},
	[WIRE_OPEN] = {"open", call_open, sizeof(struct wire_open)},
	[WIRE_IDENT] = {"ident", call_ident, sizeof(struct wire_hdr)},
	[WIRE_IOCTL] = {"ioctl", call_ioctl, sizeof(struct wire_ioctl),
			.data = true},
	[WIRE_MMAP] = {"mmap", call_mmap, sizeof(struct wire_mmap)},
	[WIRE_DMABUF_IOCTL] = {"dma-buf ioctl", call_dmabuf_ioctl,
			       sizeof(struct wire_ioctl), .data = true},
	[WIRE_OPEN_PATH] = {"open path", call_open_path,
			    sizeof(struct wire_open_path)},
	[WIRE_WRITE_PATH] = {"write path", call_write_path,
			     sizeof(struct wire_write_path)},
	[WIRE_PLUG] = {"plug", call_plug,
			  sizeof(struct wire_plug)},
	[WIRE_POLL] = {"poll", call_poll, sizeof(struct wire_hdr)},
	[WIRE_HOLD] = {"hold", call_hold, sizeof(struct wire_hold)},
	[WIRE_LEDGER] = {"ledger", call_ledger, sizeof(struct wire_ledger)},
	[WIRE_SEAT] = {"seat", call_seat, sizeof(struct wire_hdr)},
	[WIRE_VIEWS] = {"views", call_views, sizeof(struct wire_hdr)},
	[WIRE_LOOK] = {"look", call_look, sizeof(struct wire_look)},
	[WIRE_FRAME] = {"frame", call_frame, sizeof(struct wire_frame)},
	[WIRE_INPUT] = {"input", call_input, sizeof(struct wire_input)},
	[WIRE_LS] = {"ls", do_ls, sizeof(struct wire_hdr), .replies = true},
};

/* The operation a request asks for; NULL: it is none. */
static const struct operation *operation_of(const struct connection *conn)
{
	u32 op = conn->in.hdr.op;
	const struct operation *operation;
	size_t size;

	if (op >= ARRAY_SIZE(operations) || !operations[op].serve ||
	    conn->greeted == (op == WIRE_HELLO)) {
		return NULL;
	}
	operation = &operations[op];
	size = operation->size;
	if (conn->in_size < size) {
		return NULL;
	}
	if (operation->data) {
		size += conn->in.ioctl.size;
	}
	return conn->in_size == size ? operation : NULL;
}

void request_serve(struct connection *conn)
{
	const struct operation *operation = operation_of(conn);
	long ret = conn->reply.ret;

	if (!operation) {
		debug("pid %d: bad request %u of %zu bytes", conn->task.pid,
		      conn->in.hdr.op, conn->in_size);
		conn->broken = true;
	} else if (!ret) {
		drain();
		ret = operation->serve(conn);
	}
	request_close_fd(&conn->named_fd);
	request_close_fd(&conn->arg_fd);
	if (operation && !operation->replies) {
		conn->reply.ret = (s32)ret;
		send_reply(conn);
	}
	conn->broken |= conn->fds_lost;
	request_close_fd(&conn->reply_fd);
	request_close_fd(&conn->second_fd);
	if (operation && operation->data) {
		debug("pid %d: %s 0x%08x: %ld", conn->task.pid, operation->name,
		      conn->in.ioctl.cmd, ret);
	} else if (operation) {
		debug("pid %d: %s: %ld", conn->task.pid, operation->name, ret);
	}
}
