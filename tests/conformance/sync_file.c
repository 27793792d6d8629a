/* SPDX-License-Identifier: MIT */
/* Sync_files: from and to dma-bufs, merged, asked, and as files. */
#include "fence.h"
#include "arguments.h"
#include "fd_calls.h"

#include <errno.h>
#include <linux/sync_file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_A_FD 999

static int prepare_export(void *argument)
{
	struct sync_file_of *arg = argument;
	struct buffer buffer = buffer_make();

	must_attach(&buffer, FENCE_WRITE);
	arg->flags = READ;
	arg->fd = -7;
	return buffer.dmabuf;
}

static int prepare_import(void *argument)
{
	struct sync_file_of *arg = argument;
	struct buffer buffer = buffer_make();

	arg->flags = READ;
	arg->fd = pending_file(&(struct buffer[]){buffer_make()}[0]);
	return buffer.dmabuf;
}

static const struct fault of_faults[] = {
	FAULT(sync_file_of, flags, 0),
	FAULT(sync_file_of, flags, 2),
	FAULT(sync_file_of, flags, 3),
	FAULT(sync_file_of, flags, 4),
	FAULT(sync_file_of, flags, 5),
	FAULT(sync_file_of, flags, 0x80000001),
	FAULT(sync_file_of, fd, -1),
	FAULT(sync_file_of, fd, 0),
	FAULT(sync_file_of, fd, NOT_A_FD),
	{0},
};

static int prepare_merge(void *argument)
{
	struct sync_merge_data *arg = argument;
	struct buffer a = buffer_make(), b = buffer_make();

	strcpy(arg->name, "merged");
	arg->fd2 = pending_file(&b);
	arg->fence = -7;
	return pending_file(&a);
}

static const struct fault merge_faults[] = {
	FAULT(sync_merge_data, fd2, -1),
	FAULT(sync_merge_data, fd2, 0),
	FAULT(sync_merge_data, fd2, NOT_A_FD),
	FAULT(sync_merge_data, fence, 5),
	FAULT(sync_merge_data, flags, 1),
	FAULT(sync_merge_data, pad, 1),
	{0},
};

static struct sync_fence_info info_room[16];

static int prepare_info(void *argument)
{
	struct sync_file_info *arg = argument;
	struct buffer buffer = buffer_make();

	arg->num_fences = 1;
	arg->sync_fence_info = (uintptr_t)info_room;
	must_attach(&buffer, 0);
	must_attach(&buffer, 0);
	return must_export_fences(buffer.dmabuf);
}

static const struct fault info_faults[] = {
	FAULT(sync_file_info, status, 77),
	FAULT(sync_file_info, flags, 1),
	FAULT(sync_file_info, num_fences, 0),
	FAULT(sync_file_info, num_fences, 2),
	FAULT(sync_file_info, num_fences, 16),
	FAULT(sync_file_info, num_fences, 0x40000000),
	FAULT(sync_file_info, pad, 1),
	FAULT(sync_file_info, sync_fence_info, 0),
	FAULT(sync_file_info, sync_fence_info, 8),
	{0},
};

static int prepare_deadline(void *argument)
{
	struct set_deadline *arg = argument;
	struct buffer buffer = buffer_make();

	arg->deadline_ns = 1;
	return pending_file(&buffer);
}

static const struct fault deadline_faults[] = {
	FAULT(set_deadline, deadline_ns, 0),
	FAULT(set_deadline, deadline_ns, -1),
	FAULT(set_deadline, pad, 1),
	{0},
};

static const struct call calls[] = {
	{"EXPORT", IOCTL_EXPORT_SYNC_FILE, prepare_export, of_faults},
	{"IMPORT", IOCTL_IMPORT_SYNC_FILE, prepare_import, of_faults},
	{"MERGE", SYNC_IOC_MERGE, prepare_merge, merge_faults},
	{"FILE_INFO", SYNC_IOC_FILE_INFO, prepare_info, info_faults},
	{0},
};

static const struct call deadline_call = {
	"SET_DEADLINE",
	IOCTL_SET_DEADLINE,
	prepare_deadline,
	deadline_faults,
};

