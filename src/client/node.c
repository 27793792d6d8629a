/* SPDX-License-Identifier: MIT */
/**
 * DOC: which path is a device
 *
 * Most paths are not, and a look at the text says so. The others are made
 * absolute and brought from umockdev's directory back to /dev. A node's own
 * path has its number in it; links inside of the testbed (/dev/dri/by-path,
 * /dev/char) are followed. umockdev is not asked, which under many threads
 * takes the answer for one path for that of another. No state.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define LINKS_MAX 8
/* As many minors as a major number has. */
#define NODE_NUMBER_MAX 0xfffff

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static bool looks_like_node(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return strstr(path, "dri") || strstr(path, "226:") ||
	       strstr(path, "input") || strstr(path, "13:") ||
	       starts_with(base, "card") || starts_with(base, "renderD") ||
	       starts_with(base, "event");
}

/* Removes "//", "/./" and "/x/../" from an absolute path. */
static void normalize(char *path)
{
	char *in = path, *out = path;

	while (*in) {
		size_t len;

		while (*in == '/')
			in++;
		len = strcspn(in, "/");
		if (len == 2 && !strncmp(in, "..", 2)) {
			while (out > path && *--out != '/')
				;
		} else if (len && !(len == 1 && *in == '.')) {
			*out++ = '/';
			memmove(out, in, len);
			out += len;
		}
		in += len;
	}
	*out = '\0';
}

/**
 * node_outside() - a path of umockdev's directory as programs know it
 * @path: an absolute path
 *
 * Return: @path, or the part of it that follows the directory.
 */
const char *node_outside(const char *path)
{
	const char *testbed = session_testbed();
	size_t skip = strlen(testbed);

	return skip && !strncmp(path, testbed, skip) &&
			       (starts_with(path + skip, "/dev/") ||
				starts_with(path + skip, "/sys/"))
		       ? path + skip
		       : path;
}

/**
 * node_absolute() - a path as an absolute one, seen from outside of the testbed
 * @dirfd: as of openat(2)
 * @path: as of openat(2)
 * @out: PATH_MAX bytes, set to it
 *
 * Return: 0; -errno.
 */
