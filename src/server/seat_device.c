/* SPDX-License-Identifier: MIT */
/**
 * DOC: the devices of the seat
 *
 * The seat holds no open file: of a device it remembers the cookie. One that
 * the program has closed by itself is found no more, and forgotten when there
 * are too many.
 */
#include <drm/drm_drv.h>
#include <drm/drm_ioctl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"
#include "seat.h"

/**
 * struct seat_device - a device that a client has open
 */
struct seat_device {
	struct list_head node; /* seat_client.devices */
	u64 cookie;
	int id;
};

static bool seat_capable(struct task *task, int cap)
{
	(void)task;
	(void)cap;
	return true;
}

static int seat_copy_from(struct task *task, void *to, u64 from, size_t n)
{
	(void)task;
	(void)to;
	(void)from;
	(void)n;
	return -EFAULT;
}

static int seat_copy_to(struct task *task, u64 to, const void *from, size_t n)
{
	(void)task;
	(void)to;
	(void)from;
	(void)n;
	return -EFAULT;
}

/* Whoever hands out devices is root. It asks for memory and fds of nobody, and
 * for nothing that waits. */
const struct task_ops seat_task_ops = {
	.capable = seat_capable,
	.copy_from_user = seat_copy_from,
	.copy_to_user = seat_copy_to,
};

/* Make the file of a device master, or end that. Other kinds of nodes refuse
 * it, and another program may be master already. */
static void set_master(struct seat_client *client, u64 cookie, bool on)
{
	struct anon_file *file = anon_file_find(cookie);
	const struct devfile *devfile = to_devfile(file);
	struct task *task = current_task();

	if (devfile) {
		set_current_task(&client->task);
		drm_ioctl(devfile->drm,
			  on ? DRM_IOCTL_SET_MASTER : DRM_IOCTL_DROP_MASTER, 0);
		set_current_task(task);
	}
	anon_file_put(file);
}

static void forget(struct seat_client *client, struct seat_device *device)
{
	list_del_init(&device->node);
	client->nr_devices--;
	kfree(device);
}

/* An input device is of no use any more, for good. */
static void revoke_input(u64 cookie)
{
	struct anon_file *file = anon_file_find(cookie);

	if (to_evdev(file)) {
		evdev_revoke(to_evdev(file));
	}
	anon_file_put(file);
}

static void disable_device(struct seat_client *client,
			   const struct seat_device *device)
{
	set_master(client, device->cookie, false);
	revoke_input(device->cookie);
}

static void lose_device(struct seat_client *client, struct seat_device *device)
{
	disable_device(client, device);
	forget(client, device);
}

static void forget_closed(struct seat_client *client)
{
	struct seat_device *device, *next;
	struct anon_file *file;

	list_for_each_entry_safe (device, next, &client->devices, node) {
		file = anon_file_find(device->cookie);
		if (!file) {
			forget(client, device);
		}
		anon_file_put(file);
	}
}

/* The minor number of a node of a device, or -1. */
static int find_minor(const struct server *server, const char *path)
{
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct server_device *device = &server->devices[i];

		for (unsigned int n = 0; n < device->nr_nodes; n++) {
			if (!strcmp(path, device->nodes[n].path)) {
				return device->nodes[n].index;
			}
		}
	}
	return -1;
}

static int open_minor(struct seat_client *client, struct drm_minor *minor,
		      int oflags)
{
	struct task *task = current_task();
	int fd;

	if (!minor) {
		return -ENODEV;
	}
	set_current_task(&client->task);
	fd = devfile_open(minor, (oflags & ~O_ACCMODE) | O_RDWR);
	set_current_task(task);
	drm_dev_put(minor->dev);
	if (fd >= 0 && client->state == SEAT_ACTIVE) {
		set_master(client, anon_file_cookie(fd), true);
	}
	return fd;
}

/* Who is not active is not to hear what is typed. */
static int open_input(struct seat_client *client, const char *path)
{
	struct server_input *input = &client->seat->server->input;

	for (unsigned int i = 0; i < input->nr_devices; i++) {
		if (!strcmp(path, input->devices[i].path)) {
			return client->state == SEAT_ACTIVE
				       ? evdev_open(&input->devices[i])
				       : -EPERM;
		}
	}
	return -ENOENT;
}

/* Open what a path names, through whatever links of the testbed. */
static int open_path(struct seat_client *client, const char *path, int oflags)
{
	const struct server *server = client->seat->server;
	const char *root = server->testbed.root;
	char inside[PATH_MAX], *real;
	int index, fd = -ENOENT;

	if (snprintf(inside, sizeof(inside), "%s%s", root, path) >=
	    (int)sizeof(inside)) {
		return -ENAMETOOLONG;
	}
	real = realpath(inside, NULL);
	if (real && !strncmp(real, root, strlen(root))) {
		path = real + strlen(root);
		index = find_minor(server, path);
		fd = index < 0
			     ? open_input(client, path)
			     : open_minor(client, drm_minor_get(index), oflags);
	}
	free(real);
	return fd;
}

static int add_device(struct seat_client *client, int fd)
{
	struct seat_device *device;

	if (client->nr_devices == SEAT_DEVICES_MAX) {
		forget_closed(client);
	}
	if (client->nr_devices == SEAT_DEVICES_MAX) {
		return -EMFILE;
	}
	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device) {
		return -ENOMEM;
	}
	device->cookie = anon_file_cookie(fd);
	device->id = client->next_device++;
	list_add_tail(&device->node, &client->devices);
	client->nr_devices++;
	return device->id;
}

int seat_open_device(struct seat_client *client, const char *path, int oflags,
		     int *id)
{
	int fd;

	lockdep_assert_held(&client->seat->lock);
	/* What was closed before is closed by now, as for all requests. */
	drain();
	fd = open_path(client, path, oflags);
	if (fd < 0) {
		return fd;
	}
	*id = add_device(client, fd);
	if (*id < 0) {
		close(fd);
		return *id;
	}
	if (oflags & O_NONBLOCK) {
		fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	}
	debug("pid %d: %s gives %s", client->task.pid, client->protocol->name,
	      path);
	return fd;
}

int seat_close_device(struct seat_client *client, int id)
{
	struct seat_device *device;

	lockdep_assert_held(&client->seat->lock);
	list_for_each_entry (device, &client->devices, node) {
		if (device->id == id) {
			lose_device(client, device);
			return 0;
		}
	}
	return -EBADF;
}

void seat_enable_devices(struct seat_client *client)
{
	struct seat_device *device;

	list_for_each_entry (device, &client->devices, node) {
		set_master(client, device->cookie, true);
	}
}

void seat_disable_devices(struct seat_client *client)
{
	struct seat_device *device;

	list_for_each_entry (device, &client->devices, node) {
		disable_device(client, device);
	}
}

void seat_lose_devices(struct seat_client *client)
{
	struct seat_device *device, *next;

	list_for_each_entry_safe (device, next, &client->devices, node) {
		lose_device(client, device);
	}
}
