/* SPDX-License-Identifier: MIT */
/* A dma-buf's fd as a file: what each system call says. */
#include "conform.h"
#include "fd_calls.h"

#include <unistd.h>

static int export_two_pages(uint32_t flags)
{
	int file = open_card();

	return must_export(file, dumb_pages(file, 2), flags);
}

#define RDWR	     DRM_RDWR
#define CLOEXEC_RDWR (DRM_CLOEXEC | DRM_RDWR)

static void identity(void)
{
	fd_calls_identity("RDWR", export_two_pages(RDWR));
	fd_calls_identity("CLOEXEC|RDWR", export_two_pages(CLOEXEC_RDWR));
	fd_calls_identity("read-only", export_two_pages(0));
}

static void transfer(void)
{
	fd_calls_transfer("RDWR", export_two_pages(RDWR));
	fd_calls_transfer("read-only", export_two_pages(0));
}

static void seek(void)
{
	fd_calls_seek("RDWR", export_two_pages(RDWR));
	fd_calls_seek("read-only", export_two_pages(0));
}

static void contents(void)
{
	int dmabuf = export_two_pages(RDWR);

	fd_calls_contents("RDWR", dmabuf);
	result("size after", "%ld", (long)lseek(dmabuf, 0, SEEK_END));
	fd_calls_contents("read-only", export_two_pages(0));
}

static void fcntls(void)
{
	fd_calls_fcntl("RDWR", export_two_pages(RDWR));
	fd_calls_fcntl("read-only", export_two_pages(0));
}

static void ioctls(void)
{
	fd_calls_ioctl("RDWR", export_two_pages(RDWR));
}

static void polls(void)
{
	fd_calls_poll("RDWR", export_two_pages(RDWR));
	fd_calls_poll("read-only", export_two_pages(0));
}

static void reopen(void)
{
	fd_calls_reopen("RDWR", export_two_pages(RDWR));
	fd_calls_reopen("read-only", export_two_pages(0));
}

static const struct check checks[] = {
	{.name = "identity", .run = identity},
	{.name = "transfer", .run = transfer},
	{.name = "seek", .run = seek},
	{.name = "contents", .run = contents},
	{.name = "fcntl", .run = fcntls},
	{.name = "ioctl", .run = ioctls},
	{.name = "poll", .run = polls},
	{.name = "reopen", .run = reopen},
	{0},
};

const struct subject dmabuf_fd_subject = {
	.name = "dmabuf-fd",
	.checks = checks,
};
