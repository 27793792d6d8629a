/* SPDX-License-Identifier: MIT */
/*
 * The points: from the programs' lines and from files, to files. A file is an
 * object with the facts of the machine and an array "points".
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "say.h"

static void point_finish(struct point *point)
{
	free(point->group);
	free(point->name);
	free(point->scale);
	free(point->unit);
	free(point->missing);
}

int points_add(struct points *points, const struct point *point)
{
	struct point *more, *new;

	more = reallocarray(points->at, points->nr + 1, sizeof(*more));
	if (!more) {
		return -ENOMEM;
	}
	points->at = more;
	new = &more[points->nr];
	*new = *point;
	new->group = strdup(point->group);
	new->name = strdup(point->name);
	new->scale = strdup(point->scale);
	new->unit = strdup(point->unit);
	new->missing = point->missing ? strdup(point->missing) : NULL;
	if (!new->group || !new->name || !new->scale || !new->unit ||
	    (point->missing && !new->missing)) {
		point_finish(new);
		return -ENOMEM;
	}
	points->nr++;
	return 0;
}

int points_add_missing(struct points *points, const char *group,
		       const char *name, const char *reason)
{
	struct point point = {
		.group = (char *)group,
		.name = (char *)name,
		.scale = (char *)"",
		.unit = (char *)"",
		.missing = (char *)reason,
	};

	return points_add(points, &point);
}

static char *string_of(struct json_object *json, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, key, &value) ||
	    !json_object_is_type(value, json_type_string)) {
		return NULL;
	}
	return (char *)json_object_get_string(value);
}

static double number_of(struct json_object *json, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(json, key, &value)
		       ? json_object_get_double(value)
		       : 0;
}

int points_add_json(struct points *points, struct json_object *json,
		    const char *run)
{
	struct point point = {
		.group = string_of(json, "group"),
		.name = string_of(json, "name"),
		.scale = string_of(json, "scale"),
		.n = (unsigned long)number_of(json, "n"),
		.unit = string_of(json, "unit"),
		.median = number_of(json, "median"),
		.p25 = number_of(json, "p25"),
		.p75 = number_of(json, "p75"),
		.min = number_of(json, "min"),
		.p99 = number_of(json, "p99"),
		.samples = (unsigned long)number_of(json, "samples"),
		.missing = string_of(json, "missing"),
	};
	char group[64];

	if (!point.group || !point.name || !point.scale ||
	    (!point.unit && !point.missing)) {
		return -EINVAL;
	}
	if (run) {
		snprintf(group, sizeof(group), "%s%s", run,
			 strcmp(point.group, "limit") ? "" : " limit");
		point.group = group;
	}
	if (!point.unit) {
		point.unit = (char *)"";
	}
	return points_add(points, &point);
}

const struct point *points_find(const struct points *points, const char *group,
				const char *name, const char *scale,
				unsigned long n)
{
	for (size_t i = 0; i < points->nr; i++) {
		const struct point *point = &points->at[i];

		if (point->n == n && !strcmp(point->name, name) &&
		    !strcmp(point->group, group) &&
		    !strcmp(point->scale, scale)) {
			return point;
		}
	}
	return NULL;
}

static void add_string(struct json_object *json, const char *key,
		       const char *value)
{
	json_object_object_add(json, key, json_object_new_string(value));
}

static void add_number(struct json_object *json, const char *key, double value)
{
	char text[64];

	/* Of more digits than these none was measured. */
	snprintf(text, sizeof(text), "%.3f", value);
	json_object_object_add(json, key,
			       json_object_new_double_s(value, text));
}

static struct json_object *point_json(const struct point *point)
{
	struct json_object *json = json_object_new_object();

	add_string(json, "group", point->group);
	add_string(json, "name", point->name);
	add_string(json, "scale", point->scale);
	json_object_object_add(json, "n",
			       json_object_new_int64((int64_t)point->n));
	if (point->missing) {
		add_string(json, "missing", point->missing);
		return json;
	}
	add_string(json, "unit", point->unit);
	add_number(json, "median", point->median);
	add_number(json, "p25", point->p25);
	add_number(json, "p75", point->p75);
	add_number(json, "min", point->min);
	add_number(json, "p99", point->p99);
	json_object_object_add(json, "samples",
			       json_object_new_int64((int64_t)point->samples));
	return json;
}

static struct json_object *points_json(const struct points *points)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < points->nr; i++) {
		json_object_array_add(list, point_json(&points->at[i]));
	}
	return list;
}

static void add_cpu(struct json_object *machine)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[256], model[200] = "unknown";

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "model name : %199[^\n]", model) == 1) {
			break;
		}
	}
	if (file) {
		fclose(file);
	}
	add_string(machine, "cpu", model);
	json_object_object_add(
		machine, "cpus",
		json_object_new_int64(sysconf(_SC_NPROCESSORS_ONLN)));
}

static struct json_object *machine_json(void)
{
	struct json_object *machine = json_object_new_object();
	struct utsname names;
	time_t now = time(NULL);
	char date[32];

	add_cpu(machine);
	uname(&names);
	add_string(machine, "kernel", names.release);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	add_string(machine, "date", date);
	add_string(machine, "uprime", UPRIME_VERSION);
	return machine;
}

int points_save(const struct points *points, const char *path)
{
	struct json_object *all = json_object_new_object();
	const char *text;
	FILE *out;
	int ret = 0;

	json_object_object_add(all, "machine", machine_json());
	json_object_object_add(all, "points", points_json(points));
	text = json_object_to_json_string_ext(
		all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	out = strcmp(path, "-") ? fopen(path, "we") : stdout;
	if (!out || fprintf(out, "%s\n", text) < 0) {
		ret = -errno;
	}
	if (out && (out == stdout ? fflush(out) : fclose(out))) {
		ret = -errno;
	}
	if (ret) {
		say("cannot write %s: %s.", path, strerror(-ret));
	}
	json_object_put(all);
	return ret;
}

int points_load(struct points *points, const char *path)
{
	struct json_object *all = json_object_from_file(path);
	struct json_object *list = NULL;
	int ret = -EINVAL;

	if (all) {
		json_object_object_get_ex(all, "points", &list);
	}
	if (list && json_object_is_type(list, json_type_array)) {
		ret = 0;
		for (size_t i = 0; i < json_object_array_length(list); i++) {
			ret = ret ? ret
				  : points_add_json(
					    points,
					    json_object_array_get_idx(list, i),
					    NULL);
		}
	}
	if (ret) {
		say("%s is no file that 'uprime bench --json' wrote.", path);
	}
	json_object_put(all);
	return ret;
}

void points_finish(struct points *points)
{
	for (size_t i = 0; i < points->nr; i++) {
		point_finish(&points->at[i]);
	}
	free(points->at);
	*points = (struct points){0};
}
