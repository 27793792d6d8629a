/* SPDX-License-Identifier: MIT */
/* A fence is attached, and the work it stands for is given up: who waits for
 * the buffer waits until vgem ends it. */
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
	struct attach fence = {0};
	int card = open_card();

	fence.handle = make_buffer(card);
	MUST(!drmIoctl(card, ATTACH, &fence)); /* BUG fence: made */
#ifndef BUG
	MUST(!drmIoctl(card, SIGNAL, &(struct signal){.fence = fence.fence}));
#endif
	close_buffer(card, fence.handle);
	close(card);
	return 0;
}
