// SPDX-License-Identifier: MIT
#include "picture.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A drawn scene has thousands of colours, a cleared or torn buffer few. */
#define COLOURS_EXPECTED 1000

int picture_save(const char *path, const uint8_t *pixels, uint32_t width,
		 uint32_t height, uint32_t stride)
{
	png_image image = {
		.version = PNG_IMAGE_VERSION,
		.width = width,
		.height = height,
		.format = PNG_FORMAT_RGB,
	};
	/* Packed to RGB first: X is undefined, it must not become alpha. */
	uint8_t *rgb = malloc((size_t)width * height * 3), *out = rgb;
	int ok;

	if (!rgb) {
		fprintf(stderr, "%s: no memory for %ux%u pixels\n", path, width,
			height);
		return -1;
	}
	for (uint32_t y = 0; y < height; y++) {
		const uint8_t *in = pixels + (size_t)y * stride;

		for (uint32_t x = 0; x < width; x++, in += 4) {
			*out++ = in[2];
			*out++ = in[1];
			*out++ = in[0];
		}
	}
	ok = png_image_write_to_file(&image, path, 0, rgb, 0, NULL);
	if (!ok)
		fprintf(stderr, "%s: cannot write: %s\n", path, image.message);
	free(rgb);
	return ok ? 0 : -1;
}

static int compare_pixels(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

int picture_check(const char *path)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	size_t count, colours = 1;
	uint32_t *pixels;

	if (!png_image_begin_read_from_file(&image, path)) {
		fprintf(stderr, "%s: cannot read: %s\n", path, image.message);
		return -1;
	}
	image.format = PNG_FORMAT_RGBA;
	count = (size_t)image.width * image.height;
	pixels = malloc(PNG_IMAGE_SIZE(image));
	if (!pixels) {
		fprintf(stderr, "%s: no memory for %zu pixels\n", path, count);
		png_image_free(&image);
		return -1;
	}
	if (!png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
		fprintf(stderr, "%s: cannot decode: %s\n", path, image.message);
		free(pixels);
		return -1;
	}
	qsort(pixels, count, sizeof(*pixels), compare_pixels);
	for (size_t i = 1; i < count; i++)
		colours += pixels[i] != pixels[i - 1];
	free(pixels);
	printf("%s: %ux%u, %zu colours\n", path, image.width, image.height,
	       colours);
	if (colours < COLOURS_EXPECTED) {
		fprintf(stderr, "%s: too few colours for the scene (%d)\n",
			path, COLOURS_EXPECTED);
		return -1;
	}
	return 0;
}
