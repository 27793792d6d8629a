/* SPDX-License-Identifier: MIT */
/* A driver may leave callbacks out: each one's default, or error. */
#include <limits.h>
#include <linux/dma-resv.h>

#include "counts.h"
#include "host/fault.h"
#include "stage.h"
#include "toy.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

/* A copy of the whole driver, for the first or the second device of the test,
 * from which the test leaves something out. Then it calls begin(). */
static struct drm_driver near_driver, far_driver;

static int setup(void **state)
{
	(void)state;
	near_driver = toy_driver;
	far_driver = toy_driver;
	return 0;
}

static void begin(void)
{
	toy_stage(&near_driver, &far_driver);
}

/* A buffer of the first device, as an fd. */
static int shared_fd(void)
{
	return (int)must(export_handle(stage.file,
				       must(create_dumb(stage.file, 1)), RW));
}

static u64 prime_cap(void)
{
	struct drm_get_cap cap = {.capability = DRM_CAP_PRIME};

	drm_ioctl(stage.file, DRM_IOCTL_GET_CAP, (unsigned long)&cap);
	return cap.value;
}

static int destroy_dumb(u32 handle)
{
	struct drm_mode_destroy_dumb args = {.handle = handle};

	return (int)drm_ioctl(stage.file, DRM_IOCTL_MODE_DESTROY_DUMB,
			      (unsigned long)&args);
}

TEST(open_postclose_and_release_are_optional)
{
	near_driver.open = NULL;
	near_driver.postclose = NULL;
	near_driver.release = NULL;
	begin();
	must(create_dumb(stage.file, 1));
	close_file(&stage.file);
	assert_null(strstr(toy_log(), "postclose"));
}

TEST(gem_open_object_and_gem_close_object_are_optional)
{
	near_driver.gem_open_object = NULL;
	near_driver.gem_close_object = NULL;
	begin();
	close_handle(stage.file, must(create_dumb(stage.file, 1)));
	assert_string_equal(toy_log(), "dumb_create free ");
}

TEST(without_prime_handle_to_fd_exports_are_enosys_and_there_is_no_cap)
{
	near_driver.prime_handle_to_fd = NULL;
	begin();
	/* Before anything else is looked at. */
	assert_int_equal(export_handle(stage.file, 9999, 1), -ENOSYS);
	assert_int_equal(prime_cap(), DRM_PRIME_CAP_IMPORT);
}

TEST(without_prime_fd_to_handle_imports_are_enosys_and_there_is_no_cap)
{
	near_driver.prime_fd_to_handle = NULL;
	begin();
	assert_int_equal(import_fd(stage.file, -1), -ENOSYS);
	assert_int_equal(prime_cap(), DRM_PRIME_CAP_EXPORT);
}

TEST(without_gem_prime_export_the_helper_exports)
{
	near_driver.gem_prime_export = NULL;
	begin();
	close(shared_fd());
	assert_null(strstr(toy_log(), " export"));
}

TEST(without_gem_prime_import_the_helper_imports)
{
	far_driver.gem_prime_import = NULL;
	begin();
	int fd = shared_fd();

	toy_log();
	must(import_fd(stage.far, fd));
	assert_string_equal(toy_log(), "pin get_sg_table "
				       "toy.1:import_sg_table "
				       "toy.1:open_object ");
	close(fd);
}

TEST(pinning_is_optional)
{
	near_driver.gem_prime_pin = NULL;
	near_driver.gem_prime_unpin = NULL;
	begin();
	int fd = shared_fd();

	toy_log();
	close_handle(stage.far, must(import_fd(stage.far, fd)));
	assert_string_equal(toy_log(),
			    "toy.1:import get_sg_table toy.1:import_sg_table "
			    "toy.1:open_object toy.1:close_object toy.1:free ");
	close(fd);
}

TEST(the_reservation_is_the_drivers_if_it_has_one)
{
	begin();
	int fd = shared_fd();

	assert_ptr_equal(dma_buf_of(fd)->resv, &toy_resv);
	close(fd);
}

