/* SPDX-License-Identifier: MIT */
/* A card with memory of its own, and what it shares with one without. */
#include "counts.h"
#include "stage.h"
#include "walk.h"

#define RW	  (DRM_CLOEXEC | DRM_RDWR)
#define VRAM_SIZE (256u << 20)

static const struct uprime_driver *owner[2]; /* of the stage's two devices */

static void destroy(struct drm_device *dev)
{
	owner[dev == stage.far_dev]->destroy(dev);
}

static int setup(const char *driver, const char *far_driver)
{
	owner[0] = uprime_driver_find(driver);
	owner[1] = uprime_driver_find(far_driver);
	return stage_setup_devices(owner[0]->create(NULL), owner[1]->create(NULL),
				   destroy);
}

/* A card, and a device without memory of its own. */
static int vram_setup(void **state)
{
	(void)state;
	return setup("vram", "vgem");
}

static int vgem_setup(void **state)
{
	(void)state;
	return setup("vgem", "vram");
}

static int two_cards_setup(void **state)
{
	(void)state;
	return setup("vram", "vram");
}

#define ON_CARD(name)                                                          \
	cmocka_unit_test_setup_teardown(name, vram_setup, stage_teardown)
#define ON_TWO_CARDS(name)                                                     \
	cmocka_unit_test_setup_teardown(name, two_cards_setup, stage_teardown)

/* A buffer on the card, as a dma-buf with a reference. */
static struct dma_buf *card_buffer(unsigned int pages)
{
	u32 handle = must(create_dumb(stage.file, pages));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct dma_buf *dma_buf = dma_buf_get(fd);

	close(fd);
	return dma_buf;
}

/* Where the card's buffer is for the other device: the attachment keeps it
 * there. */
static u64 attach_and_map(struct dma_buf *dma_buf,
			  struct dma_buf_attachment **attach)
{
	struct sg_table *sgt;

	*attach = dma_buf_attach(dma_buf, stage.far_dev->dev);
	assert_false(IS_ERR(*attach));
	sgt = dma_buf_map_attachment(*attach, DMA_BIDIRECTIONAL);
	assert_false(IS_ERR(sgt));
	assert_int_equal(sgt->nents, 1);
	assert_null(sg_page(sgt->sgl));
	assert_int_equal(sg_dma_len(sgt->sgl), dma_buf->size);
	return sg_dma_address(sgt->sgl);
}

TEST(a_pinned_buffer_stays_where_it_is)
{
	struct dma_buf *dma_buf = card_buffer(2);
	struct dma_buf_attachment *one, *two, *three;
	u64 address = attach_and_map(dma_buf, &one);

	assert_int_equal(attach_and_map(dma_buf, &two), address);
	dma_buf_detach(dma_buf, one);
	/* The second attachment still pins it. */
	assert_int_equal(attach_and_map(dma_buf, &three), address);
	dma_buf_detach(dma_buf, two);
	dma_buf_detach(dma_buf, three);
	dma_buf_put(dma_buf);
}

TEST(an_unpinned_buffer_moves)
{
	struct dma_buf *dma_buf = card_buffer(2);
	struct dma_buf_attachment *attach;
	u64 before = attach_and_map(dma_buf, &attach);

	dma_buf_detach(dma_buf, attach);
	assert_int_not_equal(attach_and_map(dma_buf, &attach), before);
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
}

TEST(a_buffer_keeps_its_contents_when_it_moves)
{
	struct dma_buf *dma_buf = card_buffer(2);
	char *before, *after;

	before = dma_buf_vmap(dma_buf);
	before[PAGE_SIZE] = 42;
	dma_buf_vunmap(dma_buf, before);
	after = dma_buf_vmap(dma_buf);
	assert_ptr_not_equal(before, after);
	assert_int_equal(after[PAGE_SIZE], 42);
	dma_buf_vunmap(dma_buf, after);
	dma_buf_put(dma_buf);
}

TEST(the_address_of_an_unpinned_buffer_faults)
{
	struct dma_buf *dma_buf = card_buffer(2);
	char *vaddr = dma_buf_vmap(dma_buf), c;

	assert_int_equal(copy_from_user(&c, (uintptr_t)vaddr, 1), 0);
	dma_buf_vunmap(dma_buf, vaddr);
	assert_int_equal(copy_from_user(&c, (uintptr_t)vaddr, 1), -EFAULT);
	dma_buf_put(dma_buf);
}

