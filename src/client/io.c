/* SPDX-License-Identifier: MIT */
/**
 * DOC: reading, writing and seeking in a device
 *
 * read() of a device is the socket's own, since the server sends events on it;
 * sync files and their like cannot be read. What neither can do it must not do
 * here either: bytes written would be a message to the server, and a socket has
 * no position.
 */
#include "client.h"

static bool cannot_read(int fd)
{
	return remote_has_anon() && remote_anon(fd);
}

WRAPPER ssize_t read(int fd, void *buf, size_t size)
{
	if (cannot_read(fd))
		return wrapper_return(-EINVAL);
	return next()->read(fd, buf, size);
}

WRAPPER ssize_t readv(int fd, const struct iovec *iov, int nr)
{
	if (cannot_read(fd))
		return wrapper_return(-EINVAL);
	return next()->readv(fd, iov, nr);
}

/* What read() is in programs built with _FORTIFY_SOURCE. */
WRAPPER ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	if (len <= size && cannot_read(fd))
		return wrapper_return(-EINVAL);
	return next()->__read_chk(fd, buf, len, size);
}

/* The error of a write to what is not written to, or 0. */
static int write_error(int fd)
{
	const struct remote *remote = remote_of(fd, NULL);

	if (!remote)
		return 0;
	return remote->kind == WIRE_KIND_DEVICE ? -EINVAL : -EBADF;
}

WRAPPER ssize_t write(int fd, const void *buf, size_t size)
{
	int err = write_error(fd);

	return err ? wrapper_return(err) : next()->write(fd, buf, size);
}

WRAPPER ssize_t writev(int fd, const struct iovec *iov, int nr)
{
	int err = write_error(fd);

	return err ? wrapper_return(err) : next()->writev(fd, iov, nr);
}

/* What the kernel says of a device's position, or a dma-buf's; 1: it depends
 * on the file. A dma-buf tells its size, and nothing else. */
static int special_seek(int fd, off64_t offset, int whence)
{
	if (remote_device(fd))
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
