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
 *	conform all SEEDS OPS		scripted, and random with 1 to SEEDS
 *
 *	conform privileged		whether it has CAP_SYS_ADMIN, as status
 *
 * FILE may be "-". --unprivileged, first, leaves out the checks that need
 * CAP_SYS_ADMIN; the others run without it anyway. CONFORM_LIE in the
 * environment makes it tell one thing wrong.
 */
#include "conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
	fprintf(stderr,
		"usage: conform list|privileged\n"
		"       conform [--unprivileged] scripted [SUBJECT...]\n"
		"       conform random|generate|all SEED OPS\n"
		"       conform replay|digest FILE\n");
	return 2;
}

static int run_all(unsigned int seeds, unsigned int ops, bool privileged)
{
	char *none = NULL;

	scripted_run(&none, privileged);
	for (unsigned int seed = 1; seed <= seeds; seed++) {
		printf("== seed %u\n", seed);
		random_run(seed, ops);
	}
	return 0;
}

static int run_numbers(const char *what, const char *first, const char *second,
		       bool privileged)
{
	unsigned int seed = (unsigned int)strtoul(first, NULL, 0);
	unsigned int ops = (unsigned int)strtoul(second, NULL, 0);

	if (!strcmp(what, "random")) {
		return random_run(seed, ops);
	}
	if (!strcmp(what, "generate")) {
		random_print(seed, ops);
		return 0;
	}
	if (!strcmp(what, "all")) {
		return run_all(seed, ops, privileged);
	}
	return usage();
}

int main(int argc, char **argv)
{
	bool privileged = have_sys_admin();
	const char *what;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "--unprivileged")) {
		privileged = false;
		drop_sys_admin();
		argv++;
		argc--;
	}
	what = argc > 1 ? argv[1] : "";
	if (!strcmp(what, "privileged")) {
		return privileged ? 0 : 1;
	}
	if (!strcmp(what, "list") && argc == 2) {
		scripted_list();
		return 0;
	}
	if (!strcmp(what, "scripted")) {
		return scripted_run(argv + 2, privileged) ? 0 : 2;
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
	return argc == 4 ? run_numbers(what, argv[2], argv[3], privileged)
			 : usage();
}
