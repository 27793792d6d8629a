/* SPDX-License-Identifier: MIT */
#include "worker.h"
#include "conform.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

union rights {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

bool channel_send(int channel, const void *data, size_t size, int fd)
{
	union rights rights = {0};
	struct iovec iov = {.iov_base = (void *)data, .iov_len = size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *header;

		message.msg_control = &rights;
		message.msg_controllen = sizeof(rights);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(channel, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

bool channel_receive(int channel, void *data, size_t size, int *fd)
{
	union rights rights = {0};
	struct iovec iov = {.iov_base = data, .iov_len = size};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};
	struct cmsghdr *header;

	*fd = -1;
	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != (ssize_t)size) {
		return false;
	}
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS) {
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	}
	return true;
}

void answer_text(struct answer *answer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(answer->text, sizeof(answer->text), format, args);
	va_end(args);
}

void answer_error(struct answer *answer, long ret)
{
	answer_text(answer, "%s", err(ret));
}

static _Noreturn void serve(struct worker *worker)
{
	struct op op;
	int fd;

	while (channel_receive(worker->channel, &op, sizeof(op), &fd)) {
		struct answer answer = {.pid = getpid()};

		verbs[op.verb].run(worker, &op, &answer, &fd);
		answer.has_fd = fd >= 0;
		channel_send(worker->channel, &answer, sizeof(answer), fd);
	}
	_exit(0);
}

/* The copy belongs to the controlling process, not to us: so twice. */
void worker_fork(struct worker *worker, const struct op *op,
		 struct answer *answer, int *fd)
{
	int channel = *fd;
	pid_t child = fork();

	(void)op;
	*fd = -1;
	if (!child) {
		struct answer hello = {.text = "hello"};

		if (fork()) {
			_exit(0);
		}
		close(worker->channel);
		worker->channel = channel;
		hello.pid = getpid();
		channel_send(channel, &hello, sizeof(hello), -1);
		serve(worker);
	}
	close(channel);
	waitpid(child, NULL, 0);
	answer_error(answer, child);
}

_Noreturn void worker_run(int channel)
{
	struct worker worker = {.channel = channel};

	for (int i = 0; i < NR_SLOTS; i++) {
		worker.files[i] = worker.dmabufs[i] = -1;
		worker.sync_files[i] = worker.devices[i] = -1;
	}
	serve(&worker);
}
