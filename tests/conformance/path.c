/* SPDX-License-Identifier: MIT */
/* The nodes by all their paths, their folder and their place in /sys. */
#include "conform.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

static struct stat node; /* stat(2) of card0 */

static const char *version(int fd)
{
	struct drm_version v = {0};

	return err(ioctl(fd, DRM_IOCTL_VERSION, &v));
}

/* Is it the same as stat(2) of card0 says? */
static void agrees(const char *call, int ret, const struct stat *st)
{
	if (ret < 0) {
		result(call, "%s", errname(errno));
		return;
	}
	result(call, "type %#o rdev %u:%u, as the node: %s",
	       st->st_mode & S_IFMT, major(st->st_rdev), minor(st->st_rdev),
	       yes(st->st_dev == node.st_dev && st->st_ino == node.st_ino &&
		   st->st_mode == node.st_mode && st->st_uid == node.st_uid &&
		   st->st_size == node.st_size &&
		   st->st_mtime == node.st_mtime));
}

static void agrees_x(const char *call, int ret, const struct statx *stx)
{
	if (ret < 0) {
		result(call, "%s", errname(errno));
		return;
	}
	result(call, "rdev %u:%u, as the node: %s", stx->stx_rdev_major,
	       stx->stx_rdev_minor,
	       yes(makedev(stx->stx_dev_major, stx->stx_dev_minor) ==
			   node.st_dev &&
		   stx->stx_ino == node.st_ino &&
		   stx->stx_mode == node.st_mode));
}

/* All ways to the fd of a file, by /proc. */
static const char *proc_path(int way, int fd)
{
	switch (way) {
	case 0:
		return text("/proc/self/fd/%d", fd);
	case 1:
		return text("/proc/thread-self/fd/%d", fd);
	case 2:
		return text("/dev/fd/%d", fd);
	case 3:
		return text("/proc/%d/fd/%d", getpid(), fd);
	case 4:
		return text("/proc/self/task/%d/fd/%d", getpid(), fd);
	default:
		return NULL;
	}
}

static void stats(void)
{
	int folder = open("/dev/dri", O_RDONLY | O_DIRECTORY);
	int fd = open_card();
	struct statx stx;
	struct stat st;

	stat(CARD, &node);
	agrees("lstat", lstat(CARD, &st), &st);
	agrees("fstat", fstat(fd, &st), &st);
	agrees("fstatat", fstatat(folder, "card0", &st, 0), &st);
	agrees("fstatat, not following",
	       fstatat(folder, "card0", &st, AT_SYMLINK_NOFOLLOW), &st);
	agrees("fstatat of the fd", fstatat(fd, "", &st, AT_EMPTY_PATH), &st);
	agrees("fstatat without AT_EMPTY_PATH", fstatat(fd, "", &st, 0), &st);
	agrees("fstatat, bad flag", fstatat(fd, "", &st, 1 << 30), &st);
	agrees_x("statx", statx(0, CARD, 0, STATX_BASIC_STATS, &stx), &stx);
	agrees_x("statx of the fd",
		 statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &stx), &stx);
	agrees_x("statx, relative",
		 statx(folder, "card0", 0, STATX_BASIC_STATS, &stx), &stx);
	for (int way = 0; proc_path(way, fd); way++) {
		agrees(text("stat by /proc, %d", way),
		       stat(proc_path(way, fd), &st), &st);
		lstat(proc_path(way, fd), &st);
		result(text("lstat by /proc, %d", way), "type %#o",
		       st.st_mode & S_IFMT);
	}
	chdir("/dev/dri");
	agrees("stat, relative", stat("card0", &st), &st);
	agrees("lstat, relative", lstat("./card0", &st), &st);
	agrees("stat, up and down", stat("../dri/card0", &st), &st);
	agrees("stat with a slash", stat(CARD "/", &st), &st);
	agrees("openat beneath the fd", openat(fd, "card0", O_RDWR), &st);
}

static void links(void)
{
	int fd = open_card();

	for (int way = 0; proc_path(way, fd); way++) {
		const char *path = proc_path(way, fd);
		char target[PATH_MAX] = "";
		char *real = realpath(path, NULL);

		result(text("readlink, %d", way), "%s %s",
		       err(readlink(path, target, sizeof(target) - 1)), target);
		result(text("realpath, %d", way), "%s",
		       real ? real : errname(errno));
		free(real);
		result(text("open, %d", way), "VERSION %s",
		       version(open(path, O_RDWR)));
		result(text("access, %d", way), "RW %s X %s",
		       err(access(path, R_OK | W_OK)), err(access(path, X_OK)));
	}
}

