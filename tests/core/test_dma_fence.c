/* SPDX-License-Identifier: MIT */
/* What a fence is, and waiting for one. */
#include <linux/slab.h>
#include <pthread.h>

#include "stage.h"
#include "toy_fence.h"

#define MS 1000000

static atomic_int releases;
static bool can_enable, has_come;

static const char *name(struct dma_fence *fence)
{
	(void)fence;
	return "mine";
}

static bool enable(struct dma_fence *fence)
{
	lockdep_assert_held(fence->lock);
	return can_enable;
}

static bool come(struct dma_fence *fence)
{
	(void)fence;
	return has_come;
}

static void release(struct dma_fence *fence)
{
	atomic_fetch_add(&releases, 1);
	dma_fence_free(fence);
}

static const struct dma_fence_ops asking_ops = {
	.get_driver_name = name,
	.get_timeline_name = name,
	.enable_signaling = enable,
	.signaled = come,
	.release = release,
};

static const struct dma_fence_ops bare_ops = {
	.get_driver_name = name,
	.get_timeline_name = name,
};

static DEFINE_SPINLOCK(lock);

static struct dma_fence *make(const struct dma_fence_ops *ops)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	assert_non_null(fence);
	dma_fence_init(fence, ops, &lock, dma_fence_context_alloc(1), 1);
	can_enable = true;
	has_come = false;
	return fence;
}