static void arguments(void)
{
	for (const struct call *call = calls; call->name; call++) {
		call_arguments(call);
	}
}

/* Newer than Linux 6.1. */
static void deadline(void)
{
	call_arguments(&deadline_call);
}

static void export_of(const char *what, int dmabuf)
{
	for (uint32_t flags = 1; flags < 4; flags++) {
		int fd = sync_file_export(dmabuf, flags);

		result(text("%s, export %u", what, flags), "%s, poll %s",
		       fd < 0 ? errname(errno) : sync_file_text(fd),
		       poll_now(fd));
	}
}

static void exports(void)
{
	struct buffer buffer = buffer_make();
	uint32_t a, b;
	int early;

	export_of("no fence", buffer.dmabuf);
	a = must_attach(&buffer, 0);
	export_of("a reader", buffer.dmabuf);
	b = must_attach(&buffer, 0);
	export_of("two readers", buffer.dmabuf);
	early = must_export_fences(buffer.dmabuf);
	fence_signal(buffer.file, b);
	export_of("the second done", buffer.dmabuf);
	result("the earlier one", "%s", sync_file_text(early));
	fence_signal(buffer.file, a);
	export_of("both done", buffer.dmabuf);
	result("the earlier one", "%s, %s", sync_file_text(early),
	       poll_now(early));
	a = must_attach(&buffer, FENCE_WRITE);
	export_of("a writer", buffer.dmabuf);
	fence_signal(buffer.file, a);
	export_of("done", buffer.dmabuf);
	export_of("read-only", must_export(buffer.file, buffer.handle, 0));
}

/* A fence of another buffer comes in, beside what is there. */
static void import_into(const char *what, struct buffer *buffer, uint32_t flags)
{
	struct buffer other = buffer_make();
	uint32_t fence = must_attach(&other, FENCE_WRITE), none;
	const char *reader;
	int fd = must_export_fences(other.dmabuf);

	result(text("%s, import %u", what, flags), "%s",
	       err(sync_file_import(buffer->dmabuf, flags, fd)));
	result(text("%s, poll", what), "%s", poll_now(buffer->dmabuf));
	export_of(what, buffer->dmabuf);
	reader = err(fence_attach(buffer->file, buffer->handle, 0, &none));
	result(text("%s, ATTACH", what), "read %s, write %s", reader,
	       err(fence_attach(buffer->file, buffer->handle, FENCE_WRITE,
				&none)));
	fence_signal(other.file, fence);
	result(text("%s, done", what), "%s", poll_now(buffer->dmabuf));
	export_of(text("%s, done", what), buffer->dmabuf);
}

static void imports(void)
{
	static const char *const what[] = {"no fence", "a reader", "a writer"};

	for (int state = 0; state < 3; state++) {
		for (uint32_t flags = 1; flags < 4; flags++) {
			struct buffer buffer = buffer_make();

			if (state) {
				must_attach(&buffer, state == 2);
			}
			import_into(what[state], &buffer, flags);
		}
	}
}

static void import_more(void)
{
	struct buffer buffer = buffer_make(), other = buffer_make();
	int fd = must_export_fences(buffer.dmabuf), merged;

	result("a signaled one", "%s",
	       err(sync_file_import(buffer.dmabuf, WRITE, fd)));
	export_of("a signaled one", buffer.dmabuf);
	must_attach(&other, FENCE_WRITE);
	fd = must_export_fences(other.dmabuf);
	sync_file_import(buffer.dmabuf, READ, fd);
	result("the same twice", "%s",
	       err(sync_file_import(buffer.dmabuf, READ, fd)));
	export_of("the same twice", buffer.dmabuf);
	result("as a writer then", "%s",
	       err(sync_file_import(buffer.dmabuf, WRITE, fd)));
	export_of("as a writer then", buffer.dmabuf);
	result("as a reader again", "%s",
	       err(sync_file_import(buffer.dmabuf, READ, fd)));
	export_of("as a reader again", buffer.dmabuf);
	merged = sync_file_merge(
		fd, pending_file(&(struct buffer[]){buffer_make()}[0]), "two");
	result("two in one", "%s",
	       err(sync_file_import(buffer.dmabuf, WRITE, merged)));
	export_of("two in one", buffer.dmabuf);
	result("into a read-only export", "%s",
	       err(sync_file_import(must_export(other.file, other.handle, 0),
				    WRITE, merged)));
}

