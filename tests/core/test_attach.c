/* SPDX-License-Identifier: MIT */
/* Sharing across devices: attachments, mappings, pins, and what holds what. */
#include "counts.h"
#include "host/fault.h"
#include "stage.h"
#include "toy.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

/* A buffer of the first device: its handle, and its fd. */
static u32 shared_buffer(unsigned int pages, int *fd)
{
	u32 handle = must(create_dumb(stage.file, pages));

	*fd = (int)must(export_handle(stage.file, handle, RW));
	return handle;
}

TEST(an_import_attaches_maps_and_makes_an_object_of_the_table)
{
	struct dma_buf *dma_buf;
	struct drm_gem_object *obj;
	int fd;
	u32 theirs;

	shared_buffer(2, &fd);
	toy_log();
	theirs = must(import_fd(stage.far, fd));
	assert_string_equal(toy_log(), "toy.1:import pin get_sg_table "
				       "toy.1:import_sg_table "
				       "toy.1:open_object ");
	obj = lookup(stage.far, theirs);
	dma_buf = dma_buf_of(fd);
	assert_ptr_equal(obj->dev, stage.far_dev);
	assert_ptr_equal(obj->import_attach->dmabuf, dma_buf);
	assert_ptr_equal(obj->import_attach->dev, stage.far_dev->dev);
	assert_ptr_equal(obj->dma_buf, dma_buf);
	close(fd);
}

TEST(an_import_is_mapped_in_both_directions)
{
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	int fd;
	u32 theirs;

	shared_buffer(2, &fd);
	theirs = must(import_fd(stage.far, fd));
	attach = lookup(stage.far, theirs)->import_attach;
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	assert_false(IS_ERR(sgt));
	dma_buf_unmap_attachment(attach, sgt, DMA_BIDIRECTIONAL);
	assert_int_equal(PTR_ERR(dma_buf_map_attachment(attach, DMA_TO_DEVICE)),
			 -EBUSY);
	close(fd);
}

TEST(the_end_of_an_import_undoes_it_in_reverse_order)
{
	int fd;
	u32 handle = shared_buffer(2, &fd);
	u32 theirs = must(import_fd(stage.far, fd));

	close_handle(stage.file, handle);
	close(fd);
	toy_log();
	close_handle(stage.far, theirs);
	assert_string_equal(toy_log(), "toy.1:close_object toy.1:free "
				       "unpin free ");
}

/* Let a callback of an import fail: the log. */
static const char *failing_import(int fd, const char *callback)
{
	struct counts before;

	/* Tables that have grown once do not fail again. */
	close_handle(stage.far, must(import_fd(stage.far, fd)));
	/* Which fault point is that callback's? Try them all. */
	count_all(&before);
	for (unsigned int n = 1; n < 100; n++) {
		const char *log;
		int ret;

		toy_log();
		fault_arm(n);
		ret = import_fd(stage.far, fd);
		fault_disarm();
		assert_counts(&before);
		log = toy_log();
		if (ret == -TOY_ERROR && strstr(log, callback)) {
			return log;
		}
	}
	fail_msg("%s did not fail", callback);
	return NULL;
}

TEST(a_failing_step_of_an_import_undoes_those_before_in_reverse_order)
{
	int fd;

	shared_buffer(2, &fd);
	assert_string_equal(failing_import(fd, "import"), "toy.1:import ");
	assert_string_equal(failing_import(fd, "pin"), "toy.1:import pin ");
	assert_string_equal(failing_import(fd, "get_sg_table"),
			    "toy.1:import pin get_sg_table unpin ");
	assert_string_equal(failing_import(fd, "import_sg_table"),
			    "toy.1:import pin get_sg_table "
			    "toy.1:import_sg_table unpin ");
	assert_string_equal(failing_import(fd, "open_object"),
			    "toy.1:import pin get_sg_table "
			    "toy.1:import_sg_table toy.1:open_object "
			    "toy.1:free unpin ");
	close(fd);
}

