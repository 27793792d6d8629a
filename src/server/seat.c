/* SPDX-License-Identifier: MIT */
/**
 * DOC: who has the seat
 *
 * The main thread serves all clients; other threads add some. A client whose
 * protocol failed is marked as broken, and ended when nobody uses the list.
 *
 * The seat holds no open file: of a device it remembers the cookie. One that
 * the program has closed by itself is found no more, and forgotten when there
 * are too many.
 */
#include "seat.h"

#include <drm/drm_drv.h>
#include <drm/drm_ioctl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

#define EVENTS 16

/**
 * struct seat_device - a device that a client has open
 */
struct seat_device {
	struct list_head node; /* seat_client.devices */
	u64 cookie;
	int id;
};

/* ------------------------------------------------------------------------
 * Whoever hands out devices is root
 */

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

/* It asks for memory and fds of nobody, and for nothing that waits. */
static const struct task_ops seat_task_ops = {
	.capable = seat_capable,
	.copy_from_user = seat_copy_from,
	.copy_to_user = seat_copy_to,
};

/* ------------------------------------------------------------------------
 * Devices
 */

/* Make the file of a device master, or end that. Other kinds of nodes refuse
 * it, and another program may be master already. */
static void set_master(struct seat_client *client, u64 cookie, bool on)
{
	struct anon_file *file = anon_file_find(cookie);
	const struct devfile *devfile = to_devfile(file);

	if (devfile) {
		set_current_task(&client->task);
		drm_ioctl(devfile->drm,
			  on ? DRM_IOCTL_SET_MASTER : DRM_IOCTL_DROP_MASTER, 0);
		set_current_task(NULL);
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
	int fd;

	if (!minor) {
		return -ENODEV;
	}
	set_current_task(&client->task);
	fd = devfile_open(minor, (oflags & ~O_ACCMODE) | O_RDWR);
	set_current_task(NULL);
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

bool seat_give(struct seat_client *client, const struct iovec *iov, size_t nr,
	       int fd)
{
	int ret;

	lockdep_assert_held(&client->seat->lock);
	/* Nobody notices a close by the program before ours. */
	drain_lock();
	ret = packet_send(client->sock, iov, nr, &fd, fd < 0 ? 0 : 1,
			  MSG_DONTWAIT);
	if (fd >= 0) {
		close(fd);
	}
	drain_unlock();
	return !ret;
}

/* ------------------------------------------------------------------------
 * Who is active
 */

static void enable_devices(struct seat_client *client)
{
	struct seat_device *device;

	list_for_each_entry (device, &client->devices, node) {
		set_master(client, device->cookie, true);
	}
}

static void disable_devices(struct seat_client *client)
{
	struct seat_device *device;

	list_for_each_entry (device, &client->devices, node) {
		disable_device(client, device);
	}
}

static struct seat_client *first_waiting(const struct seat *seat)
{
	struct seat_client *client;

	list_for_each_entry (client, &seat->clients, node) {
		if (client->state == SEAT_WAITING && !client->broken) {
			return client;
		}
	}
	return NULL;
}

static void activate(struct seat *seat)
{
	struct seat_client *client = seat->next;

	if (seat->active) {
		return;
	}
	seat->next = NULL;
	if (!client) {
		client = first_waiting(seat);
	}
	if (!client) {
		return;
	}
	client->state = SEAT_ACTIVE;
	seat->active = client;
	enable_devices(client);
	debug("pid %d has the seat", client->task.pid);
	if (!client->protocol->enable(client)) {
		client->broken = true;
	}
}

void seat_enter(struct seat_client *client)
{
	lockdep_assert_held(&client->seat->lock);
	client->state = SEAT_WAITING;
	activate(client->seat);
}

void seat_leave(struct seat_client *client)
{
	struct seat *seat = client->seat;
	struct seat_device *device, *next;

	lockdep_assert_held(&seat->lock);
	list_for_each_entry_safe (device, next, &client->devices, node) {
		lose_device(client, device);
	}
	client->state = SEAT_AWAY;
	if (seat->next == client) {
		seat->next = NULL;
	}
	if (seat->active == client) {
		seat->active = NULL;
		activate(seat);
	}
}

int seat_left(struct seat_client *client)
{
	struct seat *seat = client->seat;

	lockdep_assert_held(&seat->lock);
	if (client->state != SEAT_LEAVING) {
		return -EBUSY;
	}
	client->state = SEAT_WAITING;
	seat->active = NULL;
	activate(seat);
	return 0;
}

int seat_switch(struct seat_client *client, int number)
{
	struct seat *seat = client->seat;
	struct seat_client *other;

	lockdep_assert_held(&seat->lock);
	if (client->state != SEAT_ACTIVE) {
		return -EPERM;
	}
	if (client->number == number) {
		return 0;
	}
	list_for_each_entry (other, &seat->clients, node) {
		if (other->number != number || other->state != SEAT_WAITING ||
		    other->broken) {
			continue;
		}
		seat->next = other;
		client->state = SEAT_LEAVING;
		disable_devices(client);
		if (!client->protocol->disable(client)) {
			client->broken = true;
		}
		return 0;
	}
	return -EINVAL;
}

/* ------------------------------------------------------------------------
 * Clients
 */

int seat_client_add(struct seat *seat, struct seat_client *client,
		    const struct seat_protocol *protocol, int sock, pid_t pid)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};

	lockdep_assert_held(&seat->lock);
	if (seat->nr_clients == SEAT_CLIENTS_MAX) {
		return -EMFILE;
	}
	if (epoll_ctl(seat->news, EPOLL_CTL_ADD, sock, &event)) {
		return -ENOMEM;
	}
	client->protocol = protocol;
	client->seat = seat;
	client->task = (struct task){&seat_task_ops, pid, -1};
	client->sock = sock;
	client->number = ++seat->next_number;
	INIT_LIST_HEAD(&client->devices);
	list_add_tail(&client->node, &seat->clients);
	seat->nr_clients++;
	return 0;
}

