/* SPDX-License-Identifier: MIT */
/* START for reading, END for writing: caches would not be cleaned. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	char *map;

	fd = export_buffer(card, handle);
	map = map_fd(fd);
#ifdef BUG
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ); /* BUG sync-direction: START */
#else
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
#endif
	map[0] = 1;
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE); /* BUG sync-direction: END */
	munmap(map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
