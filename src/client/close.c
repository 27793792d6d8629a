/* SPDX-License-Identifier: MIT */
/**
 * DOC: closing around the client's own fds
 *
 * A program that closes all it does not know, as daemons do, must neither end
 * our connections nor find out about them: close() of one is EBADF, a range
 * goes around them, and a dup2() onto one moves it away first. Children of
 * vfork() that do the same change only their own table and are not hindered.
 *
 * A dma-buf's number that is closed takes its proxy along, unless it is still
 * waited for (proxy.c). The proxy is taken before, since after the close the
 * number may be somebody else's.
 */
#include "client.h"

#include <sys/resource.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* With a device its fences go, which those see who wait without asking the
 * server. Nobody can where nothing was waited for yet. */
static bool may_end_fences(int fd)
{
	return (remote_has_anon() || proxy_any()) && remote_device(fd);
}

static void end_proxies(unsigned int first, unsigned int last)
{
	struct proxy proxy;
	int fd;

	while ((fd = proxy_next(first, last)) >= 0) {
		if (proxy_take(fd, &proxy))
			proxy_end(fd, &proxy);
		first = (unsigned int)fd + 1;
	}
}

static void range_closing(unsigned int first, unsigned int last)
{
	end_proxies(first, last);
	lease_closing(first, last);
	remote_closing(first, last);
}

static void number_closing(int fd)
{
	if (fd < 0)
		return;
	lease_closing((unsigned int)fd, (unsigned int)fd);
	remote_closing((unsigned int)fd, (unsigned int)fd);
}

static void number_closed(int fd)
{
	if (fd >= 0)
		remote_closing((unsigned int)fd, (unsigned int)fd);
}

WRAPPER int close(int fd)
{
	struct proxy proxy;
	bool taken, settles;
	int ret;

	if (own_has(fd))
		return (int)wrapper_return(-EBADF);
	number_closing(fd);
	settles = may_end_fences(fd);
	taken = proxy_take(fd, &proxy);
	ret = next()->close(fd);
	number_closed(fd);
	if (taken)
		proxy_end(fd, &proxy);
	if (settles) {
		request_settle();
		proxy_collect();
	}
	return ret;
}

static int raw_close_range(unsigned int first, unsigned int last, int flags)
{
	return (int)raw_syscall(SYS_close_range, first, last, flags);
}

/* close_range() of what is ours not. */
static int close_around(unsigned int first, unsigned int last, int flags)
{
	int ours, ret;

	while ((ours = own_next(first, last)) >= 0) {
		if ((unsigned int)ours > first) {
			ret = raw_close_range(first, (unsigned int)ours - 1,
					      flags);
			if (ret < 0)
				return ret;
		}
		if ((unsigned int)ours == last)
			return 0;
		first = (unsigned int)ours + 1;
	}
	return raw_close_range(first, last, flags);
}

static int close_range_as_asked(unsigned int first, unsigned int last,
				int flags)
{
	/* Ours are close-on-exec already; and bad calls are not for us. */
	if (first > last || (flags & (int)CLOSE_RANGE_CLOEXEC) ||
	    own_next(first, last) < 0) {
		if (next()->close_range)
			return next()->close_range(first, last, flags);
		return (int)wrapper_return(raw_close_range(first, last, flags));
	}
	return (int)wrapper_return(close_around(first, last, flags));
}

WRAPPER int close_range(unsigned int first, unsigned int last, int flags)
{
	int ret;

	if (!flags)
		range_closing(first, last);
	ret = close_range_as_asked(first, last, flags);
	remote_closing(first, last);
	return ret;
}

WRAPPER void closefrom(int low)
{
	unsigned int fd, first = low < 0 ? 0 : (unsigned int)low;
	struct rlimit limit;

	range_closing(first, ~0U);
	if (own_next(first, ~0U) < 0 && next()->closefrom) {
		next()->closefrom(low);
		return;
	}
	if (!close_around(first, ~0U, 0))
		return;
	/* A kernel before 5.9. */
	if (raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) < 0)
		return;
	for (fd = first; fd < limit.rlim_cur && fd < INT_MAX; fd++)
		if (!own_has((int)fd))
			raw_close((int)fd);
}

/* Moves what is ours away from a number that the program wants. */
static int make_way(int fd)
{
	int ret;

	/* In a vfork child the table that dup2 changes is not ours. */
	if (!own_has(fd) || pool_is_vfork_child())
		return 0;
	ret = pool_move(fd);
	if (!ret)
		ret = proxy_move(fd);
	if (!ret)
		ret = lease_move(fd);
	if (!ret)
		own_remove(fd);
	return ret;
}

static int dup_onto(int fd, int to, int flags, bool is_dup3)
{
	struct proxy proxy;
	bool taken = false;
	int ret;

	if (own_has(fd))
		return (int)wrapper_return(-EBADF);
	if (raw_is_open(fd)) {
		ret = make_way(to);
		if (ret < 0)
			return (int)wrapper_return(ret);
		if (fd != to)
			number_closing(to);
		taken = fd != to && proxy_take(to, &proxy);
	}
	ret = is_dup3 ? next()->dup3(fd, to, flags) : next()->dup2(fd, to);
	number_closed(to);
	if (taken && ret < 0)
		proxy_put_back(to, &proxy);
	else if (taken)
		proxy_end(to, &proxy);
	return ret;
}

WRAPPER int dup2(int fd, int to)
{
	return dup_onto(fd, to, 0, false);
}

WRAPPER int dup3(int fd, int to, int flags)
{
	return dup_onto(fd, to, flags, true);
}
