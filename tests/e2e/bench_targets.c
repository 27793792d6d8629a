/* SPDX-License-Identifier: MIT */
/* The targets of `uprime bench`: judged on points that were made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench.h"

static void add(struct points *points, const char *group, const char *name,
		const char *scale, unsigned long n, double median)
{
	struct point point = {
		.group = (char *)group,
		.name = (char *)name,
		.scale = (char *)scale,
		.n = n,
		.unit = (char *)"ns",
		.median = median,
	};

	assert_int_equal(points_add(points, &point), 0);
}

static void add_missing(struct points *points, const char *group,
			const char *name, const char *scale, unsigned long n)
{
	struct point point = {
		.group = (char *)group,
		.name = (char *)name,
		.scale = (char *)scale,
		.n = n,
		.unit = (char *)"ns",
		.missing = (char *)"too many files",
	};

	assert_int_equal(points_add(points, &point), 0);
}

static const struct target twice_and_a_half = {
	.text = "an operation",
	.point = {1, "device", "work", "", 0},
	.limit = {{2, "device limit", "dup", "", 0},
		  {0.5, "device limit", "call", "", 0}},
	.ratio = 3,
};

static void limit_is_the_sum_of_multiples(void **state)
{
	struct points points = {0};
	struct verdict verdict;
	char text[160];

	(void)state;
	add(&points, "device limit", "dup", "", 0, 100);
	add(&points, "device limit", "call", "", 0, 40);
	/* Another group's is not meant. */
	add(&points, "core limit", "dup", "", 0, 1);
	add(&points, "device", "work", "", 0, 330);
	target_judge(&twice_and_a_half, &points, 0, &verdict);
	assert_float_equal(verdict.limit, 220, 1e-9);
	assert_float_equal(verdict.ratio, 1.5, 1e-9);
	assert_int_equal(verdict.kind, VERDICT_REACHED);
	target_limit_text(&verdict, text, sizeof(text));
	assert_string_equal(text, "2 x dup + 0.5 x call");
	points_finish(&points);
}

static int judge_work(double work)
{
	struct points points = {0};
	struct verdict verdict;

	add(&points, "device limit", "dup", "", 0, 100);
	add(&points, "device limit", "call", "", 0, 0);
	add(&points, "device", "work", "", 0, work);
	target_judge(&twice_and_a_half, &points, 0, &verdict);
	points_finish(&points);
	return verdict.kind;
}

static void bound_itself_is_reached_and_more_is_not(void **state)
{
	(void)state;
	assert_int_equal(judge_work(0), VERDICT_REACHED);
	assert_int_equal(judge_work(600), VERDICT_REACHED);
	assert_int_equal(judge_work(601), VERDICT_NOT_REACHED);
}

static void least_ratio_is_a_lower_bound(void **state)
{
	static const struct target twice = {
		.text = "two threads",
		.point = {1, "core", "work", "threads", 1},
		.limit = {{1, "core", "work", "threads", 2}},
		.ratio = 1.8,
		.least = true,
		.beside = {"loop"},
	};
	struct points points = {0};
	struct verdict verdict;
	char text[160];

	(void)state;
	add(&points, "core", "work", "threads", 1, 90);
	add(&points, "core", "work", "threads", 2, 60);
	add(&points, "core limit", "loop", "threads", 1, 10);
	add(&points, "core limit", "loop", "threads", 2, 8);
	target_judge(&twice, &points, 1, &verdict);
	assert_float_equal(verdict.ratio, 1.5, 1e-9);
	assert_int_equal(verdict.kind, VERDICT_NOT_REACHED);
	/* The machine itself does not give it. */
	target_beside_text(&verdict, &points, text, sizeof(text));
	assert_string_equal(text, "loop 1.25");
	points_finish(&points);

	add(&points, "core", "work", "threads", 1, 90);
	add(&points, "core", "work", "threads", 2, 50);
	target_judge(&twice, &points, 1, &verdict);
	assert_int_equal(verdict.kind, VERDICT_REACHED);
	target_beside_text(&verdict, &points, text, sizeof(text));
	assert_string_equal(text, "");
	points_finish(&points);
}

static void missing_point_or_limit_is_named(void **state)
{
	struct points points = {0};
	struct verdict verdict;

	(void)state;
	target_judge(&twice_and_a_half, &points, 0, &verdict);
	assert_int_equal(verdict.kind, VERDICT_MISSING);
	assert_string_equal(verdict.missing, "device: work: was not measured");

	add(&points, "device", "work", "", 0, 330);
	add(&points, "device limit", "dup", "", 0, 100);
	add_missing(&points, "device limit", "call", "", 0);
	target_judge(&twice_and_a_half, &points, 0, &verdict);
	assert_int_equal(verdict.kind, VERDICT_MISSING);
	assert_string_equal(verdict.missing,
			    "device limit: call: too many files");
	points_finish(&points);
}

