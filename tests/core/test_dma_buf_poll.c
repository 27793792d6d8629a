/* SPDX-License-Identifier: MIT */
/* A dma-buf's fences: poll, the CPU's access, sync files in and out. */
#include <linux/slab.h>
#include <sys/epoll.h>

#include "host/fault.h"
#include "stage.h"
#include "sync.h"
#include "toy_fence.h"

#define FREE (EPOLLIN | EPOLLOUT)
#define R    DMA_BUF_SYNC_READ
#define W    DMA_BUF_SYNC_WRITE

static int fd;
static struct dma_buf *dma_buf;

static int setup(void **state)
{
	int ret = stage_setup(state);

	fd = export_handle(stage.file, must(create_dumb(stage.file, 1)),
			   DRM_CLOEXEC | DRM_RDWR);
	dma_buf = dma_buf_get(fd);
	return ret;
}

static int teardown(void **state)
{
	if (dma_buf) {
		dma_buf_put(dma_buf);
	}
	close(fd);
	stage_teardown(state);
	return toy_fences_alive;
}

static struct dma_fence *use(enum dma_resv_usage usage)
{
	struct dma_fence *fence = toy_fence_create(1);

	assert_int_equal(add_fence(dma_buf->resv, fence, usage), 0);
	return fence;
}

static void end(struct dma_fence *fence)
{
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/* ------------------------------------------------------------------------
 * Poll
 */

TEST(a_dma_buf_polls_readable_without_writers_and_writable_without_users)
{
	struct dma_fence *reader, *writer;

	assert_int_equal(dma_buf_poll(dma_buf), FREE);
	reader = use(DMA_RESV_USAGE_READ);
	assert_int_equal(dma_buf_poll(dma_buf), EPOLLIN);
	writer = use(DMA_RESV_USAGE_WRITE);
	assert_int_equal(dma_buf_poll(dma_buf), 0);
	end(writer);
	assert_int_equal(dma_buf_poll(dma_buf), EPOLLIN);
	end(reader);
	assert_int_equal(dma_buf_poll(dma_buf), FREE);
}

static int times;
static unsigned int told;

static void changed(struct dma_buf_poller *poller, unsigned int events)
{
	(void)poller;
	times++;
	told = events;
}

TEST(a_poller_is_told_of_each_change)
{
	struct dma_buf_poller poller;
	struct dma_fence *writer;

	times = 0;
	dma_buf_poll_start(dma_buf, &poller, changed);
	assert_int_equal(times, 1);
	assert_int_equal(told, FREE);
	writer = use(DMA_RESV_USAGE_WRITE);
	assert_int_equal(times, 2);
	assert_int_equal(told, 0);
	end(writer);
	assert_int_equal(times, 3);
	assert_int_equal(told, FREE);
	dma_buf_poll_end(&poller);
	end(use(DMA_RESV_USAGE_WRITE));
	assert_int_equal(times, 3);
	/* A second end is nothing. */
	dma_buf_poll_end(&poller);
}

TEST(pollers_of_a_dma_buf_know_nothing_of_each_other)
{
	struct dma_buf_poller one, other;

	dma_buf_poll_start(dma_buf, &one, changed);
	dma_buf_poll_start(dma_buf, &other, changed);
	dma_buf_poll_end(&one);
	times = 0;
	end(use(DMA_RESV_USAGE_WRITE));
	assert_int_equal(times, 2);
	dma_buf_poll_end(&other);
}

TEST(a_poller_follows_a_dma_buf_that_is_away)
{
	u32 handle = 1;
	struct dma_buf_poller poller;
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE);

	dma_buf_poll_start(dma_buf, &poller, changed);
	dma_buf_put(dma_buf);
	dma_buf = NULL;
	close_handle(stage.file, handle);
	assert_int_equal(told, 0);
	end(writer);
	assert_int_equal(told, FREE);
	dma_buf_poll_end(&poller);
}

static unsigned int refs(void)
{
	return atomic_load(&dma_buf->refs);
}

TEST(who_is_told_to_wait_keeps_a_dma_buf_until_the_fence_is_signaled)
{
	unsigned int before = refs();
	struct dma_fence *reader = use(DMA_RESV_USAGE_READ), *writer;

	/* A reader is in nobody's way who wants to read. */
	dma_buf_poll_hold(dma_buf, EPOLLIN);
	assert_int_equal(refs(), before);
	dma_buf_poll_hold(dma_buf, FREE);
	dma_buf_poll_hold(dma_buf, FREE);
	assert_int_equal(refs(), before + 1);
	writer = use(DMA_RESV_USAGE_WRITE);
	dma_buf_poll_hold(dma_buf, FREE);
	assert_int_equal(refs(), before + 2);
	end(reader);
	end(writer);
	assert_int_equal(refs(), before + 2);
	dma_buf_dispatch();
	assert_int_equal(refs(), before);
	dma_buf_poll_hold(dma_buf, FREE);
	assert_int_equal(refs(), before);
}

