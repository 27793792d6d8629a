/* SPDX-License-Identifier: MIT */
/**
 * DOC: the live view
 *
 * A VNC server for each display, at one port after the other; the protocol is
 * libvncserver's, the sockets that listen are ours, so that nothing listens
 * where nobody asked for it. One thread waits for all: viewers, new ones, and
 * the session. New pictures are asked for while somebody is connected, and
 * compared with what the viewers have; a program may also draw into the picture
 * that is shown and tell nobody, so it is looked at a few times a second
 * anyway.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include <rfb/rfb.h>

#include "look.h"
#include "look_listen.h"
#include "say.h"

/* What is shown without being told, and new viewers, are noticed in this time.
 */
#define LOOK_MS 100
/* So long a viewer may keep the others waiting. */
#define VIEWER_MS 2000
/* Before anything was shown. */
#define WIDTH  1024
#define HEIGHT 768
/* What is compared, and sent, at once. */
#define TILE_WIDTH  64
#define TILE_HEIGHT 16

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
 * struct screen - a display as viewers see it
 */
struct screen {
	int listener;	      /* owned */
	rfbScreenInfoPtr rfb; /* owned */
	uint32_t *pixels;     /* owned */
	uint32_t width, height;
};

/**
 * struct view - the displays of a session, as viewers see them
 */
struct view {
	struct look look;
	struct listen_at at;
	char *passwords[2];	/* not owned; NULL at the end */
	struct screen *screens; /* owned */
	unsigned int nr;
};

static void set_format(struct screen *screen)
{
	rfbPixelFormat *format = &screen->rfb->serverFormat;
	rfbClientIteratorPtr i;
	rfbClientPtr client;

	format->depth = 24;
	format->redShift = 16;
	format->greenShift = 8;
	format->blueShift = 0;
	i = rfbGetClientIterator(screen->rfb);
	while ((client = rfbClientIteratorNext(i))) {
		screen->rfb->setTranslateFunction(client);
	}
	rfbReleaseClientIterator(i);
}

static int resize(struct screen *screen, uint32_t width, uint32_t height)
{
	uint32_t *pixels = calloc((size_t)width * height, sizeof(*pixels));

	if (!pixels) {
		return -ENOMEM;
	}
	if (screen->rfb) {
		rfbNewFramebuffer(screen->rfb, (char *)pixels, (int)width,
				  (int)height, 8, 3, 4);
	} else {
		screen->rfb = rfbGetScreen(NULL, NULL, (int)width, (int)height,
					   8, 3, 4);
		if (!screen->rfb) {
			free(pixels);
			return -ENOMEM;
		}
		screen->rfb->frameBuffer = (char *)pixels;
	}
	set_format(screen);
	free(screen->pixels);
	screen->pixels = pixels;
	screen->width = width;
	screen->height = height;
	return 0;
}

static int open_screen(struct view *view, struct screen *screen,
		       const char *name)
{
	int ret = resize(screen, WIDTH, HEIGHT);

	if (ret) {
		return ret;
	}
	screen->rfb->desktopName = name;
	screen->rfb->port = 0;
	screen->rfb->ipv6port = 0;
	screen->rfb->alwaysShared = TRUE;
	screen->rfb->deferUpdateTime = 0;
	screen->rfb->maxClientWait = VIEWER_MS;
	/* The picture has the pointer in it. */
	screen->rfb->cursor = NULL;
	if (view->passwords[0]) {
		screen->rfb->authPasswdData = view->passwords;
		screen->rfb->passwordCheck = rfbCheckPasswordByList;
	}
	rfbInitServer(screen->rfb);
	return 0;
}

static void close_screen(struct screen *screen)
{
	if (screen->rfb) {
		rfbShutdownServer(screen->rfb, TRUE);
		rfbScreenCleanup(screen->rfb);
	}
	free(screen->pixels);
	if (screen->listener >= 0) {
		close(screen->listener);
	}
}

/* Take over a tile: true if it is another than before. */
static bool copy_tile(struct screen *screen, const char *lines, size_t stride,
		      uint32_t x, uint32_t y)
{
	uint32_t right = x + TILE_WIDTH, bottom = y + TILE_HEIGHT;
	bool changed = false;
	size_t size;

	right = right < screen->width ? right : screen->width;
	bottom = bottom < screen->height ? bottom : screen->height;
	size = (right - x) * sizeof(*screen->pixels);
	for (; y < bottom; y++) {
		uint32_t *to = screen->pixels + (size_t)y * screen->width + x;
		const char *from = lines + y * stride + x * sizeof(*to);

		if (memcmp(to, from, size)) {
			memcpy(to, from, size);
			changed = true;
		}
	}
	return changed;
}

