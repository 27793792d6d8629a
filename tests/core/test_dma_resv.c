/* SPDX-License-Identifier: MIT */
/* Who is using a buffer. */
#include <linux/slab.h>
#include <pthread.h>
#include <sys/epoll.h>

#include "stage.h"
#include "sync.h"
#include "toy_fence.h"

#define MS 1000000

#define FREE (EPOLLIN | EPOLLOUT)

static struct dma_resv resv;

static int setup(void **state)
{
	(void)state;
	dma_resv_init(&resv);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dma_resv_fini(&resv);
	return toy_fences_alive;
}

/* A fence that the reservation alone keeps, once it is put. */
static struct dma_fence *use(enum dma_resv_usage usage)
{
	struct dma_fence *fence = toy_fence_create(1);

	assert_int_equal(add_fence(&resv, fence, usage), 0);
	return fence;
}

static void end(struct dma_fence *fence)
{
	dma_fence_signal(fence);
	dma_fence_put(fence);
}

static struct {
	struct dma_resv_watch watch;
	int times;
	unsigned int events;
} seen;

static void see(struct dma_resv_watch *watch, unsigned int events)
{
	assert_ptr_equal(watch, &seen.watch);
	seen.times++;
	seen.events = events;
}

static void watch(void)
{
	seen.times = 0;
	dma_resv_watch(&resv, &seen.watch, see);
}

static void unwatch(void)
{
	dma_resv_unwatch(&resv, &seen.watch);
}

TEST(nobody_uses_it_at_first)
{
	struct dma_fence **fences, *fence;
	unsigned int num;

	assert_true(dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	assert_int_equal(dma_resv_get_fences(&resv, DMA_RESV_USAGE_BOOKKEEP,
					     &num, &fences),
			 0);
	assert_int_equal(num, 0);
	assert_null(fences);
	assert_int_equal(dma_resv_get_singleton(&resv, DMA_RESV_USAGE_BOOKKEEP,
						&fence),
			 0);
	assert_null(fence);
	watch();
	assert_int_equal(seen.times, 1);
	assert_int_equal(seen.events, FREE);
	unwatch();
}

static void expect_uses(bool kernel, bool write, bool read, bool bookkeep)
{
	assert_int_equal(!dma_resv_test_signaled(&resv, DMA_RESV_USAGE_KERNEL),
			 kernel);
	assert_int_equal(!dma_resv_test_signaled(&resv, DMA_RESV_USAGE_WRITE),
			 write);
	assert_int_equal(!dma_resv_test_signaled(&resv, DMA_RESV_USAGE_READ),
			 read);
	assert_int_equal(
		!dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP),
		bookkeep);
}

TEST(a_kind_of_use_means_those_before_it_too)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_BOOKKEEP);

	expect_uses(false, false, false, true);
	end(fence);
	fence = use(DMA_RESV_USAGE_READ);
	expect_uses(false, false, true, true);
	end(fence);
	fence = use(DMA_RESV_USAGE_WRITE);
	expect_uses(false, true, true, true);
	end(fence);
	fence = use(DMA_RESV_USAGE_KERNEL);
	expect_uses(true, true, true, true);
	end(fence);
	expect_uses(false, false, false, false);
	assert_int_equal(dma_resv_usage_rw(true), DMA_RESV_USAGE_READ);
	assert_int_equal(dma_resv_usage_rw(false), DMA_RESV_USAGE_WRITE);
}

static void expect_watch(enum dma_resv_usage usage, unsigned int events)
{
	int times = seen.times;
	struct dma_fence *fence = use(usage);

	assert_int_equal(seen.times, times + (events != FREE));
	assert_int_equal(seen.events, events);
	dma_fence_signal(fence);
	assert_int_equal(seen.times, times + 2 * (events != FREE));
	assert_int_equal(seen.events, FREE);
	dma_fence_put(fence);
}

TEST(a_watch_is_told_the_moment_a_use_begins_and_ends)
{
	watch();
	expect_watch(DMA_RESV_USAGE_KERNEL, 0);
	expect_watch(DMA_RESV_USAGE_WRITE, 0);
	expect_watch(DMA_RESV_USAGE_READ, EPOLLIN);
	expect_watch(DMA_RESV_USAGE_BOOKKEEP, FREE);
	unwatch();
}

