/* SPDX-License-Identifier: MIT */
/* The picture: four quadrants, each of one colour. */
#ifndef UPRIME_TESTS_DRAWING_H
#define UPRIME_TESTS_DRAWING_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <GLES2/gl2ext.h>
#include <stdint.h>

enum { WIDTH = 128, HEIGHT = 64, QUADRANTS = 4 };

/* Red, green, blue, alpha of the quadrants: memory's first row is the top. */
extern const uint8_t colours[QUADRANTS][4];

/* target_image - draw into an image from now on */
void target_image(EGLImageKHR image);

/* target_own - draw into a framebuffer of this process alone from now on */
void target_own(void);

/* draw_quadrants - into what is the target, and wait until it is there */
void draw_quadrants(void);

/* expect_picture - the target has these quadrants, each pixel of them,
 * exactly */
void expect_picture(const uint8_t quadrants[QUADRANTS][4]);

/* bind_image - an image is a texture unit's texture */
void bind_image(GLenum unit, GLenum target, EGLImageKHR image);

/* draw_own - with the textures that are bound, into a framebuffer of this
 * process alone. The samplers are the units in their order, the second one is
 * called so; "place" goes from 0 to 1. */
void draw_own(const char *fragment_shader);

/* sample_image - draw_own() what is in the image */
void sample_image(EGLImageKHR image);

#endif
