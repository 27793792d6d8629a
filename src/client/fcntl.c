/* SPDX-License-Identifier: MIT */
/**
 * DOC: fcntl on a sync file
 *
 * It was opened neither to be read nor to be written, which the system calls
 * O_RDONLY; a socket is O_RDWR. All other commands are the socket's own. Who
 * has no sync file pays nothing.
 */
#include "client.h"

#include <stdarg.h>

static int answer_of(int fd, int cmd, int ret)
{
	if (cmd == F_GETFL && ret >= 0 && (ret & O_ACCMODE) == O_RDWR &&
	    remote_has_anon() && remote_anon(fd))
		ret &= ~O_ACCMODE;
	return ret;
}

WRAPPER int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return answer_of(fd, cmd, next()->fcntl(fd, cmd, arg));
}

WRAPPER int fcntl64(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return answer_of(fd, cmd, next()->fcntl64(fd, cmd, arg));
}
