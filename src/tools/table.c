/* SPDX-License-Identifier: MIT */
/* Sessions as a table: a line for each buffer, columns as wide as they need. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools.h"

enum { SESSION, DEVICE, SIZE, STATE, NAME, HANDLES, FDS, MAPPINGS, COLUMNS };

static const char *const headings[COLUMNS] = {
	"SESSION", "DEVICE",  "SIZE", "STATE",
	"NAME",	   "HANDLES", "FDS",  "MAPPINGS",
};

/**
 * struct table - lines of cells
 */
struct table {
	char *(*lines)[COLUMNS]; /* owned, and each cell */
	size_t nr;
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

static int add_buffer(struct table *table, const char *session,
		      const char *device, struct json_object *buffer)
{
	char *(*more)[COLUMNS];
	char **line, size[32];

	more = reallocarray(table->lines, table->nr + 1, sizeof(*more));
	if (!more) {
		return -ENOMEM;
	}
	table->lines = more;
	line = more[table->nr++];
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
	for (int i = 0; i < COLUMNS; i++) {
		if (!line[i]) {
			return -ENOMEM;
		}
	}
	return 0;
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

static void print_line(char *const *cells, const int *widths)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (i == SIZE) {
			printf("%*s  ", widths[i], cells[i]);
		} else if (i < COLUMNS - 1) {
			printf("%-*s  ", widths[i], cells[i]);
		} else {
			printf("%s\n", cells[i]);
		}
	}
}

static void print_lines(const struct table *table)
{
	int widths[COLUMNS];

	for (int i = 0; i < COLUMNS; i++) {
		widths[i] = (int)strlen(headings[i]);
		for (size_t n = 0; n < table->nr; n++) {
			int width = (int)strlen(table->lines[n][i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	print_line((char *const *)headings, widths);
	for (size_t n = 0; n < table->nr; n++) {
		print_line(table->lines[n], widths);
	}
}

static void table_finish(struct table *table)
{
	for (size_t n = 0; n < table->nr; n++) {
		for (int i = 0; i < COLUMNS; i++) {
			free(table->lines[n][i]);
		}
	}
	free(table->lines);
}

int table_print(struct json_object *sessions)
{
	size_t nr = json_object_array_length(sessions), before;
	struct table table = {0};
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
	}
	if (!ret && table.nr) {
		print_lines(&table);
	}
	table_finish(&table);
	return ret;
}