static void folder_link(void)
{
	int fd = open("/dev/dri", O_RDONLY | O_DIRECTORY);
	char target[PATH_MAX] = "";

	readlink(proc_path(0, fd), target, sizeof(target) - 1);
	result("readlink of the folder's fd", "%s", target);
	chdir("/dev/dri");
	result("getcwd", "%s", getcwd(target, sizeof(target)));
}

static void path_only(void)
{
	int fd = open(CARD, O_PATH), folder = open("/dev/dri", O_PATH), copy;
	char target[PATH_MAX] = "";
	struct stat st;

	stat(CARD, &node);
	result("O_PATH", "%s F_GETFL %#o", err(fd), fcntl(fd, F_GETFL));
	agrees("fstat", fstat(fd, &st), &st);
	agrees("fstatat", fstatat(fd, "", &st, AT_EMPTY_PATH), &st);
	agrees("stat by /proc", stat(proc_path(0, fd), &st), &st);
	copy = dup(fd);
	agrees("fstat of a copy", fstat(copy, &st), &st);
	result("ioctl", "%s", version(fd));
	result("read", "%s", err(read(fd, target, 1)));
	result("fchmod", "%s", err(fchmod(fd, 0666)));
	result("readlink", "%s %s",
	       err(readlink(proc_path(0, fd), target, sizeof(target) - 1)),
	       target);
	result("opened anew", "VERSION %s",
	       version(open(proc_path(0, fd), O_RDWR)));
	result("openat", "%s", err(openat(fd, "", O_RDWR)));
	result("openat beneath", "%s", err(openat(fd, "x", O_RDWR)));
	result("openat of an O_PATH folder", "VERSION %s",
	       version(openat(folder, "card0", O_RDWR)));
}

static void may_access(void)
{
	int folder = open("/dev/dri", O_RDONLY | O_DIRECTORY);
	int fd = open_card();

	result("access", "F %s R %s W %s X %s", err(access(CARD, F_OK)),
	       err(access(CARD, R_OK)), err(access(CARD, W_OK)),
	       err(access(CARD, X_OK)));
	result("faccessat", "RW %s X %s",
	       err(faccessat(AT_FDCWD, CARD, R_OK | W_OK, AT_EACCESS)),
	       err(faccessat(AT_FDCWD, CARD, X_OK, AT_EACCESS)));
	result("faccessat, relative", "%s",
	       err(faccessat(folder, "card0", R_OK, 0)));
	result("faccessat of the fd", "%s",
	       err(faccessat(fd, "", R_OK, AT_EMPTY_PATH)));
	result("faccessat, nothing there", "%s",
	       err(faccessat(AT_FDCWD, "/dev/dri/card7", F_OK, 0)));
	result("faccessat in /sys", "%s %s",
	       err(faccessat(AT_FDCWD, "/sys/class/drm/card0/dev", R_OK, 0)),
	       err(faccessat(AT_FDCWD, "/sys/class/drm/card7", F_OK, 0)));
	result("eaccess", "RW %s X %s", err(eaccess(CARD, R_OK | W_OK)),
	       err(eaccess(CARD, X_OK)));
	result("euidaccess", "RW %s X %s", err(euidaccess(CARD, R_OK | W_OK)),
	       err(euidaccess(CARD, X_OK)));
}

static void mode_is(const char *after, int ret, int fd)
{
	struct stat by_path = {0}, by_fd = {0};

	result(after, "%s", err(ret));
	stat(CARD, &by_path);
	fstat(fd, &by_fd);
	result(text("mode after %s", after), "%#o %#o", by_path.st_mode & 07777,
	       by_fd.st_mode & 07777);
}

static void modes(void)
{
	int fd = open_card();

	stat(CARD, &node);
	mode_is("chmod", chmod(CARD, 0640), fd);
	mode_is("fchmod", fchmod(fd, 0604), fd);
	mode_is("fchmodat", fchmodat(AT_FDCWD, CARD, 0622, 0), fd);
	mode_is("chmod by /proc", fchmodat(AT_FDCWD, proc_path(0, fd), 0600, 0),
		fd);
	chmod(CARD, node.st_mode & 07777);
}

static void owner_is(const char *after, int ret, int fd)
{
	struct stat by_path = {0}, by_fd = {0};

	result(after, "%s", err(ret));
	stat(CARD, &by_path);
	fstat(fd, &by_fd);
	result(text("owner after %s", after), "%u:%u %u:%u", by_path.st_uid,
	       by_path.st_gid, by_fd.st_uid, by_fd.st_gid);
}

