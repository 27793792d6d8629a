/* SPDX-License-Identifier: MIT */
/* A pool of buffers is made anew when the window changes its size; the old
 * array is overwritten with the old handles still open. */
#include "bug.h"

#define POOL 4

static uint32_t pool[POOL];

static void fill_pool(int card)
{
	for (int i = 0; i < POOL; i++) {
		pool[i] = make_buffer(card); /* BUG leak-handle: made */
	}
}

static void empty_pool(int card)
{
	for (int i = 0; i < POOL; i++) {
		close_buffer(card, pool[i]);
	}
}

int main(void)
{
	int card = open_card();

	fill_pool(card);
#ifndef BUG
	empty_pool(card);
#endif
	fill_pool(card);
	empty_pool(card);
	close(card);
	return 0;
}
