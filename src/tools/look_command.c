/* SPDX-License-Identifier: MIT */
/* The commands that look at displays: another program has them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "program.h"
#include "say.h"
#include "tools.h"

char *look_program(void)
{
	char *path = program_part("uprime-look",
				  UPRIME_PKGLIBDIR "/uprime-look", X_OK);

	if (!path) {
		say("the program uprime-look, which looks at displays, was not "
		    "found: install uprime again.");
	}
	return path;
}

int look_command(int argc, char **argv)
{
	char *path = look_program();

	(void)argc;
	if (path) {
		execv(path, argv);
		say("cannot run %s: %m.", path);
		free(path);
	}
	return EXIT_UPRIME;
}
