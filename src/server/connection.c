/* SPDX-License-Identifier: MIT */
/**
 * DOC: connections
 *
 * A connection is a socket of a program and a thread of ours, which is the
 * program's task in the core: it receives a request, carries it out and
 * replies, and while it waits nobody else does. A program that hangs up, or
 * breaks the protocol, ends its own connection and nothing else.
 *
 * The number of connections is counted under server->lock, from before the
 * thread runs until it has freed everything.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

/* Nothing on these threads recurses or has big locals. */
#define STACK_SIZE (256 * 1024)

#define SWEEP_MIN 64

static struct spinners spinners;

void connection_init(void)
{
	cpu_set_t mine;

	CPU_ZERO(&mine);
	sched_getaffinity(0, sizeof(mine), &mine);
	spinners_init(&spinners, CPU_COUNT(&mine));
}

void connection_send(struct connection *conn, const struct iovec *iov,
		     size_t nr, const int *fds, unsigned int nr_fds, int flags)
{
	if (conn->broken ||
	    packet_send(conn->sock, iov, nr, fds, nr_fds, flags)) {
		conn->broken = true;
	}
}

/* The first part of every packet begins with its head. */
static bool is_cancel(const struct iovec *iov, ssize_t len)
{
	const struct wire_hdr *hdr = iov->iov_base;

	return len == sizeof(*hdr) && hdr->op == WIRE_CANCEL;
}

static ssize_t wait_for_packet(struct connection *conn,
			       const struct iovec *iov, size_t nr,
			       struct packet_fds *fds)
{
	ssize_t len = -EAGAIN;

	if (spin_begin(&spinners, &conn->spin)) {
		for (int i = 0; i < SPIN_TRIES && len == -EAGAIN; i++) {
			len = packet_recv(conn->sock, iov, nr, fds,
					  MSG_DONTWAIT);
		}
		spin_end(&spinners, &conn->spin, len != -EAGAIN);
	}
	return len == -EAGAIN ? packet_recv(conn->sock, iov, nr, fds, 0) : len;
}

ssize_t connection_recv(struct connection *conn, const struct iovec *iov,
			size_t nr, struct packet_fds *fds)
{
	ssize_t len;

	while (is_cancel(iov, len = wait_for_packet(conn, iov, nr, fds))) {
		packet_close(fds);
		conn->cancelled = true;
	}
	return len;
}

/* Put the received fds in their places. False: not what the flags say. */
static bool place_fds(struct connection *conn, struct packet_fds *fds)
{
	u32 flags = conn->in.hdr.flags;
	unsigned int nr = 0;

	nr += flags & WIRE_F_FD ? 1 : 0;
	nr += flags & WIRE_F_FD_ARG ? 1 : 0;
	if (fds->nr != nr) {
		packet_close(fds);
		return false;
	}
	if (flags & WIRE_F_FD) {
		conn->named_fd = fds->fd[0];
	}
	if (flags & WIRE_F_FD_ARG) {
		conn->arg_fd = fds->fd[nr - 1];
	}
	return true;
}

/* Wait for the next request. False: there is none. */
static bool receive(struct connection *conn)
{
	struct iovec iov = {&conn->in, sizeof(conn->in)};
	struct packet_fds fds;
	ssize_t len = connection_recv(conn, &iov, 1, &fds);

	if (len <= 0) {
		return false;
	}
	/* What came before the request was late for the one before. */
	conn->cancelled = false;
	conn->named_fd = conn->arg_fd = conn->reply_fd = conn->second_fd = -1;
	conn->in_size = (size_t)len;
	conn->reply = (struct wire_reply){.hdr = {.op = WIRE_REPLY}};
	conn->reply_data = NULL;
	conn->arg = (struct argument){.data = conn->in.bytes +
					      sizeof(struct wire_ioctl)};
	if (len < (ssize_t)sizeof(struct wire_hdr)) {
		packet_close(&fds);
		return false;
	}
	conn->fds_lost = fds.lost;
	if (fds.lost) {
		/* We are out of fds: nothing the program did wrong. But it
		 * thinks that it has shown us a device. */
		packet_close(&fds);
		conn->reply.ret = -ENFILE;
		return true;
	}
	return place_fds(conn, &fds);
}

static void connection_free(struct connection *conn)
{
	struct server *server = conn->server;
	int wake_fd = atomic_load(&conn->wake_fd);
	u64 one = 1;

	u64map_destroy(&conn->proved);
	request_close_fd(&wake_fd);
	close(conn->sock);
	free(conn);
	mutex_lock(&server->lock);
	server->nr_connections--;
	/* Under the lock: when the count is seen, nothing of us is left. */
	if (write(server->wake, &one, sizeof(one)) < 0) {
		debug("wake: %m");
	}
	mutex_unlock(&server->lock);
}

static void *connection_thread(void *data)
{
	struct connection *conn = data;

	set_current_task(&conn->task);
	while (!conn->broken && receive(conn)) {
		request_serve(conn);
	}
	set_current_task(NULL);
	connection_free(conn);
	return NULL;
}

/* Who is at the other end? False: somebody else's process. */
static bool identify(struct connection *conn)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(conn->sock, SOL_SOCKET, SO_PEERCRED, &peer, &size) ||
	    peer.uid != geteuid()) {
		return false;
	}
	conn->task.ops = &remote_ops;
	conn->task.pid = peer.pid;
	conn->task.fd_out = -1;
	/* A process that has no number here has no memory here either. */
	conn->no_vm = !peer.pid || getenv("UPRIME_NO_VM_ACCESS");
	return true;
}

void connection_start(struct server *server, int sock)
{
	struct connection *conn = calloc(1, sizeof(*conn));
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	if (!conn) {
		close(sock);
		return;
	}
	conn->server = server;
	conn->sock = sock;
	conn->wake_fd = -1;
	conn->sweep_at = SWEEP_MIN;
	mutex_lock(&server->lock);
	server->nr_connections++;
	mutex_unlock(&server->lock);
	if (!identify(conn)) {
		connection_free(conn);
		return;
	}
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, connection_thread, conn);
	pthread_attr_destroy(&attr);
	if (err) {
		debug("no thread for a connection: %s", strerror(err));
		connection_free(conn);
	}
}