TEST(an_imported_object_gives_the_dma_buf_it_was_imported_from)
{
	int fd, again;
	u32 handle = shared_buffer(1, &fd), theirs;

	theirs = must(import_fd(stage.far, fd));
	again = (int)must(export_handle(stage.far, theirs, 0));
	assert_true(same_open_file(fd, again));
	/* Brought home, it is the object itself. */
	assert_int_equal(import_fd(stage.file, again), handle);
	close(fd);
	close(again);
}

TEST(an_import_is_exported_after_the_exporter_has_closed_it)
{
	int fd, again;
	u32 handle = shared_buffer(1, &fd), theirs;
	struct drm_gem_object *obj = lookup(stage.file, handle);

	theirs = must(import_fd(stage.far, fd));
	close_handle(stage.file, handle);
	close(fd);
	again = (int)must(export_handle(stage.far, theirs, 0));
	handle = must(import_fd(stage.file, again));
	assert_ptr_equal(lookup(stage.file, handle), obj);
	close(again);
}

TEST(references_flow_from_importer_to_dma_buf_to_exporter)
{
	int fd;
	u32 handle = shared_buffer(1, &fd), theirs;
	struct drm_gem_object *exported = lookup(stage.file, handle);
	unsigned int refs = kref_read(&exported->refcount);
	struct drm_gem_object *imported;

	theirs = must(import_fd(stage.far, fd));
	imported = lookup(stage.far, theirs);
	/* Nothing of the importer is held by the exporter, and the importer
	 * holds the exporter's object through the dma-buf only. */
	assert_int_equal(kref_read(&imported->refcount), 1);
	assert_int_equal(kref_read(&exported->refcount), refs);
	assert_int_equal(kref_read(&stage.far_dev->ref), 2);
	close(fd);
}

TEST(there_are_no_rings)
{
	struct counts counts;
	int fd, back, again;
	u32 theirs, home;

	shared_buffer(1, &fd);
	theirs = must(import_fd(stage.far, fd));
	back = (int)must(export_handle(stage.far, theirs, RW));
	home = must(import_fd(stage.second, back));
	again = (int)must(export_handle(stage.second, home, RW));
	close(again);
	close(back);
	close(fd);
	close_file(&stage.file);
	close_file(&stage.second);
	close_file(&stage.far);
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	assert_int_equal(counts.dma_bufs, 0);
}

TEST(two_files_of_the_importing_device_have_an_attachment_each)
{
	struct drm_file *other = open_node(stage.far_dev, DRM_MINOR_RENDER);
	struct counts counts;
	int fd;

	shared_buffer(1, &fd);
	must(import_fd(stage.far, fd));
	must(import_fd(other, fd));
	count_all(&counts);
	assert_int_equal(counts.attachments, 2);
	assert_int_equal(counts.pins, 2);
	assert_int_equal(import_fd(other, fd), 1);
	close_file(&other);
	count_all(&counts);
	assert_int_equal(counts.attachments, 1);
	assert_int_equal(counts.pins, 1);
	close(fd);
}

