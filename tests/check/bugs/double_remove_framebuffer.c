/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* Removed when the client's buffer goes, and when its surface goes. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t buffer, fb;

	display_on(&display);
	buffer = make_screen(&display);
	fb = add_fb(&display, buffer); /* BUG double-close: made */
	drmModeRmFB(display.card, fb); /* BUG double-close: closed before */
#ifdef BUG
	drmModeRmFB(display.card, fb); /* BUG double-close: closed again */
#endif
	close_buffer(display.card, buffer);
	display_off(&display);
	return 0;
}
