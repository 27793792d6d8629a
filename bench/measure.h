/* SPDX-License-Identifier: MIT */
#ifndef UPRIME_BENCH_MEASURE_H
#define UPRIME_BENCH_MEASURE_H
#include <stdbool.h>
void measure_begin(int argc, char **argv, unsigned int total);
bool measure_quick(void);
bool measure_wanted(const char *group, const char *name, const char *scale);
void measure_report(const char *group, const char *name, const char *scale,
		    unsigned long n, const char *unit, double *values, int nr);
void measure_missing(const char *group, const char *name, const char *scale,
		     unsigned long n, const char *reason);
void measure_report_quartiles(const char *group, const char *name,
			      const char *scale, unsigned long n,
			      const char *unit, double median, double p25,
			      double p75, double min, double p99,
			      unsigned long samples);
#endif