TEST(a_vmap_pins_as_an_attachment_does)
{
	struct dma_buf *dma_buf = card_buffer(1);
	struct dma_buf_attachment *attach;
	char *vaddr = dma_buf_vmap(dma_buf);
	u64 address = attach_and_map(dma_buf, &attach);

	dma_buf_detach(dma_buf, attach);
	vaddr[0] = 1;
	assert_int_equal(attach_and_map(dma_buf, &attach), address);
	dma_buf_vunmap(dma_buf, vaddr);
	dma_buf_detach(dma_buf, attach);
	assert_int_not_equal(attach_and_map(dma_buf, &attach), address);
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
}

TEST(a_programs_mapping_follows_the_buffer)
{
	u32 handle = must(create_dumb(stage.file, 1));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct dma_buf *dma_buf = dma_buf_of(fd);
	char *p = map_device(stage.file, (u64)map_dumb(stage.file, handle), 1,
			     PROT_READ | PROT_WRITE);

	for (char i = 1; i < 10; i++) {
		char *vaddr = dma_buf_vmap(dma_buf);

		vaddr[0] = i;
		dma_buf_vunmap(dma_buf, vaddr);
		assert_int_equal(p[0], i);
	}
	munmap(p, PAGE_SIZE);
	close(fd);
}

TEST(an_import_pins_the_exporters_buffer_as_long_as_it_lives)
{
	struct dma_buf *dma_buf = card_buffer(1);
	struct dma_buf_attachment *attach;
	int fd = (int)must(export_handle(stage.file, 1, RW));
	u32 theirs = must(import_fd(stage.far, fd));
	u64 address = attach_and_map(dma_buf, &attach);

	dma_buf_detach(dma_buf, attach);
	assert_int_equal(attach_and_map(dma_buf, &attach), address);
	dma_buf_detach(dma_buf, attach);
	close_handle(stage.far, theirs);
	assert_int_not_equal(attach_and_map(dma_buf, &attach), address);
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(an_importer_reads_card_memory_by_vmap)
{
	int fd = (int)must(export_handle(stage.file,
					 must(create_dumb(stage.file, 1)), RW));
	u32 theirs = must(import_fd(stage.far, fd));
	struct dma_buf *dma_buf =
		lookup(stage.far, theirs)->import_attach->dmabuf;
	char *p = mmap(NULL, PAGE_SIZE, PROT_WRITE, MAP_SHARED, fd, 0);
	const char *vaddr;

	p[7] = 42;
	vaddr = dma_buf_vmap(dma_buf);
	assert_int_equal(vaddr[7], 42);
	dma_buf_vunmap(dma_buf, (void *)vaddr);
	munmap(p, PAGE_SIZE);
	close(fd);
}

TEST(tables_without_pages_are_imported_by_both_kinds_of_device)
{
	u32 handle = must(create_dumb(stage.file, 5));
	int fd = (int)must(export_handle(stage.file, handle, RW));
	struct dma_buf_attachment *attach;
	struct page *pages[5];
	dma_addr_t addrs[5];
	struct sg_table *sgt;

	stage.far_dev->dev->max_segment_size = 2 * PAGE_SIZE;
	attach = lookup(stage.far, must(import_fd(stage.far, fd)))
			 ->import_attach;
	sgt = dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL);
	assert_int_equal(sgt->nents, 3);
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, NULL, addrs, 5),
			 0);
	assert_int_equal(addrs[4], addrs[0] + 4 * PAGE_SIZE);
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, NULL, addrs, 4),
			 -1);
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, pages, NULL, 5),
			 -1);
	close(fd);
}

TEST(system_memory_is_imported_by_the_card)
{
	u32 handle = must(create_dumb(stage.far, 3));
	int fd = (int)must(export_handle(stage.far, handle, RW));
	u32 ours = must(import_fd(stage.file, fd)), again;
	int back;

	assert_int_equal(lookup(stage.file, ours)->size, 3 * PAGE_SIZE);
	back = (int)must(export_handle(stage.file, ours, RW));
	again = must(import_fd(stage.far, back));
	assert_int_equal(again, handle);
	close(back);
	close(fd);
}

TEST(two_cards_share_a_buffer_that_stays_on_the_first)
{
	struct dma_buf *dma_buf = card_buffer(4);
	struct dma_buf_attachment *attach;
	int fd = (int)must(export_handle(stage.file, 1, RW));
	u64 address;

	must(import_fd(stage.far, fd));
	address = attach_and_map(dma_buf, &attach);
	dma_buf_detach(dma_buf, attach);
	assert_int_equal(attach_and_map(dma_buf, &attach), address);
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
	close(fd);
}

