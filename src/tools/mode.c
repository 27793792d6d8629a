/* SPDX-License-Identifier: MIT */
/* A mode as one writes it: "1920x1080", "1920x1080@59.94". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uprime/drivers.h>

#include "say.h"
#include "tools.h"

#define SIZE_MIN   10
#define SIZE_LIMIT 8192
#define RATE_MAX   1000

/* Read digits, at most @max of them. NULL: there are none, or more. */
static const char *read_number(const char *at, int max, u32 *number)
{
	int n = 0;

	*number = 0;
	for (; *at >= '0' && *at <= '9'; at++, n++) {
		*number = 10 * *number + (u32)(*at - '0');
		if (n == max) {
			return NULL;
		}
	}
	return n ? at : NULL;
}

/* Read "59.94" as 59940. */
static const char *read_rate(const char *at, u32 *rate)
{
	static const u32 scale[] = {1000, 100, 10, 1};
	const char *dot;
	u32 part;

	at = read_number(at, 4, rate);
	if (!at) {
		return NULL;
	}
	*rate *= scale[0];
	if (*at != '.') {
		return at;
	}
	dot = at;
	at = read_number(dot + 1, 3, &part);
	if (at) {
		*rate += part * scale[at - dot - 1];
	}
	return at;
}

static bool read_mode(const char *at, struct uprime_mode_options *mode)
{
	at = read_number(at, 5, &mode->width);
	if (!at || *at != 'x') {
		return false;
	}
	at = read_number(at + 1, 5, &mode->height);
	if (at && *at == '@') {
		at = read_rate(at + 1, &mode->refresh_mhz);
	} else {
		mode->refresh_mhz = 60000;
	}
	return at && !*at;
}

static bool is_size(u32 size)
{
	return size >= SIZE_MIN && size <= SIZE_LIMIT;
}

int mode_parse(const char *text, struct uprime_mode_options *mode)
{
	if (!read_mode(text, mode)) {
		say("'%s' is no mode: one is written as 1920x1080, or with "
		    "its rate as 1920x1080@59.94.",
		    text);
		return -EINVAL;
	}
	if (!is_size(mode->width) || !is_size(mode->height)) {
		say("a display has %d to %d pixels in each direction: '%s' has "
		    "not.",
		    SIZE_MIN, SIZE_LIMIT, text);
		return -EINVAL;
	}
	if (mode->refresh_mhz < 1000 || mode->refresh_mhz > RATE_MAX * 1000) {
		say("a display is refreshed 1 to %d times a second: '%s' is "
		    "not.",
		    RATE_MAX, text);
		return -EINVAL;
	}
	return 0;
}
