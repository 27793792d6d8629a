/* SPDX-License-Identifier: MIT */
/* Pictures of displays, for programs that look at them. */
#ifndef DISPLAYS_IMAGE_H
#define DISPLAYS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture {
	int width, height;
	uint8_t *rgb; /* malloc()ed */
};

static inline const uint8_t *pixel(const struct picture *picture, int x, int y)
{
	return picture->rgb +
	       ((size_t)y * (size_t)picture->width + (size_t)x) * 3;
}

/* A PNG; says why not and ends the program if it cannot be read. */
struct picture load(const char *path);

#endif