BIG_FRAME int node_absolute(int dirfd, const char *path, char *out)
{
	const char *outside;
	size_t len = 0;
	long ret;

	if (path[0] != '/') {
		if (dirfd == AT_FDCWD) {
			ret = raw_syscall(SYS_getcwd, out, PATH_MAX);
			/* The kernel counts the final 0. */
			ret = ret > 0 ? ret - 1 : ret;
		} else {
			ret = raw_fd_link(dirfd, out, PATH_MAX);
		}
		if (ret < 0)
			return (int)ret;
		/* "socket:[1]", or "(unreachable)/home" */
		if (out[0] != '/')
			return -ENOTDIR;
		len = (size_t)ret;
		if (len + 1 < PATH_MAX)
			out[len++] = '/';
	}
	if (len + strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(out + len, path);
	normalize(out);
	outside = node_outside(out);
	memmove(out, outside, strlen(outside) + 1);
	return 0;
}

/* Replaces the path of a link in the testbed by what it names. */
static BIG_FRAME bool follow(char *path)
{
	char link[PATH_MAX], target[PATH_MAX], *slash;
	long len;

	len = snprintf(link, sizeof(link), "%s%s", session_testbed(), path);
	if (len >= (long)sizeof(link))
		return false;
	len = raw_syscall(SYS_readlinkat, AT_FDCWD, link, target,
			  sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	slash = strrchr(path, '/');
	if (target[0] == '/')
		slash = path - 1;
	if (!slash || (slash + 1 - path) + len >= PATH_MAX)
		return false;
	memcpy(slash + 1, target, (size_t)len + 1);
	normalize(path);
	return true;
}

/* The number of a node, which is in its own path, or 0. */
static dev_t node_number(const char *path)
{
	static const struct {
		const char *name;
		unsigned int major, first;
	} nodes[] = {
		{"/dev/dri/card", DRM_MAJOR, 0},
		{"/dev/dri/renderD", DRM_MAJOR, 0},
		{"/dev/input/event", INPUT_MAJOR, INPUT_FIRST_MINOR},
	};
	size_t i, len;
	long number;
	char *end;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		len = strlen(nodes[i].name);
		if (strncmp(path, nodes[i].name, len))
			continue;
		path += len;
		if (path[0] < '0' || path[0] > '9' ||
		    (path[0] == '0' && path[1]))
			return 0;
		number = strtol(path, &end, 10);
		return *end || number > NODE_NUMBER_MAX
			       ? 0
			       : makedev(nodes[i].major,
					 nodes[i].first + (unsigned int)number);
	}
	return 0;
}

/* Is this a node's own path, and is there one? umockdev's directory has a file
 * in its place. */
static BIG_FRAME bool is_node(const char *path, struct node *node)
{
	dev_t number = node_number(path);
	char inside[PATH_MAX];
	struct statx st;

	if (!number || strlen(path) >= sizeof(node->path) ||
	    snprintf(inside, sizeof(inside), "%s%s", session_testbed(), path) >=
		    (int)sizeof(inside) ||
	    raw_syscall(SYS_statx, AT_FDCWD, inside, AT_SYMLINK_NOFOLLOW,
			STATX_TYPE | STATX_INO, &st) < 0 ||
	    !S_ISREG(st.stx_mode))
		return false;
	node->rdev = number;
	node->ino = st.stx_ino;
	strcpy(node->path, path);
	return true;
}

static BIG_FRAME bool look_up(int dirfd, const char *path, bool follow_links,
			      struct node *node)
{
	char full[PATH_MAX];
	int links;

	if (node_absolute(dirfd, path, full) < 0)
		return false;
	for (links = 0; links < LINKS_MAX; links++) {
		if (is_node(full, node))
			return true;
		if (!follow_links || !follow(full))
			return false;
	}
	return false;
}

/* As node_find(), for a path that looks like a node's. */
static bool look_up_quietly(int dirfd, const char *path, bool follow_links,
			    struct node *node)
{
	int saved = errno;
	bool found;

	found = look_up(dirfd, path, follow_links, node);
	errno = saved;
	return found;
}

/**
 * node_find() - is this path a device's?
 * @dirfd: as of openat(2)
 * @path: as of openat(2); may be NULL
 * @node: set if it is one
 */
bool node_find(int dirfd, const char *path, struct node *node)
{
	return session_on() && path && looks_like_node(path) &&
	       look_up_quietly(dirfd, path, true, node);
}

/**
 * node_find_nofollow() - is this path a device's, and no link to one?
 * @dirfd: as of openat(2)
 * @path: as of openat(2); may be NULL
 * @node: set if it is one
 */
bool node_find_nofollow(int dirfd, const char *path, struct node *node)
{
	return session_on() && path && looks_like_node(path) &&
	       look_up_quietly(dirfd, path, false, node);
}

static BIG_FRAME bool look_behind_path_fd(int fd, struct node *node)
{
	char full[PATH_MAX];

	return raw_fd_link(fd, full, sizeof(full)) > 0 &&
	       node_find_nofollow(AT_FDCWD, full, node);
}

/**
 * node_behind() - is this fd a device, or the path of one (O_PATH)?
 * @fd: any number
 * @node: set if it is one
 *
 * One system call if it is neither and was seen before.
 */
bool node_behind(int fd, struct node *node)
{
	const struct remote *device = remote_device(fd);
	uint64_t cookie;

	if (device) {
		node->rdev = device->rdev;
		node->ino = device->ino;
		strcpy(node->path, device->name);
		return true;
	}
	/* An O_PATH fd can be asked for nothing. */
	return session_on() && fd >= 0 && raw_cookie(fd, &cookie) == -EBADF &&
	       look_behind_path_fd(fd, node);
}

/**
 * node_run() - is this path in a folder of /run which is the session's?
 * @path: an absolute path
 * @out: set to where it is, if it is
 */
bool node_run(const char *path, char out[NODE_RUN_MAX])
{
	static const char *const logind[] = {
		"/run/systemd/sessions/",
		"/run/systemd/seats/",
		"/run/systemd/users/",
	};
	bool found = starts_with(path, "/run/udev/");
	size_t i;

	if (!starts_with(path, "/run/") || !session_on())
		return false;
	if (!found) {
		for (i = 0; i < ARRAY_SIZE(logind); i++)
			found |= starts_with(path, logind[i]);
		/* It is the session's where that has a seat. */
		found = found &&
			snprintf(out, NODE_RUN_MAX, "%s/run/systemd",
				 session_testbed()) < NODE_RUN_MAX &&
			!raw_syscall(SYS_faccessat, AT_FDCWD, out, F_OK);
	}
	return found && snprintf(out, NODE_RUN_MAX, "%s%s", session_testbed(),
				 path) < NODE_RUN_MAX;
}

/* The fd in "/proc/PID/fd/N" and the like, or -1. */
static int parse_fd_link(const char *path)
{
	char *end;
	long pid, fd;

	if (starts_with(path, "/dev/fd/")) {
		path += strlen("/dev/fd/");
	} else if (starts_with(path, "/proc/")) {
		path += strlen("/proc/");
		if (starts_with(path, "self/")) {
			path += strlen("self/");
		} else if (starts_with(path, "thread-self/")) {
			path += strlen("thread-self/");
		} else {
			pid = strtol(path, &end, 10);
			if (end == path || *end != '/' ||
			    pid != raw_syscall(SYS_getpid))
				return -1;
			path = end + 1;
		}
		/* All threads have one table. */
		if (starts_with(path, "task/")) {
			path += strlen("task/");
			path += strspn(path, "0123456789");
			if (*path++ != '/')
				return -1;
		}
		if (!starts_with(path, "fd/"))
			return -1;
		path += strlen("fd/");
	} else {
		return -1;
	}
	if (*path < '0' || *path > '9')
		return -1;
	fd = strtol(path, &end, 10);
	return *end || fd > INT_MAX ? -1 : (int)fd;
}

/* As those need who walk through an opened /proc/self/fd. */
static BIG_FRAME int parse_fd_link_at(int dirfd, const char *path)
{
	char full[PATH_MAX];
	int len;

	len = raw_fd_link(dirfd, full, sizeof(full));
	if (len < 0 || (size_t)len + strlen(path) + 2 > sizeof(full))
		return -1;
	full[len] = '/';
	strcpy(full + len + 1, path);
	return parse_fd_link(full);
}

/**
 * node_fd_link() - is this path a link to one of the process' own fds?
 * @dirfd: as of readlinkat(2)
 * @path: as of readlinkat(2); may be NULL
 */
int node_fd_link(int dirfd, const char *path)
{
	int saved, fd;

	if (!session_on() || !path)
		return -1;
	saved = errno;
	fd = -1;
	if (path[0] == '/')
		fd = parse_fd_link(path);
	else if (path[0] >= '0' && path[0] <= '9' && dirfd >= 0)
		fd = parse_fd_link_at(dirfd, path);
	errno = saved;
	return fd;
}