TEST(gem_prime_res_obj_is_optional)
{
	near_driver.gem_prime_res_obj = NULL;
	begin();
	int fd = shared_fd();
	struct drm_gem_object *obj = dma_buf_of(fd)->priv;

	assert_ptr_equal(dma_buf_of(fd)->resv, &obj->own_resv);
	close(fd);
}

TEST(without_gem_prime_get_sg_table_importers_get_enosys)
{
	struct counts before;

	near_driver.gem_prime_get_sg_table = NULL;
	begin();
	int fd = shared_fd();

	count_all(&before);
	assert_int_equal(import_fd(stage.far, fd), -ENOSYS);
	assert_counts(&before);
	/* Not to ourselves: that is no import. */
	must(import_fd(stage.second, fd));
	close(fd);
}

TEST(without_gem_prime_import_sg_table_imports_are_einval)
{
	struct counts before;

	far_driver.gem_prime_import_sg_table = NULL;
	begin();
	int fd = shared_fd();

	count_all(&before);
	toy_log();
	assert_int_equal(import_fd(stage.far, fd), -EINVAL);
	assert_string_equal(toy_log(), "toy.1:import ");
	assert_counts(&before);
	/* Its own are. */
	u32 own = must(create_dumb(stage.far, 1));
	int own_fd = (int)must(export_handle(stage.far, own, RW));

	assert_int_equal(import_fd(stage.far, own_fd), own);
	close(own_fd);
	close(fd);
}

static struct sg_table *no_sg_table(struct drm_gem_object *obj)
{
	(void)obj;
	return NULL;
}

TEST(an_exporter_without_a_table_is_enomem)
{
	struct counts before;

	near_driver.gem_prime_get_sg_table = no_sg_table;
	begin();
	int fd = shared_fd();

	count_all(&before);
	assert_int_equal(import_fd(stage.far, fd), -ENOMEM);
	assert_counts(&before);
	close(fd);
}

TEST(without_gem_prime_vmap_there_is_no_vmap)
{
	near_driver.gem_prime_vmap = NULL;
	near_driver.gem_prime_vunmap = NULL;
	begin();
	int fd = shared_fd();

	assert_null(dma_buf_vmap(dma_buf_of(fd)));
	assert_int_equal(dma_buf_of(fd)->vmapping_counter, 0);
	close(fd);
}

TEST(a_failing_vmap_is_null_and_can_be_tried_again)
{
	begin();
	int fd = shared_fd();
	struct dma_buf *dma_buf = dma_buf_of(fd);
	void *p;

	fault_arm(1);
	assert_null(dma_buf_vmap(dma_buf));
	fault_disarm();
	assert_int_equal(dma_buf->vmapping_counter, 0);
	p = dma_buf_vmap(dma_buf);
	assert_non_null(p);
	dma_buf_vunmap(dma_buf, p);
	close(fd);
}

TEST(without_gem_prime_mmap_dma_buf_mmap_is_enosys)
{
	struct vm_area_struct vma = {.vm_pages = 1, .vm_flags = VM_SHARED};

	near_driver.gem_prime_mmap = NULL;
	begin();
	int fd = shared_fd();

	assert_int_equal(dma_buf_mmap(dma_buf_of(fd), &vma, 0), -ENOSYS);
	assert_null(vma.vm_file);
	close(fd);
}

TEST(dma_buf_mmap_checks_the_range_and_names_the_memory)
{
	begin();
	u32 handle = must(create_dumb(stage.file, 4));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct dma_buf *dma_buf = dma_buf_of(fd);
	struct vm_area_struct vma = {.vm_pages = 2, .vm_flags = VM_SHARED};

	assert_int_equal(dma_buf_mmap(dma_buf, &vma, 3), -EINVAL);
	assert_int_equal(dma_buf_mmap(dma_buf, &vma, ULONG_MAX), -EOVERFLOW);
	assert_int_equal(dma_buf_mmap(dma_buf, &vma, 2), 0);
	assert_ptr_equal(vma.vm_file, lookup(stage.file, handle)->filp);
	assert_int_equal(vma.vm_pgoff, 2);
	fput(vma.vm_file);
	close(fd);
}

