/* SPDX-License-Identifier: MIT */
/**
 * DOC: running the subjects
 *
 * A check that crashes or never ends is one line, and the next one begins.
 * Those that wait are started together, when all others are done.
 */
#include "conform.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK_SECONDS 30
#define MAX_WAITING   64

/* A check under way. */
struct run {
	const struct subject *subject;
	const struct check *check;
	pid_t child;
	int output; /* where it prints; -1: where we do */
};

static void start_check(struct run *run)
{
	report_subject(text("%s/%s", run->subject->name, run->check->name));
	fflush(stdout);
	run->child = fork();
	if (run->child < 0) {
		give_up("fork");
	}
	if (!run->child) {
		struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};

		if (run->output >= 0) {
			dup2(run->output, STDOUT_FILENO);
			close(run->output);
		}
		setrlimit(RLIMIT_NOFILE, &limit);
		if (!run->check->privileged) {
			drop_sys_admin();
		}
		alarm(CHECK_SECONDS);
		run->check->run();
		exit(0);
	}
}

static void copy_output(int from)
{
	char bytes[4096];
	ssize_t length;

	lseek(from, 0, SEEK_SET);
	while ((length = read(from, bytes, sizeof(bytes))) > 0) {
		fwrite(bytes, 1, (size_t)length, stdout);
	}
	close(from);
}

static void end_check(struct run *run)
{
	int status = 0;

	waitpid(run->child, &status, 0);
	report_subject(text("%s/%s", run->subject->name, run->check->name));
	if (run->output >= 0) {
		copy_output(run->output);
	}
	if (WIFSIGNALED(status)) {
		result("the check", "SIG%s", sigabbrev_np(WTERMSIG(status)));
	}
}

static bool wanted(const struct check *check, const struct options *options)
{
	return (!check->privileged || options->privileged) &&
	       (!check->of_61 || !options->syncobj) &&
	       (check->generic || !options->generic);
}

/* Runs those that do not wait, and puts the others into @waiting. */
static void run_subject(const struct subject *subject,
			const struct options *options, struct run *waiting,
			unsigned int *nr_waiting)
{
	for (const struct check *check = subject->checks; check->name;
	     check++) {
		struct run run = {subject, check, 0, -1};

		if (!wanted(check, options)) {
			continue;
		}
		if (check->waits && *nr_waiting < MAX_WAITING) {
			waiting[(*nr_waiting)++] = run;
			continue;
		}
		start_check(&run);
		end_check(&run);
	}
}

static void run_waiting(struct run *waiting, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		waiting[i].output = memfd_create("check", MFD_CLOEXEC);
		if (waiting[i].output < 0) {
			give_up("memfd_create");
		}
		start_check(&waiting[i]);
		/* Not all at once: each takes a moment to begin. */
		usleep(50000);
	}
	for (unsigned int i = 0; i < count; i++) {
		end_check(&waiting[i]);
	}
}

static const struct subject *find_subject(const char *name)
{
	for (size_t i = 0; subjects[i]; i++) {
		if (!strcmp(subjects[i]->name, name)) {
			return subjects[i];
		}
	}
	return NULL;
}

bool scripted_run(char **names, const struct options *options)
{
	struct run waiting[MAX_WAITING];
	unsigned int nr_waiting = 0;

	for (char **name = names; *name; name++) {
		if (!find_subject(*name)) {
			fprintf(stderr, "conform: no subject %s\n", *name);
			return false;
		}
	}
	for (char **name = names; *name; name++) {
		run_subject(find_subject(*name), options, waiting, &nr_waiting);
	}
	for (size_t i = 0; subjects[i] && !*names; i++) {
		if (!subjects[i]->syncobj || options->syncobj) {
			run_subject(subjects[i], options, waiting, &nr_waiting);
		}
	}
	run_waiting(waiting, nr_waiting);
	return true;
}

void scripted_list(void)
{
	for (size_t i = 0; subjects[i]; i++) {
		printf("%s:", subjects[i]->name);
		for (const struct check *check = subjects[i]->checks;
		     check->name; check++) {
			printf(" %s", check->name);
		}
		printf("\n");
	}
}
