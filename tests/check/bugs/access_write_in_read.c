/* SPDX-License-Identifier: MIT */
/* check: --access */
/* The access is for reading, and something is written. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	volatile char *map;

	fd = export_buffer(card, handle);
	map = map_fd(fd);
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ); /* BUG access: START */
	(void)map[0];
#ifdef BUG
	map[0] = 1; /* BUG access: written */
#endif
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	munmap((void *)map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
