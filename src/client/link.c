/* SPDX-License-Identifier: MIT */
/**
 * DOC: readlink of /proc/self/fd/N
 *
 * For a device it is the node's path. Who asks for it finds out in this way
 * what it was handed, so it must be a path that can be opened. For a dma-buf it
 * is what DMA_BUF_SET_NAME made of it, as people see it in a list of fds, and
 * for others their kind.
 */
#include "client.h"

#include <string.h>

#define DMABUF_PREFIX "/dmabuf:"
#define ANON_PREFIX   "anon_inode:"

/* Sets @link. False: @fd is no file of ours. */
static bool name_of(int fd, char *link)
{
	const struct remote *remote = remote_of(fd, NULL);

	if (remote) {
		strcpy(link, remote->kind == WIRE_KIND_ANON ? ANON_PREFIX : "");
		strcat(link, remote->name);
		return true;
	}
	strcpy(link, DMABUF_PREFIX);
	return dmabuf_is(fd, link + strlen(DMABUF_PREFIX));
}

/* The length that readlink() returns, or -1: it is no file of ours. */
static ssize_t link_of(int dirfd, const char *path, char *buf, size_t len)
{
	char link[sizeof(ANON_PREFIX) + NODE_PATH_MAX];
	int fd = node_fd_link(dirfd, path);
	size_t n;

	if (fd < 0 || !len || !name_of(fd, link))
		return -1;
	n = strlen(link);
	n = n < len ? n : len;
	if (memory_store((uintptr_t)buf, link, n) < 0)
		return -1;
	return (ssize_t)n;
}

WRAPPER ssize_t readlink(const char *path, char *buf, size_t len)
{
	ssize_t ret = link_of(AT_FDCWD, path, buf, len);

	return ret >= 0 ? ret : next()->readlink(path, buf, len);
}

WRAPPER ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t len)
{
	ssize_t ret = link_of(dirfd, path, buf, len);

	return ret >= 0 ? ret : next()->readlinkat(dirfd, path, buf, len);
}

/* What readlink() is in programs built with _FORTIFY_SOURCE. */
WRAPPER ssize_t __readlink_chk(const char *path, char *buf, size_t len,
			       size_t size)
{
	ssize_t ret = -1;

	if (len <= size)
		ret = link_of(AT_FDCWD, path, buf, len);
	return ret >= 0 ? ret : next()->__readlink_chk(path, buf, len, size);
}

WRAPPER ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf,
				 size_t len, size_t size)
{
	ssize_t ret = -1;

	if (len <= size)
		ret = link_of(dirfd, path, buf, len);
	return ret >= 0 ? ret
			: next()->__readlinkat_chk(dirfd, path, buf, len, size);
}