static void wrong_fd(const char *what, int fd)
{
	struct buffer buffer = buffer_make();
	int good = must_export_fences(buffer.dmabuf);

	result(what, "IMPORT %s, MERGE with %s, MERGE of %s, EXPORT of %s",
	       err(sync_file_import(buffer.dmabuf, READ, fd)),
	       err(sync_file_merge(good, fd, "x")),
	       err(sync_file_merge(fd, good, "x")),
	       err(sync_file_export(fd, READ)));
	close(buffer.file);
	close(buffer.dmabuf);
	close(good);
}

static void wrong_fds(void)
{
	struct buffer buffer = buffer_make();
	int pair[2];

	pipe(pair);
	wrong_fd("no fd", -1);
	wrong_fd("a closed fd", 900);
	wrong_fd("/dev/null", open("/dev/null", O_RDWR));
	wrong_fd("an O_PATH", open("/dev/null", O_PATH));
	wrong_fd("a pipe", pair[0]);
	wrong_fd("an eventfd", eventfd(0, 0));
	wrong_fd("the card", buffer.file);
	wrong_fd("a dma-buf", buffer.dmabuf);
}

static void merge_of(const char *what, int a, int b, const char *name)
{
	int fd = sync_file_merge(a, b, name);

	if (fd < 0) {
		result(what, "%s", errname(errno));
		return;
	}
	result(what, "%s, poll %s, FD_CLOEXEC %d", sync_file_text(fd),
	       poll_now(fd), fcntl(fd, F_GETFD));
	close(fd);
}

static void merges(void)
{
	struct buffer a = buffer_make(), b = buffer_make(), c = buffer_make();
	struct buffer again = buffer_on(a.file);
	uint32_t fence = must_attach(&a, FENCE_WRITE);
	int first = must_export_fences(a.dmabuf), second = pending_file(&b);
	int none = must_export_fences(c.dmabuf), three;

	merge_of("two pending", first, second, "a name");
	merge_of("the other way", second, first, "a name");
	merge_of("with itself", first, first, "a name");
	merge_of("with a dup", first, dup(first), "a name");
	merge_of("with another export of it", first,
		 must_export_fences(a.dmabuf), "a name");
	merge_of("with a signaled one", first, none, "a name");
	merge_of("a signaled one with it", none, first, "a name");
	merge_of("two signaled ones", none, none, "a name");
	merge_of("no name", first, second, "");
	merge_of("31 letters", first, second,
		 "abcdefghijklmnopqrstuvwxyzabcde");
	merge_of("a newline", first, second, "a\nb");
	three = sync_file_merge(first, second, "two");
	must_attach(&again, FENCE_WRITE);
	three = sync_file_merge(three, must_export_fences(again.dmabuf),
				"three");
	result("three, two of one file", "%s", sync_file_text(three));
	merge_of("three with one of them", three, second, "more");
	fence_signal(a.file, fence);
	result("one signaled", "%s, %s", sync_file_text(three),
	       poll_now(three));
	merge_of("merged after", three, second, "less");
	merge_of("the signaled one with a pending one", first, second, "x");
	close(a.file);
	result("two signaled", "%s, %s", sync_file_text(three),
	       poll_now(three));
	close(b.file);
	result("all signaled", "%s, %s", sync_file_text(three),
	       poll_now(three));
}

/* A name without its end runs as far as the field does. */
static void merge_names(void)
{
	struct buffer a = buffer_make();
	int fd = pending_file(&a);
	struct sync_merge_data merge = {.fd2 = fd};
	struct sync_file_info info = {0};

	memset(merge.name, 'x', sizeof(merge.name));
	result("32 letters", "%s", err(ioctl(fd, SYNC_IOC_MERGE, &merge)));
	ioctl(merge.fence, SYNC_IOC_FILE_INFO, &info);
	result("the name", "'%.32s'", info.name);
	result("the argument", "%d letters, fd2 %s",
	       (int)strnlen(merge.name, 32), yes(merge.fd2 == fd));
}

