/* SPDX-License-Identifier: MIT */
/* check: --access */
/* A client draws into a dma-buf without telling that it does. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	volatile char *map;

	fd = export_buffer(card, handle);
	map = map_fd(fd); /* BUG access: mapped */
#ifndef BUG
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
#endif
	map[5] = 1; /* BUG access: written */
#ifndef BUG
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
#endif
	munmap((void *)map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
