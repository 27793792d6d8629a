/* SPDX-License-Identifier: MIT */
/* Fds that are duplicated, inherited, sent, and lost with their process. */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int run_helper(const char *what, int fd)
{
	report_subject(text("lifetime/%s", what));
	if (!strcmp(what, "exec-device")) {
		result("executed, handles", "%s", handles(fd));
		result("master", "%s", yes(is_master(fd)));
		result("new handle", "%u", dumb_pages(fd, 1));
		return 0;
	}
	if (!strcmp(what, "exec-dmabuf")) {
		unsigned char *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					  MAP_SHARED, fd, 0);

		result("executed, import", "%s",
		       import_result(open_render(), fd));
		result("contents", "%u", map == MAP_FAILED ? 0 : map[0]);
		if (map != MAP_FAILED) {
			map[0] = 12;
		}
		return 0;
	}
	result("executed, the fd", "%s", err(fcntl(fd, F_GETFD)));
	return 0;
}

static void dups(void)
{
	int file = open_card(), copy = dup(file), high = dup2(file, 100);
	uint32_t handle = dumb_pages(copy, 1);
	int dmabuf = must_export(high, handle, DRM_RDWR);
	int dmabuf_copy = dup(dmabuf);

	result("handles by the dup", "%s", handles(high));
	close(file);
	result("the first closed", "%s", handles(copy));
	close(copy);
	result("the second closed", "%s", handles(high));
	close(dmabuf);
	result("import by a dup of the dma-buf", "%s",
	       import_result(high, dmabuf_copy));
	result("master still", "%s", yes(is_master(high)));
	dup2(dmabuf_copy, high);
	file = open_card();
	result("the last replaced by dup2, a new file is master", "%s",
	       yes(is_master(file)));
	result("import", "%s", import_result(file, dmabuf_copy));
	close(dmabuf_copy);
	result("import by the replaced number", "%s",
	       import_result(file, high));
	close_range(high, high, 0);
	gem_close(file, 1);
	result("the number after close_range", "%s", import_result(file, high));
	result("the next object", "%u", dumb_pages(file, 1));
}

static void inherit(void *data)
{
	int *fds = data;

	result("a child's handles", "%s", handles(fds[0]));
	result("a child's new handle", "%u", dumb_pages(fds[0], 1));
	result("a child imports", "%s", import_result(fds[0], fds[1]));
	result("a child closes handle 1", "%s", err(gem_close(fds[0], 1)));
	close(fds[0]);
	result("a child's own file imports", "%s",
	       import_result(open_card(), fds[1]));
}

static void forks(void)
{
	int fds[2];

	fds[0] = open_card();
	fds[1] = must_export(fds[0], dumb_pages(fds[0], 1), DRM_RDWR);
	in_child(inherit, fds);
	result("handles after the child", "%s", handles(fds[0]));
	result("import after the child", "%s", import_result(fds[0], fds[1]));
	result("master after the child", "%s", yes(is_master(fds[0])));
}

static void exec_device(void)
{
	int file = open(CARD, O_RDWR), closed = open(CARD, O_RDWR | O_CLOEXEC);

	dumb_pages(file, 1);
	exec_helper("exec-device", file);
	result("handles after", "%s", handles(file));
	exec_helper("exec-closed", closed);
}

static void exec_dmabuf(void)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, 1);
	int dmabuf = must_export(file, handle, DRM_RDWR);
	int closed = must_export(file, handle, DRM_RDWR | DRM_CLOEXEC);
	unsigned char *map =
		device_map(file, handle, PAGE, PROT_READ | PROT_WRITE);

	map[0] = 11;
	exec_helper("exec-dmabuf", dmabuf);
	result("contents after", "%u", map[0]);
	exec_helper("exec-closed", closed);
}

static pid_t start(void (*run)(int), int pair[2])
{
	pid_t child;

	fd_channel(pair);
	fflush(stdout);
	child = fork();
	if (!child) {
		close(pair[0]);
		run(pair[1]);
		exit(0);
	}
	close(pair[1]);
	return child;
}

/* Sends a device file and a dma-buf, and keeps both until told otherwise. */
static void sender(int channel)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, 2);
	int dmabuf = must_export(file, handle, DRM_RDWR);
	unsigned char *map =
		device_map(file, handle, 2 * PAGE, PROT_READ | PROT_WRITE);

	map[PAGE] = 21;
	fd_send(channel, file);
	fd_send(channel, dmabuf);
	fd_receive(channel);
}

static void look(const char *when, int file, int dmabuf, int own)
{
	void *map = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);

	result(text("%s, handles of the file", when), "%s", handles(file));
	result(text("%s, it is master", when), "%s", yes(is_master(file)));
	result(text("%s, own file is master", when), "%s", yes(is_master(own)));
	result(text("%s, import", when), "%s", import_result(own, dmabuf));
	result(text("%s, contents", when), "%u",
	       map == MAP_FAILED ? 0 : ((unsigned char *)map)[PAGE]);
	munmap(map, 2 * PAGE);
}

