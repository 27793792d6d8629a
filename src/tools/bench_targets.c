/* SPDX-License-Identifier: MIT */
/*
 * The targets, in one table, and how they are judged. A limit is what the
 * system takes for the like in the same run, so that slow machines and busy
 * ones do not count.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define CORE(name)                                                             \
	{                                                                      \
		1, "core", name, "", 0                                         \
	}
#define CORE_LIMIT(f, name)                                                    \
	{                                                                      \
		f, "core limit", name, "", 0                                   \
	}
#define DEVICE(name)                                                           \
	{                                                                      \
		1, "device", name, "", 0                                       \
	}
#define LIMIT(f, name)                                                         \
	{                                                                      \
		f, "device limit", name, "", 0                                 \
	}
#define START(name)                                                            \
	{                                                                      \
		1, "start", name, "", 0                                        \
	}
#define CONSTANT(value)                                                        \
	{                                                                      \
		value, NULL, NULL, NULL, 0                                     \
	}

/* A handle is found as fast among a million as among ten. */
#define FLAT_HANDLES(what)                                                     \
	{                                                                      \
		.text = what " with 1,000,000 handles, against 10",            \
		.point = {1, "core", what, "handles", 1000000},                \
		.limit = {{1, "core", what, "handles", 10}}, .ratio = 1.2,     \
		.beside = {"memory random order"},             \
	}

/* Wall time for one operation, over all threads: less with more of them. */
#define TWO_THREADS(what)                                                      \
	{                                                                      \
		.text = what ": rate of 2 threads, against 1",                 \
		.point = {1, "core", what, "threads", 1},                      \
		.limit = {{1, "core", what, "threads", 2}}, .ratio = 1.8,      \
		.least = true, .beside = {"loop", "dup+close"},                \
	}

#define BANDWIDTH(what)                                                        \
	{                                                                      \
		.text = what " rate, against memcpy",                          \
		.point = {1, "core", what " rate", "pages", 65536},            \
		.which = TARGET_EACH,                                          \
		.limit = {{1, "core limit", "memcpy rate", "pages", 4194304}}, \
		.ratio = 0.5, .least = true,                                   \
	}

#define FLAT_BUFFERS(what)                                                     \
	{                                                                      \
		.text = what " with 100,000 buffers, against 10",              \
		.point = {1, "device", what, "buffers", 100000},               \
		.which = TARGET_LARGEST,                                       \
		.limit = {{1, "device", what, "buffers", 10}}, .ratio = 1.2,   \
	}

#define FAIR(what)                                                             \
	{                                                                      \
		.text = what ": worst client's p99, against the median",       \
		.point = {1, "device", what " fairness", "clients", 1},        \
		.which = TARGET_EACH, .limit = {CONSTANT(1)}, .ratio = 5,      \
	}

