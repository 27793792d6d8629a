/* SPDX-License-Identifier: MIT */
/* The buffer is mapped anew for each frame, and unmapped never. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t handle = make_buffer(card);

	for (int i = 0; i < FRAMES; i++) {
		char *map = map_buffer(card, handle); /* BUG growth: made */

		map[0] = 1;
#ifndef BUG
		munmap(map, SIZE);
#endif
		frame();
	}
	close_buffer(card, handle);
	close(card);
	return 0;
}
