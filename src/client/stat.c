/* SPDX-License-Identifier: MIT */
/**
 * DOC: stat of an open file of the server's
 *
 * Whether it is named by an fd or by a path, which may be relative, lead over
 * links or be that of an fd in /proc: the answer is that of stat() on the
 * node's own path, asked of the next layer, so that all agree in every field.
 * If that is out of reach by now (chroot), what the server said of the node
 * has to do. That it is a character device, and its number, we know better.
 *
 * All sync files and their like have one inode, as everything has that the
 * system makes for an fd alone: it is asked what that is.
 */
#include "client.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>

#define STAT_FLAGS                                                             \
	(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH |               \
	 AT_STATX_SYNC_TYPE)

/* The mode of the one inode; later systems say more than the kernel of our
 * specification. */
#define ANON_MODE 0600

/* Is it the server's? A node without a path is a sync file or the like. */
static bool fd_is_ours(int fd, struct node *node)
{
	uint64_t cookie;

	/* Nearly all fds: one system call. */
	if (!session_on() || raw_cookie(fd, &cookie) == -ENOTSOCK)
		return false;
	if (!remote_anon(fd))
		return node_behind(fd, node);
	node->path[0] = '\0';
	return true;
}

/* Is it the server's, in whatever way it is named? */
static bool is_ours(int dirfd, const char *path, int flags, struct node *node)
{
	int fd;

	if (!session_on())
		return false;
	if (!path[0])
		return flags & AT_EMPTY_PATH && fd_is_ours(dirfd, node);
	if (flags & AT_SYMLINK_NOFOLLOW)
		return node_find_nofollow(dirfd, path, node);
	fd = node_fd_link(dirfd, path);
	return fd >= 0 ? fd_is_ours(fd, node) : node_find(dirfd, path, node);
}

/* A file with the one inode, the caller's. */
static int open_anon(void)
{
	return (int)raw_syscall(SYS_eventfd2, 0, EFD_CLOEXEC);
}

#define ANON_STAT(fstat_call, st, mode)                                        \
	do {                                                                   \
		int fd = open_anon(), ret;                                     \
                                                                               \
		if (fd < 0)                                                    \
			return (int)wrapper_return(fd);                        \
		ret = fstat_call;                                              \
		if (!ret)                                                      \
			(st)->mode = ANON_MODE;                                \
		raw_close(fd);                                                 \
		return ret;                                                    \
	} while (0)

static int anon_stat(struct stat *st)
{
	ANON_STAT(next()->fstat(fd, st), st, st_mode);
}

static int anon_stat64(struct stat64 *st)
{
	ANON_STAT(next()->fstat64(fd, st), st, st_mode);
}

static int anon_statx(int flags, unsigned int mask, struct statx *st)
{
	ANON_STAT(next()->statx(fd, "", flags | AT_EMPTY_PATH, mask, st), st,
		  stx_mode);
}

static int node_stat(const struct node *node, struct stat *st)
{
	int saved = errno;

	if (!node->path[0])
		return anon_stat(st);
	if (next()->stat(node->path, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = 0666;
		st->st_nlink = 1;
		st->st_ino = node->ino;
		errno = saved;
	}
	st->st_mode = S_IFCHR | (st->st_mode & ~(mode_t)S_IFMT);
	st->st_rdev = node->rdev;
	return 0;
}

static int node_stat64(const struct node *node, struct stat64 *st)
{
	int saved = errno;

	if (!node->path[0])
		return anon_stat64(st);
	if (next()->stat64(node->path, st) < 0) {
		if (errno == EFAULT)
			return -1;
		memset(st, 0, sizeof(*st));
		st->st_mode = 0666;
		st->st_nlink = 1;
		st->st_ino = node->ino;
		errno = saved;
	}
	st->st_mode = S_IFCHR | (st->st_mode & ~(mode_t)S_IFMT);
	st->st_rdev = node->rdev;
	return 0;
}

/* What the next layer would not survive, or not see. */
static bool is_bad(int dirfd, const char *path, int flags, int *ret)
{
	struct node node;

	if (!session_on())
		return false;
	if (!path)
		*ret = -EFAULT;
	else if (flags & ~STAT_FLAGS)
		*ret = -EINVAL;
	/* "card0/" is in no directory of that name. */
	else if (path[0] && path[strlen(path) - 1] == '/' &&
		 node_find(dirfd, path, &node))
		*ret = -ENOTDIR;
	else
		return false;
	*ret = (int)wrapper_return(*ret);
	return true;
}

/* The text of a file of debugfs is a nameless file: then @st is that of the
 * path where it was opened. */
#define STAT_TEXT(fd, st, next_stat)                                           \
	do {                                                                   \
		char text[WIRE_PATH_MAX];                                      \
                                                                               \
		if (S_ISREG((st)->st_mode) && !(st)->st_nlink &&               \
		    server_path_of_text(fd, text))                                \
			return next_stat(text, st);                            \
	} while (0)

#define STAT_AT(dirfd, path, st, flags, node_stat, next_stat, next_call)                \
	do {                                                                   \
		struct node node;                                              \
		int ret;                                                       \
                                                                               \
		if (is_bad(dirfd, path, flags, &ret))                          \
			return ret;                                            \
		if (is_ours(dirfd, path, flags, &node))                        \
			return node_stat(&node, st);                           \
		ret = next_call;                                               \
		if (!ret && !path[0])                                          \
			STAT_TEXT(dirfd, st, next_stat);                       \
		return ret;                                                    \
	} while (0)

#define STAT_FD(fd, st, node_stat, next_stat, next_call)                       \
	do {                                                                   \
		struct node node;                                              \
		int ret;                                                       \
                                                                               \
		if (fd_is_ours(fd, &node))                                     \
			return node_stat(&node, st);                           \
		ret = next_call;                                               \
		if (!ret)                                                      \
			STAT_TEXT(fd, st, next_stat);                          \
		return ret;                                                    \
	} while (0)

WRAPPER int stat(const char *restrict path, struct stat *restrict st)
{
	STAT_AT(AT_FDCWD, path, st, 0, node_stat, next()->stat, next()->stat(path, st));
}

WRAPPER int stat64(const char *restrict path, struct stat64 *restrict st)
{
	STAT_AT(AT_FDCWD, path, st, 0, node_stat64, next()->stat64, next()->stat64(path, st));
}

WRAPPER int lstat(const char *restrict path, struct stat *restrict st)
{
	STAT_AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW, node_stat, next()->stat,
		next()->lstat(path, st));
}

