/* SPDX-License-Identifier: MIT */
/* What has to do with fences fails without a trace. */
#include <linux/hrtimer.h>
#include <linux/slab.h>
#include <linux/sw_sync.h>

#include "host/fault.h"
#include "sync.h"
#include "toy_fence.h"
#include "walk.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static struct dma_fence *fences[2];
static int fds[2];
static struct dma_resv resv;

/* Two fences under way. */
static void prepare_fences(void)
{
	for (int i = 0; i < 2; i++) {
		fences[i] = toy_fence_create(1);
	}
}

/* An array that waits is alive as long as its members are under way. */
static void signal_fences(void)
{
	for (int i = 0; i < 2; i++) {
		dma_fence_signal(fences[i]);
	}
}

static void finish_fences(void)
{
	signal_fences();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kref_read(&fences[i]->refcount), 1);
		dma_fence_put(fences[i]);
	}
}

/* And their sync files. */
static void prepare_files(void)
{
	prepare_fences();
	for (int i = 0; i < 2; i++) {
		fds[i] = fence_fd(fences[i]);
	}
}

static void finish_files(void)
{
	for (int i = 0; i < 2; i++) {
		close_sync(fds[i]);
	}
	finish_fences();
}

static int made(int fd)
{
	at.made_fd = fd;
	return fd < 0 ? fd : 0;
}

static void close_made(void)
{
	close_sync(at.made_fd);
}

static int run_sync_file_fd(void)
{
	return made(fence_fd(fences[0]));
}

TEST(a_sync_file_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "sync_file_fd",
		.prepare = prepare_fences,
		.run = run_sync_file_fd,
		.undo = close_made,
		.finish = finish_fences,
	};

	walk_all(&walk);
}

static int run_merge(void)
{
	return made(merge(fds[0], fds[1], "both"));
}

static void undo_merge(void)
{
	close_made();
	signal_fences();
}

TEST(merge_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNC_IOC_MERGE",
		.prepare = prepare_files,
		.run = run_merge,
		.undo = undo_merge,
		.finish = finish_files,
	};

	walk_all(&walk);
}

static int run_info(void)
{
	struct sync_fence_info infos[1];
	struct sync_file_info info;

	return info_of(fds[0], &info, infos, 1);
}

TEST(file_info_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNC_IOC_FILE_INFO",
		.prepare = prepare_files,
		.run = run_info,
		.finish = finish_files,
	};

	walk_all(&walk);
}

static int run_get_fence(void)
{
	struct dma_fence *fence = sync_file_get_fence(fds[0]);

	dma_fence_put(fence);
	return fence ? 0 : -ENOENT;
}

TEST(the_fence_of_an_fd_is_had_or_not)
{
	static const struct walk walk = {
		.name = "sync_file_get_fence",
		.prepare = prepare_files,
		.run = run_get_fence,
		.finish = finish_files,
	};

	walk_all(&walk);
}

/* ------------------------------------------------------------------------
 * Reservations
 */

static void prepare_resv(void)
{
	prepare_fences();
	dma_resv_init(&resv);
}

static void finish_resv(void)
{
	dma_resv_fini(&resv);
	finish_fences();
}

static int run_add(void)
{
	int ret = 0;

	for (int i = 0; i < 2 && !ret; i++) {
		ret = add_fence(&resv, fences[i], DMA_RESV_USAGE_READ);
	}
	return ret;
}

static void undo_add(void)
{
	dma_resv_fini(&resv);
	dma_resv_init(&resv);
}

TEST(reserving_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "dma_resv_reserve_fences",
		.prepare = prepare_resv,
		.run = run_add,
		.undo = undo_add,
		.finish = finish_resv,
	};

	walk_all(&walk);
}

static void prepare_full_resv(void)
{
	prepare_resv();
	assert_int_equal(run_add(), 0);
}

static int run_get_fences(void)
{
	struct dma_fence **got;
	unsigned int num;
	int ret = dma_resv_get_fences(&resv, DMA_RESV_USAGE_READ, &num, &got);

	assert_int_equal(num, ret ? 0 : 2);
	while (num) {
		dma_fence_put(got[--num]);
	}
	kfree(got);
	return ret;
}

TEST(the_fences_of_a_use_are_all_given_or_none)
{
	static const struct walk walk = {
		.name = "dma_resv_get_fences",
		.prepare = prepare_full_resv,
		.run = run_get_fences,
		.finish = finish_resv,
	};

	walk_all(&walk);
}

