/* SPDX-License-Identifier: MIT */
/**
 * DOC: one packet
 *
 * The kernel copies straight between the socket and the program's memory, and
 * it is the kernel that finds out whether an address there is good. Received
 * fds are close-on-exec until the receiver decides otherwise. No state.
 */
#include "client.h"

#include <string.h>

/* Room for the fds of one packet. */
union packet_control {
	char bytes[CMSG_SPACE(PACKET_FDS * sizeof(int))];
	struct cmsghdr align;
};

/**
 * packet_init() - an empty packet with a head
 */
void packet_init(struct packet *p, void *head, size_t size)
{
	p->iov[0].iov_base = head;
	p->iov[0].iov_len = size;
	p->nr_iov = 1;
	p->nr_fds = 0;
	p->fds_lost = false;
}

/**
 * packet_add() - let bytes at an address, good or bad, follow the head
 */
void packet_add(struct packet *p, uint64_t addr, size_t size)
{
	if (!size)
		return;
	p->iov[p->nr_iov].iov_base = (void *)(uintptr_t)addr;
	p->iov[p->nr_iov].iov_len = size;
	p->nr_iov++;
}

static long send_once(int fd, const struct packet *p, int flags)
{
	union packet_control control;
	struct msghdr msg = {
		.msg_iov = (struct iovec *)p->iov,
		.msg_iovlen = p->nr_iov,
	};
	struct cmsghdr *c;

	if (p->nr_fds) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(p->nr_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(p->nr_fds * sizeof(int));
		memcpy(CMSG_DATA(c), p->fds, p->nr_fds * sizeof(int));
	}
	return raw_syscall(SYS_sendmsg, fd, &msg, MSG_NOSIGNAL | flags);
}

/**
 * packet_send() - send a packet whole
 *
 * Return: 0; -EFAULT: the bytes, -EBADF: @fd or an fd in it is bad; or the
 * socket's error. In every case of an error nothing was sent.
 */
int packet_send(int fd, const struct packet *p)
{
	long ret;

	do {
		ret = send_once(fd, p, 0);
	} while (ret == -EINTR);
	return ret < 0 ? (int)ret : 0;
}

/**
 * packet_try_send() - send a packet that may as well be lost
 */
void packet_try_send(int fd, const struct packet *p)
{
	send_once(fd, p, MSG_DONTWAIT);
}

static void take_fds(struct packet *p, struct msghdr *msg)
{
	struct cmsghdr *c;
	size_t nr;

	p->nr_fds = 0;
	p->fds_lost = msg->msg_flags & MSG_CTRUNC;
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (nr > PACKET_FDS)
			nr = PACKET_FDS;
		memcpy(p->fds, CMSG_DATA(c), nr * sizeof(int));
		p->nr_fds = (unsigned int)nr;
	}
}

static long recv_once(int fd, struct packet *p, int flags)
{
	union packet_control control;
	struct msghdr msg = {
		.msg_iov = p->iov,
		.msg_iovlen = p->nr_iov,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	long ret;

	ret = raw_syscall(SYS_recvmsg, fd, &msg, flags | MSG_CMSG_CLOEXEC);
	if (ret >= 0)
		take_fds(p, &msg);
	return ret;
}

/* A bad address is found either before a packet is looked at (it can be no
 * address at all) or after one was taken off the socket, which is then gone.
 * Asking again without waiting tells which: the former gives the same error. */
static int recv_checked(int fd, struct packet *p, int flags)
{
	long ret = recv_once(fd, p, flags);

	if (ret == -EFAULT && recv_once(fd, p, MSG_DONTWAIT) == -EFAULT)
		ret = -ENOBUFS;
	return (int)ret;
}

/**
 * packet_recv_interruptible() - wait for a packet, or a signal
 *
 * Return: as packet_recv(), or -EINTR: no packet was taken, and a handler has
 * run for which the system does not go on by itself.
 */
int packet_recv_interruptible(int fd, struct packet *p)
{
	return recv_checked(fd, p, 0);
}

/**
 * packet_try_recv() - take a packet if there is one
 *
 * Return: as packet_recv(), or -EAGAIN.
 */
int packet_try_recv(int fd, struct packet *p)
{
	return recv_checked(fd, p, MSG_DONTWAIT);
}

/**
 * packet_recv() - wait for a packet
 *
 * Return: see client.h, or the socket's error. On success the received fds
 * are in @p, the caller's to close.
 */
int packet_recv(int fd, struct packet *p)
{
	int ret;

	do {
		ret = packet_recv_interruptible(fd, p);
	} while (ret == -EINTR);
	return ret;
}

/**
 * packet_close_fds() - drop what nobody wanted
 */
void packet_close_fds(struct packet *p)
{
	while (p->nr_fds)
		raw_close(p->fds[--p->nr_fds]);
}
