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

/* A dma-buf cannot be read. As its position is beyond the end, the system says
 * that nothing is left: files at their end are looked at. A device has no end,
 * but an input device can be taken away. */
static ssize_t read_answer(int fd, size_t size, ssize_t ret)
{
	if (ret)
		return ret;
	if (dmabuf_is_marked(fd, NULL))
		return wrapper_return(-EINVAL);
	return size && remote_device(fd) ? wrapper_return(-ENODEV) : 0;
}

WRAPPER ssize_t read(int fd, void *buf, size_t size)
{
	if (cannot_read(fd))
		return wrapper_return(-EINVAL);
	return read_answer(fd, size, next()->read(fd, buf, size));
}

WRAPPER ssize_t readv(int fd, const struct iovec *iov, int nr)
{
	if (cannot_read(fd))
		return wrapper_return(-EINVAL);
	return read_answer(fd, nr, next()->readv(fd, iov, nr));
}

/* What read() is in programs built with _FORTIFY_SOURCE. */
WRAPPER ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	if (len <= size && cannot_read(fd))
		return wrapper_return(-EINVAL);
	return read_answer(fd, len, next()->__read_chk(fd, buf, len, size));
}

/* The error of a write to what is not written to, or 0. */
static int write_error(int fd)
{
	const struct remote *remote = remote_of(fd, NULL);

	if (!remote)
		return 0;
	return remote->kind == WIRE_KIND_DEVICE ? -EINVAL : -EBADF;
}

/* Nor can a dma-buf be written. The system says that it cannot grow. */
static ssize_t write_answer(int fd, ssize_t ret)
{
	if (ret > 0 || (ret < 0 && errno != EPERM) ||
	    !dmabuf_is_marked(fd, NULL))
		return ret;
	return wrapper_return(-EINVAL);
}

WRAPPER ssize_t write(int fd, const void *buf, size_t size)
{
	int err = write_error(fd);

	return err ? wrapper_return(err)
		   : write_answer(fd, next()->write(fd, buf, size));
}

WRAPPER ssize_t writev(int fd, const struct iovec *iov, int nr)
{
	int err = write_error(fd);

	return err ? wrapper_return(err)
		   : write_answer(fd, next()->writev(fd, iov, nr));
}

/* Whether the kernel has a position of its own for this file. If not, *ret is
 * what it says. That of a device is always 0. A dma-buf tells its size, and
 * nothing else; its position is not the program's to move. */
static bool has_position(int fd, off64_t offset, int whence, off64_t *ret)
{
	bool known = !offset && (whence == SEEK_SET || whence == SEEK_END);
	int64_t size;

	if (remote_device(fd)) {
		*ret = whence < SEEK_SET || whence > SEEK_HOLE ? -EINVAL : 0;
		return false;
	}
	if (known && dmabuf_is_marked(fd, &size)) {
		*ret = whence == SEEK_END ? size : 0;
		return false;
	}
	*ret = -EINVAL;
	return known || !dmabuf_is(fd, NULL);
}

WRAPPER off_t lseek(int fd, off_t offset, int whence)
{
	off64_t ret;

	if (!has_position(fd, offset, whence, &ret))
		return wrapper_return(ret);
	return next()->lseek(fd, offset, whence);
}

WRAPPER off64_t lseek64(int fd, off64_t offset, int whence)
{
	off64_t ret;

	if (!has_position(fd, offset, whence, &ret))
		return wrapper_return(ret);
	return next()->lseek64(fd, offset, whence);
}
