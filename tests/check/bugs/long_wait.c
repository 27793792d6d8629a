/* SPDX-License-Identifier: MIT */
/* The fence is signalled only after a second and a half: the window freezes. */
#include "bug.h"

struct attach {
	uint32_t handle, flags, fence, pad;
};

struct signal {
	uint32_t fence, flags;
};

#define ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct attach)
#define SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct signal)

int main(void)
{
	struct attach fence = {.flags = 1 /* it writes */};
	int card = open_card(), fd;
	pid_t child;

	fence.handle = make_buffer(card);
	fd = export_buffer(card, fence.handle);
	MUST(!drmIoctl(card, ATTACH, &fence));
	child = fork();
	if (!child) {
#ifdef BUG
		nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 500000000},
			  NULL);
#endif
		MUST(!drmIoctl(card, SIGNAL, &(struct signal){.fence = fence.fence}));
		_exit(0);
	}
	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ); /* BUG long-wait: waited */
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	waitpid(child, NULL, 0);
	close(fd);
	close_buffer(card, fence.handle);
	close(card);
	return 0;
}
