/* SPDX-License-Identifier: MIT */
/*
 * pattern HOW PNG [X Y WIDTH HEIGHT [TOLERANCE]]: the picture shows modetest's
 * test pattern, which it calls smpte, in that place, or everywhere; what would
 * be outside of the picture is not looked at. It is upright, rotate-180,
 * reflect-x, or, as cursor, upright and partly covered by modetest's cursor,
 * which is grey and half transparent.
 *
 * With a tolerance, pixels beside another colour are not looked at: formats
 * that give some pixels a colour in common cannot show them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"

enum {
	GREY = 0xc0c0c0,
	YELLOW = 0xc0c000,
	CYAN = 0x00c0c0,
	GREEN = 0x00c000,
	MAGENTA = 0xc000c0,
	RED = 0xc00000,
	BLUE = 0x0000c0,
	BLACK = 0x131313,
	CURSOR = 0x77, /* the cursor's alpha, and its channels */
	SHOWN = 10,    /* complaints */
};

struct part {
	int x, y, width, height;
};

/* What the pattern has at a place. */
static uint32_t pattern_at(int x, int y, int width, int height)
{
	static const uint32_t bars[] = {
		GREY, YELLOW, CYAN, GREEN, MAGENTA, RED, BLUE,
	};
	static const uint32_t middle[] = {
		BLUE, BLACK, MAGENTA, BLACK, CYAN, BLACK, GREY,
	};
	static const uint32_t left[] = {0x00214c, 0xffffff, 0x32006a, BLACK};
	static const uint32_t right[] = {0x090909, BLACK, 0x1d1d1d};
	int wide = width * 5 / 7, narrow = width / 7;

	if (y < height * 6 / 9) {
		return bars[x * 7 / width];
	}
	if (y < height * 7 / 9) {
		return middle[x * 7 / width];
	}
	if (x < wide) {
		return left[x * 4 / wide];
	}
	return x < width * 6 / 7 ? right[(x - wide) * 3 / narrow] : BLACK;
}

/* The pattern as a display shows it that turns it. */
static uint32_t turned_at(const char *how, int x, int y, int width, int height)
{
	if (strcmp(how, "upright") && strcmp(how, "cursor")) {
		x = width - 1 - x;
	}
	if (!strcmp(how, "rotate-180")) {
		y = height - 1 - y;
	}
	return pattern_at(x, y, width, height);
}

static bool is_colour(const uint8_t *p, uint32_t wanted, int tolerance)
{
	for (int i = 0; i < 3; i++) {
		int channel = (int)(wanted >> (16 - 8 * i) & 0xff);

		if (abs(p[i] - channel) > tolerance) {
			return false;
		}
	}
	return true;
}

/* The colour with the cursor on it. */
static uint32_t covered(uint32_t colour)
{
	uint32_t ret = 0;

	for (int i = 0; i < 24; i += 8) {
		uint32_t channel = colour >> i & 0xff;

		ret |= (CURSOR + channel * (0xff - CURSOR) / 0xff) << i;
	}
	return ret;
}

static bool beside_another(const char *how, int x, int y, struct part part)
{
	uint32_t here = turned_at(how, x, y, part.width, part.height);

	for (int dy = -2; dy <= 2; dy++) {
		for (int dx = -2; dx <= 2; dx++) {
			int u = x + dx, v = y + dy;

			if (u >= 0 && u < part.width && v >= 0 &&
			    v < part.height &&
			    turned_at(how, u, v, part.width, part.height) !=
				    here) {
				return true;
			}
		}
	}
	return false;
}

static bool is_inside(const struct picture *picture, int x, int y)
{
	return x >= 0 && x < picture->width && y >= 0 && y < picture->height;
}

static int check(const char *how, const struct picture *picture,
		 struct part part, int tolerance)
{
	bool cursor = !strcmp(how, "cursor");
	int bad = 0, under = 0, seen = 0;

	for (int i = 0; i < part.width * part.height; i++) {
		int x = i % part.width, y = i / part.width;
		const uint8_t *p;
		uint32_t wanted;

		if (!is_inside(picture, part.x + x, part.y + y)) {
			continue;
		}
		seen++;
		p = pixel(picture, part.x + x, part.y + y);
		wanted = turned_at(how, x, y, part.width, part.height);
		if (is_colour(p, wanted, tolerance) ||
		    (tolerance && beside_another(how, x, y, part))) {
			continue;
		}
		if (cursor && is_colour(p, covered(wanted), 1)) {
			under++;
			continue;
		}
		if (bad++ < SHOWN) {
			printf("%d,%d is %02x%02x%02x instead of %06x\n",
			       part.x + x, part.y + y, p[0], p[1], p[2],
			       wanted);
		}
	}
	printf("%d pixels of %d are wrong, %d are covered\n", bad, seen, under);
	return bad || !seen || (cursor && !under) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct picture picture;
	struct part part;

	if (argc != 3 && argc != 7 && argc != 8) {
		fputs("usage: pattern HOW PNG [X Y WIDTH HEIGHT [TOLERANCE]]\n",
		      stderr);
		return 2;
	}
	picture = load(argv[2]);
	part = (struct part){0, 0, picture.width, picture.height};
	if (argc > 3) {
		part = (struct part){atoi(argv[3]), atoi(argv[4]),
				     atoi(argv[5]), atoi(argv[6])};
	}
	if (part.width < 7 || part.height < 1) {
		fputs("that is too small\n", stderr);
		return 2;
	}
	return check(argv[1], &picture, part, argc > 7 ? atoi(argv[7]) : 0);
}
