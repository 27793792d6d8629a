/* SPDX-License-Identifier: MIT */
/* Mapping through a device, and what such a mapping keeps alive. */
#include <stdlib.h>

#include "counts.h"
#include "stage.h"

#define RW   (DRM_CLOEXEC | DRM_RDWR)
#define BOTH (PROT_READ | PROT_WRITE)

/* A buffer of four pages of the first file: its handle, and its offset. */
static u32 four_pages(u64 *offset)
{
	u32 handle = must(create_dumb(stage.file, 4));

	*offset = (u64)map_dumb(stage.file, handle);
	return handle;
}

static long try_map(struct drm_file *file, u64 offset, unsigned int pages)
{
	void *p = map_device(file, offset, pages, BOTH);

	if (IS_ERR(p)) {
		return PTR_ERR(p);
	}
	munmap(p, pages << PAGE_SHIFT);
	return 0;
}

TEST(the_offset_of_a_bad_handle_is_enoent)
{
	u64 offset;
	u32 handle = four_pages(&offset);

	assert_int_equal(map_dumb(stage.file, 0), -ENOENT);
	assert_int_equal(map_dumb(stage.file, 9999), -ENOENT);
	assert_int_equal(map_dumb(stage.second, handle), -ENOENT);
}

TEST(the_offset_of_an_import_from_another_device_is_einval)
{
	u64 offset;
	int fd = (int)must(export_handle(stage.file, four_pages(&offset), RW));

	assert_int_equal(map_dumb(stage.far, must(import_fd(stage.far, fd))),
			 -EINVAL);
	close(fd);
}

TEST(the_offset_is_the_objects_and_the_same_for_all_files)
{
	u64 offset;
	u32 handle = four_pages(&offset);
	u32 name = must(flink(stage.file, handle));
	int fd = (int)must(export_handle(stage.file, handle, RW));

	assert_int_equal(map_dumb(stage.file, handle), offset);
	assert_int_equal(
		map_dumb(stage.second, must(open_name(stage.second, name))),
		offset);
	assert_int_equal(
		map_dumb(stage.second, must(import_fd(stage.second, fd))),
		offset);
	close(fd);
}

TEST(offsets_begin_at_4_gib_and_do_not_overlap)
{
	u64 end = 1ull << 32;

	for (unsigned int pages = 1; pages < 20; pages++) {
		u32 handle = must(create_dumb(stage.file, pages));
		u64 offset = (u64)map_dumb(stage.file, handle);

		assert_true(offset >= end);
		assert_int_equal(offset & ~PAGE_MASK, 0);
		end = offset + pages * PAGE_SIZE;
	}
}

TEST(mmap_needs_the_exact_start_offset)
{
	u64 offset;

	four_pages(&offset);
	assert_int_equal(try_map(stage.file, offset, 4), 0);
	assert_int_equal(try_map(stage.file, offset + PAGE_SIZE, 1), -EINVAL);
	assert_int_equal(try_map(stage.file, offset + PAGE_SIZE, 4), -EINVAL);
	assert_int_equal(try_map(stage.file, offset - PAGE_SIZE, 1), -EINVAL);
	assert_int_equal(try_map(stage.file, 0, 1), -EINVAL);
	assert_int_equal(try_map(stage.file, 1ull << 33, 1), -EINVAL);
}

TEST(mmap_takes_at_most_the_length)
{
	u64 offset;

	four_pages(&offset);
	assert_int_equal(try_map(stage.file, offset, 1), 0);
	assert_int_equal(try_map(stage.file, offset, 5), -EINVAL);
}

TEST(a_private_mapping_is_einval)
{
	u64 offset;
	struct vm_area_struct vma = {.vm_pages = 1};

	four_pages(&offset);
	vma.vm_pgoff = offset >> PAGE_SHIFT;
	vma.vm_flags = VM_READ;
	assert_int_equal(drm_gem_mmap(stage.file, &vma), -EINVAL);
	vma.vm_flags = VM_READ | VM_WRITE;
	assert_int_equal(drm_gem_mmap(stage.file, &vma), -EINVAL);
	assert_null(vma.vm_file);
}

