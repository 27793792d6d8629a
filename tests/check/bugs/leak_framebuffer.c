/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* A swap chain closes its buffers and forgets their framebuffers, which keep
 * the memory. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t buffer, fb;

	display_on(&display);
	buffer = make_screen(&display);
	fb = add_fb(&display, buffer); /* BUG leak-framebuffer: made */
#ifndef BUG
	MUST(!drmModeRmFB(display.card, fb));
#endif
	(void)fb;
	close_buffer(display.card, buffer);
	display_off(&display);
	return 0;
}
