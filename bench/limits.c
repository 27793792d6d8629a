/* SPDX-License-Identifier: MIT */
/*
 * These system calls are made directly: nothing that was loaded into the
 * program shall make the limits look worse.
 */
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

/* Bytes of a small buffer. */
#define MEMORY 16384

/**
 * struct memory - a file of the kind that a dma-buf is to the system
 * @fd: owned
 * @copies: of it, in the batch under way; owned
 */
struct memory {
	int fd;
	int copies[BATCH_MAX];
};

static void *memory_open(unsigned long n)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	(void)n;
	if (!memory) {
		abort();
	}
	memory->fd = (int)syscall(SYS_memfd_create, "bench", MFD_CLOEXEC);
	if (memory->fd < 0) {
		call_fail("memfd_create", errno);
	}
	return memory;
}

static void memory_close(void *data)
{
	struct memory *memory = data;

	syscall(SYS_close, memory->fd);
	free(memory);
}

static void null_call(void *data, unsigned long times)
{
	(void)data;
	while (times--) {
		syscall(SYS_getppid);
	}
}

static void dup_many(void *data, unsigned long times)
{
	struct memory *memory = data;

	for (unsigned long i = 0; i < times; i++) {
		memory->copies[i] = (int)syscall(SYS_dup, memory->fd);
	}
}

static void dup_many_cloexec(void *data, unsigned long times)
{
	struct memory *memory = data;

	for (unsigned long i = 0; i < times; i++) {
		memory->copies[i] = (int)syscall(SYS_fcntl, memory->fd,
						 F_DUPFD_CLOEXEC, 0);
	}
}

static void close_many(void *data, unsigned long times)
{
	struct memory *memory = data;

	for (unsigned long i = 0; i < times; i++) {
		syscall(SYS_close, memory->copies[i]);
	}
}

static void dup_close(void *data, unsigned long times)
{
	int fd = ((struct memory *)data)->fd;

	while (times--) {
		syscall(SYS_close, syscall(SYS_dup, fd));
	}
}

static void stat_fd(void *data, unsigned long times)
{
	int fd = ((struct memory *)data)->fd;
	struct stat st;

	while (times--) {
		syscall(SYS_fstat, fd, &st);
	}
}

/* What it is, and that it is no mere path. */
static void identify(void *data, unsigned long times)
{
	int fd = ((struct memory *)data)->fd;
	struct stat st;

	while (times--) {
		syscall(SYS_fcntl, fd, F_GETFL);
		syscall(SYS_fstat, fd, &st);
	}
}

static void memfd_create_close(void *data, unsigned long times)
{
	(void)data;
	while (times--) {
		long fd = syscall(SYS_memfd_create, "bench", MFD_CLOEXEC);

		if (fd < 0 || syscall(SYS_ftruncate, fd, MEMORY)) {
			call_fail("memfd_create", errno);
			return;
		}
		syscall(SYS_close, fd);
	}
}

static const struct point points[] = {
	{.group = "limit", .name = "null syscall", .run = null_call},
	{
		.group = "limit",
		.name = "dup",
		.run = dup_many,
		.clean = close_many,
	},
	{
		.group = "limit",
		.name = "dup, close-on-exec",
		.run = dup_many_cloexec,
		.clean = close_many,
	},
	{.group = "limit", .name = "dup+close", .run = dup_close},
	{.group = "limit", .name = "fstat", .run = stat_fd},
	{.group = "limit", .name = "identify", .run = identify},
	{.group = "limit", .name = "memfd create", .run = memfd_create_close},
	{0},
};

const struct stage limit_calls = {
	.scale = "",
	.open = memory_open,
	.close = memory_close,
	.points = points,
};
