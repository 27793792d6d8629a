/* SPDX-License-Identifier: MIT */
/* What servers say, as tables: a line for each buffer or display, columns as
 * wide as they need. */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

#define COLUMNS_MAX 8

/**
 * struct column - a column of a table
 */
struct column {
	const char *heading;
	bool is_number; /* aligned to the right */
};

/**
 * struct table - lines of cells
 */
struct table {
	const struct column *columns;
	int nr_columns;
	char *(*lines)[COLUMNS_MAX]; /* owned, and each cell */
	size_t nr;
};

enum { SESSION, DEVICE, SIZE, STATE, NAME, HANDLES, FDS, MAPPINGS };

static const struct column buffer_columns[] = {
	[SESSION] = {"SESSION", false}, [DEVICE] = {"DEVICE", false},
	[SIZE] = {"SIZE", true},	[STATE] = {"STATE", false},
	[NAME] = {"NAME", false},	[HANDLES] = {"HANDLES", false},
	[FDS] = {"FDS", false},		[MAPPINGS] = {"MAPPINGS", false},
};

enum { DISPLAY_DEVICE, DISPLAY, STATUS, SHOWN, MODES, MASTER };

static const struct column display_columns[] = {
	[DISPLAY_DEVICE] = {"DEVICE", false}, [DISPLAY] = {"DISPLAY", false},
	[STATUS] = {"STATUS", false},	      [SHOWN] = {"SHOWN", false},
	[MODES] = {"MODES", false},	      [MASTER] = {"MASTER", false},
};

static const char *string_of(struct json_object *json, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(json, key, &value)
		       ? json_object_get_string(value)
		       : "";
}

static int64_t number_of(struct json_object *json, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(json, key, &value)
		       ? json_object_get_int64(value)
		       : 0;
}

static struct json_object *list_of(struct json_object *json, const char *key,
				   size_t *nr)
{
	struct json_object *list = NULL;

	json_object_object_get_ex(json, key, &list);
	*nr = list && json_object_is_type(list, json_type_array)
		      ? json_object_array_length(list)
		      : 0;
	return list;
}

/* Who holds a buffer in one way. Fds: "sh[12]:3,4 cat[13]:3"; handles, with
 * the node they were made on: "sh[12]/card0:1"; mappings, of which only the
 * number is known: "sh[12] cat[13]*2". */
static char *holders(struct json_object *buffer, const char *key)
{
	struct json_object *list, *numbers, *entry;
	size_t nr, nr_numbers, size;
	const char *node;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		return NULL;
	}
	list = list_of(buffer, key, &nr);
	for (size_t i = 0; i < nr; i++) {
		entry = json_object_array_get_idx(list, i);
		fprintf(out, "%s%s[%d]", i ? " " : "", string_of(entry, "comm"),
			(int)number_of(entry, "pid"));
		node = strrchr(string_of(entry, "node"), '/');
		fputs(node ? node : "", out);
		numbers = list_of(entry, key, &nr_numbers);
		for (size_t n = 0; n < nr_numbers; n++) {
			fprintf(out, "%s%lld", n ? "," : ":",
				(long long)json_object_get_int64(
					json_object_array_get_idx(numbers, n)));
		}
		if (number_of(entry, "count") > 1) {
			fprintf(out, "*%d", (int)number_of(entry, "count"));
		}
	}
	if (!nr) {
		fputc('-', out);
	}
	return fclose(out) ? NULL : text;
}

static char *or_dash(const char *text)
{
	return strdup(text[0] ? text : "-");
}

/* A new line, all cells of which have to be set; NULL. */
static char **add_line(struct table *table)
{
	char *(*more)[COLUMNS_MAX];

	more = reallocarray(table->lines, table->nr + 1, sizeof(*more));
	if (!more) {
		return NULL;
	}
	table->lines = more;
	return more[table->nr++];
}

/* 0; -ENOMEM: a cell could not be set. */
static int check_line(const struct table *table, char *const *line)
{
	for (int i = 0; i < table->nr_columns; i++) {
		if (!line[i]) {
			return -ENOMEM;
		}
	}
	return 0;
}

static int add_buffer(struct table *table, const char *session,
		      const char *device, struct json_object *buffer)
{
	char **line = add_line(table), size[32];

	if (!line) {
		return -ENOMEM;
	}
	snprintf(size, sizeof(size), "%lld",
		 (long long)number_of(buffer, "size"));
	line[SESSION] = strdup(session);
	line[DEVICE] = strdup(device);
	line[SIZE] = strdup(size);
	line[STATE] = or_dash(string_of(buffer, "state"));
	line[NAME] = or_dash(string_of(buffer, "name"));
	line[HANDLES] = holders(buffer, "handles");
	line[FDS] = holders(buffer, "fds");
	line[MAPPINGS] = holders(buffer, "mappings");
	return check_line(table, line);
}

static int add_session(struct table *table, struct json_object *session)
{
	struct json_object *devices, *device, *buffers;
	size_t nr_devices, nr_buffers;
	int ret = 0;

	devices = list_of(session, "devices", &nr_devices);
	for (size_t i = 0; i < nr_devices; i++) {
		device = json_object_array_get_idx(devices, i);
		buffers = list_of(device, "buffers", &nr_buffers);
		for (size_t b = 0; b < nr_buffers && !ret; b++) {
			ret = add_buffer(table, string_of(session, "session"),
					 string_of(device, "name"),
					 json_object_array_get_idx(buffers, b));
		}
	}
	return ret;
}

