/* SPDX-License-Identifier: MIT */
/* What the system charges for what goes on between two processes. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tests/passing.h"
#include "calls.h"
#include "device.h"

#define FRAME_SIZE ((size_t)FRAME_WIDTH * FRAME_HEIGHT * 4)

/**
 * struct pair - this process and another, which answers
 * @sock: owned; non-blocking where both wait awake, else each sleeps while the
 *	other is at work
 * @peer: the other
 */
struct pair {
	int sock;
	pid_t peer;
};

static bool wait_for_byte(int sock, char *byte)
{
	ssize_t ret;

	do {
		ret = recv(sock, byte, 1, 0);
	} while (ret < 0 && errno == EAGAIN);
	return ret == 1;
}

static int wait_for_fd(int sock)
{
	int fd;

	do {
		errno = 0;
		fd = receive_fd(sock);
	} while (fd < 0 && errno == EAGAIN);
	return fd;
}

/* Answer a byte with a byte; 'f' with an fd as well. */
static void answer(int sock)
{
	int fd = (int)syscall(SYS_memfd_create, "bench", MFD_CLOEXEC);
	char byte;

	while (wait_for_byte(sock, &byte)) {
		if (byte == 'f') {
			send_fd(sock, fd);
		} else {
			send(sock, &byte, 1, MSG_NOSIGNAL);
		}
	}
}

static struct pair *open_with(int flags)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	int ends[2];

	if (!pair || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags,
				0, ends)) {
		abort();
	}
	pair->peer = fork();
	if (!pair->peer) {
		close(ends[0]);
		answer(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	pair->sock = ends[0];
	return pair;
}

static void *pair_open(unsigned long n)
{
	(void)n;
	return open_with(0);
}

static void *pair_open_awake(unsigned long n)
{
	(void)n;
	return open_with(SOCK_NONBLOCK);
}

static void pair_close(void *data)
{
	struct pair *pair = data;

	close(pair->sock);
	waitpid(pair->peer, NULL, 0);
	free(pair);
}

static void ping_pong(void *data, unsigned long times)
{
	struct pair *pair = data;

	while (times--) {
		char byte = 0;

		if (send(pair->sock, &byte, 1, MSG_NOSIGNAL) != 1 ||
		    !wait_for_byte(pair->sock, &byte)) {
			call_fail("ping-pong", errno);
			return;
		}
	}
}

static void fd_ping_pong(void *data, unsigned long times)
{
	struct pair *pair = data;

	while (times--) {
		int fd = -1;

		if (send(pair->sock, "f", 1, MSG_NOSIGNAL) == 1) {
			fd = wait_for_fd(pair->sock);
		}
		if (fd < 0) {
			call_fail("SCM_RIGHTS", errno);
			return;
		}
		syscall(SYS_close, fd);
	}
}

static const struct point pair_points[] = {
	{.group = "limit", .name = "ping-pong", .run = ping_pong},
	{.group = "limit", .name = "scm_rights ping-pong", .run = fd_ping_pong},
	{0},
};

const struct stage limit_pair = {
	.scale = "",
	.open = pair_open,
	.close = pair_close,
	.points = pair_points,
};

static const struct point pair_points_awake[] = {
	{.group = "limit", .name = "ping-pong, awake", .run = ping_pong},
	{
		.group = "limit",
		.name = "scm_rights ping-pong, awake",
		.run = fd_ping_pong,
	},
	{0},
};

const struct stage limit_pair_awake = {
	.scale = "",
	.open = pair_open_awake,
	.close = pair_close,
	.points = pair_points_awake,
};

static const struct point pair_points_one_cpu[] = {
	{.group = "limit", .name = "ping-pong, one CPU", .run = ping_pong},
	{
		.group = "limit",
		.name = "scm_rights ping-pong, one CPU",
		.run = fd_ping_pong,
	},
	{0},
};

const struct stage limit_pair_one_cpu = {
	.scale = "",
	.open = pair_open,
	.close = pair_close,
	.points = pair_points_one_cpu,
};

/* Two 4K frames, one behind the other. */
static void *frames_open(unsigned long n)
{
	char *frames = malloc(2 * FRAME_SIZE);

	(void)n;
	if (!frames) {
		abort();
	}
	memset(frames, 1, 2 * FRAME_SIZE);
	return frames;
}

static void copy_frame(void *data, unsigned long times)
{
	while (times--) {
		memcpy(data, (char *)data + FRAME_SIZE, FRAME_SIZE);
	}
}

static const struct point copies[] = {
	{.group = "limit", .name = "memcpy of a 4K frame", .run = copy_frame},
	{0},
};

const struct stage limit_copy = {
	.scale = "",
	.open = frames_open,
	.close = free,
	.points = copies,
};
