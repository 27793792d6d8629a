/* SPDX-License-Identifier: MIT */
/* Sealed memory, who holds it, and who is told that it was let go. */
#include <poll.h>
#include <sys/wait.h>

#include "counts.h"
#include "host/fault.h"
#include "stage.h"

#define HOLDER 77

static int asked; /* how often a watch's callback has run, */
static int told;  /* and how often it has found HOLDER gone */

static struct file *make_file(void)
{
	struct file *file = shmem_file_setup("test", 4 * PAGE_SIZE);

	assert_false(IS_ERR(file));
	return file;
}

/* A waiter who can be asked again, as often as it may be. */
static void look(struct file_watch *watch)
{
	asked++;
	if (!file_is_held(watch->file, HOLDER)) {
		told++;
	}
}

static void look_and_leave(struct file_watch *watch)
{
	asked++;
	if (!file_is_held(watch->file, HOLDER)) {
		told++;
		file_unwatch(watch);
	}
}

/* Run the callbacks that are due: how many found it gone. */
static int dispatch(void)
{
	asked = 0;
	told = 0;
	file_watch_dispatch();
	return told;
}

/* Let the time pass in which a waiter is asked whatever happens. */
static void become_sure(struct file *file)
{
	file->hot_until = file->cool_until = 0;
	dispatch();
	dispatch();
	assert_int_equal(asked, 0);
}

/* A child which has copies of all that this process has open or mapped, until
 * the write end of the pipe it waits for is closed. */
static pid_t fork_holder(int pipe_fds[2])
{
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (!pid) {
		char c;

		close(pipe_fds[1]);
		_exit(read(pipe_fds[0], &c, 1) != 0);
	}
	close(pipe_fds[0]);
	return pid;
}

static void end_holder(pid_t pid, int pipe_fds[2])
{
	close(pipe_fds[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

TEST(memory_reads_as_zero)
{
	struct file *file = make_file();
	const char *p = shmem_file_vaddr(file);

	for (size_t i = 0; i < file->size; i++) {
		assert_true(!p[i]);
	}
	fput(file);
}

TEST(memory_costs_an_fd_when_it_is_needed)
{
	struct file *file = make_file();
	int before = count_fds();

	assert_false(IS_ERR(shmem_file_pages(file)));
	assert_false(file_is_held(file, HOLDER));
	assert_true(file_fd_if_made(file) < 0);
	assert_int_equal(count_fds(), before);
	assert_false(IS_ERR(shmem_file_vaddr(file)));
	assert_true(file_fd_if_made(file) >= 0);
	assert_int_equal(file_fd(file), file_fd_if_made(file));
	assert_int_equal(count_fds(), before + 1);
	fput(file);
	assert_int_equal(count_fds(), before);
}

TEST(impossible_sizes_are_einval)
{
	static const u64 sizes[] = {0,
				    1,
				    PAGE_SIZE - 1,
				    PAGE_SIZE + 1,
				    1ull << 63,
				    UINT64_MAX & PAGE_MASK};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(PTR_ERR(shmem_file_setup("test", sizes[i])),
				 -EINVAL);
	}
}

TEST(the_size_of_an_exported_fd_cannot_be_changed)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER);

	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 8 * PAGE_SIZE), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_int_equal(lseek(fd, 0, SEEK_END), 4 * PAGE_SIZE);
	close(fd);
	fput(file);
}

TEST(a_read_only_description_cannot_be_mapped_writable)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDONLY, HOLDER);

	assert_ptr_equal(mmap(NULL, PAGE_SIZE, PROT_WRITE, MAP_SHARED, fd, 0),
			 MAP_FAILED);
	assert_int_equal(errno, EACCES);
	close(fd);
	fput(file);
}

TEST(descriptions_are_close_on_exec)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER);

	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(file_fd(file), F_GETFD), FD_CLOEXEC);
	close(fd);
	fput(file);
}

TEST(a_page_is_found_in_this_process)
{
	struct file *file = make_file();
	char *vaddr = shmem_file_vaddr(file);
	struct page *pages = shmem_file_pages(file);

	assert_ptr_equal(page_address(&pages[3]), vaddr + 3 * PAGE_SIZE);
	assert_ptr_equal(shmem_file_vaddr(file), vaddr);
	assert_ptr_equal(shmem_file_pages(file), pages);
	assert_int_equal(page_to_pfn(&pages[3]), page_to_pfn(&pages[0]) + 3);
	fput(file);
}

