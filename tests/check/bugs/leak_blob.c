/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* A blob of the mode for each modeset, and none destroyed. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t blob;

	display_on(&display);
	MUST(!drmModeCreatePropertyBlob(display.card, &display.mode, sizeof(display.mode), &blob)); /* BUG leak-blob: made */
#ifndef BUG
	MUST(!drmModeDestroyPropertyBlob(display.card, blob));
#endif
	display_off(&display);
	return 0;
}
