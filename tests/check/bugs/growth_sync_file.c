/* SPDX-License-Identifier: MIT */
/* For explicit synchronisation the buffer's fences are exported before each
 * frame; the sync file is used, and left open. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t handle = make_buffer(card);
	int fd = export_buffer(card, handle);

	for (int i = 0; i < FRAMES; i++) {
		struct dma_buf_export_sync_file args = {.flags = DMA_BUF_SYNC_READ,
							.fd = -1};

		drmIoctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &args); /* BUG growth: made */
		MUST(args.fd >= 0);
#ifndef BUG
		close(args.fd);
#endif
		frame();
	}
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
