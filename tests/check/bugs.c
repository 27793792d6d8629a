/* SPDX-License-Identifier: MIT */
/*
 * bugs [--on-host] UPRIME SOURCES BUILT NAME...: runs `uprime check` on the
 * programs of bugs/. Each one's source says where a report must point to: "BUG
 * rule: what" on a line means that a finding of the rule has a place of that
 * name with that line in its stack. There must be no finding of any other rule,
 * and none of the twin. A line "check: OPTIONS" says how to call it. With
 * --on-host they run on the machine's own devices, but for those that ask for
 * others. (TAP)
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES_MAX 16

/* A line of a source that must be told. */
struct marked {
	char rule[32], what[80];
	int line;
};

struct source {
	char path[512];
	char options[128];
	struct marked marked[LINES_MAX];
	int nr;
};

static const char *uprime, *built, *host;
static int tests, failed;

static void result(bool good, const char *name, const char *what)
{
	tests++;
	failed += !good;
	printf("%sok %d - %s: %s\n", good ? "" : "not ", tests, name, what);
	fflush(stdout);
}

static bool read_source(struct source *source, const char *folder,
			const char *name)
{
	char line[512], *at, *end;
	FILE *file;
	int number = 0;

	*source = (struct source){0};
	snprintf(source->path, sizeof(source->path), "%s/%s.c", folder, name);
	file = fopen(source->path, "r");
	if (!file) {
		return false;
	}
	while (fgets(line, sizeof(line), file)) {
		struct marked *marked = &source->marked[source->nr];

		number++;
		if ((at = strstr(line, "check: "))) {
			at += strlen("check: ");
			end = strstr(at, " */");
			snprintf(source->options, sizeof(source->options),
				 "%.*s", end ? (int)(end - at) : 0, at);
		}
		if ((at = strstr(line, "/* BUG ")) &&
		    sscanf(at, "/* BUG %31[^:]: %79[^*]", marked->rule,
			   marked->what) == 2) {
			marked->what[strlen(marked->what) - 1] = '\0';
			marked->line = number;
			source->nr += source->nr < LINES_MAX - 1;
		}
	}
	fclose(file);
	return source->nr > 0;
}

static const char *text(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static struct json_object *check(const struct source *source, const char *name,
				 const char *twin)
{
	char json[] = "/tmp/uprime-bugs-XXXXXX", command[2048];
	struct json_object *report = NULL;
	int fd = mkstemp(json), status;

	if (fd < 0) {
		return NULL;
	}
	close(fd);
	snprintf(command, sizeof(command),
		 "%s check --error-exitcode 9 --json %s %s %s -- %s/%s%s "
		 ">/dev/null 2>%s.err",
		 uprime, json, host, source->options, built, name, twin, json);
	status = system(command);
	if (WIFEXITED(status) &&
	    (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9)) {
		report = json_object_from_file(json);
	} else {
		printf("# %s%s: status %#x\n", name, twin, status);
		snprintf(command, sizeof(command), "sed 's/^/# /' %s.err",
			 json);
		(void)!system(command);
	}
	unlink(json);
	strcat(strcpy(command, json), ".err");
	unlink(command);
	return report;
}

static bool has_line(struct json_object *place, const struct source *source,
		     int line)
{
	struct json_object *frames = json_object_object_get(place, "frames");
	const char *base = strrchr(source->path, '/') + 1;

	for (size_t i = 0; i < json_object_array_length(frames); i++) {
		struct json_object *frame =
			json_object_array_get_idx(frames, i);
		const char *file = text(frame, "file");
		const char *slash = file ? strrchr(file, '/') : NULL;

		if (file && !strcmp(slash ? slash + 1 : file, base) &&
		    json_object_get_int(
			    json_object_object_get(frame, "line")) == line) {
			return true;
		}
	}
	return false;
}

static bool is_told(struct json_object *findings, const struct source *source,
		    const struct marked *marked)
{
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		struct json_object *finding =
			json_object_array_get_idx(findings, i);
		struct json_object *places =
			json_object_object_get(finding, "places");

		if (strcmp(text(finding, "rule"), marked->rule) != 0) {
			continue;
		}
		for (size_t p = 0; p < json_object_array_length(places); p++) {
			struct json_object *place =
				json_object_array_get_idx(places, p);

			if (!strncmp(text(place, "what"), marked->what,
				     strlen(marked->what)) &&
			    has_line(place, source, marked->line)) {
				return true;
			}
		}
	}
	return false;
}

static bool is_expected(const struct source *source, const char *rule)
{
	for (int i = 0; i < source->nr; i++) {
		if (!strcmp(source->marked[i].rule, rule)) {
			return true;
		}
	}
	return false;
}

static void print_rules(struct json_object *findings)
{
	for (size_t i = 0; i < json_object_array_length(findings); i++) {
		struct json_object *finding =
			json_object_array_get_idx(findings, i);

		printf("# found: %s: %s\n%s\n", text(finding, "rule"),
		       text(finding, "detail"), "#");
	}
}

static void test_bug(const struct source *source, const char *name)
{
	struct json_object *report = check(source, name, "-bug");
	struct json_object *findings =
		report ? json_object_object_get(report, "findings") : NULL;
	bool good = findings;

	for (int i = 0; good && i < source->nr; i++) {
		const struct marked *marked = &source->marked[i];

		if (!is_told(findings, source, marked)) {
			printf("# not told: %s: %s, line %d\n", marked->rule,
			       marked->what, marked->line);
			good = false;
		}
	}
	for (size_t i = 0; good && i < json_object_array_length(findings);
	     i++) {
		good = is_expected(
			source,
			text(json_object_array_get_idx(findings, i), "rule"));
	}
	if (!good && findings) {
		print_rules(findings);
	}
	result(good, name, "the bug is found, at its place, and nothing else");
	json_object_put(report);
}

static void test_twin(const struct source *source, const char *name)
{
	struct json_object *report = check(source, name, "");
	struct json_object *findings =
		report ? json_object_object_get(report, "findings") : NULL;
	bool good = findings && !json_object_array_length(findings);

	if (!good && findings) {
		print_rules(findings);
	}
	result(good, name, "nothing is said of its twin");
	json_object_put(report);
}

int main(int argc, char **argv)
{
	struct source source;

	host = "";
	if (argc > 1 && !strcmp(argv[1], "--on-host")) {
		host = "--device host";
		argc--;
		argv++;
	}
	if (argc < 5) {
		fprintf(stderr, "usage: bugs [--on-host] UPRIME SOURCES BUILT "
				"NAME...\n");
		return 125;
	}
	uprime = argv[1];
	built = argv[3];
	for (int i = 4; i < argc; i++) {
		if (!read_source(&source, argv[2], argv[i])) {
			result(false, argv[i], "its source marks no bug");
			continue;
		}
		if (host[0] && strstr(source.options, "--device")) {
			continue;
		}
		test_bug(&source, argv[i]);
		test_twin(&source, argv[i]);
	}
	printf("1..%d\n", tests);
	return failed ? 1 : 0;
}
