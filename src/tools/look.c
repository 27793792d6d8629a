/* SPDX-License-Identifier: MIT */
/* A session as those see it who look at its displays. */
#include "look.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packet.h"
#include "say.h"
#include "session.h"
#include "tools.h"

#define NICE 10

static volatile sig_atomic_t told_to_end;

static void note_end(int signal)
{
	(void)signal;
	told_to_end = 1;
}

void look_prepare(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE};
	struct sigaction action = {.sa_handler = SIG_IGN};
	sigset_t set;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		sigaction(ignored[i], &action, NULL);
	}
	action.sa_handler = note_end;
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Not the group of the terminal: it is `uprime run` that ends us. */
	setpgid(0, 0);
}

void look_give_way(void)
{
	/* To Linux threads are processes here. */
	setpriority(PRIO_PROCESS, 0, NICE);
}

void look_ready(void)
{
	(void)!write(STDOUT_FILENO, "", 1);
	close(STDOUT_FILENO);
}

/* The name of the only session, the caller's to free(); NULL, and it was said.
 */
static char *only_session(struct session_base *base)
{
	struct dirent **list;
	int nr = session_list(base, &list), live = 0;
	char *name = NULL;

	for (int i = 0; i < nr; i++) {
		if (session_look(base, list[i]->d_name) == SESSION_LIVE) {
			live++;
			free(name);
			name = strdup(list[i]->d_name);
		}
		free(list[i]);
	}
	if (nr >= 0) {
		free(list);
	}
	if (live == 1 && name) {
		return name;
	}
	say(live ? "there are several sessions: name one with --session "
		   "('uprime "
		   "ls' shows all)."
		 : "there is no session: 'uprime run' makes one.");
	free(name);
	return NULL;
}

static int connect_to(struct session_base *base, const char *name)
{
	int sock = session_connect(base, name);

	if (sock < 0) {
		say("there is no session %s: 'uprime ls' shows all.", name);
	}
	return sock;
}

int look_session(const char *name)
{
	const char *inside = name ? NULL : getenv(WIRE_ENV_SESSION);
	struct session_base base;
	char *only = NULL;
	int ret;

	ret = inside ? session_base_of(&base, inside, &name)
		     : session_base_open(&base, false);
	if (ret) {
		if (inside || ret == -ENOENT) {
			say("there is no session: 'uprime run' makes one.");
		}
		return ret;
	}
	if (!name) {
		name = only = only_session(&base);
	}
	ret = name ? connect_to(&base, name) : -ENOENT;
	free(only);
	session_base_close(&base);
	return ret;
}

/* Receive a reply with at most @size bytes of data and a fd (or -1): how many;
 * -errno. */
static ssize_t receive(struct look *look, void *data, size_t size, int *fd)
{
	struct wire_reply reply;
	struct iovec iov[] = {{&reply, sizeof(reply)}, {data, size}};
	struct packet_fds fds;
	ssize_t len = packet_recv(look->sock, iov, 2, &fds, 0);

	*fd = -1;
	if (len <= 0) {
		return -EPIPE;
	}
	if (fds.nr) {
		*fd = fds.fd[0];
		fds.fd[0] = -1;
	}
	packet_close(&fds);
	if (len < (ssize_t)sizeof(reply) || reply.hdr.op != WIRE_REPLY ||
	    (size_t)len != sizeof(reply) + reply.size) {
		return -EPROTO;
	}
	return reply.ret < 0 ? reply.ret : (ssize_t)reply.size;
}

static int ask(struct look *look, const void *request, size_t size)
{
	return send(look->sock, request, size, MSG_NOSIGNAL) < 0 ? -EPIPE : 0;
}

static int list_displays(struct look *look)
{
	const struct wire_hdr request = {.op = WIRE_VIEWS};
	ssize_t len;
	int fd;

	if (ask(look, &request, sizeof(request))) {
		return -EPIPE;
	}
	len = receive(look, look->displays, sizeof(look->displays), &fd);
	if (len < 0) {
		return (int)len;
	}
	look->nr = (unsigned int)((size_t)len / sizeof(look->displays[0]));
	return 0;
}

int look_open(struct look *look, int sock)
{
	int ret;

	*look = (struct look){.sock = sock};
	ret = talk_hello(sock);
	if (!ret) {
		ret = list_displays(look);
	}
	if (ret) {
		say("the session does not answer: see 'uprime ls'.");
	} else if (!look->nr) {
		say("no device of the session has a display: run it with "
		    "--device vkms.");
		ret = -ENODEV;
	}
	if (ret) {
		look_close(look);
	}
	return ret;
}

