/* SPDX-License-Identifier: MIT */
/* The plots of `uprime bench`, of points that were made up. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"

static char folder[] = "/tmp/bench-plots-XXXXXX";

static const char *const files[] = {
	"handles.svg", "threads.svg", "pages.svg",
	"buffers.svg", "clients.svg", "overview.svg",
};

#define NR_FILES (sizeof(files) / sizeof(files[0]))

static void add(struct points *points, const char *group, const char *name,
		const char *scale, unsigned long n, const char *unit,
		double median)
{
	struct point point = {
		.group = (char *)group,
		.name = (char *)name,
		.scale = (char *)scale,
		.n = n,
		.unit = (char *)unit,
		.median = median,
		.p99 = median * 3,
	};

	assert_int_equal(points_add(points, &point), 0);
}

/* The text of a plot, for the caller to free; NULL: there is none. */
static char *read_plot(const char *name)
{
	char path[128], *text;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file) {
		return NULL;
	}
	text = calloc(1, 1 << 20);
	assert_non_null(text);
	len = fread(text, 1, (1 << 20) - 1, file);
	assert_true(len > 0 && len < (1 << 20) - 1);
	fclose(file);
	return text;
}

/* Of what the plots are made of: elements in each other, with attributes in
 * double quotes. Returns how many elements there are. */
static int check_elements(const char *text)
{
	char open[8][16];
	int depth = 0, nr = 0;

	while (*text) {
		const char *end;
		size_t len;

		assert_true(depth > 0 || *text == '<' || isspace(*text));
		if (*text != '<') {
			assert_true(*text != '>');
			text++;
			continue;
		}
		for (end = text; *end != '>'; end++) {
			assert_true(*end && (*end != '<' || end == text));
			if (*end == '"') {
				end = strchr(end + 1, '"');
				assert_non_null(end);
			}
		}
		text++;
		len = strcspn(text, " />");
		if (*text == '/') {
			depth--;
			assert_true(depth >= 0);
			text++;
			len = strcspn(text, ">");
			assert_int_equal(strlen(open[depth]), len);
			assert_memory_equal(text, open[depth], len);
		} else {
			nr++;
			assert_true(len > 0 && len < 16);
			if (end[-1] != '/') {
				assert_true(depth < 8);
				snprintf(open[depth++], 16, "%.*s", (int)len,
					 text);
			}
		}
		text = end + 1;
	}
	assert_int_equal(depth, 0);
	return nr;
}

static void check_plot(const char *name)
{
	char *text = read_plot(name);

	assert_non_null(text);
	assert_memory_equal(text, "<svg ", 5);
	assert_true(check_elements(text) > 10);
	/* Numbers that are none. */
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	free(text);
}

/* Two values of each scale, and an operation with its limit. */
static void add_all(struct points *points)
{
	for (unsigned long n = 1; n <= 10; n += 9) {
		add(points, "core", "a", "handles", n, "ns", 20 * n);
		add(points, "core", "a", "threads", n, "ns", 20.0 / n);
		add(points, "core limit", "b", "threads", n, "ns", 7);
		add(points, "core", "a rate", "pages", n, "MB/s", 5000);
		add(points, "core limit", "b rate", "pages", n, "MB/s", 9000);
		add(points, "device", "a", "buffers", n, "ns", 500);
		add(points, "device", "create+close latency", "clients", n,
		    "ns", 1000);
		add(points, "device", "create+close fairness", "clients", n,
		    "ratio", 4);
	}
	add(points, "device", "re-export", "", 0, "ns", 500);
	add(points, "device limit", "dup+close", "", 0, "ns", 300);
	add(points, "linux", "re-export", "", 0, "ns", 2000);
	add(points, "linux limit", "dup+close", "", 0, "ns", 1000);
}

static void all_plots_are_well_formed(void **state)
{
	struct points points = {0};
	char *text;

	(void)state;
	add_all(&points);
	assert_int_equal(bench_plots(&points, folder), 0);
	for (size_t i = 0; i < NR_FILES; i++) {
		check_plot(files[i]);
	}
	text = read_plot("pages.svg");
	assert_non_null(strstr(text, "stroke-dasharray"));
	free(text);
	text = read_plot("overview.svg");
	assert_non_null(strstr(text, ">1.67<"));
	assert_non_null(strstr(text, ">2.00<"));
	assert_non_null(strstr(text, ">Linux's vgem<"));
	free(text);
	text = read_plot("clients.svg");
	assert_non_null(strstr(text, ">create+close, worst client's p99<"));
	free(text);
	points_finish(&points);
}

static void one_value_and_none_are_drawn(void **state)
{
	struct points points = {0};

	(void)state;
	add(&points, "core", "a", "handles", 1, "ns", 1);
	add(&points, "core", "zero", "handles", 10, "ns", 0);
	add(&points, "core", "none", "handles", 0, "ns", 5);
	/* No rate of one thread to compare with. */
	add(&points, "core", "a", "threads", 2, "ns", 5);
	assert_int_equal(bench_plots(&points, folder), 0);
	check_plot("handles.svg");
	assert_null(read_plot("threads.svg"));
	points_finish(&points);
}

static void names_are_text(void **state)
{
	struct points points = {0};
	char *text;

	(void)state;
	add(&points, "core", "<a> & \"b\"", "handles", 1, "ns", 1);
	assert_int_equal(bench_plots(&points, folder), 0);
	check_plot("handles.svg");
	text = read_plot("handles.svg");
	assert_non_null(strstr(text, ">&lt;a&gt; &amp; \"b\"<"));
	free(text);
	points_finish(&points);
}

/* An older run's plot does not stay as if it was this one's. */
static void what_was_not_measured_has_no_plot(void **state)
{
	struct points points = {0};

	(void)state;
	add_all(&points);
	assert_int_equal(bench_plots(&points, folder), 0);
	points_finish(&points);
	assert_int_equal(bench_plots(&points, folder), 0);
	for (size_t i = 0; i < NR_FILES; i++) {
		assert_null(read_plot(files[i]));
	}
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	struct points none = {0};

	(void)state;
	bench_plots(&none, folder);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_plots_are_well_formed),
		cmocka_unit_test(one_value_and_none_are_drawn),
		cmocka_unit_test(names_are_text),
		cmocka_unit_test(what_was_not_measured_has_no_plot),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