static void print_line(const struct table *table, char *const *cells,
		       const int *widths)
{
	for (int i = 0; i < table->nr_columns; i++) {
		const char *cell = cells ? cells[i] : table->columns[i].heading;

		if (table->columns[i].is_number) {
			printf("%*s  ", widths[i], cell);
		} else if (i < table->nr_columns - 1) {
			printf("%-*s  ", widths[i], cell);
		} else {
			printf("%s\n", cell);
		}
	}
}

static void print_lines(const struct table *table)
{
	int widths[COLUMNS_MAX];

	for (int i = 0; i < table->nr_columns; i++) {
		widths[i] = (int)strlen(table->columns[i].heading);
		for (size_t n = 0; n < table->nr; n++) {
			int width = (int)strlen(table->lines[n][i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	print_line(table, NULL, widths);
	for (size_t n = 0; n < table->nr; n++) {
		print_line(table, table->lines[n], widths);
	}
}

static void table_finish(struct table *table)
{
	for (size_t n = 0; n < table->nr; n++) {
		for (int i = 0; i < table->nr_columns; i++) {
			free(table->lines[n][i]);
		}
	}
	free(table->lines);
}

/* Its displays, with a line for their session. */
static int print_displays(struct json_object *session)
{
	struct json_object *devices, *displays;
	size_t nr_devices, nr, all = 0;

	devices = list_of(session, "devices", &nr_devices);
	for (size_t i = 0; i < nr_devices; i++) {
		displays = json_object_array_get_idx(devices, i);
		list_of(displays, "displays", &nr);
		all += nr;
	}
	if (!all) {
		return 0;
	}
	printf("session %s: displays\n", string_of(session, "session"));
	return table_displays(devices);
}

int table_print(struct json_object *sessions)
{
	size_t nr = json_object_array_length(sessions), before;
	struct table table = {buffer_columns, MAPPINGS + 1, NULL, 0};
	int ret = 0;

	if (!nr) {
		puts("no sessions");
	}
	for (size_t i = 0; i < nr && !ret; i++) {
		struct json_object *session =
			json_object_array_get_idx(sessions, i);

		before = table.nr;
		ret = add_session(&table, session);
		if (!ret && table.nr == before) {
			printf("session %s: no buffers\n",
			       string_of(session, "session"));
		}
		if (!ret) {
			ret = print_displays(session);
		}
	}
	if (!ret && table.nr) {
		print_lines(&table);
	}
	table_finish(&table);
	return ret;
}

/* "1920x1080@60" */
static void print_mode(FILE *out, struct json_object *mode)
{
	struct json_object *refresh;

	json_object_object_get_ex(mode, "refresh", &refresh);
	fprintf(out, "%dx%d@%.5g", (int)number_of(mode, "width"),
		(int)number_of(mode, "height"),
		json_object_get_double(refresh));
}

static char *shown(struct json_object *display)
{
	struct json_object *mode;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!json_object_object_get_ex(display, "mode", &mode) || !mode) {
		return strdup("-");
	}
	out = open_memstream(&text, &size);
	if (!out) {
		return NULL;
	}
	print_mode(out, mode);
	return fclose(out) ? NULL : text;
}

/* The preferred mode, and how many others there are. */
static char *modes_of(struct json_object *display)
{
	struct json_object *list;
	char *text = NULL;
	size_t nr, size;
	FILE *out;

	list = list_of(display, "modes", &nr);
	if (!nr) {
		return strdup("-");
	}
	out = open_memstream(&text, &size);
	if (!out) {
		return NULL;
	}
	print_mode(out, json_object_array_get_idx(list, 0));
	if (nr > 1) {
		fprintf(out, " and %zu more", nr - 1);
	}
	return fclose(out) ? NULL : text;
}

/* "weston[12]" */
static char *master_of(struct json_object *device)
{
	struct json_object *master;
	char *text;

	if (!json_object_object_get_ex(device, "master", &master) || !master) {
		return strdup("-");
	}
	return asprintf(&text, "%s[%d]", string_of(master, "comm"),
			(int)number_of(master, "pid")) < 0
		       ? NULL
		       : text;
}

static int add_display(struct table *table, struct json_object *device,
		       struct json_object *display)
{
	char **line = add_line(table);

	if (!line) {
		return -ENOMEM;
	}
	line[DISPLAY_DEVICE] = strdup(string_of(device, "name"));
	line[DISPLAY] = strdup(string_of(display, "connector"));
	line[STATUS] = strdup(string_of(display, "status"));
	line[SHOWN] = shown(display);
	line[MODES] = modes_of(display);
	line[MASTER] = master_of(device);
	return check_line(table, line);
}

int table_displays(struct json_object *devices)
{
	struct table table = {display_columns, MASTER + 1, NULL, 0};
	size_t nr = json_object_array_length(devices), nr_displays;
	int ret = 0;

	for (size_t i = 0; i < nr; i++) {
		struct json_object *device =
			json_object_array_get_idx(devices, i);
		struct json_object *displays =
			list_of(device, "displays", &nr_displays);

		for (size_t d = 0; d < nr_displays && !ret; d++) {
			ret = add_display(
				&table, device,
				json_object_array_get_idx(displays, d));
		}
	}
	if (!ret && table.nr) {
		print_lines(&table);
	} else if (!ret) {
		puts("no displays");
	}
	table_finish(&table);
	return ret;
}