TEST(mmap_without_a_handle_in_that_file_is_eacces)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	u64 offset;
	u32 handle = four_pages(&offset), theirs;
	int fd = (int)must(export_handle(stage.file, handle, RW));

	assert_int_equal(try_map(stage.second, offset, 4), -EACCES);
	assert_int_equal(try_map(render, offset, 4), -EACCES);
	assert_int_equal(try_map(stage.far, offset, 4), -EINVAL);
	theirs = must(import_fd(stage.second, fd));
	must(import_fd(render, fd));
	assert_int_equal(try_map(stage.second, offset, 4), 0);
	assert_int_equal(try_map(render, offset, 4), 0);
	close_handle(stage.second, theirs);
	assert_int_equal(try_map(stage.second, offset, 4), -EACCES);
	close(fd);
	close_file(&render);
}

TEST(the_permission_lasts_until_the_last_of_several_handles)
{
	u64 offset;
	u32 handle = four_pages(&offset);
	u32 name = must(flink(stage.file, handle));
	u32 one = must(open_name(stage.second, name));
	u32 two = must(open_name(stage.second, name));

	close_handle(stage.second, one);
	assert_int_equal(try_map(stage.second, offset, 4), 0);
	close_handle(stage.second, two);
	assert_int_equal(try_map(stage.second, offset, 4), -EACCES);
}

TEST(an_offset_dies_with_the_object)
{
	u64 offset;
	u32 handle = four_pages(&offset);

	close_handle(stage.file, handle);
	assert_int_equal(try_map(stage.file, offset, 4), -EINVAL);
}

TEST(offsets_are_given_out_as_the_kernel_does)
{
	static const unsigned int pages[] = {1, 64, 1};
	static const u64 want[] = {0x100000000, 0x100001000, 0x100041000};
	u32 handles[3];

	for (int i = 0; i < 3; i++) {
		handles[i] = must(create_dumb(stage.file, pages[i]));
		assert_int_equal(map_dumb(stage.file, handles[i]), want[i]);
	}
	/* The smallest hole that is large enough. */
	close_handle(stage.file, handles[0]);
	handles[0] = must(create_dumb(stage.file, 2));
	assert_int_equal(map_dumb(stage.file, handles[0]), 0x100042000);
	handles[0] = must(create_dumb(stage.file, 1));
	assert_int_equal(map_dumb(stage.file, handles[0]), want[0]);
}

TEST(offsets_never_overlap)
{
	enum { MANY = 64 };
	unsigned int pages[MANY];
	u32 handles[MANY] = {0};
	u64 starts[MANY];

	srandom(5);
	for (int step = 0; step < 2000; step++) {
		int i = (int)(random() % MANY);

		if (handles[i]) {
			close_handle(stage.file, handles[i]);
			handles[i] = 0;
			continue;
		}
		pages[i] = 1 + (unsigned int)random() % 8;
		handles[i] = must(create_dumb(stage.file, pages[i]));
		starts[i] = (u64)map_dumb(stage.file, handles[i]);
		for (int j = 0; j < MANY; j++) {
			assert_true(
				j == i || !handles[j] ||
				starts[i] >= starts[j] + pages[j] * PAGE_SIZE ||
				starts[j] >= starts[i] + pages[i] * PAGE_SIZE);
		}
	}
}

TEST(an_object_can_be_mapped_before_its_offset_was_asked_for)
{
	struct counts counts;

	must(create_dumb(stage.file, 1));
	count_all(&counts);
	assert_int_equal(counts.offsets, 1);
}

TEST(new_memory_reads_as_zero)
{
	u64 offset;
	const char *p;

	four_pages(&offset);
	p = map_device(stage.file, offset, 4, PROT_READ);
	for (unsigned int i = 0; i < 4 * PAGE_SIZE; i++) {
		assert_true(!p[i]);
	}
	munmap((void *)p, 4 * PAGE_SIZE);
}

