/* SPDX-License-Identifier: MIT */
/* The hash table, against a model that is plainly right. */
#include <stdlib.h>
#include <uprime/u64map.h>

#include "stage.h"

TEST(an_empty_map_finds_and_removes_nothing)
{
	struct u64map map = {0};

	assert_null(u64map_find(&map, 0));
	assert_null(u64map_remove(&map, 0));
	u64map_destroy(&map);
}

TEST(every_key_can_be_used)
{
	static const u64 keys[] = {0, 1, UINT64_MAX, 1ull << 63, 1ull << 20};
	struct u64map map = {0};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_int_equal(u64map_insert(&map, keys[i], (void *)&keys[i]),
				 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_ptr_equal(u64map_find(&map, keys[i]), &keys[i]);
		assert_ptr_equal(u64map_remove(&map, keys[i]), &keys[i]);
		assert_null(u64map_find(&map, keys[i]));
	}
	assert_int_equal(map.count, 0);
	u64map_destroy(&map);
}

/* Removal moves entries over the end of the table: small tables, where every
 * run of entries wraps around sooner or later. */
TEST(removal_keeps_runs_that_wrap_around)
{
	srandom(2);
	for (int round = 0; round < 5000; round++) {
		struct u64map map = {0};
		u64 keys[6];

		for (int i = 0; i < 6; i++) {
			keys[i] = ((u64)random() << 32 | (u64)random()) * 8 +
				  (u64)i;
			u64map_insert(&map, keys[i], &keys[i]);
		}
		assert_int_equal(map.size, 8);
		for (int gone = 0; gone < 6; gone++) {
			u64map_remove(&map, keys[gone]);
			for (int i = 0; i < 6; i++) {
				assert_ptr_equal(u64map_find(&map, keys[i]),
						 i > gone ? &keys[i] : NULL);
			}
		}
		u64map_destroy(&map);
	}
}

TEST(random_use_agrees_with_a_model)
{
	static bool in[4096];
	struct u64map map = {0};
	size_t n = 0;

	srandom(3);
	memset(in, 0, sizeof(in));
	for (int step = 0; step < 500000; step++) {
		size_t i = (size_t)random() % ARRAY_SIZE(in);
		/* Keys as they are used: addresses, neighbours, offsets. */
		u64 key = i % 3 ? i : i << 32 | i * 4096;

		assert_true(u64map_find(&map, key) == (in[i] ? &in[i] : NULL));
		if (in[i]) {
			assert_true(u64map_remove(&map, key) == &in[i]);
			n--;
		} else {
			assert_int_equal(u64map_insert(&map, key, &in[i]), 0);
			n++;
		}
		in[i] = !in[i];
		assert_true(map.count == n);
	}
	assert_true(map.size <= 2 * ARRAY_SIZE(in));
	u64map_destroy(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(an_empty_map_finds_and_removes_nothing),
		PLAIN(every_key_can_be_used),
		PLAIN(removal_keeps_runs_that_wrap_around),
		PLAIN(random_use_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("u64map", tests, NULL, NULL);
}
