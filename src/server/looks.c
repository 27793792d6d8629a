/* SPDX-License-Identifier: MIT */
/**
 * DOC: looking at displays
 *
 * Who looks at displays asks for a list of them, then for pictures, and waits
 * in between for news of any of them. A picture is put into memory of the
 * connection, which both ends have mapped; the next one overwrites it. That is
 * done in the asker's own thread, out of the place at which others are served.
 *
 * Who waits for news is a *looker*. The drivers are watched while there is one,
 * and tell of new pictures from wherever they are: that only sets a bit and
 * wakes the looker. Lookers do not keep the session alive. When it is over but
 * for them they are told so (-ESHUTDOWN), and can still ask for the last
 * pictures before they hang up; those which do not are hung up.
 */
#include "looks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

/* How long lookers have to begin, and for the last pictures, in ns. */
#define FIRST_LOOK 5000000000
#define LAST_LOOK  5000000000

static void shown(struct uprime_display_watch *watch, unsigned int display)
{
	struct device_watch *w =
		container_of(watch, struct device_watch, watch);
	struct looks *looks = w->looks;
	unsigned int index = w->first + display;
	struct looker *looker;

	if (index >= looks->nr) {
		return;
	}
	spin_lock(&looks->lock);
	list_for_each_entry (looker, &looks->lookers, node) {
		looker->news |= (u64)1 << index;
		if (looker->news & looker->wanted) {
			task_wake(&looker->conn->task);
		}
	}
	spin_unlock(&looks->lock);
}

static void add_display(struct looks *looks, const struct server_device *device,
			unsigned int index)
{
	struct display *display = &looks->at[looks->nr++];
	char name[UPRIME_DISPLAY_NAME];

	display->device = device;
	display->index = index;
	device->driver->display->name(device->dev, index, name);
	snprintf(display->name, sizeof(display->name), "card%d-%s",
		 device->nodes[0].index, name);
}

void looks_init(struct server *server)
{
	struct looks *looks = &server->looks;

	mutex_init(&looks->watch_lock);
	spin_lock_init(&looks->lock);
	INIT_LIST_HEAD(&looks->lookers);
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct server_device *device = &server->devices[i];
		const struct uprime_display_ops *ops = device->driver->display;
		unsigned int nr = ops ? ops->count(device->dev) : 0;

		looks->watches[i] = (struct device_watch){
			.watch.shown = shown,
			.looks = looks,
			.first = looks->nr,
		};
		for (unsigned int n = 0; n < nr && looks->nr < WIRE_VIEWS_MAX;
		     n++) {
			add_display(looks, device, n);
		}
	}
}

static void watch(struct server *server)
{
	struct looks *looks = &server->looks;

	mutex_lock(&looks->watch_lock);
	if (!looks->nr_watching++) {
		for (unsigned int i = 0; i < server->nr_devices; i++) {
			struct server_device *device = &server->devices[i];

			if (device->driver->display) {
				device->driver->display->watch(
					device->dev, &looks->watches[i].watch);
			}
		}
	}
	mutex_unlock(&looks->watch_lock);
}

static void unwatch(struct server *server)
{
	struct looks *looks = &server->looks;

	mutex_lock(&looks->watch_lock);
	if (!--looks->nr_watching) {
		for (unsigned int i = 0; i < server->nr_devices; i++) {
			struct server_device *device = &server->devices[i];

			if (device->driver->display) {
				device->driver->display->unwatch(
					device->dev, &looks->watches[i].watch);
			}
		}
	}
	mutex_unlock(&looks->watch_lock);
}

/* The connection as one that looks; NULL: out of memory. */
static struct looker *looker_of(struct connection *conn)
{
	struct looker *looker = conn->looker;

	if (!looker) {
		looker = calloc(1, sizeof(*looker));
		if (!looker) {
			return NULL;
		}
		looker->conn = conn;
		looker->fd = -1;
		conn->looker = looker;
	}
	return looker;
}

