/* SPDX-License-Identifier: MIT */
/**
 * DOC: starting PROGRAM
 *
 * It gets what it would have got from uprime's caller: fds, signal mask and
 * actions, limits; and three variables in its environment. In a session with a
 * display there are more: those by which libseat finds the session's seat;
 * XDG_RUNTIME_DIR, which compositors need, if there is none; and, if nobody has
 * said otherwise, that wlroots may draw with GL although there is no GPU. It
 * does not get the caller's own display: compositors would open a window there.
 * Whether exec worked is told through a pipe which exec closes.
 */
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "trace.h"
#include "session.h"
#include "wire.h"

#define WITNESS_LIBRARY	 "libuprime-witness.so"
#define CLIENT_LIBRARY	 "libuprime-preload.so"
#define UMOCKDEV_LIBRARY "libumockdev-preload.so.0"

static int note_inherited(struct program *program)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int *more, fd, ret = 0;

	if (!dir) {
		ret = -errno;
		say("cannot read /proc/self/fd (%s): mount /proc.",
		    strerror(-ret));
		return ret;
	}
	while ((entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		if (fd <= STDERR_FILENO || fd == dirfd(dir)) {
			continue;
		}
		more = reallocarray(program->inherited,
				    program->nr_inherited + 1, sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			say("out of memory.");
			break;
		}
		program->inherited = more;
		more[program->nr_inherited++] = fd;
	}
	closedir(dir);
	return ret;
}

int program_init(struct program *program, char **argv)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	int ret;

	*program = (struct program){.argv = argv};
	ret = note_inherited(program);
	if (ret) {
		program_finish(program);
		return ret;
	}
	sigprocmask(SIG_SETMASK, NULL, &program->mask);
	/* Who ignores SIGCHLD cannot wait for children. */
	sigaction(SIGCHLD, &dfl, &program->sigchld);
	getrlimit(RLIMIT_NOFILE, &program->nofile);
	return 0;
}

void program_finish(struct program *program)
{
	free(program->inherited);
}

void program_close_inherited(struct program *program)
{
	while (program->nr_inherited) {
		close(program->inherited[--program->nr_inherited]);
	}
}

const char *program_self(void)
{
	static char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len < 0) {
		return NULL;
	}
	self[len] = '\0';
	return self;
}

/* A path, the caller's to free(); NULL: it may not be used so. */
static char *usable(char *path, int mode)
{
	if (path && access(path, mode)) {
		free(path);
		return NULL;
	}
	return path;
}

char *program_part(const char *built, const char *installed, int mode)
{
	const char *self = program_self();
	const char *slash = self ? strrchr(self, '/') : NULL;
	char *path = NULL;

	if (slash &&
	    asprintf(&path, "%.*s/%s", (int)(slash - self), self, built) < 0) {
		return NULL;
	}
	path = usable(path, mode);
	return path ? path : usable(strdup(installed), mode);
}

/* A library of ours, the caller's to free(); NULL, and it was said. */
static char *find_library(const char *name, const char *installed)
{
	char *path = program_part(name, installed, R_OK);

	if (!path) {
		say("%s is not there: build uprime whole, or install it.",
		    installed);
		return NULL;
	}
	/* The loader takes both for separators. */
	if (strpbrk(path, " :")) {
		say("%s cannot be preloaded: its path must have no space and "
		    "no colon.",
		    path);
		free(path);
		return NULL;
	}
	return path;
}

char *program_witness(void)
{
	return find_library(WITNESS_LIBRARY,
			    UPRIME_PKGLIBDIR "/" WITNESS_LIBRARY);
}

char *program_preload(void)
{
	char *client = find_library(CLIENT_LIBRARY,
				    UPRIME_PKGLIBDIR "/" CLIENT_LIBRARY);
	char *witness, *both;

	if (!client || !getenv(TRACE_ENV)) {
		return client;
	}
	witness = program_witness();
	if (!witness || asprintf(&both, "%s:%s", witness, client) < 0) {
		both = NULL;
	}
	free(witness);
	free(client);
	return both;
}

static int seat_environment(const char *session)
{
	char path[PATH_MAX];
	int ret = 0;

	snprintf(path, sizeof(path), "%s/" SESSION_SEAT, session);
	if (access(path, F_OK)) {
		return 0;
	}
	if (setenv("SEATD_SOCK", path, 1) ||
	    setenv("LIBSEAT_BACKEND", "seatd", 1) ||
	    setenv("WLR_RENDERER_ALLOW_SOFTWARE", "1", 0)) {
		ret = -ENOMEM;
	}
	snprintf(path, sizeof(path), "%s/" SESSION_RUNTIME, session);
	if (!session_runtime_dir() && setenv("XDG_RUNTIME_DIR", path, 1)) {
		ret = -ENOMEM;
	}
	return ret;
}

int program_environment(const char *session, const char *testbed,
			const char *preload)
{
	const char *old = getenv("LD_PRELOAD");
	char *value;
	int ret;

	if (asprintf(&value, "%s:" UMOCKDEV_LIBRARY "%s%s", preload,
		     old && old[0] ? ":" : "", old ? old : "") < 0) {
		value = NULL;
	}
	ret = !value || setenv("LD_PRELOAD", value, 1) ||
			      setenv("UMOCKDEV_DIR", testbed, 1) ||
			      setenv(WIRE_ENV_SESSION, session, 1)
		      ? -ENOMEM
		      : 0;
	free(value);
	if (!ret) {
		ret = seat_environment(session);
	}
	if (ret) {
		say("out of memory.");
	}
	return ret;
}

void program_leave_desktop(void)
{
	static const char *const variables[] = {
		"DISPLAY",  "WAYLAND_DISPLAY", "WAYLAND_SOCKET",
		"XDG_SEAT", "XDG_SESSION_ID",  "XDG_VTNR",
	};

	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++) {
		unsetenv(variables[i]);
	}
}

/* In the child. */
static void become(const struct program *program, int report)
{
	int err;

	setrlimit(RLIMIT_NOFILE, &program->nofile);
	sigaction(SIGCHLD, &program->sigchld, NULL);
	sigprocmask(SIG_SETMASK, &program->mask, NULL);
	execvp(program->argv[0], program->argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0) {
		_exit(EXIT_UPRIME);
	}
	_exit(EXIT_NOT_RUN);
}

static int exec_failed(const char *name, int err)
{
	if (err != ENOENT) {
		say("cannot run %s (%s): is it an executable program?", name,
		    strerror(err));
		return EXIT_NOT_RUN;
	}
	if (strchr(name, '/')) {
		say("%s was not found, or its interpreter was not.", name);
	} else {
		say("%s was not found in PATH: install it or give its path.",
		    name);
	}
	return EXIT_NOT_FOUND;
}

pid_t program_start(const struct program *program, int *status)
{
	int report[2], err;
	ssize_t len;
	pid_t pid;

	*status = EXIT_UPRIME;
	if (pipe2(report, O_CLOEXEC)) {
		say("cannot make a pipe: %s.", strerror(errno));
		return -1;
	}
	pid = fork();
	if (!pid) {
		become(program, report[1]);
	}
	close(report[1]);
	if (pid < 0) {
		say("cannot start a process: %s.", strerror(errno));
		goto out;
	}
	len = TEMP_FAILURE_RETRY(read(report[0], &err, sizeof(err)));
	if (len == sizeof(err)) {
		*status = exec_failed(program->argv[0], err);
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
		pid = -1;
	}
out:
	close(report[0]);
	return pid;
}
