/* SPDX-License-Identifier: MIT */
/* Tables of memory, and the two helpers that make and read them. */
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <stdlib.h>

#include "stage.h"

#define CANARY ((dma_addr_t)0xdeadbeef)

/* Frames of nobody's memory, as a driver without files would have them. */
static struct page frames[64];

static void make_frames(unsigned long first_pfn)
{
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
		frames[i] = (struct page){.pfn = first_pfn + i};
	}
}

static void free_sgt(struct sg_table *sgt)
{
	sg_free_table(sgt);
	kfree(sgt);
}

TEST(neighbouring_pages_share_an_entry)
{
	struct page *pages[] = {&frames[0],  &frames[1],  &frames[2],
				&frames[10], &frames[11], &frames[5]};
	struct sg_table *sgt;

	make_frames(100);
	sgt = drm_prime_pages_to_sg(pages, ARRAY_SIZE(pages));
	assert_false(IS_ERR(sgt));
	assert_int_equal(sgt->nents, 3);
	assert_int_equal(sgt->orig_nents, 3);
	assert_ptr_equal(sg_page(&sgt->sgl[0]), &frames[0]);
	assert_int_equal(sgt->sgl[0].length, 3 * PAGE_SIZE);
	assert_ptr_equal(sg_page(&sgt->sgl[1]), &frames[10]);
	assert_int_equal(sgt->sgl[1].length, 2 * PAGE_SIZE);
	assert_ptr_equal(sg_page(&sgt->sgl[2]), &frames[5]);
	assert_int_equal(sgt->sgl[2].length, PAGE_SIZE);
	assert_null(sg_next(&sgt->sgl[2]));
	free_sgt(sgt);
}

TEST(pages_in_descending_order_share_nothing)
{
	struct page *pages[] = {&frames[2], &frames[1], &frames[0]};
	struct sg_table *sgt;

	make_frames(100);
	sgt = drm_prime_pages_to_sg(pages, ARRAY_SIZE(pages));
	assert_int_equal(sgt->nents, 3);
	free_sgt(sgt);
}

TEST(pages_of_two_files_never_share_an_entry)
{
	struct file *files[8];
	struct page *pages[8];
	struct sg_table *sgt;

	for (int i = 0; i < 8; i++) {
		files[i] = shmem_file_setup("test", PAGE_SIZE);
		pages[i] = shmem_file_pages(files[i]);
	}
	sgt = drm_prime_pages_to_sg(pages, ARRAY_SIZE(pages));
	assert_int_equal(sgt->nents, 8);
	for (int i = 1; i < 8; i++) {
		unsigned long a = page_to_pfn(pages[i - 1]);
		unsigned long b = page_to_pfn(pages[i]);

		assert_true(a + 1 != b && b + 1 != a);
	}
	free_sgt(sgt);
	for (int i = 0; i < 8; i++) {
		fput(files[i]);
	}
}

TEST(no_pages_are_einval)
{
	assert_int_equal(PTR_ERR(drm_prime_pages_to_sg(NULL, 0)), -EINVAL);
}

TEST(an_entry_never_exceeds_what_an_unsigned_int_can_say)
{
	unsigned int n = (SCATTERLIST_MAX_SEGMENT >> PAGE_SHIFT) + 2;
	struct page *memory = calloc(n, sizeof(*memory));
	struct page **pages = calloc(n, sizeof(*pages));
	struct sg_table *sgt;

	for (unsigned int i = 0; i < n; i++) {
		pages[i] = &memory[i];
	}
	sgt = drm_prime_pages_to_sg(pages, n);
	assert_int_equal(sgt->nents, 2);
	assert_int_equal(sgt->sgl[0].length, SCATTERLIST_MAX_SEGMENT);
	assert_int_equal(sgt->sgl[1].length, 2 * PAGE_SIZE);
	free_sgt(sgt);
	free(pages);
	free(memory);
}

/* A table of two entries, 3 + 2 pages, mapped. */
static struct sg_table *five_pages(void)
{
	struct page *pages[] = {&frames[0], &frames[1], &frames[2], &frames[10],
				&frames[11]};
	static struct device dev;
	struct sg_table *sgt;

	make_frames(100);
	sgt = drm_prime_pages_to_sg(pages, ARRAY_SIZE(pages));
	assert_int_equal(dma_map_sg(&dev, sgt->sgl, (int)sgt->orig_nents,
				    DMA_BIDIRECTIONAL),
			 2);
	return sgt;
}

TEST(arrays_get_every_page_and_its_address)
{
	static const int order[] = {0, 1, 2, 10, 11};
	struct sg_table *sgt = five_pages();
	struct page *pages[5];
	dma_addr_t addrs[5];

	assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, pages, addrs, 5),
			 0);
	for (int i = 0; i < 5; i++) {
		assert_ptr_equal(pages[i], &frames[order[i]]);
		assert_int_equal(addrs[i], (u64)(100 + order[i]) << PAGE_SHIFT);
	}
	free_sgt(sgt);
}

