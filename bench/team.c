/* SPDX-License-Identifier: MIT */
#include "team.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

/**
 * struct team - some threads and their work
 * @round: changes when there is work
 * @busy: so many still work
 * @work: NULL: they are to end; as the rest, set before @round changes
 * @sleeper: a thread that does nothing. The C library's locks cost less where
 *	there is one thread only, which would make two look slow.
 * @over: it may end
 */
struct team {
	atomic_ulong round;
	atomic_ulong busy;
	void (*work)(void *data, unsigned long number, unsigned long times);
	void *data;
	unsigned long times;
	unsigned long nr;
	pthread_t sleeper;
	sem_t over;
	struct member {
		struct team *team;
		unsigned long number;
		pthread_t thread;
	} members[];
};

/* Awake, as it takes long to wake somebody up; but there may be more threads
 * than processors. */
static void wait_for_change(atomic_ulong *value, unsigned long old)
{
	for (int i = 1; atomic_load(value) == old; i++) {
		if (i % 1000 == 0) {
			sched_yield();
		}
	}
}

static void *member_run(void *data)
{
	struct member *member = data;
	struct team *team = member->team;

	for (unsigned long round = 0;; round++) {
		wait_for_change(&team->round, round);
		if (!team->work) {
			return NULL;
		}
		team->work(team->data, member->number, team->times);
		atomic_fetch_sub(&team->busy, 1);
	}
}

static void *sleep_until_over(void *data)
{
	sem_wait(data);
	return NULL;
}

struct team *team_open(unsigned long nr)
{
	struct team *team = calloc(1, sizeof(*team) +
					      nr * sizeof(team->members[0]));

	if (!team) {
		abort();
	}
	team->nr = nr;
	sem_init(&team->over, 0, 0);
	if (pthread_create(&team->sleeper, NULL, sleep_until_over,
			   &team->over)) {
		abort();
	}
	for (unsigned long i = 1; i < nr; i++) {
		struct member *member = &team->members[i];

		member->team = team;
		member->number = i;
		if (pthread_create(&member->thread, NULL, member_run, member)) {
			abort();
		}
	}
	return team;
}

void team_close(struct team *team)
{
	team->work = NULL;
	atomic_fetch_add(&team->round, 1);
	for (unsigned long i = 1; i < team->nr; i++) {
		pthread_join(team->members[i].thread, NULL);
	}
	sem_post(&team->over);
	pthread_join(team->sleeper, NULL);
	sem_destroy(&team->over);
	free(team);
}

void team_run(struct team *team,
	      void (*work)(void *data, unsigned long number,
			   unsigned long times),
	      void *data, unsigned long times)
{
	unsigned long busy;

	team->work = work;
	team->data = data;
	team->times = (times + team->nr - 1) / team->nr;
	atomic_store(&team->busy, team->nr - 1);
	atomic_fetch_add(&team->round, 1);
	work(data, 0, team->times);
	while ((busy = atomic_load(&team->busy))) {
		wait_for_change(&team->busy, busy);
	}
}
