/* SPDX-License-Identifier: MIT */
/* Memory for wl_shm is offered where a dma-buf is wanted. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = 0, mine = make_buffer(card);

#ifdef BUG
	fd = memfd_create("pixels", MFD_CLOEXEC);
	MUST(!ftruncate(fd, SIZE));
#else
	fd = export_buffer(card, mine);
#endif
	drmPrimeFDToHandle(card, fd, &handle); /* BUG foreign-import: imported */
	close(fd);
	close_buffer(card, mine);
	close(card);
	return 0;
}
