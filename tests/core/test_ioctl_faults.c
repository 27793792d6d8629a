/* SPDX-License-Identifier: MIT */
/* The ioctls, mmap, open and close fail without a trace. */
#include "counts.h"
#include "host/fault.h"
#include "toy.h"
#include "walk.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static int run_create_dumb(void)
{
	int ret = create_dumb(stage.file, 3);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

TEST(create_dumb_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "CREATE_DUMB",
		.run = run_create_dumb,
		.undo = undo_made,
	};

	walk_all(&walk);
}

static int run_map_dumb(void)
{
	s64 ret = map_dumb(stage.file, at.handle);

	return ret < 0 ? (int)ret : 0;
}

/* An offset and a name last as long as the object. */
static void renew_buffer(void)
{
	close_handle(stage.file, at.handle);
	prepare_buffer();
}

TEST(map_dumb_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "MAP_DUMB",
		.prepare = prepare_buffer,
		.run = run_map_dumb,
		.undo = renew_buffer,
	};

	walk_all(&walk);
}

static int run_flink(void)
{
	int ret = flink(stage.file, at.handle);

	return ret < 0 ? ret : 0;
}

TEST(flink_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "FLINK",
		.prepare = prepare_buffer,
		.run = run_flink,
		.undo = renew_buffer,
	};

	walk_all(&walk);
}

static void prepare_name(void)
{
	at.name = must(flink(stage.second, must(create_dumb(stage.second, 1))));
}

static int run_open_name(void)
{
	int ret = open_name(stage.file, at.name);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

TEST(gem_open_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "GEM_OPEN",
		.prepare = prepare_name,
		.run = run_open_name,
		.undo = undo_made,
	};

	walk_all(&walk);
}

static void prepare_offset(void)
{
	prepare_buffer();
	at.offset = (u64)map_dumb(stage.file, at.handle);
}

static int run_mmap(void)
{
	at.at = map_device(stage.file, at.offset, 3, PROT_READ | PROT_WRITE);
	return IS_ERR(at.at) ? (int)PTR_ERR(at.at) : 0;
}

static void undo_mmap(void)
{
	munmap(at.at, 3 * PAGE_SIZE);
	close_handle(stage.file, at.handle);
	prepare_offset();
}

TEST(mmap_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "mmap",
		.prepare = prepare_offset,
		.run = run_mmap,
		.undo = undo_mmap,
	};

	walk_all(&walk);
}

/* Let the next to open be master. */
static void prepare_no_files(void)
{
	close_file(&stage.file);
	close_file(&stage.second);
}

static int run_open(void)
{
	at.file = drm_open(&stage.dev->primary);
	return IS_ERR(at.file) ? (int)PTR_ERR(at.file) : 0;
}

static void undo_open(void)
{
	assert_ptr_equal(stage.dev->master, at.file->master);
	close_file(&at.file);
	assert_null(stage.dev->master);
}

TEST(open_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "open",
		.prepare = prepare_no_files,
		.run = run_open,
		.undo = undo_open,
	};

	walk_all(&walk);
}

/* A file with something of each kind. */
static void prepare_full_file(void)
{
	at.file = open_node(stage.dev, DRM_MINOR_PRIMARY);
	at.handle = must(create_dumb(stage.far, 1));
	at.fd = (int)must(export_handle(stage.far, at.handle, RW));
	must(import_fd(at.file, at.fd));
	close(at.fd);
	close_handle(stage.far, at.handle);
	at.handle = must(create_dumb(at.file, 3));
	must(flink(at.file, at.handle));
	at.offset = (u64)map_dumb(at.file, at.handle);
	at.at = map_device(at.file, at.offset, 3, PROT_READ);
	at.fd = (int)must(export_handle(at.file, at.handle, RW));
}

static int run_close(void)
{
	close_file(&at.file);
	return 0;
}

static void undo_close(void)
{
	struct counts counts;

	count_all(&counts);
	assert_int_equal(counts.files, 4);
	munmap(at.at, 3 * PAGE_SIZE);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.files, 3);
	assert_int_equal(counts.objects, 1);
	close(at.fd);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	prepare_full_file();
}