static void end_client(struct seat_client *client)
{
	struct seat *seat = client->seat;

	list_del_init(&client->node);
	seat->nr_clients--;
	/* Before the others hear of it: a copy of the socket may stay. */
	epoll_ctl(seat->news, EPOLL_CTL_DEL, client->sock, NULL);
	seat_leave(client);
	close(client->sock);
	client->protocol->release(client);
}

/* End a client that is to go: false: there is none. */
static bool end_broken(struct seat *seat)
{
	struct seat_client *client;

	list_for_each_entry (client, &seat->clients, node) {
		if (client->broken) {
			end_client(client);
			return true;
		}
	}
	return false;
}

void seat_serve(struct seat *seat)
{
	struct epoll_event events[EVENTS];
	struct seat_client *client;
	int nr;

	mutex_lock(&seat->lock);
	nr = epoll_wait(seat->news, events, EVENTS, 0);
	for (int i = 0; i < nr; i++) {
		client = events[i].data.ptr;
		if (!client) {
			seat_seatd_accept(seat);
		} else if (!client->broken &&
			   !client->protocol->receive(client)) {
			client->broken = true;
		}
	}
	while (end_broken(seat)) {
	}
	mutex_unlock(&seat->lock);
}

int seat_open(struct seat *seat, struct server *server)
{
	struct epoll_event event = {.events = EPOLLIN};
	int ret;

	seat->news = epoll_create1(EPOLL_CLOEXEC);
	if (seat->news < 0) {
		ret = -errno;
		say("cannot open what the seat needs: %m.");
		return ret;
	}
	ret = session_listen(&server->session, SESSION_SEAT, SOCK_STREAM);
	if (ret < 0) {
		goto err_close;
	}
	seat->listener = ret;
	if (epoll_ctl(seat->news, EPOLL_CTL_ADD, seat->listener, &event)) {
		ret = -errno;
		say("cannot open what the seat needs: %m.");
		goto err_listener;
	}
	mutex_init(&seat->lock);
	INIT_LIST_HEAD(&seat->clients);
	seat->server = server;
	return 0;

err_listener:
	close(seat->listener);
err_close:
	close(seat->news);
	return ret;
}

void seat_close(struct seat *seat)
{
	struct seat_client *client;

	if (!seat->server) {
		return;
	}
	mutex_lock(&seat->lock);
	list_for_each_entry (client, &seat->clients, node) {
		client->broken = true;
	}
	while (end_broken(seat)) {
	}
	mutex_unlock(&seat->lock);
	close(seat->listener);
	close(seat->news);
	mutex_destroy(&seat->lock);
	seat->server = NULL;
}
