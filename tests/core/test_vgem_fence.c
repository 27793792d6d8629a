/* SPDX-License-Identifier: MIT */
/* vgem's own fences. */
#include <drm/vgem_drm.h>

#include "stage.h"
#include "sync.h"

#define W VGEM_FENCE_WRITE

static u32 handle;
static int fd;

static int setup(void **state)
{
	int ret = stage_setup(state);

	handle = must(create_dumb(stage.file, 1));
	fd = (int)must(export_handle(stage.file, handle,
				     DRM_CLOEXEC | DRM_RDWR));
	return ret;
}

static int teardown(void **state)
{
	close(fd);
	return stage_teardown(state);
}

static long attach(struct drm_vgem_fence_attach args)
{
	return drm_ioctl(stage.file, DRM_IOCTL_VGEM_FENCE_ATTACH,
			 (unsigned long)&args);
}

TEST(attach_checks_flags_and_padding_before_the_handle)
{
	assert_int_equal(attach((struct drm_vgem_fence_attach){.flags = 2}),
			 -EINVAL);
	assert_int_equal(attach((struct drm_vgem_fence_attach){.pad = 1}),
			 -EINVAL);
	assert_int_equal(attach((struct drm_vgem_fence_attach){.handle = 99}),
			 -ENOENT);
}

TEST(nobody_can_use_what_is_being_written)
{
	u32 fence = must(attach_fence(stage.file, handle, W));

	assert_int_equal(fence, 1);
	assert_int_equal(attach_fence(stage.file, handle, W), -EBUSY);
	assert_int_equal(attach_fence(stage.file, handle, 0), -EBUSY);
	assert_int_equal(signal_fence(stage.file, fence), 0);
	must(attach_fence(stage.file, handle, 0));
}

TEST(nobody_can_write_what_is_being_read)
{
	u32 one = must(attach_fence(stage.file, handle, 0));
	u32 other = must(attach_fence(stage.file, handle, 0));

	assert_int_equal(attach_fence(stage.file, handle, W), -EBUSY);
	assert_int_equal(signal_fence(stage.file, one), 0);
	assert_int_equal(attach_fence(stage.file, handle, W), -EBUSY);
	assert_int_equal(signal_fence(stage.file, other), 0);
	must(attach_fence(stage.file, handle, W));
}

TEST(numbers_count_up_from_1_and_are_not_used_again)
{
	assert_int_equal(attach_fence(stage.file, handle, W), 1);
	assert_int_equal(attach_fence(stage.file, handle, W), -EBUSY);
	assert_int_equal(signal_fence(stage.file, 1), 0);
	assert_int_equal(attach_fence(stage.file, handle, 0), 2);
	assert_int_equal(attach_fence(stage.file, handle, 0), 3);
}

TEST(a_number_is_of_one_file)
{
	u32 fence = must(attach_fence(stage.file, handle, W));
	struct drm_vgem_fence_signal args = {.fence = fence, .flags = 1};

	assert_int_equal(signal_fence(stage.second, fence), -ENOENT);
	assert_int_equal(signal_fence(stage.file, 0), -ENOENT);
	assert_int_equal(signal_fence(stage.file, 99), -ENOENT);
	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_VGEM_FENCE_SIGNAL,
				   (unsigned long)&args),
			 -EINVAL);
	assert_int_equal(signal_fence(stage.file, fence), 0);
	assert_int_equal(signal_fence(stage.file, fence), -ENOENT);
}

TEST(render_nodes_have_fences)
{
	struct drm_file *render = open_node(stage.dev, DRM_MINOR_RENDER);
	u32 there = must(import_fd(render, fd));

	assert_int_equal(attach_fence(render, there, W), 1);
	assert_int_equal(attach_fence(stage.file, handle, W), -EBUSY);
	assert_int_equal(signal_fence(render, 1), 0);
	close_file(&render);
}

