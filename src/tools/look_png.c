/* SPDX-License-Identifier: MIT */
/* Pictures as PNG files. No state. */
#include <errno.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "look.h"

/* The library's own would write to stderr. */
static void failed(png_structp png, png_const_charp text)
{
	(void)text;
	longjmp(png_jmpbuf(png), 1);
}

static void warned(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

static void put_line(png_structp png, png_bytep line, const uint32_t *from,
		     uint32_t width)
{
	png_bytep to = line;

	for (uint32_t x = 0; x < width; x++) {
		*to++ = (png_byte)(from[x] >> 16);
		*to++ = (png_byte)(from[x] >> 8);
		*to++ = (png_byte)from[x];
	}
	png_write_row(png, line);
}

/* 0; -errno. @line has room for one. */
static int encode(FILE *file, const struct wire_frame_reply *frame,
		  const char *pixels, png_bytep line, bool quick)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  failed, warned);
	png_infop info = png ? png_create_info_struct(png) : NULL;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return -ENOMEM;
	}
	errno = 0;
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return errno ? -errno : -EIO;
	}
	png_init_io(png, file);
	png_set_IHDR(png, info, frame->width, frame->height, 8,
		     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (quick) {
		png_set_compression_level(png, 1);
		png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	}
	png_write_info(png, info);
	for (uint32_t y = 0; y < frame->height; y++) {
		put_line(png, line,
			 (const void *)(pixels + (size_t)y * frame->stride),
			 frame->width);
	}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	return 0;
}

int png_write(const char *path, const struct wire_frame_reply *info,
	      const void *pixels, bool quick)
{
	png_bytep line = malloc((size_t)info->width * 3);
	FILE *file = line ? fopen(path, "wbe") : NULL;
	int ret = line ? -errno : -ENOMEM;

	if (file) {
		ret = encode(file, info, pixels, line, quick);
		if (fclose(file) && !ret) {
			ret = -errno;
		}
		if (ret) {
			unlink(path);
		}
	}
	free(line);
	return ret;
}