WRAPPER int lstat64(const char *restrict path, struct stat64 *restrict st)
{
	STAT_AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW, node_stat64, next()->stat64,
		next()->lstat64(path, st));
}

WRAPPER int fstat(int fd, struct stat *st)
{
	STAT_FD(fd, st, node_stat, next()->stat, next()->fstat(fd, st));
}

WRAPPER int fstat64(int fd, struct stat64 *st)
{
	STAT_FD(fd, st, node_stat64, next()->stat64, next()->fstat64(fd, st));
}

WRAPPER int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	STAT_AT(dirfd, path, st, flags, node_stat, next()->stat,
		next()->fstatat(dirfd, path, st, flags));
}

WRAPPER int fstatat64(int dirfd, const char *path, struct stat64 *st, int flags)
{
	STAT_AT(dirfd, path, st, flags, node_stat64, next()->stat64,
		next()->fstatat64(dirfd, path, st, flags));
}

/* What programs built before glibc 2.33 call. */
WRAPPER int __xstat(int ver, const char *path, struct stat *st)
{
	STAT_AT(AT_FDCWD, path, st, 0, node_stat, next()->stat,
		next()->__xstat(ver, path, st));
}

WRAPPER int __xstat64(int ver, const char *path, struct stat64 *st)
{
	STAT_AT(AT_FDCWD, path, st, 0, node_stat64, next()->stat64,
		next()->__xstat64(ver, path, st));
}

WRAPPER int __lxstat(int ver, const char *path, struct stat *st)
{
	STAT_AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW, node_stat, next()->stat,
		next()->__lxstat(ver, path, st));
}

WRAPPER int __lxstat64(int ver, const char *path, struct stat64 *st)
{
	STAT_AT(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW, node_stat64, next()->stat64,
		next()->__lxstat64(ver, path, st));
}

WRAPPER int __fxstat(int ver, int fd, struct stat *st)
{
	STAT_FD(fd, st, node_stat, next()->stat, next()->__fxstat(ver, fd, st));
}

WRAPPER int __fxstat64(int ver, int fd, struct stat64 *st)
{
	STAT_FD(fd, st, node_stat64, next()->stat64, next()->__fxstat64(ver, fd, st));
}

WRAPPER int __fxstatat(int ver, int dirfd, const char *path, struct stat *st,
		       int flags)
{
	STAT_AT(dirfd, path, st, flags, node_stat, next()->stat,
		next()->__fxstatat(ver, dirfd, path, st, flags));
}

WRAPPER int __fxstatat64(int ver, int dirfd, const char *path,
			 struct stat64 *st, int flags)
{
	STAT_AT(dirfd, path, st, flags, node_stat64, next()->stat64,
		next()->__fxstatat64(ver, dirfd, path, st, flags));
}

/* As STAT_TEXT(). */
static int text_statx(int dirfd, const char *path, int flags, unsigned int mask,
		      struct statx *st)
{
	int ret = next()->statx(dirfd, path, flags, mask, st);
	char text[WIRE_PATH_MAX];

	if (ret || path[0] || !S_ISREG(st->stx_mode) || st->stx_nlink ||
	    !server_path_of_text(dirfd, text))
		return ret;
	return next()->statx(AT_FDCWD, text, flags & ~AT_EMPTY_PATH, mask, st);
}

WRAPPER int statx(int dirfd, const char *restrict path, int flags,
		  unsigned int mask, struct statx *restrict st)
{
	int saved = errno, ret;
	struct node node;

	if (is_bad(dirfd, path, flags, &ret))
		return ret;
	if (!is_ours(dirfd, path, flags, &node))
		return text_statx(dirfd, path, flags, mask, st);
	if (!node.path[0])
		return anon_statx(flags, mask, st);
	if (next()->statx(AT_FDCWD, node.path, flags & ~AT_EMPTY_PATH, mask,
			  st) < 0) {
		if (errno == EFAULT || errno == EINVAL)
			return -1;
		memset(st, 0, sizeof(*st));
		st->stx_mask =
			STATX_TYPE | STATX_MODE | STATX_NLINK | STATX_INO;
		st->stx_mode = 0666;
		st->stx_nlink = 1;
		st->stx_ino = node.ino;
		errno = saved;
	}
	st->stx_mode = S_IFCHR | (st->stx_mode & (uint16_t)~S_IFMT);
	st->stx_rdev_major = major(node.rdev);
	st->stx_rdev_minor = minor(node.rdev);
	return 0;
}
