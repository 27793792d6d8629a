/* SPDX-License-Identifier: MIT */
/* PRIME_FD_TO_HANDLE within a device. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include "counts.h"
#include "stage.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

/* A buffer of the first file: its handle, and its fd. */
static u32 shared_buffer(int *fd)
{
	u32 handle = must(create_dumb(stage.file, 1));

	*fd = (int)must(export_handle(stage.file, handle, RW));
	return handle;
}

TEST(a_bad_fd_is_ebadf)
{
	assert_int_equal(import_fd(stage.file, -1), -EBADF);
	assert_int_equal(import_fd(stage.file, -2), -EBADF);
	assert_int_equal(import_fd(stage.file, 9999), -EBADF);
	assert_int_equal(import_fd(stage.file, INT32_MAX), -EBADF);
}

TEST(an_fd_of_something_else_is_einval)
{
	int fds[8], n = 0;

	fds[n++] = open("/proc/self/exe", O_RDONLY);
	fds[n++] = open("/dev/null", O_RDWR);
	fds[n++] = socket(AF_UNIX, SOCK_STREAM, 0);
	fds[n++] = memfd_create("test", 0);
	fds[n++] = epoll_create1(0);
	fds[n++] = open("/", O_RDONLY);
	assert_int_equal(pipe(&fds[n]), 0);
	for (int i = 0; i < 8; i++) {
		assert_true(fds[i] >= 0);
		assert_int_equal(import_fd(stage.file, fds[i]), -EINVAL);
		close(fds[i]);
	}
}

TEST(memory_that_is_no_dma_buf_yet_is_einval)
{
	u32 handle = must(create_dumb(stage.file, 1));
	struct drm_gem_object *obj = lookup(stage.file, handle);

	assert_int_equal(import_fd(stage.file, file_fd(obj->filp)), -EINVAL);
}

TEST(an_fd_that_is_only_a_path_is_ebadf)
{
	char path[32];
	int fd, only_path;

	only_path = open("/proc/self/exe", O_PATH);
	assert_int_equal(import_fd(stage.file, only_path), -EBADF);
	close(only_path);

	shared_buffer(&fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	only_path = open(path, O_PATH);
	assert_true(only_path >= 0);
	assert_int_equal(import_fd(stage.second, only_path), -EBADF);
	close(only_path);
	close(fd);
}

TEST(a_failing_import_leaves_the_callers_handle_field)
{
	struct drm_prime_handle args = {.fd = -1, .handle = 0xdead};

	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_PRIME_FD_TO_HANDLE,
				   (unsigned long)&args),
			 -EBADF);
	assert_int_equal(args.handle, 0xdead);
}

TEST(flags_are_not_looked_at)
{
	static const u32 flags[] = {0, 1, RW, UINT32_MAX};
	int fd;
	u32 handle = shared_buffer(&fd);

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct drm_prime_handle args = {.fd = fd, .flags = flags[i]};

		assert_int_equal(drm_ioctl(stage.file,
					   DRM_IOCTL_PRIME_FD_TO_HANDLE,
					   (unsigned long)&args),
				 0);
		assert_int_equal(args.handle, handle);
	}
	close(fd);
}

TEST(a_dma_buf_known_to_the_file_gives_its_existing_handle)
{
	struct counts before;
	int fd;
	u32 handle = shared_buffer(&fd), theirs;

	count_all(&before);
	assert_int_equal(import_fd(stage.file, fd), handle);
	assert_counts(&before);
	theirs = must(import_fd(stage.second, fd));
	count_all(&before);
	assert_int_equal(import_fd(stage.second, fd), theirs);
	assert_counts(&before);
	close(fd);
}

TEST(handles_are_not_counted_one_close_closes)
{
	int fd;
	u32 theirs;

	shared_buffer(&fd);
	theirs = must(import_fd(stage.second, fd));
	assert_int_equal(import_fd(stage.second, fd), theirs);
	assert_int_equal(close_handle(stage.second, theirs), 0);
	assert_int_equal(close_handle(stage.second, theirs), -EINVAL);
	assert_int_equal(import_fd(stage.second, fd), theirs);
	close(fd);
}

TEST(our_own_dma_buf_gives_our_own_object)
{
	struct counts counts;
	int fd;
	u32 handle = shared_buffer(&fd), theirs;

	theirs = must(import_fd(stage.second, fd));
	assert_ptr_equal(lookup(stage.second, theirs),
			 lookup(stage.file, handle));
	count_all(&counts);
	assert_int_equal(counts.objects, 1);
	assert_int_equal(counts.attachments, 0);
	assert_null(lookup(stage.second, theirs)->import_attach);
	close(fd);
}

TEST(our_own_object_comes_back_after_its_last_handle_was_closed)
{
	int fd;
	u32 handle = shared_buffer(&fd);
	struct drm_gem_object *obj = lookup(stage.file, handle);

	close_handle(stage.file, handle);
	assert_int_equal(obj->handle_count, 0);
	handle = must(import_fd(stage.file, fd));
	assert_ptr_equal(lookup(stage.file, handle), obj);
	assert_int_equal(obj->handle_count, 1);
	close(fd);
}

