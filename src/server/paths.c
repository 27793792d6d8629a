/* SPDX-License-Identifier: MIT */
/**
 * DOC: paths which are no nodes
 *
 * Files of debugfs, whose text is made when they are opened and stays as it
 * was, and what else gives a program something new on each open. umockdev's
 * directory has an empty file in each place, for those who list or stat it.
 * The connectors' files in /sys are not in this table (sysfs.c), nor are those
 * of checksums (crc.c).
 */
#include "paths.h"

#include <drm/drm_drv.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/sw_sync.h>
#include <string.h>
#include <sys/stat.h>

#include "crc.h"
#include "debugfs.h"
#include "internal.h"
#include "sysfs.h"
#include "text.h"

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

/**
 * struct printed - a path whose text is wanted
 */
struct printed {
	const struct server_path *path;
	struct server *server;
	const struct server_device *device;
};

static int print(FILE *out, void *data)
{
	const struct printed *printed = data;

	return printed->path->print(out, printed->server, printed->device);
}

static int open_text(struct server *server, const struct server_path *path,
		     const struct server_device *device, const char *name,
		     u32 flags)
{
	struct printed printed = {path, server, device};

	return text_open(name, path->mode, flags, print, &printed);
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
	if (fd == -ENOENT) {
		fd = sysfs_open(conn->server, open->path, open->flags);
	}
	if (fd == -ENOENT) {
		fd = crc_open(conn->server, open->path, open->flags);
	}
	if (fd < 0) {
		return fd;
	}
	conn->reply_fd = fd;
	conn->reply.hdr.flags |= WIRE_F_CLOEXEC;
	return 0;
}

long call_write_path(struct connection *conn)
{
	struct wire_write_path *write = &conn->in.write_path;

	write->path[sizeof(write->path) - 1] = '\0';
	if (write->size > sizeof(write->data)) {
		return -EINVAL;
	}
	if (!strncmp(write->path, DEBUGFS, strlen(DEBUGFS))) {
		return crc_write(conn->server, write->path, write->data,
				 write->size);
	}
	return sysfs_write(conn->server, write->path, write->data, write->size);
}