TEST(device_and_dma_buf_show_the_same_memory)
{
	u64 offset;
	u32 handle = four_pages(&offset);
	int fd = (int)must(export_handle(stage.file, handle, RW));
	char *through_device = map_device(stage.file, offset, 4, BOTH);
	char *through_fd = mmap(NULL, 4 * PAGE_SIZE, BOTH, MAP_SHARED, fd, 0);

	through_device[3 * PAGE_SIZE] = 7;
	assert_int_equal(through_fd[3 * PAGE_SIZE], 7);
	through_fd[5] = 9;
	assert_int_equal(through_device[5], 9);
	munmap(through_device, 4 * PAGE_SIZE);
	munmap(through_fd, 4 * PAGE_SIZE);
	close(fd);
}

TEST(a_mapping_keeps_the_memory_after_the_handle_was_closed)
{
	struct counts counts;
	u64 offset;
	u32 handle = four_pages(&offset);
	char *p = map_device(stage.file, offset, 4, BOTH);

	p[0] = 7;
	close_handle(stage.file, handle);
	assert_int_equal(p[0], 7);
	count_all(&counts);
	assert_int_equal(counts.objects, 1);
	assert_int_equal(try_map(stage.file, offset, 4), -EACCES);
	munmap(p, 4 * PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	assert_int_equal(counts.mappings, 0);
}

TEST(a_mapping_keeps_the_closed_file_with_its_handles_and_names)
{
	struct counts counts;
	u64 offset;
	u32 name = must(flink(stage.file, four_pages(&offset)));
	u32 other = must(flink(stage.file, must(create_dumb(stage.file, 1))));
	char *p = map_device(stage.file, offset, 1, BOTH);

	close_file(&stage.file);
	count_all(&counts);
	assert_int_equal(counts.files, 3);
	assert_int_equal(counts.objects, 2);
	close_handle(stage.second, must(open_name(stage.second, name)));
	close_handle(stage.second, must(open_name(stage.second, other)));
	munmap(p, PAGE_SIZE);
	file_watch_dispatch();
	assert_int_equal(open_name(stage.second, name), -ENOENT);
	assert_int_equal(open_name(stage.second, other), -ENOENT);
	count_all(&counts);
	assert_int_equal(counts.files, 2);
	assert_int_equal(counts.objects, 0);
}

TEST(a_mapping_keeps_the_closed_file_master)
{
	u64 offset;
	char *p;

	four_pages(&offset);
	p = map_device(stage.file, offset, 1, BOTH);
	close_file(&stage.file);
	assert_int_equal(drm_ioctl(stage.second, DRM_IOCTL_SET_MASTER, 0),
			 -EBUSY);
	munmap(p, PAGE_SIZE);
	file_watch_dispatch();
	assert_int_equal(drm_ioctl(stage.second, DRM_IOCTL_SET_MASTER, 0), 0);
}

TEST(only_the_last_of_several_mappings_ends_the_file)
{
	struct counts counts;
	u64 offset, other_offset;
	char *one, *two, *other;

	four_pages(&offset);
	four_pages(&other_offset);
	one = map_device(stage.file, offset, 1, BOTH);
	two = map_device(stage.file, offset, 4, PROT_READ);
	other = map_device(stage.file, other_offset, 2, BOTH);
	close_file(&stage.file);
	munmap(two, 4 * PAGE_SIZE);
	file_watch_dispatch();
	munmap(other, 2 * PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.files, 3);
	assert_int_equal(counts.objects, 2);
	munmap(one, PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.files, 2);
	assert_int_equal(counts.objects, 0);
}

TEST(mappings_of_two_files_are_told_apart)
{
	struct counts counts;
	u64 offset;
	u32 handle = four_pages(&offset);
	int fd = (int)must(export_handle(stage.file, handle, RW));
	char *one, *two;

	must(import_fd(stage.second, fd));
	close(fd);
	one = map_device(stage.file, offset, 4, BOTH);
	two = map_device(stage.second, offset, 4, BOTH);
	close_file(&stage.file);
	close_file(&stage.second);
	munmap(two, 4 * PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.files, 2);
	one[0] = 1;
	munmap(one, 4 * PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.files, 1);
	assert_int_equal(counts.objects, 0);
}

TEST(a_mapping_that_is_gone_does_not_keep_the_file)
{
	struct counts counts;
	u64 offset;

	four_pages(&offset);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(try_map(stage.file, offset, 4), 0);
	}
	close_file(&stage.file);
	count_all(&counts);
	assert_int_equal(counts.files, 2);
}

