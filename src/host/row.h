/* SPDX-License-Identifier: MIT */
/* Rows of addresses at the same distance, in memory: pages, or bus addresses. */
#ifndef UPRIME_HOST_ROW_H
#define UPRIME_HOST_ROW_H

#include <linux/mm.h>

/* row_length - how many of @max pages, at least one, stand in a row from the
 * first on */
unsigned int row_length(struct page **pages, unsigned int max);

/* row_fill - store @n addresses, @step apart, in an array of struct page * or
 * of dma_addr_t */
void row_fill(void *to, u64 first, u64 step, unsigned int n);

#endif
