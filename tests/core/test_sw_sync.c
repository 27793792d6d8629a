/* SPDX-License-Identifier: MIT */
/* Timelines that a program moves. */
#include <linux/sw_sync.h>
#include <sys/prctl.h>

#include "stage.h"
#include "sync.h"
#include "toy_fence.h"

static int timeline;

static int setup(void **state)
{
	int ret = stage_setup(state);

	timeline = sw_sync_open();
	assert_true(timeline >= 0);
	return ret;
}

static int teardown(void **state)
{
	if (timeline >= 0) {
		close_sync(timeline);
	}
	return stage_teardown(state);
}

static int point(u32 value)
{
	struct sw_sync_create_fence_data args = {.value = value, .fence = -1};
	long ret = file_ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, &args);

	return ret ? (int)ret : args.fence;
}

static void move(u32 by)
{
	assert_int_equal(file_ioctl(timeline, SW_SYNC_IOC_INC, &by), 0);
}

TEST(a_point_is_signalled_when_the_counter_gets_there)
{
	int first = point(1), third = point(3);

	assert_false(is_readable(timeline));
	assert_false(is_readable(first));
	move(1);
	assert_true(is_readable(first));
	assert_false(is_readable(third));
	move(1);
	assert_false(is_readable(third));
	move(1);
	assert_true(is_readable(third));
	close_sync(first);
	close_sync(third);
}

TEST(a_step_signals_all_points_on_its_way)
{
	int fds[4];

	fds[0] = point(4);
	fds[1] = point(2);
	fds[2] = point(3);
	fds[3] = point(1);
	move(3);
	assert_false(is_readable(fds[0]));
	for (int i = 1; i < 4; i++) {
		assert_true(is_readable(fds[i]));
	}
	move(100);
	assert_true(is_readable(fds[0]));
	for (int i = 0; i < 4; i++) {
		close_sync(fds[i]);
	}
}

static u64 last_seqno;

static void note_order(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)cb;
	assert_true(fence->seqno > last_seqno);
	last_seqno = fence->seqno;
}

TEST(points_are_signalled_in_order)
{
	static const u32 values[] = {5, 2, 9, 1, 7, 3};
	struct dma_fence *fences[ARRAY_SIZE(values)];
	struct dma_fence_cb cbs[ARRAY_SIZE(values)];

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int fd = point(values[i]);

		fences[i] = sync_file_get_fence(fd);
		close_sync(fd);
		assert_int_equal(dma_fence_add_callback(fences[i], &cbs[i],
							note_order),
				 0);
	}
	last_seqno = 0;
	move(100);
	assert_int_equal(last_seqno, 9);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		dma_fence_put(fences[i]);
	}
}

TEST(a_point_behind_the_counter_is_signalled_from_the_beginning)
{
	int fd = point(0);

	assert_true(is_readable(fd));
	close_sync(fd);
	move(5);
	fd = point(5);
	assert_true(is_readable(fd));
	close_sync(fd);
	fd = point(3);
	assert_true(is_readable(fd));
	close_sync(fd);
}

TEST(two_points_of_one_number_are_one_fence)
{
	int fd1 = point(2), fd2 = point(2);
	struct dma_fence *one = sync_file_get_fence(fd1);
	struct dma_fence *other = sync_file_get_fence(fd2);

	assert_ptr_equal(one, other);
	dma_fence_put(one);
	dma_fence_put(other);
	close_sync(fd1);
	close_sync(fd2);
}

TEST(a_point_nobody_has_is_forgotten)
{
	struct dma_fence *fence;
	u64 context;
	int fd = point(2);

	fence = sync_file_get_fence(fd);
	context = fence->context;
	dma_fence_put(fence);
	close_sync(fd);
	fd = point(2);
	fence = sync_file_get_fence(fd);
	assert_int_equal(fence->context, context);
	assert_int_equal(dma_fence_get_status(fence), 0);
	dma_fence_put(fence);
	close_sync(fd);
	move(2);
}

TEST(the_counter_wraps_around)
{
	int near, far;

	/* Further than half the circle: behind. */
	far = point(0x80000000);
	assert_true(is_readable(far));
	close_sync(far);
	far = point(0x7fffffff);
	assert_false(is_readable(far));
	move(0x7ffffffe);
	assert_false(is_readable(far));
	move(1);
	assert_true(is_readable(far));
	close_sync(far);
	move(0x7ffffffe);
	near = point(0xffffffff);
	far = point(4);
	move(2);
	assert_true(is_readable(near));
	assert_false(is_readable(far));
	move(5);
	assert_true(is_readable(far));
	close_sync(near);
	close_sync(far);
}

TEST(a_step_of_more_than_half_the_circle_passes_what_lies_on_it)
{
	int half = point(0x7fffffff), one = point(1);

	move(0xffffffff);
	assert_true(is_readable(half));
	assert_true(is_readable(one));
	close_sync(half);
	close_sync(one);
}

