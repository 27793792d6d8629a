/* SPDX-License-Identifier: MIT */
#include "set.h"

#include <stdlib.h>
#include <unistd.h>

#include "calls.h"
#include "shuffle.h"

struct set *set_open(unsigned int card, unsigned long count)
{
	struct set *set = calloc(1, sizeof(*set));

	if (!set || !(set->handles = calloc(count, sizeof(uint32_t)))) {
		abort();
	}
	for (int i = 0; i < BATCH_MAX; i++) {
		set->fds[i] = -1;
	}
	set->card = card_open(card);
	while (set->count < count) {
		uint32_t handle = card_create(set->card, SET_WIDTH, SET_WIDTH);

		if (!handle) {
			call_fail_after(set->count, "buffers");
			break;
		}
		set->handles[set->count++] = handle;
	}
	shuffle(set->handles, set->count);
	set->few = set->count < SET_FEW ? set->count : SET_FEW;
	return set;
}

void set_close(struct set *set)
{
	set_close_fds(set);
	close(set->card);
	free(set->handles);
	free(set);
}

void set_export_all(struct set *set)
{
	unsigned long i;

	for (i = 0; i < set->count; i++) {
		int fd = card_export(set->card, set->handles[i]);

		if (fd < 0) {
			call_fail_after(i, "exports");
			return;
		}
		close(fd);
	}
}

void set_export_fds(struct set *set, unsigned long nr)
{
	for (unsigned long i = 0; i < nr; i++) {
		set->fds[i] = card_export(set->card, set->handles[i]);
		if (set->fds[i] < 0) {
			call_fail_after(i, "exports");
			return;
		}
	}
}

void set_close_fds(struct set *set)
{
	for (int i = 0; i < BATCH_MAX; i++) {
		if (set->fds[i] >= 0) {
			close(set->fds[i]);
			set->fds[i] = -1;
		}
	}
}

uint32_t set_next(struct set *set)
{
	return set->handles[set->next++ % set->few];
}
