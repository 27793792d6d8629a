/* SPDX-License-Identifier: MIT */
/* Fences as fds. */
#include <poll.h>

#include "stage.h"
#include "sync.h"
#include "toy_fence.h"

static int teardown(void **state)
{
	stage_teardown(state);
	return toy_fences_alive;
}

static void end(struct dma_fence *fence)
{
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

TEST(a_sync_file_polls_readable_once_its_fence_is_signalled)
{
	struct dma_fence *fence = toy_fence_create(1);
	int fd = fence_fd(fence), late;

	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_false(is_readable(fd));
	dma_fence_signal(fence);
	assert_true(is_readable(fd));
	late = sync_file_fd(fence, NULL, false);
	assert_int_equal(fcntl(late, F_GETFD), 0);
	assert_true(is_readable(late));
	close_sync(late);
	close_sync(fd);
	dma_fence_put(fence);
}

TEST(a_sync_file_keeps_its_fence_until_its_last_close)
{
	int fd = fence_fd(toy_fence_create(1)), copy = dup(fd);
	struct dma_fence *fence = sync_file_get_fence(fd);

	assert_int_equal(kref_read(&fence->refcount), 3);
	dma_fence_put(fence);
	close_sync(fd);
	assert_int_equal(kref_read(&fence->refcount), 2);
	/* It can be signalled then: the callback went with the file. */
	close_sync(copy);
	assert_int_equal(kref_read(&fence->refcount), 1);
	assert_true(list_empty(&fence->cb_list));
	end(fence);
}

TEST(what_is_no_sync_file_has_no_fence)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fds[2];

	assert_null(sync_file_get_fence(-1));
	assert_null(sync_file_get_fence(null));
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_null(sync_file_get_fence(fds[0]));
	close(fds[0]);
	close(fds[1]);
	close(null);
}

TEST(other_ioctls_are_enotty)
{
	struct dma_fence *fence = toy_fence_create(1);
	int fd = fence_fd(fence);
	u64 args[8] = {0};

	assert_int_equal(file_ioctl(fd, _IO('>', 3), args), -ENOTTY);
	assert_int_equal(file_ioctl(fd, _IOWR('>', 4, u64), args), -ENOTTY);
	assert_int_equal(file_ioctl(fd, _IOW('>', 5, u64[2]), args), -ENOTTY);
	close_sync(fd);
	dma_fence_put(fence);
}

/* ------------------------------------------------------------------------
 * SYNC_IOC_FILE_INFO
 */

TEST(a_file_is_named_after_its_fence)
{
	struct dma_fence *fence = toy_fence_create(7);
	int fd = fence_fd(fence);
	struct sync_file_info info;
	char name[32];

	snprintf(name, sizeof(name), "toy-toy%llu-7",
		 (unsigned long long)fence->context);
	assert_int_equal(info_of(fd, &info, NULL, 0), 0);
	assert_string_equal(info.name, name);
	assert_int_equal(info.num_fences, 1);
	assert_int_equal(info.status, 0);
	close_sync(fd);
	dma_fence_put(fence);
}

TEST(info_tells_state_and_time_of_each_fence)
{
	struct dma_fence *fence = toy_fence_create(1);
	struct sync_fence_info infos[3] = {0};
	struct sync_file_info info;
	int fd = fence_fd(fence);

	assert_int_equal(info_of(fd, &info, infos, 3), 0);
	assert_int_equal(info.num_fences, 1);
	assert_int_equal(info.status, 0);
	assert_string_equal(infos[0].driver_name, "toy");
	assert_string_equal(infos[0].obj_name, "toy");
	assert_int_equal(infos[0].status, 0);
	assert_int_equal(infos[0].timestamp_ns, 0);
	dma_fence_signal_timestamp(fence, 42);
	assert_int_equal(info_of(fd, &info, infos, 1), 0);
	assert_int_equal(info.status, 1);
	assert_int_equal(infos[0].status, 1);
	assert_int_equal(infos[0].timestamp_ns, 42);
	close_sync(fd);
	dma_fence_put(fence);
}

TEST(info_tells_of_failures)
{
	struct dma_fence *fence = toy_fence_create(1);
	struct sync_fence_info fence_info;
	struct sync_file_info info;
	int fd = fence_fd(fence);

	dma_fence_set_error(fence, -EIO);
	dma_fence_signal(fence);
	assert_int_equal(info_of(fd, &info, NULL, 0), 0);
	assert_int_equal(info.status, -EIO);
	assert_int_equal(info_of(fd, &info, &fence_info, 1), 0);
	assert_int_equal(info.status, -EIO);
	assert_int_equal(fence_info.status, -EIO);
	assert_true(fence_info.timestamp_ns > 0);
	close_sync(fd);
	dma_fence_put(fence);
}

