/* SPDX-License-Identifier: MIT */
/* The cursor's handle is closed and kept; its number becomes a window's; the
 * next cursor that is uploaded goes into the window. */
#include "bug.h"

static uint32_t cursor, window;

static void make_cursor(int card)
{
	cursor = make_buffer(card);
}

static void make_window(int card)
{
	window = make_buffer(card); /* BUG stale-handle: before the number was given out again */
}

static void upload_cursor(int card)
{
	munmap(map_buffer(card, cursor), SIZE); /* BUG stale-handle: used */
}

int main(void)
{
	int card = open_card();

	make_cursor(card);
	for (int i = 0; i < 2; i++) {
		upload_cursor(card);
		if (!i) {
			close_buffer(card, cursor); /* BUG stale-handle: and closed */
			make_window(card);
#ifndef BUG
			make_cursor(card);
#endif
		}
	}
#ifndef BUG
	close_buffer(card, cursor);
#endif
	close_buffer(card, window);
	close(card);
	return 0;
}