const struct target targets_table[] = {
	{
		.text = "re-export in the core, against dup",
		.point = CORE("re-export"),
		.limit = {CORE_LIMIT(1, "dup")},
		.ratio = 1.3,
	},
	{
		.text = "self-import in the core, against half a system call",
		.point = CORE("self-import"),
		.limit = {CORE_LIMIT(1, "identify"),
			  CORE_LIMIT(0.5, "null syscall")},
		.ratio = 1,
	},
	{
		.text = "looking at a display, against a copy",
		.point = CORE("look"),
		.limit = {CORE_LIMIT(1, "copy of a picture")},
		.ratio = 1.2,
	},
	{
		.text = "looking at a display with a cursor, against a copy",
		.point = CORE("look with cursor"),
		.limit = {CORE_LIMIT(1, "copy of a picture")},
		.ratio = 1.3,
	},
	FLAT_HANDLES("lookup"),
	FLAT_HANDLES("lookup random order"),
	TWO_THREADS("re-export+close own file"),
	TWO_THREADS("handle create+close own file"),
	BANDWIDTH("pages to sg contiguous"),
	BANDWIDTH("pages to sg scattered"),
	BANDWIDTH("sg to arrays contiguous"),
	BANDWIDTH("sg to arrays scattered"),
	{
		.text = "re-export and close, against dup+close",
		.point = DEVICE("re-export"),
		.limit = {LIMIT(1, "dup+close")},
		.ratio = 2,
	},
	{
		.text = "self-import, against a null syscall",
		.point = DEVICE("self-import"),
		.limit = {LIMIT(1, "null syscall")},
		.ratio = 3.6,
	},
	{
		.text = "repeated import, against a null syscall",
		.point = DEVICE("repeated import"),
		.limit = {LIMIT(1, "null syscall")},
		.ratio = 3.6,
	},
	{
		.text = "first export, against a round trip with an fd",
		.point = DEVICE("first export"),
		.limit = {LIMIT(1, "scm_rights ping-pong")},
		.ratio = 1.5,
	},
	{
		.text = "first import, against a round trip with an fd",
		.point = DEVICE("first import"),
		.limit = {LIMIT(1, "scm_rights ping-pong")},
		.ratio = 1.5,
	},
	{
		.text = "create+close, against a memfd and a round trip",
		.point = DEVICE("create+close"),
		.limit = {LIMIT(1, "memfd create"), LIMIT(1, "ping-pong")},
		.ratio = 2.5,
	},
	{
		.text = "first export on one CPU, likewise",
		.point = DEVICE("first export, one CPU"),
		.limit = {LIMIT(1, "scm_rights ping-pong, one CPU")},
		.ratio = 1.5,
	},
	{
		.text = "first import on one CPU, likewise",
		.point = DEVICE("first import, one CPU"),
		.limit = {LIMIT(1, "scm_rights ping-pong, one CPU")},
		.ratio = 1.5,
	},
	{
		/* The points over buffers are measured on one CPU. */
		.text = "create+close on one CPU, likewise",
		.point = {1, "device", "create+close", "buffers", 1},
		.limit = {LIMIT(1, "memfd create"),
			  LIMIT(1, "ping-pong, one CPU")},
		.ratio = 2.5,
	},
	FLAT_BUFFERS("create+close"),
	FLAT_BUFFERS("mmap+munmap"),
	FLAT_BUFFERS("lookup"),
	FLAT_BUFFERS("first import + gem close"),
	FLAT_BUFFERS("re-export"),
	FLAT_BUFFERS("self-import"),
	FLAT_BUFFERS("re-export of all"),
	FLAT_BUFFERS("self-import of all"),
	FAIR("create+close"),
	FAIR("first export"),
	{
		.text = "the server's memory for a buffer",
		.point = {1, "device", "memory per buffer", "buffers", 1},
		.which = TARGET_EACH,
		.limit = {CONSTANT(1024)},
		.ratio = 1,
	},
	{
		.text = "an idle server's CPU time, in a second",
		.point = {1, "device", "idle cpu per second", "buffers", 1},
		.which = TARGET_EACH,
		.limit = {CONSTANT(1e6)},
		.ratio = 1,
	},
	{
		.text = "uprime run, against umockdev-run",
		.point = START("uprime run, cold"),
		.limit = {START("umockdev-run"), CONSTANT(60e6)},
		.ratio = 1,
	},
	{
		.text = "a guest that boots, against uprime run",
		.point = START("guest boots and runs true"),
		.limit = {START("uprime run, cold")},
		.ratio = 50,
		.least = true,
	},
	{0},
};

const struct peer peers_table[] = {
	{"re-export", "dup+close"},
	{"self-import", "null syscall"},
	{"repeated import", "null syscall"},
	{"first export", "scm_rights ping-pong"},
	{"first import", "scm_rights ping-pong"},
	{"first import + gem close", "null syscall"},
	{"create+close", "memfd create"},
	{"ioctl", "null syscall"},
	{0},
};

static const struct point *find(const struct points *points,
				const struct term *term)
{
	return points_find(points, term->group, term->name, term->scale,
			   term->n);
}

static void note_missing(struct verdict *verdict, const struct term *term,
			 const struct point *point)
{
	snprintf(verdict->missing, sizeof(verdict->missing), "%s: %s: %s",
		 term->group, term->name,
		 point ? point->missing : "was not measured");
}

/* The sum of the limits; false: one is missing, and it was noted. */
static bool sum_limits(const struct points *points, struct verdict *verdict)
{
	const struct term *terms = verdict->target->limit;

	for (int i = 0; i < TERMS_MAX && terms[i].factor != 0; i++) {
		const struct point *point;

		if (!terms[i].group) {
			verdict->limit += terms[i].factor;
			continue;
		}
		point = find(points, &terms[i]);
		if (!point || point->missing) {
			note_missing(verdict, &terms[i], point);
			return false;
		}
		verdict->limit += terms[i].factor * point->median;
	}
	return true;
}

void target_judge(const struct target *target, const struct points *points,
		  unsigned long n, struct verdict *verdict)
{
	const struct term *term = &target->point;
	bool reached;

	*verdict = (struct verdict){
		.target = target,
		.n = n,
		.point = points_find(points, term->group, term->name,
				     term->scale, n),
		.kind = VERDICT_MISSING,
	};
	if (!verdict->point || verdict->point->missing) {
		note_missing(verdict, term, verdict->point);
		return;
	}
	if (!sum_limits(points, verdict)) {
		return;
	}
	if (verdict->limit <= 0) {
		strcpy(verdict->missing, "the limit is 0");
		return;
	}
	verdict->ratio = verdict->point->median / verdict->limit;
	reached = target->least ? verdict->ratio >= target->ratio
				: verdict->ratio <= target->ratio;
	verdict->kind = reached ? VERDICT_REACHED : VERDICT_NOT_REACHED;
}

