/* SPDX-License-Identifier: MIT */
/**
 * DOC: running the subjects
 *
 * A check that crashes or never ends is one line, and the next one begins.
 */
#include "conform.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK_SECONDS 30

static const struct subject *const subjects[] = {
	&ioctl_table_subject,  &client_subject,	       &master_subject,
	&dumb_subject,	       &prime_subject,	       &names_subject,
	&mmap_subject,	       &dmabuf_fd_subject,     &dmabuf_ioctl_subject,
	&lifetime_subject,     &permute_subject,       &node_subject,
	&debugfs_subject,      &path_subject,	       &vgem_fence_subject,
	&fence_poll_subject,   &sync_file_subject,     &fence_wait_subject,
	&syncobj_subject,      &syncobj_wait_subject,  &syncobj_point_subject,
	&syncobj_fd_subject,
};

#define NR_SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static void run_check(const struct subject *subject, const struct check *check)
{
	int status = 0;
	pid_t child;

	report_subject(text("%s/%s", subject->name, check->name));
	fflush(stdout);
	child = fork();
	if (child < 0) {
		give_up("fork");
	}
	if (!child) {
		struct rlimit limit = {.rlim_cur = 1024, .rlim_max = 1024};

		setrlimit(RLIMIT_NOFILE, &limit);
		if (!check->privileged) {
			drop_sys_admin();
		}
		alarm(CHECK_SECONDS);
		check->run();
		exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status)) {
		result("the check", "SIG%s", sigabbrev_np(WTERMSIG(status)));
	}
}

static void run_subject(const struct subject *subject,
			const struct options *options)
{
	for (const struct check *check = subject->checks; check->name;
	     check++) {
		if ((!check->privileged || options->privileged) &&
		    (!check->of_61 || !options->syncobj)) {
			run_check(subject, check);
		}
	}
}

static const struct subject *find_subject(const char *name)
{
	for (size_t i = 0; i < NR_SUBJECTS; i++) {
		if (!strcmp(subjects[i]->name, name)) {
			return subjects[i];
		}
	}
	return NULL;
}

bool scripted_run(char **names, const struct options *options)
{
	for (char **name = names; *name; name++) {
		if (!find_subject(*name)) {
			fprintf(stderr, "conform: no subject %s\n", *name);
			return false;
		}
	}
	for (char **name = names; *name; name++) {
		run_subject(find_subject(*name), options);
	}
	for (size_t i = 0; i < NR_SUBJECTS && !*names; i++) {
		if (!subjects[i]->syncobj || options->syncobj) {
			run_subject(subjects[i], options);
		}
	}
	return true;
}

void scripted_list(void)
{
	for (size_t i = 0; i < NR_SUBJECTS; i++) {
		printf("%s:", subjects[i]->name);
		for (const struct check *check = subjects[i]->checks;
		     check->name; check++) {
			printf(" %s", check->name);
		}
		printf("\n");
	}
}
