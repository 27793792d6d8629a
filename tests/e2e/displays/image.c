/* SPDX-License-Identifier: MIT */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

#include "image.h"

struct picture load(const char *path)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	struct picture picture = {0};

	if (!png_image_begin_read_from_file(&image, path)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		exit(1);
	}
	image.format = PNG_FORMAT_RGB;
	picture.width = (int)image.width;
	picture.height = (int)image.height;
	picture.rgb = malloc(PNG_IMAGE_SIZE(image));
	if (!picture.rgb ||
	    !png_image_finish_read(&image, NULL, picture.rgb, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		exit(1);
	}
	return picture;
}