TEST(without_dumb_create_all_dumb_ioctls_are_enosys)
{
	near_driver.dumb_create = NULL;
	begin();
	assert_int_equal(create_dumb(stage.file, 1), -ENOSYS);
	assert_int_equal(map_dumb(stage.file, 1), -ENOSYS);
	assert_int_equal(destroy_dumb(1), -ENOSYS);
}

TEST(without_dumb_map_offset_the_helper_tells_the_offset)
{
	near_driver.dumb_map_offset = NULL;
	begin();
	assert_true(map_dumb(stage.file, must(create_dumb(stage.file, 1))) > 0);
	assert_int_equal(map_dumb(stage.file, 9999), -ENOENT);
}

TEST(without_dumb_destroy_the_handle_is_closed)
{
	near_driver.dumb_destroy = NULL;
	begin();
	assert_int_equal(destroy_dumb(must(create_dumb(stage.file, 1))), 0);
	assert_int_equal(destroy_dumb(1), -EINVAL);
}

TEST(the_drivers_own_dumb_callbacks_are_asked)
{
	begin();
	u32 handle = must(create_dumb(stage.file, 1));

	map_dumb(stage.file, handle);
	assert_int_equal(destroy_dumb(handle), 0);
	assert_string_equal(toy_log(), "dumb_create open_object "
				       "dumb_map_offset dumb_destroy "
				       "close_object free ");
}

TEST(without_ioctls_the_drivers_numbers_are_einval)
{
	u32 number = 1;

	near_driver.ioctls = NULL;
	near_driver.num_ioctls = 0;
	begin();
	assert_int_equal(drm_ioctl(stage.file, DRM_IOWR(DRM_COMMAND_BASE, u32),
				   (unsigned long)&number),
			 -EINVAL);
}

TEST(the_drivers_ioctls_are_called_with_a_copy)
{
	u32 number = 41;

	begin();
	assert_int_equal(drm_ioctl(stage.file, DRM_IOWR(DRM_COMMAND_BASE, u32),
				   (unsigned long)&number),
			 0);
	assert_int_equal(number, 42);
	assert_int_equal(drm_ioctl(stage.file,
				   DRM_IOWR(DRM_COMMAND_BASE + 1, u32),
				   (unsigned long)&number),
			 -EINVAL);
	assert_int_equal(drm_ioctl(stage.file,
				   DRM_IOWR(DRM_COMMAND_END - 1, u32),
				   (unsigned long)&number),
			 -EINVAL);
}

TEST(without_driver_gem_handles_and_names_are_eopnotsupp)
{
	near_driver.driver_features = DRIVER_RENDER;
	begin();
	assert_int_equal(close_handle(stage.file, 1), -EOPNOTSUPP);
	assert_int_equal(flink(stage.file, 1), -EOPNOTSUPP);
	assert_int_equal(open_name(stage.file, 1), -EOPNOTSUPP);
}

TEST(without_driver_render_there_is_no_render_node)
{
	struct drm_minor *minor;

	near_driver.driver_features = DRIVER_GEM;
	begin();
	assert_int_equal(stage.dev->render.index, -1);
	/* The first one is the second device's. */
	minor = drm_minor_get(128);
	assert_ptr_equal(minor->dev, stage.far_dev);
	drm_dev_put(minor->dev);
	assert_null(drm_minor_get(129));
	assert_null(drm_minor_get(-1));
	assert_null(drm_minor_get(64));
}

