/* SPDX-License-Identifier: MIT */
/* Syncobjs, their handles, fds, waits and timelines, one rule a test. */
#include <drm/drm_syncobj.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <uprime/anon_file.h>

#include "counts.h"
#include "syncobj.h"
#include "toy_fence.h"

#define NO_HANDLE     9999
#define MORE_THAN_ANY 0x40000000

static u32 create(u32 flags)
{
	return must(syncobj_create(stage.file, flags));
}

/* A fence of put_in() is done. */
static void end(struct dma_fence *fence)
{
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

/* Objects and handles. */

TEST(a_device_without_the_feature_has_none)
{
	static const unsigned int cmds[] = {
		DRM_IOCTL_SYNCOBJ_CREATE,
		DRM_IOCTL_SYNCOBJ_DESTROY,
		DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD,
		DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
		DRM_IOCTL_SYNCOBJ_WAIT,
		DRM_IOCTL_SYNCOBJ_RESET,
		DRM_IOCTL_SYNCOBJ_SIGNAL,
		DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT,
		DRM_IOCTL_SYNCOBJ_QUERY,
		DRM_IOCTL_SYNCOBJ_TRANSFER,
		DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL,
	};
	char arg[64] = {0};

	for (unsigned int i = 0; i < ARRAY_SIZE(cmds); i++) {
		assert_int_equal(request(stage.file, cmds[i], arg),
				 -EOPNOTSUPP);
	}
	/* Not known at all, so the argument is not looked at. */
	assert_int_equal(request(stage.file, DRM_IOCTL_SYNCOBJ_EVENTFD, NULL),
			 -EINVAL);
}

TEST(without_timelines_there_are_binary_ones)
{
	char arg[64] = {0};

	stage.dev->driver_features &= ~(u32)DRIVER_SYNCOBJ_TIMELINE;
	assert_int_equal(wait_one(stage.file, create(SIGNALED), 0, 0), 0);
	assert_int_equal(
		request(stage.file, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, arg),
		-EOPNOTSUPP);
	assert_int_equal(request(stage.file, DRM_IOCTL_SYNCOBJ_QUERY, arg),
			 -EOPNOTSUPP);
	assert_int_equal(request(stage.file, DRM_IOCTL_SYNCOBJ_TRANSFER, arg),
			 -EOPNOTSUPP);
	assert_int_equal(
		request(stage.file, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, arg),
		-EOPNOTSUPP);
	assert_int_equal(request(stage.file, DRM_IOCTL_SYNCOBJ_EVENTFD, arg),
			 -EOPNOTSUPP);
}

TEST(handles_are_the_lowest_free_from_1_in_each_file)
{
	assert_int_equal(create(0), 1);
	assert_int_equal(create(0), 2);
	assert_int_equal(must(syncobj_create(stage.second, 0)), 1);
	assert_int_equal(syncobj_destroy(stage.file, 1), 0);
	assert_int_equal(create(0), 1);
	assert_int_equal(create(0), 3);
	assert_int_equal(syncobj_destroy(stage.second, 2), -EINVAL);
}

TEST(handles_of_syncobjs_are_not_those_of_buffers)
{
	u32 buffer = must(create_dumb(stage.file, 1));

	assert_int_equal(syncobj_destroy(stage.file, buffer), -EINVAL);
	assert_int_equal(create(0), buffer);
	assert_int_equal(close_handle(stage.file, buffer), 0);
	assert_int_equal(syncobj_destroy(stage.file, buffer), 0);
}

TEST(unknown_flags_and_padding_are_EINVAL)
{
	u32 handle = create(0);
	struct drm_syncobj_destroy destroy = {.handle = handle, .pad = 1};
	struct drm_syncobj_handle fd = {.handle = handle, .pad = 1};
	struct drm_syncobj_array array = {.handles = 1, .pad = 1};
	struct drm_syncobj_timeline_array points = {.handles = 1, .flags = 2};
	struct drm_syncobj_transfer transfer = {.pad = 1};
	struct syncobj_eventfd_args eventfd = {.pad = 1};
	struct drm_file *file = stage.file;

	assert_int_equal(syncobj_create(file, 2), -EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy),
			 -EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &fd),
			 -EINVAL);
	assert_int_equal(syncobj_to_fd(file, handle, 2), -EINVAL);
	fd.fd = (int)must(syncobj_to_fd(file, handle, 0));
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &fd),
			 -EINVAL);
	fd.pad = 0;
	fd.flags = 2;
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &fd),
			 -EINVAL);
	close(fd.fd);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_RESET, &array),
			 -EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_SIGNAL, &array),
			 -EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_QUERY, &points),
			 -EINVAL);
	assert_int_equal(
		request(file, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &points),
		-EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer),
			 -EINVAL);
	assert_int_equal(request(file, DRM_IOCTL_SYNCOBJ_EVENTFD, &eventfd),
			 -EINVAL);
	assert_int_equal(syncobj_eventfd(file, handle, 0, 1, -1), -EINVAL);
	assert_int_equal(wait_one(file, handle, WAIT_AVAILABLE, 0), -EINVAL);
	assert_int_equal(wait_one(file, handle, 16, 0), -EINVAL);
	assert_int_equal(wait_point(file, handle, 0, 16), -EINVAL);
}