static void drop_memory(struct looker *looker)
{
	if (looker->fd >= 0) {
		munmap(looker->pixels, looker->size);
		close(looker->fd);
		looker->fd = -1;
		looker->size = 0;
	}
}

static int make_memory(struct looker *looker, size_t size)
{
	void *pixels;
	int fd, ret;

	drop_memory(looker);
	fd = memfd_create("uprime picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		return -errno;
	}
	if (ftruncate(fd, (off_t)size) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		ret = -errno;
		goto err_close;
	}
	pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		ret = -errno;
		goto err_close;
	}
	looker->fd = fd;
	looker->pixels = pixels;
	looker->size = size;
	return 0;

err_close:
	close(fd);
	return ret;
}

bool looks_leave(struct connection *conn)
{
	struct looks *looks = &conn->server->looks;
	struct looker *looker = conn->looker;
	bool waited = looker && looker->waited;

	if (!looker) {
		return false;
	}
	if (waited) {
		spin_lock(&looks->lock);
		list_del_init(&looker->node);
		spin_unlock(&looks->lock);
		unwatch(conn->server);
	}
	drop_memory(looker);
	free(looker);
	conn->looker = NULL;
	return waited;
}

static bool all_look(struct server *server)
{
	bool all;

	mutex_lock(&server->lock);
	all = server->nr_connections == server->nr_lookers;
	mutex_unlock(&server->lock);
	return all;
}

void looks_begin(struct server *server)
{
	struct pollfd fd = {.fd = server->wake, .events = POLLIN};
	s64 deadline = ktime_get_ns() + FIRST_LOOK, left;
	eventfd_t changed;

	while (!all_look(server) && (left = deadline - ktime_get_ns()) > 0) {
		if (poll(&fd, 1, (int)(left / 1000000) + 1) > 0) {
			eventfd_read(server->wake, &changed);
		}
	}
}

static void tell_over(struct looks *looks)
{
	struct looker *looker;

	spin_lock(&looks->lock);
	looks->over = true;
	list_for_each_entry (looker, &looks->lookers, node) {
		task_wake(&looker->conn->task);
	}
	spin_unlock(&looks->lock);
}

static void hang_up(struct looks *looks)
{
	struct looker *looker;

	spin_lock(&looks->lock);
	list_for_each_entry (looker, &looks->lookers, node) {
		shutdown(looker->conn->sock, SHUT_RDWR);
	}
	spin_unlock(&looks->lock);
}

static bool has_connections(struct server *server)
{
	bool has;

	mutex_lock(&server->lock);
	has = server->nr_connections;
	mutex_unlock(&server->lock);
	return has;
}

void looks_finish(struct server *server)
{
	struct pollfd fd = {.fd = server->wake, .events = POLLIN};
	s64 deadline = ktime_get_ns() + LAST_LOOK;
	eventfd_t ended;
	bool hung_up = false;

	tell_over(&server->looks);
	while (has_connections(server)) {
		s64 left = deadline - ktime_get_ns();

		if (left <= 0 && !hung_up) {
			hang_up(&server->looks);
			hung_up = true;
		}
		if (poll(&fd, 1, hung_up ? -1 : (int)(left / 1000000) + 1) >
		    0) {
			eventfd_read(server->wake, &ended);
		}
	}
	mutex_destroy(&server->looks.watch_lock);
}

long call_views(struct connection *conn)
{
	const struct looks *looks = &conn->server->looks;

	for (unsigned int i = 0; i < looks->nr; i++) {
		struct wire_view *display = &conn->out.views[i];

		*display = (struct wire_view){0};
		strcpy(display->name, looks->at[i].name);
	}
	request_data(conn, conn->out.views,
		     looks->nr * sizeof(struct wire_view));
	return 0;
}

static void join_lookers(struct looker *looker)
{
	struct server *server = looker->conn->server;
	struct looks *looks = &server->looks;

	/* What is shown already is news to it. */
	spin_lock(&looks->lock);
	looker->news = looks->nr == 64 ? ~(u64)0 : ((u64)1 << looks->nr) - 1;
	list_add_tail(&looker->node, &looks->lookers);
	looker->waited = true;
	spin_unlock(&looks->lock);
	watch(server);
	mutex_lock(&server->lock);
	server->nr_lookers++;
	mutex_unlock(&server->lock);
	/* The session may be over now. */
	eventfd_write(server->wake, 1);
}

