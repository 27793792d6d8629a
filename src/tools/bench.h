/* SPDX-License-Identifier: MIT */
/* The parts of `uprime bench`. */
#ifndef UPRIME_TOOLS_BENCH_H
#define UPRIME_TOOLS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json_object;

/**
 * struct point - a number that was measured, or why there is none
 * @group: which run it is of, and whether it is a limit of the system there:
 *	"core", "core limit", "device", "device limit", "linux", "linux limit",
 *	"start"
 * @name: what was measured
 * @scale: what @n counts, or ""
 * @n: how many of them there were
 * @unit: "ns" per operation, "bytes", "MB/s", "1/s", "ratio"
 * @median: and the other figures, in @unit
 * @samples: that they are of
 * @missing: the reason why there are no figures; NULL: there are
 *
 * Strings belong to the struct points that it is in.
 */
struct point {
	char *group;
	char *name;
	char *scale;
	unsigned long n;
	char *unit;
	double median, p25, p75, min, p99;
	unsigned long samples;
	char *missing;
};

/**
 * struct points - all that was measured, in that order
 */
struct points {
	struct point *at; /* owned, and the strings in it */
	size_t nr;
};

/* bench_points.c */

/* points_add - take a copy. Returns 0; -ENOMEM. */
int points_add(struct points *points, const struct point *point);

/* points_add_missing - note that the point @name of @group is not there.
 * Returns as points_add(). */
int points_add_missing(struct points *points, const char *group,
		       const char *name, const char *reason);

/* points_add_json - add what a JSON object describes; its group gets the name
 * of the run, if @run is not NULL. Returns 0; -EINVAL: it describes no point;
 * -ENOMEM. */
int points_add_json(struct points *points, struct json_object *json,
		    const char *run);

/* points_find - the point, also if it is missing; NULL: nobody spoke of it */
const struct point *points_find(const struct points *points, const char *group,
				const char *name, const char *scale,
				unsigned long n);

/* points_save - write a file with the machine's facts and all points; "-" is
 * stdout. Returns 0; -errno, and it was said. */
int points_save(const struct points *points, const char *path);

/* points_load - read such a file. Returns as points_save(). */
int points_load(struct points *points, const char *path);

void points_finish(struct points *points);

/* bench_run.c */

/**
 * struct bench - what was asked for, and what came out
 */
struct bench {
	bool quick;
	const char *only;  /* NULL: all */
	const char *json;  /* NULL: none */
	const char *plot;  /* likewise */
	const char *guest; /* likewise */
	struct points points;
	struct points before; /* to compare with; empty: nothing */
};

/* run_programs - run both measuring programs here, and one in the guest */
void run_programs(struct bench *bench);

/* run_wanted - is a point to be measured? The programs decide alike. */
bool run_wanted(const struct bench *bench, const char *group, const char *name);

/* run_progress - say how far it is: @percent of the part @run, and what is
 * being done; @part: on a file a line for each part only. */
void run_progress(const char *run, unsigned int percent, const char *what,
		  const char *part);

/* run_progress_end - leave the line of progress, before others are written */
void run_progress_end(void);

/* bench_start.c */

/* start_measure - how long it takes until a program runs */
void start_measure(struct bench *bench);

/* bench_targets.c */

#define TERMS_MAX 3

/**
 * struct term - a multiple of a point's median, or a number
 * @factor: of the point; the number itself where @group is NULL
 * @group: and the rest, of the point
 */
struct term {
	double factor;
	const char *group, *name, *scale;
	unsigned long n;
};

enum target_which {
	TARGET_EXACT,	/* the point with that n */
	TARGET_LARGEST, /* the largest n that is there, up to that one */
	TARGET_EACH,	/* each n that is there, from that one on */
};