static void info_of(const char *what, int fd, uint32_t room)
{
	struct sync_fence_info fences[8];
	struct sync_file_info info = {
		.num_fences = room,
		.sync_fence_info = (uintptr_t)fences,
	};
	const char *answer, *line = "";

	memset(fences, 0x77, sizeof(fences));
	answer = err(ioctl(fd, SYNC_IOC_FILE_INFO, &info));
	for (int i = 0; i < 8; i++) {
		line = text("%s%c", line,
			    fences[i].status == 0x77777777 ? '-' : '*');
	}
	result(text("%s, room for %u", what, room),
	       "%s, status %d, %u fences, written %s", answer, info.status,
	       info.num_fences, line);
}

static void infos(void)
{
	struct buffer buffer = buffer_make();

	for (uint32_t room = 0; room < 6; room++) {
		info_of("stub", must_export_fences(buffer.dmabuf), room);
	}
	for (int i = 0; i < 4; i++) {
		must_attach(&buffer, 0);
	}
	for (uint32_t room = 0; room < 8; room++) {
		info_of("four", must_export_fences(buffer.dmabuf), room);
	}
}

/* A fence's time is that of its signal, on the monotonic clock. */
static void times(void)
{
	struct buffer buffer = buffer_make();
	uint32_t fence = must_attach(&buffer, FENCE_WRITE);
	int fd = must_export_fences(buffer.dmabuf);
	struct sync_fence_info one = {0};
	struct sync_file_info info = {
		.num_fences = 1,
		.sync_fence_info = (uintptr_t)&one,
	};
	int64_t before, after;
	uint64_t at;

	ioctl(fd, SYNC_IOC_FILE_INFO, &info);
	result("pending", "%s", one.timestamp_ns ? "a time" : "0");
	sleep_ms(10);
	before = now_ns();
	fence_signal(buffer.file, fence);
	after = now_ns();
	info.num_fences = 1;
	ioctl(fd, SYNC_IOC_FILE_INFO, &info);
	at = one.timestamp_ns;
	result("signaled", "between %s",
	       yes(at >= (uint64_t)before && at <= (uint64_t)after));
	sleep_ms(10);
	info.num_fences = 1;
	ioctl(fd, SYNC_IOC_FILE_INFO, &info);
	result("asked later", "the same %s", yes(at == one.timestamp_ns));
	fd = must_export_fences(buffer.dmabuf);
	info.num_fences = 1;
	ioctl(fd, SYNC_IOC_FILE_INFO, &info);
	result("the stub's", "%s",
	       one.timestamp_ns == 0		     ? "0"
	       : one.timestamp_ns < (uint64_t)before ? "before all"
						     : "now");
}

static int stub_file(void)
{
	struct buffer buffer = buffer_make();

	return must_export_fences(buffer.dmabuf);
}

static void as_file(void)
{
	int fd = stub_file();

	fd_calls_identity("sync_file", fd);
	fd_calls_transfer("sync_file", fd);
	fd_calls_seek("sync_file", fd);
	fd_calls_contents("sync_file", fd);
	fd_calls_fcntl("sync_file", fd);
	fd_calls_reopen("sync_file", fd);
	fd_calls_ioctl("sync_file", fd);
	result("mmap", "%s",
	       mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED
		       ? errname(errno)
		       : "mapped");
	result("import as a dma-buf", "%s", import_result(open_card(), fd));
}

static void numbers(void)
{
	static const unsigned int sizes[] = {0, 4, 8, 16, 40, 48, 56};
	int fd = stub_file();
	char arg[256] = {0};

	for (unsigned int nr = 0; nr < 16; nr++) {
		const char *line = "";

		if (nr == _IOC_NR(IOCTL_SET_DEADLINE)) {
			continue;
		}

		for (unsigned int dir = 0; dir < 4; dir++) {
			for (size_t i = 0; i < 7; i++) {
				memset(arg, 0, sizeof(arg));
				line = text(
					"%s %s", line,
					err(ioctl(fd,
						  _IOC(dir, '>', nr, sizes[i]),
						  arg)));
			}
		}
		result(text("nr %u", nr), "%s", line);
	}
}