TEST(a_refused_open_is_told_and_undone)
{
	struct counts before;

	begin();
	count_all(&before);
	for (unsigned int n = 1; n < 10; n++) {
		struct drm_file *file;
		const char *log;

		toy_log();
		fault_arm(n);
		file = drm_open(&stage.dev->primary);
		fault_disarm();
		log = toy_log();
		if (IS_ERR(file) && strstr(log, "open")) {
			assert_int_equal(PTR_ERR(file), -TOY_ERROR);
			assert_string_equal(log, "open ");
			assert_counts(&before);
			return;
		}
		if (!IS_ERR(file)) {
			drm_close(file);
		}
	}
	fail_msg("open did not fail");
}

TEST(a_device_that_was_taken_away_is_enodev)
{
	struct drm_minor *primary;

	begin();
	primary = &stage.far_dev->primary;
	drm_dev_unregister(stage.far_dev);
	assert_int_equal(PTR_ERR(drm_open(primary)), -ENODEV);
	assert_int_equal(create_dumb(stage.far, 1), -ENODEV);
	/* A file that is open can still be closed. */
	close_file(&stage.far);
	assert_int_equal(drm_dev_register(stage.far_dev), 0);
}

TEST(taking_a_device_away_twice_leaves_the_others_alone)
{
	struct drm_device *other;
	struct drm_minor *minor;
	int index;

	begin();
	index = stage.far_dev->primary.index;
	drm_dev_unregister(stage.far_dev);
	other = uprime_driver_find("vgem")->create(NULL);
	assert_int_equal(other->primary.index, index);
	drm_dev_unregister(stage.far_dev);
	minor = drm_minor_get(index);
	assert_non_null(minor);
	assert_ptr_equal(minor->dev, other);
	drm_dev_put(other);
	uprime_driver_find("vgem")->destroy(other);
	assert_int_equal(drm_dev_register(stage.far_dev), 0);
}

#define LEFT_OUT(name)                                                         \
	cmocka_unit_test_setup_teardown(name, setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LEFT_OUT(open_postclose_and_release_are_optional),
		LEFT_OUT(gem_open_object_and_gem_close_object_are_optional),
		LEFT_OUT(
			without_prime_handle_to_fd_exports_are_enosys_and_there_is_no_cap),
		LEFT_OUT(
			without_prime_fd_to_handle_imports_are_enosys_and_there_is_no_cap),
		LEFT_OUT(without_gem_prime_export_the_helper_exports),
		LEFT_OUT(without_gem_prime_import_the_helper_imports),
		LEFT_OUT(pinning_is_optional),
		LEFT_OUT(the_reservation_is_the_drivers_if_it_has_one),
		LEFT_OUT(gem_prime_res_obj_is_optional),
		LEFT_OUT(without_gem_prime_get_sg_table_importers_get_enosys),
		LEFT_OUT(without_gem_prime_import_sg_table_imports_are_einval),
		LEFT_OUT(an_exporter_without_a_table_is_enomem),
		LEFT_OUT(without_gem_prime_vmap_there_is_no_vmap),
		LEFT_OUT(a_failing_vmap_is_null_and_can_be_tried_again),
		LEFT_OUT(without_gem_prime_mmap_dma_buf_mmap_is_enosys),
		LEFT_OUT(dma_buf_mmap_checks_the_range_and_names_the_memory),
		LEFT_OUT(without_dumb_create_all_dumb_ioctls_are_enosys),
		LEFT_OUT(without_dumb_map_offset_the_helper_tells_the_offset),
		LEFT_OUT(without_dumb_destroy_the_handle_is_closed),
		LEFT_OUT(the_drivers_own_dumb_callbacks_are_asked),
		LEFT_OUT(without_ioctls_the_drivers_numbers_are_einval),
		LEFT_OUT(the_drivers_ioctls_are_called_with_a_copy),
		LEFT_OUT(without_driver_gem_handles_and_names_are_eopnotsupp),
		LEFT_OUT(without_driver_render_there_is_no_render_node),
		LEFT_OUT(a_refused_open_is_told_and_undone),
		LEFT_OUT(a_device_that_was_taken_away_is_enodev),
		LEFT_OUT(taking_a_device_away_twice_leaves_the_others_alone),
	};

	return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