void look_close(struct look *look)
{
	if (look->pixels) {
		munmap((void *)look->pixels, look->size);
	}
	close(look->sock);
}

int look_begin(struct look *look, uint64_t displays, int timeout_ms)
{
	const struct wire_look request = {
		.hdr.op = WIRE_LOOK,
		.timeout_ms = timeout_ms,
		.displays = displays,
	};

	return ask(look, &request, sizeof(request));
}

int look_end(struct look *look, uint64_t *news)
{
	const struct wire_hdr cancel = {.op = WIRE_CANCEL};
	struct pollfd fd = {.fd = look->sock, .events = POLLIN};
	bool cancelled = false;
	sigset_t none;
	ssize_t len;
	int got;

	sigemptyset(&none);
	*news = 0;
	while (ppoll(&fd, 1, NULL, &none) < 0) {
		if (told_to_end && !cancelled) {
			cancelled = true;
			if (ask(look, &cancel, sizeof(cancel))) {
				return -EPIPE;
			}
		}
	}
	len = receive(look, news, sizeof(*news), &got);
	if (len < 0) {
		return (int)len;
	}
	return told_to_end ? -EINTR : 0;
}

int look_cancel(struct look *look, uint64_t *news)
{
	const struct wire_hdr cancel = {.op = WIRE_CANCEL};
	ssize_t len;
	int fd;

	*news = 0;
	if (ask(look, &cancel, sizeof(cancel))) {
		return -EPIPE;
	}
	len = receive(look, news, sizeof(*news), &fd);
	return len < 0 && len != -EINTR ? (int)len : 0;
}

static int map_memory(struct look *look, int fd, size_t size)
{
	void *pixels = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	int ret = pixels == MAP_FAILED ? -errno : 0;

	close(fd);
	if (look->pixels) {
		munmap((void *)look->pixels, look->size);
	}
	look->pixels = ret ? NULL : pixels;
	look->size = size;
	return ret;
}

int look_frame(struct look *look, unsigned int display,
	       struct wire_frame_reply *info)
{
	const struct wire_frame request = {
		.hdr.op = WIRE_FRAME,
		.display = display,
	};
	ssize_t len;
	int fd, ret = 0;

	if (ask(look, &request, sizeof(request))) {
		return -EPIPE;
	}
	len = receive(look, info, sizeof(*info), &fd);
	if (fd >= 0) {
		ret = len == sizeof(*info) ? map_memory(look, fd, info->size)
					   : -EPROTO;
	}
	if (len < 0) {
		return (int)len;
	}
	return ret;
}

int look_input(struct look *look, const struct wire_input_event *events,
	       unsigned int nr)
{
	unsigned int done = 0;

	while (done < nr) {
		struct wire_input request = {.hdr.op = WIRE_INPUT};
		ssize_t len;
		int fd;

		request.nr =
			nr - done < WIRE_INPUT_MAX ? nr - done : WIRE_INPUT_MAX;
		memcpy(request.events, events + done,
		       request.nr * sizeof(*events));
		if (ask(look, &request, sizeof(request))) {
			return -EPIPE;
		}
		len = receive(look, NULL, 0, &fd);
		if (len < 0 && len != -ENODEV) {
			return (int)len;
		}
		done += request.nr;
	}
	return 0;
}

struct picture *look_keep(const struct look *look, unsigned int display,
			  const struct wire_frame_reply *info)
{
	size_t size = (size_t)info->stride * info->height;
	struct picture *picture = malloc(sizeof(*picture) + size);

	if (picture) {
		*picture = (struct picture){.info = *info, .display = display};
		memcpy(picture->pixels, look->pixels, size);
	}
	return picture;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name, *speaker;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{"screenshot", "uprime screenshot", screenshot_command},
		{"view", "uprime view", view_command},
		{"capture", "uprime run", capture_command},
		{"vnc", "uprime run", vnc_command},
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (argc && !strcmp(argv[0], commands[i].name)) {
			say_as(commands[i].speaker);
			return commands[i].run(argc, argv);
		}
	}
	say("this program is a part of uprime: see 'uprime --help'.");
	return EXIT_UPRIME;
}
