/* SPDX-License-Identifier: MIT */
/* A buffer ends when the last handle, fd or mapping of it anywhere ends. */
#include <malloc.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "counts.h"
#include "stage.h"
#include "../passing.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static int objects(void)
{
	struct counts counts;

	file_watch_dispatch();
	count_all(&counts);
	return counts.objects;
}

static int dma_bufs(void)
{
	struct counts counts;

	file_watch_dispatch();
	count_all(&counts);
	return counts.dma_bufs;
}

/* A buffer of which only the fd is left. */
static int lone_fd(void)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));

	close_handle(stage.file, handle);
	return fd;
}

/**
 * struct child - a process that does what its script says, letter by letter
 */
struct child {
	pid_t pid;
	int say, hear;
};

/* Fork a child. It does the next act each time it is told to. */
static struct child fork_child(void (*const acts[])(void *data), void *data)
{
	int to_child[2], from_child[2];
	struct child child;
	char c;

	assert_int_equal(pipe(to_child), 0);
	assert_int_equal(pipe(from_child), 0);
	child.pid = fork();
	if (!child.pid) {
		close(to_child[1]);
		close(from_child[0]);
		for (int i = 0; acts[i]; i++) {
			if (read(to_child[0], &c, 1) != 1) {
				_exit(1);
			}
			acts[i](data);
			if (write(from_child[1], "x", 1) != 1) {
				_exit(1);
			}
		}
		if (read(to_child[0], &c, 1) != 0) {
			_exit(1);
		}
		_exit(0);
	}
	close(to_child[0]);
	close(from_child[1]);
	child.say = to_child[1];
	child.hear = from_child[0];
	return child;
}

static void next_act(struct child *child)
{
	char c;

	assert_int_equal(write(child->say, "x", 1), 1);
	assert_int_equal(read(child->hear, &c, 1), 1);
}

static void end_child(struct child *child)
{
	int status;

	close(child->say);
	close(child->hear);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
}

static void *mapped; /* by an act */

static void act_close(void *fd)
{
	close(*(int *)fd);
}

static void act_map(void *fd)
{
	mapped = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		      *(int *)fd, 0);
	*(char *)mapped = 42;
}

static void act_unmap(void *fd)
{
	(void)fd;
	munmap(mapped, PAGE_SIZE);
}

TEST(an_fd_in_another_process_keeps_the_buffer)
{
	static void (*const acts[])(void *) = {act_close, NULL};
	int fd = lone_fd();
	struct child child = fork_child(acts, &fd);

	close(fd);
	assert_int_equal(objects(), 1);
	next_act(&child);
	assert_int_equal(objects(), 0);
	assert_int_equal(dma_bufs(), 0);
	end_child(&child);
}

TEST(a_mapping_in_another_process_keeps_the_buffer)
{
	static void (*const acts[])(void *) = {act_map, act_close, act_unmap,
					       NULL};
	int fd = lone_fd();
	struct child child = fork_child(acts, &fd);

	close(fd);
	next_act(&child);
	assert_int_equal(objects(), 1);
	next_act(&child);
	assert_int_equal(objects(), 1);
	next_act(&child);
	assert_int_equal(objects(), 0);
	end_child(&child);
}

TEST(the_death_of_a_process_ends_what_it_had)
{
	static void (*const acts[])(void *) = {act_map, NULL};
	int fd = lone_fd();
	struct child child = fork_child(acts, &fd);

	next_act(&child);
	close(fd);
	assert_int_equal(objects(), 1);
	kill(child.pid, SIGKILL);
	waitpid(child.pid, NULL, 0);
	assert_int_equal(objects(), 0);
	close(child.say);
	close(child.hear);
}

TEST(a_device_mapping_in_another_process_keeps_the_file)
{
	static void (*const acts[])(void *) = {act_unmap, NULL};
	u32 handle = must(create_dumb(stage.file, 1));
	struct counts counts;
	struct child child;

	mapped = map_device(stage.file, (u64)map_dumb(stage.file, handle), 1,
			    PROT_READ);
	child = fork_child(acts, NULL);
	munmap(mapped, PAGE_SIZE);
	close_file(&stage.file);
	assert_int_equal(objects(), 1);
	next_act(&child);
	assert_int_equal(objects(), 0);
	count_all(&counts);
	assert_int_equal(counts.files, 2);
	end_child(&child);
}

TEST(an_fd_in_flight_keeps_the_buffer)
{
	int socks[2], fd = lone_fd();

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, socks), 0);
	assert_int_equal(send_fd(socks[0], fd), 0);
	close(fd);
	assert_int_equal(objects(), 1);
	fd = receive_fd(socks[1]);
	must(import_fd(stage.second, fd));
	close_handle(stage.second, 1);
	assert_int_equal(send_fd(socks[0], fd), 0);
	close(fd);
	assert_int_equal(objects(), 1);
	/* Never received. */
	close(socks[0]);
	close(socks[1]);
	assert_int_equal(objects(), 0);
}

/* ------------------------------------------------------------------------
 * Every order of closing
 */

enum {
	EXPORTERS_HANDLE,
	IMPORTERS_HANDLE,
	FD,
	MAPPING,
	EXPORTERS_FILE,
	IMPORTERS_FILE,
	ENDS,
};

