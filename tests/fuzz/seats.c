/* SPDX-License-Identifier: MIT */
/* Seats, input devices and checksums. */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A message of a program with libseat, or nearly. */
static size_t some_message(struct dice *dice, char *at, size_t room)
{
	static const char *const paths[] = {"/dev/dri/card0",
					    "/dev/input/event0", "/dev/null",
					    "", "/../../etc/passwd"};
	const char *path = paths[roll(dice, 5)];
	uint16_t len = (uint16_t)(strlen(path) + !one_in(dice, 4)), size;
	uint16_t op = (uint16_t)(one_in(dice, 10) ? some_number(dice)
						  : 1 + roll(dice, 7));
	int32_t number = (int32_t)roll(dice, 5);
	char body[64] = {0};

	if (op == 3) {
		memcpy(body, &len, sizeof(len));
		memcpy(body + 2, path, strlen(path));
		size = (uint16_t)(2 + len);
	} else {
		memcpy(body, &number, sizeof(number));
		size = op == 4 || op == 6 ? 4 : 0;
	}
	if (one_in(dice, 10)) {
		size = (uint16_t)some_number(dice);
	}
	if (room < 4 + sizeof(body)) {
		return 0;
	}
	memcpy(at, &op, 2);
	memcpy(at + 2, &size, 2);
	memcpy(at + 4, body, sizeof(body));
	return 4 + (size < sizeof(body) ? size : sizeof(body));
}

static void seat(struct dice *dice)
{
	const char *path = getenv("SEATD_SOCK");
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char data[1024];
	size_t size = 0;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path ? path : "");
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		return;
	}
	for (unsigned int i = roll(dice, 8); i; i--) {
		size += some_message(dice, data + size, sizeof(data) - size);
	}
	/* At times in two parts. */
	if (one_in(dice, 3) && size > 8) {
		send(fd, data, 5, MSG_NOSIGNAL);
		send(fd, data + 5, size - 5, MSG_NOSIGNAL);
	} else {
		send(fd, data, size, MSG_NOSIGNAL);
	}
	if (one_in(dice, 2)) {
		char control[CMSG_SPACE(sizeof(int) * 4)];
		struct iovec iov = {data, sizeof(data)};
		struct msghdr msg = {.msg_iov = &iov,
				     .msg_iovlen = 1,
				     .msg_control = control,
				     .msg_controllen = sizeof(control)};
		struct cmsghdr *cmsg;
		int given;

		usleep(roll(dice, 2000));
		if (recvmsg(fd, &msg, MSG_CMSG_CLOEXEC) > 0) {
			cmsg = CMSG_FIRSTHDR(&msg);
			if (cmsg && cmsg->cmsg_type == SCM_RIGHTS) {
				memcpy(&given, CMSG_DATA(cmsg), sizeof(given));
				pool_put(dice, POOL_CARD, given);
			}
		}
	}
	close(fd);
}

static void input(struct dice *dice)
{
	char path[32], bytes[4096];
	unsigned long words[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/input/event%u", roll(dice, 3));
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		return;
	}
	for (unsigned int i = roll(dice, 6); i; i--) {
		for (int w = 0; w < 32; w++) {
			words[w] = some_address(dice, bytes);
		}
		request(fd,
			_IOC(roll(dice, 4), 'E', roll(dice, 256),
			     roll(dice, 1024)),
			one_in(dice, 2) ? (void *)words
					: (void *)(uintptr_t)roll(dice, 3));
	}
	if (read(fd, bytes, roll(dice, sizeof(bytes))) < 0 && errno == EBADF) {
		perror(path);
	}
	close(fd);
}

static void checksums(struct dice *dice)
{
	static const char *const words[] = {"auto", "auto\n", "none", "x", ""};
	const char *word = words[roll(dice, 5)];
	char path[64], text[512];
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/0/crtc-%u/crc/%s",
		 roll(dice, 3), one_in(dice, 2) ? "control" : "data");
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	}
	if (fd < 0) {
		return;
	}
	if (write(fd, word, strlen(word)) < 0 || one_in(dice, 2)) {
		for (unsigned int i = roll(dice, 4); i; i--) {
			usleep(roll(dice, 5000));
			if (read(fd, text, roll(dice, sizeof(text))) < 0) {
				break;
			}
		}
	}
	close(fd);
}

void fuzz_seats(struct dice *dice)
{
	switch (roll(dice, 4)) {
	case 0:
	case 1:
		seat(dice);
		break;
	case 2:
		input(dice);
		break;
	default:
		checksums(dice);
	}
}
