/* SPDX-License-Identifier: MIT */
#include "ops.h"
#include "conform.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char verb_arg(const struct verb *verb, unsigned int i, bool *fills,
	      bool *empties)
{
	const char *c = verb->args;

	while (i--) {
		c += c[1] == '\'' ? 2 : 1;
	}
	*fills = isupper((unsigned char)*c);
	*empties = *c && c[1] == '\'';
	return (char)tolower((unsigned char)*c);
}

unsigned int verb_nr_args(const struct verb *verb)
{
	unsigned int count = 0;

	for (const char *c = verb->args; *c; c++) {
		count += *c != '\'';
	}
	return count;
}

static bool find_verb(const char *name, unsigned int *index)
{
	for (*index = 0; verbs[*index].name; ++*index) {
		if (!strcmp(verbs[*index].name, name)) {
			return true;
		}
	}
	return false;
}

/* The most that an argument of this letter can be. */
static uint64_t highest(const struct verb *verb, unsigned int i, char letter)
{
	return letter == '#'   ? verb->limits[i]
	       : letter == 'w' ? NR_WORKERS - 1
			       : NR_SLOTS - 1;
}

static bool parse_arg(const char *word, unsigned int i, struct op *op)
{
	bool fills, empties;
	char letter = verb_arg(&verbs[op->verb], i, &fills, &empties);
	char *end;

	if (letter != '#') {
		if (*word++ != letter) {
			return false;
		}
	}
	op->args[i] = strtoull(word, &end, 10);
	return end != word && !*end &&
	       op->args[i] <= highest(&verbs[op->verb], i, letter);
}

bool op_parse(const char *line, struct op *op)
{
	char copy[256], *word, *state;

	memset(op, 0, sizeof(*op));
	snprintf(copy, sizeof(copy), "%s", line);
	/* The result, if this is a line of a transcript. */
	word = strstr(copy, " -> ");
	if (word) {
		*word = 0;
	}
	word = strtok_r(copy, " \n", &state);
	if (!word || word[0] != 'w' || !isdigit((unsigned char)word[1])) {
		return false;
	}
	op->worker = (unsigned int)atoi(word + 1);
	word = strtok_r(NULL, " \n", &state);
	if (op->worker >= NR_WORKERS || !word || !find_verb(word, &op->verb)) {
		return false;
	}
	op->nr_args = verb_nr_args(&verbs[op->verb]);
	for (unsigned int i = 0; i < op->nr_args; i++) {
		word = strtok_r(NULL, " \n", &state);
		if (!word || !parse_arg(word, i, op)) {
			return false;
		}
	}
	return !strtok_r(NULL, " \n", &state);
}

const char *op_text(const struct op *op)
{
	const struct verb *verb = &verbs[op->verb];
	static char line[160];
	int length =
		snprintf(line, sizeof(line), "w%u %s", op->worker, verb->name);

	for (unsigned int i = 0; i < op->nr_args; i++) {
		bool fills, empties;
		char letter = verb_arg(verb, i, &fills, &empties);

		char prefix[] = {letter == '#' ? '\0' : letter, '\0'};

		length += snprintf(line + length, sizeof(line) - (size_t)length,
				   " %s%llu", prefix,
				   (unsigned long long)op->args[i]);
	}
	return line;
}
