/* SPDX-License-Identifier: MIT */
/**
 * DOC: a driver with displays
 *
 * Two CRTCs, each with a primary plane and a cursor, one overlay for both, and
 * two connectors, Virtual-1 and HDMI-A-1, each with an encoder that goes to both
 * CRTCs. Objects are numbered in that order. A connector is connected until a
 * test says otherwise, and its display has the modes and the EDID that a test
 * gives it: without, VESA's. It has no vblanks unless one asks for them: what is
 * to be shown is shown at once.
 */
#ifndef UPRIME_TESTS_TOY_DISPLAY_H
#define UPRIME_TESTS_TOY_DISPLAY_H

#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_encoder.h>
#include <drm/drm_plane.h>
#include <stdatomic.h>

#define TOY_PIPES 2
/* The sizes of framebuffers. */
#define TOY_MIN_SIZE 4
#define TOY_MAX_SIZE 2048

/* The vblanks of a CRTC: see toy_vblank.h. */
struct toy_vblank {
	s64 time;	    /* of the last one; event_lock */
	atomic_int enabled; /* how often it was, less how often disabled */
	bool refuses;	    /* to be enabled */
};

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
	bool counts;		   /* it has vblanks */
	atomic_bool at_once;	   /* it shows changes without waiting for one */
	struct toy_vblank vblank[TOY_PIPES];
};

/* toy_display_create - a registered device, or ERR_PTR; the other one has
 * vblanks */
struct drm_device *toy_display_create(void);
struct drm_device *toy_display_create_counting(void);
void toy_display_destroy(struct drm_device *dev);
/* toy_display_of - what is behind the device */
struct toy_display *toy_display_of(struct drm_device *dev);

/* toy_display_setup - the stage with a toy display, and a vgem far away */
int toy_display_setup(void **state);
/* toy_display_setup_on - the same with a toy display of the caller's */
int toy_display_setup_on(struct drm_device *dev, void **state);

#define ON_DISPLAY(name)                                                       \
	cmocka_unit_test_setup_teardown(name, toy_display_setup, stage_teardown)

#endif
