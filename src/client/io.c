/* SPDX-License-Identifier: MIT */
/**
 * DOC: reading, writing and seeking in a device
 *
 * read() and poll() are the socket's own, since the server sends events on it.
 * What a DRM device cannot do it must not do here either: bytes written would
 * be a message to the server, and a socket has no position.
 */
#include "client.h"

WRAPPER ssize_t write(int fd, const void *buf, size_t size)
{
	if (device_of(fd, NULL))
		return wrapper_return(-EINVAL);
	return next()->write(fd, buf, size);
}

WRAPPER ssize_t writev(int fd, const struct iovec *iov, int nr)
{
	if (device_of(fd, NULL))
		return wrapper_return(-EINVAL);
	return next()->writev(fd, iov, nr);
}

/* What the kernel says of a device's position, or a dma-buf's; 1: it depends
 * on the file. A dma-buf tells its size, and nothing else. */
static int special_seek(int fd, off64_t offset, int whence)
{
	if (device_of(fd, NULL))
		return whence < SEEK_SET || whence > SEEK_HOLE ? -EINVAL : 0;
	if (!offset && (whence == SEEK_SET || whence == SEEK_END))
		return 1;
	return dmabuf_is(fd, NULL) ? -EINVAL : 1;
}

WRAPPER off_t lseek(int fd, off_t offset, int whence)
{
	int ret = special_seek(fd, offset, whence);

	if (ret <= 0)
		return wrapper_return(ret);
	return next()->lseek(fd, offset, whence);
}

WRAPPER off64_t lseek64(int fd, off64_t offset, int whence)
{
	int ret = special_seek(fd, offset, whence);

	if (ret <= 0)
		return wrapper_return(ret);
	return next()->lseek64(fd, offset, whence);
}