static struct {
	struct drm_file *file[2];
	u32 handle[2];
	int fd;
	void *mapping;
	bool ended[ENDS];
} all;

static void open_all(void)
{
	memset(&all, 0, sizeof(all));
	all.file[0] = open_node(stage.dev, DRM_MINOR_PRIMARY);
	all.file[1] = open_node(stage.far_dev, DRM_MINOR_PRIMARY);
	all.handle[0] = must(create_dumb(all.file[0], 1));
	all.fd = (int)must(export_handle(all.file[0], all.handle[0], RW));
	all.handle[1] = must(import_fd(all.file[1], all.fd));
	all.mapping = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, all.fd, 0);
}

static void end(int what)
{
	all.ended[what] = true;
	switch (what) {
	case EXPORTERS_HANDLE:
	case IMPORTERS_HANDLE:
		/* The file may have gone before, and its handle with it. */
		if (all.file[what]) {
			assert_int_equal(
				close_handle(all.file[what], all.handle[what]),
				0);
		}
		break;
	case FD:
		close(all.fd);
		break;
	case MAPPING:
		munmap(all.mapping, PAGE_SIZE);
		break;
	default:
		all.ended[what - EXPORTERS_FILE] = true;
		close_file(&all.file[what - EXPORTERS_FILE]);
	}
}

static void assert_what_is_left(void)
{
	bool exporter = !all.ended[EXPORTERS_HANDLE];
	bool importer = !all.ended[IMPORTERS_HANDLE];
	bool out = !all.ended[FD] || !all.ended[MAPPING];
	struct counts counts;

	file_watch_dispatch();
	count_all(&counts);
	/* The exporter's object, while anybody has the buffer; the importer's,
	 * while it has its handle; the dma-buf, while it is more than a memory
	 * of the exporter's handle. */
	assert_int_equal(counts.objects,
			 (exporter || importer || out) + importer);
	assert_int_equal(counts.dma_bufs, exporter || importer || out);
	assert_int_equal(counts.attachments, importer);
}

/* All orders of what is left, by exchanging each for the first. */
static int permute(int order[ENDS], int from)
{
	int n = 0;

	if (from == ENDS) {
		open_all();
		for (int i = 0; i < ENDS; i++) {
			assert_what_is_left();
			end(order[i]);
		}
		assert_what_is_left();
		return 1;
	}
	for (int i = from; i < ENDS; i++) {
		int first = order[from];

		order[from] = order[i];
		order[i] = first;
		n += permute(order, from + 1);
		order[i] = order[from];
		order[from] = first;
	}
	return n;
}

TEST(every_order_of_closing_ends_what_nobody_has)
{
	int order[ENDS] = {0, 1, 2, 3, 4, 5};
	struct counts before;

	count_all(&before);
	assert_int_equal(permute(order, 0), 720);
	assert_counts(&before);
}

/* ------------------------------------------------------------------------
 * Many
 */

static void share_and_close(int i)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	u32 theirs = must(import_fd(stage.far, fd));

	/* The last to go is each of the three in turn. */
	if (i % 3 == 0) {
		close_handle(stage.file, handle);
	}
	if (i % 3 != 1) {
		close(fd);
	}
	close_handle(stage.far, theirs);
	if (i % 3 != 0) {
		close_handle(stage.file, handle);
	}
	if (i % 3 == 1) {
		close(fd);
		file_watch_dispatch();
	}
}

TEST(ten_thousand_shared_buffers_leave_nothing_behind)
{
	struct counts before;
	size_t memory;

	/* Once, for what is allocated for good. */
	for (int i = 0; i < 100; i++) {
		share_and_close(i);
	}
	count_all(&before);
	/* Once more, as counting moves what is free. */
	share_and_close(0);
	memory = mallinfo2().uordblks;
	for (int i = 0; i < 10000; i++) {
		share_and_close(i);
	}
	assert_counts(&before);
	assert_int_equal(mallinfo2().uordblks, memory);
}

TEST(hundreds_of_buffers_at_once_leave_nothing_behind)
{
	enum { MANY = 300 };
	static int fds[MANY];
	struct counts before, now;

	count_all(&before);
	for (int i = 0; i < MANY; i++) {
		fds[i] = (int)must(export_handle(
			stage.file, must(create_dumb(stage.file, 1)), RW));
		must(import_fd(stage.far, fds[i]));
	}
	count_all(&now);
	assert_int_equal(now.attachments, MANY);
	close_file(&stage.file);
	close_file(&stage.far);
	for (int i = 0; i < MANY; i++) {
		close(fds[i]);
	}
	assert_int_equal(objects(), 0);
	assert_int_equal(count_fds(), before.fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(an_fd_in_another_process_keeps_the_buffer),
		ON_STAGE(a_mapping_in_another_process_keeps_the_buffer),
		ON_STAGE(the_death_of_a_process_ends_what_it_had),
		ON_STAGE(a_device_mapping_in_another_process_keeps_the_file),
		ON_STAGE(an_fd_in_flight_keeps_the_buffer),
		ON_STAGE(every_order_of_closing_ends_what_nobody_has),
		ON_STAGE(ten_thousand_shared_buffers_leave_nothing_behind),
		ON_STAGE(hundreds_of_buffers_at_once_leave_nothing_behind),
	};

	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
