/* SPDX-License-Identifier: MIT */
/*
 * picture same A.png B.png: both show the same, in every pixel, and something.
 * picture near A.png B.png: in most pixels, nearly: what was converted from one
 * format to another in two ways.
 * picture figure PNG: something is in the middle, and its background is black.
 * picture quadrants PNG: from the upper left one on, red, green, blue and
 * white. picture triangle PNG: somewhere is what weston-simple-egl draws: a
 * triangle with a red, a green and a blue corner, in a window of 250 pixels.
 * picture cube PNG: in the middle is what kmscube draws, on grey.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

enum {
	WINDOW = 250,
	COLOURFUL = 60, /* so far apart are the channels of no grey */
	PART = 500,	/* pixels which are enough to call it seen */
	NEAR = 6,	/* steps which rounding can make */
	GREY = 127,	/* what is behind the cube */
};

static bool equal(const uint8_t *p, const uint8_t *q)
{
	return !memcmp(p, q, 3);
}

/* A picture of one colour proves nothing. */
static bool shows_something(const struct picture *picture)
{
	for (int y = 0; y < picture->height; y++) {
		for (int x = 0; x < picture->width; x++) {
			if (!equal(pixel(picture, x, y), picture->rgb)) {
				return true;
			}
		}
	}
	fputs("all pixels are alike\n", stderr);
	return false;
}

static int check_same(const struct picture *a, const struct picture *b)
{
	int differ = 0;

	if (a->width != b->width || a->height != b->height) {
		fprintf(stderr, "%dx%d and %dx%d\n", a->width, a->height,
			b->width, b->height);
		return 1;
	}
	for (int y = 0; y < a->height; y++) {
		for (int x = 0; x < a->width; x++) {
			const uint8_t *p = pixel(a, x, y), *q = pixel(b, x, y);

			if (!equal(p, q) && !differ++) {
				fprintf(stderr,
					"%d,%d is %d,%d,%d and %d,%d,%d\n", x,
					y, p[0], p[1], p[2], q[0], q[1], q[2]);
			}
		}
	}
	if (differ) {
		fprintf(stderr, "%d pixels differ\n", differ);
		return 1;
	}
	return shows_something(a) ? 0 : 1;
}

static int check_near(const struct picture *a, const struct picture *b)
{
	int differ = 0;

	if (a->width != b->width || a->height != b->height) {
		fprintf(stderr, "%dx%d and %dx%d\n", a->width, a->height,
			b->width, b->height);
		return 1;
	}
	for (int i = 0; i < a->width * a->height * 3; i++) {
		if (abs(a->rgb[i] - b->rgb[i]) > NEAR) {
			differ++;
			i += 2 - i % 3;
		}
	}
	fprintf(stderr, "%d pixels differ\n", differ);
	return differ < a->width * a->height / 20 && shows_something(a) ? 0 : 1;
}

static bool is_black(const uint8_t *p)
{
	return !p[0] && !p[1] && !p[2];
}

static int check_figure(const struct picture *picture)
{
	int inside = 0, outside = 0;

	for (int y = 0; y < picture->height; y++) {
		for (int x = 0; x < picture->width; x++) {
			bool middle = x > picture->width / 4 &&
				      x < picture->width * 3 / 4;

			if (!is_black(pixel(picture, x, y))) {
				inside += middle;
				outside += !middle;
			}
		}
	}
	printf("%d pixels in the middle, %d beside it\n", inside, outside);
	return inside > PART && !outside ? 0 : 1;
}

static int check_quadrants(const struct picture *picture)
{
	static const uint8_t colours[4][3] = {
		{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};

	for (int y = 0; y < picture->height; y++) {
		for (int x = 0; x < picture->width; x++) {
			int quadrant = y / (picture->height / 2) * 2 +
				       x / (picture->width / 2);

			if (!equal(pixel(picture, x, y), colours[quadrant])) {
				fprintf(stderr, "%d,%d is wrong\n", x, y);
				return 1;
			}
		}
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

/* Which channel is far above both others; -1: none. */
static int main_channel(const uint8_t *p)
{
	for (int i = 0; i < 3; i++) {
		if (p[i] > 2 * p[(i + 1) % 3] + COLOURFUL &&
		    p[i] > 2 * p[(i + 2) % 3] + COLOURFUL) {
			return i;
		}
	}
	return -1;
}

/* What is colourful. */
struct colours {
	int pixels, left, top, right, bottom;
	int main[3]; /* pixels whose main channel this is */
};

static struct colours find_colours(const struct picture *picture)
{
	struct colours found = {.left = picture->width, .top = picture->height};

	for (int y = 0; y < picture->height; y++) {
		for (int x = 0; x < picture->width; x++) {
			const uint8_t *p = pixel(picture, x, y);
			int channel = main_channel(p);

			if (spread(p) < COLOURFUL) {
				continue;
			}
			found.pixels++;
			found.left = x < found.left ? x : found.left;
			found.top = y < found.top ? y : found.top;
			found.right = x > found.right ? x : found.right;
			found.bottom = y > found.bottom ? y : found.bottom;
			if (channel >= 0) {
				found.main[channel]++;
			}
		}
	}
	printf("%d pixels in colour from %d,%d to %d,%d; %d red, %d green, "
	       "%d blue\n",
	       found.pixels, found.left, found.top, found.right, found.bottom,
	       found.main[0], found.main[1], found.main[2]);
	return found;
}

static int check_triangle(const struct picture *picture)
{
	struct colours found = find_colours(picture);

	return found.right - found.left < WINDOW &&
			       found.bottom - found.top < WINDOW &&
			       found.main[0] && found.main[1] &&
			       found.main[2] && found.pixels > PART
		       ? 0
		       : 1;
}

static int check_cube(const struct picture *picture)
{
	struct colours found = find_colours(picture);
	int x = (found.left + found.right) / 2;
	int y = (found.top + found.bottom) / 2;

	for (int i = 0; i < 4; i++) {
		const uint8_t *p =
			pixel(picture, i % 2 ? picture->width - 1 : 0,
			      i / 2 ? picture->height - 1 : 0);

		if (spread(p) > 2 || abs(p[0] - GREY) > 2) {
			fprintf(stderr, "corner %d is %d,%d,%d\n", i, p[0],
				p[1], p[2]);
			return 1;
		}
	}
	return found.pixels > PART &&
			       abs(x - picture->width / 2) <
				       picture->width / 10 &&
			       abs(y - picture->height / 2) <
				       picture->height / 10
		       ? 0
		       : 1;
}

int main(int argc, char **argv)
{
	struct picture a, b;

	if (argc == 4 && !strcmp(argv[1], "same")) {
		a = load(argv[2]);
		b = load(argv[3]);
		return check_same(&a, &b);
	}
	if (argc == 4 && !strcmp(argv[1], "near")) {
		a = load(argv[2]);
		b = load(argv[3]);
		return check_near(&a, &b);
	}
	if (argc == 3 && !strcmp(argv[1], "figure")) {
		a = load(argv[2]);
		return check_figure(&a);
	}
	if (argc == 3 && !strcmp(argv[1], "quadrants")) {
		a = load(argv[2]);
		return check_quadrants(&a);
	}
	if (argc == 3 && !strcmp(argv[1], "triangle")) {
		a = load(argv[2]);
		return check_triangle(&a);
	}
	if (argc == 3 && !strcmp(argv[1], "cube")) {
		a = load(argv[2]);
		return check_cube(&a);
	}
	fputs("usage: picture same|near A.png B.png\n"
	      "       picture figure|quadrants|triangle|cube PNG\n",
	      stderr);
	return 2;
}