TEST(without_memory_nothing_is_kept)
{
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE);
	unsigned int before = refs();

	/* The hold, the list of fences. */
	for (unsigned int nth = 1; nth <= 2; nth++) {
		fault_arm(nth);
		dma_buf_poll_hold(dma_buf, EPOLLIN);
		assert_true(fault_disarm() >= nth);
		assert_int_equal(refs(), before);
	}
	end(writer);
}

TEST(a_poller_does_not_keep_a_dma_buf_and_ends_with_it)
{
	struct dma_buf_poller poller;
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE);

	dma_buf_poll_start(dma_buf, &poller, changed);
	close_file(&stage.file);
	dma_buf_put(dma_buf);
	dma_buf = NULL;
	close(fd);
	file_watch_dispatch();
	assert_null(poller.dmabuf);
	times = 0;
	end(writer);
	assert_int_equal(times, 0);
	dma_buf_poll_end(&poller);
}

/* ------------------------------------------------------------------------
 * DMA_BUF_IOCTL_SYNC
 */

static bool slept;

/* The program is interrupted as soon as it sleeps. */
static int interrupt(struct task *task, s64 deadline, bool intr)
{
	(void)task;
	(void)deadline;
	assert_true(intr);
	slept = true;
	return -EINTR;
}

static int sync_with(u64 flags)
{
	struct task_ops ops = *current_task()->ops;
	struct task task = {.ops = &ops, .pid = getpid(), .fd_out = -1};
	struct dma_buf_sync args = {.flags = flags};
	int ret;

	ops.sleep = interrupt;
	slept = false;
	set_current_task(&task);
	ret = (int)dma_buf_fd_ioctl(fd, DMA_BUF_IOCTL_SYNC, &args);
	enter_task();
	return ret;
}

TEST(the_cpu_waits_for_writers_to_read)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_READ);

	assert_int_equal(sync_with(R), 0);
	end(fence);
	fence = use(DMA_RESV_USAGE_WRITE);
	assert_int_equal(sync_with(R), -EINTR);
	assert_true(slept);
	end(fence);
	assert_int_equal(sync_with(R), 0);
	assert_false(slept);
}

TEST(the_cpu_waits_for_all_users_to_write)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_READ);

	assert_int_equal(sync_with(W), -EINTR);
	assert_int_equal(sync_with(R | W), -EINTR);
	end(fence);
	assert_int_equal(sync_with(R | W), 0);
	fence = use(DMA_RESV_USAGE_BOOKKEEP);
	assert_int_equal(sync_with(R | W), 0);
	end(fence);
}

TEST(the_end_of_the_cpus_access_waits_for_nobody)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_WRITE);

	assert_int_equal(sync_with(R | W | DMA_BUF_SYNC_END), 0);
	assert_false(slept);
	end(fence);
}

/* ------------------------------------------------------------------------
 * Sync files in and out
 */

TEST(what_nobody_uses_is_exported_as_the_stub)
{
	struct sync_file_info info;
	int sync;

	for (u32 flags = R; flags <= (R | W); flags++) {
		sync = export_sync_file(fd, flags);
		assert_true(is_readable(sync));
		assert_int_equal(info_of(sync, &info, NULL, 0), 0);
		assert_string_equal(info.name, "stub-stub0-0");
		assert_int_equal(info.status, 1);
		close_sync(sync);
	}
}

TEST(an_export_to_read_is_of_the_writers_and_to_write_of_all)
{
	struct dma_fence *reader = use(DMA_RESV_USAGE_READ), *behind;
	int sync = export_sync_file(fd, R);

	assert_true(is_readable(sync));
	close_sync(sync);
	sync = export_sync_file(fd, W);
	assert_false(is_readable(sync));
	behind = sync_file_get_fence(sync);
	assert_ptr_equal(behind, reader);
	dma_fence_put(behind);
	end(reader);
	assert_true(is_readable(sync));
	close_sync(sync);
}

TEST(several_users_are_exported_as_one_fence)
{
	struct dma_fence *one = use(DMA_RESV_USAGE_READ);
	struct dma_fence *other = use(DMA_RESV_USAGE_READ);
	int sync = export_sync_file(fd, R | W);
	struct sync_file_info info;

	assert_int_equal(info_of(sync, &info, NULL, 0), 0);
	assert_int_equal(info.num_fences, 2);
	end(one);
	assert_false(is_readable(sync));
	end(other);
	assert_true(is_readable(sync));
	close_sync(sync);
}