static void finish_full_file(void)
{
	munmap(at.at, 3 * PAGE_SIZE);
	close_file(&at.file);
	close(at.fd);
}

TEST(close_works_whatever_fails)
{
	static const struct walk walk = {
		.name = "close",
		.prepare = prepare_full_file,
		.run = run_close,
		.undo = undo_close,
		.finish = finish_full_file,
	};

	walk_all(&walk);
}

static int run_gem_close(void)
{
	return close_handle(stage.file, at.handle);
}

TEST(gem_close_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "GEM_CLOSE",
		.prepare = prepare_exported_fd,
		.run = run_gem_close,
		.undo = undo_last_handle,
		.finish = close_fd,
	};

	walk_all(&walk);
}

static int run_vmap(void)
{
	at.at = dma_buf_vmap(at.dma_buf);
	return at.at ? 0 : -ENOMEM;
}

static void undo_vmap(void)
{
	dma_buf_vunmap(at.dma_buf, at.at);
}

TEST(vmap_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "dma_buf_vmap",
		.prepare = prepare_far_dma_buf,
		.run = run_vmap,
		.undo = undo_vmap,
		.finish = finish_far_dma_buf,
	};

	walk_all(&walk);
}

static int run_dma_buf_mmap(void)
{
	struct vm_area_struct vma = {.vm_pages = 1, .vm_flags = VM_SHARED};
	int ret = dma_buf_mmap(at.dma_buf, &vma, 0);

	if (!ret) {
		fput(vma.vm_file);
	}
	return ret;
}

TEST(dma_buf_mmap_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "dma_buf_mmap",
		.prepare = prepare_far_dma_buf,
		.run = run_dma_buf_mmap,
		.finish = finish_far_dma_buf,
	};

	walk_all(&walk);
}

static const struct uprime_driver *driver;
static struct drm_device *created;

static int run_create_device(void)
{
	created = driver->create(NULL);
	return IS_ERR(created) ? (int)PTR_ERR(created) : 0;
}

static void destroy_device(void)
{
	driver->destroy(created);
}

TEST(creating_a_device_fails_without_a_trace)
{
	for (unsigned int i = 0; (driver = uprime_driver_at(i)); i++) {
		const struct walk walk = {
			.name = driver->name,
			.run = run_create_device,
			.undo = destroy_device,
		};

		walk_all(&walk);
	}
}

static u64 unique_len(void)
{
	struct drm_unique args = {0};

	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_GET_UNIQUE,
				   (unsigned long)&args),
			 0);
	return args.unique_len;
}

TEST(a_failing_set_version_keeps_the_unique_name)
{
	struct drm_set_version args = {1, 4, -1, -1};
	unsigned int n = 0;
	long ret;

	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_SET_VERSION,
				   (unsigned long)&args),
			 0);
	do {
		args = (struct drm_set_version){1, 4, -1, -1};
		fault_arm(++n);
		ret = drm_ioctl(stage.file, DRM_IOCTL_SET_VERSION,
				(unsigned long)&args);
		fault_disarm();
		assert_int_equal(unique_len(), strlen("toy.0"));
	} while (ret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(create_dumb_fails_without_a_trace),
		PLAIN(map_dumb_fails_without_a_trace),
		PLAIN(flink_fails_without_a_trace),
		PLAIN(gem_open_fails_without_a_trace),
		PLAIN(mmap_fails_without_a_trace),
		PLAIN(open_fails_without_a_trace),
		PLAIN(close_works_whatever_fails),
		PLAIN(gem_close_fails_without_a_trace),
		PLAIN(vmap_fails_without_a_trace),
		PLAIN(dma_buf_mmap_fails_without_a_trace),
		PLAIN(creating_a_device_fails_without_a_trace),
		ON_TOYS(a_failing_set_version_keeps_the_unique_name),
	};

	return cmocka_run_group_tests_name("ioctl-faults", tests, NULL, NULL);
}