TEST(arrays_are_never_written_past_max_pages)
{
	struct sg_table *sgt = five_pages();

	for (int max = 0; max <= 6; max++) {
		int ret = max < 5 ? -1 : 0, filled = min(max, 5);
		struct page *pages[7];
		dma_addr_t addrs[7];

		for (int i = 0; i < 7; i++) {
			pages[i] = (void *)(uintptr_t)CANARY;
			addrs[i] = CANARY;
		}
		assert_int_equal(
			drm_prime_sg_to_page_addr_arrays(sgt, pages, NULL, max),
			ret);
		assert_int_equal(
			drm_prime_sg_to_page_addr_arrays(sgt, NULL, addrs, max),
			ret);
		for (int i = 0; i < 7; i++) {
			assert_int_equal(pages[i] == (void *)(uintptr_t)CANARY,
					 i >= filled);
			assert_int_equal(addrs[i] == CANARY, i >= filled);
		}
	}
	free_sgt(sgt);
}

#define ROWS_PAGES 60

/* Pages in rows of this length, each apart from the next, there and back. */
static void check_rows(unsigned int length)
{
	static struct page memory[2 * ROWS_PAGES];
	struct page *pages[ROWS_PAGES], *back[ROWS_PAGES + 1];
	dma_addr_t addrs[ROWS_PAGES + 1];
	struct device dev = {.name = "test"};
	struct sg_table *sgt;

	for (unsigned int i = 0; i < ARRAY_SIZE(memory); i++) {
		memory[i].pfn = 100 + i;
	}
	for (unsigned int i = 0; i < ROWS_PAGES; i++) {
		pages[i] = &memory[i + i / length];
	}
	for (unsigned int n = 1; n <= ROWS_PAGES; n++) {
		sgt = drm_prime_pages_to_sg(pages, n);
		assert_int_equal(sgt->nents, DIV_ROUND_UP(n, length));
		dma_map_sg(&dev, sgt->sgl, (int)sgt->orig_nents, DMA_TO_DEVICE);
		back[n] = NULL;
		addrs[n] = CANARY;
		assert_int_equal(drm_prime_sg_to_page_addr_arrays(sgt, back,
								  addrs, (int)n),
				 0);
		for (unsigned int i = 0; i < n; i++) {
			assert_ptr_equal(back[i], pages[i]);
			assert_int_equal(addrs[i], page_to_phys(pages[i]));
		}
		assert_null(back[n]);
		assert_int_equal(addrs[n], CANARY);
		free_sgt(sgt);
	}
}

TEST(rows_of_any_length_come_back)
{
	for (unsigned int length = 1; length <= 40; length++) {
		check_rows(length);
	}
}

TEST(memory_without_pages_has_addresses_only)
{
	struct sg_table sgt;
	struct page *pages[2];
	dma_addr_t addrs[2];

	sg_alloc_table(&sgt, 1, GFP_KERNEL);
	sgt.sgl->dma_address = 1ull << 40;
	sgt.sgl->dma_length = 2 * PAGE_SIZE;
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(&sgt, NULL, addrs, 2),
			 0);
	assert_int_equal(addrs[1], (1ull << 40) + PAGE_SIZE);
	sgt.sgl->length = PAGE_SIZE;
	assert_int_equal(drm_prime_sg_to_page_addr_arrays(&sgt, pages, NULL, 2),
			 -1);
	sg_free_table(&sgt);
}

TEST(an_empty_table_cannot_be_allocated)
{
	struct sg_table sgt;

	assert_int_equal(sg_alloc_table(&sgt, 0, GFP_KERNEL), -EINVAL);
	assert_null(sgt.sgl);
	sg_free_table(&sgt);
}

TEST(a_segment_limit_cuts_runs_of_pages)
{
	struct page *pages[8];
	struct sg_table sgt;

	make_frames(100);
	for (int i = 0; i < 8; i++) {
		pages[i] = &frames[i];
	}
	/* 100 bytes in, 7.5 pages long, at most 3 pages an entry. */
	assert_int_equal(sg_alloc_table_from_pages_segment(
				 &sgt, pages, 8, 100, 7 * PAGE_SIZE + 2048,
				 3 * PAGE_SIZE + 5, GFP_KERNEL),
			 0);
	assert_int_equal(sgt.nents, 3);
	assert_int_equal(sgt.sgl[0].offset, 100);
	assert_int_equal(sgt.sgl[0].length, 3 * PAGE_SIZE - 100);
	assert_int_equal(sgt.sgl[1].offset, 0);
	assert_int_equal(sgt.sgl[1].length, 3 * PAGE_SIZE);
	assert_int_equal(sgt.sgl[2].length, PAGE_SIZE + 2048 + 100);
	sg_free_table(&sgt);
	assert_int_equal(sg_alloc_table_from_pages_segment(
				 &sgt, pages, 8, 0, 8 * PAGE_SIZE,
				 PAGE_SIZE - 1, GFP_KERNEL),
			 -EINVAL);
}