TEST(a_watch_is_told_what_has_changed_and_nothing_else)
{
	struct dma_fence *writer, *reader, *other;

	watch();
	reader = use(DMA_RESV_USAGE_READ);
	assert_int_equal(seen.times, 2);
	other = use(DMA_RESV_USAGE_READ);
	assert_int_equal(seen.times, 2);
	writer = use(DMA_RESV_USAGE_WRITE);
	assert_int_equal(seen.times, 3);
	assert_int_equal(seen.events, 0);
	end(reader);
	assert_int_equal(seen.times, 3);
	end(writer);
	assert_int_equal(seen.times, 4);
	assert_int_equal(seen.events, EPOLLIN);
	end(other);
	assert_int_equal(seen.times, 5);
	unwatch();
	end(use(DMA_RESV_USAGE_WRITE));
	assert_int_equal(seen.times, 5);
}

TEST(what_is_signalled_already_is_no_use)
{
	struct dma_fence *fence = toy_fence_create(1);

	dma_fence_signal(fence);
	watch();
	assert_int_equal(add_fence(&resv, fence, DMA_RESV_USAGE_WRITE), 0);
	assert_int_equal(seen.times, 1);
	expect_uses(false, false, false, false);
	unwatch();
	dma_fence_put(fence);
}

static void count_fence(struct dma_fence *fence, enum dma_resv_usage usage,
			void *data)
{
	(void)fence;
	(void)usage;
	++*(int *)data;
}

static int in_it(void)
{
	int num = 0;

	dma_resv_for_each(&resv, count_fence, &num);
	return num;
}

static struct dma_fence *use_in_context(u64 context, u64 seqno,
					enum dma_resv_usage usage)
{
	struct dma_fence *fence = toy_fence_create(seqno);

	fence->context = context;
	assert_int_equal(add_fence(&resv, fence, usage), 0);
	return fence;
}

TEST(a_later_one_takes_the_place_of_an_earlier_one_of_its_context)
{
	struct dma_fence *first = use(DMA_RESV_USAGE_WRITE), *second;

	watch();
	second = use_in_context(first->context, 2, DMA_RESV_USAGE_WRITE);
	assert_int_equal(in_it(), 1);
	end(first);
	/* Nobody has seen it free meanwhile. */
	assert_int_equal(seen.times, 1);
	expect_uses(false, true, true, true);
	end(second);
	assert_int_equal(seen.events, FREE);
	unwatch();
}

TEST(a_fence_that_is_added_again_takes_its_own_place)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_READ);

	watch();
	assert_int_equal(add_fence(&resv, fence, DMA_RESV_USAGE_READ), 0);
	assert_int_equal(in_it(), 1);
	assert_int_equal(seen.times, 1);
	assert_int_equal(add_fence(&resv, fence, DMA_RESV_USAGE_WRITE), 0);
	assert_int_equal(in_it(), 1);
	assert_int_equal(seen.events, 0);
	/* But as a reader it does not become less than a writer. */
	assert_int_equal(add_fence(&resv, fence, DMA_RESV_USAGE_READ), 0);
	assert_int_equal(in_it(), 2);
	end(fence);
	assert_int_equal(seen.events, FREE);
	unwatch();
}

TEST(an_earlier_one_of_its_context_takes_no_place)
{
	struct dma_fence *first = use(DMA_RESV_USAGE_WRITE), *second;

	second = use_in_context(first->context, 0, DMA_RESV_USAGE_WRITE);
	assert_int_equal(in_it(), 2);
	end(first);
	end(second);
}

TEST(a_weaker_use_does_not_take_the_place_of_a_stronger_one)
{
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE), *reader;

	watch();
	reader = use_in_context(writer->context, 2, DMA_RESV_USAGE_READ);
	assert_int_equal(in_it(), 2);
	end(writer);
	assert_int_equal(seen.events, EPOLLIN);
	/* But a stronger one that of a weaker one. */
	writer = use_in_context(reader->context, 3, DMA_RESV_USAGE_WRITE);
	end(reader);
	assert_int_equal(seen.events, 0);
	expect_uses(false, true, true, true);
	end(writer);
	unwatch();
}

TEST(the_place_of_one_that_is_signalled_is_taken)
{
	struct dma_fence *fences[3];

	for (int i = 0; i < 3; i++) {
		fences[i] = use(DMA_RESV_USAGE_READ);
	}
	dma_fence_signal(fences[1]);
	assert_int_equal(in_it(), 3);
	end(use(DMA_RESV_USAGE_WRITE));
	assert_int_equal(in_it(), 3);
	for (int i = 0; i < 3; i++) {
		end(fences[i]);
	}
}

