/* SPDX-License-Identifier: MIT */
/* Buffers of one open device, and what is done with them again and again. */
#ifndef UPRIME_BENCH_SET_H
#define UPRIME_BENCH_SET_H

#include <stdint.h>

#include "stage.h"

/* A small buffer: four pages. */
#define SET_WIDTH 64
#define SET_SIZE  (SET_WIDTH * SET_WIDTH * 4)

/* Each of these exists already, and is used over and over. */
#define SET_FEW 16

/**
 * struct set - an open device with buffers
 * @card: owned
 * @handles: owned; @count of them, in no order
 * @count: how many are there
 * @few: the first so many are used by turns
 * @next: whose turn it is
 * @fds: dma-bufs; -1 where there is none; owned
 * @made: handles made by the batch under way
 */
struct set {
	int card;
	uint32_t *handles;
	unsigned long count;
	unsigned long few;
	unsigned long next;
	int fds[BATCH_MAX];
	uint32_t made[BATCH_MAX];
};

/**
 * set_open() - open a device and create buffers
 * @card: which device
 * @count: how many
 *
 * Return: the set, also if a call failed (call_error()).
 */
struct set *set_open(unsigned int card, unsigned long count);
void set_close(struct set *set);

/* Export all, and close the fds: the handles keep their dma-bufs. */
void set_export_all(struct set *set);

/* Export the first @nr into @fds. */
void set_export_fds(struct set *set, unsigned long nr);
void set_close_fds(struct set *set);

/* The next handle by turns. */
uint32_t set_next(struct set *set);

#endif