static void owners(void)
{
	int fd = open_card();

	owner_is("chown", chown(CARD, 1, 2), fd);
	owner_is("fchown", fchown(fd, 3, 4), fd);
	owner_is("lchown", lchown(CARD, 5, 6), fd);
	owner_is("fchownat", fchownat(AT_FDCWD, CARD, 7, 8, 0), fd);
	owner_is("fchownat of the fd", fchownat(fd, "", 9, 10, AT_EMPTY_PATH),
		 fd);
	owner_is("chown back", chown(CARD, 0, 0), fd);
}

static void time_is(const char *after, int ret, int fd)
{
	struct stat by_path = {0}, by_fd = {0};

	result(after, "%s", err(ret));
	stat(CARD, &by_path);
	fstat(fd, &by_fd);
	result(text("time after %s", after), "%ld %ld", (long)by_path.st_mtime,
	       (long)by_fd.st_mtime);
}

static void times(void)
{
	struct timespec spec[2] = {{1000, 0}, {2000, 0}};
	struct timeval val[2] = {{1000, 0}, {3000, 0}};
	struct utimbuf buf = {1000, 4000};
	int fd = open_card();

	time_is("utimensat", utimensat(AT_FDCWD, CARD, spec, 0), fd);
	spec[1].tv_sec = 2500;
	time_is("futimens", futimens(fd, spec), fd);
	time_is("utimes", utimes(CARD, val), fd);
	val[1].tv_sec = 3500;
	time_is("futimes", futimes(fd, val), fd);
	time_is("utime", utime(CARD, &buf), fd);
}

static int is_card(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "card", 4);
}

static void found(const char *how, const char *pattern, int flags)
{
	glob_t paths;
	int ret = glob(pattern, flags, NULL, &paths);

	result(how, "%d %zu %s", ret, ret ? 0 : paths.gl_pathc,
	       ret ? "" : paths.gl_pathv[0]);
	if (!ret) {
		globfree(&paths);
	}
}

static void folders(void)
{
	DIR *dir = opendir("/dev/dri");
	struct dirent **entries;
	const struct dirent *entry;

	stat(CARD, &node);
	while (dir && (entry = readdir(dir))) {
		if (is_card(entry)) {
			result("readdir", "%s type %d inode of the node: %s",
			       entry->d_name, entry->d_type,
			       yes(entry->d_ino == node.st_ino));
		}
	}
	result("scandir", "%d",
	       scandir("/dev/dri", &entries, is_card, alphasort));
	result("scandir of a node", "%s",
	       err(scandir(CARD, &entries, NULL, NULL)));
	found("glob", "/dev/dri/card*", 0);
	found("glob, of two folders", "/dev/d?i/{card,render}*", GLOB_BRACE);
	found("glob of a name", CARD, 0);
	found("glob of nothing", "/dev/dri/x*", 0);
	found("glob in /sys", "/sys/class/drm/render*", 0);
	result("opendir of a node", "%s", opendir(CARD) ? "0" : errname(errno));
	result("chdir to a node", "%s", err(chdir(CARD)));
}

static void real(const char *path)
{
	char *to = realpath(path, NULL), target[PATH_MAX] = "";
	ssize_t length = readlink(path, target, sizeof(target) - 1);

	result(text("realpath %s", path), "%s", to ? to : errname(errno));
	result(text("readlink %s", path), "%s",
	       length < 0 ? errname(errno) : target);
	free(to);
}

static void contents(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256];

	if (!file) {
		result(path, "%s", errname(errno));
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		result(path, "'%s'", line);
	}
	fclose(file);
}

static void sysfs(void)
{
	real(CARD);
	real("/dev/dri/../dri/./renderD128");
	real("/sys/class/drm/card0");
	real("/sys/class/drm/renderD128");
	real("/sys/dev/char/226:0");
	real("/sys/dev/char/226:128/device");
	real("/sys/dev/char/226:0/device/subsystem");
	real("/sys/dev/char/226:0/subsystem");
	real("/sys/bus/platform/devices/vgem");
	real("/sys/dev/char/226:0/device/driver");
	contents("/sys/class/drm/version");
	contents("/sys/class/drm/card0/dev");
	contents("/sys/class/drm/card0/uevent");
	contents("/sys/dev/char/226:128/uevent");
	contents("/sys/dev/char/226:128/device/uevent");
	contents("/sys/class/drm/card0/device/modalias");
	contents("/sys/class/drm/card0/device/vendor");
}

