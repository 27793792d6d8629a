/* SPDX-License-Identifier: MIT */
/* What a tool asks a server: it waits for the answer and takes it whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "tools.h"
#include "wire.h"

/* Receive a reply with at most @size bytes of data: how many; -errno. */
static ssize_t receive(int sock, struct wire_reply *reply, void *data,
		       size_t size)
{
	struct iovec iov[] = {{reply, sizeof(*reply)}, {data, size}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t len = recvmsg(sock, &msg, 0);

	if (len < (ssize_t)sizeof(*reply) || reply->hdr.op != WIRE_REPLY ||
	    (size_t)len != sizeof(*reply) + reply->size) {
		return -EPROTO;
	}
	return reply->ret < 0 ? reply->ret : (ssize_t)reply->size;
}

int talk_hello(int sock)
{
	const struct wire_hello hello = {
		.hdr = {.op = WIRE_HELLO},
		.version = WIRE_VERSION,
	};
	struct wire_hello_reply answer;
	struct wire_reply reply;
	ssize_t len;

	if (send(sock, &hello, sizeof(hello), MSG_NOSIGNAL) < 0) {
		return -errno;
	}
	len = receive(sock, &reply, &answer, sizeof(answer));
	if (len < 0) {
		return (int)len;
	}
	return len == sizeof(answer) && answer.version == WIRE_VERSION
		       ? 0
		       : -EPROTO;
}

char *talk_ls(int sock)
{
	const struct wire_hdr request = {.op = WIRE_LS};
	char *text = NULL, *more;
	struct wire_reply reply;
	size_t have = 0;
	ssize_t len;

	if (send(sock, &request, sizeof(request), MSG_NOSIGNAL) < 0) {
		return NULL;
	}
	do {
		more = realloc(text, have + WIRE_CHUNK + 1);
		if (!more) {
			goto err_free;
		}
		text = more;
		len = receive(sock, &reply, text + have, WIRE_CHUNK);
		if (len < 0) {
			goto err_free;
		}
		have += (size_t)len;
	} while (reply.more);
	text[have] = '\0';
	return text;

err_free:
	free(text);
	return NULL;
}

int talk_plug(int sock, const struct wire_plug *request)
{
	struct wire_reply reply;
	ssize_t len;

	if (send(sock, request, sizeof(*request), MSG_NOSIGNAL) < 0) {
		return -errno;
	}
	len = receive(sock, &reply, NULL, 0);
	return len < 0 ? (int)len : 0;
}
