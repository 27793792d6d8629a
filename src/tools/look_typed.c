/* SPDX-License-Identifier: MIT */
/* What viewers type and point at, as events of Linux's input devices. */
#include <stddef.h>

#include "look_keys.h"
#include "look_screen.h"

/* Buttons of VNC; the wheels are some of them, too. */
static const struct {
	uint16_t type, code;
	int value;
} buttons_of_vnc[] = {
	{EV_KEY, BTN_LEFT, 1},	 {EV_KEY, BTN_MIDDLE, 1},
	{EV_KEY, BTN_RIGHT, 1},	 {EV_REL, REL_WHEEL, 1},
	{EV_REL, REL_WHEEL, -1}, {EV_REL, REL_HWHEEL, -1},
	{EV_REL, REL_HWHEEL, 1},
};

static void add(struct typed *typed, uint16_t type, uint16_t code, int value)
{
	if (typed->nr < TYPED_MAX) {
		typed->events[typed->nr++] =
			(struct wire_input_event){type, code, value};
	}
}

static void press(struct typed *typed, uint16_t code, bool down)
{
	typed->pressed[code] = down;
	add(typed, EV_KEY, code, down);
}

void typed_key(struct typed *typed, uint32_t keysym, bool down)
{
	uint16_t key = key_of(keysym);

	if (key != KEY_RESERVED) {
		press(typed, key, down);
		add(typed, EV_SYN, SYN_REPORT, 0);
	}
}

void typed_point(struct typed *typed, int x, int y, int buttons)
{
	int changed = buttons ^ typed->buttons;

	add(typed, EV_ABS, ABS_X, x);
	add(typed, EV_ABS, ABS_Y, y);
	for (size_t i = 0;
	     i < sizeof(buttons_of_vnc) / sizeof(buttons_of_vnc[0]); i++) {
		bool down = buttons >> i & 1;

		if (!(changed >> i & 1)) {
			continue;
		}
		if (buttons_of_vnc[i].type == EV_KEY) {
			press(typed, buttons_of_vnc[i].code, down);
		} else if (down) {
			add(typed, EV_REL, buttons_of_vnc[i].code,
			    buttons_of_vnc[i].value);
		}
	}
	add(typed, EV_SYN, SYN_REPORT, 0);
	typed->buttons = buttons;
}

void typed_release(struct typed *typed)
{
	for (uint16_t code = 0; code < KEY_CNT; code++) {
		if (typed->pressed[code]) {
			press(typed, code, false);
		}
	}
	add(typed, EV_SYN, SYN_REPORT, 0);
	typed->buttons = 0;
}