static void bad_paths(void)
{
	const char *volatile none = NULL;
	struct statx stx;
	struct stat st;

	result("open", "%s", err(open(none, O_RDWR)));
	result("openat", "%s", err(openat(AT_FDCWD, none, O_RDWR)));
	result("stat", "%s", err(stat(none, &st)));
	result("lstat", "%s", err(lstat(none, &st)));
	result("fstatat", "%s", err(fstatat(AT_FDCWD, none, &st, 0)));
	result("statx", "%s",
	       err(statx(AT_FDCWD, none, 0, STATX_BASIC_STATS, &stx)));
	result("access", "%s", err(access(none, R_OK)));
	result("faccessat", "%s", err(faccessat(AT_FDCWD, none, R_OK, 0)));
	result("no path", "%s %s %s", err(open("", O_RDWR)), err(stat("", &st)),
	       err(access("", F_OK)));
}

/* The table of fds is full: what says so, and what goes on. */
static void full_table(void)
{
	struct rlimit limit = {64, 64};
	int file = open_card(), pair[2], last = -1, fd, dmabuf;
	struct stat st;

	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	dmabuf = must_export(file, dumb_pages(file, 1), DRM_RDWR);
	setrlimit(RLIMIT_NOFILE, &limit);
	while ((fd = open(CARD, O_RDWR)) >= 0) {
		last = fd;
	}
	result("open", "%s, the last was %d", errname(errno), last);
	result("dup", "%s", err(dup(file)));
	result("export", "%s",
	       err(prime_export(file, dumb_pages(file, 1), DRM_RDWR)));
	result("stat and fstat", "%s %s", err(stat(CARD, &st)),
	       err(fstat(file, &st)));
	result("import", "%s", import_result(file, dmabuf));
	fd_send(pair[0], file);
	result("receive", "%s", yes(fd_receive(pair[1]) >= 0));
	close(last);
	result("export with room for one", "fd %d",
	       prime_export(file, 1, DRM_RDWR));
	close(last);
	result("open with room for one", "fd %d", open(CARD, O_RDWR));
}

/* A program that closes what it does not know, and takes what number it
 * likes. */
static void own_numbers(void)
{
	int fd = open_card();

	result("before", "VERSION %s", version(fd));
	for (fd = 3; fd < 1024; fd++) {
		close(fd);
	}
	fd = open(CARD, O_RDWR);
	result("all closed", "fd %d VERSION %s", fd, version(fd));
	closefrom(3);
	fd = open(CARD, O_RDWR);
	result("closefrom", "fd %d VERSION %s", fd, version(fd));
	close_range(3, ~0u, 0);
	fd = open(CARD, O_RDWR);
	result("close_range", "fd %d VERSION %s", fd, version(fd));
	for (int to = 4; to < 1000; to++) {
		if (dup2(fd, to) != to || strcmp(version(to), "0") != 0) {
			result("dup2", "%d %s", to, errname(errno));
		}
	}
	result("dup2 to many", "VERSION %s %s", version(4), version(999));
	close(0);
	result("as the first", "fd %d", open(CARD, O_RDWR));
}

static void listed_fds(void)
{
	DIR *dir;
	const struct dirent *entry;
	int nr = 0;

	closefrom(3);
	version(open_card());
	dir = opendir("/proc/self/fd");
	while (dir && (entry = readdir(dir))) {
		nr += entry->d_name[0] != '.' && atoi(entry->d_name) > 2;
	}
	result("fds above 2, with the folder's", "%d", nr);
}

static void children(void)
{
	char line[256] = "";
	FILE *file;

	version(open_card());
	result("wait", "%s", err(wait(NULL)));
	result("waitpid", "%s", err(waitpid(-1, NULL, WNOHANG)));
	file = fopen(text("/proc/self/task/%d/children", getpid()), "re");
	if (file) {
		fgets(line, sizeof(line), file);
	}
	result("children", "'%s'", line);
}

static const struct check checks[] = {
	{.name = "stat", .run = stats},
	{.name = "links", .run = links},
	{.name = "folder-link", .run = folder_link},
	{.name = "path-only", .run = path_only},
	{.name = "access", .run = may_access},
	{.name = "mode", .run = modes},
	{.name = "owner", .run = owners, .privileged = true},
	{.name = "times", .run = times},
	{.name = "folders", .run = folders, .of_61 = true},
	{.name = "sysfs", .run = sysfs},
	{.name = "bad-paths", .run = bad_paths},
	{.name = "full-table", .run = full_table},
	{.name = "own-numbers", .run = own_numbers},
	{.name = "listed-fds", .run = listed_fds},
	{.name = "children", .run = children},
	{0},
};

const struct subject path_subject = {.name = "path", .checks = checks};
