/* SPDX-License-Identifier: MIT */
/**
 * DOC: who looks at displays
 *
 * A connection that waits for pictures is a *looker*. The drivers are watched
 * while there is one, and tell of new pictures from wherever they are: that
 * only sets a bit and wakes the looker. Lookers do not keep the session alive.
 * When it is over but for them they are told so (-ESHUTDOWN), and can still ask
 * for the last pictures before they hang up; those which do not are hung up.
 */
#include "looks.h"

#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

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

/* Watch the displays for one looker more, or less: the first one begins it. */
static void watch(struct server *server, bool more)
{
	struct looks *looks = &server->looks;
	bool changes;

	mutex_lock(&looks->watch_lock);
	changes = more ? !looks->nr_watching++ : !--looks->nr_watching;
	for (unsigned int i = 0; i < server->nr_devices && changes; i++) {
		const struct server_device *device = &server->devices[i];
		const struct uprime_display_ops *ops = device->driver->display;

		if (ops && more) {
			ops->watch(device->dev, &looks->watches[i].watch);
		} else if (ops) {
			ops->unwatch(device->dev, &looks->watches[i].watch);
		}
	}
	mutex_unlock(&looks->watch_lock);
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

static bool is_looker(struct looks *looks, int pid)
{
	struct looker *looker;
	bool found = false;

	spin_lock(&looks->lock);
	list_for_each_entry (looker, &looks->lookers, node) {
		found |= looker->conn->task.pid == pid;
	}
	spin_unlock(&looks->lock);
	return found;
}

bool looks_have_children(struct server *server)
{
	char path[64];
	bool all = true;
	FILE *in;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	in = fopen(path, "re");
	if (!in) {
		return false;
	}
	while (all && fscanf(in, "%d", &pid) == 1) {
		all = is_looker(&server->looks, pid);
	}
	fclose(in);
	return all;
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

void looks_join(struct looker *looker)
{
	struct server *server = looker->conn->server;
	struct looks *looks = &server->looks;

	/* What is shown already is news to it. */
	spin_lock(&looks->lock);
	looker->news = looks->nr == WIRE_VIEWS_MAX ? ~(u64)0
						   : ((u64)1 << looks->nr) - 1;
	list_add_tail(&looker->node, &looks->lookers);
	looker->waited = true;
	spin_unlock(&looks->lock);
	watch(server, true);
	mutex_lock(&server->lock);
	server->nr_lookers++;
	mutex_unlock(&server->lock);
	/* The session may be over now. */
	eventfd_write(server->wake, 1);
}

void looks_part(struct looker *looker)
{
	struct server *server = looker->conn->server;

	spin_lock(&server->looks.lock);
	list_del_init(&looker->node);
	spin_unlock(&server->looks.lock);
	watch(server, false);
}

bool looks_news(struct looks *looks, struct looker *looker, u64 wanted,
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
