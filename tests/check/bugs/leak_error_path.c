/* SPDX-License-Identifier: MIT */
/* A buffer is imported, what comes next fails, and the error path forgets the
 * handle. */
#include "bug.h"

static int take(int card, int fd)
{
	uint32_t handle = import_buffer(card, fd); /* BUG leak-handle: made */
	int err = -1; /* as if the size had not fitted */

#ifndef BUG
	close_buffer(card, handle);
#endif
	(void)handle;
	return err;
}

int main(void)
{
	int exporter = open_card(), importer = open_card(), fd;
	uint32_t mine = make_buffer(exporter);

	fd = export_buffer(exporter, mine);
	take(importer, fd);
	close(fd);
	close_buffer(exporter, mine);
	close(importer);
	close(exporter);
	return 0;
}
