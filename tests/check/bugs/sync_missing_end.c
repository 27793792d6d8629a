/* SPDX-License-Identifier: MIT */
/* An early return between START and END. */
#include "bug.h"

static void draw(int fd, char *map, bool visible)
{
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE); /* BUG sync-open: START */
#ifdef BUG
	if (!visible) {
		return;
	}
#endif
	map[0] = visible;
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	char *map;

	fd = export_buffer(card, handle);
	map = map_fd(fd);
	draw(fd, map, true);
	draw(fd, map, false);
	munmap(map, SIZE);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