static void after_end(const char *how, bool killed)
{
	int pair[2], own, file, dmabuf;
	pid_t child = start(sender, pair);

	file = fd_receive(pair[0]);
	dmabuf = fd_receive(pair[0]);
	own = open_card();
	look("while it lives", file, dmabuf, own);
	if (killed) {
		kill(child, SIGKILL);
	} else {
		fd_send(pair[0], 0);
	}
	waitpid(child, NULL, 0);
	look(how, file, dmabuf, own);
	close(file);
	result("the file closed, SET_MASTER", "%s", err(set_master(own)));
	result("import", "%s", import_result(own, dmabuf));
	gem_close(own, 1);
	close(dmabuf);
	result("all gone, the next offset", "%s",
	       yes(device_map(own, dumb_pages(own, 1), PAGE, PROT_READ) !=
		   MAP_FAILED));
}

static void sender_exits(void)
{
	after_end("after its exit", false);
}

static void sender_killed(void)
{
	after_end("after SIGKILL", true);
}

/* Whatever a process had is gone the moment it is reaped. */
static void holder(int channel)
{
	int file = open_card(), second = open_card();
	uint32_t handle = dumb_pages(file, 3), name;

	gem_flink(file, handle, &name);
	device_map(file, handle, 3 * PAGE, PROT_READ | PROT_WRITE);
	import_result(second, must_export(file, handle, DRM_RDWR));
	fd_send(channel, 0);
	fd_receive(channel);
	_exit(0);
}

static void nothing_left(const char *how, bool killed)
{
	uint64_t offset;

	for (int i = 0; i < 5; i++) {
		int pair[2], file, null;
		uint32_t handle;
		pid_t child = start(holder, pair);

		null = fd_receive(pair[0]);
		file = open_card();
		result(text("%s, while it lives", how), "%s, %s",
		       yes(is_master(file)), open_result(file, 1));
		close(file);
		if (killed) {
			kill(child, SIGKILL);
		} else {
			close(pair[0]);
		}
		waitpid(child, NULL, 0);
		file = open_card();
		handle = dumb_pages(file, 1);
		dumb_offset(file, handle, &offset);
		result(how, "master %s, name 1 %s, offset %#llx",
		       yes(is_master(file)), open_result(file, 1),
		       (unsigned long long)offset);
		close(file);
		close(null);
	}
}

static void exit_releases(void)
{
	nothing_left("after exit", false);
}

static void kill_releases(void)
{
	nothing_left("after SIGKILL", true);
}

/* An fd under way in a socket is an open file like any other. */
static void in_flight(void)
{
	int file = open_card(), second, pair[2], received;

	dumb_pages(file, 1);
	fd_channel(pair);
	fd_send(pair[0], file);
	close(file);
	second = open_card();
	result("in flight, another is master", "%s", yes(is_master(second)));
	received = fd_receive(pair[1]);
	result("received, handles", "%s", handles(received));
	result("received, master", "%s", yes(is_master(received)));
	fd_send(pair[0], received);
	close(received);
	close(pair[0]);
	close(pair[1]);
	result("lost in flight, SET_MASTER by the other", "%s",
	       err(set_master(second)));
	close(second);
	second = open_card();
	result("opened then, master", "%s", yes(is_master(second)));
}

static void closing_at_once(void)
{
	int masters = 0, firsts = 0;

	for (int i = 0; i < 200; i++) {
		int file = open_card();
		uint32_t handle = dumb_pages(file, 1), name;
		uint64_t offset;

		dumb_offset(file, handle, &offset);
		gem_flink(file, handle, &name);
		masters += is_master(file);
		firsts += offset == 0x100000000ULL && name == 1;
		close(file);
	}
	result("200 times opened and closed",
	       "%d times master, %d times the "
	       "first",
	       masters, firsts);
}

/* The last of a dma-buf's fds and mappings frees its offset. */
static void last_of_the_dmabuf(void)
{
	int file = open_card(), right = 0;

	for (int i = 0; i < 100; i++) {
		uint32_t handle = dumb_pages(file, 1);
		int dmabuf = must_export(file, handle, DRM_RDWR);
		uint64_t offset;
		void *map = i & 1 ? mmap(NULL, PAGE, PROT_READ, MAP_SHARED,
					 dmabuf, 0)
				  : NULL;

		gem_close(file, handle);
		close(dmabuf);
		if (map) {
			munmap(map, PAGE);
		}
		handle = dumb_pages(file, 1);
		dumb_offset(file, handle, &offset);
		right += offset == 0x100000000ULL;
		gem_close(file, handle);
	}
	result("offset free at once", "%d times of 100", right);
}

static const struct check checks[] = {
	{.name = "dup", .run = dups},
	{.name = "fork", .run = forks},
	{.name = "exec-device", .run = exec_device},
	{.name = "exec-dmabuf", .run = exec_dmabuf},
	{.name = "sender-exits", .run = sender_exits, .privileged = true},
	{.name = "sender-killed", .run = sender_killed, .privileged = true},
	{.name = "exit", .run = exit_releases},
	{.name = "kill", .run = kill_releases},
	{.name = "in-flight", .run = in_flight, .privileged = true},
	{.name = "closing-at-once", .run = closing_at_once},
	{.name = "last-of-the-dma-buf", .run = last_of_the_dmabuf},
	{0},
};

const struct subject lifetime_subject = {
	.name = "lifetime",
	.checks = checks,
};