TEST(a_file_is_held_until_its_last_dup_is_closed)
{
	struct file *file = make_file();
	int fd, copy;

	assert_false(file_is_held(file, HOLDER));
	fd = file_reopen(file, O_RDWR, HOLDER);
	copy = dup(fd);
	close(fd);
	assert_true(file_is_held(file, HOLDER));
	close(copy);
	assert_false(file_is_held(file, HOLDER));
	fput(file);
}

TEST(a_file_is_held_until_its_last_mapping_is_gone)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDONLY, HOLDER);
	char *p = mmap(NULL, 2 * PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	close(fd);
	assert_true(file_is_held(file, HOLDER));
	munmap(p, PAGE_SIZE);
	assert_true(file_is_held(file, HOLDER));
	munmap(p + PAGE_SIZE, PAGE_SIZE);
	assert_false(file_is_held(file, HOLDER));
	fput(file);
}

TEST(a_file_is_held_by_other_processes)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER), pipe_fds[2];
	pid_t pid = fork_holder(pipe_fds);

	close(fd);
	assert_true(file_is_held(file, HOLDER));
	end_holder(pid, pipe_fds);
	assert_false(file_is_held(file, HOLDER));
	fput(file);
}

TEST(holders_are_told_apart)
{
	struct file *file = make_file();
	int one = file_reopen(file, O_RDWR, 1);
	int big = file_reopen(file, O_RDWR, 1ull << 40);

	assert_true(file_is_held(file, 1));
	assert_true(file_is_held(file, 1ull << 40));
	assert_false(file_is_held(file, 0));
	assert_false(file_is_held(file, 2));
	close(one);
	assert_false(file_is_held(file, 1));
	assert_true(file_is_held(file, 1ull << 40));
	close(big);
	fput(file);
}

TEST(opening_it_again_does_not_make_a_holder)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER), again;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR);
	assert_true(again >= 0);
	close(fd);
	assert_false(file_is_held(file, HOLDER));
	close(again);
	fput(file);
}

TEST(memory_outlives_the_file_while_it_is_mapped)
{
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER);
	char *p = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0);

	*(char *)shmem_file_vaddr(file) = 42;
	close(fd);
	fput(file);
	assert_int_equal(*p, 42);
	munmap(p, PAGE_SIZE);
}

TEST(a_watch_is_told_when_dup_and_mapping_are_gone)
{
	struct file *file = make_file();
	struct file_watch watch = {0};
	int fd, copy;
	char *p;

	fd = file_reopen(file, O_RDWR, HOLDER);
	copy = dup(fd);
	p = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	file_watch(file, &watch, look_and_leave);
	become_sure(file);
	close(fd);
	assert_int_equal(dispatch(), 0);
	close(copy);
	assert_int_equal(dispatch(), 0);
	munmap(p, PAGE_SIZE);
	assert_int_equal(dispatch(), 1);
	assert_int_equal(dispatch(), 0);
	file_unwatch(&watch);
	fput(file);
}

TEST(opening_it_again_and_closing_cannot_fake_a_release)
{
	struct file *file = make_file();
	struct file_watch watch = {0};
	int fd = file_reopen(file, O_RDWR, HOLDER);
	char path[32];

	file_watch(file, &watch, look_and_leave);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	close(open(path, O_RDWR));
	close(open(path, O_RDONLY));
	/* It may be asked to look, but it sees the holder. */
	dispatch();
	assert_true(file_is_held(file, HOLDER));
	close(fd);
	assert_int_equal(dispatch(), 1);
	assert_false(file_is_held(file, HOLDER));
	file_unwatch(&watch);
	fput(file);
}

TEST(a_waiter_is_asked_again_for_a_while_and_then_left_alone)
{
	struct pollfd wait = {.fd = file_watch_fd(), .events = POLLIN};
	struct file *file = make_file();
	struct file_watch watch = {0};
	int fd = file_reopen(file, O_RDWR, HOLDER), times = 0;

	file_watch(file, &watch, look);
	/* Nothing happens, but who waits for the fd hears of it. */
	while (poll(&wait, 1, 2000) > 0) {
		dispatch();
		times += asked;
	}
	assert_in_range(times, 3, 20);
	become_sure(file);
	file_unwatch(&watch);
	close(fd);
	fput(file);
}

