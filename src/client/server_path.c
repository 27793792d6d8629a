/* SPDX-License-Identifier: MIT */
/**
 * DOC: which path the server opens
 *
 * Files of debugfs, those of a connector in /sys, and sw_sync. Their names say
 * that a path may be one, and its folder that it is. What is opened is a text,
 * a nameless file whose name, to the system, is the path. No state.
 */
#include "client.h"

#include <stdio.h>
#include <string.h>

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* The names of the files that the server opens. */
static bool looks_like_server_path(const char *path)
{
	static const char *const names[] = {
		"name",	   "clients", "gem_names",    "bufinfo",
		"sw_sync", "status",  "enabled",      "dpms",
		"modes",   "edid",    "connector_id", "control",
		"data",
	};
	const char *base = strrchr(path, '/');
	size_t i;

	base = base ? base + 1 : path;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(base, names[i]))
			return true;
	return false;
}

/* Where they are. */
static bool is_server_folder(const char *path)
{
	return starts_with(path, "/sys/kernel/debug/") ||
	       (starts_with(path, "/sys/devices/platform/") &&
		strstr(path, "/drm/card"));
}

/* Replaces the folder of a path, which may lead over links of the testbed
 * (/sys/class/drm/card0-Virtual-1), by that which they lead to. */
static BIG_FRAME void resolve_folder(char *path)
{
	const char *base = strrchr(path, '/'), *outside;
	char folder[PATH_MAX];
	int fd, len;

	len = snprintf(folder, sizeof(folder), "%s%.*s", session_testbed(),
		       (int)(base - path), path);
	if (len >= (int)sizeof(folder))
		return;
	fd = (int)raw_syscall(SYS_openat, AT_FDCWD, folder,
			      O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = raw_fd_link(fd, folder, sizeof(folder));
	raw_close(fd);
	if (len < 0)
		return;
	outside = node_outside(folder);
	len = (int)strlen(outside);
	if (len + strlen(base) < PATH_MAX) {
		memmove(path + len, base, strlen(base) + 1);
		memcpy(path, outside, (size_t)len);
	}
}

static BIG_FRAME bool look_up_server_path(int dirfd, const char *path,
					  char found[WIRE_PATH_MAX])
{
	char full[PATH_MAX];

	if (node_absolute(dirfd, path, full) < 0)
		return false;
	if (starts_with(full, "/sys/") && !is_server_folder(full))
		resolve_folder(full);
	if (strlen(full) >= WIRE_PATH_MAX ||
	    (!is_server_folder(full) && strcmp(full, "/dev/sw_sync") != 0))
		return false;
	strcpy(found, full);
	return true;
}

/**
 * server_path_find() - may this be a path which the server opens?
 * @dirfd: as of openat(2)
 * @path: as of openat(2); may be NULL
 * @found: set to the path as the server knows it, if it may
 */
bool server_path_find(int dirfd, const char *path, char found[WIRE_PATH_MAX])
{
	return session_on() && path && looks_like_server_path(path) &&
	       look_up_server_path(dirfd, path, found);
}

/**
 * server_path_of_text() - is this fd a text which the server made of a path?
 * @fd: any number
 * @path: set to the path, if it is
 */
BIG_FRAME bool server_path_of_text(int fd, char path[WIRE_PATH_MAX])
{
	static const char memfd[] = "/memfd:", deleted[] = " (deleted)";
	char link[PATH_MAX];
	char *name = link + strlen(memfd);
	int len;

	if (!session_on())
		return false;
	len = raw_fd_link(fd, link, sizeof(link));
	if (len < (int)(strlen(memfd) + strlen(deleted)) ||
	    !starts_with(link, memfd))
		return false;
	link[len - (int)strlen(deleted)] = '\0';
	if (!is_server_folder(name) || strlen(name) >= WIRE_PATH_MAX)
		return false;
	strcpy(path, name);
	return true;
}
