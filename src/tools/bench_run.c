/* SPDX-License-Identifier: MIT */
/*
 * The measuring programs: they write a JSON object for each point on stdout,
 * a line each, and "progress DONE TOTAL WHAT" on stderr. Other lines on stderr
 * are for people and pass through.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "program.h"
#include "say.h"

#define ARGS_MAX 12

/**
 * struct lines - what came through a pipe and is no whole line yet
 */
struct lines {
	char text[4096];
	size_t len;
};

/**
 * struct run - a program that measures
 * @bench: what it measures for
 * @name: of the group that its points get
 * @what: the point that came last
 * @part: its scale
 * @percent: of all
 * @points: how many came
 */
struct run {
	struct bench *bench;
	const char *name;
	char what[128], part[64];
	unsigned int percent, points;
};

/* Is there a line of progress to be left? On a terminal. */
static bool line_open;

void run_progress(const char *run, unsigned int percent, const char *what,
		  const char *part)
{
	static char last[192];
	char now[192];

	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r[%3u%%] %s: %.60s\033[K", percent, run,
			what);
		line_open = true;
		return;
	}
	snprintf(now, sizeof(now), "%s: %s", run, part);
	if (strcmp(now, last)) {
		fprintf(stderr, "[%3u%%] %s: %s\n", percent, run, what);
		strcpy(last, now);
	}
}

void run_progress_end(void)
{
	if (line_open) {
		fputs("\r\033[K", stderr);
	}
	line_open = false;
}

bool run_wanted(const struct bench *bench, const char *group, const char *name)
{
	char text[200];

	snprintf(text, sizeof(text), "%s  %s", group, name);
	return !bench->only || strstr(text, bench->only);
}

static void got_point(struct run *run, const char *line)
{
	struct json_object *json = json_tokener_parse(line);
	const struct points *points = &run->bench->points;
	const struct point *point;

	if (!json_object_is_type(json, json_type_object) ||
	    points_add_json(&run->bench->points, json, run->name)) {
		run_progress_end();
		fprintf(stderr, "%s\n", line);
		json_object_put(json);
		return;
	}
	json_object_put(json);
	run->points++;
	point = &points->at[points->nr - 1];
	snprintf(run->part, sizeof(run->part), "%s", point->scale);
	if (point->scale[0]) {
		snprintf(run->what, sizeof(run->what), "%s, %lu %s",
			 point->name, point->n, point->scale);
	} else {
		snprintf(run->what, sizeof(run->what), "%s", point->name);
	}
}

static void got_message(struct run *run, const char *line)
{
	unsigned int done, total;
	int at = 0;

	if (sscanf(line, "progress %u %u %n", &done, &total, &at) < 2 || !at) {
		run_progress_end();
		fprintf(stderr, "%s\n", line);
		return;
	}
	if (!run->points) {
		snprintf(run->what, sizeof(run->what), "%s", line + at);
	}
	run->percent = total && done < total ? done * 100 / total : 100;
	run_progress(run->name, run->percent, run->what, run->part);
}

/* Give whole lines to @got; false: no more will come. */
static bool read_lines(struct lines *lines, int fd, struct run *run,
		       void (*got)(struct run *run, const char *line))
{
	size_t room = sizeof(lines->text) - 1 - lines->len;
	char *line = lines->text, *end;
	ssize_t len;

	len = TEMP_FAILURE_RETRY(read(fd, lines->text + lines->len, room));
	lines->len += len > 0 ? (size_t)len : 0;
	lines->text[lines->len] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		got(run, line);
		line = end + 1;
	}
	/* What has no end, or none that fits, is taken as it is. */
	if (line[0] && (len <= 0 || line == lines->text) &&
	    (len <= 0 || lines->len == sizeof(lines->text) - 1)) {
		got(run, line);
		line += strlen(line);
	}
	lines->len = strlen(line);
	memmove(lines->text, line, lines->len);
	return len > 0;
}

