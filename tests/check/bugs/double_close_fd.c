/* SPDX-License-Identifier: MIT */
/* Who gives an fd to a function that closes it may not close it again: the
 * number may be another file's by then. */
#include "bug.h"

static void take(int card, int fd)
{
	close_buffer(card, import_buffer(card, fd));
	close(fd); /* BUG double-close-fd: closed before */
}

int main(void)
{
	int exporter = open_card(), importer = open_card(), fd;
	uint32_t handle = make_buffer(exporter);

	fd = export_buffer(exporter, handle); /* BUG double-close-fd: made */
	take(importer, fd);
#ifdef BUG
	close(fd); /* BUG double-close-fd: closed again */
#endif
	close_buffer(exporter, handle);
	close(importer);
	close(exporter);
	return 0;
}
