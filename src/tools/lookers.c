/* SPDX-License-Identifier: MIT */
/**
 * DOC: who looks at the displays while PROGRAM runs
 *
 * `uprime run --capture` and `--vnc` start the program uprime-look, once for
 * each, before PROGRAM and, if the session is a new one, before its server:
 * they have a connection to it from the start and miss nothing. They end when
 * the session does, or when they are told because PROGRAM has ended, and are
 * waited for, until all they have taken is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look_path.h"
#include "lookers.h"
#include "program.h"
#include "say.h"
#include "session.h"
#include "tools.h"

/* Is there a program of this name in PATH? */
static bool is_installed(const char *name)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *save;
	char file[4096];
	bool found = false;

	for (char *dir = copy ? strtok_r(copy, ":", &save) : NULL;
	     dir && !found; dir = strtok_r(NULL, ":", &save)) {
		snprintf(file, sizeof(file), "%s/%s", dir, name);
		found = !access(file, X_OK);
	}
	free(copy);
	return found;
}

static bool can_write_beside(const char *file)
{
	const char *slash = strrchr(file, '/');
	char dir[4096];

	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - file) + 1 : 1,
		 slash ? file : ".");
	return !access(dir, W_OK | X_OK);
}

int lookers_check(const char *file)
{
	enum look_kind kind = path_kind(file);

	if (kind == LOOK_NONE) {
		say("the name '%s' does not say what to capture: out.png is "
		    "the last picture, frames-%%05d.png is each one, out.mkv, "
		    "out.mp4 and out.webm are videos.",
		    file);
		return -EINVAL;
	}
	if (kind == LOOK_VIDEO && !is_installed("ffmpeg")) {
		say("videos are made by ffmpeg, which is not installed (Debian "
		    "package ffmpeg).");
		return -ENOENT;
	}
	if (!can_write_beside(file)) {
		say("cannot write %s: %m.", file);
		return -errno;
	}
	return 0;
}

/* In the child. */
static void become(const char *path, char **argv, struct program *program,
		   int sock, int ready)
{
	program_close_inherited(program);
	dup2(sock, STDIN_FILENO);
	dup2(ready, STDOUT_FILENO);
	sigprocmask(SIG_SETMASK, &program->mask, NULL);
	/* It looks at a session that may have been joined from outside. */
	unsetenv("LD_PRELOAD");
	unsetenv("UMOCKDEV_DIR");
	execv(path, argv);
	say("cannot run %s: %m.", path);
	_exit(EXIT_UPRIME);
}

/* Start one, at a session's socket. It has begun to look, or says why not. */
static int start(struct lookers *lookers, struct program *program, char **argv,
		 int sock)
{
	char *path = look_program();
	int ready[2], ret = -1;
	char byte;
	pid_t pid;

	if (!path) {
		return -ENOENT;
	}
	if (pipe2(ready, O_CLOEXEC)) {
		say("cannot make a pipe: %m.");
		goto out_free;
	}
	pid = fork();
	if (!pid) {
		become(path, argv, program, sock, ready[1]);
	}
	close(ready[1]);
	if (pid < 0) {
		say("cannot start a process: %m.");
		goto out_close;
	}
	if (TEMP_FAILURE_RETRY(read(ready[0], &byte, 1)) == 1) {
		lookers->pids[lookers->nr++] = pid;
		ret = 0;
	} else {
		TEMP_FAILURE_RETRY(waitpid(pid, NULL, 0));
	}
out_close:
	close(ready[0]);
out_free:
	free(path);
	return ret;
}

/* Start one for a session that is there, or is to be made by this process. */
static int add(struct lookers *lookers, struct server_config *config,
	       char **argv, bool join)
{
	int socks[2] = {-1, -1}, ret;

	if (join) {
		socks[0] = session_connect(config->base, config->name);
		ret = socks[0] < 0 ? socks[0] : 0;
	} else {
		ret = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				 socks)
			      ? -errno
			      : 0;
	}
	if (ret) {
		say("cannot connect to the session: %s.", strerror(-ret));
		return ret;
	}
	ret = start(lookers, config->program, argv, socks[0]);
	close(socks[0]);
	if (join) {
		return ret;
	}
	if (ret) {
		close(socks[1]);
	} else {
		config->lookers[config->nr_lookers++] = socks[1];
	}
	return ret;
}

int lookers_start(struct lookers *lookers, struct server_config *config,
		  bool join)
{
	char *capture[] = {"capture", (char *)lookers->capture, NULL};
	char *vnc[] = {"vnc", (char *)lookers->vnc_address, NULL};
	int ret = 0;

	if (lookers->capture) {
		ret = add(lookers, config, capture, join);
	}
	if (!ret && lookers->vnc) {
		ret = add(lookers, config, vnc, join);
	}
	if (ret) {
		lookers_let_go(config);
		lookers_finish(lookers);
	}
	return ret;
}

void lookers_let_go(struct server_config *config)
{
	while (config->nr_lookers) {
		close(config->lookers[--config->nr_lookers]);
	}
}

bool lookers_finish(struct lookers *lookers)
{
	bool good = true;
	int status;

	for (unsigned int i = 0; i < lookers->nr; i++) {
		kill(lookers->pids[i], SIGTERM);
	}
	while (lookers->nr) {
		status = -1;
		TEMP_FAILURE_RETRY(
			waitpid(lookers->pids[--lookers->nr], &status, 0));
		good = good && !status;
	}
	return good;
}
