/* SPDX-License-Identifier: MIT */
#ifndef UPRIME_BENCH_CLOCK_H
#define UPRIME_BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

/* now_ns - CLOCK_MONOTONIC */
static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#endif
