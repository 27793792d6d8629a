/* SPDX-License-Identifier: MIT */
/*
 * The points as tables: for each group one of what was measured once, and one
 * for each name that was measured over a scale. Columns that would be empty
 * are left out. At the end stands how many targets are reached.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum {
	WHAT,
	MEDIAN,
	SPREAD,
	GROWTH,
	LIMIT,
	RATIO,
	TARGET,
	REACHED,
	BEFORE,
	COLUMNS
};

static const char *const groups[][2] = {
	{"core limit", "The system, to one thread and more"},
	{"core", "The core, in one process"},
	{"device limit", "The system, to a program with the devices"},
	{"device", "The devices, as a program sees them"},
	{"linux limit", "Linux in the guest: the system"},
	{"linux", "Linux in the guest: its vgem"},
	{"start", "Until a program has run"},
};

#define NR_GROUPS (sizeof(groups) / sizeof(groups[0]))

/**
 * struct row - the cells of a line; the last lines of a table may have a note
 * instead
 */
struct row {
	char *cells[COLUMNS]; /* each owned, or NULL */
	bool is_note;	      /* the second cell is for the whole line */
};

/**
 * struct sheet - a table
 */
struct sheet {
	struct row *rows; /* owned; the first is the headings */
	size_t nr;
	bool failed; /* out of memory */
};

static struct row *sheet_add(struct sheet *sheet)
{
	struct row *more;

	more = reallocarray(sheet->rows, sheet->nr + 1, sizeof(*more));
	if (!more) {
		sheet->failed = true;
		return NULL;
	}
	sheet->rows = more;
	more[sheet->nr] = (struct row){0};
	return &more[sheet->nr++];
}

__attribute__((format(printf, 4, 5))) static void
sheet_set(struct sheet *sheet, struct row *row, int column, const char *fmt,
	  ...)
{
	va_list ap;

	if (!row) {
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&row->cells[column], fmt, ap) < 0) {
		row->cells[column] = NULL;
		sheet->failed = true;
	}
	va_end(ap);
}

static int sheet_width(const struct sheet *sheet, int column)
{
	size_t width = 0;
	bool any = false;

	for (size_t i = 0; i < sheet->nr; i++) {
		const struct row *row = &sheet->rows[i];
		size_t len =
			row->cells[column] ? strlen(row->cells[column]) : 0;

		if (row->is_note && column != WHAT) {
			continue;
		}
		any |= i > 0 && len > 0;
		width = len > width ? len : width;
	}
	return any ? (int)width : 0;
}

static bool is_text(int column)
{
	return column == WHAT || column == LIMIT || column == SPREAD ||
	       column == REACHED;
}

static void print_row(const struct row *row, const int *widths)
{
	int blanks = 0;

	for (int i = 0; i < COLUMNS; i++) {
		const char *cell = row->cells[i] ? row->cells[i] : "";
		int len = (int)strlen(cell), pad = widths[i] - len;

		if (row->is_note && i > WHAT) {
			printf("%*s%s\n", blanks, "", row->cells[MEDIAN]);
			return;
		}
		if (!widths[i]) {
			continue;
		}
		if (len) {
			printf("%*s%s", blanks + (is_text(i) ? 0 : pad), "",
			       cell);
			blanks = is_text(i) ? pad : 0;
		} else {
			blanks += widths[i];
		}
		blanks += 2;
	}
	putchar('\n');
}

static void sheet_print(const struct sheet *sheet)
{
	int widths[COLUMNS];

	for (int i = 0; i < COLUMNS; i++) {
		widths[i] = sheet_width(sheet, i);
	}
	for (size_t i = 0; i < sheet->nr; i++) {
		print_row(&sheet->rows[i], widths);
	}
}

static void sheet_finish(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->nr; i++) {
		for (int column = 0; column < COLUMNS; column++) {
			free(sheet->rows[i].cells[column]);
		}
	}
	free(sheet->rows);
}

/* Three digits. */
static void print_number(char *text, size_t size, double value,
			 const char *unit)
{
	int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

	snprintf(text, size, "%.*f%s%s", digits, value, unit[0] ? " " : "",
		 unit);
}

void bench_unit(char *text, size_t size, double value, const char *unit)
{
	static const struct {
		const char *unit;
		double step;
		const char *names[4];
	} units[] = {
		{"ns", 1000, {"ns", "us", "ms", "s"}},
		{"bytes", 1024, {"B", "KiB", "MiB", "GiB"}},
		{"MB/s", 1000, {"MB/s", "GB/s", "TB/s", NULL}},
		{"1/s", 1000, {"/s", "k/s", "M/s", "G/s"}},
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int step = 0;

		if (strcmp(units[i].unit, unit)) {
			continue;
		}
		while (value >= 999.5 && step < 3 && units[i].names[step + 1]) {
			value /= units[i].step;
			step++;
		}
		print_number(text, size, value, units[i].names[step]);
		return;
	}
	print_number(text, size, value, strcmp(unit, "ratio") ? unit : "");
}