/* Arrays. */

static int array_request(unsigned int cmd, const void *handles, u32 count)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)handles,
		.count_handles = count,
	};

	return request(stage.file, cmd, &args);
}

TEST(arrays_are_checked_count_first_then_memory_then_handles)
{
	static const unsigned int cmds[] = {DRM_IOCTL_SYNCOBJ_RESET,
					    DRM_IOCTL_SYNCOBJ_SIGNAL};
	u32 handles[] = {create(0), NO_HANDLE};

	for (unsigned int i = 0; i < ARRAY_SIZE(cmds); i++) {
		assert_int_equal(array_request(cmds[i], NULL, 0), -EINVAL);
		assert_int_equal(array_request(cmds[i], NULL, MORE_THAN_ANY),
				 -ENOMEM);
		assert_int_equal(array_request(cmds[i], NULL, 1), -EFAULT);
		assert_int_equal(array_request(cmds[i], handles, 2), -ENOENT);
		assert_int_equal(array_request(cmds[i], handles, 1), 0);
	}
}

static int points_request(unsigned int cmd, const void *handles,
			  const void *points, u32 count)
{
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.count_handles = count,
	};

	return request(stage.file, cmd, &args);
}

TEST(points_are_looked_at_after_the_handles)
{
	const unsigned int query = DRM_IOCTL_SYNCOBJ_QUERY,
			   signal = DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL;
	u32 handle = create(0), unknown = NO_HANDLE;
	const void *bad = (void *)8;

	assert_int_equal(points_request(query, NULL, NULL, 0), -EINVAL);
	assert_int_equal(points_request(query, NULL, NULL, MORE_THAN_ANY),
			 -ENOMEM);
	assert_int_equal(points_request(query, NULL, NULL, 1), -EFAULT);
	assert_int_equal(points_request(query, &unknown, bad, 1), -ENOENT);
	assert_int_equal(points_request(query, &handle, bad, 1), -EFAULT);
	assert_int_equal(points_request(query, &handle, NULL, 1), -EFAULT);

	assert_int_equal(points_request(signal, NULL, NULL, 0), -EINVAL);
	assert_int_equal(points_request(signal, NULL, NULL, MORE_THAN_ANY),
			 -ENOMEM);
	assert_int_equal(points_request(signal, &unknown, bad, 1), -ENOENT);
	assert_int_equal(points_request(signal, &handle, bad, 1), -EFAULT);
	assert_int_equal(wait_one(stage.file, handle, 0, 0), -EINVAL);
	assert_int_equal(points_request(signal, &handle, NULL, 1), 0);
	assert_int_equal(wait_one(stage.file, handle, 0, 0), 0);
}

TEST(a_wait_for_nothing_is_over)
{
	struct syncobj_timeline_wait_args args = {.handles = 8,
						  .first_signaled = 77};

	assert_int_equal(request(stage.file, TIMELINE_WAIT_CMD, &args), 0);
	assert_int_equal(args.first_signaled, 77);
	assert_int_equal(wait_points(stage.file, NULL, NULL, 0, 16, 0),
			 -EINVAL - 1);
}

TEST(a_wait_checks_handles_then_points)
{
	u32 handles[] = {create(SIGNALED), NO_HANDLE};
	const u64 *bad = (void *)8;

	assert_int_equal(
		wait_points(stage.file, handles, NULL, MORE_THAN_ANY, 0, 0),
		-ENOMEM - 1);
	assert_int_equal(wait_points(stage.file, NULL, bad, 1, 0, 0),
			 -EFAULT - 1);
	assert_int_equal(wait_points(stage.file, handles, bad, 2, 0, 0),
			 -ENOENT - 1);
	assert_int_equal(wait_points(stage.file, handles, bad, 1, 0, 0),
			 -EFAULT - 1);
	assert_int_equal(wait_points(stage.file, handles, NULL, 1, 0, 0), 0);
}

TEST(an_older_program_has_a_shorter_argument)
{
	u32 handle = create(SIGNALED);
	struct syncobj_wait_args args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
		.deadline_nsec = 1,
	};

	assert_int_equal(request(stage.file, _IOWR('d', 0xC3, char[40]), &args),
			 0);
	assert_int_equal(args.deadline_nsec, 1);
}

/* Fds. */

