/* SPDX-License-Identifier: MIT */
/* Findings for CI, as a JUnit file: each rule is a test, which fails with what
 * it found. */
#include "check.h"

#include <errno.h>
#include <stdlib.h>

static void put_text(FILE *file, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		default:
			/* XML has no way to say the others. */
			if ((unsigned char)*text >= ' ' || *text == '\n' ||
			    *text == '\t') {
				fputc(*text, file);
			}
		}
	}
}

/* The finding's text, the caller's to free(); NULL. */
static char *text_of(const struct finding *finding, struct symbols *symbols)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file) {
		return NULL;
	}
	report_finding(file, 1, finding, symbols);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

static void put_rule(FILE *file, enum rule rule,
		     const struct findings *findings, struct symbols *symbols)
{
	const struct finding *finding;
	char *text;

	fprintf(file, "  <testcase classname=\"uprime.check\" name=\"%s\">\n",
		rule_name(rule));
	list_for_each_entry (finding, &findings->list, node) {
		if (finding->rule != rule || finding->suppressed) {
			continue;
		}
		fputs("    <failure message=\"", file);
		put_text(file, rule_says(rule));
		fputs("\">", file);
		text = text_of(finding, symbols);
		put_text(file, text ? text : finding->detail);
		free(text);
		fputs("</failure>\n", file);
	}
	fputs("  </testcase>\n", file);
}

static unsigned int failed_rules(const struct findings *findings)
{
	const struct finding *finding;
	u64 seen = 0;

	list_for_each_entry (finding, &findings->list, node) {
		if (!finding->suppressed) {
			seen |= 1ull << finding->rule;
		}
	}
	return (unsigned int)__builtin_popcountll(seen);
}

int report_junit(const char *path, const struct findings *findings,
		 struct symbols *symbols)
{
	FILE *file = fopen(path, "we");

	if (!file) {
		return -errno;
	}
	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"uprime check\" tests=\"%d\" "
		"failures=\"%u\">\n",
		RULE_COUNT, failed_rules(findings));
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		put_rule(file, (enum rule)rule, findings, symbols);
	}
	fputs("</testsuite>\n", file);
	return fclose(file) ? -errno : 0;
}
