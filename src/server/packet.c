/* SPDX-License-Identifier: MIT */
/* Packets as the system sends them. No state. */
#include "packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union packet_control {
	char bytes[CMSG_SPACE(PACKET_FDS * sizeof(int))];
	struct cmsghdr align;
};

int packet_send(int sock, const struct iovec *iov, size_t nr, const int *fds,
		unsigned int nr_fds, int flags)
{
	size_t size = nr_fds * sizeof(int);
	union packet_control control = {0};
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = nr,
	};
	struct cmsghdr *c;

	if (size) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(size);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(c), fds, size);
	}
	return TEMP_FAILURE_RETRY(sendmsg(sock, &msg, MSG_NOSIGNAL | flags)) < 0
		       ? -errno
		       : 0;
}

static void take_fds(struct packet_fds *fds, struct msghdr *msg)
{
	struct cmsghdr *c;

	fds->nr = 0;
	fds->lost = msg->msg_flags & MSG_CTRUNC;
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			fds->nr = (unsigned int)((c->cmsg_len - CMSG_LEN(0)) /
						 sizeof(int));
			memcpy(fds->fd, CMSG_DATA(c), fds->nr * sizeof(int));
		}
	}
}

ssize_t packet_recv(int sock, const struct iovec *iov, size_t nr,
		    struct packet_fds *fds, int flags)
{
	union packet_control control;
	struct msghdr msg = {
		.msg_iov = (struct iovec *)iov,
		.msg_iovlen = nr,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len;

	fds->nr = 0;
	len = TEMP_FAILURE_RETRY(recvmsg(sock, &msg, MSG_CMSG_CLOEXEC | flags));
	if (len < 0) {
		return -errno;
	}
	take_fds(fds, &msg);
	if (!len || msg.msg_flags & MSG_TRUNC) {
		packet_close(fds);
		return len ? -EMSGSIZE : 0;
	}
	return len;
}

void packet_close(struct packet_fds *fds)
{
	for (unsigned int i = 0; i < fds->nr; i++) {
		if (fds->fd[i] >= 0) {
			close(fds->fd[i]);
		}
	}
	fds->nr = 0;
}
