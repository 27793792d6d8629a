/* SPDX-License-Identifier: MIT */
/**
 * DOC: paths which are no nodes
 *
 * Files of debugfs, whose text is made when they are opened and stays as it
 * was, and what else gives a program something new on each open. umockdev's
 * directory has an empty file in each place, for those who list or stat it.
 *
 * A text is a memfd which nobody can change, opened anew so that the program
 * has the access mode that it asked for.
 */
#include "paths.h"

#include <drm/drm_drv.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/sw_sync.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debugfs.h"
#include "internal.h"

/* What an open file of debugfs keeps of the flags it was opened with. */
#define KEPT_FLAGS (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_NOATIME)

static const struct server_path paths[] = {
	{DEBUGFS "/dri/%d/name", S_IFREG | 0444, debugfs_name, NULL},
	{DEBUGFS "/dri/%d/clients", S_IFREG | 0444, debugfs_clients, NULL},
	{DEBUGFS "/dri/%d/gem_names", S_IFREG | 0444, debugfs_gem_names, NULL},
	{DEBUGFS "/dma_buf/bufinfo", S_IFREG | 0444, debugfs_bufinfo, NULL},
	{DEBUGFS "/sync/sw_sync", S_IFREG | 0666, NULL, sw_sync_open},
	{"/dev/sw_sync", S_IFCHR | 0666, NULL, sw_sync_open},
};

const struct server_path *server_path_at(unsigned int i)
{
	return i < ARRAY_SIZE(paths) ? &paths[i] : NULL;
}

bool server_path_name(const struct server_path *path, int index,
		      char name[WIRE_PATH_MAX])
{
	const char *number = strstr(path->path, "%d");

	if (number) {
		snprintf(name, WIRE_PATH_MAX, "%.*s%d%s",
			 (int)(number - path->path), path->path, index,
			 number + strlen("%d"));
	}
	return number;
}

/* Is it this path? Sets the device it belongs to, if to one. */
static bool matches(const struct server_path *path, const char *name,
		    const struct server *server,
		    const struct server_device **device)
{
	char full[WIRE_PATH_MAX];

	*device = NULL;
	if (!strchr(path->path, '%')) {
		return !strcmp(path->path, name);
	}
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct server_device *dev = &server->devices[i];

		for (unsigned int n = 0; n < dev->nr_nodes; n++) {
			if (server_path_name(path, dev->nodes[n].index, full) &&
			    !strcmp(full, name)) {
				*device = dev;
				return true;
			}
		}
	}
	return false;
}

/* What open(2) says of these flags for a file which nobody may write. */
static int check_flags(u32 flags)
{
	if (((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC) &&
	    !capable(CAP_DAC_OVERRIDE)) {
		return -EACCES;
	}
	if (flags & O_NOATIME && !capable(CAP_FOWNER)) {
		return -EPERM;
	}
	return flags & O_DIRECT ? -EINVAL : 0;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0) {
			return -errno;
		}
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A file with this text, opened with these flags. By its name the client sees
 * what it is. */
static int text_fd(const char *name, const char *text, size_t size, mode_t mode,
		   u32 flags)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char link[32];
	int ret;

	if (fd < 0) {
		return errno == EMFILE ? -ENFILE : -errno;
	}
	ret = write_all(fd, text, size);
	if (!ret &&
	    (fcntl(fd, F_ADD_SEALS,
		   F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) ||
	     fchmod(fd, mode & 07777))) {
		ret = -errno;
	}
	if (!ret) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		ret = open(link, (int)(flags & KEPT_FLAGS) | O_CLOEXEC);
		if (ret < 0) {
			ret = errno == EMFILE ? -ENFILE : -errno;
		}
	}
	close(fd);
	return ret;
}

static int open_text(struct server *server, const struct server_path *path,
		     const struct server_device *device, const char *name,
		     u32 flags)
{
	int ret = check_flags(flags);
	char *text = NULL;
	size_t size;
	FILE *out;

	if (ret) {
		return ret;
	}
	out = open_memstream(&text, &size);
	if (!out) {
		return -ENOMEM;
	}
	ret = path->print(out, server, device);
	if (fclose(out)) {
		ret = -ENOMEM;
	}
	if (!ret) {
		ret = text_fd(name, text, size, path->mode, flags);
	}
	free(text);
	return ret;
}

static int open_new(const struct server_path *path, u32 flags)
{
	int fd = path->open();

	if (fd >= 0 && flags & O_NONBLOCK) {
		fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	}
	return fd;
}

long call_open_path(struct connection *conn)
{
	struct wire_open_path *open = &conn->in.open_path;
	const struct server_device *device;
	const struct server_path *path;
	int fd = -ENOENT;

	open->path[sizeof(open->path) - 1] = '\0';
	for (unsigned int i = 0; (path = server_path_at(i)); i++) {
		if (matches(path, open->path, conn->server, &device)) {
			fd = path->open ? open_new(path, open->flags)
					: open_text(conn->server, path, device,
						    open->path, open->flags);
			break;
		}
	}
	if (fd < 0) {
		return fd;
	}
	conn->reply_fd = fd;
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
	return 0;
}
