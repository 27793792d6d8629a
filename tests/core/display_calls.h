/* SPDX-License-Identifier: MIT */
/* Requests of programs that show something: what they get, or -errno. */
#ifndef UPRIME_TESTS_DISPLAY_CALLS_H
#define UPRIME_TESTS_DISPLAY_CALLS_H

#include "stage.h"

#include <drm/drm_fourcc.h>

/* display_request - an ioctl */
int display_request(struct drm_file *file, unsigned int cmd, void *arg);

/* create_picture - a dumb buffer of 32 bits a pixel: its handle */
int create_picture(struct drm_file *file, u32 width, u32 height);
/* add_fb - a framebuffer of such a buffer: its number */
int add_fb(struct drm_file *file, u32 handle, u32 width, u32 height,
	   u32 format);
/* make_fb - a framebuffer XRGB8888 with a buffer of its own, whose handle is
 * closed: its number; fails the test if it does not work */
u32 make_fb(struct drm_file *file, u32 width, u32 height);
int rm_fb(struct drm_file *file, u32 id);
int close_fb(struct drm_file *file, u32 id);

/* The mode of set_crtc(). */
#define MODE_WIDTH  1024
#define MODE_HEIGHT 768
extern const struct drm_mode_modeinfo test_mode;

/* set_crtc - show a framebuffer on a connector; without one (0), nothing */
int set_crtc(struct drm_file *file, u32 crtc, u32 fb, u32 connector);
/* shown_fb - the framebuffer of a CRTC's primary plane, or 0 */
u32 shown_fb(struct drm_file *file, u32 crtc);

/* set_plane - show a whole framebuffer of this size at a place */
int set_plane(struct drm_file *file, u32 plane, u32 crtc, u32 fb, u32 width,
	      u32 height, int x, int y);
/* plane_fb - the framebuffer of a plane, or 0 */
u32 plane_fb(struct drm_file *file, u32 plane);

/* drop_rights - from now on the stage's task is a program without
 * CAP_SYS_ADMIN, until enter_task() */
void drop_rights(void);

#endif