TEST(a_fence_is_signalled_once)
{
	struct dma_fence *fence = toy_fence_create(1);
	s64 before = ktime_get_ns();

	assert_false(dma_fence_is_signaled(fence));
	assert_int_equal(dma_fence_get_status(fence), 0);
	assert_int_equal(dma_fence_signal(fence), 0);
	assert_true(dma_fence_is_signaled(fence));
	assert_int_equal(dma_fence_get_status(fence), 1);
	assert_in_range(fence->timestamp, before, ktime_get_ns());
	assert_int_equal(dma_fence_signal(fence), -EINVAL);
	dma_fence_put(fence);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(work_done_earlier_has_its_time)
{
	struct dma_fence *fence = toy_fence_create(1);

	assert_int_equal(dma_fence_signal_timestamp(fence, 42), 0);
	assert_int_equal(fence->timestamp, 42);
	dma_fence_put(fence);
}

TEST(the_status_of_work_that_failed_is_its_error)
{
	struct dma_fence *fence = toy_fence_create(1);

	dma_fence_set_error(fence, -EIO);
	assert_int_equal(dma_fence_get_status(fence), 0);
	dma_fence_signal(fence);
	assert_int_equal(dma_fence_get_status(fence), -EIO);
	dma_fence_put(fence);
}

TEST(each_callback_is_called_once)
{
	struct dma_fence *fence = toy_fence_create(1);
	struct heard first, second;

	assert_int_equal(hear(&first, fence), 0);
	assert_int_equal(hear(&second, fence), 0);
	dma_fence_signal(fence);
	dma_fence_signal(fence);
	assert_int_equal(first.times, 1);
	assert_int_equal(second.times, 1);
	assert_false(dma_fence_remove_callback(fence, &first.cb));
	dma_fence_put(fence);
}

TEST(a_callback_that_was_removed_is_not_called)
{
	struct dma_fence *fence = toy_fence_create(1);
	struct heard gone, left;

	hear(&gone, fence);
	hear(&left, fence);
	assert_true(dma_fence_remove_callback(fence, &gone.cb));
	assert_false(dma_fence_remove_callback(fence, &gone.cb));
	dma_fence_signal(fence);
	assert_int_equal(gone.times, 0);
	assert_int_equal(left.times, 1);
	dma_fence_put(fence);
}

TEST(a_callback_for_what_is_signalled_is_enoent)
{
	struct dma_fence *fence = toy_fence_create(1);
	struct heard heard;

	dma_fence_signal(fence);
	assert_int_equal(hear(&heard, fence), -ENOENT);
	assert_int_equal(heard.times, 0);
	assert_false(dma_fence_remove_callback(fence, &heard.cb));
	dma_fence_put(fence);
}

TEST(a_maker_who_need_not_watch_has_signalled_it)
{
	struct dma_fence *fence = make(&asking_ops);
	struct heard heard;

	can_enable = false;
	assert_int_equal(hear(&heard, fence), -ENOENT);
	assert_int_equal(dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
	fence = make(&asking_ops);
	can_enable = false;
	dma_fence_enable_sw_signaling(fence);
	assert_int_equal(dma_fence_signal(fence), -EINVAL);
	dma_fence_put(fence);
}

TEST(a_maker_is_asked_to_watch_once)
{
	struct dma_fence *fence = make(&asking_ops);
	struct heard heard;

	dma_fence_enable_sw_signaling(fence);
	can_enable = false;
	assert_int_equal(hear(&heard, fence), 0);
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

TEST(a_maker_who_is_asked_and_says_yes_has_signalled_it)
{
	struct dma_fence *fence = make(&asking_ops);
	struct heard heard;

	hear(&heard, fence);
	assert_false(dma_fence_is_signaled(fence));
	has_come = true;
	assert_int_equal(heard.times, 0);
	assert_true(dma_fence_is_signaled(fence));
	assert_int_equal(heard.times, 1);
	dma_fence_put(fence);
	fence = make(&asking_ops);
	has_come = true;
	spin_lock(&lock);
	assert_true(dma_fence_is_signaled_locked(fence));
	spin_unlock(&lock);
	assert_int_equal(dma_fence_signal(fence), -EINVAL);
	dma_fence_put(fence);
}

TEST(the_last_reference_releases_it)
{
	struct dma_fence *fence = make(&asking_ops);

	atomic_store(&releases, 0);
	assert_ptr_equal(dma_fence_get(fence), fence);
	dma_fence_put(fence);
	assert_int_equal(releases, 0);
	dma_fence_put(fence);
	assert_int_equal(releases, 1);
	assert_null(dma_fence_get(NULL));
	dma_fence_put(NULL);
	/* Without a release of its own it is freed. */
	dma_fence_put(make(&bare_ops));
}

TEST(a_deadline_is_for_what_is_under_way)
{
	struct dma_fence *fence = toy_fence_create(1), *bare = make(&bare_ops);

	dma_fence_set_deadline(fence, 5);
	assert_int_equal(toy_fence_deadline(fence), 5);
	dma_fence_signal(fence);
	dma_fence_set_deadline(fence, 6);
	assert_int_equal(toy_fence_deadline(fence), 5);
	dma_fence_put(fence);
	dma_fence_set_deadline(bare, 5);
	dma_fence_put(bare);
}

TEST(contexts_are_never_given_twice)
{
	u64 first = dma_fence_context_alloc(3);

	assert_true(first > 0);
	assert_int_equal(dma_fence_context_alloc(1), first + 3);
}

TEST(numbers_of_32_bits_wrap_around)
{
	struct dma_fence *early = toy_fence_create(0xfffffff0);
	struct dma_fence *late = toy_fence_create(5);

	assert_false(dma_fence_is_later(late, early));
	late->context = early->context;
	assert_true(dma_fence_is_later(late, early));
	assert_false(dma_fence_is_later(early, late));
	assert_false(dma_fence_is_later(early, early));
	dma_fence_put(early);
	dma_fence_put(late);
}

TEST(there_is_one_stub)
{
	struct dma_fence *stub = dma_fence_get_stub();
	struct dma_fence *own = dma_fence_allocate_private_stub(7);

	assert_ptr_equal(dma_fence_get_stub(), stub);
	assert_int_equal(dma_fence_get_status(stub), 1);
	assert_string_equal(stub->ops->get_driver_name(stub), "stub");
	assert_string_equal(stub->ops->get_timeline_name(stub), "stub");
	assert_int_equal(stub->context, 0);
	assert_int_equal(stub->seqno, 0);
	assert_ptr_not_equal(own, stub);
	assert_int_equal(dma_fence_get_status(own), 1);
	assert_int_equal(own->timestamp, 7);
	dma_fence_put(own);
	dma_fence_put(stub);
	dma_fence_put(stub);
}

/* ------------------------------------------------------------------------
 * Waiting
 */

TEST(a_wait_without_time_only_asks)
{
	struct dma_fence *fence = toy_fence_create(1);

	assert_int_equal(dma_fence_wait_timeout(fence, false, 0), 0);
	dma_fence_signal(fence);
	assert_int_equal(dma_fence_wait_timeout(fence, false, 0), 1);
	dma_fence_put(fence);
}

TEST(a_wait_that_takes_too_long_is_0)
{
	struct dma_fence *fence = toy_fence_create(1);
	s64 before = ktime_get_ns();

	assert_int_equal(dma_fence_wait_timeout(fence, false, 20 * MS), 0);
	assert_true(ktime_get_ns() - before >= 20 * MS);
	dma_fence_put(fence);
}

static void *signal_soon(void *fence)
{
	usleep(20000);
	dma_fence_signal(fence);
	return NULL;
}

TEST(a_wait_ends_with_the_signal_and_tells_what_is_left)
{
	struct dma_fence *fence = toy_fence_create(1);
	s64 before = ktime_get_ns(), left, took;
	pthread_t thread;

	pthread_create(&thread, NULL, signal_soon, fence);
	left = dma_fence_wait_timeout(fence, false, 10000LL * MS);
	took = ktime_get_ns() - before;
	pthread_join(thread, NULL);
	assert_true(took >= 20 * MS);
	assert_in_range(left, 10000LL * MS - took, 10000LL * MS - 20 * MS);
	left = dma_fence_wait_timeout(fence, false, 10000LL * MS);
	assert_in_range(left, 1, 10000LL * MS);
	assert_int_equal(dma_fence_wait(fence, false), 0);
	dma_fence_put(fence);
}

TEST(a_wait_for_ever_ends_with_the_signal)
{
	struct dma_fence *fence = toy_fence_create(1);
	pthread_t thread;

	pthread_create(&thread, NULL, signal_soon, fence);
	assert_int_equal(dma_fence_wait(fence, true), 0);
	pthread_join(thread, NULL);
	dma_fence_put(fence);
}

static struct dma_fence *signalled_in_sleep;

/* What the task's sleep says, with a signal of a fence just before. */
static int interrupted_sleep(struct task *task, s64 deadline, bool intr)
{
	(void)task;
	(void)deadline;
	if (signalled_in_sleep) {
		dma_fence_signal(signalled_in_sleep);
	}
	return intr ? -EINTR : 0;
}

static int failing_sleep(struct task *task, s64 deadline, bool intr)
{
	(void)task;
	(void)deadline;
	(void)intr;
	return -ENOMEM;
}

static void no_wake(struct task *task)
{
	(void)task;
}

static int wait_with(int (*sleep)(struct task *, s64, bool),
		     struct dma_fence *fence, bool intr)
{
	struct task_ops ops = *current_task()->ops;
	struct task task = {.ops = &ops, .pid = getpid(), .fd_out = -1};
	int ret;

	ops.sleep = sleep;
	ops.wake = no_wake;
	set_current_task(&task);
	ret = dma_fence_wait(fence, intr);
	set_current_task(NULL);
	return ret;
}

TEST(a_wait_can_be_interrupted)
{
	struct dma_fence *fence = toy_fence_create(1);

	signalled_in_sleep = NULL;
	assert_int_equal(wait_with(interrupted_sleep, fence, true), -EINTR);
	assert_int_equal(wait_with(failing_sleep, fence, false), -ENOMEM);
	assert_true(list_empty(&fence->cb_list));
	dma_fence_put(fence);
}

TEST(a_signal_counts_more_than_an_interruption)
{
	struct dma_fence *fence = toy_fence_create(1);

	signalled_in_sleep = fence;
	assert_int_equal(wait_with(interrupted_sleep, fence, true), 0);
	dma_fence_put(fence);
}

TEST(a_wake_for_nothing_does_not_end_a_wait)
{
	struct dma_fence *fence = toy_fence_create(1);

	task_wake(current_task());
	assert_int_equal(dma_fence_wait_timeout(fence, false, 10 * MS), 0);
	dma_fence_put(fence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_fence_is_signalled_once),
		PLAIN(work_done_earlier_has_its_time),
		PLAIN(the_status_of_work_that_failed_is_its_error),
		PLAIN(each_callback_is_called_once),
		PLAIN(a_callback_that_was_removed_is_not_called),
		PLAIN(a_callback_for_what_is_signalled_is_enoent),
		PLAIN(a_maker_who_need_not_watch_has_signalled_it),
		PLAIN(a_maker_is_asked_to_watch_once),
		PLAIN(a_maker_who_is_asked_and_says_yes_has_signalled_it),
		PLAIN(the_last_reference_releases_it),
		PLAIN(a_deadline_is_for_what_is_under_way),
		PLAIN(contexts_are_never_given_twice),
		PLAIN(numbers_of_32_bits_wrap_around),
		PLAIN(there_is_one_stub),
		PLAIN(a_wait_without_time_only_asks),
		PLAIN(a_wait_that_takes_too_long_is_0),
		PLAIN(a_wait_ends_with_the_signal_and_tells_what_is_left),
		PLAIN(a_wait_for_ever_ends_with_the_signal),
		PLAIN(a_wait_can_be_interrupted),
		PLAIN(a_signal_counts_more_than_an_interruption),
		PLAIN(a_wake_for_nothing_does_not_end_a_wait),
	};

	return cmocka_run_group_tests_name("dma-fence", tests, NULL, NULL);
}
