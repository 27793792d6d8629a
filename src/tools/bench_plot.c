/* SPDX-License-Identifier: MIT */
/* Which plots there are, and what is in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"
#include "say.h"

/**
 * struct plot - points of groups over a scale, as a file
 * @file: its name
 * @chart: without series
 * @scale: what is on the x axis
 * @unit: of the points that are in it
 * @speed_up: not the value is shown, but how often it fits into that at 1
 * @groups: whose points; the limits are dashed
 */
struct plot {
	const char *file;
	struct chart chart;
	const char *scale;
	const char *unit;
	bool speed_up;
	const char *groups[2];
};

static const struct plot plots[] = {
	{
		.file = "handles.svg",
		.chart = {.title = "The core: one operation, with many handles",
			  .x_title = "handles"},
		.scale = "handles",
		.unit = "ns",
		.groups = {"core", "core limit"},
	},
	{
		.file = "threads.svg",
		.chart = {.title = "The core: the rate of all threads, as a "
				   "multiple of one thread's",
			  .x_title = "threads"},
		.scale = "threads",
		.unit = "ns",
		.speed_up = true,
		.groups = {"core", "core limit"},
	},
	{
		.file = "pages.svg",
		.chart = {.title = "The core: arrays of pages, beside memcpy",
			  .x_title = "pages"},
		.scale = "pages",
		.unit = "MB/s",
		.groups = {"core", "core limit"},
	},
	{
		.file = "buffers.svg",
		.chart = {.title = "The device: one operation, with many "
				   "buffers",
			  .x_title = "buffers"},
		.scale = "buffers",
		.unit = "ns",
		.groups = {"device"},
	},
};

#define NR_PLOTS (sizeof(plots) / sizeof(plots[0]))

/* The line of that name; NULL: there is room for no more. */
static struct series *series_of(struct chart *chart, const char *name,
				bool dashed)
{
	struct series *series;

	for (unsigned int i = 0; i < chart->nr; i++) {
		series = &chart->series[i];
		if (!strcmp(series->name, name) && series->dashed == dashed) {
			return series;
		}
	}
	if (chart->nr == CHART_SERIES_MAX) {
		return NULL;
	}
	series = &chart->series[chart->nr];
	*series = (struct series){.dashed = dashed, .color = chart->nr};
	snprintf(series->name, sizeof(series->name), "%s", name);
	chart->nr++;
	return series;
}

static void add_value(struct chart *chart, const char *name, bool dashed,
		      unsigned long x, double y)
{
	struct series *series;

	/* An axis with decades has no place for 0. */
	if (!x || y <= 0) {
		return;
	}
	series = series_of(chart, name, dashed);
	if (series && series->nr < CHART_VALUES_MAX) {
		series->x[series->nr] = (double)x;
		series->y[series->nr] = y;
		series->nr++;
	}
}

static double value_of(const struct points *points, const struct plot *plot,
		       const struct point *point)
{
	const struct point *one;

	if (!plot->speed_up) {
		return point->median;
	}
	one = points_find(points, point->group, point->name, point->scale, 1);
	return one && point->median > 0 ? one->median / point->median : 0;
}

static void add_points(struct chart *chart, const struct points *points,
		       const struct plot *plot, const char *group)
{
	for (size_t i = 0; i < points->nr; i++) {
		const struct point *point = &points->at[i];

		if (!point->missing && !strcmp(point->group, group) &&
		    !strcmp(point->scale, plot->scale) &&
		    !strcmp(point->unit, plot->unit)) {
			add_value(chart, point->name,
				  strstr(group, "limit") != NULL, point->n,
				  value_of(points, plot, point));
		}
	}
}

/* Of each load: median and p99 of all, and the worst client's p99. */
static void add_clients(struct chart *chart, const struct points *points)
{
	static const char *const loads[] = {"create+close", "first export"};
	char name[64];

	for (size_t i = 0; i < points->nr; i++) {
		const struct point *point = &points->at[i], *fairness;

		for (int l = 0; l < 2; l++) {
			snprintf(name, sizeof(name), "%s latency", loads[l]);
			if (point->missing || strcmp(point->group, "device") ||
			    strcmp(point->scale, "clients") ||
			    strcmp(point->name, name)) {
				continue;
			}
			snprintf(name, sizeof(name), "%s, median", loads[l]);
			add_value(chart, name, false, point->n, point->median);
			snprintf(name, sizeof(name), "%s, p99", loads[l]);
			add_value(chart, name, false, point->n, point->p99);
			snprintf(name, sizeof(name), "%s fairness", loads[l]);
			fairness = points_find(points, "device", name,
					       "clients", point->n);
			if (fairness && !fairness->missing) {
				snprintf(name, sizeof(name),
					 "%s, worst client's p99", loads[l]);
				add_value(chart, name, false, point->n,
					  point->median * fairness->median);
			}
		}
	}
}

static void add_overview(struct chart *chart, const struct points *points)
{
	struct series ours = {.name = "uprime"};
	struct series theirs = {.name = "Linux's vgem", .color = 1};
	bool any = false;

	for (const struct peer *peer = peers_table; peer->name; peer++) {
		double a = peer_ratio(peer, points, "device");
		double b = peer_ratio(peer, points, "linux");

		if (a <= 0 && b <= 0) {
			continue;
		}
		snprintf(chart->labels[ours.nr], sizeof(chart->labels[0]),
			 "%s / %s", peer->name, peer->limit);
		ours.y[ours.nr++] = a;
		theirs.y[theirs.nr++] = b;
		any |= b > 0;
	}
	if (ours.nr) {
		chart->series[chart->nr++] = ours;
	}
	if (any) {
		chart->series[chart->nr++] = theirs;
	}
}

/* A chart without lines is none, and an older file of it is out of date. */
static int write_chart(const struct chart *chart, const char *folder,
		       const char *name,
		       void (*put)(const struct chart *chart, FILE *out))
{
	char *path;
	FILE *out;
	int ret = 0;

	if (asprintf(&path, "%s/%s", folder, name) < 0) {
		say("out of memory.");
		return -ENOMEM;
	}
	if (!chart->nr) {
		remove(path);
		free(path);
		return 0;
	}
	out = fopen(path, "we");
	if (out) {
		put(chart, out);
	}
	if (!out || ferror(out)) {
		ret = -EIO;
	}
	if (out && fclose(out)) {
		ret = -EIO;
	}
	if (ret) {
		say("cannot write %s: %m.", path);
	}
	free(path);
	return ret;
}

int bench_plots(const struct points *points, const char *folder)
{
	struct chart chart;
	int ret = 0;

	for (size_t i = 0; i < NR_PLOTS && !ret; i++) {
		chart = plots[i].chart;
		chart.y_unit = plots[i].speed_up ? "ratio" : plots[i].unit;
		for (int g = 0; g < 2 && plots[i].groups[g]; g++) {
			add_points(&chart, points, &plots[i],
				   plots[i].groups[g]);
		}
		ret = write_chart(&chart, folder, plots[i].file, chart_lines);
	}
	if (!ret) {
		chart = (struct chart){
			.title = "The device: latency with many clients",
			.x_title = "clients",
			.y_unit = "ns",
		};
		add_clients(&chart, points);
		ret = write_chart(&chart, folder, "clients.svg", chart_lines);
	}
	if (!ret) {
		chart = (struct chart){
			.title = "Operations, as multiples of a limit of the "
				 "system in the same run",
			.x_title = "multiple of the limit",
		};
		add_overview(&chart, points);
		ret = write_chart(&chart, folder, "overview.svg", chart_bars);
	}
	return ret;
}