TEST(room_is_made_when_it_is_needed_and_what_is_signalled_dropped)
{
	struct dma_fence *fences[5];

	for (int i = 0; i < 5; i++) {
		fences[i] = use(DMA_RESV_USAGE_READ);
	}
	assert_int_equal(resv.room, 5);
	dma_fence_signal(fences[0]);
	dma_resv_lock(&resv);
	assert_int_equal(dma_resv_reserve_fences(&resv, 1), 0);
	assert_int_equal(resv.room, 13);
	assert_int_equal(resv.used, 4);
	/* There is room: nothing is to be done. */
	dma_fence_signal(fences[1]);
	assert_int_equal(dma_resv_reserve_fences(&resv, 9), 0);
	assert_int_equal(resv.room, 13);
	assert_int_equal(resv.used, 4);
	dma_resv_unlock(&resv);
	for (int i = 0; i < 5; i++) {
		end(fences[i]);
	}
}

static unsigned int room_for(unsigned int num_fences)
{
	dma_resv_fini(&resv);
	dma_resv_init(&resv);
	dma_resv_lock(&resv);
	assert_int_equal(dma_resv_reserve_fences(&resv, num_fences), 0);
	dma_resv_unlock(&resv);
	return resv.room;
}

TEST(there_is_as_much_room_as_in_the_kernel)
{
	assert_int_equal(room_for(1), 5);
	assert_int_equal(room_for(4), 5);
	assert_int_equal(room_for(5), 9);
	assert_int_equal(room_for(8), 9);
	assert_int_equal(room_for(9), 21);
	assert_int_equal(room_for(17), 61);
	assert_int_equal(room_for(33), 125);
}

TEST(the_fences_of_a_use_are_given_with_references)
{
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE);
	struct dma_fence *reader = use(DMA_RESV_USAGE_READ);
	struct dma_fence *ended = use(DMA_RESV_USAGE_WRITE), **fences;
	unsigned int num;

	end(ended);
	assert_int_equal(dma_resv_get_fences(&resv, DMA_RESV_USAGE_WRITE, &num,
					     &fences),
			 0);
	assert_int_equal(num, 1);
	assert_ptr_equal(fences[0], writer);
	dma_fence_put(fences[0]);
	kfree(fences);
	assert_int_equal(
		dma_resv_get_fences(&resv, DMA_RESV_USAGE_READ, &num, &fences),
		0);
	assert_int_equal(num, 2);
	assert_ptr_equal(fences[0], writer);
	assert_ptr_equal(fences[1], reader);
	dma_fence_put(fences[0]);
	dma_fence_put(fences[1]);
	kfree(fences);
	end(writer);
	end(reader);
}

TEST(all_uses_as_one_fence)
{
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE), *one;
	struct dma_fence *reader = use(DMA_RESV_USAGE_READ);

	assert_int_equal(
		dma_resv_get_singleton(&resv, DMA_RESV_USAGE_WRITE, &one), 0);
	assert_ptr_equal(one, writer);
	dma_fence_put(one);
	assert_int_equal(
		dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ, &one), 0);
	assert_int_equal(dma_fence_get_status(one), 0);
	end(writer);
	assert_int_equal(dma_fence_get_status(one), 0);
	end(reader);
	assert_int_equal(dma_fence_get_status(one), 1);
	dma_fence_put(one);
}

static struct dma_fence *in_order[2];

static void check_order(struct dma_fence *fence, enum dma_resv_usage usage,
			void *data)
{
	int *at = data;

	assert_ptr_equal(fence, in_order[*at]);
	assert_int_equal(usage, *at ? DMA_RESV_USAGE_READ
				    : DMA_RESV_USAGE_WRITE);
	++*at;
}

TEST(a_look_at_all_sees_them_in_order_signalled_or_not)
{
	int at = 0;

	in_order[0] = use(DMA_RESV_USAGE_WRITE);
	in_order[1] = use(DMA_RESV_USAGE_READ);
	dma_fence_signal(in_order[0]);
	dma_resv_for_each(&resv, check_order, &at);
	assert_int_equal(at, 2);
	end(in_order[0]);
	end(in_order[1]);
}

TEST(its_end_drops_what_is_under_way)
{
	struct dma_fence *fence = use(DMA_RESV_USAGE_WRITE);

	dma_fence_put(use(DMA_RESV_USAGE_READ));
	assert_int_equal(toy_fences_alive, 2);
	dma_resv_fini(&resv);
	assert_int_equal(toy_fences_alive, 1);
	/* It is no longer counted anywhere. */
	end(fence);
	dma_resv_init(&resv);
}