TEST(a_fence_has_vgems_names)
{
	struct sync_fence_info fence;
	struct sync_file_info info;
	char name[32];
	int sync;

	must(attach_fence(stage.file, handle, W));
	sync = export_sync_file(fd, DMA_BUF_SYNC_READ);
	assert_int_equal(info_of(sync, &info, &fence, 1), 0);
	assert_string_equal(fence.driver_name, "vgem");
	assert_string_equal(fence.obj_name, "unbound");
	assert_int_equal(fence.status, 0);
	assert_int_equal(fence.timestamp_ns, 0);
	assert_int_equal(sscanf(info.name, "vgem-unbound%*u-%2s", name), 1);
	assert_string_equal(name, "1");
	close_sync(sync);
}

TEST(a_fence_tells_its_values)
{
	struct dma_fence *fence;
	char text[8];
	int sync;

	must(attach_fence(stage.file, handle, W));
	sync = export_sync_file(fd, DMA_BUF_SYNC_READ);
	fence = sync_file_get_fence(sync);
	fence->ops->fence_value_str(fence, text, sizeof(text));
	assert_string_equal(text, "1");
	fence->ops->timeline_value_str(fence, text, sizeof(text));
	assert_string_equal(text, "0");
	dma_fence_signal(fence);
	fence->ops->timeline_value_str(fence, text, sizeof(text));
	assert_string_equal(text, "1");
	dma_fence_put(fence);
	close_sync(sync);
}

TEST(closing_the_file_signals_its_fences)
{
	int sync;

	must(attach_fence(stage.file, handle, W));
	sync = export_sync_file(fd, DMA_BUF_SYNC_READ);
	assert_false(is_readable(sync));
	close_file(&stage.file);
	assert_true(is_readable(sync));
	close_sync(sync);
}

TEST(closing_the_buffer_does_not_signal_them)
{
	int sync;

	must(attach_fence(stage.file, handle, W));
	sync = export_sync_file(fd, DMA_BUF_SYNC_READ);
	close(fd);
	close_handle(stage.file, handle);
	file_watch_dispatch();
	assert_false(is_readable(sync));
	assert_int_equal(signal_fence(stage.file, 1), 0);
	assert_true(is_readable(sync));
	close_sync(sync);
	fd = -1;
}

TEST(a_fence_left_alone_is_signalled_after_ten_seconds)
{
	struct dma_buf_sync args = {.flags = DMA_BUF_SYNC_READ};
	u32 fence = must(attach_fence(stage.file, handle, W));
	s64 before = ktime_get_ns(), took;

	assert_int_equal(dma_buf_fd_ioctl(fd, DMA_BUF_IOCTL_SYNC, &args), 0);
	took = ktime_get_ns() - before;
	assert_in_range(took / 1000000, 9900, 15000);
	assert_int_equal(signal_fence(stage.file, fence), -ETIMEDOUT);
	assert_int_equal(signal_fence(stage.file, fence), -ENOENT);
}

static int card_setup(void **state)
{
	const struct uprime_driver *vram = uprime_driver_find("vram");

	(void)state;
	return stage_setup_devices(vram->create(NULL), vram->create(NULL),
				   vram->destroy);
}

TEST(other_drivers_have_none)
{
	assert_int_equal(attach_fence(stage.file,
				      must(create_dumb(stage.file, 1)), W),
			 -EINVAL);
	assert_int_equal(signal_fence(stage.file, 1), -EINVAL);
}

#define ON_BUFFER(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BUFFER(attach_checks_flags_and_padding_before_the_handle),
		ON_BUFFER(nobody_can_use_what_is_being_written),
		ON_BUFFER(nobody_can_write_what_is_being_read),
		ON_BUFFER(numbers_count_up_from_1_and_are_not_used_again),
		ON_BUFFER(a_number_is_of_one_file),
		ON_BUFFER(render_nodes_have_fences),
		ON_BUFFER(a_fence_has_vgems_names),
		ON_BUFFER(a_fence_tells_its_values),
		ON_BUFFER(closing_the_file_signals_its_fences),
		ON_BUFFER(closing_the_buffer_does_not_signal_them),
		ON_BUFFER(a_fence_left_alone_is_signalled_after_ten_seconds),
		cmocka_unit_test_setup_teardown(other_drivers_have_none,
						card_setup, stage_teardown),
	};

	return cmocka_run_group_tests_name("vgem-fence", tests, NULL, NULL);
}