/* Take what is new of what the request is about. True: the session is over. */
static bool take_news(struct looks *looks, struct looker *looker, u64 wanted,
		      u64 *news)
{
	bool over;

	spin_lock(&looks->lock);
	looker->wanted = wanted;
	*news = looker->news & wanted;
	looker->news &= ~wanted;
	over = looks->over;
	spin_unlock(&looks->lock);
	return over;
}

long call_look(struct connection *conn)
{
	struct looks *looks = &conn->server->looks;
	struct looker *looker = looker_of(conn);
	s32 timeout = conn->in.look.timeout_ms;
	s64 deadline = timeout < 0 ? TASK_FOREVER
				   : ktime_get_ns() + (s64)timeout * 1000000;
	u64 *news = &conn->out.news;
	bool over;
	int ret = 0;

	if (!looker) {
		return -ENOMEM;
	}
	if (!looker->waited) {
		join_lookers(looker);
	}
	for (;;) {
		over = take_news(looks, looker, conn->in.look.displays, news);
		if (over || *news || ret == -ETIMEDOUT) {
			break;
		}
		ret = task_sleep(deadline, true);
		if (ret == -EINTR || ret == -ENOMEM) {
			return ret;
		}
	}
	request_data(conn, news, sizeof(*news));
	return over ? -ESHUTDOWN : 0;
}

/* Let the driver put the picture into the connection's memory. Sets @made if
 * that is new. */
static int fill(struct looker *looker, const struct display *display,
		struct uprime_frame *frame, bool *made)
{
	const struct uprime_display_ops *ops = display->device->driver->display;
	int ret;

	for (;;) {
		frame->pixels = looker->pixels;
		frame->size = looker->size;
		ret = ops->frame(display->device->dev, display->index, frame);
		if (ret != -ENOSPC) {
			return ret;
		}
		/* The mode can be another one by the next time. */
		ret = make_memory(looker,
				  (size_t)frame->stride * frame->height);
		if (ret) {
			return ret;
		}
		*made = true;
	}
}

long call_frame(struct connection *conn)
{
	const struct looks *looks = &conn->server->looks;
	struct looker *looker = looker_of(conn);
	u32 index = conn->in.frame.display;
	struct uprime_frame frame = {0};
	bool made = false;
	long ret;

	if (!looker) {
		return -ENOMEM;
	}
	if (index >= looks->nr) {
		return -EINVAL;
	}
	ret = connection_pause(conn);
	if (ret) {
		return ret;
	}
	ret = fill(looker, &looks->at[index], &frame, &made);
	if (!ret && made) {
		conn->reply_fd = fcntl(looker->fd, F_DUPFD_CLOEXEC, 0);
		ret = conn->reply_fd < 0 ? -errno : 0;
	}
	if (ret) {
		/* Nobody was given it. */
		if (made) {
			drop_memory(looker);
		}
		return ret;
	}
	conn->out.frame = (struct wire_frame_reply){
		.width = frame.width,
		.height = frame.height,
		.stride = frame.stride,
		.refresh_mhz = frame.refresh_mhz,
		.on = frame.on,
		.sequence = frame.sequence,
		.time_ns = frame.time_ns,
		.size = looker->size,
	};
	request_data(conn, &conn->out.frame, sizeof(conn->out.frame));
	return 0;
}

long call_input(struct connection *conn)
{
	const struct wire_input *input = &conn->in.input;
	int ret = 0, err;

	if (input->nr > WIRE_INPUT_MAX) {
		return -EINVAL;
	}
	for (u32 i = 0; i < input->nr; i++) {
		err = input_post(&conn->server->input, input->events[i].type,
				 input->events[i].code, input->events[i].value);
		ret = ret ? ret : err;
	}
	return ret;
}
