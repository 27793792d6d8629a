/* SPDX-License-Identifier: MIT */
/**
 * DOC: the live view
 *
 * A VNC server for each display, at one port after the other. One thread waits
 * for all: viewers, new ones, and the session. New pictures are asked for while
 * somebody is connected, and compared with what the viewers have; a program may
 * also draw into the picture that is shown and tell nobody, so it is looked at
 * a few times a second anyway. What viewers type and point at goes to the
 * input devices of the session; who has gone has let go of all keys.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "look.h"
#include "look_listen.h"
#include "look_screen.h"
#include "say.h"

/* What is shown without being told, and new viewers, are noticed in this time.
 */
#define LOOK_MS 100

static const char help[] =
	"Usage: uprime view [--session NAME] [--listen ADDRESS:PORT]\n"
	"\n"
	"Lets VNC viewers see what the displays of a running session show, "
	"and\n"
	"use its keyboard and pointer, until the session is over. Without\n"
	"--session it is the only session there is, or the one in which the\n"
	"command is run. The first display is at the port, others are at the\n"
	"next ones.\n"
	"\n"
	"  --session NAME         of this session\n"
	"  --listen ADDRESS:PORT  where viewers connect; without it at "
	"127.0.0.1\n"
	"                         and the first free port from 5900 on\n"
	"  --help                 show this\n"
	"\n"
	"If UPRIME_VNC_PASSWORD is set it is the password (8 characters "
	"count).\n"
	"There must be one if others than this machine's can connect.\n"
	"\n"
	"Examples:\n"
	"  uprime view\n"
	"  uprime view --session demo --listen 127.0.0.1:5910\n";

/**
 * struct view - the displays of a session, as viewers see them
 */
struct view {
	struct look look;
	struct listen_at at;
	char *passwords[2];	/* not owned; NULL at the end */
	struct screen *screens; /* owned */
	unsigned int nr;
	struct typed typed;
};

/* Let viewers of a display have what it shows now. */
static int refresh(struct view *view, unsigned int display)
{
	struct wire_frame_reply info;
	int ret = look_frame(&view->look, display, &info);

	if (!ret && info.on) {
		return screen_show(&view->screens[display], &info,
				   view->look.pixels);
	}
	if (!ret || ret == -ENODATA) {
		screen_show_black(&view->screens[display]);
		return 0;
	}
	return ret;
}

/* Bits of the displays that somebody looks at. */
static uint64_t looked_at(const struct view *view)
{
	uint64_t displays = 0;

	for (unsigned int i = 0; i < view->nr; i++) {
		if (view->screens[i].rfb->clientHead) {
			displays |= (uint64_t)1 << i;
		}
	}
	return displays;
}

static int refresh_all(struct view *view, uint64_t displays)
{
	int ret = 0;

	for (unsigned int i = 0; i < view->nr && !ret; i++) {
		if (displays >> i & 1) {
			ret = refresh(view, i);
		}
	}
	return ret;
}

/* The session has answered. */
static int hear_session(struct view *view)
{
	uint64_t news, seen = looked_at(view);
	int ret = look_end(&view->look, &news);

	/* No news: see what was drawn without being told. */
	return ret ? ret : refresh_all(view, news ? news & seen : seen);
}

/* Do not wait for news: there is something else to tell or to ask the session.
 */
static int interrupt_session(struct view *view)
{
	uint64_t news;
	int ret = look_cancel(&view->look, &news);

	return ret ? ret : refresh_all(view, news & looked_at(view));
}

static int send_typed(struct view *view)
{
	unsigned int nr = view->typed.nr;

	view->typed.nr = 0;
	return look_input(&view->look, view->typed.events, nr);
}

static void wait_for_anything(struct view *view, fd_set *ready)
{
	int last = view->look.sock;
	sigset_t none;

	sigemptyset(&none);
	FD_ZERO(ready);
	for (unsigned int i = 0; i < view->nr; i++) {
		const struct screen *screen = &view->screens[i];

		for (int fd = 0; fd <= screen->rfb->maxFd; fd++) {
			if (FD_ISSET(fd, &screen->rfb->allFds)) {
				FD_SET(fd, ready);
			}
		}
		FD_SET(screen->listener, ready);
		last = last < screen->rfb->maxFd ? screen->rfb->maxFd : last;
		last = last < screen->listener ? screen->listener : last;
	}
	FD_SET(view->look.sock, ready);
	if (pselect(last + 1, ready, NULL, NULL, NULL, &none) < 0) {
		FD_ZERO(ready);
	}
}

static bool is_somebody_new(const struct view *view, const fd_set *ready)
{
	for (unsigned int i = 0; i < view->nr; i++) {
		if (FD_ISSET(view->screens[i].listener, ready)) {
			return true;
		}
	}
	return false;
}

/* New viewers are shown what is shown now. */
static int let_in(struct view *view, const fd_set *ready)
{
	for (unsigned int i = 0; i < view->nr; i++) {
		struct screen *screen = &view->screens[i];
		int fd = -1;

		if (FD_ISSET(screen->listener, ready)) {
			fd = listen_accept(screen->listener);
		}
		if (fd >= 0) {
			rfbNewClient(screen->rfb, fd);
		}
	}
	return refresh_all(view, looked_at(view));
}