TEST(each_export_is_a_new_fd_and_each_import_a_new_handle)
{
	u32 handle = create(0), other, again;
	int fd = (int)must(syncobj_to_fd(stage.file, handle, 0)),
	    second = (int)must(syncobj_to_fd(stage.file, handle, 0));

	assert_false(same_open_file(fd, second));
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	again = must(syncobj_from_fd(stage.file, fd));
	other = must(syncobj_from_fd(stage.far, second));
	assert_int_equal(again, 2);
	assert_int_equal(other, 1);
	assert_int_equal(syncobj_destroy(stage.file, handle), 0);
	assert_int_equal(syncobj_signal(stage.file, again), 0);
	assert_int_equal(wait_one(stage.far, other, 0, 0), 0);
	close(fd);
	close(second);
}

TEST(an_fd_polls_ready_and_reads_nothing)
{
	u32 handle = create(0);
	int fd = (int)must(syncobj_to_fd(stage.file, handle, 0));
	struct pollfd pollfd = {.fd = fd, .events = POLLIN | POLLOUT};
	char byte;

	assert_int_equal(poll(&pollfd, 1, 0), 1);
	assert_int_equal(pollfd.revents, POLLIN | POLLOUT);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

TEST(an_fd_keeps_the_syncobj)
{
	u32 handle = create(SIGNALED);
	int fd = (int)must(syncobj_to_fd(stage.file, handle, 0));

	assert_int_equal(syncobj_destroy(stage.file, handle), 0);
	handle = must(syncobj_from_fd(stage.second, fd));
	assert_int_equal(wait_one(stage.second, handle, 0, 0), 0);
	close(fd);
}

TEST(only_fds_of_syncobjs_are_imported)
{
	u32 handle = create(SIGNALED);
	int sync_file = (int)must(syncobj_to_fd(stage.file, handle, SYNC_FILE));

	assert_int_equal(syncobj_from_fd(stage.file, -1), -EINVAL);
	assert_int_equal(syncobj_from_fd(stage.file, 0), -EINVAL);
	assert_int_equal(syncobj_from_fd(stage.file, sync_file), -EINVAL);
	assert_int_equal(syncobj_to_fd(stage.file, NO_HANDLE, 0), -EINVAL);
	close(sync_file);
}

TEST(a_sync_file_has_the_fence_of_the_moment)
{
	u32 handle = create(0), other = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);
	int fd = (int)must(syncobj_to_fd(stage.file, handle, SYNC_FILE));

	assert_int_equal(syncobj_reset(stage.file, handle), 0);
	assert_int_equal(syncobj_import(stage.file, other, fd), 0);
	close(fd);
	assert_int_equal(wait_one(stage.file, other, 0, 0), -ETIME);
	end(fence);
	assert_int_equal(wait_one(stage.file, other, 0, 0), 0);
	assert_int_equal(wait_one(stage.file, handle, 0, 0), -EINVAL);
}

TEST(a_sync_file_needs_a_fence_and_a_handle)
{
	u32 handle = create(0);
	int fd = (int)must(syncobj_to_fd(stage.file, handle, 0));

	assert_int_equal(syncobj_to_fd(stage.file, handle, SYNC_FILE), -EINVAL);
	assert_int_equal(syncobj_to_fd(stage.file, NO_HANDLE, SYNC_FILE),
			 -ENOENT);
	/* The fd is looked at first. */
	assert_int_equal(syncobj_import(stage.file, NO_HANDLE, fd), -EINVAL);
	assert_int_equal(syncobj_import(stage.file, handle, -1), -EINVAL);
	close(fd);
	assert_int_equal(syncobj_signal(stage.file, handle), 0);
	fd = (int)must(syncobj_to_fd(stage.file, handle, SYNC_FILE));
	assert_int_equal(syncobj_import(stage.file, NO_HANDLE, fd), -ENOENT);
	close(fd);
}

TEST(closing_the_file_gives_up_its_handles)
{
	struct dma_fence *fence =
		put_in(stage.second, must(syncobj_create(stage.second, 0)), 0);

	must(syncobj_create(stage.second, SIGNALED));
	close_file(&stage.second);
	assert_int_equal(kref_read(&fence->refcount), 1);
	end(fence);
}

/* Waits. */

TEST(an_empty_one_is_waited_for_only_when_asked)
{
	u32 handle = create(0);

	assert_int_equal(wait_one(stage.file, handle, 0, 0), -EINVAL);
	assert_int_equal(wait_one(stage.file, handle, 0, 10), -EINVAL);
	assert_int_equal(wait_one(stage.file, handle, WAIT_SUBMIT, 0), -ETIME);
	assert_int_equal(wait_point(stage.file, handle, 0, 0), -EINVAL);
	assert_int_equal(wait_point(stage.file, handle, 0, WAIT_AVAILABLE),
			 -ETIME);
}

TEST(a_pending_one_is_available)
{
	u32 handle = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);

	assert_int_equal(wait_one(stage.file, handle, 0, 0), -ETIME);
	assert_int_equal(wait_point(stage.file, handle, 0, WAIT_AVAILABLE), 0);
	dma_fence_signal(fence);
	assert_int_equal(wait_one(stage.file, handle, 0, 0), 0);
	end(fence);
}