static const struct target largest[] = {
	{
		.text = "many",
		.point = {1, "device", "work", "buffers", 100000},
		.which = TARGET_LARGEST,
		.limit = {{1, "device", "work", "buffers", 10}},
		.ratio = 1.2,
	},
	{0},
};

static void largest_that_is_there_stands_for_more(void **state)
{
	struct points points = {0};
	struct verdict *verdicts;

	(void)state;
	add(&points, "device", "work", "buffers", 10, 100);
	add(&points, "device", "work", "buffers", 10000, 130);
	add(&points, "device", "work", "buffers", 1000, 110);
	add_missing(&points, "device", "work", "buffers", 100000);
	assert_int_equal(targets_judge(largest, &points, &verdicts), 1);
	assert_int_equal(verdicts[0].n, 10000);
	assert_int_equal(verdicts[0].kind, VERDICT_NOT_REACHED);
	assert_float_equal(verdicts[0].ratio, 1.3, 1e-9);
	free(verdicts);
	points_finish(&points);
}

static void nothing_is_not_compared_with_itself(void **state)
{
	struct points points = {0};
	struct verdict *verdicts;

	(void)state;
	add(&points, "device", "work", "buffers", 10, 100);
	add_missing(&points, "device", "work", "buffers", 100000);
	assert_int_equal(targets_judge(largest, &points, &verdicts), 1);
	assert_int_equal(verdicts[0].kind, VERDICT_MISSING);
	assert_string_equal(verdicts[0].missing,
			    "device: work: too many files");
	free(verdicts);
	points_finish(&points);
}

static void each_n_is_judged(void **state)
{
	static const struct target each[] = {
		{
			.text = "rates",
			.point = {1, "core", "rate", "pages", 100},
			.which = TARGET_EACH,
			.limit = {{1, "core limit", "copy", "pages", 1000}},
			.ratio = 0.5,
			.least = true,
		},
		{0},
	};
	struct points points = {0};
	struct verdict *verdicts;

	(void)state;
	add(&points, "core", "rate", "pages", 10, 1);
	add(&points, "core", "rate", "pages", 100, 60);
	add(&points, "core", "rate", "pages", 1000, 40);
	add(&points, "core limit", "copy", "pages", 1000, 100);
	assert_int_equal(targets_judge(each, &points, &verdicts), 2);
	assert_int_equal(verdicts[0].n, 100);
	assert_int_equal(verdicts[0].kind, VERDICT_REACHED);
	assert_int_equal(verdicts[1].n, 1000);
	assert_int_equal(verdicts[1].kind, VERDICT_NOT_REACHED);
	free(verdicts);
	points_finish(&points);

	assert_int_equal(targets_judge(each, &points, &verdicts), 1);
	assert_int_equal(verdicts[0].kind, VERDICT_MISSING);
	free(verdicts);
}

static void every_target_has_a_bound_and_a_limit(void **state)
{
	struct points none = {0};
	struct verdict *verdicts;
	int nr;

	(void)state;
	for (const struct target *target = targets_table; target->text;
	     target++) {
		assert_true(target->ratio > 0);
		assert_true(target->limit[0].factor > 0);
		assert_true(target->which != TARGET_LARGEST ||
			    target->limit[0].n < target->point.n);
	}
	nr = targets_judge(targets_table, &none, &verdicts);
	assert_true(nr > 0);
	for (int i = 0; i < nr; i++) {
		assert_int_equal(verdicts[i].kind, VERDICT_MISSING);
	}
	free(verdicts);
}

static void units_are_for_people(void **state)
{
	static const struct {
		double value;
		const char *unit, *text;
	} cases[] = {
		{0, "ns", "0.00 ns"},	    {9.994, "ns", "9.99 ns"},
		{9.996, "ns", "10.0 ns"},   {999.4, "ns", "999 ns"},
		{999.6, "ns", "1.00 us"},   {54375, "ns", "54.4 us"},
		{2.5e12, "ns", "2500 s"},   {1024, "bytes", "1.00 KiB"},
		{563.6, "bytes", "564 B"},  {12000, "MB/s", "12.0 GB/s"},
		{37339, "1/s", "37.3 k/s"}, {1.196, "ratio", "1.20"},
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_unit(text, sizeof(text), cases[i].value, cases[i].unit);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit_is_the_sum_of_multiples),
		cmocka_unit_test(bound_itself_is_reached_and_more_is_not),
		cmocka_unit_test(least_ratio_is_a_lower_bound),
		cmocka_unit_test(missing_point_or_limit_is_named),
		cmocka_unit_test(largest_that_is_there_stands_for_more),
		cmocka_unit_test(nothing_is_not_compared_with_itself),
		cmocka_unit_test(each_n_is_judged),
		cmocka_unit_test(every_target_has_a_bound_and_a_limit),
		cmocka_unit_test(units_are_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
