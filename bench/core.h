/* SPDX-License-Identifier: MIT */
/* The parts of uprime-bench-core. */
#ifndef UPRIME_BENCH_CORE_H
#define UPRIME_BENCH_CORE_H

#include "limits.h"
#include "stage.h"

/* One buffer, or one batch of them. */
extern const struct stage core_one;

/* A display that is looked at. */
extern const struct stage core_display;

/* n handles in one file. */
extern const struct stage core_handles;

/* n threads. */
extern const struct stage limit_threads;
extern const struct stage core_threads;

/* Tables of n pages; how many points: */
#define PAGES_POINTS 10
void pages_run(unsigned long n);

#endif
