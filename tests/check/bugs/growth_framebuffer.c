/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* A framebuffer for each frame that comes from a client, none removed. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t fb;

	display_on(&display);
	for (int i = 0; i < FRAMES; i++) {
		fb = add_fb(&display, display.buffer); /* BUG growth: made */
#ifndef BUG
		MUST(!drmModeRmFB(display.card, fb));
#endif
		(void)fb;
		frame();
	}
	display_off(&display);
	return 0;
}
