/* SPDX-License-Identifier: MIT */
/**
 * DOC: a node's owner, mode and times
 *
 * What is asked or changed of a node, by its path or a device's fd, is that of
 * its file in umockdev's directory, so that stat(2) shows it. The same calls
 * are led there for other files of /dev and /sys, as far as umockdev itself
 * does not. No state.
 */
#include "client.h"

#include <string.h>

/* Longest path in umockdev's directory that is asked for here. The frames of
 * the wrappers have room for one. */
#define INSIDE_MAX NODE_RUN_MAX

static bool make_inside(const char *path, char out[INSIDE_MAX])
{
	int len = snprintf(out, INSIDE_MAX, "%s%s", session_testbed(), path);

	return len > 0 && len < INSIDE_MAX;
}

static bool fd_inside(int fd, char out[INSIDE_MAX])
{
	struct node node;

	return node_behind(fd, &node) && make_inside(node.path, out);
}

/* Whether a path names a file of umockdev's directory, and which. Relative
 * ones lead there by themselves. */
static bool inside(int dirfd, const char *path, int flags, char out[INSIDE_MAX])
{
	int fd;

	if (!session_on() || !path)
		return false;
	if (!path[0])
		return flags & AT_EMPTY_PATH && fd_inside(dirfd, out);
	fd = flags & AT_SYMLINK_NOFOLLOW ? -1 : node_fd_link(dirfd, path);
	if (fd >= 0)
		return fd_inside(fd, out);
	if (!strncmp(path, "/sys/", strlen("/sys/")))
		return make_inside(path, out);
	if (node_run(path, out))
		return true;
	/* The system's other devices are there as well. */
	return !strncmp(path, "/dev/", strlen("/dev/")) &&
	       make_inside(path, out) &&
	       !raw_syscall(SYS_faccessat, AT_FDCWD, out, F_OK);
}

WRAPPER int access(const char *path, int mode)
{
	int fd = node_fd_link(AT_FDCWD, path);
	char real[INSIDE_MAX];

	if (!session_on())
		return next()->access(path, mode);
	if (!path)
		return (int)wrapper_return(-EFAULT);
	if (fd >= 0 ? fd_inside(fd, real) : node_run(path, real))
		path = real;
	return next()->access(path, mode);
}

WRAPPER int faccessat(int dirfd, const char *path, int mode, int flags)
{
	char real[INSIDE_MAX];

	if (inside(dirfd, path, flags, real))
		return next()->faccessat(AT_FDCWD, real, mode,
					 flags & ~AT_EMPTY_PATH);
	return next()->faccessat(dirfd, path, mode, flags);
}

WRAPPER int eaccess(const char *path, int mode)
{
	char real[INSIDE_MAX];

	return next()->eaccess(inside(AT_FDCWD, path, 0, real) ? real : path,
			       mode);
}

WRAPPER int euidaccess(const char *path, int mode)
{
	return eaccess(path, mode);
}

WRAPPER int fchmod(int fd, mode_t mode)
{
	char real[INSIDE_MAX];

	/* Not through a mere path (O_PATH). */
	if (remote_device(fd) && fd_inside(fd, real))
		return next()->fchmodat(AT_FDCWD, real, mode, 0);
	return next()->fchmod(fd, mode);
}

WRAPPER int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	char real[INSIDE_MAX];

	if (inside(dirfd, path, flags, real))
		return next()->fchmodat(AT_FDCWD, real, mode,
					flags & ~AT_EMPTY_PATH);
	return next()->fchmodat(dirfd, path, mode, flags);
}

WRAPPER int chown(const char *path, uid_t uid, gid_t gid)
{
	char real[INSIDE_MAX];

	return next()->chown(inside(AT_FDCWD, path, 0, real) ? real : path, uid,
			     gid);
}

WRAPPER int lchown(const char *path, uid_t uid, gid_t gid)
{
	char real[INSIDE_MAX];

	return next()->lchown(
		inside(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, real) ? real : path,
		uid, gid);
}

WRAPPER int fchown(int fd, uid_t uid, gid_t gid)
{
	char real[INSIDE_MAX];

	if (remote_device(fd) && fd_inside(fd, real))
		return next()->chown(real, uid, gid);
	return next()->fchown(fd, uid, gid);
}

WRAPPER int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid,
		     int flags)
{
	char real[INSIDE_MAX];

	if (inside(dirfd, path, flags, real))
		return next()->fchownat(AT_FDCWD, real, uid, gid,
					flags & ~AT_EMPTY_PATH);
	return next()->fchownat(dirfd, path, uid, gid, flags);
}

WRAPPER int futimens(int fd, const struct timespec times[2])
{
	char real[INSIDE_MAX];

	if (remote_device(fd) && fd_inside(fd, real))
		return next()->utimensat(AT_FDCWD, real, times, 0);
	return next()->futimens(fd, times);
}

WRAPPER int utimensat(int dirfd, const char *path,
		      const struct timespec times[2], int flags)
{
	char real[INSIDE_MAX];

	if (inside(dirfd, path, flags, real))
		return next()->utimensat(AT_FDCWD, real, times,
					 flags & ~AT_EMPTY_PATH);
	return next()->utimensat(dirfd, path, times, flags);
}

WRAPPER int utime(const char *path, const struct utimbuf *times)
{
	char real[INSIDE_MAX];

	return next()->utime(inside(AT_FDCWD, path, 0, real) ? real : path,
			     times);
}

WRAPPER int utimes(const char *path, const struct timeval times[2])
{
	char real[INSIDE_MAX];

	return next()->utimes(inside(AT_FDCWD, path, 0, real) ? real : path,
			      times);
}

WRAPPER int futimes(int fd, const struct timeval times[2])
{
	char real[INSIDE_MAX];

	if (remote_device(fd) && fd_inside(fd, real))
		return next()->utimes(real, times);
	return next()->futimes(fd, times);
}
