/* SPDX-License-Identifier: MIT */
/* Names of the files that pictures are written to. */
#ifndef UPRIME_TOOLS_LOOK_PATH_H
#define UPRIME_TOOLS_LOOK_PATH_H

#include <stddef.h>
#include <stdint.h>

enum look_kind { LOOK_NONE, LOOK_LAST, LOOK_SEQUENCE, LOOK_VIDEO };

/* path_kind - what is wanted, as the file's name says */
enum look_kind path_kind(const char *file);

/* path_of - the file for a display (its name, or NULL: the only one) and a
 * picture's number, if the name has a place for it. 0; -ENAMETOOLONG. */
int path_of(char *path, size_t size, const char *file, const char *display,
	    uint64_t number);

#endif