static bool is_of(const struct point *point, const struct term *term)
{
	return !strcmp(point->group, term->group) &&
	       !strcmp(point->name, term->name) &&
	       !strcmp(point->scale, term->scale);
}

/* The largest n that was measured and is more than what it is compared with;
 * the wanted one if there is none. */
static unsigned long largest(const struct target *target,
			     const struct points *points)
{
	unsigned long n = 0;

	for (size_t i = 0; i < points->nr; i++) {
		const struct point *point = &points->at[i];

		if (is_of(point, &target->point) && !point->missing &&
		    point->n <= target->point.n &&
		    point->n > target->limit[0].n && point->n > n) {
			n = point->n;
		}
	}
	return n ? n : target->point.n;
}

/* There is room for as many as there are points, and one. */
static int judge_each(const struct target *target, const struct points *points,
		      struct verdict *verdicts)
{
	int nr = 0;

	for (size_t i = 0; i < points->nr; i++) {
		const struct point *point = &points->at[i];

		if (is_of(point, &target->point) &&
		    point->n >= target->point.n) {
			target_judge(target, points, point->n, &verdicts[nr++]);
		}
	}
	if (!nr) {
		target_judge(target, points, target->point.n, &verdicts[nr++]);
	}
	return nr;
}

int targets_judge(const struct target *table, const struct points *points,
		  struct verdict **verdicts)
{
	struct verdict *more;
	int nr = 0;

	*verdicts = NULL;
	for (const struct target *target = table; target->text; target++) {
		more = reallocarray(*verdicts, (size_t)nr + points->nr + 1,
				    sizeof(*more));
		if (!more) {
			free(*verdicts);
			return -ENOMEM;
		}
		*verdicts = more;
		if (target->which == TARGET_EACH) {
			nr += judge_each(target, points, more + nr);
			continue;
		}
		target_judge(target, points,
			     target->which == TARGET_LARGEST
				     ? largest(target, points)
				     : target->point.n,
			     more + nr);
		nr++;
	}
	return nr;
}

void target_limit_text(const struct verdict *verdict, char *text, size_t size)
{
	const struct target *target = verdict->target;
	const struct term *point = &target->point;
	FILE *out = fmemopen(text, size, "w");

	if (!out) {
		text[0] = '\0';
		return;
	}
	for (int i = 0; i < TERMS_MAX && target->limit[i].factor != 0; i++) {
		const struct term *term = &target->limit[i];
		char number[32];

		fputs(i ? " + " : "", out);
		if (!term->group) {
			bench_unit(number, sizeof(number), term->factor,
				   verdict->point ? verdict->point->unit : "");
			fputs(number, out);
			continue;
		}
		if (term->factor != 1) {
			fprintf(out, "%g x ", term->factor);
		}
		if (!strcmp(term->name, point->name)) {
			fprintf(out, "%lu %s", term->n, term->scale);
		} else {
			fputs(term->name, out);
		}
	}
	fclose(out);
}

void target_beside_text(const struct verdict *verdict,
			const struct points *points, char *text, size_t size)
{
	const struct target *target = verdict->target;
	const char *scale = target->point.scale;
	size_t len = 0;
	char group[64];

	text[0] = '\0';
	snprintf(group, sizeof(group), "%s limit", target->point.group);
	for (int i = 0; i < 2 && target->beside[i]; i++) {
		const struct point *point, *limit;

		point = points_find(points, group, target->beside[i], scale,
				    verdict->n);
		limit = points_find(points, group, target->beside[i], scale,
				    target->limit[0].n);
		if (point && limit && !point->missing && !limit->missing &&
		    limit->median > 0 && len < size) {
			len += (size_t)snprintf(text + len, size - len,
						"%s%s %.2f", len ? ", " : "",
						target->beside[i],
						point->median / limit->median);
		}
	}
}

double peer_ratio(const struct peer *peer, const struct points *points,
		  const char *group)
{
	const struct point *point, *limit;
	char limits[64];

	snprintf(limits, sizeof(limits), "%s limit", group);
	point = points_find(points, group, peer->name, "", 0);
	limit = points_find(points, limits, peer->limit, "", 0);
	if (!point || !limit || point->missing || limit->missing ||
	    limit->median <= 0) {
		return 0;
	}
	return point->median / limit->median;
}