static struct dma_fence *soon[2];

static void *signal_one_after_the_other(void *data)
{
	(void)data;
	for (int i = 0; i < 2; i++) {
		usleep(10000);
		dma_fence_signal(soon[i]);
	}
	return NULL;
}

TEST(a_wait_is_for_all_that_count)
{
	s64 all = 10000LL * MS, before = ktime_get_ns(), left;
	pthread_t thread;

	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ,
					       true, all),
			 all);
	soon[0] = use(DMA_RESV_USAGE_WRITE);
	soon[1] = use(DMA_RESV_USAGE_READ);
	pthread_create(&thread, NULL, signal_one_after_the_other, NULL);
	left = dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, true, all);
	assert_true(ktime_get_ns() - before >= 20 * MS);
	assert_in_range(left, 1, all - 20 * MS);
	pthread_join(thread, NULL);
	end(soon[0]);
	end(soon[1]);
}

TEST(a_wait_is_not_for_what_does_not_count)
{
	struct dma_fence *reader = use(DMA_RESV_USAGE_READ);

	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_WRITE,
					       true, MS),
			 MS);
	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ,
					       true, MS),
			 0);
	end(reader);
}

TEST(a_wait_without_time_only_asks)
{
	struct dma_fence *writer = use(DMA_RESV_USAGE_WRITE);

	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_WRITE,
					       true, 0),
			 0);
	end(writer);
	assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_WRITE,
					       true, 0),
			 1);
}

/* ------------------------------------------------------------------------
 * Of objects and dma-bufs
 */

TEST(an_object_and_its_dma_buf_have_one_reservation)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, DRM_RDWR));
	struct drm_gem_object *obj = lookup(stage.file, handle);

	assert_ptr_equal(dma_buf_of(fd)->resv, obj->resv);
	assert_ptr_equal(obj->resv, &obj->own_resv);
	close(fd);
}

TEST(an_imported_object_has_that_of_its_exporter)
{
	u32 handle = must(create_dumb(stage.file, 1)), far;
	int fd = (int)must(export_handle(stage.file, handle, DRM_RDWR));

	far = must(import_fd(stage.far, fd));
	assert_ptr_equal(lookup(stage.far, far)->resv,
			 lookup(stage.file, handle)->resv);
	/* Also when all that is left of the exporter's is the import. */
	close(fd);
	close_handle(stage.file, handle);
	close_file(&stage.file);
	must(attach_fence(stage.far, far, 1));
	assert_int_equal(attach_fence(stage.far, far, 0), -EBUSY);
	close_handle(stage.far, far);
}

#define ON_RESV(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_RESV(nobody_uses_it_at_first),
		ON_RESV(a_kind_of_use_means_those_before_it_too),
		ON_RESV(a_watch_is_told_the_moment_a_use_begins_and_ends),
		ON_RESV(a_watch_is_told_what_has_changed_and_nothing_else),
		ON_RESV(what_is_signalled_already_is_no_use),
		ON_RESV(a_later_one_takes_the_place_of_an_earlier_one_of_its_context),
		ON_RESV(a_fence_that_is_added_again_takes_its_own_place),
		ON_RESV(an_earlier_one_of_its_context_takes_no_place),
		ON_RESV(a_weaker_use_does_not_take_the_place_of_a_stronger_one),
		ON_RESV(the_place_of_one_that_is_signalled_is_taken),
		ON_RESV(room_is_made_when_it_is_needed_and_what_is_signalled_dropped),
		ON_RESV(there_is_as_much_room_as_in_the_kernel),
		ON_RESV(the_fences_of_a_use_are_given_with_references),
		ON_RESV(all_uses_as_one_fence),
		ON_RESV(a_look_at_all_sees_them_in_order_signalled_or_not),
		ON_RESV(its_end_drops_what_is_under_way),
		ON_RESV(a_wait_is_for_all_that_count),
		ON_RESV(a_wait_is_not_for_what_does_not_count),
		ON_RESV(a_wait_without_time_only_asks),
		ON_STAGE(an_object_and_its_dma_buf_have_one_reservation),
		ON_STAGE(an_imported_object_has_that_of_its_exporter),
	};

	return cmocka_run_group_tests_name("dma-resv", tests, NULL, NULL);
}
