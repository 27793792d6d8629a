/* SPDX-License-Identifier: MIT */
/**
 * DOC: the seat
 *
 * A program with libseat finds the session's seat by its environment. Weston,
 * which has no libseat, expects to be started by weston-launch with one end of
 * a socket, whose number is in its environment: it gets one at the moment at
 * which it asks for that variable. So it may be started by anything, and
 * started again.
 */
#include "client.h"

#include <string.h>

/* A socket of its own for each who asks. -1: there is no seat. */
static int open_launcher(void)
{
	struct wire_hdr head;
	struct request rq;

	request_init(&rq, &head, sizeof(head), WIRE_SEAT);
	if (request_run(&rq) < 0)
		return -1;
	if (rq.reply.ret < 0 && rq.reply_fd >= 0) {
		raw_close(rq.reply_fd);
		return -1;
	}
	return rq.reply_fd;
}

WRAPPER char *getenv(const char *name)
{
	static _Thread_local char number[16];
	int fd;

	if (name && !strcmp(name, "WESTON_LAUNCHER_SOCK") && session_on()) {
		fd = open_launcher();
		if (fd >= 0) {
			snprintf(number, sizeof(number), "%d", fd);
			return number;
		}
	}
	return next()->getenv(name);
}
