/* SPDX-License-Identifier: MIT */
#include "histogram.h"

/* Below HISTOGRAM_FINE each value has its bin; from there on as many bins
 * serve each power of two. */
static unsigned int bin_of(uint64_t ns)
{
	unsigned int shift, bin;

	if (ns < HISTOGRAM_FINE) {
		return (unsigned int)ns;
	}
	shift = 63 - 6 - (unsigned int)__builtin_clzll(ns);
	bin = (shift + 1) * HISTOGRAM_FINE +
	      (unsigned int)(ns >> shift) - HISTOGRAM_FINE;
	return bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1;
}

static double value_of(unsigned int bin)
{
	unsigned int shift = bin / HISTOGRAM_FINE;

	if (!shift) {
		return bin;
	}
	return (double)((uint64_t)(HISTOGRAM_FINE + bin % HISTOGRAM_FINE)
			<< (shift - 1));
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	histogram->total++;
	histogram->bins[bin_of(ns)]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	to->total += from->total;
	for (int i = 0; i < HISTOGRAM_BINS; i++) {
		to->bins[i] += from->bins[i];
	}
}

double histogram_at(const struct histogram *histogram, double part)
{
	uint64_t below = (uint64_t)(part * (double)histogram->total), seen = 0;

	for (unsigned int i = 0; i < HISTOGRAM_BINS; i++) {
		seen += histogram->bins[i];
		if (seen > below) {
			return value_of(i);
		}
	}
	return 0;
}
