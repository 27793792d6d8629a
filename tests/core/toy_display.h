/* SPDX-License-Identifier: MIT */
/**
 * DOC: a driver with displays
 *
 * Two CRTCs, each with a primary plane and a cursor, one overlay for both, and
 * two connectors, Virtual-1 and HDMI-A-1, each with an encoder that goes to both
 * CRTCs. It has no
 * vblanks: what is asked for is shown at once. Objects are numbered in that
 * order. A connector is connected until a test says otherwise, and its display
 * has the modes and the EDID that a test gives it: without, VESA's.
 */
#ifndef UPRIME_TESTS_TOY_DISPLAY_H
#define UPRIME_TESTS_TOY_DISPLAY_H

#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_encoder.h>
#include <drm/drm_plane.h>

#define TOY_PIPES 2
/* The sizes of framebuffers. */
#define TOY_MIN_SIZE 4
#define TOY_MAX_SIZE 2048

/**
 * struct toy_display - a device with displays
 */
struct toy_display {
	struct drm_plane primary[TOY_PIPES], cursor[TOY_PIPES], overlay;
	struct drm_crtc crtc[TOY_PIPES];
	struct drm_encoder encoder[TOY_PIPES];
	struct drm_connector connector[TOY_PIPES];
	enum drm_connector_status status[TOY_PIPES];
	const struct drm_display_mode *modes[TOY_PIPES]; /* or NULL */
	int nr_modes[TOY_PIPES];
	const u8 *edid[TOY_PIPES]; /* EDID_LENGTH bytes, or NULL */
};

/* toy_display_create - a registered device, or ERR_PTR */
struct drm_device *toy_display_create(void);
void toy_display_destroy(struct drm_device *dev);
/* toy_display_of - what is behind the device */
struct toy_display *toy_display_of(struct drm_device *dev);

/* toy_display_setup - the stage with a toy display, and a vgem far away */
int toy_display_setup(void **state);

#define ON_DISPLAY(name)                                                       \
	cmocka_unit_test_setup_teardown(name, toy_display_setup, stage_teardown)

#endif
