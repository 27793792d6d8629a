/* SPDX-License-Identifier: MIT */
/*
 * quad PNG: a compositor's screenshot shows what weston-simple-dmabuf-egl
 * draws: a black square of 256 pixels and in it, somewhere, a square of 128
 * whose corners are red, green, blue and yellow. Every pixel of it is looked
 * at. What else is on the screen must be grey, and not black.
 */
#include <png.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	WINDOW = 256,
	QUAD = 128,
	COLOURFUL = 60, /* so far apart are the channels of no grey */
	TOLERANCE = 5,	/* the square may begin within a pixel */
};

struct shot {
	int width, height;
	uint8_t *rgb; /* malloc()ed */
};

struct box {
	int left, top, right, bottom; /* the last two are outside */
};

static const uint8_t *pixel(const struct shot *shot, int x, int y)
{
	return shot->rgb + ((size_t)y * (size_t)shot->width + (size_t)x) * 3;
}

static int load(struct shot *shot, const char *path)
{
	png_image image = {.version = PNG_IMAGE_VERSION};

	if (!png_image_begin_read_from_file(&image, path)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		return -1;
	}
	image.format = PNG_FORMAT_RGB;
	shot->width = (int)image.width;
	shot->height = (int)image.height;
	shot->rgb = malloc(PNG_IMAGE_SIZE(image));
	if (!shot->rgb ||
	    !png_image_finish_read(&image, NULL, shot->rgb, 0, NULL)) {
		fprintf(stderr, "%s: %s\n", path, image.message);
		return -1;
	}
	return 0;
}

static int spread(const uint8_t *p)
{
	int least = p[0], most = p[0];

	for (int i = 1; i < 3; i++) {
		least = p[i] < least ? p[i] : least;
		most = p[i] > most ? p[i] : most;
	}
	return most - least;
}

static struct box find_colours(const struct shot *shot)
{
	struct box box = {shot->width, shot->height, 0, 0};

	for (int y = 0; y < shot->height; y++) {
		for (int x = 0; x < shot->width; x++) {
			if (spread(pixel(shot, x, y)) < COLOURFUL) {
				continue;
			}
			box.left = x < box.left ? x : box.left;
			box.top = y < box.top ? y : box.top;
			box.right = x >= box.right ? x + 1 : box.right;
			box.bottom = y >= box.bottom ? y + 1 : box.bottom;
		}
	}
	return box;
}

/* Two triangles: red, green and blue, then green, blue and yellow. */
static void colour_at(double u, double v, double wanted[3])
{
	double sum = u + v, red = sum <= 1 ? 1 - sum : sum - 1;
	double blue = sum <= 1 ? u : 1 - v;

	wanted[0] = red * 255;
	wanted[1] = v * 255;
	wanted[2] = blue * 255;
}

static int check_quad(const struct shot *shot, struct box box)
{
	double wanted[3];

	if (abs(box.right - box.left - QUAD) > 1 ||
	    abs(box.bottom - box.top - QUAD) > 1) {
		fprintf(stderr, "the colours cover %dx%d and not %dx%d\n",
			box.right - box.left, box.bottom - box.top, QUAD, QUAD);
		return -1;
	}
	for (int y = box.top; y < box.bottom; y++) {
		for (int x = box.left; x < box.right; x++) {
			const uint8_t *seen = pixel(shot, x, y);

			colour_at((x - box.left + 0.5) / QUAD,
				  (box.bottom - y - 0.5) / QUAD, wanted);
			for (int i = 0; i < 3; i++) {
				if (seen[i] >= wanted[i] - TOLERANCE &&
				    seen[i] <= wanted[i] + TOLERANCE) {
					continue;
				}
				fprintf(stderr,
					"%d,%d is %d,%d,%d and not "
					"%.0f,%.0f,%.0f\n",
					x - box.left, y - box.top, seen[0],
					seen[1], seen[2], wanted[0], wanted[1],
					wanted[2]);
				return -1;
			}
		}
	}
	return 0;
}

static int check_black(const struct shot *shot)
{
	const int wanted = WINDOW * WINDOW - QUAD * QUAD;
	int black = 0;

	for (int y = 0; y < shot->height; y++) {
		for (int x = 0; x < shot->width; x++) {
			const uint8_t *seen = pixel(shot, x, y);

			black += !seen[0] && !seen[1] && !seen[2];
		}
	}
	if (abs(black - wanted) > 2 * QUAD) {
		fprintf(stderr, "%d pixels are black and not %d\n", black,
			wanted);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct shot shot = {0};
	struct box box;

	if (argc != 2) {
		fputs("usage: quad PNG\n", stderr);
		return 2;
	}
	if (load(&shot, argv[1])) {
		return 1;
	}
	box = find_colours(&shot);
	if (check_quad(&shot, box) || check_black(&shot)) {
		return 1;
	}
	printf("the square is at %d,%d of %dx%d\n", box.left, box.top,
	       shot.width, shot.height);
	free(shot.rgb);
	return 0;
}