TEST(flags_must_say_reads_or_writes_and_nothing_else)
{
	static const u32 bad[] = {0, 4, 5, 7, 8, 1u << 31 | 1};
	int sync = export_sync_file(fd, R);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(export_sync_file(fd, bad[i]), -EINVAL);
		assert_int_equal(import_sync_file(fd, bad[i], sync), -EINVAL);
	}
	close_sync(sync);
}

TEST(arguments_that_cannot_be_read_or_written_are_efault)
{
	struct dma_buf_export_sync_file args = {.flags = R};
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(
		dma_buf_fd_ioctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, NULL),
		-EFAULT);
	assert_int_equal(
		dma_buf_fd_ioctl(fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, NULL),
		-EFAULT);
	/* And no fd is left behind: the teardown counts. */
	memcpy(page, &args, sizeof(args));
	mprotect(page, PAGE_SIZE, PROT_READ);
	assert_int_equal(
		dma_buf_fd_ioctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, page),
		-EFAULT);
	munmap(page, PAGE_SIZE);
}

TEST(an_import_of_what_is_no_sync_file_is_einval)
{
	assert_int_equal(import_sync_file(fd, R, -1), -EINVAL);
	assert_int_equal(import_sync_file(fd, R, 9999), -EINVAL);
	assert_int_equal(import_sync_file(fd, R, fd), -EINVAL);
}

TEST(an_imported_fence_is_a_use)
{
	struct dma_fence *fence = toy_fence_create(1);
	int sync = fence_fd(fence);

	assert_int_equal(import_sync_file(fd, R, sync), 0);
	assert_int_equal(dma_buf_poll(dma_buf), EPOLLIN);
	assert_int_equal(import_sync_file(fd, W, sync), 0);
	assert_int_equal(dma_buf_poll(dma_buf), 0);
	close_sync(sync);
	end(fence);
	assert_int_equal(dma_buf_poll(dma_buf), FREE);
}

TEST(fences_imported_as_one_are_several)
{
	struct dma_fence *one = toy_fence_create(1);
	struct dma_fence *other = toy_fence_create(1), **fences;
	int fd1 = fence_fd(one), fd2 = fence_fd(other);
	int both = merge(fd1, fd2, "both");
	unsigned int num;

	assert_int_equal(import_sync_file(fd, R | W, both), 0);
	assert_int_equal(dma_resv_get_fences(dma_buf->resv,
					     DMA_RESV_USAGE_WRITE, &num,
					     &fences),
			 0);
	assert_int_equal(num, 2);
	while (num--) {
		dma_fence_put(fences[num]);
	}
	kfree(fences);
	close_sync(fd1);
	close_sync(fd2);
	close_sync(both);
	end(one);
	end(other);
}

#define ON_BUFFER(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BUFFER(
			a_dma_buf_polls_readable_without_writers_and_writable_without_users),
		ON_BUFFER(a_poller_is_told_of_each_change),
		ON_BUFFER(pollers_of_a_dma_buf_know_nothing_of_each_other),
		ON_BUFFER(a_poller_follows_a_dma_buf_that_is_away),
		ON_BUFFER(
			who_is_told_to_wait_keeps_a_dma_buf_until_the_fence_is_signaled),
		ON_BUFFER(without_memory_nothing_is_kept),
		ON_BUFFER(a_poller_does_not_keep_a_dma_buf_and_ends_with_it),
		ON_BUFFER(the_cpu_waits_for_writers_to_read),
		ON_BUFFER(the_cpu_waits_for_all_users_to_write),
		ON_BUFFER(the_end_of_the_cpus_access_waits_for_nobody),
		ON_BUFFER(what_nobody_uses_is_exported_as_the_stub),
		ON_BUFFER(
			an_export_to_read_is_of_the_writers_and_to_write_of_all),
		ON_BUFFER(several_users_are_exported_as_one_fence),
		ON_BUFFER(flags_must_say_reads_or_writes_and_nothing_else),
		ON_BUFFER(arguments_that_cannot_be_read_or_written_are_efault),
		ON_BUFFER(an_import_of_what_is_no_sync_file_is_einval),
		ON_BUFFER(an_imported_fence_is_a_use),
		ON_BUFFER(fences_imported_as_one_are_several),
	};

	return cmocka_run_group_tests_name("dma-buf-poll", tests, NULL, NULL);
}
