/* SPDX-License-Identifier: MIT */
/* Framebuffers, and a screen that shows them: requests of a program as in
 * stage.h. */
#ifndef UPRIME_TESTS_SCREEN_H
#define UPRIME_TESTS_SCREEN_H

#include "stage.h"

#include <drm/drm_crtc.h>
#include <drm/drm_framebuffer.h>
#include <uprime/display.h>

/**
 * struct buffer - a framebuffer of a dumb buffer
 */
struct buffer {
	struct drm_file *file; /* whose it is */
	u32 handle, id;
	u32 format, width, height;
	u32 pitch;   /* bytes; of all planes */
	u8 *pixels;  /* zeroed at first */
	u8 *chroma;  /* of NV12, behind the pixels */
	size_t size; /* bytes of all pixels */
};

/* buffer_create - the test fails if it cannot be made */
struct buffer buffer_create(struct drm_file *file, u32 format, u32 width,
			    u32 height);
/* buffer_destroy - also takes it off the screen */
void buffer_destroy(struct buffer *buffer);
/* buffer_fill - with one colour, of 32 bits */
void buffer_fill(struct buffer *buffer, u32 colour);
/* buffer_fill_random - colours are no brighter than their alpha says */
void buffer_fill_random(struct buffer *buffer);

/* screen_call - an ioctl: what a program gets, or -errno */
int screen_call(struct drm_file *file, unsigned int cmd, void *arg);

/* Device of the display tests: one display, 64x48, with overlays; beside a
 * vgem. */
#define SCREEN_WIDTH  64
#define SCREEN_HEIGHT 48
int screen_setup(void **state);
int screen_teardown(void **state);
#define ON_SCREEN(name)                                                        \
	cmocka_unit_test_setup_teardown(name, screen_setup, screen_teardown)

/* screen_prop - the number of a property of an object: the test fails if it has
 * none of this name */
u32 screen_prop(u32 object, const char *name);

/**
 * struct change - what a program asks for at once
 */
struct change {
	unsigned int n;
	struct {
		u32 object, prop;
		u64 value;
	} set[64];
};

void change_set(struct change *change, u32 object, const char *name, u64 value);
/* change_plane - a plane shows a part of a buffer as large as itself, or, with
 * NULL, nothing */
void change_plane(struct change *change, struct drm_plane *plane,
		  const struct buffer *buffer, int x, int y);
/* change_commit - 0 or -errno. @flags: DRM_MODE_ATOMIC_*, DRM_MODE_PAGE_FLIP_*
 */
int change_commit(struct change *change, u32 flags);

/* screen_on - show a buffer of the screen's size; the test fails if it cannot
 * be shown */
void screen_on(const struct buffer *buffer);
/* screen_off - and wait until it is off */
void screen_off(void);
/* screen_look - what is to be seen, SCREEN_WIDTH * SCREEN_HEIGHT pixels without
 * X: as the driver's frame() */
int screen_look(u32 *pixels, struct uprime_frame *frame);
/* screen_wait - the next event that is to be read; the test fails if there is
 * none within some seconds */
struct drm_event_vblank screen_wait(void);

/* The screen's parts. */
struct drm_crtc *screen_crtc(void);
struct drm_connector *screen_connector(void);
struct drm_connector *screen_writeback(void);
struct drm_plane *screen_plane(unsigned int i); /* 0: primary, then overlays */
struct drm_plane *screen_cursor(void);

#endif
