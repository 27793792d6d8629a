/* SPDX-License-Identifier: MIT */
/* PRIME_HANDLE_TO_FD and what it makes. */
#include <sys/resource.h>
#include <sys/stat.h>

#include "counts.h"
#include "gem/internal.h"
#include "stage.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

TEST(flags_other_than_cloexec_and_rdwr_are_einval)
{
	u32 handle = must(create_dumb(stage.file, 1));

	for (int bit = 0; bit < 32; bit++) {
		u32 flag = 1u << bit;
		int fd = export_handle(stage.file, handle, flag);

		if (flag == DRM_CLOEXEC || flag == DRM_RDWR) {
			close((int)must(fd));
		} else {
			assert_int_equal(fd, -EINVAL);
		}
	}
	assert_int_equal(export_handle(stage.file, handle, O_ACCMODE), -EINVAL);
	assert_int_equal(export_handle(stage.file, handle, UINT32_MAX),
			 -EINVAL);
}

TEST(bad_flags_are_told_before_a_bad_handle)
{
	assert_int_equal(export_handle(stage.file, 9999, 1), -EINVAL);
}

TEST(an_unknown_handle_is_enoent)
{
	u32 handle = must(create_dumb(stage.file, 1));

	assert_int_equal(export_handle(stage.file, 0, RW), -ENOENT);
	assert_int_equal(export_handle(stage.file, handle + 1, RW), -ENOENT);
	assert_int_equal(export_handle(stage.file, UINT32_MAX, RW), -ENOENT);
	assert_int_equal(export_handle(stage.second, handle, RW), -ENOENT);
}

TEST(a_closed_handle_is_enoent)
{
	u32 handle = must(create_dumb(stage.file, 1));

	close((int)must(export_handle(stage.file, handle, RW)));
	assert_int_equal(close_handle(stage.file, handle), 0);
	assert_int_equal(export_handle(stage.file, handle, RW), -ENOENT);
}

TEST(a_failing_export_leaves_the_callers_fd_field)
{
	struct drm_prime_handle args = {.handle = 9999, .fd = 55};

	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_PRIME_HANDLE_TO_FD,
				   (unsigned long)&args),
			 -ENOENT);
	assert_int_equal(args.fd, 55);
}

TEST(a_second_export_gives_the_same_open_file)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	int again = (int)must(export_handle(stage.file, handle, RW));

	assert_int_not_equal(fd, again);
	assert_true(same_open_file(fd, again));
	assert_ptr_equal(dma_buf_of(fd), dma_buf_of(again));
	close(fd);
	close(again);
}

TEST(an_export_from_another_file_gives_the_same_open_file)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	u32 theirs = must(import_fd(stage.second, fd));
	int again = (int)must(export_handle(stage.second, theirs, RW));

	assert_true(same_open_file(fd, again));
	close(fd);
	close(again);
}

TEST(handles_of_one_name_are_exported_as_the_same_open_file)
{
	u32 handle = must(create_dumb(stage.file, 1));
	u32 name = must(flink(stage.file, handle));
	u32 theirs = must(open_name(stage.second, name));
	int fd = (int)must(export_handle(stage.second, theirs, RW));
	int again = (int)must(export_handle(stage.file, handle, RW));

	assert_true(same_open_file(fd, again));
	close(fd);
	close(again);
}

TEST(the_first_export_fixes_the_access_mode)
{
	u32 ro = must(create_dumb(stage.file, 1));
	u32 rw = must(create_dumb(stage.file, 1));
	int fds[] = {
		(int)must(export_handle(stage.file, ro, 0)),
		(int)must(export_handle(stage.file, ro, DRM_RDWR)),
		(int)must(export_handle(stage.file, rw, DRM_RDWR)),
		(int)must(export_handle(stage.file, rw, 0)),
	};

	for (int i = 0; i < 4; i++) {
		assert_int_equal(fcntl(fds[i], F_GETFL) & O_ACCMODE,
				 i < 2 ? O_RDONLY : O_RDWR);
	}
	assert_true(same_open_file(fds[0], fds[1]));
	assert_true(same_open_file(fds[2], fds[3]));
	for (int i = 0; i < 4; i++) {
		close(fds[i]);
	}
}

