/* SPDX-License-Identifier: MIT */
#include "conform.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void in_child(void (*run)(void *), void *data)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0) {
		give_up("fork");
	}
	if (!child) {
		run(data);
		exit(0);
	}
	waitpid(child, NULL, 0);
}

void fd_channel(int pair[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		give_up("socketpair");
	}
}

void fd_send(int channel, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte = 0;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	if (sendmsg(channel, &message, MSG_NOSIGNAL) != 1) {
		give_up("sendmsg");
	}
}

int fd_receive(int channel)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	char byte;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	int fd;

	if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != 1) {
		return -1;
	}
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_type != SCM_RIGHTS) {
		give_up("no fd in the message");
	}
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

void exec_helper(const char *what, int fd)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		char number[16];

		snprintf(number, sizeof(number), "%d", fd);
		execl("/proc/self/exe", "conform", "helper", what, number,
		      NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
}

static bool sys_admin(bool drop)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	uint32_t bit = CAP_TO_MASK(CAP_SYS_ADMIN);

	if (syscall(SYS_capget, &header, data)) {
		return false;
	}
	if (drop) {
		data[0].effective &= ~bit;
		data[0].permitted &= ~bit;
		data[0].inheritable &= ~bit;
		syscall(SYS_capset, &header, data);
	}
	return data[0].effective & bit;
}

void drop_sys_admin(void)
{
	sys_admin(true);
}

bool have_sys_admin(void)
{
	return sys_admin(false);
}

bool lying(void)
{
	return getenv("CONFORM_LIE") != NULL;
}
