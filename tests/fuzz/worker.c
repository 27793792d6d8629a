/* SPDX-License-Identifier: MIT */
/* A process of the fuzzer: its threads ask until it is killed. */
#include "fuzz.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct thread {
	uint64_t seed, nr;
};

static void (*const kinds[])(struct dice *) = {
	fuzz_buffers, fuzz_buffers, fuzz_show,	  fuzz_show,   fuzz_atomic,
	fuzz_atomic,  fuzz_atomic,  fuzz_events,  fuzz_leases, fuzz_fences,
	fuzz_files,   fuzz_files,   fuzz_objects, fuzz_bytes,  fuzz_seats};

static void *ask(void *arg)
{
	const struct thread *thread = arg;

	for (uint64_t nr = 0;; nr++) {
		struct dice dice;

		dice_init(&dice, thread->seed, thread->nr, nr);
		kinds[roll(&dice, sizeof(kinds) / sizeof(kinds[0]))](&dice);
	}
	return NULL;
}

static void nothing(int sig)
{
	(void)sig;
}

void worker_run(uint64_t seed, unsigned int worker, unsigned int nr, int card)
{
	const struct timespec while_asking = {.tv_nsec = 30000000};
	struct sigaction action = {.sa_handler = nothing};
	struct thread threads[16];
	pthread_t ids[16];
	struct dice dice;

	sigaction(SIGUSR1, &action, NULL);
	pools_init();
	addresses_init();
	dice_init(&dice, seed, worker, ~0ull);
	if (card >= 0) {
		pool_put(&dice, POOL_CARD, card);
		become_master(card);
	}
	for (unsigned int i = 0; i < nr; i++) {
		threads[i] = (struct thread){seed, worker * 64 + i};
		if (pthread_create(&ids[i], NULL, ask, &threads[i])) {
			exit(1);
		}
	}
	/* Nothing that waits waits for long. */
	for (;;) {
		nanosleep(&while_asking, NULL);
		pthread_kill(ids[roll(&dice, nr)], SIGUSR1);
	}
}
