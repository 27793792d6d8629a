/* SPDX-License-Identifier: MIT */
/**
 * DOC: the life of a server
 *
 * The server makes the session - devices, testbed, directory, socket - and
 * starts PROGRAM, whose ancestor it is: so the system lets it read the memory
 * of PROGRAM and its children, and, being a subreaper, it sees the last of
 * them end. The session is over when there is none left and no connection is
 * open; then everything is undone in reverse order, under the lock on the
 * directory of sessions, so that nobody joins a session that is going.
 *
 * Who started us learns how PROGRAM ended once (struct server_status).
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "say.h"

void server_tell(struct server *server, bool over)
{
	struct server_status status = {.status = server->status, .over = over};

	server->ended = false;
	if (server->control >= 0) {
		/* Nobody is left to hear it if that fails. */
		(void)!send(server->control, &status, sizeof(status),
			    MSG_NOSIGNAL);
	}
}

/* As many fds as we may have; and does the system have what we need? */
static int prepare_process(struct server *server)
{
	struct rlimit limit = server->config->program->nofile;
	sigset_t signals;
	int fd;

	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) {
		say("this system has no subreapers (%m): Linux 3.4 or later is "
		    "needed.");
		return -errno;
	}
	fd = memfd_create("uprime", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0) {
		say("this system gives no memory files (memfd_create: %m): "
		    "Linux 3.17 or later is needed, and a sandbox that allows "
		    "it.");
		return -errno;
	}
	close(fd);
	server->closed = fd = drain_open();
	if (fd < 0) {
		errno = -fd;
		say("this system does not tell of closed files (inotify: %m): "
		    "raise fs.inotify.max_user_instances, or the limit of open "
		    "files.");
		return fd;
	}
	connection_init();
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	server->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->reserve = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (server->signals < 0 || server->wake < 0 || server->reserve < 0 ||
	    pool_open(&server->pool)) {
		say("cannot open what the server needs: %m.");
		return -errno;
	}
	return 0;
}

static void finish_process(struct server *server)
{
	pool_close(&server->pool);
	close(server->reserve);
	close(server->wake);
	close(server->signals);
}

/* The devices, one a line, as others see what this session is. */
static int note_devices(struct server *server)
{
	char *text = NULL, *line;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret = -ENOMEM;

	if (!out) {
		return ret;
	}
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		line = server_device_text(&server->config->devices[i]);
		fprintf(out, "%s\n", line ? line : "");
		free(line);
	}
	if (!fclose(out)) {
		ret = session_note(&server->session, SESSION_DEVICES, text);
	}
	free(text);
	return ret;
}

static int open_session(struct server *server)
{
	const struct server_config *config = server->config;
	char pid[16];
	int ret;

	snprintf(pid, sizeof(pid), "%d", getpid());
	ret = session_make(config->base, &server->session,
			   config->name ? config->name : pid);
	if (ret) {
		return ret;
	}
	ret = session_note(&server->session, SESSION_TESTBED,
			   server->testbed.root);
	if (!ret) {
		ret = note_devices(server);
	}
	if (!ret) {
		ret = session_listen(&server->session, WIRE_SOCKET,
				     SOCK_SEQPACKET);
	}
	if (ret < 0) {
		session_remove(config->base, &server->session);
		return ret;
	}
	server->listener = ret;
	if (!devices_have_display(server)) {
		return 0;
	}
	ret = session_add_runtime(&server->session);
	if (!ret) {
		ret = seat_open(&server->seat, server);
	}
	if (ret) {
		close(server->listener);
		session_remove(config->base, &server->session);
	}
	return ret;
}

/* Hold nothing open that the caller waits for the end of. */
static void let_go_of_caller(struct server *server)
{
	program_close_inherited(server->config->program);
	dup2(server->reserve, STDIN_FILENO);
	dup2(server->reserve, STDOUT_FILENO);
	if (!debugging()) {
		dup2(server->reserve, STDERR_FILENO);
	}
}

static void start_program(struct server *server)
{
	const struct server_config *config = server->config;
	int status = EXIT_UPRIME;
	pid_t pid = -1;

	if (!program_environment(server->session.path, server->testbed.root,
				 config->preload)) {
		if (server->seat.server) {
			program_leave_desktop();
		}
		pid = program_start(config->program, &status);
	}
	if (pid < 0) {
		server->status = W_EXITCODE(status, 0);
		server->ended = true;
		return;
	}
	server->program = pid;
	server->has_children = true;
}

static void host_session(struct server *server)
{
	const struct server_config *config = server->config;
	struct session_base *base = config->base;

	session_base_unlock(base);
	for (unsigned int i = 0; i < config->nr_lookers; i++) {
		connection_start(server, config->lookers[i]);
	}
	looks_begin(server);
	start_program(server);
	let_go_of_caller(server);
	do {
		server_wait(server);
		session_base_lock(base);
		/* Whoever joins does so under this lock: now or never. */
		server_accept(server);
		if (!server_is_over(server)) {
			session_base_unlock(base);
		}
	} while (!server_is_over(server));
}

/* True if the session took place. */
static bool run_session(struct server *server)
{
	struct session_base *base = server->config->base;
	bool hosted = false;

	if (prepare_process(server)) {
		return false;
	}
	if (testbed_open(&server->testbed)) {
		goto out_process;
	}
	if (devices_add(server)) {
		goto out_testbed;
	}
	if (open_session(server)) {
		goto out_devices;
	}
	looks_init(server);
	host_session(server);
	hosted = true;
	looks_finish(server);
	seat_close(&server->seat);
	close(server->listener);
	session_remove(base, &server->session);
out_devices:
	/* Fds that are still open are in nobody's hands who could use them. */
	anon_file_close_all();
	dma_buf_dispatch();
	devices_remove(server);
out_testbed:
	testbed_close(&server->testbed);
out_process:
	finish_process(server);
	session_base_unlock(base);
	return hosted;
}

void server_run(const struct server_config *config, int control)
{
	struct server server = {
		.config = config,
		.control = control,
		.status = W_EXITCODE(EXIT_UPRIME, 0),
	};

	mutex_init(&server.lock);
	if (!run_session(&server)) {
		server.ended = true;
	}
	if (server.ended) {
		server_tell(&server, true);
	}
	if (server.control >= 0) {
		close(server.control);
	}
	mutex_destroy(&server.lock);
}