TEST(the_importer_keeps_the_buffer_when_the_exporter_closed_it)
{
	int fd;
	u32 handle = shared_buffer(&fd), theirs;
	char *p = map_device(stage.file, (u64)map_dumb(stage.file, handle), 1,
			     PROT_READ | PROT_WRITE);

	p[0] = 42;
	munmap(p, PAGE_SIZE);
	theirs = must(import_fd(stage.second, fd));
	close(fd);
	close_handle(stage.file, handle);
	close_file(&stage.file);
	p = map_device(stage.second, (u64)map_dumb(stage.second, theirs), 1,
		       PROT_READ);
	assert_int_equal(p[0], 42);
	munmap(p, PAGE_SIZE);
}

TEST(render_nodes_import_and_export)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	int fd, again;
	u32 handle = shared_buffer(&fd), theirs;

	theirs = must(import_fd(render, fd));
	assert_ptr_equal(lookup(render, theirs), lookup(stage.file, handle));
	again = (int)must(export_handle(render, theirs, 0));
	assert_true(same_open_file(fd, again));
	close(again);
	close(fd);
	close_file(&render);
}

TEST(an_object_opened_by_name_is_imported_as_a_second_handle)
{
	int fd;
	u32 handle = shared_buffer(&fd);
	u32 name = must(flink(stage.file, handle));
	u32 opened = must(open_name(stage.second, name));
	u32 imported = must(import_fd(stage.second, fd));

	assert_int_equal(opened, 1);
	assert_int_equal(imported, 2);
	assert_int_equal(open_name(stage.second, name), 3);
	/* From now on import keeps giving it. */
	assert_int_equal(import_fd(stage.second, fd), imported);
	close(fd);
}

TEST(an_exported_handle_is_known_to_import)
{
	int fd, again[2];
	u32 handle = shared_buffer(&fd);
	u32 name = must(flink(stage.file, handle));
	u32 opened = must(open_name(stage.second, name));
	u32 imported = must(import_fd(stage.second, fd));

	again[0] = (int)must(export_handle(stage.second, opened, RW));
	again[1] = (int)must(export_handle(stage.second, imported, RW));
	assert_true(same_open_file(fd, again[0]));
	assert_true(same_open_file(fd, again[1]));
	assert_int_equal(import_fd(stage.second, fd), imported);
	assert_int_equal(close_handle(stage.second, opened), 0);
	assert_int_equal(import_fd(stage.second, fd), imported);
	assert_int_equal(close_handle(stage.second, imported), 0);
	assert_int_equal(import_fd(stage.second, fd), 1);
	close(again[0]);
	close(again[1]);
	close(fd);
}

TEST(any_of_many_handles_of_a_dma_buf_can_go_first)
{
	/* Every order of closing three exported handles of one object. */
	static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	int fd;
	u32 name = must(flink(stage.file, shared_buffer(&fd)));

	for (int o = 0; o < 6; o++) {
		struct counts before;
		u32 handles[3];

		count_all(&before);
		for (int i = 0; i < 3; i++) {
			handles[i] = must(open_name(stage.second, name));
			close((int)must(
				export_handle(stage.second, handles[i], RW)));
		}
		for (int i = 0; i < 3; i++) {
			u32 known = must(import_fd(stage.second, fd));

			for (int gone = 0; gone < i; gone++) {
				assert_int_not_equal(known,
						     handles[orders[o][gone]]);
			}
			assert_int_equal(close_handle(stage.second,
						      handles[orders[o][i]]),
					 0);
		}
		assert_counts(&before);
	}
	close(fd);
}

TEST(the_mode_is_the_dma_bufs_not_the_objects)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, 0));
	u32 theirs = must(import_fd(stage.second, fd));
	char *p = map_device(stage.second, (u64)map_dumb(stage.second, theirs),
			     1, PROT_READ | PROT_WRITE);

	/* Through the device it can be written, as before. */
	assert_false(IS_ERR(p));
	munmap(p, PAGE_SIZE);
	close(fd);
}

TEST(an_import_holds_the_dma_buf_as_long_as_the_handle)
{
	struct counts counts;
	int fd;
	u32 handle = shared_buffer(&fd), theirs;

	theirs = must(import_fd(stage.second, fd));
	close_handle(stage.file, handle);
	close(fd);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.dma_bufs, 1);
	close_handle(stage.second, theirs);
	count_all(&counts);
	assert_int_equal(counts.dma_bufs, 0);
	assert_int_equal(counts.objects, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(a_bad_fd_is_ebadf),
		ON_STAGE(an_fd_of_something_else_is_einval),
		ON_STAGE(memory_that_is_no_dma_buf_yet_is_einval),
		ON_STAGE(an_fd_that_is_only_a_path_is_ebadf),
		ON_STAGE(a_failing_import_leaves_the_callers_handle_field),
		ON_STAGE(flags_are_not_looked_at),
		ON_STAGE(a_dma_buf_known_to_the_file_gives_its_existing_handle),
		ON_STAGE(handles_are_not_counted_one_close_closes),
		ON_STAGE(our_own_dma_buf_gives_our_own_object),
		ON_STAGE(
			our_own_object_comes_back_after_its_last_handle_was_closed),
		ON_STAGE(
			the_importer_keeps_the_buffer_when_the_exporter_closed_it),
		ON_STAGE(render_nodes_import_and_export),
		ON_STAGE(
			an_object_opened_by_name_is_imported_as_a_second_handle),
		ON_STAGE(an_exported_handle_is_known_to_import),
		ON_STAGE(any_of_many_handles_of_a_dma_buf_can_go_first),
		ON_STAGE(the_mode_is_the_dma_bufs_not_the_objects),
		ON_STAGE(an_import_holds_the_dma_buf_as_long_as_the_handle),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