TEST(the_mode_stays_while_a_handle_lives_even_when_no_fd_was_left)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, 0));
	struct stat before, after;

	fstat(fd, &before);
	close(fd);
	file_watch_dispatch();
	fd = (int)must(export_handle(stage.file, handle, DRM_RDWR));
	fstat(fd, &after);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(before.st_ino, after.st_ino);
	close(fd);
}

TEST(the_mode_stays_when_the_importer_is_the_last_with_a_handle)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, 0));
	u32 theirs = must(import_fd(stage.second, fd));
	struct dma_buf *dma_buf = dma_buf_of(fd);

	close(fd);
	close_handle(stage.file, handle);
	fd = (int)must(export_handle(stage.second, theirs, DRM_RDWR));
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_ptr_equal(dma_buf_of(fd), dma_buf);
	close(fd);
}

TEST(an_fd_that_comes_back_is_exported_again_as_the_same_open_file)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, 0)), again;

	close_handle(stage.file, handle);
	handle = must(import_fd(stage.file, fd));
	again = (int)must(export_handle(stage.file, handle, DRM_RDWR));
	assert_true(same_open_file(fd, again));
	close(fd);
	close(again);
}

TEST(close_on_exec_is_per_fd)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int with = (int)must(export_handle(stage.file, handle, DRM_CLOEXEC));
	int without = (int)must(export_handle(stage.file, handle, 0));

	assert_int_equal(fcntl(with, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(without, F_GETFD), 0);
	close(with);
	close(without);
}

TEST(without_rdwr_nobody_can_map_it_writable)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, DRM_CLOEXEC));
	void *p = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	assert_int_equal(mprotect(p, PAGE_SIZE, PROT_READ | PROT_WRITE), -1);
	munmap(p, PAGE_SIZE);
	assert_ptr_equal(mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_SHARED, fd, 0),
			 MAP_FAILED);
	close(fd);
}

TEST(the_size_is_told_by_lseek)
{
	u32 handle = must(create_dumb(stage.file, 3));
	int fd = (int)must(export_handle(stage.file, handle, RW));

	assert_int_equal(lseek(fd, 0, SEEK_END), 3 * PAGE_SIZE);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dma_buf_of(fd)->size, 3 * PAGE_SIZE);
	close(fd);
}

TEST(without_a_free_fd_number_an_export_fails_and_is_undone)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct rlimit limit, none;
	struct counts before;
	int ret;

	count_all(&before);
	getrlimit(RLIMIT_NOFILE, &limit);
	none = limit;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	ret = export_handle(stage.file, handle, RW);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_true(ret == -EMFILE || ret == -ENFILE);
	assert_counts(&before);
	close((int)must(export_handle(stage.file, handle, RW)));
}

TEST(the_dma_buf_holds_a_reference_to_the_object_and_to_the_device)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct drm_gem_object *obj = lookup(stage.file, handle);
	unsigned int refs = kref_read(&obj->refcount);
	unsigned int dev_refs = kref_read(&stage.dev->ref);
	int fd = (int)must(export_handle(stage.file, handle, RW));

	assert_int_equal(kref_read(&obj->refcount), refs + 1);
	assert_int_equal(kref_read(&stage.dev->ref), dev_refs + 1);
	/* Once, however often it is exported. */
	close((int)must(export_handle(stage.file, handle, RW)));
	assert_int_equal(kref_read(&obj->refcount), refs + 1);
	assert_int_equal(kref_read(&stage.dev->ref), dev_refs + 1);

	drm_gem_object_get(obj);
	close_handle(stage.file, handle);
	assert_int_equal(kref_read(&obj->refcount), 2);
	close(fd);
	file_watch_dispatch();
	assert_int_equal(kref_read(&obj->refcount), 1);
	assert_int_equal(kref_read(&stage.dev->ref), dev_refs);
	drm_gem_object_put(obj);
}

