/* SPDX-License-Identifier: MIT */
/**
 * DOC: reading, writing and seeking in a device
 *
 * What is read of a device are its events; sync files and their like cannot be
 * read. What neither can do it must not do here either: bytes written would be
 * a message to the server, and a socket has no position. The text of a path
 * that the server opened is a file which nobody can write: where the path can
 * be written the server is asked to.
 */
#include "client.h"

#include <string.h>

/* Whether this is for the system to read: none of the server's, or nothing that
 * has events. If not, *device says which it is, or NULL: a sync file or the
 * like, which cannot be read. */
static bool is_plain(int fd, const struct remote **device)
{
	const struct remote *remote;

	if (!remote_has_anon() && !remote_has_events())
		return true;
	remote = remote_of(fd, NULL);
	if (!remote)
		return true;
	*device = remote->kind == WIRE_KIND_DEVICE || remote->reads_packets
			  ? remote
			  : NULL;
	return *device && !remote->reads_packets && !remote_has_events();
}

/* A dma-buf cannot be read. As its position is beyond the end, the system says
 * that nothing is left: files at their end are looked at. */
static ssize_t read_answer(int fd, ssize_t ret)
{
	return !ret && dmabuf_is_marked(fd, NULL) ? wrapper_return(-EINVAL)
						  : ret;
}

WRAPPER ssize_t read(int fd, void *buf, size_t size)
{
	const struct remote *device;

	if (is_plain(fd, &device))
		return read_answer(fd, next()->read(fd, buf, size));
	return wrapper_return(device ? event_read(fd, device, buf, size)
				     : -EINVAL);
}

WRAPPER ssize_t readv(int fd, const struct iovec *iov, int nr)
{
	const struct remote *device;

	if (is_plain(fd, &device))
		return read_answer(fd, next()->readv(fd, iov, nr));
	return wrapper_return(device ? event_readv(fd, device, iov, nr)
				     : -EINVAL);
}

/* What read() is in programs built with _FORTIFY_SOURCE. */
WRAPPER ssize_t __read_chk(int fd, void *buf, size_t len, size_t size)
{
	const struct remote *device;

	/* The C library ends the program. */
	if (len > size || is_plain(fd, &device))
		return read_answer(fd, next()->__read_chk(fd, buf, len, size));
	return wrapper_return(device ? event_read(fd, device, buf, len)
				     : -EINVAL);
}

/* The error of a write to what is not written to, or 0. */
static int write_error(int fd)
{
	const struct remote *remote = remote_of(fd, NULL);

	if (!remote)
		return 0;
	return remote->kind == WIRE_KIND_DEVICE ? -EINVAL : -EBADF;
}

/* A write to a path of the server. */
static ssize_t write_path(const char *path, uint64_t addr, size_t size)
{
	struct wire_write_path head = {.size = (uint32_t)size};
	struct request rq;
	int ret;

	if (size > WIRE_WRITE_MAX)
		return -EINVAL;
	if (memory_load(head.data, addr, size) < 0)
		return -EFAULT;
	strcpy(head.path, path);
	request_init(&rq, &head, sizeof(head), WIRE_WRITE_PATH);
	ret = request_run(&rq);
	return ret < 0 ? ret : rq.reply.ret;
}

/* What the system did not let be written. It says of a dma-buf, which cannot be
 * written, that it cannot grow; and of a text that it cannot be changed. */
static BIG_FRAME ssize_t refused(int fd, uint64_t addr, size_t size,
				 ssize_t ret)
{
	char path[WIRE_PATH_MAX];

	if (dmabuf_is_marked(fd, NULL))
		return wrapper_return(-EINVAL);
	if (ret < 0 && server_path_of_text(fd, path))
		return wrapper_return(write_path(path, addr, size));
	return ret;
}

static bool is_refused(ssize_t ret)
{
	return !ret || (ret < 0 && errno == EPERM);
}

WRAPPER ssize_t write(int fd, const void *buf, size_t size)
{
	ssize_t ret = write_error(fd);

	if (ret)
		return wrapper_return(ret);
	ret = next()->write(fd, buf, size);
	return is_refused(ret) ? refused(fd, (uintptr_t)buf, size, ret) : ret;
}

WRAPPER ssize_t writev(int fd, const struct iovec *iov, int nr)
{
	ssize_t ret = write_error(fd);

	if (ret)
		return wrapper_return(ret);
	ret = next()->writev(fd, iov, nr);
	/* The system has looked at the parts. */
	return is_refused(ret) && nr > 0 ? refused(fd, (uintptr_t)iov->iov_base,
						   iov->iov_len, ret)
					 : ret;
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
