/* SPDX-License-Identifier: MIT */
/* A compositor exports without DRM_CLOEXEC and starts a client: that has the
 * buffer of somebody else open as long as it lives. */
#include "bug.h"

int main(void)
{
	int card = open_card(), fd;
	uint32_t handle = make_buffer(card);
	pid_t child;

#ifdef BUG
	MUST(!drmPrimeHandleToFD(card, handle, DRM_RDWR, &fd)); /* BUG no-cloexec: made */
#else
	MUST(!drmPrimeHandleToFD(card, handle, DRM_RDWR | DRM_CLOEXEC, &fd));
#endif
	child = fork();
	if (!child) {
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
