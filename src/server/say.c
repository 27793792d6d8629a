/* SPDX-License-Identifier: MIT */
/**
 * DOC: messages
 *
 * One line, one write, so that the lines of threads and processes that share
 * a terminal stay whole. The only state is the command's name and whether the
 * developers' lines are wanted, both set once.
 */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *speaker = "uprime"; /* constant once threads run */
static bool loud;		       /* likewise */

void say_as(const char *who)
{
	const char *value = getenv("UPRIME_DEBUG");

	speaker = who;
	loud = value && value[0] && strcmp(value, "0");
}

static void put_line(const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(stderr, "%s: %s\n", speaker, text);
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(fmt, ap);
	va_end(ap);
}

bool debugging(void)
{
	return loud;
}

void debug(const char *fmt, ...)
{
	va_list ap;

	if (!loud) {
		return;
	}
	va_start(ap, fmt);
	put_line(fmt, ap);
	va_end(ap);
}