TEST(a_wait_ends_in_time)
{
	u32 handle = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);
	s64 begin = ktime_get_ns();

	assert_int_equal(wait_one(stage.file, handle, 0, 30), -ETIME);
	assert_true(ktime_get_ns() - begin >= 30 * 1000000);
	end(fence);
}

TEST(a_time_that_is_over_only_asks)
{
	static const s64 times[] = {INT64_MIN, -1, 0, 1};
	u32 handle = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(times); i++) {
		struct syncobj_wait_args args = {
			.handles = (uintptr_t)&handle,
			.timeout_nsec = times[i],
			.count_handles = 1,
			.first_signaled = 77,
		};

		assert_int_equal(request(stage.file, WAIT_CMD, &args), -ETIME);
		assert_int_equal(args.first_signaled, 77);
	}
	end(fence);
}

TEST(any_tells_the_lowest_that_is_signaled)
{
	u32 handles[] = {create(0), create(0), create(SIGNALED),
			 create(SIGNALED)};
	struct dma_fence *fence = put_in(stage.file, handles[0], 0);

	assert_int_equal(wait_points(stage.file, handles, NULL, 4, 0, 0),
			 -EINVAL - 1);
	assert_int_equal(
		wait_points(stage.file, handles, NULL, 4, WAIT_SUBMIT, 0), 2);
	assert_int_equal(
		wait_points(stage.file, handles, NULL, 4, WAIT_AVAILABLE, 0),
		0);
	assert_int_equal(wait_points(stage.file, handles + 1, NULL, 3,
				     WAIT_AVAILABLE, 0),
			 1);
	end(fence);
	assert_int_equal(
		wait_points(stage.file, handles, NULL, 4, WAIT_SUBMIT, 0), 0);
}

TEST(all_waits_for_the_last)
{
	u32 handles[] = {create(SIGNALED), create(0)};
	struct dma_fence *fence = put_in(stage.file, handles[1], 0);

	assert_int_equal(wait_points(stage.file, handles, NULL, 2, WAIT_ALL, 0),
			 -ETIME - 1);
	assert_int_equal(wait_points(stage.file, handles, NULL, 2,
				     WAIT_ALL | WAIT_AVAILABLE, 0),
			 0);
	end(fence);
	assert_int_equal(wait_points(stage.file, handles, NULL, 2, WAIT_ALL, 0),
			 0);
}

TEST(a_deadline_is_told_to_the_fence)
{
	u32 handle = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);
	struct syncobj_wait_args args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
		.deadline_nsec = 5,
	};

	request(stage.file, WAIT_CMD, &args);
	assert_int_equal(toy_fence_deadline(fence), 0);
	args.flags = WAIT_DEADLINE;
	request(stage.file, WAIT_CMD, &args);
	assert_int_equal(toy_fence_deadline(fence), 5);
	end(fence);
}

/**
 * struct waiter - a wait in another thread
 */
struct waiter {
	pthread_t thread;
	u32 handles[2];
	u64 points[2];
	u32 count, flags;
	int ms, result;
};

static void *wait_there(void *data)
{
	struct waiter *waiter = data;

	enter_task();
	waiter->result =
		wait_points(stage.file, waiter->handles, waiter->points,
			    waiter->count, waiter->flags, waiter->ms);
	return NULL;
}

/* Begin to wait, and give it the time to fall asleep. */
static void begin(struct waiter *waiter)
{
	assert_int_equal(
		pthread_create(&waiter->thread, NULL, wait_there, waiter), 0);
	usleep(20000);
}

static int result(struct waiter *waiter)
{
	pthread_join(waiter->thread, NULL);
	return waiter->result;
}

#define LONG  5000
#define SHORT 60

TEST(a_signal_ends_a_wait)
{
	struct waiter waiter = {.handles = {create(0)}, .count = 1, .ms = LONG};
	struct dma_fence *fence = put_in(stage.file, waiter.handles[0], 0);

	begin(&waiter);
	end(fence);
	assert_int_equal(result(&waiter), 0);
}

TEST(a_wait_for_all_that_had_to_wait_tells_no_first)
{
	struct waiter waiter = {.handles = {create(0), create(0)},
				.count = 2,
				.flags = WAIT_ALL,
				.ms = LONG};
	struct dma_fence *first = put_in(stage.file, waiter.handles[0], 0),
			 *second = put_in(stage.file, waiter.handles[1], 0);

	begin(&waiter);
	end(second);
	usleep(20000);
	end(first);
	assert_int_equal(result(&waiter), -1);
}

