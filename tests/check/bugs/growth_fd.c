/* SPDX-License-Identifier: MIT */
/* A client exports its buffer for each frame and never closes the fd, until
 * there are no fds left. */
#include "bug.h"

int main(void)
{
	int card = open_card();
	uint32_t handle = make_buffer(card);

	for (int i = 0; i < FRAMES; i++) {
		int fd = export_buffer(card, handle); /* BUG growth: made */

#ifndef BUG
		close(fd);
#endif
		(void)fd;
		frame();
	}
	close_buffer(card, handle);
	close(card);
	return 0;
}
