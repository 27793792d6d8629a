/* SPDX-License-Identifier: MIT */
/* check: --access */
/* One pixel is read when the access is over. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	volatile char *map;
	char pixel;

	fd = export_buffer(card, handle);
	map = map_fd(fd);
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	pixel = map[0];
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ); /* BUG access: END */
#ifdef BUG
	pixel = map[1]; /* BUG access: read */
#endif
	(void)pixel;
	munmap((void *)map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