static void polls(void)
{
	struct buffer buffer = buffer_make();
	uint32_t fence = must_attach(&buffer, FENCE_WRITE);
	int fd = must_export_fences(buffer.dmabuf);

	fd_calls_poll("pending", fd);
	result("pending, poll for all", "%s", poll_for(fd, 0x7fff, 0));
	fence_signal(buffer.file, fence);
	fd_calls_poll("signaled", fd);
	result("signaled, poll for all", "%s", poll_for(fd, 0x7fff, 0));
}

static void signal_buffer(void *data)
{
	close(*(int *)data);
}

/* One fd or epoll of a sync_file waits for its fences. */
static void waits(void)
{
	struct buffer a = buffer_make(), b = buffer_make();
	int first = pending_file(&a), second = pending_file(&b);
	int merged = sync_file_merge(first, second, "both"), epoll;
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	struct later later;
	const char *answer;

	epoll = epoll_create1(0);
	epoll_ctl(epoll, EPOLL_CTL_ADD, merged, &event);
	later_start(&later, signal_buffer, &a.file);
	answer = poll_for(first, POLLIN, FOR_EVER);
	result("poll", "%s, %s it", answer, later_end(&later));
	result("both", "%s", poll_for(merged, POLLIN, 30));
	later_start(&later, signal_buffer, &b.file);
	answer = poll_for(merged, POLLIN | POLLOUT, FOR_EVER);
	result("both, poll", "%s, %s it", answer, later_end(&later));
	result("epoll", "%d", epoll_wait(epoll, &event, 1, 1000));
	result("epoll again", "%d", epoll_wait(epoll, &event, 1, 0));
}

static void in_fork(void *data)
{
	int fd = *(int *)data;

	result("a child", "%s, %s", sync_file_text(fd), poll_now(fd));
	merge_of("a child merges", fd, fd, "child");
}

/* Signals what it made, once the other has looked. */
static void sender(int channel)
{
	struct buffer buffer = buffer_make();
	uint32_t fence = must_attach(&buffer, FENCE_WRITE);

	fd_send(channel, must_export_fences(buffer.dmabuf));
	fd_receive(channel);
	fence_signal(buffer.file, fence);
	fd_send(channel, 0);
	fd_receive(channel);
}

static void processes(void)
{
	struct buffer buffer = buffer_make();
	int fd = pending_file(&buffer), pair[2];
	pid_t child;

	in_child(in_fork, &fd);
	close(buffer.file);
	in_child(in_fork, &fd);
	fd_channel(pair);
	fflush(stdout);
	child = fork();
	if (!child) {
		close(pair[0]);
		sender(pair[1]);
		_exit(0);
	}
	close(pair[1]);
	fd = fd_receive(pair[0]);
	result("sent by another process", "%s, %s", sync_file_text(fd),
	       poll_now(fd));
	buffer = buffer_make();
	result("into a buffer here", "%s",
	       err(sync_file_import(buffer.dmabuf, WRITE, fd)));
	result("its poll", "%s", poll_now(buffer.dmabuf));
	fd_send(pair[0], 0);
	close(fd_receive(pair[0]));
	result("signaled there", "%s, buffer %s", poll_now(fd),
	       poll_now(buffer.dmabuf));
	close(pair[0]);
	waitpid(child, NULL, 0);
	result("after its end", "%s", sync_file_text(fd));
}

static const struct check checks[] = {
	{.name = "arguments", .run = arguments},
	{.name = "deadline", .run = deadline, .of_61 = true},
	{.name = "exports", .run = exports},
	{.name = "imports", .run = imports},
	{.name = "import-more", .run = import_more},
	{.name = "wrong-fds", .run = wrong_fds},
	{.name = "merges", .run = merges},
	{.name = "merge-names", .run = merge_names},
	{.name = "infos", .run = infos},
	{.name = "times", .run = times},
	{.name = "as-file", .run = as_file},
	{.name = "numbers", .run = numbers},
	{.name = "polls", .run = polls},
	{.name = "waits", .run = waits, .waits = true},
	{.name = "processes", .run = processes, .waits = true},
	{0},
};

const struct subject sync_file_subject = {
	.name = "sync-file",
	.checks = checks,
};
