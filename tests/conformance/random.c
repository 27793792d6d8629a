/* SPDX-License-Identifier: MIT */
/**
 * DOC: random sequences
 *
 * The generator supposes that everything succeeds, and prefers slots that make
 * sense then; it never sees an answer. Some of its choices make no sense on
 * purpose: handles of files that were closed, fds closed twice.
 */
#include "conform.h"
#include "ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a slot can hold, as far as it matters for what makes sense. */
enum { EMPTY, FULL, RENDERER };

struct model {
	uint64_t state;
	unsigned int total_weight;
	/* What is in a slot, by letter; the controller's are worker 0's. */
	unsigned char full[NR_WORKERS][128][NR_SLOTS];
	/* Through which file slot a handle slot was filled. */
	uint64_t file_of[NR_WORKERS][NR_SLOTS];
};

static unsigned int number_below(struct model *model, unsigned int limit)
{
	uint64_t x = model->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return (unsigned int)((x ^ (x >> 31)) >> 32) % limit;
}

static unsigned char *slots_of(struct model *model, unsigned int worker,
			       char letter)
{
	return model->full[strchr("nog", letter) ? 0 : worker][(int)letter];
}

/* A slot that is full or empty, as wanted; now and then just any. */
static unsigned int pick_slot(struct model *model, const unsigned char *full,
			      bool want)
{
	unsigned int fitting[NR_SLOTS], count = 0;

	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		if (!full[i] != want) {
			fitting[count++] = i;
		}
	}
	if (!count || !number_below(model, 25)) {
		return number_below(model, NR_SLOTS);
	}
	return fitting[number_below(model, count)];
}

static unsigned int pick_verb(struct model *model)
{
	unsigned int at = number_below(model, model->total_weight);
	unsigned int verb = 0;

	while (at >= verbs[verb].weight) {
		at -= verbs[verb++].weight;
	}
	return verb;
}

static bool has_slot(const unsigned char *full, bool want)
{
	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		if (!full[i] != want) {
			return true;
		}
	}
	return false;
}

/* Whether what it needs is there. */
static bool makes_sense(struct model *model, const struct op *op)
{
	const struct verb *verb = &verbs[op->verb];

	for (unsigned int i = 0; i < op->nr_args; i++) {
		bool fills, empties;
		char letter = verb_arg(verb, i, &fills, &empties);

		if (letter == '#' || letter == 'w' ||
		    (fills && verb->by == BY_WORKER_TO_WORKER)) {
			continue;
		}
		if (!has_slot(slots_of(model, op->worker, letter), !fills)) {
			return false;
		}
	}
	return true;
}

/* What the operation puts into the slot it fills; EMPTY: it will fail. */
static unsigned char content(const struct op *op, unsigned char from)
{
	const char *name = verbs[op->verb].name;

	if (!strcmp(name, "open")) {
		return op->args[1] == 1 ? RENDERER : FULL;
	}
	if (!strcmp(name, "create")) {
		return from == FULL ? FULL : EMPTY;
	}
	return !strcmp(name, "dup") || !strcmp(name, "send") ? from : FULL;
}

static void fill_args(struct model *model, struct op *op)
{
	const struct verb *verb = &verbs[op->verb];
	unsigned int owner = op->worker;
	unsigned char from = EMPTY, *filled[MAX_ARGS];
	unsigned int nr_filled = 0;
	bool fails = false;

	for (unsigned int i = 0; i < op->nr_args; i++) {
		bool fills, empties;
		char letter = verb_arg(verb, i, &fills, &empties);
		unsigned char *slot;

		if (letter == '#') {
			op->args[i] = number_below(model, verb->limits[i] + 1);
			continue;
		}
		if (letter == 'w') {
			owner = number_below(model, NR_WORKERS);
			op->args[i] = owner;
			continue;
		}
		slot = slots_of(model, owner, letter);
		op->args[i] = pick_slot(model, slot, !fills);
		slot += op->args[i];
		if (fills) {
			filled[nr_filled++] = slot;
		} else {
			from = i ? from : *slot;
			fails |= *slot == EMPTY;
		}
		if (empties) {
			*slot = EMPTY;
		}
	}
	while (nr_filled-- && !fails) {
		if (*filled[nr_filled] == EMPTY) {
			*filled[nr_filled] = content(op, from);
		}
	}
}

/* Handles go with their file. */
static void follow_file(struct model *model, const struct op *op)
{
	const struct verb *verb = &verbs[op->verb];

	for (unsigned int i = 0; i < op->nr_args; i++) {
		bool fills, empties;
		char letter = verb_arg(verb, i, &fills, &empties);

		if (letter == 'h' && fills) {
			model->file_of[op->worker][op->args[i]] = op->args[0];
		}
		for (int h = 0; letter == 'f' && empties && h < NR_SLOTS; h++) {
			if (model->file_of[op->worker][h] == op->args[i]) {
				model->full[op->worker]['h'][h] = EMPTY;
			}
		}
	}
}

/* The workers' own slots when one ends or another takes over its life. */
static void follow(struct model *model, const struct op *op)
{
	const char *name = verbs[op->verb].name;
	size_t size = sizeof(model->full[0]['f']);

	for (const char *letter = "fhdmesry"; *letter; letter++) {
		if (!strcmp(name, "kill") || !strcmp(name, "exit")) {
			memset(model->full[op->worker][(int)*letter], 0, size);
		} else if (!strcmp(name, "fork") && op->args[0] != op->worker) {
			memcpy(model->full[op->args[0]][(int)*letter],
			       model->full[op->worker][(int)*letter], size);
		}
	}
}

static void next_op(struct model *model, struct op *op)
{
	memset(op, 0, sizeof(*op));
	for (int tries = 0; tries < 20; tries++) {
		op->worker = number_below(model, NR_WORKERS);
		op->verb = pick_verb(model);
		op->nr_args = verb_nr_args(&verbs[op->verb]);
		if (makes_sense(model, op)) {
			break;
		}
	}
	fill_args(model, op);
	follow_file(model, op);
	follow(model, op);
}

struct op *random_ops(unsigned int seed, unsigned int count,
		      const struct options *options)
{
	struct model *model = calloc(1, sizeof(*model));
	struct op *ops = calloc(count ? count : 1, sizeof(*ops));

	if (!model || !ops) {
		give_up("memory");
	}
	model->state = seed * 1000003ULL;
	/* Those that need syncobjs are the last. */
	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (!verb->syncobj || options->syncobj) {
			model->total_weight += verb->weight;
		}
	}
	for (unsigned int i = 0; i < count; i++) {
		next_op(model, &ops[i]);
	}
	free(model);
	return ops;
}

void random_print(unsigned int seed, unsigned int count,
		  const struct options *options)
{
	struct op *ops = random_ops(seed, count, options);

	printf("== seed %u\n", seed);
	for (unsigned int i = 0; i < count; i++) {
		printf("%s\n", op_text(&ops[i]));
	}
	free(ops);
}
