/* SPDX-License-Identifier: MIT */
/**
 * DOC: who has the seat
 *
 * The main thread serves all clients; other threads do so as well before they
 * add one. A client whose protocol failed is marked as broken, and ended when
 * nobody uses the list.
 */
#include "seat.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

#define EVENTS 16

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
	seat_enable_devices(client);
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

	lockdep_assert_held(&seat->lock);
	seat_lose_devices(client);
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
		seat_disable_devices(client);
		if (!client->protocol->disable(client)) {
			client->broken = true;
		}
		return 0;
	}
	return -EINVAL;
}

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
