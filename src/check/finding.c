/* SPDX-License-Identifier: MIT */
/* Findings, like ones folded. */
#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void findings_init(struct findings *findings)
{
	*findings = (struct findings){0};
	INIT_LIST_HEAD(&findings->list);
}

void findings_clear(struct findings *findings)
{
	while (!list_empty(&findings->list)) {
		struct finding *finding =
			list_first_entry(&findings->list, struct finding, node);

		list_del_init(&finding->node);
		free(finding->exe);
		free(finding);
	}
	u64map_destroy(&findings->by_key);
}

static u64 key_of(enum rule rule, const struct finding_place *places,
		  unsigned int nr_places)
{
	u64 key = (u64)rule + 1;

	for (unsigned int i = 0; i < nr_places; i++) {
		const struct stack *stack = places[i].place.stack;

		key = (key ^ (stack ? stack->hash : 0)) * 0x9e3779b97f4a7c15;
		key ^= key >> 31;
	}
	return key;
}

struct finding *findings_add(struct findings *findings, enum rule rule,
			     const char *exe,
			     const struct finding_place *places,
			     unsigned int nr_places, u64 bytes,
			     const char *detail, ...)
{
	u64 key = key_of(rule, places, nr_places);
	struct finding *finding = u64map_find(&findings->by_key, key);
	va_list ap;

	if (!finding) {
		finding = calloc(1, sizeof(*finding));
		if (!finding) {
			return NULL;
		}
		finding->rule = rule;
		finding->exe = strdup(exe);
		finding->nr_places = nr_places;
		memcpy(finding->places, places, nr_places * sizeof(places[0]));
		va_start(ap, detail);
		vsnprintf(finding->detail, sizeof(finding->detail), detail, ap);
		va_end(ap);
		if (!finding->exe ||
		    u64map_insert(&findings->by_key, key, finding)) {
			free(finding->exe);
			free(finding);
			return NULL;
		}
		list_add_tail(&finding->node, &findings->list);
	}
	finding->count++;
	finding->bytes += bytes;
	return finding;
}

unsigned int findings_count(const struct findings *findings)
{
	const struct finding *finding;
	unsigned int nr = 0;

	list_for_each_entry (finding, &findings->list, node) {
		nr += !finding->suppressed;
	}
	return nr;
}
