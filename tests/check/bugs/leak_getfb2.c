/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* Who takes a picture of the screen asks for the framebuffer's handles, and
 * does not know that these are new ones, and his to close. */
#include "display.h"

int main(void)
{
	struct display display;
	drmModeFB2 *fb;

	display_on(&display);
	fb = drmModeGetFB2(display.card, display.fb); /* BUG leak-handle: made */
	MUST(fb && fb->handles[0]);
#ifndef BUG
	close_buffer(display.card, fb->handles[0]);
#endif
	drmModeFreeFB2(fb);
	display_off(&display);
	return 0;
}
