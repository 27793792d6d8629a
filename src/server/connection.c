/* SPDX-License-Identifier: MIT */
/**
 * DOC: connections
 *
 * A connection is a socket of a program, and the program's task in the core. A
 * thread of the pool which finds it ready receives a request, carries it out
 * and replies, and then waits awake a little for the next one, while few
 * programs ask; they are told in each reply whether they should, too. A
 * program that hangs up, or breaks the protocol, ends its own connection and
 * nothing else.
 *
 * The number of connections is counted under server->lock, until everything of
 * one is freed.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

#define SWEEP_MIN 64
/* So many requests of one connection are served before others get a look. */
#define ROW_MAX 8

static struct spinners spinners;
static struct crowd crowd;
static unsigned int nr_processors; /* constant */

void connection_init(void)
{
	nr_processors = processors();
	spinners_init(&spinners, (int)nr_processors);
}

int connection_pause(struct connection *conn)
{
	int ret = conn->worker ? pool_leave(conn->worker) : 0;

	if (!ret) {
		conn->worker = NULL;
	}
	return ret;
}

void connection_risk(struct connection *conn)
{
	if (conn->worker) {
		pool_risk(conn->worker);
	}
}

void connection_safe(struct connection *conn)
{
	if (conn->worker && !pool_safe(conn->worker)) {
		conn->worker = NULL;
	}
}

void connection_send(struct connection *conn, const struct iovec *iov,
		     size_t nr, const int *fds, unsigned int nr_fds, int flags)
{
	int ret;

	if (conn->broken) {
		return;
	}
	ret = packet_send(conn->sock, iov, nr, fds, nr_fds, MSG_DONTWAIT);
	if (ret == -EAGAIN && !(flags & MSG_DONTWAIT)) {
		ret = connection_pause(conn);
		if (!ret) {
			ret = packet_send(conn->sock, iov, nr, fds, nr_fds, 0);
		}
	}
	conn->broken = ret;
}

/* The first part of every packet begins with its head. */
static bool is_cancel(const struct iovec *iov, ssize_t len)
{
	const struct wire_hdr *hdr = iov->iov_base;

	return len == sizeof(*hdr) && hdr->op == WIRE_CANCEL;
}

/* Look for a packet for a while: -EAGAIN: there is none. */
static ssize_t look_for_packet(struct connection *conn, const struct iovec *iov,
			       size_t nr, struct packet_fds *fds)
{
	const struct wire_hdr *hdr = iov->iov_base;
	ssize_t len = -EAGAIN;

	if (spin_begin(&spinners, &conn->spin)) {
		for (int i = 0; i < SPIN_TRIES && len == -EAGAIN; i++) {
			len = packet_recv(conn->sock, iov, nr, fds,
					  MSG_DONTWAIT);
		}
		spin_end(&spinners, &conn->spin,
			 len >= (ssize_t)sizeof(*hdr) &&
				 hdr->cpu != spin_here());
	}
	return len;
}

