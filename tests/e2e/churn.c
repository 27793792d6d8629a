/* SPDX-License-Identifier: MIT */
/*
 * churn N: make, export, import, map and close N buffers, one after the other.
 * churn --live N: the same with N buffers alive at once (as far as fds go).
 * churn --pass: prints the pids of two processes which then pass each other
 * buffers until one dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "../passing.h"

#define SIZE 4096

static void die(const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_node(const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		die(node);
	}
	return fd;
}

static uint32_t create(int fd)
{
	struct drm_mode_create_dumb args = {
		.width = 64, .height = 16, .bpp = 32};

	if (drmIoctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &args)) {
		die("CREATE_DUMB");
	}
	return args.handle;
}

static void touch(int fd, uint32_t handle)
{
	struct drm_mode_map_dumb args = {.handle = handle};
	char *p;

	if (drmIoctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &args)) {
		die("MAP_DUMB");
	}
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 (off_t)args.offset);
	if (p == MAP_FAILED) {
		die("mmap");
	}
	p[0] = 1;
	munmap(p, SIZE);
}

static void one(int card, int render)
{
	uint32_t handle = create(card), imported;
	int prime;

	touch(card, handle);
	if (drmPrimeHandleToFD(card, handle, DRM_CLOEXEC | DRM_RDWR, &prime) ||
	    drmPrimeFDToHandle(render, prime, &imported)) {
		die("PRIME");
	}
	close(prime);
	drmCloseBufferHandle(card, handle);
	drmCloseBufferHandle(render, imported);
}

static void live(int card, int render, int n)
{
	uint32_t *handles = calloc((size_t)n, sizeof(*handles));
	uint32_t *imported = calloc((size_t)n, sizeof(*imported));

	for (int i = 0; i < n; i++) {
		int prime;

		handles[i] = create(card);
		if (drmPrimeHandleToFD(card, handles[i], DRM_CLOEXEC, &prime) ||
		    drmPrimeFDToHandle(render, prime, &imported[i])) {
			die("PRIME");
		}
		close(prime);
	}
	for (int i = 0; i < n; i++) {
		drmCloseBufferHandle(card, handles[i]);
		drmCloseBufferHandle(render, imported[i]);
	}
	free(handles);
	free(imported);
}

/* Makes a buffer, writes to it, sends it, gets one, reads it, and keeps the
 * last eight of each. */
static void pass(int socket, const char *node)
{
	int fd = open_node(node), card = open_node("/dev/dri/card0");
	uint32_t mine[8] = {0}, theirs[8] = {0};

	for (unsigned int i = 0;; i++) {
		unsigned int at = i % 8;
		int prime;
		char *p;

		if (mine[at]) {
			drmCloseBufferHandle(card, mine[at]);
		}
		if (theirs[at]) {
			drmCloseBufferHandle(fd, theirs[at]);
		}
		mine[at] = create(card);
		touch(card, mine[at]);
		if (drmPrimeHandleToFD(card, mine[at], DRM_CLOEXEC | DRM_RDWR,
				       &prime)) {
			die("HANDLE_TO_FD");
		}
		if (send_fd(socket, prime)) {
			exit(0);
		}
		close(prime);
		prime = receive_fd(socket);
		if (prime < 0) {
			exit(0);
		}
		if (drmPrimeFDToHandle(fd, prime, &theirs[at])) {
			die("FD_TO_HANDLE");
		}
		p = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, prime, 0);
		if (p == MAP_FAILED || p[0] != 1) {
			die("mmap of the dma-buf");
		}
		if (i % 3) {
			munmap(p, SIZE);
		}
		close(prime);
	}
}

int main(int argc, char **argv)
{
	int card, render, pair[2];

	if (argc == 2 && !strcmp(argv[1], "--pass")) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			       pair)) {
			die("socketpair");
		}
		pid_t pid = fork();

		if (pid) {
			printf("%d %d\n", (int)getpid(), (int)pid);
			fflush(stdout);
		}
		close(pair[!pid]);
		pass(pair[!!pid], pid ? "/dev/dri/renderD128"
				      : "/dev/dri/card0");
	}
	card = open_node("/dev/dri/card0");
	render = open_node("/dev/dri/renderD128");
	if (argc == 3 && !strcmp(argv[1], "--live")) {
		live(card, render, atoi(argv[2]));
		return 0;
	}
	if (argc != 2) {
		fprintf(stderr, "usage: churn [--live] N | --pass\n");
		return 125;
	}
	for (int i = 0; i < atoi(argv[1]); i++) {
		one(card, render);
	}
	return 0;
}
