/* SPDX-License-Identifier: MIT */
/* Handles and names. */
#include "counts.h"
#include "stage.h"
#include "toy.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

TEST(the_lowest_free_handle_is_given_first)
{
	assert_int_equal(create_dumb(stage.file, 1), 1);
	assert_int_equal(create_dumb(stage.file, 1), 2);
	assert_int_equal(create_dumb(stage.file, 1), 3);
	close_handle(stage.file, 2);
	assert_int_equal(create_dumb(stage.file, 1), 2);
	close_handle(stage.file, 1);
	close_handle(stage.file, 3);
	assert_int_equal(create_dumb(stage.file, 1), 1);
	assert_int_equal(create_dumb(stage.file, 1), 3);
	assert_int_equal(create_dumb(stage.file, 1), 4);
}

TEST(each_file_has_handles_of_its_own)
{
	assert_int_equal(create_dumb(stage.file, 1), 1);
	assert_int_equal(create_dumb(stage.second, 1), 1);
	assert_ptr_not_equal(lookup(stage.file, 1), lookup(stage.second, 1));
}

TEST(closing_a_bad_handle_is_einval)
{
	u32 handle = must(create_dumb(stage.file, 1));

	assert_int_equal(close_handle(stage.file, 0), -EINVAL);
	assert_int_equal(close_handle(stage.file, 9999), -EINVAL);
	assert_int_equal(close_handle(stage.file, UINT32_MAX), -EINVAL);
	assert_int_equal(close_handle(stage.second, handle), -EINVAL);
	assert_int_equal(close_handle(stage.file, handle), 0);
	assert_int_equal(close_handle(stage.file, handle), -EINVAL);
}

TEST(a_name_is_given_once)
{
	u32 first = must(create_dumb(stage.file, 1));
	u32 other = must(create_dumb(stage.file, 1));

	assert_int_equal(flink(stage.file, first), 1);
	assert_int_equal(flink(stage.file, first), 1);
	assert_int_equal(flink(stage.file, other), 2);
}

TEST(naming_a_bad_handle_is_enoent)
{
	assert_int_equal(flink(stage.file, 0), -ENOENT);
	assert_int_equal(flink(stage.file, 9999), -ENOENT);
}

TEST(an_unknown_name_is_enoent)
{
	must(flink(stage.file, must(create_dumb(stage.file, 1))));
	assert_int_equal(open_name(stage.file, 0), -ENOENT);
	assert_int_equal(open_name(stage.file, 9999), -ENOENT);
	assert_int_equal(open_name(stage.file, UINT32_MAX), -ENOENT);
	assert_int_equal(open_name(stage.far, 1), -ENOENT);
}

TEST(gem_open_gives_a_new_handle_each_time)
{
	u32 handle = must(create_dumb(stage.file, 1));
	u32 name = must(flink(stage.file, handle));

	assert_int_equal(open_name(stage.file, name), 2);
	assert_int_equal(open_name(stage.file, name), 3);
	assert_int_equal(open_name(stage.second, name), 1);
	assert_int_equal(open_name(stage.second, name), 2);
	assert_ptr_equal(lookup(stage.second, 2), lookup(stage.file, handle));
	assert_int_equal(lookup(stage.file, handle)->handle_count, 5);
}

TEST(gem_open_tells_the_size)
{
	struct drm_gem_open args = {
		.name = must(
			flink(stage.file, must(create_dumb(stage.file, 3))))};

	assert_int_equal(drm_ioctl(stage.second, DRM_IOCTL_GEM_OPEN,
				   (unsigned long)&args),
			 0);
	assert_int_equal(args.size, 3 * PAGE_SIZE);
}

TEST(a_name_dies_with_the_last_handle)
{
	u32 handle = must(create_dumb(stage.file, 1));
	u32 name = must(flink(stage.file, handle));
	u32 theirs = must(open_name(stage.second, name));

	close_handle(stage.file, handle);
	close_handle(stage.second, must(open_name(stage.second, name)));
	close_handle(stage.second, theirs);
	assert_int_equal(open_name(stage.second, name), -ENOENT);
	/* It is free for the next one. */
	handle = must(create_dumb(stage.file, 1));
	assert_int_equal(flink(stage.file, handle), name);
}