TEST(a_dma_buf_mapping_does_not_keep_the_file)
{
	struct counts counts;
	u64 offset;
	int fd = (int)must(export_handle(stage.file, four_pages(&offset), RW));
	char *p = mmap(NULL, PAGE_SIZE, BOTH, MAP_SHARED, fd, 0);

	close(fd);
	close_file(&stage.file);
	count_all(&counts);
	assert_int_equal(counts.files, 2);
	assert_int_equal(counts.objects, 1);
	munmap(p, PAGE_SIZE);
}

TEST(a_file_can_be_mapped_again_after_its_mapping_was_let_go)
{
	u64 offset;
	u32 handle = four_pages(&offset);
	u32 name = must(flink(stage.file, handle));
	char *p;

	/* Watched, let go, mapped and watched anew. */
	for (int i = 0; i < 3; i++) {
		u32 more = must(open_name(stage.file, name));

		p = map_device(stage.file, offset, 4, BOTH);
		close_handle(stage.file, more);
		munmap(p, 4 * PAGE_SIZE);
		file_watch_dispatch();
	}
	p = map_device(stage.file, offset, 4, BOTH);
	close_file(&stage.file);
	p[0] = 1;
	munmap(p, 4 * PAGE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(the_offset_of_a_bad_handle_is_enoent),
		ON_STAGE(the_offset_of_an_import_from_another_device_is_einval),
		ON_STAGE(the_offset_is_the_objects_and_the_same_for_all_files),
		ON_STAGE(offsets_begin_at_4_gib_and_do_not_overlap),
		ON_STAGE(mmap_needs_the_exact_start_offset),
		ON_STAGE(mmap_takes_at_most_the_length),
		ON_STAGE(a_private_mapping_is_einval),
		ON_STAGE(mmap_without_a_handle_in_that_file_is_eacces),
		ON_STAGE(
			the_permission_lasts_until_the_last_of_several_handles),
		ON_STAGE(an_offset_dies_with_the_object),
		ON_STAGE(offsets_are_given_out_as_the_kernel_does),
		ON_STAGE(offsets_never_overlap),
		ON_STAGE(
			an_object_can_be_mapped_before_its_offset_was_asked_for),
		ON_STAGE(new_memory_reads_as_zero),
		ON_STAGE(device_and_dma_buf_show_the_same_memory),
		ON_STAGE(
			a_mapping_keeps_the_memory_after_the_handle_was_closed),
		ON_STAGE(
			a_mapping_keeps_the_closed_file_with_its_handles_and_names),
		ON_STAGE(a_mapping_keeps_the_closed_file_master),
		ON_STAGE(only_the_last_of_several_mappings_ends_the_file),
		ON_STAGE(mappings_of_two_files_are_told_apart),
		ON_STAGE(a_mapping_that_is_gone_does_not_keep_the_file),
		ON_STAGE(a_dma_buf_mapping_does_not_keep_the_file),
		ON_STAGE(
			a_file_can_be_mapped_again_after_its_mapping_was_let_go),
	};

	return cmocka_run_group_tests_name("mmap", tests, NULL, NULL);
}
