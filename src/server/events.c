/* SPDX-License-Identifier: MIT */
/**
 * DOC: what the server's main thread waits for
 *
 * Programs that connect, device fds and memory that are closed while nobody
 * asks, children that end, connections that end, and signals which who started
 * us wants PROGRAM to have.
 *
 * PROGRAM's end is told at once if others still run in the session. If it was
 * the last, its end is told when the session is over, so that nothing is left
 * once `uprime run` returns; but not much later, should a connection stay.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

/* How long PROGRAM's end is held back for the session's, in ms. */
#define TELL_DELAY 200
/* How long to leave alone who cannot be accepted, in ns. */
#define ACCEPT_PAUSE 10000000

bool server_is_over(struct server *server)
{
	bool over, looked_on;

	mutex_lock(&server->lock);
	over = server->nr_connections == server->nr_lookers;
	looked_on = server->nr_lookers;
	mutex_unlock(&server->lock);
	/* Who looks on can be a child, too, which waits for the end as well. */
	return over && (!server->has_children ||
			(looked_on && looks_have_children(server)));
}

/* Nobody can be accepted for want of an fd: send him away instead of finding
 * him at the door over and over. */
static void turn_away(struct server *server)
{
	const struct timespec pause = {.tv_nsec = ACCEPT_PAUSE};
	int fd;

	close(server->reserve);
	fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		close(fd);
	} else {
		nanosleep(&pause, NULL);
	}
	server->reserve = eventfd(0, EFD_CLOEXEC);
}

void server_accept(struct server *server)
{
	int fd;

	for (;;) {
		fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			connection_start(server, fd);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOMEM || errno == ENOBUFS) {
			debug("cannot accept a connection: %m");
			turn_away(server);
			return;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static void children_ended(struct server *server)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(server->signals, &info, sizeof(info)) > 0) {
	}
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == server->program) {
			server->program = 0;
			server->status = status;
			server->ended = true;
		}
	}
	if (pid < 0 && errno == ECHILD) {
		server->has_children = false;
	}
}

/* A signal for PROGRAM, or the end of who started us. */
static void told(struct server *server)
{
	int signal;
	ssize_t len =
		recv(server->control, &signal, sizeof(signal), MSG_DONTWAIT);

	if (len == sizeof(signal)) {
		if (server->program) {
			kill(server->program, signal);
		}
	} else if (len >= 0 || errno != EAGAIN) {
		close(server->control);
		server->control = -1;
	}
}

static void connection_ended(struct server *server)
{
	eventfd_t ended;

	eventfd_read(server->wake, &ended);
}

void server_wait(struct server *server)
{
	struct pollfd fds[] = {
		{.fd = server->listener, .events = POLLIN},
		{.fd = server->closed, .events = POLLIN},
		{.fd = server->signals, .events = POLLIN},
		{.fd = server->wake, .events = POLLIN},
		{.fd = server->control, .events = POLLIN},
		{.fd = server->seat.server ? server->seat.news : -1,
		 .events = POLLIN},
	};

	while (!server_is_over(server)) {
		if (server->ended && server->has_children) {
			server_tell(server, false);
		}
		fds[4].fd = server->control;
		if (!poll(fds, ARRAY_SIZE(fds),
			  server->ended ? TELL_DELAY : -1)) {
			server_tell(server, false);
			continue;
		}
		if (fds[0].revents) {
			server_accept(server);
		}
		if (fds[1].revents) {
			drain();
		}
		if (fds[2].revents) {
			children_ended(server);
		}
		if (fds[3].revents) {
			connection_ended(server);
		}
		if (fds[4].revents) {
			told(server);
		}
		if (fds[5].revents) {
			seat_serve(&server->seat);
		}
	}
}
