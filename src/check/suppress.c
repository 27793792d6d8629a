/* SPDX-License-Identifier: MIT */
/**
 * DOC: what is not to be reported
 *
 * A file of lines RULE:PATTERN. RULE is a rule's name or '*'; PATTERN is that
 * of a shell, for the name of a function, a source file or a module in any of
 * the finding's places. Empty lines and those that begin with '#' say nothing.
 */
#include "check.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

/**
 * struct suppression - a line
 */
struct suppression {
	struct suppression *next;
	char *rule, *pattern; /* in one allocation, that of rule */
};

struct suppressions {
	struct suppression *first;
};

void suppressions_destroy(struct suppressions *suppressions)
{
	struct suppression *line;

	if (!suppressions) {
		return;
	}
	while ((line = suppressions->first)) {
		suppressions->first = line->next;
		free(line->rule);
		free(line);
	}
	free(suppressions);
}

static bool is_rule(const char *name)
{
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		if (!strcmp(rule_name((enum rule)rule), name)) {
			return true;
		}
	}
	return !strcmp(name, "*");
}

/* False, and it was said. */
static bool add_line(struct suppressions *suppressions, const char *path,
		     unsigned int number, const char *text)
{
	struct suppression *line;
	char *colon;

	if (!text[0] || text[0] == '#') {
		return true;
	}
	line = calloc(1, sizeof(*line));
	if (!line || !(line->rule = strdup(text))) {
		free(line);
		say("out of memory.");
		return false;
	}
	line->next = suppressions->first;
	suppressions->first = line;
	colon = strchr(line->rule, ':');
	if (!colon || !colon[1]) {
		say("%s:%u: '%s' is no RULE:PATTERN.", path, number, text);
		return false;
	}
	*colon = '\0';
	line->pattern = colon + 1;
	if (!is_rule(line->rule)) {
		say("%s:%u: there is no rule '%s': see uprime-check(1).", path,
		    number, line->rule);
		return false;
	}
	return true;
}

struct suppressions *suppressions_read(const char *path)
{
	struct suppressions *suppressions = calloc(1, sizeof(*suppressions));
	FILE *file = fopen(path, "re");
	unsigned int number = 0;
	char *text = NULL;
	size_t size = 0;
	bool good = true;

	if (!file) {
		say("cannot read %s: %m.", path);
	}
	if (!file || !suppressions) {
		goto err_free;
	}
	while (good && getline(&text, &size, file) >= 0) {
		text[strcspn(text, "\r\n")] = '\0';
		good = add_line(suppressions, path, ++number, text);
	}
	free(text);
	fclose(file);
	if (good) {
		return suppressions;
	}
	file = NULL;
err_free:
	if (file) {
		fclose(file);
	}
	suppressions_destroy(suppressions);
	return NULL;
}

static bool matches(const char *pattern, const char *text)
{
	const char *slash = text ? strrchr(text, '/') : NULL;

	return text && (!fnmatch(pattern, text, 0) ||
			(slash && !fnmatch(pattern, slash + 1, 0)));
}

static bool matches_symbol(const char *pattern, const struct symbol *symbol)
{
	for (; symbol; symbol = symbol->caller) {
		if (matches(pattern, symbol->function) ||
		    matches(pattern, symbol->file) ||
		    matches(pattern, symbol->module)) {
			return true;
		}
	}
	return false;
}

static bool matches_finding(const struct suppression *line,
			    const struct finding *finding,
			    struct symbols *symbols)
{
	if (strcmp(line->rule, "*") != 0 &&
	    strcmp(line->rule, rule_name(finding->rule)) != 0) {
		return false;
	}
	for (unsigned int p = 0; p < finding->nr_places; p++) {
		const struct stack *stack = finding->places[p].place.stack;

		for (unsigned int i = 0; stack && i < stack->nr; i++) {
			if (matches_symbol(
				    line->pattern,
				    symbols_find(symbols, &stack->frames[i]))) {
				return true;
			}
		}
	}
	return false;
}

void suppressions_apply(const struct suppressions *suppressions,
			struct findings *findings, struct symbols *symbols)
{
	const struct suppression *line;
	struct finding *finding;

	list_for_each_entry (finding, &findings->list, node) {
		for (line = suppressions->first; line && !finding->suppressed;
		     line = line->next) {
			finding->suppressed =
				matches_finding(line, finding, symbols);
		}
	}
}
