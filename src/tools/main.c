/* SPDX-License-Identifier: MIT */
/**
 * DOC: the command line
 *
 * uprime itself must see the real system and not the devices of the session it
 * may be called in. So, called there, it starts again without the preloaded
 * libraries. UPRIME_SESSION stays: `uprime ls` shows that session.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "say.h"
#include "tools.h"
#include "trace.h"
#include "wire.h"

static const char help[] =
	"Usage: uprime COMMAND [ARGUMENT]...\n"
	"\n"
	"PRIME, GEM and dma-buf in userspace: programs get /dev/dri/card0 and\n"
	"/dev/dri/renderD128 that answer as Linux does. No GPU, no kernel\n"
	"module, no root.\n"
	"\n"
	"Commands:\n"
	"  run         run a program with the devices\n"
	"  ls          list the buffers of sessions, and who holds them\n"
	"  display     list displays, plug and unplug them\n"
	"  screenshot  write what a display shows to a file\n"
	"  view        let VNC viewers see displays\n"
	"  check       find leaked and stale handles, fds and mappings\n"
	"  bench       measure what operations cost\n"
	"\n"
	"'uprime COMMAND --help' says more, and so do the manual pages\n"
	"uprime-run(1), uprime-ls(1), uprime-display(1), "
	"uprime-screenshot(1),\n"
	"uprime-view(1), uprime-check(1) and uprime-bench(1).\n"
	"\n"
	"Examples:\n"
	"  uprime run -- drmdevice\n"
	"  uprime run -- ./my-tests\n"
	"  uprime ls\n"
	"  uprime bench --quick\n";

static const struct {
	const char *name;
	const char *full_name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"run", "uprime run", run_command},
	{"ls", "uprime ls", ls_command},
	{"display", "uprime display", display_command},
	{"screenshot", "uprime screenshot", look_command},
	{"view", "uprime view", look_command},
	{"check", "uprime check", check_command},
	{"bench", "uprime bench", bench_command},
	{"display", "uprime display", display_command},
};

/* Closed standard fds stay closed for PROGRAM, but no file of ours may get
 * their numbers. */
static void fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0) {
		close(fd);
	}
}

static bool is_ours(const char *library)
{
	const char *slash = strrchr(library, '/');
	const char *name = slash ? slash + 1 : library;

	return !strcmp(name, "libuprime-preload.so") ||
	       !strcmp(name, "libuprime-witness.so") ||
	       !strcmp(name, "libumockdev-preload.so.0");
}

/* Take our libraries out of LD_PRELOAD. True if there were any. */
static bool strip_preload(void)
{
	const char *value = getenv("LD_PRELOAD");
	char *text = strdup(value ? value : ""), *rest, *save, *library;
	bool found = false;
	size_t len = 0;

	rest = text ? calloc(1, strlen(text) + 1) : NULL;
	if (!rest) {
		free(text);
		return false;
	}
	for (library = strtok_r(text, ": ", &save); library;
	     library = strtok_r(NULL, ": ", &save)) {
		if (is_ours(library)) {
			found = true;
			continue;
		}
		len += (size_t)sprintf(rest + len, "%s%s", len ? ":" : "",
				       library);
	}
	if (found &&
	    (len ? setenv("LD_PRELOAD", rest, 1) : unsetenv("LD_PRELOAD"))) {
		found = false;
	}
	free(rest);
	free(text);
	return found;
}

static int leave_session(char **argv)
{
	const char *self;

	if (!getenv(WIRE_ENV_SESSION) || !strip_preload()) {
		return 0;
	}
	unsetenv("UMOCKDEV_DIR");
	unsetenv(TRACE_ENV);
	self = program_self();
	if (self) {
		execv(self, argv);
	}
	say("cannot start again outside of the session: %m.");
	return -errno;
}

int main(int argc, char **argv)
{
	fill_standard_fds();
	if (leave_session(argv)) {
		return EXIT_UPRIME;
	}
	if (argc < 2) {
		fputs(help, stderr);
		return EXIT_UPRIME;
	}
	if (!strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("uprime " UPRIME_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(argv[1], commands[i].name)) {
			say_as(commands[i].full_name);
			return commands[i].run(argc - 1, argv + 1);
		}
	}
	say("there is no command '%s': see 'uprime --help'.", argv[1]);
	return EXIT_UPRIME;
}
