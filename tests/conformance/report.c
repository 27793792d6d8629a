/* SPDX-License-Identifier: MIT */
#include "conform.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR_TEXTS 256

static char subject[64] = "conform";

const char *text(const char *format, ...)
{
	static char buffers[NR_TEXTS][1024];
	static unsigned int next;
	char *buffer = buffers[next++ % NR_TEXTS];
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, sizeof(buffers[0]), format, args);
	va_end(args);
	return buffer;
}

const char *errname(int number)
{
	const char *name = number ? strerrorname_np(number) : "0";

	/* One number, two names. */
	if (number == EOPNOTSUPP) {
		return "EOPNOTSUPP";
	}
	return name ? name : text("errno %d", number);
}

const char *err(long ret)
{
	return ret < 0 ? errname(errno) : "0";
}

const char *yes(bool value)
{
	return value ? "yes" : "no";
}

void result(const char *what, const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *c = line; *c; c++) {
		if (*c == '\n') {
			*c = '|';
		}
	}
	printf("%s: %s -> %s\n", subject, what, line);
}

void report_subject(const char *name)
{
	snprintf(subject, sizeof(subject), "%s", name);
}

void give_up(const char *what)
{
	result("cannot go on", "%s: %s", what, errname(errno));
	exit(1);
}
