/* SPDX-License-Identifier: MIT */
/**
 * DOC: a request and its answer
 *
 * request_run() takes a connection, sends the request, answers what the server
 * asks back (pieces of memory, fds) and ends with the reply. A connection on
 * which anything went wrong is dropped, never put back: the next request must
 * not find half a conversation on it. All state is on the caller's stack.
 *
 * Sending can fail for reasons that are the program's and not the connection's
 * (a bad argument, a bad fd). As long as nothing was sent the request is made
 * poorer by the bad part and sent again; or, where the connection had died
 * before, sent on another. After it was sent it is never repeated.
 *
 * Signals. With SA_RESTART the system goes on waiting for the reply, and so do
 * we; without, the server is told (WIRE_CANCEL) and has the last word: it ends
 * a wait with EINTR, and everything else as if nothing had happened.
 */
#include "client.h"

/* More than the pool has connections: all may turn out dead. */
#define TRIES_MAX 300

/* What can come from the server, by its first words. */
union answer {
	struct wire_hdr hdr;
	struct wire_ask ask;
	struct wire_reply reply;
};

/* An ask never reaches the iovec of the argument, which is behind it. */
_Static_assert(sizeof(struct wire_ask) == sizeof(struct wire_reply),
	       "asks and replies have heads of the same size");

/**
 * request_init() - a request without argument and fds
 */
void request_init(struct request *rq, void *head, size_t size, uint32_t op)
{
	struct wire_hdr *hdr = head;

	*rq = (struct request){
		.head = head,
		.head_size = size,
		.fd = -1,
		.hint_fd = -1,
		.reply_fd = -1,
		.second_fd = -1,
	};
	hdr->op = op;
	hdr->flags = 0;
}

/* The ioctl's head says how many bytes follow it. */
static void drop_argument(struct request *rq)
{
	struct wire_ioctl *io = rq->head;

	io->hdr.flags |= WIRE_F_ARG_FAULT;
	io->size = 0;
	rq->arg_out = 0;
}

static int send_request(struct conn *conn, struct request *rq)
{
	struct wire_hdr *hdr = rq->head;
	bool attach =
		rq->fd >= 0 && !(rq->cookie && conn_knows(conn, rq->cookie));
	int hint_fd = rq->hint_fd, ret;
	struct packet p;

	for (;;) {
		hdr->flags &= ~(WIRE_F_FD | WIRE_F_FD_ARG);
		packet_init(&p, rq->head, rq->head_size);
		packet_add(&p, rq->arg, rq->arg_out);
		if (attach) {
			hdr->flags |= WIRE_F_FD;
			p.fds[p.nr_fds++] = rq->fd;
		}
		if (hint_fd >= 0) {
			hdr->flags |= WIRE_F_FD_ARG;
			p.fds[p.nr_fds++] = hint_fd;
		}
		ret = packet_send(conn_fd(conn), &p);
		if (ret == -EFAULT && rq->arg_out)
			drop_argument(rq);
		else if (ret == -EBADF && hint_fd >= 0)
			hint_fd = -1;
		else
			break;
	}
	if (!ret && attach && rq->cookie)
		conn_learn(conn, rq->cookie);
	return ret;
}

/* Sends a WIRE_GOT: @ret, and bytes or an fd with it. */
static int send_got(struct conn *conn, int ret, uint64_t addr, size_t len,
		    int fd)
{
	struct wire_got got = {.hdr.op = WIRE_GOT, .ret = ret};
	struct packet p;

	packet_init(&p, &got, sizeof(got));
	packet_add(&p, addr, len);
	if (fd >= 0)
		p.fds[p.nr_fds++] = fd;
	return packet_send(conn_fd(conn), &p);
}

static int got_copy_from(struct conn *conn, const struct wire_ask *ask)
{
	int ret;

	if (ask->len > WIRE_CHUNK)
		return send_got(conn, -EINVAL, 0, 0, -1);
	ret = send_got(conn, 0, ask->addr, ask->len, -1);
	if (ret == -EFAULT)
		ret = send_got(conn, -EFAULT, 0, 0, -1);
	return ret;
}

