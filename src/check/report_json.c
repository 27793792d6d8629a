/* SPDX-License-Identifier: MIT */
/* Findings for programs, as JSON. */
#include "check.h"

#include <errno.h>
#include <json-c/json.h>

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	if (text) {
		json_object_object_add(object, name,
				       json_object_new_string(text));
	}
}

static struct json_object *frame_json(const struct frame *frame,
				      const struct symbol *symbol)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "function", symbol->function);
	add_text(object, "file", symbol->file);
	if (symbol->file) {
		json_object_object_add(object, "line",
				       json_object_new_int(symbol->line));
	}
	add_text(object, "module", symbol->module);
	json_object_object_add(object, "address",
			       json_object_new_int64((s64)frame->addr));
	return object;
}

/* A frame, and those it was inlined into. */
static void add_frames(struct json_object *frames, const struct frame *frame,
		       struct symbols *symbols)
{
	const struct symbol *symbol = symbols_find(symbols, frame);

	for (; symbol; symbol = symbol->caller) {
		json_object_array_add(frames, frame_json(frame, symbol));
	}
}

static struct json_object *place_json(const struct finding_place *at,
				      struct symbols *symbols)
{
	struct json_object *object = json_object_new_object();
	struct json_object *frames = json_object_new_array();
	const struct stack *stack = at->place.stack;

	add_text(object, "what", at->what);
	json_object_object_add(object, "pid",
			       json_object_new_int(at->place.pid));
	json_object_object_add(object, "tid",
			       json_object_new_int(at->place.tid));
	for (unsigned int i = 0; stack && i < stack->nr; i++) {
		add_frames(frames, &stack->frames[i], symbols);
	}
	json_object_object_add(object, "frames", frames);
	return object;
}

static struct json_object *finding_json(const struct finding *finding,
					struct symbols *symbols)
{
	struct json_object *object = json_object_new_object();
	struct json_object *places = json_object_new_array();

	add_text(object, "rule", rule_name(finding->rule));
	add_text(object, "message", rule_says(finding->rule));
	add_text(object, "detail", finding->detail);
	add_text(object, "program", finding->exe);
	json_object_object_add(object, "count",
			       json_object_new_int64((s64)finding->count));
	json_object_object_add(object, "bytes",
			       json_object_new_int64((s64)finding->bytes));
	json_object_object_add(object, "suppressed",
			       json_object_new_boolean(finding->suppressed));
	for (unsigned int i = 0; i < finding->nr_places; i++) {
		json_object_array_add(places,
				      place_json(&finding->places[i], symbols));
	}
	json_object_object_add(object, "places", places);
	return object;
}

int report_json(const char *path, const struct findings *findings,
		struct symbols *symbols)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const struct finding *finding;
	int ret = 0;

	list_for_each_entry (finding, &findings->list, node) {
		json_object_array_add(list, finding_json(finding, symbols));
	}
	json_object_object_add(object, "findings", list);
	errno = 0;
	if (json_object_to_file_ext(path, object, JSON_C_TO_STRING_PRETTY)) {
		ret = errno ? -errno : -EIO;
	}
	json_object_put(object);
	return ret;
}
