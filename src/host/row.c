/* SPDX-License-Identifier: MIT */
#include "row.h"

#include <string.h>

/* Two addresses at once. */
typedef u64 pair __attribute__((vector_size(16), aligned(8), may_alias));
#define BLOCK 8 /* addresses without a branch for each */

_Static_assert(sizeof(struct page *) == sizeof(u64) &&
		       sizeof(dma_addr_t) == sizeof(u64),
	       "a pair is two of either");

unsigned int row_length(struct page **pages, unsigned int max)
{
	const u64 step = sizeof(struct page);
	u64 first = (uintptr_t)pages[0];
	pair wanted = {first, first + step};
	unsigned int i = 0;

	for (; i + BLOCK <= max; i += BLOCK) {
		const pair *at = (const pair *)(pages + i);
		pair differences = (at[0] ^ wanted) |
				   (at[1] ^ (wanted + 2 * step)) |
				   (at[2] ^ (wanted + 4 * step)) |
				   (at[3] ^ (wanted + 6 * step));

		if (differences[0] | differences[1]) {
			break;
		}
		wanted += BLOCK * step;
	}
	while (i < max && pages[i] == pages[0] + i) {
		i++;
	}
	return i;
}

void row_fill(void *to, u64 first, u64 step, unsigned int n)
{
	pair value = {first, first + step}, *at = to;
	unsigned int i;

	for (i = 0; i + BLOCK <= n; i += BLOCK, at += BLOCK / 2) {
		at[0] = value;
		at[1] = value + 2 * step;
		at[2] = value + 4 * step;
		at[3] = value + 6 * step;
		value += BLOCK * step;
	}
	for (; i + 2 <= n; i += 2) {
		*at++ = value;
		value += 2 * step;
	}
	if (i < n) {
		memcpy(at, &value, sizeof(u64));
	}
}
