/* SPDX-License-Identifier: MIT */
/* Findings for CI, as a JUnit file: each rule without findings is a test that
 * passed, each finding one that failed. */
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

static void put_finding(FILE *file, unsigned int number,
			const struct finding *finding, struct symbols *symbols)
{
	char *text = text_of(finding, symbols);

	fprintf(file,
		"  <testcase classname=\"uprime.check\" name=\"%s %u\">\n"
		"    <failure message=\"",
		rule_name(finding->rule), number);
	put_text(file, rule_says(finding->rule));
	fputs("\">", file);
	put_text(file, text ? text : finding->detail);
	fputs("</failure>\n  </testcase>\n", file);
	free(text);
}

/* Returns the number of findings that are told. */
static unsigned int put_rule(FILE *file, enum rule rule,
			     const struct findings *findings,
			     struct symbols *symbols)
{
	const struct finding *finding;
	unsigned int number = 0;

	list_for_each_entry (finding, &findings->list, node) {
		if (finding->rule == rule && !finding->suppressed) {
			number++;
			if (file) {
				put_finding(file, number, finding, symbols);
			}
		}
	}
	if (file && !number) {
		fprintf(file,
			"  <testcase classname=\"uprime.check\" "
			"name=\"%s\"/>\n",
			rule_name(rule));
	}
	return number;
}

int report_junit(const char *path, const struct findings *findings,
		 struct symbols *symbols)
{
	unsigned int failures = findings_count(findings), passed = 0;
	FILE *file = fopen(path, "we");

	if (!file) {
		return -errno;
	}
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		passed += !put_rule(NULL, (enum rule)rule, findings, symbols);
	}
	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuite name=\"uprime check\" tests=\"%u\" "
		"failures=\"%u\">\n",
		failures + passed, failures);
	for (int rule = 0; rule < RULE_COUNT; rule++) {
		put_rule(file, (enum rule)rule, findings, symbols);
	}
	fputs("</testsuite>\n", file);
	return fclose(file) ? -errno : 0;
}
