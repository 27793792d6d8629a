/* SPDX-License-Identifier: MIT */
/**
 * DOC: vblanks of a toy display
 *
 * They come when a test says so, and the time is what the test says. A change
 * is shown with the next one.
 */
#ifndef UPRIME_TESTS_TOY_VBLANK_H
#define UPRIME_TESTS_TOY_VBLANK_H

#include <drm/drm_vblank.h>

#include "toy_display.h"

extern const struct drm_crtc_funcs toy_vblank_crtc_funcs;
extern const struct drm_crtc_helper_funcs toy_vblank_crtc_helper_funcs;

/* toy_vblank_init - before the CRTCs are made. 0 or -errno */
int toy_vblank_init(struct drm_device *dev);

/* toy_vblank_pass - let time pass in which nobody counts: frames of 1 / 60 s */
void toy_vblank_pass(struct toy_display *toy, int pipe, int frames);
/* toy_vblank_tick - let one frame pass, and a vblank come. False: nobody
 * counts. */
bool toy_vblank_tick(struct toy_display *toy, int pipe);

/* toy_vblank_setup - the stage with a toy display that has vblanks, whose
 * program knows of atomic changes */
int toy_vblank_setup(void **state);
/* toy_vblank_teardown - let one more vblank come, and show all else at once */
int toy_vblank_teardown(void **state);

#define ON_VBLANKS(name)                                                       \
	cmocka_unit_test_setup_teardown(name, toy_vblank_setup,                \
					toy_vblank_teardown)

#endif