TEST(the_end_of_the_timeline_fails_its_points)
{
	int fd = point(1), done = point(0);
	struct sync_fence_info fence_info;
	struct sync_file_info info;

	close_sync(timeline);
	timeline = -1;
	assert_true(is_readable(fd));
	assert_int_equal(info_of(fd, &info, &fence_info, 1), 0);
	assert_int_equal(info.status, -ENOENT);
	assert_int_equal(fence_info.status, -ENOENT);
	assert_int_equal(info_of(done, &info, NULL, 0), 0);
	assert_int_equal(info.status, 1);
	close_sync(fd);
	close_sync(done);
}

TEST(a_point_has_the_names_of_sw_sync_and_the_program)
{
	struct sync_fence_info fence_info;
	struct sync_file_info info;
	char comm[16];
	int fd = point(1);

	assert_int_equal(prctl(PR_GET_NAME, comm), 0);
	assert_int_equal(info_of(fd, &info, &fence_info, 1), 0);
	assert_string_equal(fence_info.driver_name, "sw_sync");
	assert_string_equal(fence_info.obj_name, comm);
	close_sync(fd);
}

TEST(a_point_tells_its_values)
{
	struct dma_fence *fence;
	char text[16];
	int fd = point(7);

	fence = sync_file_get_fence(fd);
	move(3);
	fence->ops->fence_value_str(fence, text, sizeof(text));
	assert_string_equal(text, "7");
	fence->ops->timeline_value_str(fence, text, sizeof(text));
	assert_string_equal(text, "3");
	dma_fence_put(fence);
	close_sync(fd);
}

static int deadline_of(int fd, u64 *deadline)
{
	struct sw_sync_get_deadline args = {.fence_fd = fd};
	long ret = file_ioctl(timeline, SW_SYNC_GET_DEADLINE, &args);

	*deadline = args.deadline_ns;
	return (int)ret;
}

TEST(the_earliest_deadline_counts)
{
	struct dma_fence *fence;
	int fd = point(1);
	u64 deadline;

	assert_int_equal(deadline_of(fd, &deadline), -ENOENT);
	fence = sync_file_get_fence(fd);
	dma_fence_set_deadline(fence, 50);
	dma_fence_set_deadline(fence, 40);
	dma_fence_set_deadline(fence, 60);
	dma_fence_put(fence);
	assert_int_equal(deadline_of(fd, &deadline), 0);
	assert_int_equal(deadline, 40);
	close_sync(fd);
}

TEST(arguments_are_checked)
{
	struct sw_sync_get_deadline args = {.deadline_ns = 1};
	struct dma_fence *other = toy_fence_create(1);
	int fd = fence_fd(other);
	u64 deadline;
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_int_equal(deadline_of(-1, &deadline), -EINVAL);
	assert_int_equal(deadline_of(fd, &deadline), -EINVAL);
	assert_int_equal(file_ioctl(timeline, SW_SYNC_GET_DEADLINE, &args),
			 -EINVAL);
	args = (struct sw_sync_get_deadline){.pad = 1};
	assert_int_equal(file_ioctl(timeline, SW_SYNC_GET_DEADLINE, &args),
			 -EINVAL);
	assert_int_equal(file_ioctl(timeline, SW_SYNC_GET_DEADLINE, NULL),
			 -EFAULT);
	assert_int_equal(file_ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, NULL),
			 -EFAULT);
	/* And no fd is left behind: the teardown counts. */
	assert_int_equal(file_ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, page),
			 -EFAULT);
	assert_int_equal(file_ioctl(timeline, SW_SYNC_IOC_INC, NULL), -EFAULT);
	assert_int_equal(file_ioctl(timeline, _IO('W', 9), NULL), -ENOTTY);
	munmap(page, PAGE_SIZE);
	close_sync(fd);
	dma_fence_put(other);
	assert_int_equal(toy_fences_alive, 0);
}

#define ON_TIMELINE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TIMELINE(a_point_is_signalled_when_the_counter_gets_there),
		ON_TIMELINE(a_step_signals_all_points_on_its_way),
		ON_TIMELINE(points_are_signalled_in_order),
		ON_TIMELINE(
			a_point_behind_the_counter_is_signalled_from_the_beginning),
		ON_TIMELINE(two_points_of_one_number_are_one_fence),
		ON_TIMELINE(a_point_nobody_has_is_forgotten),
		ON_TIMELINE(the_counter_wraps_around),
		ON_TIMELINE(
			a_step_of_more_than_half_the_circle_passes_what_lies_on_it),
		ON_TIMELINE(the_end_of_the_timeline_fails_its_points),
		ON_TIMELINE(a_point_has_the_names_of_sw_sync_and_the_program),
		ON_TIMELINE(a_point_tells_its_values),
		ON_TIMELINE(the_earliest_deadline_counts),
		ON_TIMELINE(arguments_are_checked),
	};

	return cmocka_run_group_tests_name("sw-sync", tests, NULL, NULL);
}