TEST(buffers_on_the_card_do_not_overlap)
{
	struct dma_buf_attachment *attach[32];
	struct dma_buf *dma_buf[32];
	u64 address[32];

	for (unsigned int i = 0; i < 32; i++) {
		dma_buf[i] = card_buffer(1 + i % 5);
		address[i] = attach_and_map(dma_buf[i], &attach[i]);
	}
	for (int a = 0; a < 32; a++) {
		for (int b = 0; b < a; b++) {
			assert_true(
				address[a] >= address[b] + dma_buf[b]->size ||
				address[b] >= address[a] + dma_buf[a]->size);
		}
	}
	for (int i = 0; i < 32; i++) {
		dma_buf_detach(dma_buf[i], attach[i]);
		dma_buf_put(dma_buf[i]);
	}
}

TEST(a_full_card_is_enomem_and_everything_as_before)
{
	unsigned int half = VRAM_SIZE / 2 / PAGE_SIZE;
	struct dma_buf_attachment *first, *second;
	struct dma_buf *dma_buf[2];
	struct counts before;
	int fd;
	u32 handle;

	/* Buffers that are not pinned need no room on the card. */
	for (int i = 0; i < 2; i++) {
		dma_buf[i] = card_buffer(half);
	}
	handle = must(create_dumb(stage.file, 1));
	fd = (int)must(export_handle(stage.file, handle, RW));
	attach_and_map(dma_buf[0], &first);
	attach_and_map(dma_buf[1], &second);

	count_all(&before);
	assert_int_equal(import_fd(stage.far, fd), -ENOMEM);
	assert_null(dma_buf_vmap(dma_buf_of(fd)));
	assert_int_equal(
		PTR_ERR(dma_buf_attach(dma_buf_of(fd), stage.far_dev->dev)),
		-ENOMEM);
	assert_counts(&before);

	dma_buf_detach(dma_buf[0], first);
	must(import_fd(stage.far, fd));
	dma_buf_detach(dma_buf[1], second);
	dma_buf_put(dma_buf[0]);
	dma_buf_put(dma_buf[1]);
	close(fd);
}

TEST(a_buffer_greater_than_the_card_is_enomem)
{
	unsigned int most = VRAM_SIZE / PAGE_SIZE;

	assert_int_equal(create_dumb(stage.file, most + 1), -ENOMEM);
	must(create_dumb(stage.file, most));
}

TEST(lines_begin_on_64_bytes)
{
	struct drm_mode_create_dumb args = {
		.width = 17, .height = 3, .bpp = 32};

	assert_int_equal(drm_ioctl(stage.file, DRM_IOCTL_MODE_CREATE_DUMB,
				   (unsigned long)&args),
			 0);
	assert_int_equal(args.pitch, 128);
}

static int run_import(void)
{
	int ret = import_fd(stage.file, at.fd);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

TEST(importing_from_and_into_a_card_fails_without_a_trace)
{
	static const struct walk walks[] = {
		{
			.name = "vgem to vram",
			.setup = vram_setup,
			.prepare = prepare_far_buffer_fd,
			.run = run_import,
			.undo = undo_made,
			.finish = close_fd,
		},
		{
			.name = "vram to vgem",
			.setup = vgem_setup,
			.prepare = prepare_far_buffer_fd,
			.run = run_import,
			.undo = undo_made,
			.finish = close_fd,
		},
	};

	walk_all(&walks[0]);
	walk_all(&walks[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_CARD(a_pinned_buffer_stays_where_it_is),
		ON_CARD(an_unpinned_buffer_moves),
		ON_CARD(a_buffer_keeps_its_contents_when_it_moves),
		ON_CARD(the_address_of_an_unpinned_buffer_faults),
		ON_CARD(a_vmap_pins_as_an_attachment_does),
		ON_CARD(a_programs_mapping_follows_the_buffer),
		ON_CARD(an_import_pins_the_exporters_buffer_as_long_as_it_lives),
		ON_CARD(an_importer_reads_card_memory_by_vmap),
		ON_CARD(tables_without_pages_are_imported_by_both_kinds_of_device),
		ON_TWO_CARDS(
			tables_without_pages_are_imported_by_both_kinds_of_device),
		ON_CARD(system_memory_is_imported_by_the_card),
		ON_TWO_CARDS(two_cards_share_a_buffer_that_stays_on_the_first),
		ON_CARD(buffers_on_the_card_do_not_overlap),
		ON_CARD(a_full_card_is_enomem_and_everything_as_before),
		ON_CARD(a_buffer_greater_than_the_card_is_enomem),
		ON_CARD(lines_begin_on_64_bytes),
		PLAIN(importing_from_and_into_a_card_fails_without_a_trace),
	};

	return cmocka_run_group_tests_name("vram", tests, NULL, NULL);
}
