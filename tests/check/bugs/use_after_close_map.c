/* SPDX-License-Identifier: MIT */
/* The handle is closed before its offset was asked for. (A mapping that was
 * made before may be used on: that is no bug.) */
#include "bug.h"

int main(void)
{
	struct drm_mode_map_dumb map = {0};
	int card = open_card();
	char *pixels;

	map.handle = make_buffer(card);
	pixels = map_buffer(card, map.handle);
#ifdef BUG
	close_buffer(card, map.handle); /* BUG use-after-close: closed before */
#endif
	drmIoctl(card, DRM_IOCTL_MODE_MAP_DUMB, &map); /* BUG use-after-close: used */
#ifndef BUG
	close_buffer(card, map.handle);
#endif
	pixels[0] = 1;
	munmap(pixels, SIZE);
	close(card);
	return 0;
}
