/* SPDX-License-Identifier: MIT */
/**
 * DOC: open of a device
 *
 * A node is opened by the server, and so are the files of debugfs and sw_sync;
 * what comes back is installed in the program's table like any opened file, at
 * the lowest free number. Everything else goes on to the next layer.
 */
#include "client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What open(2) finds wrong with the flags for whatever is no directory. */
static int check_flags(int flags)
{
	if ((flags & O_TMPFILE) == O_TMPFILE && (flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	return 0;
}

/* Runs a request whose answer is an open file: its fd or -errno. */
static int open_request(struct request *rq)
{
	int ret = request_run(rq);

	if (ret < 0)
		return ret;
	ret = rq->reply.ret;
	if (ret < 0) {
		if (rq->reply_fd >= 0)
			raw_close(rq->reply_fd);
		return ret;
	}
	if (rq->reply_fd < 0)
		return rq->fd_lost ? -EMFILE : -ENODEV;
	return rq->reply_fd;
}

static int open_node(const struct node *node, int flags)
{
	struct wire_open head = {.rdev = node->rdev, .flags = (uint32_t)flags};
	struct request rq;
	int fd, ret;

	ret = check_flags(flags);
	if (ret < 0)
		return ret;
	request_init(&rq, &head, sizeof(head), WIRE_OPEN);
	fd = open_request(&rq);
	if (fd < 0)
		return fd;
	remote_enter_device(fd, node->rdev, node->ino, node->path);
	if (flags & O_NONBLOCK)
		raw_syscall(SYS_fcntl, fd, F_SETFL, O_RDWR | O_NONBLOCK);
	if (!(flags & O_CLOEXEC))
		raw_set_cloexec(fd, false);
	return fd;
}

/* Opens what the server has at a path; -ENOENT: nothing. */
static int open_server_path(const char *path, int flags)
{
	struct wire_open_path head = {.flags = (uint32_t)flags};
	struct request rq;
	int fd, ret;

	ret = check_flags(flags);
	if (ret < 0)
		return ret;
	strcpy(head.path, path);
	request_init(&rq, &head, sizeof(head), WIRE_OPEN_PATH);
	fd = open_request(&rq);
	if (fd < 0)
		return fd;
	remote_given(fd);
	if (!(flags & O_CLOEXEC))
		raw_set_cloexec(fd, false);
	return fd;
}

/* Opens what a link to one of our fds stands for: what was opened there is
 * opened anew. False: leave it to the next layer. */
static bool open_fd_link(int fd, int flags, int *ret)
{
	struct node node;

	if (node_behind(fd, &node))
		*ret = open_node(&node, flags);
	/* Dma-bufs, sync files and their like have no inode that could be
	 * opened. */
	else if (!(flags & O_DIRECTORY) &&
		 (remote_anon(fd) || dmabuf_is(fd, NULL)))
		*ret = -ENXIO;
	else
		return false;
	return true;
}

/* Not to be inlined: most paths need no such buffer. */
__attribute__((noinline)) static bool open_run(const char *path, int flags,
					       int *ret)
{
	char inside[NODE_RUN_MAX];

	if (!node_run(path, inside))
		return false;
	*ret = (int)raw_syscall(SYS_openat, AT_FDCWD, inside, flags, 0);
	return true;
}

static bool open_path(int dirfd, const char *path, int flags, int *ret)
{
	char name[WIRE_PATH_MAX];
	struct node node;

	if (open_run(path, flags, ret))
		return true;
	if (server_path_find(dirfd, path, name)) {
		*ret = open_server_path(name, flags);
		return *ret != -ENOENT;
	}
	if (!node_find(dirfd, path, &node))
		return false;
	/* "card0/" is in no directory of that name. */
	if (path[strlen(path) - 1] == '/')
		flags |= O_DIRECTORY;
	*ret = open_node(&node, flags);
	return true;
}

/* Opens what is in the system's /dev alone. umockdev would do so as well, but
 * remembers what was opened there or could not be, and ends the program when
 * that is more than fifty. */
static BIG_FRAME bool open_system_dev(const char *path, int flags, mode_t mode,
				      int *ret)
{
	const char *testbed = session_testbed();
	char inside[PATH_MAX];
	struct statx st;

	if (strncmp(path, "/dev/", 5) || !testbed[0] ||
	    snprintf(inside, sizeof(inside), "%s%s", testbed, path) >=
		    (int)sizeof(inside) ||
	    raw_syscall(SYS_statx, AT_FDCWD, inside, AT_SYMLINK_NOFOLLOW,
			STATX_TYPE, &st) != -ENOENT)
		return false;
	*ret = (int)raw_syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	return true;
}

/* Opens what is the server's. */
static bool open_servers(int dirfd, const char *path, int flags, int *ret)
{
	int fd = flags & O_NOFOLLOW ? -1 : node_fd_link(dirfd, path);

	return fd >= 0 ? open_fd_link(fd, flags, ret)
		       : open_path(dirfd, path, flags, ret);
}

/* Opens what is ours to open, or leaves @path to the next layer (false). */
static bool open_ours(int dirfd, const char *path, int flags, mode_t mode,
		      int *ret)
{
	bool ours;

	if (!session_on())
		return false;
	if (!path) {
		/* The next layer would look at it. */
		*ret = -EFAULT;
		ours = true;
	} else {
		/* An O_PATH fd is a name and no open device. */
		ours = (!(flags & O_PATH) &&
			open_servers(dirfd, path, flags, ret)) ||
		       open_system_dev(path, flags, mode, ret);
	}
	if (ours)
		*ret = (int)wrapper_return(*ret);
	return ours;
}

static bool needs_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static mode_t take_mode(int flags, va_list ap)
{
	return needs_mode(flags) ? va_arg(ap, mode_t) : 0;
}

WRAPPER int open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int ret;

	va_start(ap, flags);
	mode = take_mode(flags, ap);
	va_end(ap);
	if (open_ours(AT_FDCWD, path, flags, mode, &ret))
		return ret;
	return next()->open(path, flags, mode);
}

WRAPPER int open64(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int ret;

	va_start(ap, flags);
	mode = take_mode(flags, ap);
	va_end(ap);
	if (open_ours(AT_FDCWD, path, flags, mode, &ret))
		return ret;
	return next()->open64(path, flags, mode);
}

WRAPPER int openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int ret;

	va_start(ap, flags);
	mode = take_mode(flags, ap);
	va_end(ap);
	if (open_ours(dirfd, path, flags, mode, &ret))
		return ret;
	return next()->openat(dirfd, path, flags, mode);
}