/**
 * struct view - what the tables are made of
 */
struct view {
	const struct bench *bench;
	const struct verdict *verdicts;
	int nr;
};

static void set_verdict(struct sheet *sheet, struct row *row,
			const struct view *view, const struct verdict *verdict)
{
	const struct target *target = verdict->target;
	char limit[32], text[160], beside[120], only[64] = "";

	target_limit_text(verdict, text, sizeof(text));
	target_beside_text(verdict, &view->bench->points, beside,
			   sizeof(beside));
	sheet_set(sheet, row, TARGET, "%s %g",
		  target->least ? ">=" : "<=", target->ratio);
	if (verdict->kind == VERDICT_MISSING) {
		sheet_set(sheet, row, LIMIT, "missing (%s)", text);
		return;
	}
	bench_unit(limit, sizeof(limit), verdict->limit, verdict->point->unit);
	if (target->which == TARGET_LARGEST && verdict->n < target->point.n) {
		snprintf(only, sizeof(only), "; for want of %lu",
			 target->point.n);
	}
	if (target->limit[0].group) {
		sheet_set(sheet, row, LIMIT, "%s (%s%s)%s%s", limit, text, only,
			  beside[0] ? "; " : "", beside);
	} else {
		sheet_set(sheet, row, LIMIT, "%s", limit);
	}
	bench_unit(limit, sizeof(limit), verdict->ratio, "ratio");
	sheet_set(sheet, row, RATIO, "%s", limit);
	sheet_set(sheet, row, REACHED, "%s",
		  verdict->kind == VERDICT_REACHED ? "yes" : "NO");
}

static void set_figures(struct sheet *sheet, struct row *row,
			const struct view *view, const struct point *point)
{
	const struct point *before;
	char text[3][32];

	bench_unit(text[0], sizeof(text[0]), point->median, point->unit);
	sheet_set(sheet, row, MEDIAN, "%s", text[0]);
	if (point->samples > 1) {
		bench_unit(text[1], sizeof(text[1]), point->p25, point->unit);
		bench_unit(text[2], sizeof(text[2]), point->p75, point->unit);
		sheet_set(sheet, row, SPREAD, "%s..%s", text[1], text[2]);
	}
	before = points_find(&view->bench->before, point->group, point->name,
			     point->scale, point->n);
	if (before && !before->missing && point->median > 0) {
		sheet_set(sheet, row, BEFORE, "%.2f",
			  before->median / point->median);
	}
}

static void add_point(struct sheet *sheet, const struct view *view,
		      const struct point *point, const struct point *first)
{
	struct row *row = sheet_add(sheet);
	char ratio[32];
	int nr = 0;

	if (point->scale[0]) {
		sheet_set(sheet, row, WHAT, "%lu", point->n);
	} else {
		sheet_set(sheet, row, WHAT, "%s", point->name);
	}
	if (!row) {
		return;
	}
	if (point->missing) {
		row->is_note = true;
		sheet_set(sheet, row, MEDIAN, "missing: %s", point->missing);
		return;
	}
	set_figures(sheet, row, view, point);
	if (first && first != point && first->median > 0) {
		bench_unit(ratio, sizeof(ratio), point->median / first->median,
			   "ratio");
		sheet_set(sheet, row, GROWTH, "%s", ratio);
	}
	for (int i = 0; i < view->nr; i++) {
		if (view->verdicts[i].point == point) {
			row = nr++ ? sheet_add(sheet) : row;
			set_verdict(sheet, row, view, &view->verdicts[i]);
		}
	}
}

static void add_headings(struct sheet *sheet, const char *scale,
			 const struct point *first)
{
	static const char *const headings[COLUMNS] = {
		[MEDIAN] = "median",	 [SPREAD] = "p25..p75",
		[LIMIT] = "limit",	 [RATIO] = "ratio",
		[TARGET] = "target",	 [REACHED] = "reached",
		[BEFORE] = "before/now",
	};
	struct row *row = sheet_add(sheet);

	for (int i = 0; i < COLUMNS; i++) {
		if (headings[i]) {
			sheet_set(sheet, row, i, "%s", headings[i]);
		}
	}
	sheet_set(sheet, row, WHAT, "%s", scale[0] ? scale : "what");
	if (first) {
		sheet_set(sheet, row, GROWTH, "to %lu", first->n);
	}
}

/* All of a group without a scale, or all of @name over @scale. */
static bool is_in(const struct point *point, const char *group,
		  const char *scale, const char *name)
{
	return !strcmp(point->group, group) && !strcmp(point->scale, scale) &&
	       (!name || !strcmp(point->name, name));
}

