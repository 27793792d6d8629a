/* SPDX-License-Identifier: MIT */
/* A compositor imports what a client sent, and does not close the fd. */
#include "bug.h"

int main(void)
{
	int ends[2], card, fd;
	uint32_t handle;

	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	if (!fork()) {
		card = open_card();
		handle = make_buffer(card);
		fd = export_buffer(card, handle);
		send_fd(ends[1], fd);
		close(fd);
		close_buffer(card, handle);
		close(card);
		exit(0);
	}
	card = open_card();
	fd = receive_fd(ends[0]); /* BUG leak-dmabuf-fd: made */
	handle = import_buffer(card, fd);
	close_buffer(card, handle);
#ifndef BUG
	close(fd);
#endif
	close(card);
	wait(NULL);
	return 0;
}
