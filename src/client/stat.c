/* SPDX-License-Identifier: MIT */
/**
 * DOC: stat of an open device
 *
 * The answer is that of stat() on the node's path, asked of the next layer, so
 * that both agree in every field. If the path is out of reach by now (chroot),
 * what the server said of the node has to do.
 */
#include "client.h"

#include <string.h>
#include <sys/sysmacros.h>

/* The device behind /proc/self/fd/N. */
static const struct device *device_behind(int dirfd, const char *path)
{
	int fd = session_on() ? node_fd_link(dirfd, path) : -1;

	return fd >= 0 ? device_of(fd, NULL) : NULL;
}

static const struct device *device_at(int dirfd, const char *path, int flags)
{
	if (path && path[0])
		return flags & AT_SYMLINK_NOFOLLOW
			       ? NULL
			       : device_behind(dirfd, path);
	return flags & AT_EMPTY_PATH ? device_of(dirfd, NULL) : NULL;
}

static int device_stat(const struct device *dev, struct stat *st)
{
	int saved = errno;

	if (next()->stat(dev->path, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFCHR | 0666;
		st->st_nlink = 1;
		st->st_rdev = dev->rdev;
		st->st_ino = dev->ino;
		errno = saved;
	}
	return 0;
}

static int device_stat64(const struct device *dev, struct stat64 *st)
{
	int saved = errno;

	if (next()->stat64(dev->path, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = S_IFCHR | 0666;
		st->st_nlink = 1;
		st->st_rdev = dev->rdev;
		st->st_ino = dev->ino;
		errno = saved;
	}
	return 0;
}

WRAPPER int stat(const char *restrict path, struct stat *restrict st)
{
	const struct device *dev = device_behind(AT_FDCWD, path);

	return dev ? device_stat(dev, st) : next()->stat(path, st);
}

WRAPPER int stat64(const char *restrict path, struct stat64 *restrict st)
{
	const struct device *dev = device_behind(AT_FDCWD, path);

	return dev ? device_stat64(dev, st) : next()->stat64(path, st);
}

WRAPPER int fstat(int fd, struct stat *st)
{
	const struct device *dev = device_of(fd, NULL);

	return dev ? device_stat(dev, st) : next()->fstat(fd, st);
}

WRAPPER int fstat64(int fd, struct stat64 *st)
{
	const struct device *dev = device_of(fd, NULL);

	return dev ? device_stat64(dev, st) : next()->fstat64(fd, st);
}

WRAPPER int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	const struct device *dev = device_at(dirfd, path, flags);

	return dev ? device_stat(dev, st)
		   : next()->fstatat(dirfd, path, st, flags);
}

WRAPPER int fstatat64(int dirfd, const char *path, struct stat64 *st, int flags)
{
	const struct device *dev = device_at(dirfd, path, flags);

	return dev ? device_stat64(dev, st)
		   : next()->fstatat64(dirfd, path, st, flags);
}

/* What programs built before glibc 2.33 call. */
WRAPPER int __fxstat(int ver, int fd, struct stat *st)
{
	const struct device *dev = device_of(fd, NULL);

	return dev ? device_stat(dev, st) : next()->__fxstat(ver, fd, st);
}

WRAPPER int __fxstat64(int ver, int fd, struct stat64 *st)
{
	const struct device *dev = device_of(fd, NULL);

	return dev ? device_stat64(dev, st) : next()->__fxstat64(ver, fd, st);
}

WRAPPER int __fxstatat(int ver, int dirfd, const char *path, struct stat *st,
		       int flags)
{
	const struct device *dev = device_at(dirfd, path, flags);

	return dev ? device_stat(dev, st)
		   : next()->__fxstatat(ver, dirfd, path, st, flags);
}

WRAPPER int __fxstatat64(int ver, int dirfd, const char *path,
			 struct stat64 *st, int flags)
{
	const struct device *dev = device_at(dirfd, path, flags);

	return dev ? device_stat64(dev, st)
		   : next()->__fxstatat64(ver, dirfd, path, st, flags);
}

WRAPPER int statx(int dirfd, const char *restrict path, int flags,
		  unsigned int mask, struct statx *restrict st)
{
	const struct device *dev = device_at(dirfd, path, flags);
	int saved = errno;

	if (!dev)
		return next()->statx(dirfd, path, flags, mask, st);
	if (next()->statx(AT_FDCWD, dev->path, flags & ~AT_EMPTY_PATH, mask,
			  st) < 0) {
		if (errno == EFAULT || errno == EINVAL)
			return -1;
		memset(st, 0, sizeof(*st));
		st->stx_mask =
			STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO;
		st->stx_mode = S_IFCHR | 0666;
		st->stx_nlink = 1;
		st->stx_rdev_major = major(dev->rdev);
		st->stx_rdev_minor = minor(dev->rdev);
		st->stx_ino = dev->ino;
		errno = saved;
	}
	return 0;
}