TEST(a_wait_for_submission_goes_on_with_the_fence)
{
	struct waiter waiter = {.handles = {create(0)},
				.count = 1,
				.flags = WAIT_SUBMIT,
				.ms = LONG};
	struct dma_fence *fence;

	begin(&waiter);
	fence = put_in(stage.file, waiter.handles[0], 0);
	/* It has its fence now, and this one is not it. */
	assert_int_equal(syncobj_signal(stage.file, waiter.handles[0]), 0);
	usleep(20000);
	end(fence);
	assert_int_equal(result(&waiter), 0);
}

TEST(a_wait_for_availability_ends_with_the_fence)
{
	struct waiter waiter = {.handles = {create(0)},
				.points = {7},
				.count = 1,
				.flags = WAIT_AVAILABLE,
				.ms = LONG};
	struct dma_fence *early, *fence;

	begin(&waiter);
	early = put_in(stage.file, waiter.handles[0], 5);
	usleep(20000);
	fence = put_in(stage.file, waiter.handles[0], 7);
	assert_int_equal(result(&waiter), 0);
	end(early);
	end(fence);
}

TEST(a_waiter_keeps_what_it_waits_for)
{
	struct waiter waiter = {.handles = {create(0)}, .count = 1, .ms = LONG};
	struct dma_fence *fence = put_in(stage.file, waiter.handles[0], 0);

	begin(&waiter);
	assert_int_equal(syncobj_reset(stage.file, waiter.handles[0]), 0);
	assert_int_equal(syncobj_signal(stage.file, waiter.handles[0]), 0);
	assert_int_equal(syncobj_destroy(stage.file, waiter.handles[0]), 0);
	usleep(20000);
	end(fence);
	assert_int_equal(result(&waiter), 0);
}

TEST(nobody_can_fill_what_was_destroyed)
{
	struct waiter waiter = {.handles = {create(0)},
				.count = 1,
				.flags = WAIT_SUBMIT,
				.ms = SHORT};

	begin(&waiter);
	assert_int_equal(syncobj_destroy(stage.file, waiter.handles[0]), 0);
	assert_int_equal(result(&waiter), -ETIME - 1);
}

/* A task that has a signal to handle. */

static int sleep_interrupted(struct task *task, s64 deadline, bool intr)
{
	(void)task;
	(void)deadline;
	assert_true(intr);
	return -EINTR;
}

TEST(a_wait_can_be_interrupted)
{
	struct task *task = current_task(), interrupted = *task;
	struct task_ops ops = *task->ops;
	u32 handle = create(0), empty = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 0);
	int ret[3];

	ops.sleep = sleep_interrupted;
	interrupted.ops = &ops;
	set_current_task(&interrupted);
	ret[0] = wait_one(stage.file, handle, 0, LONG);
	ret[1] = wait_one(stage.file, empty, WAIT_SUBMIT, LONG);
	ret[2] = syncobj_transfer(stage.file, handle, 0, empty, 0, WAIT_SUBMIT);
	set_current_task(task);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ret[i], -EINTR);
	}
	/* Nobody is told who waits no more. */
	assert_int_equal(syncobj_signal(stage.file, empty), 0);
	end(fence);
}

/* Timelines. */

#define LAST DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED

TEST(a_binary_one_has_no_points)
{
	u32 handle = create(SIGNALED);

	assert_int_equal(syncobj_query(stage.file, handle, 0), 0);
	assert_int_equal(syncobj_query(stage.file, handle, LAST), 0);
	assert_int_equal(wait_point(stage.file, handle, 0, 0), 0);
	assert_int_equal(wait_point(stage.file, handle, 1, 0), -EINVAL);
	assert_int_equal(wait_point(stage.file, handle, 1, WAIT_SUBMIT),
			 -ETIME);
}

TEST(points_are_reached_in_order)
{
	u32 handle = create(0);
	struct dma_fence *five = put_in(stage.file, handle, 5),
			 *ten = put_in(stage.file, handle, 10);

	assert_int_equal(syncobj_query(stage.file, handle, 0), 0);
	assert_int_equal(syncobj_query(stage.file, handle, LAST), 10);
	dma_fence_signal(ten);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 0);
	assert_int_equal(wait_point(stage.file, handle, 10, 0), -ETIME);
	assert_int_equal(wait_point(stage.file, handle, 1, 0), -ETIME);
	assert_int_equal(wait_point(stage.file, handle, 1, WAIT_AVAILABLE), 0);
	assert_int_equal(wait_point(stage.file, handle, 11, 0), -EINVAL);
	dma_fence_signal(five);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 10);
	assert_int_equal(wait_point(stage.file, handle, 10, 0), 0);
	end(five);
	end(ten);
}

TEST(a_point_is_reached_before_later_ones)
{
	u32 handle = create(0);
	struct dma_fence *five = put_in(stage.file, handle, 5),
			 *ten = put_in(stage.file, handle, 10);

	end(five);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 5);
	assert_int_equal(wait_point(stage.file, handle, 5, 0), 0);
	assert_int_equal(wait_point(stage.file, handle, 6, 0), -ETIME);
	/* Point 0 is all of it. */
	assert_int_equal(wait_point(stage.file, handle, 0, 0), -ETIME);
	end(ten);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 10);
}

