/* SPDX-License-Identifier: MIT */
/* Names of the files that pictures are written to. No state. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "look_path.h"

/* The place of a number in a name: "%d", "%5d", "%05d". */
struct place {
	size_t at, len; /* in the name */
	int width;
	bool zeros;
};

/* True: there is just one, and no other %. */
static bool find_place(const char *file, struct place *place)
{
	const char *percent = strchr(file, '%'), *c;

	if (!percent) {
		return false;
	}
	c = percent + 1;
	place->zeros = *c == '0';
	c += place->zeros;
	place->width = 0;
	if (*c >= '1' && *c <= '9') {
		place->width = *c++ - '0';
	}
	place->at = (size_t)(percent - file);
	place->len = (size_t)(c + 1 - percent);
	return *c == 'd' && !strchr(c, '%');
}

enum look_kind path_kind(const char *file)
{
	static const char *const videos[] = {".mkv", ".mp4", ".webm"};
	const char *slash = strrchr(file, '/');
	const char *dot = strrchr(slash ? slash : file, '.');
	struct place place;

	if (!dot) {
		return LOOK_NONE;
	}
	if (!strcmp(dot, ".png")) {
		if (!strchr(file, '%')) {
			return LOOK_LAST;
		}
		return find_place(file, &place) ? LOOK_SEQUENCE : LOOK_NONE;
	}
	for (size_t i = 0; i < sizeof(videos) / sizeof(videos[0]); i++) {
		if (!strcmp(dot, videos[i])) {
			return LOOK_VIDEO;
		}
	}
	return LOOK_NONE;
}

int path_of(char *path, size_t size, const char *file, const char *display,
	    uint64_t number)
{
	const char *dot = strrchr(file, '.');
	struct place place;
	char digits[32] = "";
	size_t stem = (size_t)(dot - file);
	int len;

	if (!number || !find_place(file, &place)) {
		place = (struct place){.at = stem};
	} else if (place.zeros) {
		snprintf(digits, sizeof(digits), "%0*" PRIu64, place.width,
			 number);
	} else {
		snprintf(digits, sizeof(digits), "%*" PRIu64, place.width,
			 number);
	}
	len = snprintf(path, size, "%.*s%s%.*s%s%s%s", (int)place.at, file,
		       digits, (int)(stem - place.at - place.len),
		       file + place.at + place.len, display ? "-" : "",
		       display ? display : "", dot);
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}