TEST(attach_pins_and_detach_unpins)
{
	struct dma_buf_attachment *one, *two;
	struct dma_buf *dma_buf;
	struct counts counts;
	int fd;

	shared_buffer(1, &fd);
	dma_buf = dma_buf_get(fd);
	toy_log();
	one = dma_buf_attach(dma_buf, stage.far_dev->dev);
	two = dma_buf_attach(dma_buf, stage.far_dev->dev);
	count_all(&counts);
	assert_int_equal(counts.pins, 2);
	dma_buf_detach(dma_buf, one);
	dma_buf_detach(dma_buf, two);
	count_all(&counts);
	assert_int_equal(counts.pins, 0);
	assert_string_equal(toy_log(), "pin pin unpin unpin ");
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(a_mapping_is_cached_per_attachment)
{
	struct dma_buf_attachment *one, *two;
	struct sg_table *first, *other;
	struct dma_buf *dma_buf;
	int fd;

	shared_buffer(1, &fd);
	dma_buf = dma_buf_get(fd);
	one = dma_buf_attach(dma_buf, stage.far_dev->dev);
	two = dma_buf_attach(dma_buf, stage.far_dev->dev);
	toy_log();
	first = dma_buf_map_attachment(one, DMA_TO_DEVICE);
	dma_buf_unmap_attachment(one, first, DMA_TO_DEVICE);
	assert_ptr_equal(dma_buf_map_attachment(one, DMA_TO_DEVICE), first);
	assert_string_equal(toy_log(), "get_sg_table ");
	other = dma_buf_map_attachment(two, DMA_TO_DEVICE);
	assert_ptr_not_equal(other, first);
	assert_string_equal(toy_log(), "get_sg_table ");
	dma_buf_detach(dma_buf, one);
	dma_buf_detach(dma_buf, two);
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(a_second_direction_on_an_attachment_is_ebusy)
{
	static const enum dma_data_direction dirs[] = {
		DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE};
	struct dma_buf *dma_buf;
	int fd;

	shared_buffer(1, &fd);
	dma_buf = dma_buf_get(fd);
	for (int i = 0; i < 9; i++) {
		struct dma_buf_attachment *attach =
			dma_buf_attach(dma_buf, stage.far_dev->dev);
		struct sg_table *sgt =
			dma_buf_map_attachment(attach, dirs[i / 3]);
		void *again;

		/* Also when the first has been unmapped: it is cached. */
		dma_buf_unmap_attachment(attach, sgt, dirs[i / 3]);
		again = dma_buf_map_attachment(attach, dirs[i % 3]);
		if (i / 3 == i % 3) {
			assert_ptr_equal(again, sgt);
		} else {
			assert_int_equal(PTR_ERR(again), -EBUSY);
		}
		dma_buf_detach(dma_buf, attach);
	}
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(no_direction_is_einval)
{
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	int fd;

	shared_buffer(1, &fd);
	dma_buf = dma_buf_get(fd);
	attach = dma_buf_attach(dma_buf, stage.far_dev->dev);
	assert_int_equal(PTR_ERR(dma_buf_map_attachment(attach, DMA_NONE)),
			 -EINVAL);
	/* That was no mapping: any direction is still free. */
	assert_false(IS_ERR(dma_buf_map_attachment(attach, DMA_FROM_DEVICE)));
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(a_failing_map_can_be_tried_again)
{
	struct dma_buf_attachment *attach;
	struct dma_buf *dma_buf;
	int fd;

	shared_buffer(1, &fd);
	dma_buf = dma_buf_get(fd);
	attach = dma_buf_attach(dma_buf, stage.far_dev->dev);
	fault_arm(1);
	assert_int_equal(PTR_ERR(dma_buf_map_attachment(attach, DMA_TO_DEVICE)),
			 -TOY_ERROR);
	fault_disarm();
	assert_false(IS_ERR(dma_buf_map_attachment(attach, DMA_FROM_DEVICE)));
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(a_table_has_the_pages_of_the_exported_object)
{
	struct page *pages[3], *first;
	struct dma_buf_attachment *attach;
	struct sg_table *sgt;
	dma_addr_t addrs[3];
	int fd;
	u32 handle = shared_buffer(3, &fd), theirs;

	theirs = must(import_fd(stage.far, fd));
	attach = lookup(stage.far, theirs)->import_attach;
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, pages, addrs, 3),
			 0);
	first = shmem_file_pages(lookup(stage.file, handle)->filp);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(pages[i], first + i);
		assert_int_equal(addrs[i], page_to_phys(first + i));
	}
	close(fd);
}

TEST(segments_are_cut_to_the_importers_limit)
{
	struct dma_buf_attachment *attach;
	struct scatterlist *sg;
	struct sg_table *sgt;
	unsigned int i, total = 0;
	int fd;

	shared_buffer(10, &fd);
	stage.far_dev->dev->max_segment_size = 3 * PAGE_SIZE + 7;
	must(import_fd(stage.far, fd));
	attach = lookup(stage.far, 1)->import_attach;
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	assert_int_equal(sgt->nents, 4);
	for_each_sgtable_dma_sg (sgt, sg, i) {
		assert_true(sg_dma_len(sg) <= 3 * PAGE_SIZE);
		total += sg_dma_len(sg);
	}
	assert_int_equal(total, 10 * PAGE_SIZE);
	close(fd);
}

TEST(an_importer_that_does_not_reach_the_memory_fails_and_is_undone)
{
	struct counts before;
	int fd;

	shared_buffer(2, &fd);
	count_all(&before);
	stage.far_dev->dev->dma_mask = UINT32_MAX;
	assert_int_equal(import_fd(stage.far, fd), -ENOMEM);
	assert_counts(&before);
	stage.far_dev->dev->dma_mask = 0;
	must(import_fd(stage.far, fd));
	close(fd);
}

TEST(an_importer_limited_to_less_than_a_page_fails_and_is_undone)
{
	struct counts before;
	int fd;

	shared_buffer(2, &fd);
	count_all(&before);
	stage.far_dev->dev->max_segment_size = PAGE_SIZE - 1;
	assert_int_equal(import_fd(stage.far, fd), -EINVAL);
	assert_counts(&before);
	close(fd);
}

TEST(vmaps_nest_and_share_one_address)
{
	struct dma_buf *dma_buf;
	int fd;
	u32 handle = shared_buffer(1, &fd);
	char *one, *two, *device;

	dma_buf = dma_buf_get(fd);
	toy_log();
	one = dma_buf_vmap(dma_buf);
	two = dma_buf_vmap(dma_buf);
	assert_non_null(one);
	assert_ptr_equal(one, two);
	one[0] = 42;
	device = map_device(stage.file, (u64)map_dumb(stage.file, handle), 1,
			    PROT_READ);
	assert_int_equal(device[0], 42);
	munmap(device, PAGE_SIZE);
	dma_buf_vunmap(dma_buf, two);
	dma_buf_vunmap(dma_buf, one);
	assert_string_equal(toy_log(), "vmap dumb_map_offset vunmap ");
	dma_buf_put(dma_buf);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TOYS(an_import_attaches_maps_and_makes_an_object_of_the_table),
		ON_TOYS(an_import_is_mapped_in_both_directions),
		ON_TOYS(the_end_of_an_import_undoes_it_in_reverse_order),
		ON_TOYS(a_failing_step_of_an_import_undoes_those_before_in_reverse_order),
		ON_TOYS(an_imported_object_gives_the_dma_buf_it_was_imported_from),
		ON_TOYS(an_import_is_exported_after_the_exporter_has_closed_it),
		ON_TOYS(references_flow_from_importer_to_dma_buf_to_exporter),
		ON_TOYS(there_are_no_rings),
		ON_TOYS(two_files_of_the_importing_device_have_an_attachment_each),
		ON_TOYS(attach_pins_and_detach_unpins),
		ON_TOYS(a_mapping_is_cached_per_attachment),
		ON_TOYS(a_second_direction_on_an_attachment_is_ebusy),
		ON_TOYS(no_direction_is_einval),
		ON_TOYS(a_failing_map_can_be_tried_again),
		ON_TOYS(a_table_has_the_pages_of_the_exported_object),
		ON_TOYS(segments_are_cut_to_the_importers_limit),
		ON_TOYS(an_importer_that_does_not_reach_the_memory_fails_and_is_undone),
		ON_TOYS(an_importer_limited_to_less_than_a_page_fails_and_is_undone),
		ON_TOYS(vmaps_nest_and_share_one_address),
	};

	return cmocka_run_group_tests_name("attach", tests, NULL, NULL);
}
