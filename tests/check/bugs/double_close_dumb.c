/* SPDX-License-Identifier: MIT */
/* DESTROY_DUMB and GEM_CLOSE are two names of one thing: whoever does both
 * closes twice. */
#include "bug.h"

int main(void)
{
	struct drm_mode_destroy_dumb destroy = {0};
	int card = open_card();

	destroy.handle = make_buffer(card);
	MUST(!drmIoctl(card, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy));
#ifdef BUG
	close_carelessly(card, destroy.handle); /* BUG double-close: closed again */
#endif
	close(card);
	return 0;
}
