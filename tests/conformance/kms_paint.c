/* SPDX-License-Identifier: MIT */
/* Pictures with something in them, small enough to be composed quickly on a
 * machine that is emulated. */
#include "kms.h"

/* A picture of all values there are, or nearly. */
static void paint(uint32_t format, void *pixels, uint32_t pitch, uint32_t width,
		  uint32_t height)
{
	for (uint32_t y = 0; y < height; y++) {
		char *row = (char *)pixels + (size_t)y * pitch;

		for (uint32_t x = 0; x < width; x++) {
			uint64_t mixed =
				(x * 2654435761u) ^ (y * 40503u * (x + 1));

			if (format == DRM_FORMAT_RGB565) {
				((uint16_t *)(void *)row)[x] = (uint16_t)mixed;
			} else if (format == DRM_FORMAT_XRGB16161616 ||
				   format == DRM_FORMAT_ARGB16161616) {
				((uint64_t *)(void *)row)[x] =
					mixed * 0x9e3779b97f4a7c15ull;
			} else {
				((uint32_t *)(void *)row)[x] =
					(uint32_t)mixed * 2246822519u;
			}
		}
	}
}

uint32_t kms_painted(int file, uint32_t format, uint32_t width, uint32_t height)
{
	uint32_t pitch, fb;
	void *pixels;

	fb = kms_fb_mapped(file, width, height, format, &pixels, &pitch);
	paint(format, pixels, pitch, width, height);
	return fb;
}

uint32_t kms_small_mode(int file)
{
	const struct drm_mode_modeinfo mode = {
		.clock = 1800,
		.hdisplay = KMS_SMALL_WIDTH,
		.hsync_start = KMS_SMALL_WIDTH + 10,
		.hsync_end = KMS_SMALL_WIDTH + 20,
		.htotal = 200,
		.vdisplay = KMS_SMALL_HEIGHT,
		.vsync_start = KMS_SMALL_HEIGHT + 10,
		.vsync_end = KMS_SMALL_HEIGHT + 20,
		.vtotal = 150,
		.vrefresh = 60,
		.name = "small",
	};

	return kms_blob(file, &mode, sizeof(mode));
}
