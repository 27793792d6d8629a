/* SPDX-License-Identifier: MIT */
/* Fences that a test signals. */
#ifndef UPRIME_TESTS_TOY_FENCE_H
#define UPRIME_TESTS_TOY_FENCE_H

#include <linux/dma-fence.h>

/* Of all toys there are; a test expects to leave as many as it found. */
extern atomic_int toy_fences_alive;

/* toy_fence_create - a fence with a context and a lock of its own; the one
 * reference is the caller's */
struct dma_fence *toy_fence_create(u64 seqno);

/* toy_fence_deadline - the last one that was set, 0: none */
s64 toy_fence_deadline(struct dma_fence *fence);

/**
 * struct heard - a callback that counts
 */
struct heard {
	struct dma_fence_cb cb;
	int times;
};

/* hear - add it. Return: as dma_fence_add_callback(). */
int hear(struct heard *heard, struct dma_fence *fence);

/* run_on_small_stack - call a function in a thread with 256 KiB of stack */
void run_on_small_stack(void (*fn)(void));

#endif