static void serve_viewers(struct view *view)
{
	for (unsigned int i = 0; i < view->nr; i++) {
		rfbProcessEvents(view->screens[i].rfb, 0);
	}
}

/* Until the session is over. 0; -errno. */
static int show(struct view *view)
{
	bool answered, new;
	fd_set ready;
	int ret;

	do {
		ret = look_begin(&view->look, looked_at(view), LOOK_MS);
		if (ret) {
			break;
		}
		do {
			wait_for_anything(view, &ready);
			serve_viewers(view);
			answered = FD_ISSET(view->look.sock, &ready);
			new = is_somebody_new(view, &ready);
		} while (!answered && !new && !view->typed.nr);
		ret = answered ? hear_session(view) : interrupt_session(view);
		if (!ret) {
			ret = send_typed(view);
		}
		if (!ret && new) {
			ret = let_in(view, &ready);
		}
		serve_viewers(view);
	} while (!ret);
	return ret == -ESHUTDOWN || ret == -EINTR ? 0 : ret;
}

/* The first display's listener is there already. 0; -errno, and it was said. */
static int open_screens(struct view *view, int listener)
{
	view->nr = view->look.nr;
	view->screens = calloc(view->nr, sizeof(*view->screens));
	if (!view->screens) {
		view->nr = 0;
		close(listener);
		say("out of memory.");
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < view->nr; i++) {
		view->screens[i].listener = i ? -1 : listener;
	}
	for (unsigned int i = 0; i < view->nr; i++) {
		struct screen *screen = &view->screens[i];
		char address[LISTEN_TEXT];

		if (i) {
			screen->listener = listen_next(&view->at);
		}
		if (screen->listener < 0) {
			return screen->listener;
		}
		if (screen_open(screen, view->look.displays[i].name,
				view->passwords, &view->typed)) {
			say("out of memory.");
			return -ENOMEM;
		}
		listen_text(screen->listener, address);
		say("the display %s can be seen at %s (VNC).",
		    view->look.displays[i].name, address);
	}
	return 0;
}

/* Show the session at @sock, which is taken over. Returns the exit status. */
static int show_session(struct view *view, int sock, int listener)
{
	int ret;

	if (look_open(&view->look, sock)) {
		close(listener);
		return EXIT_UPRIME;
	}
	ret = open_screens(view, listener);
	if (!ret) {
		ret = show(view);
		if (ret == -EPIPE) {
			say("the session's server is gone.");
		} else if (ret) {
			say("cannot show any more: %s.", strerror(-ret));
		}
	}
	for (unsigned int i = 0; i < view->nr; i++) {
		screen_close(&view->screens[i]);
	}
	free(view->screens);
	look_close(&view->look);
	return ret ? EXIT_UPRIME : 0;
}

/* Listen as wanted, or (NULL) as usual. A socket; -errno, and it was said. */
static int begin(struct view *view, const char *address)
{
	char *password = getenv("UPRIME_VNC_PASSWORD");

	view->passwords[0] = password && *password ? password : NULL;
	rfbLogEnable(0);
	if (listen_parse(&view->at, address)) {
		return -EINVAL;
	}
	if (!listen_is_local(&view->at) && !view->passwords[0]) {
		say("others than this machine's could see and use the display "
		    "at %s: set a password in UPRIME_VNC_PASSWORD.",
		    address);
		return -EACCES;
	}
	return listen_next(&view->at);
}

/* 0; 1: done; -EINVAL, and it was said. */
static int parse(const char **session, const char **address, int argc,
		 char **argv)
{
	static const struct option options[] = {
		{"session", required_argument, NULL, 's'},
		{"listen", required_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 's':
			*session = optarg;
			break;
		case 'l':
			*address = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 1;
		case ':':
			say("something must follow %s: see 'uprime view "
			    "--help'.",
			    argv[optind - 1]);
			return -EINVAL;
		default:
			say("there is no option %s: see 'uprime view --help'.",
			    argv[optind - 1]);
			return -EINVAL;
		}
	}
	if (optind < argc) {
		say("'%s' is too much: see 'uprime view --help'.",
		    argv[optind]);
		return -EINVAL;
	}
	return 0;
}

int view_command(int argc, char **argv)
{
	const char *session = NULL, *address = NULL;
	struct view view = {0};
	int ret, listener, sock;

	ret = parse(&session, &address, argc, argv);
	if (ret) {
		return ret < 0 ? EXIT_UPRIME : 0;
	}
	listener = begin(&view, address);
	if (listener < 0) {
		return EXIT_UPRIME;
	}
	sock = look_session(session);
	if (sock < 0) {
		close(listener);
		return EXIT_UPRIME;
	}
	return show_session(&view, sock, listener);
}

int vnc_command(int argc, char **argv)
{
	struct view view = {0};
	int listener;

	look_prepare();
	look_give_way();
	listener = begin(&view, argc > 1 ? argv[1] : NULL);
	if (listener < 0) {
		return EXIT_UPRIME;
	}
	look_ready();
	return show_session(&view, STDIN_FILENO, listener);
}
