/* SPDX-License-Identifier: MIT */
/* Fds that go from one process to another. */
#include "witness.h"

/* Each fd in a message's control data. */
static void each_fd(const struct msghdr *msg, void (*fn)(int fd))
{
	struct msghdr *m = (struct msghdr *)msg;
	struct cmsghdr *cmsg;
	size_t nr;
	int fd;

	if (!m->msg_control) {
		return;
	}
	for (cmsg = CMSG_FIRSTHDR(m); cmsg; cmsg = CMSG_NXTHDR(m, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS) {
			continue;
		}
		nr = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (size_t i = 0; i < nr; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			fn(fd);
		}
	}
}

static void sent(int fd)
{
	if (fds_has(fd)) {
		tell(TRACE_SEND, 0, 0, fd);
	}
}

static void received(int fd)
{
	struct fd_look look;

	fds_look(fd, &look);
	if (look.kind != TRACE_KIND_NONE) {
		fds_add(fd);
		tell(TRACE_RECV, 0, 0, fd, look.kind, (int64_t)look.identity,
		     (int64_t)look.rdev);
	}
}

WRAPPER ssize_t sendmsg(int sock, const struct msghdr *msg, int flags)
{
	/* Told before: it may be closed in the next moment, by others. */
	if (msg && msg->msg_controllen && ring_enter()) {
		each_fd(msg, sent);
		ring_leave();
	}
	return next()->sendmsg(sock, msg, flags);
}

WRAPPER ssize_t recvmsg(int sock, struct msghdr *msg, int flags)
{
	ssize_t ret = next()->recvmsg(sock, msg, flags);
	int saved = errno;

	if (ret >= 0 && msg->msg_controllen && ring_enter()) {
		each_fd(msg, received);
		ring_leave();
	}
	errno = saved;
	return ret;
}
