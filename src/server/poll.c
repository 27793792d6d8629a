/* SPDX-License-Identifier: MIT */
/**
 * DOC: dma-bufs to wait for
 *
 * A dma-buf is a file of memory to the system, which it calls always ready. A
 * program that waits for one waits on a socket instead, which is ready when
 * the dma-buf's fences say so: there is something to be read in it while nobody
 * writes the buffer, and there is room to write while nobody uses it. Both ends
 * are here as well, so that what was put in can be taken out again.
 *
 * Of the program's end it cannot be told when the last copy is closed, since
 * we have one; so it comes with a leash, an open file that hangs up when it is
 * closed. In the other direction the leash polls readable when the dma-buf is
 * gone, and the socket, which may still be waited for, is never ready again.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

/* More than half of the smallest buffer the system makes. */
#define FILLING 2048

/**
 * struct proxy - a socket that polls as a dma-buf
 */
struct proxy {
	struct anon_file leash;
	struct dma_buf_poller poller;
	int theirs;	     /* a copy of the program's end, owned; constant */
	int ours;	     /* owned; constant */
	unsigned int events; /* EPOLLIN, EPOLLOUT: as it polls now; the
				poller's lock */
};

static void set_readable(struct proxy *proxy, bool readable)
{
	char byte = 0;

	if (readable) {
		(void)!send(proxy->ours, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	} else {
		(void)!recv(proxy->theirs, &byte, 1, MSG_DONTWAIT);
	}
}

static void set_writable(struct proxy *proxy, bool writable)
{
	char filling[FILLING] = "";

	if (writable) {
		(void)!recv(proxy->ours, filling, sizeof(filling),
			    MSG_DONTWAIT);
	} else {
		(void)!send(proxy->theirs, filling, sizeof(filling),
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	}
}

static void changed(struct dma_buf_poller *poller, unsigned int events)
{
	struct proxy *proxy = container_of(poller, struct proxy, poller);
	unsigned int news = (events ^ proxy->events) & (EPOLLIN | EPOLLOUT);

	/* Whoever may write may also read: one that is ready only to be
	 * written to is known to be on its way. */
	if (news & ~events & EPOLLIN) {
		set_readable(proxy, false);
	}
	if (news & EPOLLOUT) {
		set_writable(proxy, events & EPOLLOUT);
	}
	if (news & events & EPOLLIN) {
		set_readable(proxy, true);
	}
	proxy->events = events;
	/* Not before the leash is open: who opens it has the dma-buf. */
	if (events & EPOLLHUP) {
		anon_file_set_readable(&proxy->leash);
	}
}

static void proxy_free(struct proxy *proxy)
{
	close(proxy->theirs);
	close(proxy->ours);
	kfree(proxy);
}

static void leash_release(struct anon_file *file)
{
	struct proxy *proxy = container_of(file, struct proxy, leash);

	dma_buf_poll_end(&proxy->poller);
	proxy_free(proxy);
}

static const struct anon_file_ops leash_ops = {
	.name = "leash",
	.release = leash_release,
};

static struct proxy *proxy_make(void)
{
	struct proxy *proxy = kzalloc(sizeof(*proxy), GFP_KERNEL);
	int ends[2], none = 0;

	if (!proxy) {
		return ERR_PTR(-ENOMEM);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		kfree(proxy);
		return ERR_PTR(-ENFILE);
	}
	proxy->ours = ends[0];
	proxy->theirs = ends[1];
	/* As small as the system lets it be: full with one packet. */
	setsockopt(proxy->theirs, SOL_SOCKET, SO_SNDBUF, &none, sizeof(none));
	proxy->events = EPOLLOUT;
	return proxy;
}

long call_poll(struct connection *conn)
{
	struct dma_buf *dmabuf = dma_buf_get(NAMED_FD);
	struct proxy *proxy;
	long ret = 0;

	if (IS_ERR(dmabuf)) {
		return PTR_ERR(dmabuf);
	}
	proxy = proxy_make();
	if (IS_ERR(proxy)) {
		ret = PTR_ERR(proxy);
		goto out;
	}
	conn->reply_fd = fcntl(proxy->theirs, F_DUPFD_CLOEXEC, 0);
	if (conn->reply_fd < 0) {
		proxy_free(proxy);
		ret = -ENFILE;
		goto out;
	}
	dma_buf_poll_start(dmabuf, &proxy->poller, changed);
	conn->second_fd = anon_file_open(&proxy->leash, &leash_ops);
	if (conn->second_fd < 0) {
		ret = conn->second_fd;
		request_close_fd(&conn->reply_fd);
	}
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
out:
	dma_buf_put(dmabuf);
	return ret;
}

long call_hold(struct connection *conn)
{
	struct dma_buf *dmabuf = dma_buf_get(NAMED_FD);

	if (IS_ERR(dmabuf)) {
		return PTR_ERR(dmabuf);
	}
	dma_buf_poll_hold(dmabuf, conn->in.hold.events);
	dma_buf_put(dmabuf);
	return 0;
}
