/* SPDX-License-Identifier: MIT */
/* For tests: a display that shows something. After cmocka.h. */
#ifndef UPRIME_TESTS_SHOWN_H
#define UPRIME_TESTS_SHOWN_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#define CARD "/dev/dri/card0"

/* The size of an event, of all kinds. */
#define EVENT_SIZE sizeof(struct drm_event_vblank)

/**
 * struct shown - the first connector, and a framebuffer that it shows
 */
struct shown {
	int card;
	uint32_t connector, crtc, fb;
	drmModeModeInfo mode;
};

static inline uint32_t shown_make_fb(int card, uint32_t width, uint32_t height)
{
	struct drm_mode_create_dumb create = {
		.width = width, .height = height, .bpp = 32};
	uint32_t fb = 0;

	assert_int_equal(drmIoctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &create),
			 0);
	assert_int_equal(drmModeAddFB(card, width, height, 24, 32, create.pitch,
				      create.handle, &fb),
			 0);
	return fb;
}

/* shown_open - @flags: of open(2), beside O_RDWR */
static inline struct shown shown_open(int flags)
{
	struct shown shown = {.card = open(CARD, O_RDWR | O_CLOEXEC | flags)};
	drmModeConnector *connector;
	drmModeRes *res;

	assert_true(shown.card >= 0);
	res = drmModeGetResources(shown.card);
	assert_non_null(res);
	shown.connector = res->connectors[0];
	shown.crtc = res->crtcs[0];
	connector = drmModeGetConnector(shown.card, shown.connector);
	assert_non_null(connector);
	assert_true(connector->count_modes > 0);
	shown.mode = connector->modes[0];
	shown.fb = shown_make_fb(shown.card, shown.mode.hdisplay,
				 shown.mode.vdisplay);
	assert_int_equal(drmModeSetCrtc(shown.card, shown.crtc, shown.fb, 0, 0,
					&shown.connector, 1, &shown.mode),
			 0);
	drmModeFreeConnector(connector);
	drmModeFreeResources(res);
	return shown;
}

/* shown_ask - ask for an event at the next vblank: 0 or an errno */
static inline int shown_ask(const struct shown *shown, unsigned long data)
{
	drmVBlank vblank = {
		.request.type = DRM_VBLANK_RELATIVE | DRM_VBLANK_EVENT,
		.request.sequence = 1,
		.request.signal = data,
	};

	return ioctl(shown->card, DRM_IOCTL_WAIT_VBLANK, &vblank) ? errno : 0;
}

#endif
