/* SPDX-License-Identifier: MIT */
/* A device as far as DMA is concerned. */
#ifndef UPRIME_LINUX_DEVICE_H
#define UPRIME_LINUX_DEVICE_H

#include <linux/kernel.h>

/**
 * struct device - what sits on the bus
 *
 * Owned by whoever defines it; constant while a drm_device refers to it.
 */
struct device {
	/* name on the bus, "vgem" */
	const char *name;
	/* longest segment its DMA engine takes, in bytes; 0: any length */
	unsigned int max_segment_size;
	/* highest bus address it reaches; 0: all */
	u64 dma_mask;
};

#endif
