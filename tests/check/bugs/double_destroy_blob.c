/* SPDX-License-Identifier: MIT */
/* check: --device vkms */
/* A blob is destroyed with the commit it was for, and in the clean-up. */
#include "display.h"

int main(void)
{
	struct display display;
	uint32_t blob;

	display_on(&display);
	MUST(!drmModeCreatePropertyBlob(display.card, &display.mode,
					sizeof(display.mode), &blob));
	drmModeDestroyPropertyBlob(display.card, blob); /* BUG double-close: closed before */
#ifdef BUG
	drmModeDestroyPropertyBlob(display.card, blob); /* BUG double-close: closed again */
#endif
	display_off(&display);
	return 0;
}