/* Splitting changes neither what is listed nor in which order. */
static void assert_split(const struct sg_table *sgt, unsigned int limit,
			 const u64 *want, unsigned int n)
{
	struct scatterlist *sg;
	unsigned int i, at = 0;

	for_each_sgtable_sg (sgt, sg, i) {
		u64 from = sg->page ? page_to_phys(sg->page) + sg->offset
				    : sg->dma_address;
		unsigned int bytes = sg->page ? sg->length : sg->dma_length;

		assert_true(bytes && bytes <= limit);
		assert_int_equal(sg->last, i == sgt->orig_nents - 1);
		for (u64 b = from; b < from + bytes; b += 512) {
			assert_true(at < n && want[at] == b);
			at++;
		}
	}
	assert_int_equal(at, n);
}

TEST(splitting_keeps_every_byte_and_the_limit)
{
	static u64 want[64 * 8 * 4];

	make_frames(100);
	srandom(4);
	for (int round = 0; round < 2000; round++) {
		unsigned int entries = 1 + (unsigned int)random() % 4, n = 0;
		unsigned int limit =
			(1 + (unsigned int)random() % 5) * PAGE_SIZE;
		struct sg_table sgt;

		sg_alloc_table(&sgt, entries, GFP_KERNEL);
		for (unsigned int e = 0; e < entries; e++) {
			unsigned int first = (unsigned int)random() % 32;
			unsigned int offset = (unsigned int)random() % 8 * 512;
			unsigned int bytes =
				512 * (1 + (unsigned int)random() % (32 * 7));
			u64 from = ((100ull + first) << PAGE_SHIFT) + offset;

			if (random() % 2) {
				sg_set_page(&sgt.sgl[e], &frames[first], bytes,
					    offset);
			} else {
				sgt.sgl[e].dma_address = from;
				sgt.sgl[e].dma_length = bytes;
			}
			for (u64 b = from; b < from + bytes; b += 512) {
				want[n++] = b;
			}
		}
		assert_int_equal(sg_split_table(&sgt, limit, GFP_KERNEL), 0);
		assert_split(&sgt, limit, want, n);
		sg_free_table(&sgt);
	}
}

TEST(a_table_within_the_limit_is_left_alone)
{
	struct sg_table *sgt = five_pages();
	struct scatterlist *before = sgt->sgl;

	assert_int_equal(sg_split_table(sgt, 3 * PAGE_SIZE, GFP_KERNEL), 0);
	assert_ptr_equal(sgt->sgl, before);
	assert_int_equal(sg_split_table(sgt, PAGE_SIZE - 1, GFP_KERNEL),
			 -EINVAL);
	assert_ptr_equal(sgt->sgl, before);
	free_sgt(sgt);
}

TEST(a_device_with_a_32_bit_mask_does_not_reach_beyond)
{
	struct device narrow = {.name = "narrow", .dma_mask = UINT32_MAX};
	struct page *pages[] = {&frames[0], &frames[1]};
	struct sg_table *sgt;

	/* The last page below 4 GiB, and the first one above. */
	make_frames((1ul << (32 - PAGE_SHIFT)) - 1);
	sgt = drm_prime_pages_to_sg(pages, 1);
	assert_int_equal(dma_map_sg(&narrow, sgt->sgl, 1, DMA_TO_DEVICE), 1);
	assert_int_equal(sg_dma_address(sgt->sgl), 0xfffff000);
	free_sgt(sgt);
	sgt = drm_prime_pages_to_sg(pages, 2);
	assert_int_equal(dma_map_sg(&narrow, sgt->sgl, 1, DMA_TO_DEVICE), 0);
	free_sgt(sgt);
}

TEST(unmapping_leaves_no_address_that_could_be_used)
{
	struct sg_table *sgt = five_pages();
	struct device dev = {.name = "test"};

	dma_unmap_sg(&dev, sgt->sgl, (int)sgt->orig_nents, DMA_BIDIRECTIONAL);
	assert_int_equal(sg_dma_len(&sgt->sgl[0]), 0);
	assert_int_equal(sg_dma_address(&sgt->sgl[1]), 0);
	free_sgt(sgt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(neighbouring_pages_share_an_entry),
		PLAIN(pages_in_descending_order_share_nothing),
		PLAIN(pages_of_two_files_never_share_an_entry),
		PLAIN(no_pages_are_einval),
		PLAIN(an_entry_never_exceeds_what_an_unsigned_int_can_say),
		PLAIN(arrays_get_every_page_and_its_address),
		PLAIN(arrays_are_never_written_past_max_pages),
		PLAIN(rows_of_any_length_come_back),
		PLAIN(memory_without_pages_has_addresses_only),
		PLAIN(an_empty_table_cannot_be_allocated),
		PLAIN(a_segment_limit_cuts_runs_of_pages),
		PLAIN(splitting_keeps_every_byte_and_the_limit),
		PLAIN(a_table_within_the_limit_is_left_alone),
		PLAIN(a_device_with_a_32_bit_mask_does_not_reach_beyond),
		PLAIN(unmapping_leaves_no_address_that_could_be_used),
	};

	return cmocka_run_group_tests_name("scatterlist", tests, NULL, NULL);
}
