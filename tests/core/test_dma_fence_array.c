/* SPDX-License-Identifier: MIT */
/* Several fences as one. */
#include <linux/dma-fence-array.h>
#include <linux/slab.h>

#include "host/fault.h"
#include "stage.h"
#include "toy_fence.h"

#define MEMBERS 3

/* The members, borrowed from the array. */
static struct dma_fence *member[MEMBERS];

static struct dma_fence *create(bool any)
{
	struct dma_fence **fences =
		kmalloc_array(MEMBERS, sizeof(*fences), GFP_KERNEL);
	struct dma_fence_array *array;

	assert_non_null(fences);
	for (unsigned int i = 0; i < MEMBERS; i++) {
		fences[i] = member[i] = toy_fence_create(i + 1);
	}
	array = dma_fence_array_create(MEMBERS, fences,
				       dma_fence_context_alloc(1), 1, any);
	assert_non_null(array);
	return &array->base;
}

static void done(struct dma_fence *array)
{
	dma_fence_put(array);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(an_array_is_signaled_with_its_last_member)
{
	struct dma_fence *array = create(false);
	struct heard heard;

	assert_int_equal(hear(&heard, array), 0);
	dma_fence_signal(member[2]);
	dma_fence_signal(member[0]);
	assert_false(dma_fence_is_signaled(array));
	assert_int_equal(heard.times, 0);
	dma_fence_signal(member[1]);
	assert_int_equal(heard.times, 1);
	assert_true(dma_fence_is_signaled(array));
	assert_int_equal(dma_fence_get_status(array), 1);
	done(array);
}

TEST(an_array_of_any_is_signaled_with_its_first_member)
{
	struct dma_fence *array = create(true);
	struct heard heard;

	assert_int_equal(hear(&heard, array), 0);
	dma_fence_signal(member[1]);
	assert_int_equal(heard.times, 1);
	dma_fence_signal(member[0]);
	dma_fence_signal(member[2]);
	assert_int_equal(heard.times, 1);
	done(array);
}

TEST(an_array_nobody_waits_for_is_signaled_when_asked)
{
	struct dma_fence *all = create(false), *any;

	for (int i = 0; i < MEMBERS; i++) {
		assert_false(dma_fence_is_signaled(all));
		dma_fence_signal(member[i]);
	}
	assert_true(dma_fence_is_signaled(all));
	done(all);

	any = create(true);
	assert_false(dma_fence_is_signaled(any));
	dma_fence_signal(member[2]);
	assert_true(dma_fence_is_signaled(any));
	done(any);
}

TEST(an_array_of_signaled_members_takes_no_callback)
{
	struct dma_fence *array = create(false);
	struct heard heard;

	for (int i = 0; i < MEMBERS; i++) {
		dma_fence_signal(member[i]);
	}
	assert_int_equal(hear(&heard, array), -ENOENT);
	done(array);
}

TEST(the_first_error_of_a_member_is_the_arrays)
{
	struct dma_fence *array = create(false);
	struct heard heard;

	assert_int_equal(hear(&heard, array), 0);
	dma_fence_signal(member[0]);
	dma_fence_set_error(member[2], -EIO);
	dma_fence_signal(member[2]);
	dma_fence_set_error(member[1], -ENOENT);
	dma_fence_signal(member[1]);
	assert_int_equal(dma_fence_get_status(array), -EIO);
	done(array);
}

TEST(an_error_is_known_to_who_only_asks)
{
	struct dma_fence *array = create(false);

	dma_fence_set_error(member[1], -EIO);
	for (int i = 0; i < MEMBERS; i++) {
		dma_fence_signal(member[i]);
	}
	assert_int_equal(dma_fence_get_status(array), -EIO);
	done(array);
}

/* Whoever waits has a reference no more: the callbacks have. */
TEST(an_array_given_up_while_it_waits_ends_with_its_members)
{
	struct dma_fence *array = create(false), *last;
	struct dma_fence *others[] = {dma_fence_get(member[0]),
				      dma_fence_get(member[1])};

	last = dma_fence_get(member[2]);
	dma_fence_enable_sw_signaling(array);
	dma_fence_put(array);
	dma_fence_signal(others[0]);
	dma_fence_signal(others[1]);
	dma_fence_put(others[0]);
	dma_fence_put(others[1]);
	assert_int_equal(toy_fences_alive, MEMBERS);
	dma_fence_signal(last);
	assert_int_equal(toy_fences_alive, 1);
	dma_fence_put(last);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(a_deadline_is_that_of_all_members)
{
	struct dma_fence *array = create(false);

	dma_fence_set_deadline(array, 5);
	for (int i = 0; i < MEMBERS; i++) {
		assert_int_equal(toy_fence_deadline(member[i]), 5);
		dma_fence_signal(member[i]);
	}
	done(array);
}

TEST(an_array_without_memory_leaves_the_members_alone)
{
	struct dma_fence *fences[] = {toy_fence_create(1)};

	fault_arm(1);
	assert_null(dma_fence_array_create(1, fences, 1, 1, false));
	fault_disarm();
	assert_int_equal(kref_read(&fences[0]->refcount), 1);
	dma_fence_put(fences[0]);
	assert_int_equal(toy_fences_alive, 0);
}

TEST(an_array_says_what_it_is)
{
	struct dma_fence *array = create(false);

	assert_true(dma_fence_is_array(array));
	assert_null(to_dma_fence_array(NULL));
	assert_null(to_dma_fence_array(member[0]));
	assert_string_equal(array->ops->get_driver_name(array),
			    "dma_fence_array");
	assert_string_equal(array->ops->get_timeline_name(array), "unbound");
	done(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(an_array_is_signaled_with_its_last_member),
		PLAIN(an_array_of_any_is_signaled_with_its_first_member),
		PLAIN(an_array_nobody_waits_for_is_signaled_when_asked),
		PLAIN(an_array_of_signaled_members_takes_no_callback),
		PLAIN(the_first_error_of_a_member_is_the_arrays),
		PLAIN(an_error_is_known_to_who_only_asks),
		PLAIN(an_array_given_up_while_it_waits_ends_with_its_members),
		PLAIN(a_deadline_is_that_of_all_members),
		PLAIN(an_array_without_memory_leaves_the_members_alone),
		PLAIN(an_array_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
