/* SPDX-License-Identifier: MIT */
/**
 * DOC: readlink and realpath of /proc/self/fd/N
 *
 * For a device it is the node's path. Who asks for it finds out in this way
 * what it was handed, so it must be a path that can be opened. For a dma-buf it
 * is what DMA_BUF_SET_NAME made of it, as people see it in a list of fds, and
 * for others their kind. Files
 * and folders in umockdev's directory are where the program opened them.
 */
#include "client.h"

#include <string.h>

#define DMABUF_PREFIX "/dmabuf:"
#define ANON_PREFIX   "anon_inode:"

/* What a link to one of our fds reads as, if it is not what the system says:
 * the length that readlink() returns, or -1. */
static __attribute__((noinline)) ssize_t link_of_fd(int fd, char *buf,
						    size_t len)
{
	char link[PATH_MAX] = DMABUF_PREFIX;
	const struct remote *anon = remote_anon(fd);
	const char *text = link;
	struct node node;
	size_t n;

	if (anon) {
		strcpy(link, ANON_PREFIX);
		strcat(link, anon->name);
	} else if (node_behind(fd, &node)) {
		text = node.path;
	} else if (server_path_of_text(fd, link)) {
		text = link;
	} else if (!dmabuf_is(fd, link + strlen(DMABUF_PREFIX))) {
		if (raw_fd_link(fd, link, sizeof(link)) < 0)
			return -1;
		text = node_outside(link);
		if (text == link)
			return -1;
	}
	n = strlen(text);
	n = n < len ? n : len;
	if (memory_store((uintptr_t)buf, text, n) < 0)
		return -1;
	return (ssize_t)n;
}

static ssize_t link_of(int dirfd, const char *path, char *buf, size_t len)
{
	int fd = node_fd_link(dirfd, path);

	return fd < 0 || !len ? -1 : link_of_fd(fd, buf, len);
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

/* The path behind a link to one of our fds: of a node, or in umockdev's
 * directory. False: ask the next layer. */
static __attribute__((noinline)) bool real_path(const char *path, char *buf,
						char **real)
{
	int fd = node_fd_link(AT_FDCWD, path);
	char link[PATH_MAX];
	ssize_t len;

	if (fd < 0)
		return false;
	len = link_of_fd(fd, link, sizeof(link) - 1);
	if (len <= 0)
		return false;
	link[len] = '\0';
	/* Which is no path. */
	if (!strncmp(link, DMABUF_PREFIX, strlen(DMABUF_PREFIX)))
		return false;
	*real = buf ? strcpy(buf, link) : strdup(link);
	return true;
}

WRAPPER char *realpath(const char *restrict path, char *restrict buf)
{
	char *real;

	return real_path(path, buf, &real) ? real : next()->realpath(path, buf);
}

WRAPPER char *canonicalize_file_name(const char *path)
{
	char *real;

	return real_path(path, NULL, &real)
		       ? real
		       : next()->canonicalize_file_name(path);
}

/* What realpath() is in programs built with _FORTIFY_SOURCE. */
WRAPPER char *__realpath_chk(const char *path, char *buf, size_t size)
{
	char *real;

	return size >= PATH_MAX && real_path(path, buf, &real)
		       ? real
		       : next()->__realpath_chk(path, buf, size);
}
