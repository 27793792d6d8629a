/* SPDX-License-Identifier: MIT */
/**
 * DOC: waiting for PROGRAM
 *
 * The front stands for PROGRAM in its caller's eyes: signals sent to it go to
 * PROGRAM, and it ends as PROGRAM ends. PROGRAM is in the front's process
 * group, so a terminal's signals reach it anyway and are not passed on.
 *
 * In a new session PROGRAM is the server's child: signals and status travel
 * through a socket between front and server, so that no signal can hit a
 * process which has got the pid since. In a joined one it is our own child.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lookers.h"
#include "say.h"
#include "server.h"
#include "tools.h"

static sigset_t forwarded_signals(void)
{
	static const int signals[] = {SIGTERM, SIGHUP,	SIGINT, SIGQUIT,
				      SIGUSR1, SIGUSR2, SIGCONT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&set, signals[i]);
	}
	return set;
}

/* The next signal that PROGRAM has to be sent, or SIGCHLD; 0: none. */
static int next_signal(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		/* The system's own, the terminal's above all, have positive
		 * codes. */
		if (info.ssi_code <= 0 || info.ssi_signo == SIGCHLD) {
			return (int)info.ssi_signo;
		}
	}
	return 0;
}

/* End as PROGRAM did. Returns only if it exited. */
static int end_as(int status)
{
	const struct rlimit none = {0, 0};
	int signal = WTERMSIG(status);
	sigset_t set;

	if (WIFEXITED(status)) {
		return WEXITSTATUS(status);
	}
	/* The core that counts is PROGRAM's. */
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
	return 128 + signal;
}

/* Pass signals on until the server tells PROGRAM's end; false: it is gone. */
static bool wait_for_server(int control, int signals,
			    struct server_status *status)
{
	struct pollfd fds[] = {
		{.fd = control, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
	};
	int signal;

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			continue;
		}
		while ((signal = next_signal(signals))) {
			send(control, &signal, sizeof(signal), MSG_NOSIGNAL);
		}
		if (fds[0].revents) {
			return recv(control, status, sizeof(*status), 0) ==
			       sizeof(*status);
		}
	}
}

/* PROGRAM has ended: let who looks on end as well, and then end as it did. */
static int end(struct lookers *lookers, const sigset_t *mask, int signals,
	       int status)
{
	/* A signal that PROGRAM ended of is not for us; a later one is. */
	while (next_signal(signals)) {
	}
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (!lookers_finish(lookers) && !status) {
		return EXIT_UPRIME;
	}
	return end_as(status);
}

static int wait_for_hosted(const struct server_config *config,
			   struct lookers *lookers, pid_t server, int control,
			   int signals)
{
	struct server_status status;
	int ended = 0;

	if (!wait_for_server(control, signals, &status)) {
		say("the session's server was killed: its devices are gone.");
		lookers_finish(lookers);
		return EXIT_UPRIME;
	}
	if (status.over) {
		TEMP_FAILURE_RETRY(waitpid(server, &ended, 0));
	}
	if (ended) {
		say("the session's server failed: set UPRIME_DEBUG=1 to see "
		    "why.");
		lookers_finish(lookers);
		return EXIT_UPRIME;
	}
	return end(lookers, &config->program->mask, signals, status.status);
}

int front_host(struct server_config *config, struct lookers *lookers)
{
	sigset_t all, forwarded = forwarded_signals();
	int control[2], signals, status;
	pid_t server;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control)) {
		say("cannot make a socket: %m.");
		lookers_let_go(config);
		lookers_finish(lookers);
		return EXIT_UPRIME;
	}
	signals = signalfd(-1, &forwarded, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		say("cannot wait for signals: %m.");
		status = EXIT_UPRIME;
		lookers_let_go(config);
		lookers_finish(lookers);
		goto err_close;
	}
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	server = fork();
	if (!server) {
		close(control[0]);
		close(signals);
		server_run(config, control[1]);
		exit(0);
	}
	close(control[1]);
	control[1] = -1;
	/* The lock lives on in the server's copy. */
	session_base_close(config->base);
	config->base->fd = -1;
	lookers_let_go(config);
	sigprocmask(SIG_SETMASK, &config->program->mask, NULL);
	sigprocmask(SIG_BLOCK, &forwarded, NULL);
	if (server < 0) {
		say("cannot start a process: %m.");
		status = EXIT_UPRIME;
		lookers_finish(lookers);
	} else {
		status = wait_for_hosted(config, lookers, server, control[0],
					 signals);
	}
	close(signals);
err_close:
	close(control[0]);
	if (control[1] >= 0) {
		close(control[1]);
	}
	return status;
}

int front_join(const struct program *program, struct lookers *lookers)
{
	sigset_t watched = forwarded_signals();
	struct pollfd fd = {.events = POLLIN};
	int signal, status;
	pid_t pid;

	sigaddset(&watched, SIGCHLD);
	fd.fd = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd.fd < 0) {
		say("cannot wait for signals: %m.");
		lookers_finish(lookers);
		return EXIT_UPRIME;
	}
	sigprocmask(SIG_BLOCK, &watched, NULL);
	pid = program_start(program, &status);
	if (pid < 0) {
		lookers_finish(lookers);
		close(fd.fd);
		return status;
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		poll(&fd, 1, -1);
		while ((signal = next_signal(fd.fd))) {
			if (signal != SIGCHLD) {
				kill(pid, signal);
			}
		}
	}
	status = end(lookers, &program->mask, fd.fd, status);
	close(fd.fd);
	return status;
}
