/* SPDX-License-Identifier: MIT */
/* END in the normal way and in the clean-up, too. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	char *map;

	fd = export_buffer(card, handle);
	map = map_fd(fd);
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW);
	map[0] = 1;
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW); /* BUG sync-end: END before */
#ifdef BUG
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW); /* BUG sync-end: END */
#endif
	munmap(map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
