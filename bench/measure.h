/* SPDX-License-Identifier: MIT */
/*
 * What a measuring program is told and what it tells: a line of JSON for each
 * point on stdout, and on stderr "progress DONE TOTAL NAME" after each.
 */
#ifndef UPRIME_BENCH_MEASURE_H
#define UPRIME_BENCH_MEASURE_H

#include <stdbool.h>

/**
 * measure_begin() - read the command line
 * @total: how many points there are
 *
 * Ends the program after --help, and, with status 2, where it cannot be
 * understood.
 */
void measure_begin(int argc, char **argv, unsigned int total);

/* measure_quick - shall it be quick rather than exact? */
bool measure_quick(void);

/**
 * measure_wanted() - is this point to be measured?
 * @group: as it will be reported
 * @name: as it will be reported
 * @scale: what @n counts, or ""
 * @n: how many of them
 *
 * Ask once for each point. With --list it is named here, and not wanted.
 *
 * Return: whether somebody wants it.
 */
bool measure_wanted(const char *group, const char *name, const char *scale,
		    unsigned long n);

/**
 * measure_report() - tell a point by its samples
 * @group: "limit", or what was measured
 * @name: of the point
 * @scale: what @n counts, or ""
 * @n: how many of them
 * @unit: of @values
 * @values: the samples; sorted by this
 * @nr: how many samples
 */
void measure_report(const char *group, const char *name, const char *scale,
		    unsigned long n, const char *unit, double *values, int nr);

/* measure_report_quartiles - the same, of samples that were counted only */
void measure_report_quartiles(const char *group, const char *name,
			      const char *scale, unsigned long n,
			      const char *unit, double median, double p25,
			      double p75, double min, double p99,
			      unsigned long samples);

/* measure_missing - tell why there is no such point */
void measure_missing(const char *group, const char *name, const char *scale,
		     unsigned long n, const char *reason);

#endif