static void follow(struct run *run, int out, int err)
{
	struct pollfd fds[] = {
		{.fd = out, .events = POLLIN},
		{.fd = err, .events = POLLIN},
	};
	struct lines lines[2] = {0};

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0) {
			continue;
		}
		/* Points first: progress is told after them. */
		if (fds[0].revents &&
		    !read_lines(&lines[0], fds[0].fd, run, got_point)) {
			fds[0].fd = -1;
		}
		if (fds[1].revents &&
		    !read_lines(&lines[1], fds[1].fd, run, got_message)) {
			fds[1].fd = -1;
		}
	}
}

/* In the child. */
static void become(char *const *argv, int out, int err)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execvp(argv[0], argv);
	say("cannot run %s: %s.", argv[0], strerror(errno));
	_exit(EXIT_NOT_RUN);
}

/* Returns the status as of waitpid(), or -errno. */
static int start(struct run *run, char *const *argv)
{
	int out[2], err[2], status = 0;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC)) {
		return -errno;
	}
	if (pipe2(err, O_CLOEXEC)) {
		status = -errno;
		goto err_close;
	}
	pid = fork();
	if (!pid) {
		become(argv, out[1], err[1]);
	}
	if (pid < 0) {
		status = -errno;
	}
	close(out[1]);
	close(err[1]);
	out[1] = -1;
	if (pid > 0) {
		follow(run, out[0], err[0]);
		TEMP_FAILURE_RETRY(waitpid(pid, &status, 0));
	}
	close(err[0]);
err_close:
	close(out[0]);
	if (out[1] >= 0) {
		close(out[1]);
	}
	return status;
}

/* Run what begins with @first and measures with @program. Its points, and what
 * went wrong, are in the group @name. */
static void measure(struct bench *bench, const char *name,
		    const char *const *first, const char *program)
{
	struct run run = {.bench = bench, .name = name};
	const char *argv[ARGS_MAX];
	char reason[64];
	int nr = 0, status;

	while (*first) {
		argv[nr++] = *first++;
	}
	argv[nr++] = program;
	if (bench->quick) {
		argv[nr++] = "--quick";
	}
	if (bench->only) {
		argv[nr++] = "--only";
		argv[nr++] = bench->only;
	}
	argv[nr] = NULL;
	run_progress(name, 0, "starting", "");
	status = start(&run, (char *const *)argv);
	if (!status) {
		return;
	}
	if (status < 0) {
		snprintf(reason, sizeof(reason), "cannot start it: %s",
			 strerror(-status));
	} else if (WIFEXITED(status)) {
		snprintf(reason, sizeof(reason), "it ended with status %d",
			 WEXITSTATUS(status));
	} else {
		snprintf(reason, sizeof(reason), "it died of signal %d",
			 WTERMSIG(status));
	}
	points_add_missing(&bench->points, name,
			   run.points ? "the rest" : "all", reason);
}

static void measure_core(struct bench *bench)
{
	static const char *const first[] = {NULL};
	char *program = program_part("bench/uprime-bench-core",
				     UPRIME_PKGLIBDIR "/uprime-bench-core",
				     X_OK);

	if (program) {
		measure(bench, "core", first, program);
	} else {
		points_add_missing(&bench->points, "core", "all",
				   "uprime-bench-core is not there");
	}
	free(program);
}

static void measure_device(struct bench *bench, const char *program)
{
	const char *const here[] = {program_self(), "run",      "--device",
				    "vgem",       "--device", "vgem",
				    "--",         NULL};
	const char *guest[] = {"sh", "-c", NULL, "-", NULL};
	char *command;

	measure(bench, "device", here, program);
	if (!bench->guest ||
	    asprintf(&command, "%s \"$@\"", bench->guest) < 0) {
		return;
	}
	guest[2] = command;
	measure(bench, "linux", guest, program);
	free(command);
}

void run_programs(struct bench *bench)
{
	char *program;

	measure_core(bench);
	program = program_part("bench/uprime-bench-device",
			       UPRIME_PKGLIBDIR "/uprime-bench-device", X_OK);
	if (program) {
		measure_device(bench, program);
	} else {
		points_add_missing(&bench->points, "device", "all",
				   "uprime-bench-device is not there");
	}
	free(program);
}
