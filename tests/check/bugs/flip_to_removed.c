/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* The next frame is a framebuffer that is removed already. (That its buffer is
 * closed already is no bug.) */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t buffer, fb;

	display_on(&display);
	buffer = make_screen(&display);
	fb = add_fb(&display, buffer);
	close_buffer(display.card, buffer);
#ifdef BUG
	drmModeRmFB(display.card, fb); /* BUG use-after-close: closed before */
#endif
	drmModePageFlip(display.card, display.crtc, fb, 0, NULL); /* BUG use-after-close: used */
	frame();
	frame();
	frame();
#ifndef BUG
	drmModeRmFB(display.card, fb);
#endif
	display_off(&display);
	return 0;
}
