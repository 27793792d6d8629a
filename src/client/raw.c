/* SPDX-License-Identifier: MIT */
/**
 * DOC: raw system calls
 *
 * Each returns the result or -errno and leaves errno as it was. syscall(2) is
 * no cancellation point and nobody's wrapper, and that is the whole reason for
 * this file. No state, no locks.
 */
#include "client.h"

#include <stdio.h>

/**
 * raw_call() - a system call
 */
long raw_call(long nr, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long ret;

	ret = syscall(nr, a, b, c, d, e, f);
	if (ret == -1) {
		ret = -errno;
		errno = saved;
	}
	return ret;
}

/**
 * raw_close() - close an fd of the client's own
 */
int raw_close(int fd)
{
	return (int)raw_syscall(SYS_close, fd);
}

/**
 * raw_sockopt() - read an option of the socket level
 */
int raw_sockopt(int fd, int name, void *value, socklen_t size)
{
	return (int)raw_syscall(SYS_getsockopt, fd, SOL_SOCKET, name, value,
				&size);
}

/**
 * raw_cookie() - the number the kernel gave a socket
 *
 * Return: 0; -ENOTSOCK or -EBADF.
 */
int raw_cookie(int fd, uint64_t *cookie)
{
	return raw_sockopt(fd, SO_COOKIE, cookie, sizeof(*cookie));
}

/**
 * raw_is_open() - is this number an fd?
 */
bool raw_is_open(int fd)
{
	return raw_syscall(SYS_fcntl, fd, F_GETFD) >= 0;
}

/**
 * raw_set_cloexec() - set or clear close-on-exec
 */
int raw_set_cloexec(int fd, bool on)
{
	return (int)raw_syscall(SYS_fcntl, fd, F_SETFD, on ? FD_CLOEXEC : 0);
}

/**
 * raw_fd_link() - what /proc says an fd is
 *
 * Return: the length; -ENAMETOOLONG if it and a final 0 do not fit.
 */
int raw_fd_link(int fd, char *buf, size_t size)
{
	char link[32];
	long len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = raw_syscall(SYS_readlinkat, AT_FDCWD, link, buf, size);
	if (len < 0)
		return (int)len;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return (int)len;
}
