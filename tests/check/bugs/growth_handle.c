/* SPDX-License-Identifier: MIT */
/* A player imports each new frame and never closes the handle: in time
 * PRIME_FD_TO_HANDLE says ENOMEM. */
#include "bug.h"

int main(void)
{
	int decoder = open_card(), display = open_card();

	for (int i = 0; i < FRAMES; i++) {
		uint32_t made = make_buffer(decoder), shown;
		int fd = export_buffer(decoder, made);

		shown = import_buffer(display, fd); /* BUG growth: made */
#ifndef BUG
		close_buffer(display, shown);
#endif
		(void)shown;
		close(fd);
		close_buffer(decoder, made);
		frame();
	}
	close(display);
	close(decoder);
	return 0;
}
