/* SPDX-License-Identifier: MIT */
/* Threads that do the same at the same time. */
#ifndef UPRIME_BENCH_TEAM_H
#define UPRIME_BENCH_TEAM_H

struct team;

/* team_open - start threads, which wait awake for work; the caller is one */
struct team *team_open(unsigned long nr);
void team_close(struct team *team);

/**
 * team_run() - do something a number of times, each thread its part
 * @team: the threads
 * @work: does it @times times, for thread @number
 * @data: for @work
 * @times: by all threads together
 */
void team_run(struct team *team,
	      void (*work)(void *data, unsigned long number,
			   unsigned long times),
	      void *data, unsigned long times);

#endif