static int got_copy_to(struct conn *conn, const struct wire_ask *ask)
{
	struct packet p;
	char none;
	int ret;

	p.iov[0].iov_base = (void *)(uintptr_t)ask->addr;
	p.iov[0].iov_len = ask->len;
	p.nr_iov = 1;
	ret = packet_recv(conn_fd(conn), &p);
	if (ret == -ENOBUFS) {
		/* Take the bytes off the socket, to nowhere. */
		packet_init(&p, &none, sizeof(none));
		ret = packet_recv(conn_fd(conn), &p);
		if (ret >= 0) {
			packet_close_fds(&p);
			ret = ret ? -EFAULT : -ECONNRESET;
		}
	} else if (ret >= 0) {
		packet_close_fds(&p);
		if (!ret && ask->len)
			ret = -ECONNRESET;
	}
	if (ret < 0 && ret != -EFAULT)
		return ret;
	return send_got(conn, ret < 0 ? ret : 0, 0, 0, -1);
}

static int got_fd(struct conn *conn, const struct wire_ask *ask)
{
	int fd = ask->addr > INT_MAX ? -1 : (int)ask->addr;
	int ret = -EBADF;

	if (fd >= 0 && !own_has(fd))
		ret = send_got(conn, 0, 0, 0, fd);
	if (ret == -EBADF)
		ret = send_got(conn, -EBADF, 0, 0, -1);
	return ret;
}

/* The first fd of a packet, or -1. */
static int take_fd(struct packet *p)
{
	unsigned int i;
	int fd = p->fds[0];

	if (!p->nr_fds)
		return -1;
	p->nr_fds--;
	for (i = 0; i < p->nr_fds; i++)
		p->fds[i] = p->fds[i + 1];
	return fd;
}

static int got_install(struct conn *conn, const struct wire_ask *ask,
		       struct packet *p)
{
	int fd, ret;

	if (!p->nr_fds)
		return send_got(conn, p->fds_lost ? -EMFILE : -EBADF, 0, 0, -1);
	fd = p->fds[0];
	if (!ask->addr)
		raw_set_cloexec(fd, false);
	ret = send_got(conn, fd, 0, 0, -1);
	if (ret < 0)
		return ret;
	/* It is the program's now. */
	remote_given(take_fd(p));
	return 0;
}

static int answer_ask(struct conn *conn, const struct wire_ask *ask,
		      struct packet *p)
{
	switch (ask->hdr.op) {
	case WIRE_ASK_COPY_FROM:
		return got_copy_from(conn, ask);
	case WIRE_ASK_COPY_TO:
		return got_copy_to(conn, ask);
	case WIRE_ASK_FD:
		return got_fd(conn, ask);
	case WIRE_ASK_INSTALL:
		return got_install(conn, ask, p);
	default:
		return -EPROTO;
	}
}

static void take_reply(struct request *rq, const struct wire_reply *reply,
		       struct packet *p, bool arg_bad)
{
	rq->reply = *reply;
	rq->fd_lost = p->fds_lost && !p->nr_fds;
	rq->reply_fd = take_fd(p);
	if (((struct wire_hdr *)rq->head)->op == WIRE_POLL)
		rq->second_fd = take_fd(p);
	if (arg_bad && reply->size)
		rq->reply.ret = -EFAULT;
}

/* A handler has run which is to end what the server waits for. What was sent
 * before is read before it; if there is no room for it, many others wait to be
 * read. */
static void send_cancel(struct conn *conn)
{
	struct wire_hdr cancel = {.op = WIRE_CANCEL};
	struct packet p;

	packet_init(&p, &cancel, sizeof(cancel));
	packet_try_send(conn_fd(conn), &p);
}

/* Until the reply comes. Errors but 0 mean that the connection is lost. */
static int converse(struct conn *conn, struct request *rq)
{
	bool arg_bad = false;
	union answer answer;
	struct packet p;
	int ret;

	for (;;) {
		packet_init(&p, &answer, sizeof(answer));
		if (!arg_bad)
			packet_add(&p, rq->arg, rq->arg_in);
		ret = await_packet(conn, &p);
		if (ret == -EINTR) {
			send_cancel(conn);
			continue;
		}
		if (ret == -ENOBUFS) {
			arg_bad = true;
			continue;
		}
		if (ret == -EFAULT) {
			/* Only a reply has bytes for the argument: it was
			 * the reply that is gone. */
			rq->reply = (struct wire_reply){.ret = -EFAULT};
			return 0;
		}
		if (ret < 0)
			return ret;
		if (ret < (int)sizeof(answer)) {
			packet_close_fds(&p);
			return ret ? -EPROTO : -ECONNRESET;
		}
		if (answer.hdr.op == WIRE_REPLY) {
			take_reply(rq, &answer.reply, &p, arg_bad);
			packet_close_fds(&p);
			return 0;
		}
		ret = answer_ask(conn, &answer.ask, &p);
		packet_close_fds(&p);
		if (ret < 0)
			return ret;
	}
}