static int print_some(const struct view *view, const char *group,
		      const char *scale, const char *name)
{
	const struct points *points = &view->bench->points;
	const struct point *first = NULL;
	struct sheet sheet = {0};
	int ret;

	for (size_t i = 0; name && i < points->nr; i++) {
		const struct point *point = &points->at[i];

		if (is_in(point, group, scale, name) && !point->missing &&
		    (!first || point->n < first->n)) {
			first = point;
		}
	}
	add_headings(&sheet, scale, first);
	for (size_t i = 0; i < points->nr; i++) {
		if (is_in(&points->at[i], group, scale, name)) {
			add_point(&sheet, view, &points->at[i], first);
		}
	}
	if (sheet.nr > 1) {
		if (name) {
			printf("%s, over %s\n", name, scale);
		}
		sheet_print(&sheet);
		putchar('\n');
	}
	ret = sheet.failed ? -ENOMEM : 0;
	sheet_finish(&sheet);
	return ret;
}

static int print_group(const struct view *view, const char *group,
		       const char *title)
{
	const struct points *points = &view->bench->points;
	bool any = false;
	int ret = 0;

	for (size_t i = 0; i < points->nr && !any; i++) {
		any = !strcmp(points->at[i].group, group);
	}
	if (!any) {
		return 0;
	}
	printf("%s\n\n", title);
	ret = print_some(view, group, "", NULL);
	for (size_t i = 0; i < points->nr && !ret; i++) {
		const struct point *point = &points->at[i];
		bool is_new = true;

		for (size_t b = 0; b < i && is_new; b++) {
			is_new = !is_in(&points->at[b], group, point->scale,
					point->name);
		}
		if (is_new && point->scale[0] && !strcmp(point->group, group)) {
			ret = print_some(view, group, point->scale,
					 point->name);
		}
	}
	return ret;
}

static void print_peers(const struct points *points)
{
	bool any = false;

	for (const struct peer *peer = peers_table; peer->name; peer++) {
		double ours = peer_ratio(peer, points, "device");
		double linux_own = peer_ratio(peer, points, "linux");

		if (ours <= 0 || linux_own <= 0) {
			continue;
		}
		if (!any) {
			printf("Beside Linux's vgem, each as a multiple of a "
			       "limit in its own run\n\n%-26s  %-20s  %8s  "
			       "%8s  %12s\n",
			       "what", "limit", "uprime", "Linux",
			       "uprime/Linux");
		}
		any = true;
		printf("%-26s  %-20s  %8.2f  %8.2f  %12.2f\n", peer->name,
		       peer->limit, ours, linux_own, ours / linux_own);
	}
	if (any) {
		putchar('\n');
	}
}

static void print_failed(const struct verdict *verdict,
			 const struct points *points)
{
	const struct target *target = verdict->target;
	char beside[120], n[64] = "";

	if (verdict->point->scale[0] &&
	    (target->which == TARGET_EACH || verdict->n != target->point.n)) {
		snprintf(n, sizeof(n), " (%lu %s)", verdict->n,
			 target->point.scale);
	}
	target_beside_text(verdict, points, beside, sizeof(beside));
	printf("  NO       %s%s: %.4g, %s %g%s%s%s\n", target->text, n,
	       verdict->ratio, target->least ? "at least" : "at most",
	       target->ratio, beside[0] ? " (the system: " : "", beside,
	       beside[0] ? ")" : "");
}

static void print_targets(const struct view *view)
{
	int nr[3] = {0};

	for (int i = 0; i < view->nr; i++) {
		nr[view->verdicts[i].kind]++;
	}
	printf("%d targets of %d reached", nr[VERDICT_REACHED], view->nr);
	if (nr[VERDICT_MISSING]) {
		printf(", %d not measured", nr[VERDICT_MISSING]);
	}
	putchar('\n');
	for (int i = 0; i < view->nr; i++) {
		if (view->verdicts[i].kind == VERDICT_NOT_REACHED) {
			print_failed(&view->verdicts[i], &view->bench->points);
		}
	}
	/* What was not asked for needs no reason. */
	for (int i = 0; i < view->nr && !view->bench->only; i++) {
		if (view->verdicts[i].kind == VERDICT_MISSING) {
			printf("  missing  %s (%s)\n",
			       view->verdicts[i].target->text,
			       view->verdicts[i].missing);
		}
	}
}

int bench_tables(const struct bench *bench)
{
	struct view view = {.bench = bench};
	struct verdict *verdicts;
	int ret = 0;

	view.nr = targets_judge(targets_table, &bench->points, &verdicts);
	if (view.nr < 0) {
		return view.nr;
	}
	view.verdicts = verdicts;
	for (size_t i = 0; i < NR_GROUPS && !ret; i++) {
		ret = print_group(&view, groups[i][0], groups[i][1]);
	}
	if (!ret) {
		print_peers(&bench->points);
		print_targets(&view);
	}
	free(verdicts);
	return ret;
}
