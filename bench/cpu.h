/* SPDX-License-Identifier: MIT */
/*
 * Two processes that take turns cost several times as much when each wakes
 * the other on a CPU that sleeps, and the system decides. On one CPU they cost
 * the same each time: so small differences can be seen.
 */
#ifndef UPRIME_BENCH_CPU_H
#define UPRIME_BENCH_CPU_H

#include <sys/types.h>

/**
 * cpu_share() - run on one CPU
 * @peer: with all of this process's threads; or -1
 */
void cpu_share(pid_t peer);

/* Back to where this process was allowed to run before. */
void cpu_spread(pid_t peer);

#endif
