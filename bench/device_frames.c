/* SPDX-License-Identifier: MIT */
/*
 * Frames go from one process to another, none is copied: the producer exports
 * a buffer of its ring, sends the fd and closes it; the consumer imports it,
 * closes it and says so. From the second round on it knows the buffers.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tests/passing.h"
#include "calls.h"
#include "device.h"

#define RING	   4
#define FRAME_SIZE ((size_t)FRAME_WIDTH * FRAME_HEIGHT * 4)
#define PAGE	   4096

struct producer {
	int card;
	int sock;
	pid_t consumer;
	uint32_t ring[RING];
	unsigned long next;
};

/* One byte of each page. */
static void read_frame(int fd)
{
	volatile char *p = shared_map(fd, 0, FRAME_SIZE);

	if (!p) {
		return;
	}
	for (size_t at = 0; at < FRAME_SIZE; at += PAGE) {
		(void)p[at];
	}
	munmap((void *)p, FRAME_SIZE);
}

static void consume(int sock, bool read)
{
	int card = card_open(0), fd;

	while ((fd = receive_fd(sock)) >= 0) {
		char failed;

		card_import(card, fd);
		if (read) {
			read_frame(fd);
		}
		close(fd);
		failed = call_error() != NULL;
		send(sock, &failed, 1, MSG_NOSIGNAL);
	}
	close(card);
}

static struct producer *producer_open(bool read)
{
	struct producer *producer = calloc(1, sizeof(*producer));
	int ends[2];

	if (!producer || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				    ends)) {
		abort();
	}
	producer->consumer = fork();
	if (!producer->consumer) {
		close(ends[0]);
		consume(ends[1], read);
		_exit(0);
	}
	close(ends[1]);
	producer->sock = ends[0];
	producer->card = card_open(0);
	for (int i = 0; i < RING; i++) {
		producer->ring[i] = card_create(producer->card, FRAME_WIDTH,
						FRAME_HEIGHT);
	}
	return producer;
}

static void *frames_open(unsigned long n)
{
	(void)n;
	return producer_open(false);
}

static void *frames_read_open(unsigned long n)
{
	(void)n;
	return producer_open(true);
}

static void frames_close(void *data)
{
	struct producer *producer = data;

	close(producer->sock);
	close(producer->card);
	waitpid(producer->consumer, NULL, 0);
	free(producer);
}

static void hand_over(void *data, unsigned long times)
{
	struct producer *producer = data;

	while (times--) {
		uint32_t handle = producer->ring[producer->next++ % RING];
		int fd = card_export(producer->card, handle);
		char failed = 1;

		if (fd < 0) {
			return;
		}
		send_fd(producer->sock, fd);
		close(fd);
		if (recv(producer->sock, &failed, 1, 0) != 1 || failed) {
			call_fail("the consumer", EIO);
			return;
		}
	}
}

static const struct point points[] = {
	{.group = "device", .name = "4K frame hand-over", .run = hand_over},
	{0},
};

static const struct point points_read[] = {
	{
		.group = "device",
		.name = "4K frame hand-over, all pages read",
		.run = hand_over,
	},
	{0},
};

const struct stage device_frames = {
	.scale = "",
	.open = frames_open,
	.close = frames_close,
	.points = points,
};

const struct stage device_frames_read = {
	.scale = "",
	.open = frames_read_open,
	.close = frames_close,
	.points = points_read,
};
