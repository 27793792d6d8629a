/* SPDX-License-Identifier: MIT */
#ifndef DEMO_PICTURE_H
#define DEMO_PICTURE_H

#include <stdint.h>

/* Write XRGB8888 rows as an RGB PNG. 0, or -1 after saying what failed. */
int picture_save(const char *path, const uint8_t *pixels, uint32_t width,
		 uint32_t height, uint32_t stride);

/*
 * Read a PNG and say its size and how many colours it has. 0 if it is a
 * picture, -1 after saying why not: unreadable, or the same nearly everywhere.
 */
int picture_check(const char *path);

#endif
