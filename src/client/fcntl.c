/* SPDX-License-Identifier: MIT */
/**
 * DOC: fcntl on a sync file
 *
 * It was opened neither to be read nor to be written, which the system calls
 * O_RDONLY; a socket is O_RDWR. All other commands are the socket's own.
 */
#include "client.h"

#include <stdarg.h>

WRAPPER int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	ret = next()->fcntl(fd, cmd, arg);
	if (cmd == F_GETFL && ret >= 0 && remote_anon(fd))
		ret &= ~O_ACCMODE;
	return ret;
}

WRAPPER int fcntl64(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	ret = next()->fcntl64(fd, cmd, arg);
	if (cmd == F_GETFL && ret >= 0 && remote_anon(fd))
		ret &= ~O_ACCMODE;
	return ret;
}
