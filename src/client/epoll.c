/* SPDX-License-Identifier: MIT */
/**
 * DOC: epoll on a dma-buf
 *
 * The system refuses files of memory (EPERM). Then the dma-buf's proxy
 * (proxy.c) is put in its place: epoll tells files apart by their number as
 * well, and each number of a dma-buf has a proxy of its own, so ENOENT and
 * EEXIST come out right by themselves, and epoll_wait() needs no help.
 */
#include "client.h"

#define EVENTS	  (EPOLLIN | EPOLLOUT)
#define MODIFIERS (EPOLLET | EPOLLONESHOT | EPOLLWAKEUP | EPOLLEXCLUSIVE)
/* The kernel tells of a dma-buf anew each time it is asked, even so. */
#define NO_EDGES (~(uint32_t)EPOLLET)
/* What a socket says and a sync file does not. */
#define SOCKET_ONLY (EPOLLRDNORM | EPOLLRDBAND | EPOLLRDHUP)

/* The server need not hear of what is ready. */
static void hold_if_busy(int fd, int proxy, uint32_t events)
{
	struct pollfd p = {.fd = proxy, .events = (short)(events & EVENTS)};
	const struct timespec now = {0};
	short pending;

	raw_syscall(SYS_ppoll, &p, 1, &now, NULL, 0);
	pending = p.events & ~p.revents;
	if (pending)
		request_hold(fd, (unsigned short)pending);
}

static int proxy_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	struct epoll_event masked;
	int proxy = proxy_of(fd), ret;

	if (proxy == -ENODEV)
		return (int)wrapper_return(-EPERM);
	/* Watches are what there is no room for. */
	if (proxy < 0)
		return (int)wrapper_return(-ENOSPC);
	if (op != EPOLL_CTL_ADD && op != EPOLL_CTL_MOD) {
		ret = next()->epoll_ctl(epfd, op, proxy, event);
		if (!ret)
			proxy_unwatched(fd);
		return ret;
	}
	masked = *event;
	masked.events &= NO_EDGES;
	/* With EPOLLEXCLUSIVE the others are an error, for all files. */
	if (!(masked.events & EPOLLEXCLUSIVE))
		masked.events &= EVENTS | MODIFIERS;
	ret = next()->epoll_ctl(epfd, op, proxy, &masked);
	if (!ret && op == EPOLL_CTL_ADD)
		proxy_watched(fd);
	if (!ret)
		hold_if_busy(fd, proxy, masked.events);
	return ret;
}

/* A sync file was put in with more than it can be waited for. */
static void mask_socket(int epfd, int fd, const struct epoll_event *event)
{
	struct epoll_event masked = *event;

	masked.events &= EPOLLIN | MODIFIERS;
	next()->epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &masked);
}

/* For a syncobj's file, as for one of memory. */
static bool cannot_be_waited_for(int fd)
{
	const struct remote *remote = remote_has_anon() ? remote_anon(fd) : NULL;

	return remote && remote->always_ready;
}

WRAPPER int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	int saved = errno, ret;

	if (op == EPOLL_CTL_ADD && cannot_be_waited_for(fd))
		return (int)wrapper_return(-EPERM);
	ret = next()->epoll_ctl(epfd, op, fd, event);
	if (ret < 0 && errno == EPERM && session_on()) {
		errno = saved;
		return proxy_ctl(epfd, op, fd, event);
	}
	if (!ret && op != EPOLL_CTL_DEL && event->events & SOCKET_ONLY &&
	    remote_anon(fd))
		mask_socket(epfd, fd, event);
	return ret;
}