TEST(drm_gem_dmabuf_export_takes_no_reference_when_it_fails)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct drm_gem_object *obj = lookup(stage.file, handle);
	struct dma_buf_export_info no_ops = {
		.exp_name = "test", .size = obj->size, .priv = obj};
	struct counts before;

	count_all(&before);
	assert_int_equal(PTR_ERR(drm_gem_dmabuf_export(stage.dev, &no_ops)),
			 -EINVAL);
	assert_counts(&before);
}

TEST(memory_is_one_dma_buf_at_a_time)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct drm_gem_object *obj = lookup(stage.file, handle);
	struct counts before;

	count_all(&before);
	assert_int_equal(PTR_ERR(drm_gem_prime_export(stage.dev, obj, 0)),
			 -EBUSY);
	assert_counts(&before);
	close(fd);
}

TEST(a_dma_buf_keeps_its_device_when_that_was_taken_away)
{
	const struct uprime_driver *vgem = uprime_driver_find("vgem");
	struct drm_device *dev = vgem->create(NULL);
	struct drm_file *file = open_node(dev, DRM_MINOR_PRIMARY);
	int fd = (int)must(export_handle(file, must(create_dumb(file, 1)), RW));
	u32 theirs;

	close_file(&file);
	vgem->destroy(dev);
	/* Importing asks the exporter's driver. */
	theirs = must(import_fd(stage.far, fd));
	close(fd);
	close_handle(stage.far, theirs);
}

TEST(an_object_without_a_handle_is_neither_exported_nor_named)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct drm_gem_object *obj = lookup(stage.file, handle);

	drm_gem_object_get(obj);
	close_handle(stage.file, handle);
	assert_int_equal(export_handle(stage.file, handle, RW), -ENOENT);
	assert_int_equal(drm_gem_flink(obj), -ENOENT);
	assert_null(obj->dma_buf);
	drm_gem_object_put(obj);
}

TEST(an_object_that_got_a_handle_back_is_the_dma_buf_of_before)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct drm_gem_object *obj = lookup(stage.file, handle);
	int fd = (int)must(export_handle(stage.file, handle, RW)), again;
	struct dma_buf *dma_buf = dma_buf_of(fd);

	close_handle(stage.file, handle);
	assert_int_equal(drm_gem_handle_create(stage.second, obj, &handle), 0);
	again = (int)must(export_handle(stage.second, handle, RW));
	assert_ptr_equal(dma_buf_of(again), dma_buf);
	close(fd);
	close(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(flags_other_than_cloexec_and_rdwr_are_einval),
		ON_STAGE(bad_flags_are_told_before_a_bad_handle),
		ON_STAGE(an_unknown_handle_is_enoent),
		ON_STAGE(a_closed_handle_is_enoent),
		ON_STAGE(a_failing_export_leaves_the_callers_fd_field),
		ON_STAGE(a_second_export_gives_the_same_open_file),
		ON_STAGE(an_export_from_another_file_gives_the_same_open_file),
		ON_STAGE(
			handles_of_one_name_are_exported_as_the_same_open_file),
		ON_STAGE(the_first_export_fixes_the_access_mode),
		ON_STAGE(
			the_mode_stays_while_a_handle_lives_even_when_no_fd_was_left),
		ON_STAGE(
			the_mode_stays_when_the_importer_is_the_last_with_a_handle),
		ON_STAGE(
			an_fd_that_comes_back_is_exported_again_as_the_same_open_file),
		ON_STAGE(close_on_exec_is_per_fd),
		ON_STAGE(without_rdwr_nobody_can_map_it_writable),
		ON_STAGE(the_size_is_told_by_lseek),
		ON_STAGE(
			without_a_free_fd_number_an_export_fails_and_is_undone),
		ON_STAGE(
			the_dma_buf_holds_a_reference_to_the_object_and_to_the_device),
		ON_STAGE(
			drm_gem_dmabuf_export_takes_no_reference_when_it_fails),
		ON_STAGE(memory_is_one_dma_buf_at_a_time),
		ON_STAGE(a_dma_buf_keeps_its_device_when_that_was_taken_away),
		ON_STAGE(
			an_object_without_a_handle_is_neither_exported_nor_named),
		ON_STAGE(
			an_object_that_got_a_handle_back_is_the_dma_buf_of_before),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
