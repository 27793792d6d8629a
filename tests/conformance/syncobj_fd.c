/* SPDX-License-Identifier: MIT */
/* Fds of syncobjs, and their exchange with sync_files. */
#include "syncobj.h"
#include "fd_calls.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

static int make_fd(void)
{
	int file = open_syncobj();

	return syncobj_fd(file, syncobj_make(file, true), false);
}

static void identity(void)
{
	fd_calls_identity("syncobj", make_fd());
}

static void calls(void)
{
	int fd = make_fd();

	fd_calls_transfer("syncobj", fd);
	fd_calls_seek("syncobj", fd);
	fd_calls_contents("syncobj", fd);
	fd_calls_fcntl("syncobj", fd);
	fd_calls_reopen("syncobj", fd);
	result("mmap", "%s",
	       mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED
		       ? errname(errno)
		       : "mapped");
}

static void ioctls(void)
{
	int fd = make_fd();
	struct epoll_event event = {.events = EPOLLIN};

	fd_calls_ioctl("syncobj", fd);
	result("poll", "%s", poll_now(fd));
	result("poll for all", "%s", poll_for(fd, 0x7fff, 0));
	result("epoll add", "%s",
	       err(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, fd, &event)));
	result("sync_file's info", "%s", sync_file_text(fd));
	result("dma-buf's export", "%s", err(sync_file_export(fd, READ)));
	result("import as a dma-buf", "%s", import_result(open_render(), fd));
}

/* Handles and fds are names of one object. */
static void names(void)
{
	int file = open_syncobj(), second = open_syncobj();
	uint32_t handle = syncobj_make(file, false), again, other;
	int fd = syncobj_fd(file, handle, false);
	int copy = syncobj_fd(file, handle, false);

	result("two fds, one file", "%s", yes(same_file(fd, copy)));
	result("FD_CLOEXEC", "%d", fcntl(fd, F_GETFD));
	result("import into its file", "%s", err(syncobj_of(file, fd, &again)));
	result("the new handle", "%u of %u", again, handle);
	result("into another", "%s", err(syncobj_of(second, copy, &other)));
	result("the new handle", "%u", other);
	result("signal by that", "%s", err(syncobj_signal(second, other)));
	result("states", "%s; %s; %s", syncobj_state(file, handle, 0),
	       syncobj_state(file, again, 0), syncobj_state(second, other, 0));
	result("destroy the first", "%s", err(syncobj_drop(file, handle)));
	result("states", "%s; %s; %s", syncobj_state(file, handle, 0),
	       syncobj_state(file, again, 0), syncobj_state(second, other, 0));
	close(file);
	close(second);
	second = open_syncobj();
	result("all files closed, import", "%s",
	       err(syncobj_of(second, dup(fd), &other)));
	result("state", "%s", syncobj_state(second, other, 0));
	syncobj_reset(second, other);
	syncobj_of(second, copy, &again);
	result("reset, by the other fd", "%s", syncobj_state(second, again, 0));
}

static void others_fd(const char *what, int fd)
{
	int file = open_syncobj();
	uint32_t handle;

	result(text("FD_TO_HANDLE of %s", what), "%s",
	       err(syncobj_of(file, fd, &handle)));
	result(text("IMPORT_SYNC_FILE of %s", what), "%s",
	       err(syncobj_set(file, syncobj_make(file, false), fd)));
	close(file);
}

static void wrong_fds(void)
{
	struct buffer buffer = buffer_make();

	others_fd("a dma-buf", buffer.dmabuf);
	others_fd("the card", buffer.file);
	others_fd("a sync_file", must_export_fences(buffer.dmabuf));
	others_fd("a syncobj", make_fd());
	others_fd("an epoll", epoll_create1(0));
	others_fd("/dev/null", open("/dev/null", O_RDONLY));
	others_fd("an O_PATH", open("/dev/null", O_PATH));
	others_fd("no file", 900);
}

static void sync_files(void)
{
	int file = open_syncobj(), fd, merged;
	struct buffer buffer = buffer_make();
	uint32_t handle = syncobj_make(file, true), other, fence;

	fd = syncobj_fd(file, handle, true);
	result("created signaled", "%s", sync_file_text(fd));
	result("poll", "%s", poll_now(fd));
	result("FD_CLOEXEC", "%d", fcntl(fd, F_GETFD));
	syncobj_reset(file, handle);
	syncobj_signal(file, handle);
	fd = syncobj_fd(file, handle, true);
	result("SIGNAL", "%s", sync_file_text(fd));
	syncobj_reset(file, handle);
	syncobj_point(file, handle, 5);
	fd = syncobj_fd(file, handle, true);
	result("point 5", "%s", sync_file_text(fd));
	fence = syncobj_submit(file, handle, &buffer);
	fd = syncobj_fd(file, handle, true);
	result("of a pending fence", "%s", sync_file_text(fd));
	result("poll", "%s", poll_now(fd));
	syncobj_reset(file, handle);
	result("after reset", "%s", sync_file_text(fd));
	other = syncobj_make(file, false);
	result("into another", "%s", err(syncobj_set(file, other, fd)));
	result("its state", "%s", syncobj_state(file, other, 0));
	merged = sync_file_merge(
		fd, pending_file((struct buffer[]){buffer_make()}), "two");
	result("two fences into it", "%s",
	       err(syncobj_set(file, other, merged)));
	fd = syncobj_fd(file, other, true);
	result("out of it", "%s", sync_file_text(fd));
	fence_signal(buffer.file, fence);
	result("one signaled", "%s", sync_file_text(fd));
	result("its state", "%s", syncobj_state(file, other, 0));
	result("a new export", "%s",
	       sync_file_text(syncobj_fd(file, other, true)));
}

static const struct check checks[] = {
	{.name = "identity", .run = identity},
	{.name = "calls", .run = calls},
	{.name = "ioctls", .run = ioctls},
	{.name = "names", .run = names},
	{.name = "wrong-fds", .run = wrong_fds},
	{.name = "sync-files", .run = sync_files},
	{0},
};

const struct subject syncobj_fd_subject = {
	.name = "syncobj-fd",
	.checks = checks,
	.syncobj = true,
};
