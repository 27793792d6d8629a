/* SPDX-License-Identifier: MIT */
/* How many programs ask at a time: who counts them asks no lock. */
#ifndef UPRIME_SERVER_CROWD_H
#define UPRIME_SERVER_CROWD_H

#include <linux/types.h>
#include <stdatomic.h>
#include <stdbool.h>

/**
 * struct crowd - connections with requests in a window of time and in the one
 * before it
 *
 * The counts are guesses when several threads begin a window at once.
 */
struct crowd {
	atomic_uint window; /* its number */
	atomic_uint now;
	atomic_uint before;
};

/**
 * crowd_count() - there is a request
 * @mine: the window of the connection's last one; updated
 *
 * Return: the number of connections that have requests these days.
 */
unsigned int crowd_count(struct crowd *crowd, u32 *mine);

#endif
