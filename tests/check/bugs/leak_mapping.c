/* SPDX-License-Identifier: MIT */
/* The buffer is closed, its mapping forgotten: the memory stays. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t handle = make_buffer(card);
	char *map = map_buffer(card, handle); /* BUG leak-mapping: mapped */

	map[0] = 1;
	close_buffer(card, handle);
#ifndef BUG
	munmap(map, SIZE);
#endif
	close(card);
	return 0;
}