/* Whether a connection was found dead before anything was sent on it, so that
 * another may be tried. *ours: its number is still the connection's. */
static bool is_dead(int err, bool *ours)
{
	switch (err) {
	case -EPIPE:
	case -ECONNRESET:
		*ours = true;
		return true;
	case -EBADF:
	case -ENOTSOCK:
	case -ENOTCONN:
		/* Closed by a raw system call, or never was in this vfork
		 * child's table. */
		*ours = false;
		return true;
	default:
		return false;
	}
}

/* Takes a connection and sends on it. */
static int begin(struct request *rq, struct conn **conn, struct conn *spare)
{
	bool ours, fresh = false;
	int tries, ret;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		if (fresh) {
			ret = pool_spare(spare);
			*conn = spare;
		} else {
			ret = pool_take(conn, spare);
		}
		if (ret < 0)
			return ret;
		ret = send_request(*conn, rq);
		if (!ret)
			return 0;
		if (ret == -EBADF && rq->fd >= 0 && !raw_is_open(rq->fd)) {
			pool_put(*conn);
			return ret;
		}
		ours = true;
		if (!is_dead(ret, &ours)) {
			pool_drop(*conn, ours);
			return ret;
		}
		/* There the pool would give us the same one again. */
		fresh = pool_is_vfork_child();
		pool_drop(*conn, ours);
	}
	return -ENODEV;
}

/**
 * request_run() - ask the server
 * @rq: from request_init(), with what the caller wants set
 *
 * Return: 0: rq->reply, reply_fd and fd_lost are set, and reply_fd is the
 * caller's to close. Else nothing is the caller's: -EBADF (rq->fd), -ENOMEM,
 * -EMFILE, -ENFILE, or -ENODEV: there is no server (any more).
 */
int request_run(struct request *rq)
{
	struct conn *conn, spare;
	int ret;

	ret = begin(rq, &conn, &spare);
	if (ret < 0)
		goto fail;
	ret = converse(conn, rq);
	if (ret < 0) {
		pool_drop(conn, true);
		goto fail;
	}
	pool_put(conn);
	return 0;

fail:
	switch (ret) {
	case -EBADF:
		return rq->fd >= 0 && !raw_is_open(rq->fd) ? ret : -ENODEV;
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return ret;
	default:
		return -ENODEV;
	}
}

/**
 * request_ident() - ask the server what an fd is
 * @fd: any open fd
 * @ident: the answer; its name ends with a 0
 *
 * Return: 0; else as request_run(), or what the server says.
 */
int request_ident(int fd, struct wire_ident *ident)
{
	struct wire_hdr head;
	struct request rq;
	int ret;

	*ident = (struct wire_ident){.kind = WIRE_KIND_FOREIGN};
	request_init(&rq, &head, sizeof(head), WIRE_IDENT);
	rq.fd = fd;
	rq.arg = (uintptr_t)ident;
	rq.arg_in = sizeof(*ident);
	ret = request_run(&rq);
	if (ret < 0)
		return ret;
	if (rq.reply_fd >= 0)
		raw_close(rq.reply_fd);
	ident->name[sizeof(ident->name) - 1] = '\0';
	return rq.reply.ret < 0 ? rq.reply.ret : 0;
}

/**
 * request_settle() - wait until the server has noticed what was closed
 *
 * It does so before it answers anything, so it is asked what no fd is.
 */
void request_settle(void)
{
	struct wire_hdr head;
	struct request rq;

	if (!session_answers())
		return;
	request_init(&rq, &head, sizeof(head), WIRE_IDENT);
	if (!request_run(&rq) && rq.reply_fd >= 0)
		raw_close(rq.reply_fd);
}

/**
 * request_hold() - tell the server that the program waits for a dma-buf
 * @fd: the dma-buf
 * @events: POLLIN, POLLOUT: for what
 *
 * As on a kernel it lives on, then, until the fence which is in the way is
 * signalled.
 */
void request_hold(int fd, unsigned int events)
{
	struct wire_hold head = {.events = events};
	struct request rq;

	request_init(&rq, &head, sizeof(head), WIRE_HOLD);
	rq.fd = fd;
	if (!request_run(&rq) && rq.reply_fd >= 0)
		raw_close(rq.reply_fd);
}
