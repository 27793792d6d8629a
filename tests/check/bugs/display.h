/* SPDX-License-Identifier: MIT */
/* A display that is on, for the programs that have one. */
#ifndef DISPLAY_H
#define DISPLAY_H

#include "bug.h"

/* struct display - the first CRTC and connector of card0 */
struct display {
	int card;
	uint32_t crtc, connector, plane;
	drmModeModeInfo mode;
	uint32_t buffer, fb; /* what it shows at first */
};

static inline uint32_t add_fb(const struct display *display, uint32_t handle)
{
	uint32_t fb;

	MUST(!drmModeAddFB(display->card, display->mode.hdisplay,
			   display->mode.vdisplay, 24, 32,
			   display->mode.hdisplay * 4, handle, &fb));
	return fb;
}

static inline uint32_t make_screen(const struct display *display)
{
	struct drm_mode_create_dumb args = {.width = display->mode.hdisplay,
					    .height = display->mode.vdisplay,
					    .bpp = 32};

	MUST(!drmIoctl(display->card, DRM_IOCTL_MODE_CREATE_DUMB, &args));
	return args.handle;
}

static inline uint32_t property(const struct display *display, uint32_t object,
				uint32_t type, const char *name)
{
	drmModeObjectProperties *all =
		drmModeObjectGetProperties(display->card, object, type);
	uint32_t id = 0;

	MUST(all);
	for (uint32_t i = 0; i < all->count_props; i++) {
		drmModePropertyRes *property =
			drmModeGetProperty(display->card, all->props[i]);

		if (property && !strcmp(property->name, name)) {
			id = property->prop_id;
		}
		drmModeFreeProperty(property);
	}
	drmModeFreeObjectProperties(all);
	MUST(id);
	return id;
}

static inline void display_on(struct display *display)
{
	drmModeConnector *connector;
	drmModePlaneRes *planes;
	drmModeRes *res;

	display->card = open_card();
	MUST(!drmSetClientCap(display->card, DRM_CLIENT_CAP_ATOMIC, 1));
	res = drmModeGetResources(display->card);
	MUST(res && res->count_crtcs && res->count_connectors);
	display->crtc = res->crtcs[0];
	display->connector = res->connectors[0];
	connector = drmModeGetConnector(display->card, display->connector);
	MUST(connector && connector->count_modes);
	display->mode = connector->modes[0];
	drmModeFreeConnector(connector);
	drmModeFreeResources(res);
	planes = drmModeGetPlaneResources(display->card);
	MUST(planes && planes->count_planes);
	display->plane = planes->planes[0];
	drmModeFreePlaneResources(planes);
	display->buffer = make_screen(display);
	display->fb = add_fb(display, display->buffer);
	MUST(!drmModeSetCrtc(display->card, display->crtc, display->fb, 0, 0,
			     &display->connector, 1, &display->mode));
}

static inline void display_off(struct display *display)
{
	MUST(!drmModeSetCrtc(display->card, display->crtc, 0, 0, 0, NULL, 0,
			     NULL));
	MUST(!drmModeRmFB(display->card, display->fb));
	close_buffer(display->card, display->buffer);
	close(display->card);
}

#endif
