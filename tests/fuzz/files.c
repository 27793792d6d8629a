/* SPDX-License-Identifier: MIT */
/* Nodes, files in /sys and debugfs, fds that go from process to process, and
 * children. */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int exchange[2];

static void open_card(struct dice *dice)
{
	static const char *const nodes[] = {"/dev/dri/card0", "/dev/dri/card0",
					    "/dev/dri/card0", "/dev/dri/card1",
					    "/dev/dri/renderD128"};
	int fd = open(nodes[roll(dice, 5)],
		      O_RDWR | O_CLOEXEC | (one_in(dice, 3) ? 0 : O_NONBLOCK));
	struct drm_set_client_cap universal = {2, 1}, atomic = {3, 1},
				  writeback = {5, 1};

	if (fd < 0) {
		return;
	}
	if (!one_in(dice, 3)) {
		request(fd, DRM_IOCTL_SET_CLIENT_CAP, &universal);
		request(fd, DRM_IOCTL_SET_CLIENT_CAP, &atomic);
		request(fd, DRM_IOCTL_SET_CLIENT_CAP, &writeback);
	}
	pool_put(dice, POOL_CARD, fd);
}

static void master(struct dice *dice)
{
	int card = pool_pick(dice, POOL_CARD);
	struct drm_auth auth = {
		.magic = (unsigned int)pool_pick(dice, POOL_MAGIC)};

	switch (roll(dice, 8)) {
	case 0:
		request(card, DRM_IOCTL_DROP_MASTER, NULL);
		break;
	case 1:
		if (!request(card, DRM_IOCTL_GET_MAGIC, &auth)) {
			pool_put(dice, POOL_MAGIC, (int)auth.magic);
		}
		break;
	case 2:
		request(card, DRM_IOCTL_AUTH_MAGIC, &auth);
		break;
	default:
		become_master(card);
	}
}

static void give(struct dice *dice)
{
	enum pool pool = roll(dice, POOL_FDS + 1);
	int fd = pool_pick(dice, pool);
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&pool, sizeof(pool)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sendmsg(exchange[0], &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void take(struct dice *dice)
{
	enum pool pool;
	int fd;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = {&pool, sizeof(pool)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *cmsg;

	if (recvmsg(exchange[1], &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) !=
	    sizeof(pool)) {
		return;
	}
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS) {
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
		pool_put(dice, pool, fd);
	}
}

/* It has all its parent has, does a little, and dies of itself or not. */
static void child(struct dice *dice)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(5);
		for (unsigned int i = roll(dice, 20); i; i--) {
			fuzz_show(dice);
			fuzz_atomic(dice);
		}
		_exit(0);
	}
	if (pid > 0 && one_in(dice, 2)) {
		usleep(roll(dice, 3000));
		kill(pid, SIGKILL);
	}
	if (pid > 0) {
		waitpid(pid, NULL, 0);
	}
}

static void read_text(struct dice *dice)
{
	static const char *const paths[] = {
		"/sys/class/drm/card0-Virtual-%u/status",
		"/sys/class/drm/card0-Virtual-%u/edid",
		"/sys/class/drm/card0-Virtual-%u/modes",
		"/sys/class/drm/card0-Virtual-%u/enabled",
		"/sys/class/drm/card0-Virtual-%u/dpms",
		"/sys/kernel/debug/dri/%u/state",
		"/sys/kernel/debug/dri/%u/framebuffer",
		"/sys/kernel/debug/dri/%u/clients",
		"/sys/kernel/debug/dri/%u/gem_names",
		"/sys/kernel/debug/dma_buf/bufinfo",
		"/sys/kernel/debug/sync/info"};
	static const char *const words[] = {"on\n", "off", "detect",
					    "on-digital", "what"};
	char path[128], text[8192];
	unsigned int nr = roll(dice, 3);
	int fd;

	snprintf(path, sizeof(path), paths[roll(dice, 11)], nr);
	fd = open(path,
		  one_in(dice, 2) ? O_RDWR | O_CLOEXEC : O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return;
	}
	if (one_in(dice, 2)) {
		const char *word = words[roll(dice, 5)];

		if (write(fd, word, strlen(word)) < 0) {
			/* as it should be for most */
		}
	} else if (read(fd, text, sizeof(text)) < 0) {
		perror(path);
	}
	close(fd);
}

static void copy(struct dice *dice)
{
	enum pool pool = roll(dice, POOL_FDS + 1);
	int fd = pool_pick(dice, pool);

	if (fd >= 0) {
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	if (fd >= 0) {
		pool_put(dice, pool, fd);
	}
}

void fuzz_files(struct dice *dice)
{
	int fd;

	switch (roll(dice, 20)) {
	case 0:
	case 1:
	case 2:
		open_card(dice);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		master(dice);
		break;
	case 7:
	case 8:
		give(dice);
		break;
	case 9:
	case 10:
		take(dice);
		break;
	case 11:
		if (one_in(dice, 8)) {
			child(dice);
		}
		break;
	case 12:
		read_text(dice);
		break;
	case 13:
	case 14:
		copy(dice);
		break;
	default:
		fd = pool_take(dice, roll(dice, POOL_FDS + 1));
		if (fd >= 0) {
			close(fd);
		}
	}
}
