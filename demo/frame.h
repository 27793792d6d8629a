/* SPDX-License-Identifier: MIT */
/*
 * What the two demo programs say to each other over their Unix socket:
 * the producer sends a demo_frame with the dma-buf as SCM_RIGHTS, the
 * consumer answers with a demo_written.
 */
#ifndef DEMO_FRAME_H
#define DEMO_FRAME_H

#include <stdint.h>

struct demo_frame {
	uint32_t width, height;
	uint32_t stride; /* bytes from one row to the next */
	uint32_t format; /* DRM_FORMAT_*, GBM uses the same codes */
	uint64_t inode;	 /* of the dma-buf: its identity */
};

struct demo_written {
	uint32_t x, y;
	uint32_t value; /* 0x00RRGGBB */
};

#endif