static ssize_t wait_for_packet(struct connection *conn, const struct iovec *iov,
			       size_t nr, struct packet_fds *fds)
{
	ssize_t len = look_for_packet(conn, iov, nr, fds);

	if (len != -EAGAIN) {
		return len;
	}
	len = connection_pause(conn);
	return len < 0 ? len : packet_recv(conn->sock, iov, nr, fds, 0);
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

/* A thread that waits awake, here or there, shall take a processor from nobody:
 * ours have half of them, and the programs' the others, or all while ours
 * sleep. */
static void begin_reply(struct connection *conn)
{
	unsigned int nr = crowd_count(&crowd, &conn->window);

	conn->spin.crowded = nr > max(nr_processors / 2, 1u);
	conn->reply = (struct wire_reply){
		.hdr.op = WIRE_REPLY,
		.hdr.flags = nr > nr_processors ? WIRE_F_CROWDED : 0,
	};
}

/* Take what came as the request. False: it is none. */
static bool take_request(struct connection *conn, struct packet_fds *fds)
{
	/* What came before the request was late for the one before. */
	conn->cancelled = false;
	conn->named_fd = conn->arg_fd = conn->reply_fd = conn->second_fd = -1;
	begin_reply(conn);
	conn->reply_data = NULL;
	conn->arg = (struct argument){.data = conn->in.bytes +
					      sizeof(struct wire_ioctl)};
	if (conn->in_size < sizeof(struct wire_hdr)) {
		packet_close(fds);
		return false;
	}
	conn->fds_lost = fds->lost;
	if (fds->lost) {
		/* We are out of fds: nothing the program did wrong. But it
		 * thinks that it has shown us a device. */
		packet_close(fds);
		conn->reply.ret = -ENFILE;
		return true;
	}
	return place_fds(conn, fds);
}

static void connection_free(struct connection *conn)
{
	struct server *server = conn->server;
	int wake_fd = atomic_load(&conn->wake_fd);
	bool looked = looker_free(conn);
	u64 one = 1;

	u64map_destroy(&conn->proved);
	request_close_fd(&wake_fd);
	close(conn->sock);
	free(conn);
	mutex_lock(&server->lock);
	server->nr_connections--;
	server->nr_lookers -= looked;
	/* Under the lock: when the count is seen, nothing of us is left. */
	if (write(server->wake, &one, sizeof(one)) < 0) {
		debug("wake: %m");
	}
	mutex_unlock(&server->lock);
}

/* Tell the pool when there is something to be received. From then on the
 * connection is that of who receives it. */
static int wait_for_request(struct connection *conn, int op)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLONESHOT,
		.data.ptr = conn,
	};
	int ready = conn->server->pool.ready, sock = conn->sock;

	atomic_store_explicit(&conn->waits, true, memory_order_release);
	return epoll_ctl(ready, op, sock, &event);
}

/* Wait awake for the next request, if that is in nobody's way. */
static ssize_t wait_awake(struct connection *conn, const struct iovec *iov,
			  struct packet_fds *fds)
{
	if (!conn->worker) {
		return -EAGAIN;
	}
	/* As long as it goes on like this nobody looks who else is there. */
	if (++conn->in_row % ROW_MAX == 0 &&
	    pool_is_wanted(&conn->server->pool)) {
		return -EAGAIN;
	}
	return look_for_packet(conn, iov, 1, fds);
}

/* Serve what has come and what comes soon. False: the connection is over. */
static bool serve_requests(struct connection *conn)
{
	struct iovec iov = {&conn->in, sizeof(conn->in)};
	struct packet_fds fds;
	ssize_t len = packet_recv(conn->sock, &iov, 1, &fds, MSG_DONTWAIT);

	while (len > 0) {
		if (is_cancel(&iov, len)) {
			packet_close(&fds);
			return true;
		}
		conn->in_size = (size_t)len;
		if (!take_request(conn, &fds)) {
			return false;
		}
		request_serve(conn);
		if (conn->broken) {
			return false;
		}
		len = wait_awake(conn, &iov, &fds);
	}
	return len == -EAGAIN;
}

bool connection_serve(struct connection *conn, struct worker *worker)
{
	bool stays, has_place;

	atomic_load_explicit(&conn->waits, memory_order_acquire);
	conn->worker = worker;
	set_current_task(&conn->task);
	stays = serve_requests(conn);
	set_current_task(NULL);
	has_place = conn->worker;
	if (!stays || wait_for_request(conn, EPOLL_CTL_MOD)) {
		connection_free(conn);
	}
	return has_place;
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
	unsigned int nr;

	if (!conn) {
		close(sock);
		return;
	}
	conn->server = server;
	conn->sock = sock;
	conn->wake_fd = -1;
	conn->sweep_at = SWEEP_MIN;
	mutex_lock(&server->lock);
	nr = ++server->nr_connections;
	mutex_unlock(&server->lock);
	if (!identify(conn) || pool_grow(&server->pool, nr) ||
	    wait_for_request(conn, EPOLL_CTL_ADD)) {
		connection_free(conn);
	}
}
