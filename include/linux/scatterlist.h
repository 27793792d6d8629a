/* SPDX-License-Identifier: MIT */
/**
 * DOC: scatter/gather tables
 *
 * A table lists memory in pieces: for the CPU as runs of pages (page, offset,
 * length; orig_nents of them), for a device as runs of bus addresses
 * (dma_address, dma_length; nents of them, after dma_map_sg()). Memory without
 * pages (a device's own) has only the second. Entries stand in one array.
 */
#ifndef UPRIME_LINUX_SCATTERLIST_H
#define UPRIME_LINUX_SCATTERLIST_H

#include <linux/kernel.h>
#include <linux/mm.h>

struct scatterlist {
	struct page *page;   /* first page, NULL for memory without pages */
	unsigned int offset; /* of the first byte in it */
	unsigned int length; /* bytes */
	dma_addr_t dma_address;
	unsigned int dma_length; /* bytes */
	bool last;               /* end of the array */
};

struct sg_table {
	struct scatterlist *sgl; /* owned */
	unsigned int nents;      /* entries with a bus address */
	unsigned int orig_nents; /* entries allocated */
};

/* Longest entry: a whole number of pages in an unsigned int. */
#define SCATTERLIST_MAX_SEGMENT ((unsigned int)(UINT32_MAX & PAGE_MASK))

static inline struct page *sg_page(const struct scatterlist *sg)
{
	return sg->page;
}

static inline struct scatterlist *sg_next(struct scatterlist *sg)
{
	return sg->last ? NULL : sg + 1;
}

#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg)     ((sg)->dma_length)

#define for_each_sg(sgl, sg, nr, i)                                            \
	for ((i) = 0, (sg) = (sgl); (i) < (nr); (i)++, (sg) = sg_next(sg))
#define for_each_sgtable_sg(sgt, sg, i)                                        \
	for_each_sg((sgt)->sgl, sg, (sgt)->orig_nents, i)
#define for_each_sgtable_dma_sg(sgt, sg, i)                                    \
	for_each_sg((sgt)->sgl, sg, (sgt)->nents, i)

/**
 * sg_set_page() - make an entry a run of pages
 * @sg: the entry
 * @page: first page
 * @len: bytes
 * @offset: of the first byte in @page
 */
static inline void sg_set_page(struct scatterlist *sg, struct page *page,
			       unsigned int len, unsigned int offset)
{
	sg->page = page;
	sg->length = len;
	sg->offset = offset;
}

/**
 * sg_alloc_table() - allocate the entries of a table
 * @table: caller's memory, contents ignored
 * @nents: number of entries, not 0
 * @gfp: GFP_KERNEL
 *
 * Return: 0, and the caller frees with sg_free_table(); -EINVAL (no entries),
 * -ENOMEM, with @table empty.
 */
EXPORT_SYMBOL int sg_alloc_table(struct sg_table *table, unsigned int nents,
				 gfp_t gfp);

/**
 * sg_alloc_table_from_pages_segment() - a table of an array of pages
 * @table: caller's memory, contents ignored
 * @pages: the pages, in order
 * @n_pages: how many, not 0
 * @offset: of the first byte in the first page
 * @size: bytes
 * @max_segment: longest entry in bytes, at least a page
 * @gfp: GFP_KERNEL
 *
 * Pages that neighbour in memory share an entry up to @max_segment.
 *
 * Return: as sg_alloc_table().
 */
EXPORT_SYMBOL int sg_alloc_table_from_pages_segment(
	struct sg_table *table, struct page **pages, unsigned int n_pages,
	unsigned int offset, u64 size, unsigned int max_segment, gfp_t gfp);

/**
 * sg_split_table() - keep every entry of a table within a device's limit
 * @table: a table not yet mapped for DMA, or of memory without pages
 * @max_segment: longest entry in bytes, at least a page
 * @gfp: GFP_KERNEL
 *
 * Return: 0, with the entries replaced where one was too long; -ENOMEM,
 * -EINVAL (limit under a page), with @table as before.
 */
EXPORT_SYMBOL int sg_split_table(struct sg_table *table,
				 unsigned int max_segment, gfp_t gfp);

/**
 * sg_free_table() - free the entries
 * @table: a table; empty afterwards, and may be empty before
 */
EXPORT_SYMBOL void sg_free_table(struct sg_table *table);

#endif
