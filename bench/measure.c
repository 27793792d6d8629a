/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool quick, list;
static const char *only;
static unsigned int done, total;

static void help(const char *program)
{
	printf("usage: %s [--quick] [--only TEXT] [--list]\n\n"
	       "Measures, and prints a line of JSON for each point.\n\n"
	       "  --quick      fewer and shorter samples\n"
	       "  --only TEXT  only the points in whose \"group scale name\" "
	       "TEXT stands\n"
	       "  --list       name the points, and measure none\n",
	       program);
}

__attribute__((noreturn)) static void refuse(const char *program,
					     const char *what, const char *arg)
{
	fprintf(stderr, "%s: %s%s; see --help.\n", program, what, arg);
	exit(2);
}

void measure_begin(int argc, char **argv, unsigned int nr)
{
	const char *program = program_invocation_short_name;

	total = nr;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick")) {
			quick = true;
		} else if (!strcmp(argv[i], "--list")) {
			list = true;
		} else if (!strcmp(argv[i], "--only") && i + 1 < argc) {
			only = argv[++i];
		} else if (!strcmp(argv[i], "--only")) {
			refuse(program, "--only needs a text", "");
		} else if (!strcmp(argv[i], "--help")) {
			help(program);
			exit(0);
		} else {
			refuse(program, "there is no option ", argv[i]);
		}
	}
}

bool measure_quick(void)
{
	return quick;
}

bool measure_wanted(const char *group, const char *name, const char *scale,
		    unsigned long n)
{
	char text[200];
	bool wanted;

	snprintf(text, sizeof(text), "%s %s %s", group, scale, name);
	wanted = !only || strstr(text, only);
	if (!list) {
		return wanted;
	}
	if (wanted && scale[0]) {
		printf("%s %s %lu %s\n", group, scale, n, name);
	} else if (wanted) {
		printf("%s %s\n", group, name);
	}
	return false;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void measure_report_quartiles(const char *group, const char *name,
			      const char *scale, unsigned long n,
			      const char *unit, double median, double p25,
			      double p75, double min, double p99,
			      unsigned long samples)
{
	printf("{\"group\":\"%s\",\"name\":\"%s\",\"scale\":\"%s\",\"n\":%lu,"
	       "\"unit\":\"%s\",\"median\":%.3f,\"p25\":%.3f,\"p75\":%.3f,"
	       "\"min\":%.3f,\"p99\":%.3f,\"samples\":%lu}\n",
	       group, name, scale, n, unit, median, p25, p75, min, p99,
	       samples);
	fflush(stdout);
	fprintf(stderr, "progress %u %u %s\n", ++done, total, name);
}

void measure_report(const char *group, const char *name, const char *scale,
		    unsigned long n, const char *unit, double *values, int nr)
{
	qsort(values, nr, sizeof(*values), compare);
	measure_report_quartiles(group, name, scale, n, unit, values[nr / 2],
				 values[nr / 4], values[nr * 3 / 4], values[0],
				 values[(nr * 99) / 100], nr);
}

void measure_missing(const char *group, const char *name, const char *scale,
		     unsigned long n, const char *reason)
{
	printf("{\"group\":\"%s\",\"name\":\"%s\",\"scale\":\"%s\",\"n\":%lu,"
	       "\"missing\":\"%s\"}\n",
	       group, name, scale, n, reason);
	fflush(stdout);
}
