/* SPDX-License-Identifier: MIT */
/* Opening, copying and closing. */
#include "witness.h"

/* A path that was opened: a device is told. */
static int opened(int fd, int flags)
{
	struct fd_look look;

	if (fd >= 0 && !(flags & O_PATH) && ring_enter()) {
		fds_look(fd, &look);
		if (look.kind == TRACE_KIND_DEVICE) {
			fds_add(fd);
			tell(TRACE_OPEN, fd, 0, fd, (int64_t)look.rdev, flags);
		}
		ring_leave();
	}
	return fd;
}

/* Only what may name a device is looked at afterwards. */
static bool may_be_device(const char *path)
{
	return path && (strstr(path, "dri") || strstr(path, "card") ||
			strstr(path, "render") || strstr(path, "226"));
}

static bool needs_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

#define OPEN_AT(name)                                                          \
	WRAPPER int name(int dirfd, const char *path, int flags, ...)          \
	{                                                                      \
		mode_t mode = 0;                                               \
		va_list ap;                                                    \
		int fd;                                                        \
                                                                               \
		va_start(ap, flags);                                           \
		if (needs_mode(flags)) {                                       \
			mode = va_arg(ap, mode_t);                             \
		}                                                              \
		va_end(ap);                                                    \
		fd = next()->name(dirfd, path, flags, mode);                   \
		return may_be_device(path) ? opened(fd, flags) : fd;           \
	}

#define OPEN(name)                                                             \
	WRAPPER int name(const char *path, int flags, ...)                     \
	{                                                                      \
		mode_t mode = 0;                                               \
		va_list ap;                                                    \
		int fd;                                                        \
                                                                               \
		va_start(ap, flags);                                           \
		if (needs_mode(flags)) {                                       \
			mode = va_arg(ap, mode_t);                             \
		}                                                              \
		va_end(ap);                                                    \
		fd = next()->name(path, flags, mode);                          \
		return may_be_device(path) ? opened(fd, flags) : fd;           \
	}

OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

/* What open() is in programs built with _FORTIFY_SOURCE. */
#define OPEN_2(name)                                                           \
	WRAPPER int name(const char *path, int flags)                          \
	{                                                                      \
		int fd = next()->name(path, flags);                            \
                                                                               \
		return may_be_device(path) ? opened(fd, flags) : fd;           \
	}

#define OPEN_AT_2(name)                                                        \
	WRAPPER int name(int dirfd, const char *path, int flags)               \
	{                                                                      \
		int fd = next()->name(dirfd, path, flags);                     \
                                                                               \
		return may_be_device(path) ? opened(fd, flags) : fd;           \
	}

OPEN_2(__open_2)
OPEN_2(__open64_2)
OPEN_AT_2(__openat_2)
OPEN_AT_2(__openat64_2)

WRAPPER int close(int fd)
{
	struct trace_record *record = NULL;
	int ret, saved;

	if (!fds_had(fd) || !ring_enter()) {
		return next()->close(fd);
	}
	/* It takes its place before the number can be another's. */
	if (fds_has(fd)) {
		record = ring_begin(TRACE_CLOSE);
		fds_remove(fd);
	}
	ret = next()->close(fd);
	saved = errno;
	if (!record && ret) {
		record = ring_begin(TRACE_CLOSE);
	}
	if (record) {
		record->args[0] = fd;
	}
	ring_end(record, ret ? -saved : 0);
	ring_leave();
	errno = saved;
	return ret;
}

static void close_told(unsigned int first, unsigned int last)
{
	if (!ring_enter()) {
		return;
	}
	for (unsigned int fd = first; fd <= last && fd < 65536; fd++) {
		if (fds_has((int)fd)) {
			fds_remove((int)fd);
			tell(TRACE_CLOSE, 0, 0, (int64_t)fd);
		}
	}
	ring_leave();
}

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

WRAPPER int close_range(unsigned int first, unsigned int last, int flags)
{
	if (!((unsigned int)flags & CLOSE_RANGE_CLOEXEC)) {
		close_told(first, last);
	}
	return next()->close_range(first, last, flags);
}

WRAPPER void closefrom(int low)
{
	close_told(low < 0 ? 0 : (unsigned int)low, UINT32_MAX);
	next()->closefrom(low);
}

/* An fd was copied. */
static int copied(int old, int fd, bool cloexec)
{
	if (fd >= 0 && old != fd && (fds_has(old) || fds_has(fd)) &&
	    ring_enter()) {
		if (fds_has(old)) {
			fds_add(fd);
		} else {
			fds_remove(fd);
		}
		tell(TRACE_DUP, fd, 0, old, fd, cloexec);
		ring_leave();
	}
	return fd;
}

WRAPPER int dup(int fd)
{
	return copied(fd, next()->dup(fd), false);
}

WRAPPER int dup2(int fd, int to)
{
	return copied(fd, next()->dup2(fd, to), false);
}

WRAPPER int dup3(int fd, int to, int flags)
{
	return copied(fd, next()->dup3(fd, to, flags), flags & O_CLOEXEC);
}

static int controlled(int fd, int cmd, int ret)
{
	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC) {
		return copied(fd, ret, cmd == F_DUPFD_CLOEXEC);
	}
	return ret;
}

WRAPPER int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return controlled(fd, cmd, next()->fcntl(fd, cmd, arg));
}

WRAPPER int fcntl64(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return controlled(fd, cmd, next()->fcntl64(fd, cmd, arg));
}
