/* SPDX-License-Identifier: MIT */
/* GEM_OPEN gives a new handle each time, unlike PRIME's import: one close is
 * not enough. */
#include "bug.h"

static uint32_t open_name(int card, uint32_t name)
{
	struct drm_gem_open args = {.name = name};

	MUST(!drmIoctl(card, DRM_IOCTL_GEM_OPEN, &args));
	return args.handle;
}

int main(void)
{
	struct drm_gem_flink flink = {0};
	uint32_t first, second;
	int card = open_card();

	flink.handle = make_buffer(card);
	MUST(!drmIoctl(card, DRM_IOCTL_GEM_FLINK, &flink));
	first = open_name(card, flink.name);
	second = open_name(card, flink.name); /* BUG leak-handle: made */
	close_buffer(card, first);
#ifndef BUG
	close_buffer(card, second);
#endif
	(void)second;
	close_buffer(card, flink.handle);
	close(card);
	return 0;
}
