/* SPDX-License-Identifier: MIT */
/* A display as VNC viewers see it; the protocol is libvncserver's. */
#include "look_screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Before anything was shown. */
#define WIDTH  1024
#define HEIGHT 768
/* What is compared, and sent, at once. */
#define TILE_WIDTH  64
#define TILE_HEIGHT 16
/* So long a viewer may keep the others waiting. */
#define VIEWER_MS    2000
#define POSITION_MAX 65535

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

static struct screen *screen_of(const rfbClientRec *client)
{
	return client->screen->screenData;
}

static void handle_key(rfbBool down, rfbKeySym keysym, rfbClientPtr client)
{
	typed_key(screen_of(client)->typed, keysym, down);
}

static int position(int at, uint32_t size)
{
	int64_t last = size > 1 ? size - 1 : 1;

	at = at > last ? (int)last : at;
	return at < 0 ? 0 : (int)(at * (int64_t)POSITION_MAX / last);
}

static void handle_pointer(int buttons, int x, int y, rfbClientPtr client)
{
	struct screen *screen = screen_of(client);

	typed_point(screen->typed, position(x, screen->width),
		    position(y, screen->height), buttons);
}

static void handle_gone(rfbClientPtr client)
{
	typed_release(screen_of(client)->typed);
}

static enum rfbNewClientAction handle_new(rfbClientPtr client)
{
	client->clientGoneHook = handle_gone;
	return RFB_CLIENT_ACCEPT;
}

int screen_open(struct screen *screen, const char *name, char **passwords,
		struct typed *typed)
{
	int ret = resize(screen, WIDTH, HEIGHT);
	rfbScreenInfoPtr rfb = screen->rfb;

	if (ret) {
		return ret;
	}
	screen->typed = typed;
	rfb->screenData = screen;
	rfb->desktopName = name;
	/* The sockets that listen are ours: nothing else does. */
	rfb->port = 0;
	rfb->ipv6port = 0;
	rfb->alwaysShared = TRUE;
	rfb->deferUpdateTime = 0;
	rfb->maxClientWait = VIEWER_MS;
	/* The picture has the pointer in it. */
	rfb->cursor = NULL;
	rfb->newClientHook = handle_new;
	rfb->kbdAddEvent = handle_key;
	rfb->ptrAddEvent = handle_pointer;
	if (passwords[0]) {
		rfb->authPasswdData = passwords;
		/* The first is for looking only, where there are more. */
		rfb->authPasswdFirstViewOnly = 1;
		rfb->passwordCheck = rfbCheckPasswordByList;
	}
	rfbInitServer(rfb);
	return 0;
}

void screen_close(struct screen *screen)
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

int screen_show(struct screen *screen, const struct wire_frame_reply *info,
		const void *pixels)
{
	int ret = 0;

	if (info->width != screen->width || info->height != screen->height) {
		ret = resize(screen, info->width, info->height);
	}
	if (!ret) {
		copy_picture(screen, pixels, info->stride);
	}
	return ret;
}

void screen_show_black(struct screen *screen)
{
	memset(screen->pixels, 0, (size_t)screen->width * screen->height * 4);
	rfbMarkRectAsModified(screen->rfb, 0, 0, (int)screen->width,
			      (int)screen->height);
}
