/* SPDX-License-Identifier: MIT */
/**
 * DOC: stat of an open file of the server's
 *
 * The answer for a device is that of stat() on the node's path, asked of the
 * next layer, so that both agree in every field. If the path is out of reach by
 * now (chroot), what the server said of the node has to do.
 *
 * All sync files and their like have one inode, as everything has that the
 * system makes for an fd alone: it is asked what that is.
 */
#include "client.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>

/* The mode of the one inode; later systems say more than the kernel of our
 * specification. */
#define ANON_MODE 0600

/* What is behind /proc/self/fd/N. */
static const struct remote *remote_behind(int dirfd, const char *path)
{
	int fd = session_on() ? node_fd_link(dirfd, path) : -1;

	return fd >= 0 ? remote_of(fd, NULL) : NULL;
}

static const struct remote *remote_at(int dirfd, const char *path, int flags)
{
	if (path && path[0])
		return flags & AT_SYMLINK_NOFOLLOW ? NULL
						   : remote_behind(dirfd, path);
	return flags & AT_EMPTY_PATH ? remote_of(dirfd, NULL) : NULL;
}

/* A file with the one inode, the caller's. */
static int open_anon(void)
{
	return (int)raw_syscall(SYS_eventfd2, 0, EFD_CLOEXEC);
}

static int remote_stat(const struct remote *remote, struct stat *st)
{
	int saved = errno, fd, ret;

	if (remote->kind == WIRE_KIND_ANON) {
		fd = open_anon();
		if (fd < 0)
			return (int)wrapper_return(fd);
		ret = next()->fstat(fd, st);
		if (!ret)
			st->st_mode = ANON_MODE;
		raw_close(fd);
		return ret;
	}
	if (next()->stat(remote->name, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFCHR | 0666;
		st->st_nlink = 1;
		st->st_rdev = remote->rdev;
		st->st_ino = remote->ino;
		errno = saved;
	}
	return 0;
}

static int remote_stat64(const struct remote *remote, struct stat64 *st)
{
	int saved = errno, fd, ret;

	if (remote->kind == WIRE_KIND_ANON) {
		fd = open_anon();
		if (fd < 0)
			return (int)wrapper_return(fd);
		ret = next()->fstat64(fd, st);
		if (!ret)
			st->st_mode = ANON_MODE;
		raw_close(fd);
		return ret;
	}
	if (next()->stat64(remote->name, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFCHR | 0666;
		st->st_nlink = 1;
		st->st_rdev = remote->rdev;
		st->st_ino = remote->ino;
		errno = saved;
	}
	return 0;
}

WRAPPER int stat(const char *restrict path, struct stat *restrict st)
{
	const struct remote *remote = remote_behind(AT_FDCWD, path);

	return remote ? remote_stat(remote, st) : next()->stat(path, st);
}

WRAPPER int stat64(const char *restrict path, struct stat64 *restrict st)
{
	const struct remote *remote = remote_behind(AT_FDCWD, path);

	return remote ? remote_stat64(remote, st) : next()->stat64(path, st);
}

WRAPPER int fstat(int fd, struct stat *st)
{
	const struct remote *remote = remote_of(fd, NULL);

	return remote ? remote_stat(remote, st) : next()->fstat(fd, st);
}

WRAPPER int fstat64(int fd, struct stat64 *st)
{
	const struct remote *remote = remote_of(fd, NULL);

	return remote ? remote_stat64(remote, st) : next()->fstat64(fd, st);
}

WRAPPER int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	const struct remote *remote = remote_at(dirfd, path, flags);

	return remote ? remote_stat(remote, st)
		      : next()->fstatat(dirfd, path, st, flags);
}

WRAPPER int fstatat64(int dirfd, const char *path, struct stat64 *st, int flags)
{
	const struct remote *remote = remote_at(dirfd, path, flags);

	return remote ? remote_stat64(remote, st)
		      : next()->fstatat64(dirfd, path, st, flags);
}

/* What programs built before glibc 2.33 call. */
WRAPPER int __fxstat(int ver, int fd, struct stat *st)
{
	const struct remote *remote = remote_of(fd, NULL);

	return remote ? remote_stat(remote, st) : next()->__fxstat(ver, fd, st);
}

WRAPPER int __fxstat64(int ver, int fd, struct stat64 *st)
{
	const struct remote *remote = remote_of(fd, NULL);

	return remote ? remote_stat64(remote, st)
		      : next()->__fxstat64(ver, fd, st);
}

WRAPPER int __fxstatat(int ver, int dirfd, const char *path, struct stat *st,
		       int flags)
{
	const struct remote *remote = remote_at(dirfd, path, flags);

	return remote ? remote_stat(remote, st)
		      : next()->__fxstatat(ver, dirfd, path, st, flags);
}

WRAPPER int __fxstatat64(int ver, int dirfd, const char *path,
			 struct stat64 *st, int flags)
{
	const struct remote *remote = remote_at(dirfd, path, flags);

	return remote ? remote_stat64(remote, st)
		      : next()->__fxstatat64(ver, dirfd, path, st, flags);
}

WRAPPER int statx(int dirfd, const char *restrict path, int flags,
		  unsigned int mask, struct statx *restrict st)
{
	const struct remote *remote = remote_at(dirfd, path, flags);
	int saved = errno, fd, ret;

	if (!remote)
		return next()->statx(dirfd, path, flags, mask, st);
	if (remote->kind == WIRE_KIND_ANON) {
		fd = open_anon();
		if (fd < 0)
			return (int)wrapper_return(fd);
		ret = next()->statx(fd, "", flags | AT_EMPTY_PATH, mask, st);
		if (!ret)
			st->stx_mode = ANON_MODE;
		raw_close(fd);
		return ret;
	}
	if (next()->statx(AT_FDCWD, remote->name, flags & ~AT_EMPTY_PATH, mask,
			  st) < 0) {
		if (errno == EFAULT || errno == EINVAL)
			return -1;
		memset(st, 0, sizeof(*st));
		st->stx_mask =
			STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO;
		st->stx_mode = S_IFCHR | 0666;
		st->stx_nlink = 1;
		st->stx_rdev_major = major(remote->rdev);
		st->stx_rdev_minor = minor(remote->rdev);
		st->stx_ino = remote->ino;
		errno = saved;
	}
	return 0;
}
