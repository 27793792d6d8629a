/* SPDX-License-Identifier: MIT */
/**
 * DOC: one connection
 *
 * Its number and what the server knows on it. The number may be changed by
 * others at any time (pool_move()), the rest belongs to who has taken the
 * connection from the pool.
 *
 * The fds are close-on-exec and lie high, so that the program's own fds get
 * the numbers they would get on a kernel: the lowest free ones.
 */
#include "client.h"

#include <sys/resource.h>

/* How far under the limit of fd numbers ours begin. */
#define FD_ROOM 64
/* No higher than this: the kernel's table is as long as the highest number,
 * and every fork copies it. */
#define FD_HIGHEST 4096

/**
 * conn_high_number() - move an fd out of the program's sight
 * @fd: closed if it could be moved
 *
 * Return: its new number, or @fd if every other was refused.
 */
int conn_high_number(int fd)
{
	struct rlimit limit;
	long top = FD_HIGHEST, base, high;

	if (!raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) &&
	    limit.rlim_cur < FD_HIGHEST)
		top = (long)limit.rlim_cur;
	for (base = top > 2 * FD_ROOM ? top - FD_ROOM : top / 2; base > fd;
	     base /= 2) {
		high = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, base);
		if (high >= 0) {
			raw_close(fd);
			return (int)high;
		}
	}
	return fd;
}

/**
 * conn_fd() - the number of a connection at this moment
 *
 * pool_move() may change it, so ask before each use.
 */
int conn_fd(struct conn *conn)
{
	return atomic_load_explicit(&conn->fd, memory_order_acquire) - 1;
}

/**
 * conn_knows() - was this device's fd sent on it?
 */
bool conn_knows(struct conn *conn, uint64_t cookie)
{
	unsigned int i;

	for (i = 0; i < CONN_COOKIES; i++)
		if (conn->cookies[i] == cookie)
			return true;
	return false;
}

/**
 * conn_learn() - remember that it was
 */
void conn_learn(struct conn *conn, uint64_t cookie)
{
	conn->cookies[conn->next_cookie++ % CONN_COOKIES] = cookie;
}
