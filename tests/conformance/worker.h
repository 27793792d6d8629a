/* SPDX-License-Identifier: MIT */
#ifndef CONFORM_WORKER_H
#define CONFORM_WORKER_H

#include "ops.h"

struct handle_slot {
	bool used;
	unsigned int file; /* the slot it was got through */
	uint32_t number;
};

struct map_slot {
	volatile uint32_t *words; /* NULL: empty */
	size_t pages;
	int prot;
};

struct worker {
	int channel;
	int files[NR_SLOTS];   /* -1: empty */
	int dmabufs[NR_SLOTS]; /* -1: empty */
	struct handle_slot handles[NR_SLOTS];
	struct map_slot maps[NR_SLOTS];
	struct handle_slot fences[NR_SLOTS];
	int sync_files[NR_SLOTS];	       /* -1: empty */
	int devices[NR_SLOTS];		       /* with syncobjs; -1: empty */
	struct handle_slot syncobjs[NR_SLOTS]; /* of a file in devices */
};

void answer_text(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "0", or errno's name. */
void answer_error(struct answer *answer, long ret);
/* Starts a copy of this process that serves a channel of its own. */
void worker_fork(struct worker *worker, const struct op *op,
		 struct answer *answer, int *fd);

#endif