static int run_singleton(void)
{
	struct dma_fence *one;
	int ret = dma_resv_get_singleton(&resv, DMA_RESV_USAGE_READ, &one);

	assert_int_equal(!one, !!ret);
	dma_fence_put(one);
	return ret;
}

TEST(all_uses_are_one_fence_or_none)
{
	static const struct walk walk = {
		.name = "dma_resv_get_singleton",
		.prepare = prepare_full_resv,
		.run = run_singleton,
		.finish = finish_resv,
	};

	walk_all(&walk);
}

static int run_wait(void)
{
	s64 ret = dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_READ, true,
					NSEC_PER_MSEC);

	return ret < 0 ? (int)ret : 0;
}

TEST(a_wait_that_cannot_be_leaves_no_callback)
{
	static const struct walk walk = {
		.name = "dma_resv_wait_timeout",
		.prepare = prepare_full_resv,
		.run = run_wait,
		.finish = finish_resv,
	};

	walk_all(&walk);
}

/* ------------------------------------------------------------------------
 * The ioctls of dma-bufs and vgem
 */

static int setup_vgem(void **state)
{
	return stage_setup(state);
}

static void prepare_buffer_and_fence(void)
{
	prepare_exported_fd();
	prepare_files();
}

static void finish_buffer_and_fence(void)
{
	close_fd();
	close_file(&stage.file);
	file_watch_dispatch();
	finish_files();
}

static int run_export(void)
{
	return made(export_sync_file(at.fd, DMA_BUF_SYNC_RW));
}

TEST(export_sync_file_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "DMA_BUF_IOCTL_EXPORT_SYNC_FILE",
		.setup = setup_vgem,
		.prepare = prepare_exported_fd,
		.run = run_export,
		.undo = close_made,
		.finish = close_fd,
	};

	walk_all(&walk);
}

static int run_import(void)
{
	return import_sync_file(at.fd, DMA_BUF_SYNC_RW, fds[0]);
}

TEST(import_sync_file_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "DMA_BUF_IOCTL_IMPORT_SYNC_FILE",
		.setup = setup_vgem,
		.prepare = prepare_buffer_and_fence,
		.run = run_import,
		.finish = finish_buffer_and_fence,
	};

	walk_all(&walk);
}

static int run_attach(void)
{
	int ret = attach_fence(stage.file, at.handle, 1);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

static void undo_attach(void)
{
	assert_int_equal(signal_fence(stage.file, at.made), 0);
}

TEST(fence_attach_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "VGEM_FENCE_ATTACH",
		.setup = setup_vgem,
		.prepare = prepare_buffer,
		.run = run_attach,
		.undo = undo_attach,
	};

	walk_all(&walk);
}

/* ------------------------------------------------------------------------
 * Timelines
 */

static int run_open_timeline(void)
{
	return made(sw_sync_open());
}

TEST(opening_a_timeline_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "sw_sync_open",
		.run = run_open_timeline,
		.undo = close_made,
	};

	walk_all(&walk);
}

static void prepare_timeline(void)
{
	at.fd = sw_sync_open();
	assert_true(at.fd >= 0);
}

static void finish_timeline(void)
{
	close_sync(at.fd);
}

static int run_create_fence(void)
{
	struct sw_sync_create_fence_data args = {.value = 1};
	long ret = file_ioctl(at.fd, SW_SYNC_IOC_CREATE_FENCE, &args);

	return made(ret ? (int)ret : args.fence);
}

TEST(create_fence_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SW_SYNC_IOC_CREATE_FENCE",
		.prepare = prepare_timeline,
		.run = run_create_fence,
		.undo = close_made,
		.finish = finish_timeline,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(fence_attach_fails_without_a_trace),
		PLAIN(a_sync_file_fails_without_a_trace),
		PLAIN(merge_fails_without_a_trace),
		PLAIN(file_info_fails_without_a_trace),
		PLAIN(the_fence_of_an_fd_is_had_or_not),
		PLAIN(reserving_fails_without_a_trace),
		PLAIN(the_fences_of_a_use_are_all_given_or_none),
		PLAIN(all_uses_are_one_fence_or_none),
		PLAIN(a_wait_that_cannot_be_leaves_no_callback),
		PLAIN(export_sync_file_fails_without_a_trace),
		PLAIN(import_sync_file_fails_without_a_trace),
		PLAIN(opening_a_timeline_fails_without_a_trace),
		PLAIN(create_fence_fails_without_a_trace),
	};

	return cmocka_run_group_tests_name("fence-faults", tests, NULL, NULL);
}