TEST(a_name_dies_with_the_last_handle_although_the_dma_buf_lives)
{
	u32 handle = must(create_dumb(stage.file, 1));
	u32 name = must(flink(stage.file, handle));
	int fd = (int)must(export_handle(stage.file, handle, RW));

	close_handle(stage.file, handle);
	assert_int_equal(open_name(stage.second, name), -ENOENT);
	handle = must(import_fd(stage.file, fd));
	assert_int_equal(open_name(stage.second, name), -ENOENT);
	assert_int_equal(flink(stage.file, handle), name);
	must(open_name(stage.second, name));
	close(fd);
}

TEST(a_name_dies_with_the_last_file)
{
	u32 name = must(flink(stage.file, must(create_dumb(stage.file, 1))));

	close_file(&stage.file);
	assert_int_equal(open_name(stage.second, name), -ENOENT);
}

TEST(closing_a_file_closes_all_its_handles)
{
	struct counts counts;

	for (int i = 0; i < 100; i++) {
		u32 handle = must(create_dumb(stage.file, 1));

		if (i % 2) {
			must(flink(stage.file, handle));
		}
		if (i % 3) {
			close((int)must(export_handle(stage.file, handle, 0)));
		}
		if (i % 7 == 0) {
			close_handle(stage.file, handle);
		}
	}
	close_file(&stage.file);
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	assert_int_equal(counts.names, 0);
	assert_int_equal(counts.dma_bufs, 0);
}

/* A callback sees what a program could do meanwhile. */
static void use_handle_one(void *data)
{
	int *results = data;

	results[0] = close_handle(stage.file, 1);
	results[1] = export_handle(stage.file, 1, 0);
	results[2] = flink(stage.file, 1);
}

TEST(a_handle_is_not_found_before_the_driver_has_agreed_to_it)
{
	int results[3] = {0};

	toy_hook("open_object", use_handle_one, results);
	assert_int_equal(create_dumb(stage.file, 1), 1);
	assert_int_equal(results[0], -EINVAL);
	assert_int_equal(results[1], -ENOENT);
	assert_int_equal(results[2], -ENOENT);
	assert_int_equal(lookup(stage.file, 1)->vma_node.nr_files, 1);
	assert_int_equal(close_handle(stage.file, 1), 0);
}

TEST(a_handle_that_is_being_closed_is_not_exported)
{
	int results[3] = {0};

	must(create_dumb(stage.file, 1));
	toy_hook("close_object", use_handle_one, results);
	assert_int_equal(close_handle(stage.file, 1), 0);
	assert_int_equal(results[0], -EINVAL);
	assert_int_equal(results[1], -ENOENT);
	assert_int_equal(results[2], -ENOENT);
}

static void create_another(void *data)
{
	*(int *)data = create_dumb(stage.file, 1);
}

TEST(a_handle_that_is_being_closed_is_not_given_again)
{
	int other = 0;

	must(create_dumb(stage.file, 1));
	toy_hook("close_object", create_another, &other);
	assert_int_equal(close_handle(stage.file, 1), 0);
	assert_int_equal(other, 2);
	assert_int_equal(create_dumb(stage.file, 1), 1);
}

TEST(the_driver_hears_of_files_and_handles_in_order)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, 0));

	must(import_fd(render, fd));
	close(fd);
	close_handle(stage.file, handle);
	close_file(&render);
	assert_string_equal(toy_log(),
			    "open dumb_create open_object export res_obj "
			    "import open_object close_object close_object "
			    "free postclose ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_lowest_free_handle_is_given_first),
		ON_STAGE(each_file_has_handles_of_its_own),
		ON_STAGE(closing_a_bad_handle_is_einval),
		ON_STAGE(a_name_is_given_once),
		ON_STAGE(naming_a_bad_handle_is_enoent),
		ON_STAGE(an_unknown_name_is_enoent),
		ON_STAGE(gem_open_gives_a_new_handle_each_time),
		ON_STAGE(gem_open_tells_the_size),
		ON_STAGE(a_name_dies_with_the_last_handle),
		ON_STAGE(
			a_name_dies_with_the_last_handle_although_the_dma_buf_lives),
		ON_STAGE(a_name_dies_with_the_last_file),
		ON_STAGE(closing_a_file_closes_all_its_handles),
		ON_TOYS(a_handle_is_not_found_before_the_driver_has_agreed_to_it),
		ON_TOYS(a_handle_that_is_being_closed_is_not_exported),
		ON_TOYS(a_handle_that_is_being_closed_is_not_given_again),
		ON_TOYS(the_driver_hears_of_files_and_handles_in_order),
	};

	return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
