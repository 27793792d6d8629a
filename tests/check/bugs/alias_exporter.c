/* SPDX-License-Identifier: MIT */
/* An importer on the exporter's own device closes what it imported; with it
 * goes the exporter's handle, which is the same, and the exporter cannot map
 * its buffer any more. */
#include "bug.h"

int main(void)
{
	struct drm_mode_map_dumb map = {0};
	int card = open_card(), fd;
	uint32_t mine, imported;

	mine = make_buffer(card); /* BUG alias: made */
	fd = export_buffer(card, mine);
	imported = import_buffer(card, fd); /* BUG alias: and given out again */
#ifdef BUG
	close_buffer(card, imported); /* BUG alias: closed before */
#endif
	map.handle = mine;
	drmIoctl(card, DRM_IOCTL_MODE_MAP_DUMB, &map); /* BUG alias: used */
#ifndef BUG
	close_buffer(card, imported);
#endif
	close(fd);
	close(card);
	return 0;
}
