/* SPDX-License-Identifier: MIT */
/* Exported without DRM_RDWR, mapped for writing: EACCES, and no picture. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	void *map;

#ifdef BUG
	MUST(!drmPrimeHandleToFD(card, handle, DRM_CLOEXEC, &fd));
#else
	fd = export_buffer(card, handle);
#endif
	map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); /* BUG read-only-map: mapped */
	if (map != MAP_FAILED) {
		munmap(map, SIZE);
	}
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
