/* SPDX-License-Identifier: MIT */
/* A display as VNC viewers see it. */
#ifndef UPRIME_TOOLS_LOOK_SCREEN_H
#define UPRIME_TOOLS_LOOK_SCREEN_H

#include <linux/input.h>
#include <rfb/rfb.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire.h"

/* Most events that wait to be sent; more are dropped. */
#define TYPED_MAX 256

/**
 * struct typed - what viewers have typed and pointed at
 */
struct typed {
	struct wire_input_event events[TYPED_MAX];
	unsigned int nr;
	bool pressed[KEY_CNT]; /* keys and buttons */
	int buttons;	       /* as VNC has them */
};

/* typed_key - a key, by its symbol, is pressed or released */
void typed_key(struct typed *typed, uint32_t keysym, bool down);

/* typed_point - the pointer is at a place (from 0 to 65535, in both directions)
 * and these buttons are pressed */
void typed_point(struct typed *typed, int x, int y, int buttons);

/* typed_release - all that is pressed is not any more: a viewer has gone */
void typed_release(struct typed *typed);

/**
 * struct screen - a display
 */
struct screen {
	int listener;	      /* for viewers; owned */
	rfbScreenInfoPtr rfb; /* owned */
	uint32_t *pixels;     /* owned */
	uint32_t width, height;
	struct typed *typed; /* not owned */
};

/* screen_open - make it, black; @passwords: NULL at the end. 0; -ENOMEM.
 * screen_close() in either case. */
int screen_open(struct screen *screen, const char *name, char **passwords,
		struct typed *typed);
void screen_close(struct screen *screen);

/* screen_show - this is the picture now: viewers are sent what is another one
 * than before. 0; -ENOMEM. */
int screen_show(struct screen *screen, const struct wire_frame_reply *info,
		const void *pixels);

/* screen_show_black - nothing is shown */
void screen_show_black(struct screen *screen);

#endif
