/* SPDX-License-Identifier: MIT */
/* A client sends a buffer which the compositor takes and gives up unseen: it
 * waits for a frame that never comes. */
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
		send_fd(ends[1], fd); /* BUG never-imported: passed on */
		close(fd);
		close_buffer(card, handle);
		close(card);
		exit(0);
	}
	card = open_card();
	fd = receive_fd(ends[0]);
#ifndef BUG
	handle = import_buffer(card, fd);
	close_buffer(card, handle);
#endif
	close(fd);
	close(card);
	wait(NULL);
	return 0;
}