TEST(a_point_out_of_order_does_not_bring_the_timeline_back)
{
	u32 handle = create(0);

	assert_int_equal(syncobj_signal_point(stage.file, handle, 5), 0);
	assert_int_equal(syncobj_signal_point(stage.file, handle, 7), 0);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 7);
	assert_int_equal(syncobj_signal_point(stage.file, handle, 6), 0);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 7);
	assert_int_equal(syncobj_query(stage.file, handle, LAST), 7);
	assert_int_equal(syncobj_signal_point(stage.file, handle, 0), 0);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 7);
	assert_int_equal(wait_point(stage.file, handle, 8, 0), -EINVAL);
}

TEST(the_highest_point_is_a_fine_one)
{
	u32 handle = create(0);

	assert_int_equal(syncobj_signal_point(stage.file, handle, UINT64_MAX),
			 0);
	assert_int_equal(wait_point(stage.file, handle, UINT64_MAX, 0), 0);
}

TEST(signal_and_reset_end_a_timeline)
{
	u32 handle = create(0);

	assert_int_equal(syncobj_signal_point(stage.file, handle, 5), 0);
	assert_int_equal(syncobj_signal(stage.file, handle), 0);
	assert_int_equal(syncobj_query(stage.file, handle, LAST), 0);
	assert_int_equal(wait_point(stage.file, handle, 0, 0), 0);
	assert_int_equal(wait_point(stage.file, handle, 5, 0), -EINVAL);
	assert_int_equal(syncobj_reset(stage.file, handle), 0);
	assert_int_equal(wait_point(stage.file, handle, 0, 0), -EINVAL);
}

TEST(many_points_do_not_pile_up)
{
	u32 handle = create(0);
	struct dma_fence *fence = put_in(stage.file, handle, 1), *other;

	for (u64 point = 2; point <= 1000; point++) {
		other = put_in(stage.file, handle, point);
		end(other);
	}
	/* The first one, which is not done, and the last. */
	assert_true(toy_fences_alive <= 3);
	end(fence);
	assert_int_equal(syncobj_query(stage.file, handle, 0), 1000);
}

/* Transfers. */

TEST(a_point_can_be_transferred_to_a_binary_one)
{
	u32 timeline = create(0), binary = create(0);
	struct dma_fence *five = put_in(stage.file, timeline, 5),
			 *ten = put_in(stage.file, timeline, 10);

	assert_int_equal(
		syncobj_transfer(stage.file, binary, 0, timeline, 3, 0), 0);
	assert_int_equal(wait_one(stage.file, binary, 0, 0), -ETIME);
	end(five);
	assert_int_equal(wait_one(stage.file, binary, 0, 0), 0);
	assert_int_equal(
		syncobj_transfer(stage.file, binary, 0, timeline, 10, 0), 0);
	assert_int_equal(wait_one(stage.file, binary, 0, 0), -ETIME);
	end(ten);
	/* What is reached already is a fence that is signalled. */
	assert_int_equal(
		syncobj_transfer(stage.file, binary, 0, timeline, 5, 0), 0);
	assert_int_equal(wait_one(stage.file, binary, 0, 0), 0);
}

TEST(a_timeline_can_be_transferred_to_a_point_of_another)
{
	u32 src = create(0), dst = create(0);
	struct dma_fence *five = put_in(stage.file, src, 5),
			 *ten = put_in(stage.file, src, 10);

	assert_int_equal(syncobj_transfer(stage.file, dst, 8, src, 10, 0), 0);
	assert_int_equal(syncobj_query(stage.file, dst, LAST), 8);
	end(ten);
	assert_int_equal(syncobj_query(stage.file, dst, 0), 0);
	end(five);
	assert_int_equal(syncobj_query(stage.file, dst, 0), 8);
}

TEST(transfers_check_handles_then_flags_then_the_fence)
{
	u32 src = create(0), dst = create(SIGNALED);

	assert_int_equal(syncobj_transfer(stage.file, NO_HANDLE, 0, dst, 0, 1),
			 -ENOENT);
	assert_int_equal(syncobj_transfer(stage.file, dst, 1, NO_HANDLE, 0, 1),
			 -ENOENT);
	assert_int_equal(syncobj_transfer(stage.file, dst, 0, src, 0, 1),
			 -EINVAL);
	assert_int_equal(syncobj_transfer(stage.file, dst, 1, src, 0, 0),
			 -EINVAL);
	assert_int_equal(syncobj_transfer(stage.file, dst, 0, dst, 1, 0),
			 -EINVAL);
	/* Nothing has happened to it. */
	assert_int_equal(wait_one(stage.file, dst, 0, 0), 0);
}

