/* SPDX-License-Identifier: MIT */
/* Timelines. */
#include <linux/dma-fence-chain.h>

#include "stage.h"
#include "toy_fence.h"

#define LINKS	   3
#define MANY_LINKS 100000

/* The fence of each link, with a reference. */
static struct dma_fence *point[LINKS];

static struct dma_fence *add(struct dma_fence *prev, struct dma_fence *fence,
			     u64 seqno)
{
	struct dma_fence_chain *chain = dma_fence_chain_alloc();

	assert_non_null(chain);
	dma_fence_chain_init(chain, prev, fence, seqno);
	return &chain->base;
}

/* A chain with the numbers 10, 20, 30. */
static struct dma_fence *create(void)
{
	struct dma_fence *head = NULL;

	for (unsigned int i = 0; i < LINKS; i++) {
		point[i] = toy_fence_create(1);
		head = add(head, dma_fence_get(point[i]), 10 * (i + 1));
	}
	return head;
}

static void done(struct dma_fence *head)
{
	for (int i = 0; i < LINKS; i++) {
		dma_fence_signal(point[i]);
		dma_fence_put(point[i]);
	}
	dma_fence_put(head);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(a_chain_is_signaled_with_all_its_links)
{
	struct dma_fence *head = create();
	struct heard heard;

	assert_int_equal(hear(&heard, head), 0);
	dma_fence_signal(point[2]);
	assert_false(dma_fence_is_signaled(head));
	dma_fence_signal(point[0]);
	assert_int_equal(heard.times, 0);
	dma_fence_signal(point[1]);
	assert_int_equal(heard.times, 1);
	assert_true(dma_fence_is_signaled(head));
	done(head);
}

TEST(a_chain_nobody_waits_for_is_signaled_when_asked)
{
	struct dma_fence *head = create();

	for (int i = 0; i < LINKS; i++) {
		assert_false(dma_fence_is_signaled(head));
		dma_fence_signal(point[i]);
	}
	assert_true(dma_fence_is_signaled(head));
	done(head);
}

TEST(a_signaled_chain_takes_no_callback)
{
	struct dma_fence *head = create();
	struct heard heard;

	for (int i = 0; i < LINKS; i++) {
		dma_fence_signal(point[i]);
	}
	assert_int_equal(hear(&heard, head), -ENOENT);
	done(head);
}

static u64 found(struct dma_fence *head, u64 seqno)
{
	struct dma_fence *at = dma_fence_get(head);
	u64 ret;

	assert_int_equal(dma_fence_chain_find_seqno(&at, seqno), 0);
	ret = at ? at->seqno : 0;
	dma_fence_put(at);
	return ret;
}

TEST(a_number_is_found_in_the_first_link_that_reaches_it)
{
	struct dma_fence *head = create();

	assert_int_equal(found(head, 0), 30);
	assert_int_equal(found(head, 1), 10);
	assert_int_equal(found(head, 10), 10);
	assert_int_equal(found(head, 11), 20);
	assert_int_equal(found(head, 30), 30);
	done(head);
}

TEST(a_number_not_handed_in_is_EINVAL)
{
	struct dma_fence *head = create(), *at = head;

	assert_int_equal(dma_fence_chain_find_seqno(&at, 31), -EINVAL);
	assert_ptr_equal(at, head);
	at = point[0];
	assert_int_equal(dma_fence_chain_find_seqno(&at, 1), -EINVAL);
	assert_ptr_equal(at, point[0]);
	done(head);
}

TEST(a_number_that_is_reached_is_not_waited_for)
{
	struct dma_fence *head = create();

	dma_fence_signal(point[0]);
	assert_int_equal(found(head, 10), 0);
	assert_int_equal(found(head, 20), 20);
	dma_fence_signal(point[1]);
	/* The last link is found even when it is signalled. */
	dma_fence_signal(point[2]);
	assert_int_equal(found(head, 20), 0);
	assert_int_equal(found(head, 25), 30);
	done(head);
}

TEST(links_that_are_signaled_are_dropped_by_a_walk)
{
	struct dma_fence *head = create(), *iter;
	int nr = 0;

	dma_fence_signal(point[1]);
	dma_fence_chain_for_each (iter, head) {
		nr++;
	}
	assert_int_equal(nr, 2);
	/* The link was the one that had it beside us. */
	assert_int_equal(kref_read(&point[1]->refcount), 1);
	assert_int_equal(kref_read(&point[0]->refcount), 2);
	done(head);
}

TEST(a_number_that_does_not_rise_begins_another_context)
{
	struct dma_fence *head = create(), *other;

	other = add(dma_fence_get(head), toy_fence_create(1), 30);
	assert_true(other->context != head->context);
	/* Never less than what was promised before. */
	assert_int_equal(other->seqno, 30);
	assert_int_equal(to_dma_fence_chain(other)->prev_seqno, 0);
	assert_int_equal(found(other, 5), 30);
	dma_fence_signal(dma_fence_chain_contained(other));
	dma_fence_put(other);
	done(head);
}

TEST(a_chain_can_begin_with_a_fence)
{
	struct dma_fence *first = toy_fence_create(1), *own, *head, *iter;
	struct heard heard;

	own = toy_fence_create(1);
	head = add(dma_fence_get(first), dma_fence_get(own), 7);
	assert_int_equal(to_dma_fence_chain(head)->prev_seqno, 0);
	iter = dma_fence_chain_walk(dma_fence_get(head));
	assert_ptr_equal(iter, first);
	assert_null(dma_fence_chain_walk(iter));
	assert_int_equal(hear(&heard, head), 0);
	dma_fence_signal(own);
	assert_int_equal(heard.times, 0);
	dma_fence_signal(first);
	assert_int_equal(heard.times, 1);
	dma_fence_put(first);
	dma_fence_put(own);
	dma_fence_put(head);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(a_chain_given_up_while_it_waits_ends_with_its_fences)
{
	struct dma_fence *head = create();

	dma_fence_enable_sw_signaling(head);
	dma_fence_put(head);
	dma_fence_signal(point[1]);
	dma_fence_signal(point[2]);
	/* It waits for this one now, and has it. */
	assert_true(kref_read(&point[0]->refcount) > 1);
	done(NULL);
}

TEST(a_deadline_is_that_of_all_links)
{
	struct dma_fence *head = create();

	dma_fence_set_deadline(head, 5);
	for (int i = 0; i < LINKS; i++) {
		assert_int_equal(toy_fence_deadline(point[i]), 5);
	}
	done(head);
}

TEST(a_chain_says_what_it_is)
{
	struct dma_fence *head = create();

	assert_true(dma_fence_is_chain(head));
	assert_null(to_dma_fence_chain(NULL));
	assert_null(to_dma_fence_chain(point[0]));
	assert_ptr_equal(dma_fence_chain_contained(head), point[2]);
	assert_ptr_equal(dma_fence_chain_contained(point[0]), point[0]);
	assert_string_equal(head->ops->get_driver_name(head),
			    "dma_fence_chain");
	assert_string_equal(head->ops->get_timeline_name(head), "unbound");
	done(head);
}

/* Links which all wait for one fence, so that it signals them all. */
static struct dma_fence *create_many(struct dma_fence *fence, bool wait)
{
	struct dma_fence *head = NULL;

	for (u64 i = 1; i <= MANY_LINKS; i++) {
		head = add(head, dma_fence_get(fence), i);
		if (wait) {
			/* Most of the walk is one step, as the fence of the
			 * link itself is waited for. */
			dma_fence_enable_sw_signaling(head);
		}
	}
	return head;
}

static void release_many(void)
{
	struct dma_fence *fence = toy_fence_create(1);

	dma_fence_put(create_many(fence, false));
	assert_int_equal(kref_read(&fence->refcount), 1);
	dma_fence_put(fence);
}

TEST(a_long_chain_is_released_with_little_stack)
{
	run_on_small_stack(release_many);
	assert_int_equal(toy_fences_alive, 0);
}

static void walk_many(void)
{
	struct dma_fence *fence = toy_fence_create(1), *head, *iter;
	int nr = 0;

	head = create_many(fence, false);
	dma_fence_chain_for_each (iter, head) {
		nr++;
	}
	assert_int_equal(nr, MANY_LINKS);
	assert_int_equal(found(head, 1), 1);
	dma_fence_signal(fence);
	assert_true(dma_fence_is_signaled(head));
	/* Nothing is left but the head. */
	assert_int_equal(kref_read(&fence->refcount), 2);
	dma_fence_put(head);
	dma_fence_put(fence);
}

TEST(a_long_chain_is_walked_with_little_stack)
{
	run_on_small_stack(walk_many);
	assert_int_equal(toy_fences_alive, 0);
}

static void signal_many(void)
{
	struct dma_fence *fence = toy_fence_create(1), *head;
	struct heard heard;

	head = create_many(fence, true);
	assert_int_equal(hear(&heard, head), 0);
	dma_fence_signal(fence);
	assert_int_equal(heard.times, 1);
	dma_fence_put(head);
	assert_int_equal(kref_read(&fence->refcount), 1);
	dma_fence_put(fence);
}

TEST(a_long_chain_is_signaled_with_little_stack)
{
	run_on_small_stack(signal_many);
	assert_int_equal(toy_fences_alive, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_chain_is_signaled_with_all_its_links),
		PLAIN(a_chain_nobody_waits_for_is_signaled_when_asked),
		PLAIN(a_signaled_chain_takes_no_callback),
		PLAIN(a_number_is_found_in_the_first_link_that_reaches_it),
		PLAIN(a_number_not_handed_in_is_EINVAL),
		PLAIN(a_number_that_is_reached_is_not_waited_for),
		PLAIN(links_that_are_signaled_are_dropped_by_a_walk),
		PLAIN(a_number_that_does_not_rise_begins_another_context),
		PLAIN(a_chain_can_begin_with_a_fence),
		PLAIN(a_chain_given_up_while_it_waits_ends_with_its_fences),
		PLAIN(a_deadline_is_that_of_all_links),
		PLAIN(a_chain_says_what_it_is),
		PLAIN(a_long_chain_is_released_with_little_stack),
		PLAIN(a_long_chain_is_walked_with_little_stack),
		PLAIN(a_long_chain_is_signaled_with_little_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