/**
 * struct target - a point must be at most, or at least, a multiple of a limit
 * @text: what it is about
 * @point: what has to reach it
 * @which: which n of it are meant
 * @limit: what it is compared with: the sum of these
 * @ratio: the bound
 * @least: the ratio must not be below the bound, else not above it
 * @beside: limits of the system, or NULL; as they stand for the same n, so
 *	the machine itself does
 */
struct target {
	const char *text;
	struct term point;
	enum target_which which;
	struct term limit[TERMS_MAX];
	double ratio;
	bool least;
	const char *beside[2];
};

enum verdict_kind { VERDICT_REACHED, VERDICT_NOT_REACHED, VERDICT_MISSING };

/**
 * struct verdict - a target and what became of it
 * @target: it
 * @n: of the point that was looked at
 * @point: the point; NULL: not there
 * @limit: sum of the limits
 * @ratio: of the two
 * @kind: reached or not
 * @missing: what is missing, or why; "" if nothing is
 */
struct verdict {
	const struct target *target;
	unsigned long n;
	const struct point *point;
	double limit, ratio;
	enum verdict_kind kind;
	char missing[160];
};

/* targets_table - all targets; the last has no text */
extern const struct target targets_table[];

/* target_judge - a target at one n of its point */
void target_judge(const struct target *target, const struct points *points,
		  unsigned long n, struct verdict *verdict);

/* targets_judge - all targets of a table. Returns how many verdicts there are
 * in *@verdicts, which is the caller's to free(); -ENOMEM. */
int targets_judge(const struct target *table, const struct points *points,
		  struct verdict **verdicts);

/* target_limit_text - "2 x dup + 60 ms" of a verdict */
void target_limit_text(const struct verdict *verdict, char *text, size_t size);

/* target_beside_text - "; loop 1.9, dup+close 1.8", or nothing */
void target_beside_text(const struct verdict *verdict,
			const struct points *points, char *text, size_t size);

/**
 * struct peer - an operation of a device and its limit, to be compared with
 *	those of Linux's own
 * @name: of the point in "device" and "linux"
 * @limit: in "device limit" and "linux limit"
 */
struct peer {
	const char *name;
	const char *limit;
};

/* peers_table - the last has no name */
extern const struct peer peers_table[];

/* peer_ratio - how often the limit of its own run fits into an operation in
 * @group, "device" or "linux"; 0: something is missing */
double peer_ratio(const struct peer *peer, const struct points *points,
		  const char *group);

/* bench_table.c */

/* bench_unit - "1.23 us": @size must be at least 32 */
void bench_unit(char *text, size_t size, double value, const char *unit);

/* bench_tables - print all. Returns 0; -ENOMEM. */
int bench_tables(const struct bench *bench);

/* bench_plot.c */

/* bench_plots - write all plots there are points for into a folder. Returns 0;
 * -errno, and it was said. */
int bench_plots(const struct points *points, const char *folder);

/* bench_chart.c */

#define CHART_SERIES_MAX 16
#define CHART_VALUES_MAX 16

/**
 * struct series - a line of a chart, or a bar of each group of bars
 * @name: for the legend
 * @dashed: a limit
 * @color: which of the palette
 * @x: both above 0
 * @nr: how many of them
 */
struct series {
	char name[64];
	bool dashed;
	unsigned int color;
	double x[CHART_VALUES_MAX], y[CHART_VALUES_MAX];
	unsigned int nr;
};

/**
 * struct chart - what a plot shows; both axes have decades
 * @title: above
 * @x_title: below
 * @y_unit: of the y values, as in struct point; bars: none
 * @labels: bars only: one for each value
 */
struct chart {
	const char *title;
	const char *x_title;
	const char *y_unit;
	char labels[CHART_VALUES_MAX][64];
	struct series series[CHART_SERIES_MAX];
	unsigned int nr;
};

/* chart_lines - write lines over x as SVG */
void chart_lines(const struct chart *chart, FILE *out);

/* chart_bars - write bars of the y values as SVG: for each label one of each
 * series; a value of 0 is missing */
void chart_bars(const struct chart *chart, FILE *out);

#endif