static u32 shared_src, shared_dst;

static void *transfer_there(void *data)
{
	enter_task();
	*(int *)data = syncobj_transfer(stage.file, shared_dst, 3, shared_src,
					0, WAIT_SUBMIT);
	return NULL;
}

TEST(a_transfer_can_wait_for_submission)
{
	pthread_t thread;
	int ret = -1;

	shared_src = create(0);
	shared_dst = create(0);
	assert_int_equal(pthread_create(&thread, NULL, transfer_there, &ret),
			 0);
	usleep(20000);
	assert_int_equal(syncobj_query(stage.file, shared_dst, LAST), 0);
	assert_int_equal(syncobj_signal(stage.file, shared_src), 0);
	pthread_join(thread, NULL);
	assert_int_equal(ret, 0);
	assert_int_equal(syncobj_query(stage.file, shared_dst, 0), 3);
}

/* Eventfds. */

static u64 told(int fd)
{
	eventfd_t times;

	return eventfd_read(fd, &times) ? 0 : times;
}

static int new_eventfd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

TEST(an_eventfd_is_told_once_when_a_point_is_reached)
{
	u32 handle = create(0);
	int fd = new_eventfd();
	struct dma_fence *fence;

	assert_int_equal(syncobj_eventfd(stage.file, handle, 5, 0, fd), 0);
	fence = put_in(stage.file, handle, 5);
	assert_int_equal(told(fd), 0);
	dma_fence_signal(fence);
	assert_int_equal(told(fd), 1);
	assert_int_equal(syncobj_signal_point(stage.file, handle, 6), 0);
	assert_int_equal(told(fd), 0);
	/* Each registration counts, and now it is reached already. */
	assert_int_equal(syncobj_eventfd(stage.file, handle, 5, 0, fd), 0);
	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd), 0);
	assert_int_equal(told(fd), 2);
	end(fence);
	close(fd);
}

TEST(an_eventfd_can_be_told_of_availability)
{
	u32 handle = create(0);
	int fd = new_eventfd();
	struct dma_fence *early, *fence;

	assert_int_equal(
		syncobj_eventfd(stage.file, handle, 5, WAIT_AVAILABLE, fd), 0);
	early = put_in(stage.file, handle, 4);
	assert_int_equal(told(fd), 0);
	fence = put_in(stage.file, handle, 5);
	assert_int_equal(told(fd), 1);
	end(early);
	end(fence);
	assert_int_equal(told(fd), 0);
	close(fd);
}

TEST(an_eventfd_goes_on_waiting_after_a_reset)
{
	u32 handle = create(0);
	int fd = new_eventfd();
	struct dma_fence *fence;

	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd), 0);
	assert_int_equal(syncobj_reset(stage.file, handle), 0);
	fence = put_in(stage.file, handle, 0);
	assert_int_equal(syncobj_reset(stage.file, handle), 0);
	assert_int_equal(told(fd), 0);
	end(fence);
	assert_int_equal(told(fd), 1);
	close(fd);
}

TEST(an_eventfd_is_dropped_with_the_last_of_the_syncobj)
{
	u32 handle = create(0), other;
	int fd = new_eventfd(), fds = count_fds();
	int syncobj = (int)must(syncobj_to_fd(stage.file, handle, 0));

	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd), 0);
	assert_int_equal(syncobj_destroy(stage.file, handle), 0);
	assert_int_equal(count_fds(), fds + 3);
	other = must(syncobj_from_fd(stage.second, syncobj));
	close(syncobj);
	anon_file_dispatch();
	assert_int_equal(count_fds(), fds + 1);
	assert_int_equal(syncobj_destroy(stage.second, other), 0);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(told(fd), 0);
	close(fd);
}

TEST(an_eventfd_that_waits_for_a_fence_outlives_the_syncobj)
{
	u32 handle = create(0);
	int fd = new_eventfd();
	struct dma_fence *fence = put_in(stage.file, handle, 0);

	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd), 0);
	assert_int_equal(syncobj_destroy(stage.file, handle), 0);
	end(fence);
	assert_int_equal(told(fd), 1);
	close(fd);
}

TEST(only_an_eventfd_is_an_eventfd)
{
	u32 handle = create(0);
	int fd = (int)must(syncobj_to_fd(stage.file, handle, 0));

	assert_int_equal(syncobj_eventfd(stage.file, NO_HANDLE, 0, 0, -1),
			 -ENOENT);
	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, -1), -EBADF);
	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd),
			 -EINVAL);
	close(fd);
}

TEST(an_eventfd_that_is_full_is_not_waited_for)
{
	u32 handle = create(SIGNALED);
	int fd = eventfd(0, EFD_CLOEXEC);

	assert_int_equal(eventfd_write(fd, UINT64_MAX - 1), 0);
	assert_int_equal(syncobj_eventfd(stage.file, handle, 0, 0, fd), 0);
	assert_true(told(fd) >= UINT64_MAX - 1);
	close(fd);
}

