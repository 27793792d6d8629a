/* SPDX-License-Identifier: MIT */
/* A compositor exports without DRM_CLOEXEC and starts a client: that has the
 * buffer of somebody else open as long as it lives. */
#include "bug.h"

int main(int argc, char **argv)
{
	uint32_t handle;
	pid_t child;
	int card, fd;

	/* The client. */
	if (argc > 1) {
		return 0;
	}
	card = open_card();
	handle = make_buffer(card);

#ifdef BUG
	MUST(!drmPrimeHandleToFD(card, handle, DRM_RDWR, &fd)); /* BUG no-cloexec: made */
#else
	MUST(!drmPrimeHandleToFD(card, handle, DRM_RDWR | DRM_CLOEXEC, &fd));
#endif
	child = fork();
	if (!child) {
		execl("/proc/self/exe", argv[0], "client", NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
	close(fd);
	close_buffer(card, handle);
	close(card);
	return 0;
}
