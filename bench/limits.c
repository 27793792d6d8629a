/* SPDX-License-Identifier: MIT */
/*
 * These system calls are made directly: nothing that was loaded into the
 * program shall make the limits look worse.
 */
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

/* Bytes of a small buffer. */
#define MEMORY 16384

static int copies[BATCH_MAX];

static void null_call(void *data, unsigned long times)
{
	(void)data;
	while (times--) {
		syscall(SYS_getppid);
	}
}

static void dup_many(void *data, unsigned long times)
{
	(void)data;
	for (unsigned long i = 0; i < times; i++) {
		copies[i] = (int)syscall(SYS_dup, STDERR_FILENO);
	}
}

static void dup_many_cloexec(void *data, unsigned long times)
{
	(void)data;
	for (unsigned long i = 0; i < times; i++) {
		copies[i] = (int)syscall(SYS_fcntl, STDERR_FILENO,
					 F_DUPFD_CLOEXEC, 0);
	}
}

static void close_many(void *data, unsigned long times)
{
	(void)data;
	for (unsigned long i = 0; i < times; i++) {
		syscall(SYS_close, copies[i]);
	}
}

static void dup_close(void *data, unsigned long times)
{
	(void)data;
	while (times--) {
		syscall(SYS_close, syscall(SYS_dup, STDERR_FILENO));
	}
}

static void stat_fd(void *data, unsigned long times)
{
	struct stat st;

	(void)data;
	while (times--) {
		syscall(SYS_fstat, STDERR_FILENO, &st);
	}
}

/* What it is, and that it is no mere path. */
static void identify(void *data, unsigned long times)
{
	struct stat st;

	(void)data;
	while (times--) {
		syscall(SYS_fcntl, STDERR_FILENO, F_GETFL);
		syscall(SYS_fstat, STDERR_FILENO, &st);
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

const struct stage limit_calls = {.scale = "", .points = points};
