/* SPDX-License-Identifier: MIT */
/*
 * Times by their length, in memory that processes may share: each power of
 * two has the same number of bins, so that a bin is 1/64 of its value wide.
 */
#ifndef UPRIME_BENCH_HISTOGRAM_H
#define UPRIME_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_FINE 64
#define HISTOGRAM_BINS (36 * HISTOGRAM_FINE)

struct histogram {
	uint64_t total;
	uint32_t bins[HISTOGRAM_BINS];
};

void histogram_add(struct histogram *histogram, uint64_t ns);
void histogram_merge(struct histogram *to, const struct histogram *from);

/* The value, in ns, which @part (0 to 1) of all are below; 0 if empty. */
double histogram_at(const struct histogram *histogram, double part);

#endif