TEST(the_end_of_a_process_is_seen)
{
	struct file *file = make_file();
	struct file_watch watch = {0};
	int fd = file_reopen(file, O_RDWR, HOLDER), pipe_fds[2];
	pid_t pid = fork_holder(pipe_fds);

	close(fd);
	file_watch(file, &watch, look_and_leave);
	become_sure(file);
	end_holder(pid, pipe_fds);
	assert_int_equal(dispatch(), 1);
	file_unwatch(&watch);
	fput(file);
}

TEST(all_watches_of_a_file_are_told)
{
	struct file_watch a = {0}, b = {0};
	struct file *file = make_file();
	int fd = file_reopen(file, O_RDWR, HOLDER);

	file_watch(file, &a, look_and_leave);
	file_watch(file, &b, look);
	become_sure(file);
	close(fd);
	assert_int_equal(dispatch(), 2);
	become_sure(file);
	/* One has gone; the other still waits. */
	close(file_reopen(file, O_RDWR, HOLDER));
	assert_int_equal(dispatch(), 1);
	file_unwatch(&b);
	file_unwatch(&b);
	close(file_reopen(file, O_RDWR, HOLDER));
	assert_int_equal(dispatch(), 0);
	fput(file);
}

TEST(without_an_inotify_watch_nothing_is_forgotten)
{
	struct file *file = make_file();
	struct file_watch watch = {0};
	int fd = file_reopen(file, O_RDWR, HOLDER);

	fault_arm(1);
	file_watch(file, &watch, look);
	assert_true(fault_disarm() >= 1);
	assert_true(file->wd < 0);
	close(fd);
	assert_int_equal(dispatch(), 1);
	assert_int_equal(dispatch(), 1);
	file_unwatch(&watch);
	assert_int_equal(dispatch(), 0);
	fput(file);
}

TEST(a_queue_overflow_forgets_nobody)
{
	struct file *file = make_file(), *noisy = make_file();
	struct file_watch watch = {0}, noise = {0};
	int fd = file_reopen(file, O_RDWR, HOLDER), limit = 0;
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "r");

	if (!f || fscanf(f, "%d", &limit) != 1 || limit > 100000) {
		limit = 0;
	}
	if (f) {
		fclose(f);
	}
	assert_true(file_fd(noisy) >= 0);
	file_watch(file, &watch, look_and_leave);
	file_watch(noisy, &noise, look);
	noisy->hot_until = noisy->cool_until = 0;
	become_sure(file);
	/* Equal events in a row are merged: make them differ. */
	for (int i = 0; i < limit / 2 + 2; i++) {
		close(file_reopen(noisy, O_RDWR, HOLDER));
		close(file_reopen(noisy, O_RDONLY, HOLDER));
	}
	close(fd);
	assert_int_equal(dispatch(), 2);
	file_unwatch(&watch);
	file_unwatch(&noise);
	fput(file);
	fput(noisy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(memory_reads_as_zero),
		PLAIN(memory_costs_an_fd_when_it_is_needed),
		PLAIN(impossible_sizes_are_einval),
		PLAIN(the_size_of_an_exported_fd_cannot_be_changed),
		PLAIN(a_read_only_description_cannot_be_mapped_writable),
		PLAIN(descriptions_are_close_on_exec),
		PLAIN(a_page_is_found_in_this_process),
		PLAIN(a_file_is_held_until_its_last_dup_is_closed),
		PLAIN(a_file_is_held_until_its_last_mapping_is_gone),
		PLAIN(a_file_is_held_by_other_processes),
		PLAIN(holders_are_told_apart),
		PLAIN(opening_it_again_does_not_make_a_holder),
		PLAIN(memory_outlives_the_file_while_it_is_mapped),
		PLAIN(a_watch_is_told_when_dup_and_mapping_are_gone),
		PLAIN(opening_it_again_and_closing_cannot_fake_a_release),
		PLAIN(a_waiter_is_asked_again_for_a_while_and_then_left_alone),
		PLAIN(the_end_of_a_process_is_seen),
		PLAIN(all_watches_of_a_file_are_told),
		PLAIN(without_an_inotify_watch_nothing_is_forgotten),
		PLAIN(a_queue_overflow_forgets_nobody),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
