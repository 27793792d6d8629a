/* SPDX-License-Identifier: MIT */
/* A compositor imports a client's buffer twice, for a texture and for a plane,
 * and closes "each" handle: it is one handle, and the second close may hit
 * whatever has its number by then. wlroots and weston count handles for it. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t texture, plane, mine = make_buffer(card);

	fd = export_buffer(card, mine);
	texture = import_buffer(card, fd);
	plane = import_buffer(card, fd); /* BUG alias: and given out again */
	close_carelessly(card, texture); /* BUG alias: closed before */
#ifdef BUG
	close_carelessly(card, plane); /* BUG alias: closed again */
#endif
	(void)plane;
	close(fd);
	close(card);
	return 0;
}
