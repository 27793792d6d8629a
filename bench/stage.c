/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <stdbool.h>
#include <stddef.h>

#include "calls.h"
#include "clock.h"
#include "measure.h"

#define BATCH_NS    2e6
#define SAMPLES	    31
#define SAMPLES_QUICK 11

/* How long a batch took, in ns. */
static double batch(const struct point *point, void *data, unsigned long times)
{
	uint64_t start, took;

	if (point->prepare) {
		point->prepare(data, times);
	}
	start = now_ns();
	point->run(data, times);
	took = now_ns() - start;
	if (point->clean) {
		point->clean(data, times);
	}
	return (double)took;
}

/* How often makes a batch long enough? Warms up as well. */
static unsigned long find_times(const struct point *point, void *data)
{
	bool any = !point->prepare && !point->clean;
	unsigned long times = 1;

	batch(point, data, times);
	while (!call_error()) {
		double took = batch(point, data, times);

		if (took >= BATCH_NS / 2) {
			break;
		}
		times *= took < BATCH_NS / 16 ? 8 : 2;
		if (!any && times >= BATCH_MAX) {
			return BATCH_MAX;
		}
	}
	return times;
}

static void point_measure(const struct stage *stage, unsigned long n,
			  const struct point *point, void *data)
{
	int nr = measure_quick() ? SAMPLES_QUICK : SAMPLES;
	double values[SAMPLES];
	unsigned long times;

	if (!call_error() && point->before) {
		point->before(data);
	}
	if (call_error()) {
		measure_missing(point->group, point->name, stage->scale, n,
				call_error());
		return;
	}
	times = find_times(point, data);
	for (int i = 0; i < nr && !call_error(); i++) {
		values[i] = batch(point, data, times) / (double)times;
	}
	if (call_error()) {
		measure_missing(point->group, point->name, stage->scale, n,
				call_error());
		call_forget();
		return;
	}
	measure_report(point->group, point->name, stage->scale, n, "ns",
		       values, nr);
}

void stage_run(const struct stage *stage, unsigned long n)
{
	const struct point *point;
	void *data = NULL;
	bool is_open = false;

	for (point = stage->points; point->name; point++) {
		if (!measure_wanted(point->group, point->name, stage->scale,
				    n)) {
			continue;
		}
		if (!is_open && stage->open) {
			data = stage->open(n);
		}
		is_open = true;
		point_measure(stage, n, point, data);
	}
	if (is_open && stage->close) {
		stage->close(data);
	}
	call_forget();
}

unsigned int stage_points(const struct stage *stage)
{
	unsigned int nr = 0;

	while (stage->points[nr].name) {
		nr++;
	}
	return nr;
}
