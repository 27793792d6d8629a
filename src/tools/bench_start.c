/* SPDX-License-Identifier: MIT */
/*
 * How long it takes until a program runs and has ended: alone, with umockdev's
 * devices, in a new session, in one that is there, and in a machine that boots
 * for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "program.h"
#include "say.h"

#define RUNS	   21
#define RUNS_QUICK 7

/* Until what a run leaves to do is done. */
#define PAUSE_US 20000

enum { ALONE, UMOCKDEV, JOINED, COLD, KINDS };

static const char *const names[KINDS] = {
	"true",
	"umockdev-run",
	"uprime run, session up",
	"uprime run, cold",
};

/**
 * struct starts - the runs of all kinds, in turns
 * @argv: of each kind
 * @values: in ns
 * @nr: how many of them
 * @missing: why a kind cannot be had; "" if it can
 */
struct starts {
	const char *argv[KINDS][8];
	double values[KINDS][RUNS];
	int nr;
	char missing[KINDS][64];
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Start a program without standard files, but for what is given. */
static pid_t spawn(const char *const *argv, int in, int out)
{
	pid_t pid = fork();
	int null;

	if (pid) {
		return pid;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(in < 0 ? null : in, STDIN_FILENO);
	dup2(out < 0 ? null : out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	_exit(EXIT_NOT_FOUND);
}

/* How long a program takes, in ns; its status is left in @status. */
static double run_once(const char *const *argv, int *status)
{
	double start = now_ns();
	pid_t pid = spawn(argv, -1, -1);

	*status = -1;
	if (pid > 0) {
		TEMP_FAILURE_RETRY(waitpid(pid, status, 0));
	}
	return now_ns() - start;
}

static void explain(char *text, size_t size, const char *what, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND) {
		snprintf(text, size, "%s is not installed", what);
	} else {
		snprintf(text, size, "%s failed (status %d)", what,
			 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	}
}

static void measure_turns(struct starts *starts)
{
	int status;

	for (int i = 0; i < starts->nr; i++) {
		run_progress("start", (unsigned int)(i * 100 / starts->nr),
			     "a program that does nothing", "");
		for (int kind = 0; kind < KINDS; kind++) {
			if (starts->missing[kind][0]) {
				continue;
			}
			starts->values[kind][i] =
				run_once(starts->argv[kind], &status);
			if (status) {
				explain(starts->missing[kind],
					sizeof(starts->missing[kind]),
					starts->argv[kind][0], status);
			}
			usleep(PAUSE_US);
		}
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(struct bench *bench, const char *name, double *values,
		   int nr)
{
	struct point point = {
		.group = (char *)"start",
		.name = (char *)name,
		.scale = (char *)"",
		.unit = (char *)"ns",
		.samples = (unsigned long)nr,
	};

	qsort(values, (size_t)nr, sizeof(*values), compare);
	point.median = values[nr / 2];
	point.p25 = values[nr / 4];
	point.p75 = values[nr * 3 / 4];
	point.min = values[0];
	point.p99 = values[nr - 1];
	points_add(&bench->points, &point);
}

/* A session that lives until @hold is closed. */
static pid_t open_session(const char *name, int *hold)
{
	const char *const argv[] = {program_self(), "run",	  "--session",
				    name,	  "--",		  "sh",
				    "-c",	  "echo; read x", NULL};
	int in[2], out[2];
	pid_t pid = -1;
	char byte;

	*hold = -1;
	if (pipe2(in, O_CLOEXEC)) {
		return -1;
	}
	if (!pipe2(out, O_CLOEXEC)) {
		pid = spawn(argv, in[0], out[1]);
		close(out[1]);
		if (pid > 0 && read(out[0], &byte, 1) == 1) {
			*hold = in[1];
		}
		close(out[0]);
	}
	close(in[0]);
	if (*hold < 0) {
		close(in[1]);
	}
	return pid;
}

static void measure_here(struct bench *bench, struct starts *starts)
{
	const char *self = program_self();
	char session[32];
	int hold = -1;
	pid_t pid = -1;

	snprintf(session, sizeof(session), "bench-%d", (int)getpid());
	if (!starts->missing[JOINED][0]) {
		pid = open_session(session, &hold);
		if (hold < 0) {
			strcpy(starts->missing[JOINED], "there is no session");
		}
	}
	memcpy(starts->argv,
	       (const char *[KINDS][8]){
		       [ALONE] = {"true"},
		       [UMOCKDEV] = {"umockdev-run", "--", "true"},
		       [JOINED] = {self, "run", "--session", session, "--",
				   "true"},
		       [COLD] = {self, "run", "--", "true"},
	       },
	       sizeof(starts->argv));
	measure_turns(starts);
	if (hold >= 0) {
		close(hold);
	}
	if (pid > 0) {
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	}
	for (int kind = 0; kind < KINDS; kind++) {
		if (!run_wanted(bench, "start", names[kind])) {
			continue;
		}
		if (starts->missing[kind][0]) {
			points_add_missing(&bench->points, "start", names[kind],
					   starts->missing[kind]);
		} else {
			report(bench, names[kind], starts->values[kind],
			       starts->nr);
		}
	}
}

static void measure_guest(struct bench *bench)
{
	static const char name[] = "guest boots and runs true";
	const char *argv[] = {"sh", "-c", NULL, NULL};
	char *command, reason[64];
	double took;
	int status;

	if (!bench->guest || !run_wanted(bench, "start", name) ||
	    asprintf(&command, "%s /bin/true", bench->guest) < 0) {
		return;
	}
	argv[2] = command;
	run_progress("start", 100, "a machine that boots", "guest");
	took = run_once(argv, &status);
	if (status) {
		explain(reason, sizeof(reason), "the guest", status);
		points_add_missing(&bench->points, "start", name, reason);
	} else {
		report(bench, name, &took, 1);
	}
	free(command);
}

void start_measure(struct bench *bench)
{
	struct starts *starts = calloc(1, sizeof(*starts));
	bool any = false;

	if (!starts) {
		return;
	}
	starts->nr = bench->quick ? RUNS_QUICK : RUNS;
	for (int kind = 0; kind < KINDS; kind++) {
		bool wanted = run_wanted(bench, "start", names[kind]);

		if (!wanted) {
			strcpy(starts->missing[kind], "not asked for");
		}
		any |= wanted;
	}
	if (any) {
		measure_here(bench, starts);
	}
	measure_guest(bench);
	free(starts);
}