/* Two fences with sync files of their own, and one of both. */
static struct {
	struct dma_fence *one, *other;
	int fd1, fd2, both;
} pair;

static void begin_pair(void)
{
	pair.one = toy_fence_create(1);
	pair.other = toy_fence_create(1);
	pair.fd1 = fence_fd(pair.one);
	pair.fd2 = fence_fd(pair.other);
	pair.both = merge(pair.fd2, pair.fd1, "both");
	assert_true(pair.both >= 0);
}

static void end_pair(void)
{
	close_sync(pair.fd1);
	close_sync(pair.fd2);
	close_sync(pair.both);
	/* What waits for both is alive as long as they are under way. */
	dma_fence_signal(pair.one);
	dma_fence_signal(pair.other);
	dma_fence_put(pair.one);
	dma_fence_put(pair.other);
}

TEST(info_needs_room_for_all_fences)
{
	struct sync_fence_info infos[2];
	struct sync_file_info info;

	begin_pair();
	assert_int_equal(info_of(pair.both, &info, infos, 1), -EINVAL);
	assert_int_equal(info_of(pair.both, &info, infos, 2), 0);
	assert_int_equal(info.num_fences, 2);
	end_pair();
}

TEST(info_checks_its_arguments)
{
	struct sync_file_info info = {.flags = 1};

	begin_pair();
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_FILE_INFO, NULL),
			 -EFAULT);
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_FILE_INFO, &info),
			 -EINVAL);
	info = (struct sync_file_info){.pad = 1};
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_FILE_INFO, &info),
			 -EINVAL);
	assert_int_equal(info_of(pair.fd1, &info, (void *)8, 1), -EFAULT);
	end_pair();
}

/* ------------------------------------------------------------------------
 * SYNC_IOC_MERGE
 */

TEST(a_merge_is_signalled_when_both_are)
{
	struct sync_file_info info;

	begin_pair();
	assert_int_equal(fcntl(pair.both, F_GETFD), FD_CLOEXEC);
	assert_int_equal(info_of(pair.both, &info, NULL, 0), 0);
	assert_string_equal(info.name, "both");
	assert_int_equal(info.num_fences, 2);
	dma_fence_signal(pair.other);
	assert_false(is_readable(pair.both));
	assert_true(is_readable(pair.fd2));
	dma_fence_signal(pair.one);
	assert_true(is_readable(pair.both));
	end_pair();
}

TEST(a_merge_is_in_the_order_of_contexts)
{
	struct sync_fence_info infos[2];
	struct sync_file_info info;

	begin_pair();
	dma_fence_signal_timestamp(pair.one, 42);
	assert_int_equal(info_of(pair.both, &info, infos, 2), 0);
	assert_int_equal(infos[0].timestamp_ns, 42);
	assert_int_equal(infos[1].timestamp_ns, 0);
	assert_int_equal(info.status, 0);
	end_pair();
}

TEST(a_merge_of_merges_has_each_fence_once)
{
	struct sync_file_info info;
	int again;

	begin_pair();
	again = merge(pair.both, pair.both, "");
	assert_int_equal(info_of(again, &info, NULL, 0), 0);
	assert_int_equal(info.num_fences, 2);
	assert_memory_equal(info.name, "dma_fence_array-unbound", 23);
	close_sync(again);
	end_pair();
}

TEST(a_merge_has_the_latest_of_each_context)
{
	struct dma_fence *early = toy_fence_create(1);
	struct dma_fence *late = toy_fence_create(2), *merged;
	int fd1 = fence_fd(early), fd2 = fence_fd(late), fd3;

	late->context = early->context;
	for (int i = 0; i < 2; i++) {
		fd3 = i ? merge(fd1, fd2, "a") : merge(fd2, fd1, "b");
		merged = sync_file_get_fence(fd3);
		assert_ptr_equal(merged, late);
		dma_fence_put(merged);
		close_sync(fd3);
	}
	close_sync(fd1);
	close_sync(fd2);
	dma_fence_put(early);
	dma_fence_put(late);
}

TEST(a_merge_leaves_out_what_is_signalled)
{
	struct dma_fence *merged;
	int fd;

	begin_pair();
	dma_fence_signal(pair.one);
	fd = merge(pair.both, pair.fd1, "left");
	merged = sync_file_get_fence(fd);
	assert_ptr_equal(merged, pair.other);
	dma_fence_put(merged);
	close_sync(fd);
	end_pair();
}

