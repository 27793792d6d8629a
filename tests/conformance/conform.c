/* SPDX-License-Identifier: MIT */
/**
 * DOC: the conformance program
 *
 *	conform list
 *	conform scripted [SUBJECT...]
 *	conform random SEED OPS
 *	conform generate SEED OPS	the operations alone, for replay
 *	conform replay FILE
 *	conform digest FILE		one line for every sequence in it
 *	conform sequences SEEDS OPS	random with 1 to SEEDS
 *	conform all SEEDS OPS		scripted, and these sequences
 *
 *	conform privileged		whether it has CAP_SYS_ADMIN, as status
 *
 * FILE may be "-". Before all of them:
 *	--unprivileged	leave out the checks that need CAP_SYS_ADMIN; the
 *			others run without it anyway
 *	--syncobj	one of the devices has syncobjs: ask it, too, and leave
 *			out what is true of Linux 6.1 alone
 * CONFORM_LIE in the environment makes it tell one thing wrong.
 */
#include "conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct subject *const subjects[] = {
	&ioctl_table_subject,
	&client_subject,
	&master_subject,
	&dumb_subject,
	&prime_subject,
	&names_subject,
	&mmap_subject,
	&dmabuf_fd_subject,
	&dmabuf_ioctl_subject,
	&lifetime_subject,
	&permute_subject,
	&node_subject,
	&debugfs_subject,
	&path_subject,
	&vgem_fence_subject,
	&fence_poll_subject,
	&sync_file_subject,
	&fence_wait_subject,
	&syncobj_subject,
	&syncobj_wait_subject,
	&syncobj_point_subject,
	&syncobj_fd_subject,
	NULL,
};

static int usage(void)
{
	fprintf(stderr, "usage: conform list|privileged\n"
			"       conform [--unprivileged] [--syncobj] "
			"scripted [SUBJECT...]\n"
			"       conform [...] random|generate|sequences|all "
			"SEED OPS\n"
			"       conform replay|digest FILE\n");
	return 2;
}

static int run_sequences(unsigned int seeds, unsigned int ops,
			 const struct options *options)
{
	for (unsigned int seed = 1; seed <= seeds; seed++) {
		printf("== seed %u\n", seed);
		random_run(seed, ops, options);
	}
	return 0;
}

static int run_numbers(const char *what, const char *first, const char *second,
		       const struct options *options)
{
	unsigned int seed = (unsigned int)strtoul(first, NULL, 0);
	unsigned int ops = (unsigned int)strtoul(second, NULL, 0);
	char *none = NULL;

	if (!strcmp(what, "random")) {
		return random_run(seed, ops, options);
	}
	if (!strcmp(what, "generate")) {
		random_print(seed, ops, options);
		return 0;
	}
	if (!strcmp(what, "all")) {
		scripted_run(&none, options);
	}
	if (!strcmp(what, "all") || !strcmp(what, "sequences")) {
		return run_sequences(seed, ops, options);
	}
	return usage();
}

static bool take_option(const char *word, struct options *options)
{
	if (!strcmp(word, "--unprivileged")) {
		options->privileged = false;
		drop_sys_admin();
		return true;
	}
	if (!strcmp(word, "--syncobj")) {
		options->syncobj = true;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct options options = {.privileged = have_sys_admin()};
	const char *what;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; argc > 1 && take_option(argv[1], &options); argc--) {
		argv++;
	}
	what = argc > 1 ? argv[1] : "";
	if (!strcmp(what, "privileged")) {
		return options.privileged ? 0 : 1;
	}
	if (!strcmp(what, "list") && argc == 2) {
		scripted_list();
		return 0;
	}
	if (!strcmp(what, "scripted")) {
		return scripted_run(argv + 2, &options) ? 0 : 2;
	}
	if (!strcmp(what, "replay") && argc == 3) {
		return replay_run(argv[2], false);
	}
	if (!strcmp(what, "digest") && argc == 3) {
		return replay_run(argv[2], true);
	}
	if (!strcmp(what, "helper") && argc == 4) {
		return run_helper(argv[2], atoi(argv[3]));
	}
	return argc == 4 ? run_numbers(what, argv[2], argv[3], &options)
			 : usage();
}
