/* SPDX-License-Identifier: MIT */
/* A device with GBM and EGL on it, as one process has it. */
#ifndef UPRIME_TESTS_SCREEN_H
#define UPRIME_TESTS_SCREEN_H

#include <EGL/egl.h>
#include <gbm.h>
#include <stdbool.h>

/* give_up - a process that has failed says why and ends: its parent is the
 * test */
void __attribute__((noreturn, format(printf, 1, 2)))
give_up(const char *format, ...);

/**
 * struct screen - a device, and GL on it
 *
 * Everything in it ends with the process. Who cannot open one gives up.
 */
struct screen {
	int fd;
	struct gbm_device *gbm;
	EGLDisplay display;
	EGLContext context;
};

/* proc - a function of EGL or GLES by its name */
void *proc(const char *name);

/* open_gbm - the node and GBM on it, without GL */
void open_gbm(struct screen *screen, const char *node);

/* open_screen - with GL on GBM */
void open_screen(struct screen *screen, const char *node);

/* open_surfaceless - GL without GBM: Mesa looks for a card itself */
void open_surfaceless(struct screen *screen);

/* open_egl_device - GL on the EGL device of a card, which must have this
 * render node: Mesa opens that */
void open_egl_device(struct screen *screen, const char *card,
		     const char *render);

bool has_extension(const struct screen *screen, const char *name);

#endif
