/* SPDX-License-Identifier: MIT */
#ifndef UPRIME_BENCH_SHUFFLE_H
#define UPRIME_BENCH_SHUFFLE_H

#include <stdint.h>

/* shuffle - in the same order in each run: a generator with a fixed start */
static inline void shuffle(uint32_t *numbers, unsigned long count)
{
	uint64_t state = 1;

	for (unsigned long i = count; i > 1; i--) {
		unsigned long at;
		uint32_t number = numbers[i - 1];

		state = state * 6364136223846793005u + 1442695040888963407u;
		at = (unsigned long)(state >> 33) % i;
		numbers[i - 1] = numbers[at];
		numbers[at] = number;
	}
}

#endif
