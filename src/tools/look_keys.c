/* SPDX-License-Identifier: MIT */
/* A US keyboard. No state. */
#include "look_keys.h"

#include <linux/input-event-codes.h>
#include <rfb/keysym.h>
#include <stddef.h>
#include <string.h>

/* What is printed on the keys of a row, without and with Shift. */
struct row {
	const char *plain, *shifted;
	uint16_t first; /* the others' numbers are the next ones */
};

static const struct row rows[] = {
	{"1234567890-=", "!@#$%^&*()_+", KEY_1},
	{"qwertyuiop[]", "QWERTYUIOP{}", KEY_Q},
	{"asdfghjkl;'`", "ASDFGHJKL:\"~", KEY_A},
	{"\\zxcvbnm,./", "|ZXCVBNM<>?", KEY_BACKSLASH},
};

static const struct {
	uint32_t keysym;
	uint16_t key;
} others[] = {
	{' ', KEY_SPACE},
	{XK_BackSpace, KEY_BACKSPACE},
	{XK_Tab, KEY_TAB},
	{XK_ISO_Left_Tab, KEY_TAB},
	{XK_Return, KEY_ENTER},
	{XK_Pause, KEY_PAUSE},
	{XK_Scroll_Lock, KEY_SCROLLLOCK},
	{XK_Sys_Req, KEY_SYSRQ},
	{XK_Print, KEY_SYSRQ},
	{XK_Escape, KEY_ESC},
	{XK_Delete, KEY_DELETE},
	{XK_Insert, KEY_INSERT},
	{XK_Home, KEY_HOME},
	{XK_End, KEY_END},
	{XK_Left, KEY_LEFT},
	{XK_Up, KEY_UP},
	{XK_Right, KEY_RIGHT},
	{XK_Down, KEY_DOWN},
	{XK_Page_Up, KEY_PAGEUP},
	{XK_Page_Down, KEY_PAGEDOWN},
	{XK_Menu, KEY_COMPOSE},
	{XK_Num_Lock, KEY_NUMLOCK},
	{XK_KP_Enter, KEY_KPENTER},
	{XK_KP_Home, KEY_KP7},
	{XK_KP_Left, KEY_KP4},
	{XK_KP_Up, KEY_KP8},
	{XK_KP_Right, KEY_KP6},
	{XK_KP_Down, KEY_KP2},
	{XK_KP_Page_Up, KEY_KP9},
	{XK_KP_Page_Down, KEY_KP3},
	{XK_KP_End, KEY_KP1},
	{XK_KP_Begin, KEY_KP5},
	{XK_KP_Insert, KEY_KP0},
	{XK_KP_Delete, KEY_KPDOT},
	{XK_KP_Multiply, KEY_KPASTERISK},
	{XK_KP_Add, KEY_KPPLUS},
	{XK_KP_Subtract, KEY_KPMINUS},
	{XK_KP_Decimal, KEY_KPDOT},
	{XK_KP_Divide, KEY_KPSLASH},
	{XK_KP_0, KEY_KP0},
	{XK_KP_1, KEY_KP1},
	{XK_KP_2, KEY_KP2},
	{XK_KP_3, KEY_KP3},
	{XK_KP_4, KEY_KP4},
	{XK_KP_5, KEY_KP5},
	{XK_KP_6, KEY_KP6},
	{XK_KP_7, KEY_KP7},
	{XK_KP_8, KEY_KP8},
	{XK_KP_9, KEY_KP9},
	{XK_F1, KEY_F1},
	{XK_F2, KEY_F2},
	{XK_F3, KEY_F3},
	{XK_F4, KEY_F4},
	{XK_F5, KEY_F5},
	{XK_F6, KEY_F6},
	{XK_F7, KEY_F7},
	{XK_F8, KEY_F8},
	{XK_F9, KEY_F9},
	{XK_F10, KEY_F10},
	{XK_F11, KEY_F11},
	{XK_F12, KEY_F12},
	{XK_Shift_L, KEY_LEFTSHIFT},
	{XK_Shift_R, KEY_RIGHTSHIFT},
	{XK_Control_L, KEY_LEFTCTRL},
	{XK_Control_R, KEY_RIGHTCTRL},
	{XK_Caps_Lock, KEY_CAPSLOCK},
	{XK_Meta_L, KEY_LEFTMETA},
	{XK_Meta_R, KEY_RIGHTMETA},
	{XK_Super_L, KEY_LEFTMETA},
	{XK_Super_R, KEY_RIGHTMETA},
	{XK_Alt_L, KEY_LEFTALT},
	{XK_Alt_R, KEY_RIGHTALT},
	{XK_Mode_switch, KEY_RIGHTALT},
	{XK_ISO_Level3_Shift, KEY_RIGHTALT},
};

static uint16_t key_in_row(const struct row *row, uint32_t keysym)
{
	const char *at = strchr(row->plain, (int)keysym);

	if (at) {
		return (uint16_t)(row->first + (at - row->plain));
	}
	at = strchr(row->shifted, (int)keysym);
	return at ? (uint16_t)(row->first + (at - row->shifted)) : KEY_RESERVED;
}

uint16_t key_of(uint32_t keysym)
{
	uint16_t key = KEY_RESERVED;

	/* The symbols of ASCII have its numbers. */
	if (keysym > ' ' && keysym <= '~') {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !key;
		     i++) {
			key = key_in_row(&rows[i], keysym);
		}
		return key;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i].keysym == keysym) {
			return others[i].key;
		}
	}
	return KEY_RESERVED;
}