/* The driver's side. */

TEST(a_driver_finds_the_fence_of_a_point)
{
	u32 handle = create(0);
	struct dma_fence *fence, *five;

	assert_int_equal(
		drm_syncobj_find_fence(stage.file, NO_HANDLE, 0, 0, &fence),
		-ENOENT);
	assert_int_equal(
		drm_syncobj_find_fence(stage.file, handle, 0, 0, &fence),
		-EINVAL);
	five = put_in(stage.file, handle, 5);
	assert_int_equal(
		drm_syncobj_find_fence(stage.file, handle, 5, 0, &fence), 0);
	assert_int_equal(fence->seqno, 5);
	assert_false(dma_fence_is_signaled(fence));
	end(five);
	assert_true(dma_fence_is_signaled(fence));
	dma_fence_put(fence);
}

TEST(a_driver_makes_a_syncobj_with_its_fence)
{
	struct dma_fence *fence = toy_fence_create(1), *inside;
	struct drm_syncobj *syncobj;

	assert_int_equal(drm_syncobj_create(&syncobj, 0, fence), 0);
	inside = drm_syncobj_fence_get(syncobj);
	assert_ptr_equal(inside, fence);
	dma_fence_put(inside);
	drm_syncobj_put(syncobj);
	assert_int_equal(kref_read(&fence->refcount), 1);
	end(fence);
}

static int leave(void **state)
{
	int ret = stage_teardown(state);

	assert_int_equal(toy_fences_alive, 0);
	return ret;
}

#define RULE(name) cmocka_unit_test_setup_teardown(name, syncobj_setup, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_device_without_the_feature_has_none),
		RULE(without_timelines_there_are_binary_ones),
		RULE(handles_are_the_lowest_free_from_1_in_each_file),
		RULE(handles_of_syncobjs_are_not_those_of_buffers),
		RULE(unknown_flags_and_padding_are_EINVAL),
		RULE(arrays_are_checked_count_first_then_memory_then_handles),
		RULE(points_are_looked_at_after_the_handles),
		RULE(a_wait_for_nothing_is_over),
		RULE(a_wait_checks_handles_then_points),
		RULE(an_older_program_has_a_shorter_argument),
		RULE(each_export_is_a_new_fd_and_each_import_a_new_handle),
		RULE(an_fd_polls_ready_and_reads_nothing),
		RULE(an_fd_keeps_the_syncobj),
		RULE(only_fds_of_syncobjs_are_imported),
		RULE(a_sync_file_has_the_fence_of_the_moment),
		RULE(a_sync_file_needs_a_fence_and_a_handle),
		RULE(closing_the_file_gives_up_its_handles),
		RULE(an_empty_one_is_waited_for_only_when_asked),
		RULE(a_pending_one_is_available),
		RULE(a_wait_ends_in_time),
		RULE(a_time_that_is_over_only_asks),
		RULE(any_tells_the_lowest_that_is_signaled),
		RULE(all_waits_for_the_last),
		RULE(a_deadline_is_told_to_the_fence),
		RULE(a_signal_ends_a_wait),
		RULE(a_wait_for_all_that_had_to_wait_tells_no_first),
		RULE(a_wait_for_submission_goes_on_with_the_fence),
		RULE(a_wait_for_availability_ends_with_the_fence),
		RULE(a_waiter_keeps_what_it_waits_for),
		RULE(nobody_can_fill_what_was_destroyed),
		RULE(a_wait_can_be_interrupted),
		RULE(a_binary_one_has_no_points),
		RULE(points_are_reached_in_order),
		RULE(a_point_is_reached_before_later_ones),
		RULE(a_point_out_of_order_does_not_bring_the_timeline_back),
		RULE(the_highest_point_is_a_fine_one),
		RULE(signal_and_reset_end_a_timeline),
		RULE(many_points_do_not_pile_up),
		RULE(a_point_can_be_transferred_to_a_binary_one),
		RULE(a_timeline_can_be_transferred_to_a_point_of_another),
		RULE(transfers_check_handles_then_flags_then_the_fence),
		RULE(a_transfer_can_wait_for_submission),
		RULE(an_eventfd_is_told_once_when_a_point_is_reached),
		RULE(an_eventfd_can_be_told_of_availability),
		RULE(an_eventfd_goes_on_waiting_after_a_reset),
		RULE(an_eventfd_is_dropped_with_the_last_of_the_syncobj),
		RULE(an_eventfd_that_waits_for_a_fence_outlives_the_syncobj),
		RULE(only_an_eventfd_is_an_eventfd),
		RULE(an_eventfd_that_is_full_is_not_waited_for),
		RULE(a_driver_finds_the_fence_of_a_point),
		RULE(a_driver_makes_a_syncobj_with_its_fence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
