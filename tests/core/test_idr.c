/* SPDX-License-Identifier: MIT */
/* Numbers for pointers, against a model that is plainly right. */
#include <stdlib.h>
#include <uprime/idr.h>

#include "stage.h"

#define MANY 1000000u

/* A pointer that is different for each number. */
static void *mark(u32 i)
{
	return (void *)(uintptr_t)(i + 1);
}

TEST(the_lowest_free_number_is_given_first)
{
	struct idr idr;

	idr_init(&idr, 1);
	for (int i = 1; i <= 5; i++) {
		assert_int_equal(idr_alloc(&idr, mark(i)), i);
	}
	idr_remove(&idr, 4);
	idr_remove(&idr, 2);
	assert_int_equal(idr_alloc(&idr, mark(0)), 2);
	assert_int_equal(idr_alloc(&idr, mark(0)), 4);
	assert_int_equal(idr_alloc(&idr, mark(0)), 6);
	idr_destroy(&idr);
}

TEST(unknown_numbers_are_not_found)
{
	struct idr idr;

	idr_init(&idr, 1);
	assert_null(idr_find(&idr, 1));
	idr_alloc(&idr, mark(0));
	assert_null(idr_find(&idr, 0));
	assert_null(idr_find(&idr, 2));
	assert_null(idr_find(&idr, UINT32_MAX));
	assert_null(idr_replace(&idr, mark(1), 2));
	idr_remove(&idr, 0);
	idr_remove(&idr, 2);
	idr_remove(&idr, UINT32_MAX);
	assert_int_equal(idr.count, 1);
	idr_destroy(&idr);
}

TEST(a_number_with_null_is_taken_but_not_found)
{
	struct idr idr;
	u32 id = 0;

	idr_init(&idr, 1);
	idr_alloc(&idr, mark(0));
	assert_ptr_equal(idr_replace(&idr, NULL, 1), mark(0));
	assert_null(idr_find(&idr, 1));
	assert_null(idr_next(&idr, &id));
	assert_int_equal(idr_alloc(&idr, mark(0)), 2);
	idr_remove(&idr, 1);
	assert_int_equal(idr_alloc(&idr, mark(0)), 1);
	idr_destroy(&idr);
}

TEST(a_million_numbers_grow_and_are_found)
{
	struct idr idr;
	u32 id, n = 0;
	void *entry;

	idr_init(&idr, 1);
	for (u32 i = 1; i <= MANY; i++) {
		assert_true((u32)idr_alloc(&idr, mark(i)) == i);
	}
	for (u32 i = 1; i <= MANY; i++) {
		assert_true(idr_find(&idr, i) == mark(i));
	}
	for (u32 i = 7; i <= MANY; i += 7) {
		idr_remove(&idr, i);
	}
	idr_for_each_entry (&idr, entry, id) {
		assert_true(entry == mark(id) && id % 7);
		n++;
	}
	assert_int_equal(n, MANY - MANY / 7);
	for (u32 i = 7; i <= MANY; i += 7) {
		assert_true((u32)idr_alloc(&idr, mark(i)) == i);
	}
	assert_int_equal(idr_alloc(&idr, mark(0)), MANY + 1);
	idr_destroy(&idr);
}

TEST(a_number_of_ones_own_is_given_once)
{
	struct idr idr;

	idr_init(&idr, 0);
	assert_true(idr_is_empty(&idr));
	assert_int_equal(idr_alloc_at(&idr, mark(1), 200), 0);
	assert_int_equal(idr_alloc_at(&idr, mark(2), 200), -ENOSPC);
	assert_int_equal(idr_alloc_at(&idr, mark(3), 0), 0);
	assert_ptr_equal(idr_find(&idr, 200), mark(1));
	assert_int_equal(idr_alloc(&idr, mark(4)), 1);
	idr_remove(&idr, 200);
	assert_int_equal(idr_alloc_at(&idr, mark(5), 200), 0);
	assert_int_equal(idr_alloc_at(&idr, mark(6), U32_MAX), -ENOSPC);
	assert_false(idr_is_empty(&idr));
	idr_destroy(&idr);
}

TEST(random_use_agrees_with_a_model)
{
	static bool taken[5000];
	struct idr idr;
	u32 n = 0;

	srandom(1);
	memset(taken, 0, sizeof(taken));
	idr_init(&idr, 1);
	for (int step = 0; step < 200000; step++) {
		/* Grows and shrinks in long waves. */
		bool grow = random() % 100 < (step / 20000 % 2 ? 30 : 60);
		u32 i = 1;

		if (grow && n < ARRAY_SIZE(taken) - 1) {
			while (taken[i]) {
				i++;
			}
			assert_int_equal(idr_alloc(&idr, mark(i)), i);
			taken[i] = true;
			n++;
		} else {
			i = (u32)random() % ARRAY_SIZE(taken);
			assert_ptr_equal(idr_find(&idr, i),
					 taken[i] ? mark(i) : NULL);
			n -= taken[i];
			taken[i] = false;
			idr_remove(&idr, i);
		}
		assert_int_equal(idr.count, n);
	}
	idr_destroy(&idr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(the_lowest_free_number_is_given_first),
		PLAIN(unknown_numbers_are_not_found),
		PLAIN(a_number_with_null_is_taken_but_not_found),
		PLAIN(a_million_numbers_grow_and_are_found),
		PLAIN(a_number_of_ones_own_is_given_once),
		PLAIN(random_use_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("idr", tests, NULL, NULL);
}