TEST(a_merge_of_what_is_signalled_is_a_stub_with_the_later_time)
{
	struct sync_fence_info fence_info;
	struct sync_file_info info;
	int fd;

	begin_pair();
	dma_fence_signal_timestamp(pair.one, 43);
	dma_fence_signal_timestamp(pair.other, 42);
	fd = merge(pair.fd1, pair.fd2, "");
	assert_true(is_readable(fd));
	assert_int_equal(info_of(fd, &info, &fence_info, 1), 0);
	assert_string_equal(info.name, "stub-stub0-0");
	assert_int_equal(fence_info.status, 1);
	assert_int_equal(fence_info.timestamp_ns, 43);
	close_sync(fd);
	end_pair();
}

TEST(a_merges_name_is_cut)
{
	static const char too_long[] = "0123456789012345678901234567890123";
	struct sync_file_info info;
	int fd;

	begin_pair();
	fd = merge(pair.fd1, pair.fd1, too_long);
	assert_int_equal(info_of(fd, &info, NULL, 0), 0);
	assert_string_equal(info.name, "0123456789012345678901234567890");
	close_sync(fd);
	end_pair();
}

TEST(merge_checks_its_arguments)
{
	struct sync_merge_data args;
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	begin_pair();
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_MERGE, NULL), -EFAULT);
	args = (struct sync_merge_data){.fd2 = -1, .flags = 1};
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_MERGE, &args), -EINVAL);
	args = (struct sync_merge_data){.fd2 = pair.fd2, .pad = 1};
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_MERGE, &args), -EINVAL);
	assert_int_equal(merge(pair.fd1, -1, ""), -ENOENT);
	assert_int_equal(merge(pair.fd1, STDIN_FILENO, ""), -ENOENT);
	/* No fd is left behind: the teardown counts. */
	args = (struct sync_merge_data){.fd2 = pair.fd2};
	memcpy(page, &args, sizeof(args));
	mprotect(page, PAGE_SIZE, PROT_READ);
	assert_int_equal(file_ioctl(pair.fd1, SYNC_IOC_MERGE, page), -EFAULT);
	munmap(page, PAGE_SIZE);
	end_pair();
}

static int fd_out;

static int noting_install(struct task *task, int fd, bool cloexec)
{
	(void)cloexec;
	fd_out = task->fd_out;
	return fd;
}

TEST(the_place_of_the_new_fd_is_told_to_the_host)
{
	struct task_ops ops = *current_task()->ops;
	struct task task = {.ops = &ops, .pid = getpid(), .fd_out = -1};
	int buffer, fd;

	begin_pair();
	buffer = export_handle(stage.file, must(create_dumb(stage.file, 1)), 0);
	ops.fd_install = noting_install;
	set_current_task(&task);
	close_sync(merge(pair.fd1, pair.fd2, ""));
	assert_int_equal(fd_out, offsetof(struct sync_merge_data, fence));
	assert_int_equal(task.fd_out, -1);
	close_sync(export_sync_file(buffer, DMA_BUF_SYNC_READ));
	assert_int_equal(fd_out,
			 offsetof(struct dma_buf_export_sync_file, fd));
	assert_int_equal(task.fd_out, -1);
	fd = fence_fd(pair.one);
	assert_int_equal(fd_out, -1);
	close_sync(fd);
	enter_task();
	close(buffer);
	end_pair();
}

#define ON_FILES(name)                                                         \
	cmocka_unit_test_setup_teardown(name, stage_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_FILES(a_sync_file_polls_readable_once_its_fence_is_signalled),
		ON_FILES(a_sync_file_keeps_its_fence_until_its_last_close),
		ON_FILES(what_is_no_sync_file_has_no_fence),
		ON_FILES(other_ioctls_are_enotty),
		ON_FILES(a_file_is_named_after_its_fence),
		ON_FILES(info_tells_state_and_time_of_each_fence),
		ON_FILES(info_tells_of_failures),
		ON_FILES(info_needs_room_for_all_fences),
		ON_FILES(info_checks_its_arguments),
		ON_FILES(a_merge_is_signalled_when_both_are),
		ON_FILES(a_merge_is_in_the_order_of_contexts),
		ON_FILES(a_merge_of_merges_has_each_fence_once),
		ON_FILES(a_merge_has_the_latest_of_each_context),
		ON_FILES(a_merge_leaves_out_what_is_signalled),
		ON_FILES(
			a_merge_of_what_is_signalled_is_a_stub_with_the_later_time),
		ON_FILES(a_merges_name_is_cut),
		ON_FILES(merge_checks_its_arguments),
		ON_FILES(the_place_of_the_new_fd_is_told_to_the_host),
	};

	return cmocka_run_group_tests_name("sync-file", tests, NULL, NULL);
}
