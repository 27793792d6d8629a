/* SPDX-License-Identifier: MIT */
/* The buffer is exported when a client asks for it, which may be after the
 * window, and with it the handle, is gone. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd = -1;
	uint32_t handle = make_buffer(card);

#ifdef BUG
	close_buffer(card, handle); /* BUG use-after-close: closed before */
#endif
	drmPrimeHandleToFD(card, handle, DRM_CLOEXEC, &fd); /* BUG use-after-close: used */
#ifndef BUG
	close(fd);
	close_buffer(card, handle);
#endif
	close(card);
	return 0;
}
