/* SPDX-License-Identifier: MIT */
/* The device's nodes and fds as files. */
#include "conform.h"
#include "fd_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void path_of(const char *path)
{
	struct stat st;
	struct statx stx;

	if (stat(path, &st)) {
		result(text("stat %s", path), "%s", errname(errno));
	} else {
		result(text("stat %s", path), "type %#o rdev %u:%u",
		       st.st_mode & S_IFMT, major(st.st_rdev),
		       minor(st.st_rdev));
	}
	if (lstat(path, &st)) {
		result(text("lstat %s", path), "%s", errname(errno));
	} else {
		result(text("lstat %s", path), "type %#o rdev %u:%u",
		       st.st_mode & S_IFMT, major(st.st_rdev),
		       minor(st.st_rdev));
	}
	if (statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &stx)) {
		result(text("statx %s", path), "%s", errname(errno));
	} else {
		result(text("statx %s", path), "type %#o rdev %u:%u",
		       stx.stx_mode & S_IFMT, stx.stx_rdev_major,
		       stx.stx_rdev_minor);
	}
	result(text("access %s", path), "%s", err(access(path, R_OK | W_OK)));
	result(text("access X %s", path), "%s", err(access(path, X_OK)));
}

static void paths(void)
{
	path_of(CARD);
	path_of(RENDER);
	path_of("/dev/dri");
	path_of("/dev/dri/card7");
	path_of("/dev/dri/renderD135");
	path_of("/dev/dri/controlD64");
	path_of("/dev/dri/card0/x");
	path_of("/dev/../dev/dri/./card0");
}

static void open_modes(void)
{
	static const struct {
		const char *name;
		int flags;
	} modes[] = {
		{"O_RDONLY", O_RDONLY},
		{"O_WRONLY", O_WRONLY},
		{"O_ACCMODE", O_ACCMODE},
		{"O_EXCL", O_RDWR | O_EXCL},
		{"O_APPEND", O_RDWR | O_APPEND},
		{"O_DIRECT", O_RDWR | O_DIRECT},
		{"O_TRUNC", O_RDWR | O_TRUNC},
		{"O_DIRECTORY", O_RDONLY | O_DIRECTORY},
		{"O_CREAT", O_RDWR | O_CREAT},
		{"O_CREAT|O_EXCL", O_RDWR | O_CREAT | O_EXCL},
		{"O_PATH", O_PATH},
		{"O_SYNC", O_RDWR | O_SYNC},
		{"O_NONBLOCK", O_RDWR | O_NONBLOCK},
		{"O_NOFOLLOW", O_RDWR | O_NOFOLLOW},
		{"O_NOCTTY", O_RDWR | O_NOCTTY},
		{"O_CLOEXEC", O_RDWR | O_CLOEXEC},
	};
	static const char *const nodes[] = {CARD, RENDER};

	for (int n = 0; n < 2; n++) {
		for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
			int fd = open(nodes[n], modes[i].flags, 0600);
			struct drm_version version = {0};

			if (fd < 0) {
				result(text("open %s %s", nodes[n],
					    modes[i].name),
				       "%s", errname(errno));
				continue;
			}
			result(text("open %s %s", nodes[n], modes[i].name),
			       "F_GETFL %#o FD_CLOEXEC %d VERSION %s",
			       status_flags(fd), fcntl(fd, F_GETFD),
			       err(ioctl(fd, DRM_IOCTL_VERSION, &version)));
			close(fd);
		}
	}
}

static void open_ways(void)
{
	int folder = open("/dev/dri", O_RDONLY | O_DIRECTORY);
	int fd = openat(folder, "card0", O_RDWR);
	struct drm_version version = {0};
	FILE *stream;

	result("openat /dev/dri card0", "%s", err(fd));
	result("VERSION after openat", "%s",
	       err(ioctl(fd, DRM_IOCTL_VERSION, &version)));
	chdir("/dev");
	fd = open("dri/renderD128", O_RDWR);
	result("open relative to /dev", "%s", err(fd));
	result("VERSION after relative open", "%s",
	       err(ioctl(fd, DRM_IOCTL_VERSION, &version)));
	stream = fopen(CARD, "r+");
	result("fopen", "%s", yes(stream != NULL));
	fd = stream ? fileno(stream) : -1;
	result("VERSION after fopen", "%s",
	       err(ioctl(fd, DRM_IOCTL_VERSION, &version)));
	fd = creat(CARD, 0600);
	result("creat", "%s", err(fd));
	result("VERSION after creat", "%s",
	       err(ioctl(fd, DRM_IOCTL_VERSION, &version)));
	fd = open("/dev/dri/card0/", O_RDWR);
	result("open with a slash at the end", "%s", err(fd));
	fd = open("/dev/dri/card7", O_RDWR);
	result("open card7", "%s", err(fd));
}

static int card_nonblock(void)
{
	return open(CARD, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

static int render_nonblock(void)
{
	return open(RENDER, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

static void identity(void)
{
	fd_calls_identity("card0", open_card());
	fd_calls_identity("render", open_render());
}

static void transfer(void)
{
	fd_calls_transfer("card0", card_nonblock());
	fd_calls_transfer("render", render_nonblock());
}

static void seek(void)
{
	fd_calls_seek("card0", open_card());
}

static void contents(void)
{
	fd_calls_contents("card0", open_card());
}

static void fcntls(void)
{
	fd_calls_fcntl("card0", open_card());
}

static void ioctls(void)
{
	fd_calls_ioctl("card0", open_card());
}

static void polls(void)
{
	fd_calls_poll("card0", open_card());
	fd_calls_poll("render", open_render());
}

/* A new open file: it has no handles of the old one. */
static void reopen(void)
{
	int file = open_card(), again, copy;
	char path[32];

	fd_calls_reopen("card0", file);
	fd_calls_reopen("render", open_render());
	dumb_pages(file, 1);
	strcpy(path, text("/proc/self/fd/%d", file));
	again = open(path, O_RDWR);
	copy = dup(file);
	result("handles of the file", "%s", handles(file));
	result("handles of the dup", "%s", handles(copy));
	result("handles of the reopened", "%s", handles(again));
	result("master", "%s %s %s", yes(is_master(file)), yes(is_master(copy)),
	       yes(is_master(again)));
}

static const struct check checks[] = {
	{.name = "paths", .run = paths},
	{.name = "open-modes", .run = open_modes},
	{.name = "open-ways", .run = open_ways},
	{.name = "identity", .run = identity},
	{.name = "transfer", .run = transfer},
	{.name = "seek", .run = seek},
	{.name = "contents", .run = contents},
	{.name = "fcntl", .run = fcntls},
	{.name = "ioctl", .run = ioctls},
	{.name = "poll", .run = polls},
	{.name = "reopen", .run = reopen},
	{0},
};

const struct subject node_subject = {
	.name = "node",
	.checks = checks,
};