WRAPPER int openat64(int dirfd, const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;
	int ret;

	va_start(ap, flags);
	mode = take_mode(flags, ap);
	va_end(ap);
	if (open_ours(dirfd, path, flags, mode, &ret))
		return ret;
	return next()->openat64(dirfd, path, flags, mode);
}

WRAPPER int creat(const char *path, mode_t mode)
{
	return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

WRAPPER int creat64(const char *path, mode_t mode)
{
	return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* The open(2) flags of a mode of fopen(3). */
static int stream_flags(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR
		    : mode[0] == 'r'  ? O_RDONLY
				      : O_WRONLY;

	if (mode[0] != 'r')
		flags |= O_CREAT | (mode[0] == 'a' ? O_APPEND : O_TRUNC);
	if (strchr(mode, 'e'))
		flags |= O_CLOEXEC;
	if (strchr(mode, 'x'))
		flags |= O_EXCL;
	return flags;
}

/* A stream of a device; false: leave it to the next layer. */
static bool open_stream(const char *path, const char *mode, FILE **stream)
{
	int fd;

	if (!open_ours(AT_FDCWD, path, stream_flags(mode), 0666, &fd))
		return false;
	*stream = fd < 0 ? NULL : fdopen(fd, mode);
	if (fd >= 0 && !*stream)
		raw_close(fd);
	return true;
}

WRAPPER FILE *fopen(const char *restrict path, const char *restrict mode)
{
	FILE *stream;

	return open_stream(path, mode, &stream) ? stream
						: next()->fopen(path, mode);
}

WRAPPER FILE *fopen64(const char *restrict path, const char *restrict mode)
{
	FILE *stream;

	return open_stream(path, mode, &stream) ? stream
						: next()->fopen64(path, mode);
}

/* What open() is in programs built with _FORTIFY_SOURCE. */
WRAPPER int __open_2(const char *path, int flags)
{
	int ret;

	if (!needs_mode(flags) && open_ours(AT_FDCWD, path, flags, 0, &ret))
		return ret;
	return next()->__open_2(path, flags);
}

WRAPPER int __open64_2(const char *path, int flags)
{
	int ret;

	if (!needs_mode(flags) && open_ours(AT_FDCWD, path, flags, 0, &ret))
		return ret;
	return next()->__open64_2(path, flags);
}

WRAPPER int __openat_2(int dirfd, const char *path, int flags)
{
	int ret;

	if (!needs_mode(flags) && open_ours(dirfd, path, flags, 0, &ret))
		return ret;
	return next()->__openat_2(dirfd, path, flags);
}

WRAPPER int __openat64_2(int dirfd, const char *path, int flags)
{
	int ret;

	if (!needs_mode(flags) && open_ours(dirfd, path, flags, 0, &ret))
		return ret;
	return next()->__openat64_2(dirfd, path, flags);
}