static void mark(struct screen *screen, uint32_t x, uint32_t y, uint32_t right)
{
	uint32_t bottom = y + TILE_HEIGHT;

	rfbMarkRectAsModified(
		screen->rfb, (int)x, (int)y,
		(int)(right < screen->width ? right : screen->width),
		(int)(bottom < screen->height ? bottom : screen->height));
}

static void copy_picture(struct screen *screen, const char *lines,
			 size_t stride)
{
	for (uint32_t y = 0; y < screen->height; y += TILE_HEIGHT) {
		uint32_t x, begin = 0;
		bool changed = false;

		for (x = 0; x < screen->width; x += TILE_WIDTH) {
			bool now = copy_tile(screen, lines, stride, x, y);

			if (changed && !now) {
				mark(screen, begin, y, x);
			} else if (now && !changed) {
				begin = x;
			}
			changed = now;
		}
		if (changed) {
			mark(screen, begin, y, x);
		}
	}
}

static void copy_black(struct screen *screen)
{
	memset(screen->pixels, 0, (size_t)screen->width * screen->height * 4);
	rfbMarkRectAsModified(screen->rfb, 0, 0, (int)screen->width,
			      (int)screen->height);
}

static int refresh(struct view *view, unsigned int display)
{
	struct screen *screen = &view->screens[display];
	struct wire_frame_reply info;
	int ret = look_frame(&view->look, display, &info);

	if (ret && ret != -ENODATA) {
		return ret;
	}
	if (ret || !info.on) {
		copy_black(screen);
		return 0;
	}
	if (info.width != screen->width || info.height != screen->height) {
		ret = resize(screen, info.width, info.height);
		if (ret) {
			return ret;
		}
	}
	copy_picture(screen, view->look.pixels, info.stride);
	return 0;
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

/* The session has answered. */
static int hear_session(struct view *view)
{
	uint64_t news, seen = looked_at(view);
	int ret = look_end(&view->look, &news);

	/* No news: see what was drawn without being told. */
	if (!news) {
		news = seen;
	}
	for (unsigned int i = 0; i < view->nr && !ret; i++) {
		if (news & seen & (uint64_t)1 << i) {
			ret = refresh(view, i);
		}
	}
	return ret;
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

/* Let viewers in, who are shown what is shown now. The session has nothing else
 * to answer. */
static int welcome(struct view *view, const fd_set *ready)
{
	int ret = 0;

	for (unsigned int i = 0; i < view->nr && !ret; i++) {
		struct screen *screen = &view->screens[i];
		int fd = -1;

		if (FD_ISSET(screen->listener, ready)) {
			fd = listen_accept(screen->listener);
		}
		if (fd >= 0) {
			rfbNewClient(screen->rfb, fd);
			ret = refresh(view, i);
		}
	}
	return ret;
}

/* Until the session is over. 0; -errno. */
static int show(struct view *view)
{
	bool asked = false;
	fd_set ready;
	int ret = 0;

	while (!ret) {
		if (!asked) {
			ret = look_begin(&view->look, looked_at(view), LOOK_MS);
			asked = true;
		}
		wait_for_anything(view, &ready);
		if (FD_ISSET(view->look.sock, &ready)) {
			asked = false;
			ret = hear_session(view);
		} else if (is_somebody_new(view, &ready)) {
			asked = false;
			ret = look_cancel(&view->look);
			ret = ret ? ret : welcome(view, &ready);
		}
		for (unsigned int i = 0; i < view->nr && !ret; i++) {
			rfbProcessEvents(view->screens[i].rfb, 0);
		}
	}
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
		if (open_screen(view, screen, view->look.displays[i].name)) {
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
		close_screen(&view->screens[i]);
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
	listener = begin(&view, argc > 1 ? argv[1] : NULL);
	if (listener < 0) {
		return EXIT_UPRIME;
	}
	look_ready();
	return show_session(&view, STDIN_FILENO, listener);
}
