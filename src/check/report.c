/* SPDX-License-Identifier: MIT */
/* Findings for people. */
#include "check.h"

#include <string.h>

/* Frames that are shown of a place. */
#define SHOWN 12

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void print_symbol(FILE *file, unsigned int number,
			 const struct frame *frame, const struct symbol *symbol)
{
	fprintf(file, "      #%-2u ", number);
	if (symbol->function) {
		fprintf(file, "%s", symbol->function);
	} else {
		fprintf(file, "%#llx", (unsigned long long)frame->addr);
	}
	if (symbol->file) {
		fprintf(file, " (%s:%d)", base_name(symbol->file),
			symbol->line);
	} else if (symbol->module) {
		fprintf(file, " (in %s)", base_name(symbol->module));
	}
	fputc('\n', file);
}

/* Returns whether it was main(), beyond which nobody looks. */
static bool print_frame(FILE *file, unsigned int number,
			const struct frame *frame, struct symbols *symbols)
{
	const struct symbol *symbol = symbols_find(symbols, frame);
	bool is_main = false;

	for (; symbol; symbol = symbol->caller) {
		print_symbol(file, number, frame, symbol);
		is_main = symbol->function && !strcmp(symbol->function, "main");
	}
	return is_main;
}

static void print_place(FILE *file, const struct finding_place *at,
			struct symbols *symbols)
{
	const struct stack *stack = at->place.stack;

	if (!stack) {
		fprintf(file, "    %s: at a place that is not known\n",
			at->what);
		return;
	}
	fprintf(file, "    %s, in process %d, thread %d:\n", at->what,
		at->place.pid, at->place.tid);
	for (unsigned int i = 0; i < stack->nr && i < SHOWN; i++) {
		if (print_frame(file, i, &stack->frames[i], symbols)) {
			break;
		}
	}
}

static void print_bytes(FILE *file, u64 bytes)
{
	if (bytes >= 1 << 20) {
		fprintf(file, ", %.1f MiB", (double)bytes / (1 << 20));
	} else if (bytes) {
		fprintf(file, ", %.1f KiB", (double)bytes / 1024);
	}
}

void report_finding(FILE *file, unsigned int number,
		    const struct finding *finding, struct symbols *symbols)
{
	fprintf(file, "%u. %s: %s", number, finding->exe,
		rule_says(finding->rule));
	if (finding->count > 1) {
		fprintf(file, " (%llu times",
			(unsigned long long)finding->count);
		print_bytes(file, finding->bytes);
		fputc(')', file);
	} else if (finding->bytes) {
		fprintf(file, " (once");
		print_bytes(file, finding->bytes);
		fputc(')', file);
	}
	fprintf(file, "\n    [%s] %s\n", rule_name(finding->rule),
		finding->detail);
	for (unsigned int i = 0; i < finding->nr_places; i++) {
		print_place(file, &finding->places[i], symbols);
	}
	fputc('\n', file);
}

void report_text(FILE *file, const struct findings *findings,
		 struct symbols *symbols)
{
	unsigned int nr = findings_count(findings), number = 0, suppressed = 0;
	const struct finding *finding;

	list_for_each_entry (finding, &findings->list, node) {
		if (finding->suppressed) {
			suppressed++;
			continue;
		}
		report_finding(file, ++number, finding, symbols);
	}
	fprintf(file, "uprime check: %u finding%s", nr, nr == 1 ? "" : "s");
	if (suppressed) {
		fprintf(file, " (and %u suppressed)", suppressed);
	}
	fputs(".\n", file);
	fflush(file);
}
