/* SPDX-License-Identifier: MIT */
/* The fd of an export is sent on, as a copy, and the own one forgotten. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd, copy;
	uint32_t handle = make_buffer(card);

	fd = export_buffer(card, handle); /* BUG leak-dmabuf-fd: made */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	close(copy);
#ifndef BUG
	close(fd);
#endif
	close_buffer(card, handle);
	close(card);
	return 0;
}
