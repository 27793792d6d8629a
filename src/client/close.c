/* SPDX-License-Identifier: MIT */
/**
 * DOC: closing around the client's own fds
 *
 * A program that closes all it does not know, as daemons do, must neither end
 * our connections nor find out about them: close() of one is EBADF, a range
 * goes around them, and a dup2() onto one moves it away first. Children of
 * vfork() that do the same change only their own table and are not hindered.
 */
#include "client.h"

#include <sys/resource.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

WRAPPER int close(int fd)
{
	if (pool_owns(fd))
		return (int)wrapper_return(-EBADF);
	return next()->close(fd);
}

static int raw_close_range(unsigned int first, unsigned int last, int flags)
{
	return (int)raw_syscall(SYS_close_range, first, last, flags);
}

/* close_range() of what is ours not. */
static int close_around(unsigned int first, unsigned int last, int flags)
{
	int ours, ret;

	while ((ours = pool_next_owned(first, last)) >= 0) {
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

WRAPPER int close_range(unsigned int first, unsigned int last, int flags)
{
	/* Ours are close-on-exec already; and bad calls are not for us. */
	if (first > last || (flags & (int)CLOSE_RANGE_CLOEXEC) ||
	    pool_next_owned(first, last) < 0) {
		if (next()->close_range)
			return next()->close_range(first, last, flags);
		return (int)wrapper_return(raw_close_range(first, last, flags));
	}
	return (int)wrapper_return(close_around(first, last, flags));
}

WRAPPER void closefrom(int low)
{
	unsigned int fd, first = low < 0 ? 0 : (unsigned int)low;
	struct rlimit limit;

	if (pool_next_owned(first, ~0U) < 0 && next()->closefrom) {
		next()->closefrom(low);
		return;
	}
	if (!close_around(first, ~0U, 0))
		return;
	/* A kernel before 5.9. */
	if (raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) < 0)
		return;
	for (fd = first; fd < limit.rlim_cur && fd < INT_MAX; fd++)
		if (!pool_owns((int)fd))
			raw_close((int)fd);
}

WRAPPER int dup2(int fd, int to)
{
	int ret;

	if (pool_owns(fd))
		return (int)wrapper_return(-EBADF);
	if (pool_owns(to) && raw_is_open(fd)) {
		ret = pool_move(to);
		if (ret < 0)
			return (int)wrapper_return(ret);
	}
	return next()->dup2(fd, to);
}

WRAPPER int dup3(int fd, int to, int flags)
{
	int ret;

	if (pool_owns(fd))
		return (int)wrapper_return(-EBADF);
	if (pool_owns(to) && raw_is_open(fd)) {
		ret = pool_move(to);
		if (ret < 0)
			return (int)wrapper_return(ret);
	}
	return next()->dup3(fd, to, flags);
}
