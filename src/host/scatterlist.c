/* SPDX-License-Identifier: MIT */
/* Scatter/gather tables, and their bus addresses. */
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "row.h"

/* Make a table of entries that were allocated, or not. */
static int init_table(struct sg_table *table, struct scatterlist *sgl,
		      unsigned int nents)
{
	if (!sgl) {
		return -ENOMEM;
	}
	sgl[nents - 1].last = true;
	table->sgl = sgl;
	table->nents = nents;
	table->orig_nents = nents;
	return 0;
}

int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp)
{
	*table = (struct sg_table){0};
	if (!nents) {
		return -EINVAL;
	}
	return init_table(table, kcalloc(nents, sizeof(*table->sgl), gfp),
			  nents);
}

void sg_free_table(struct sg_table *table)
{
	kfree(table->sgl);
	*table = (struct sg_table){0};
}

static inline unsigned int run_length(struct page **pages, unsigned int n,
				      unsigned int max)
{
	/* Pages of one file stand in a row, with a guard behind the last:
	 * neighbours in the array are neighbours in memory. */
	max = min(n, max);
	return max > 1 && pages[1] == pages[0] + 1 ? row_length(pages, max) : 1;
}

/* Runs whose length is remembered between counting them and filling in their
 * entries: mostly there are no more. */
#define RUNS_KNOWN 16

int sg_alloc_table_from_pages_segment(struct sg_table *table,
				      struct page **pages,
				      unsigned int n_pages, unsigned int offset,
				      u64 size, unsigned int max_segment,
				      gfp_t gfp)
{
	unsigned int max_pages = max_segment >> PAGE_SHIFT;
	unsigned int known[RUNS_KNOWN], runs = 0, i, run;
	struct scatterlist *sg;

	*table = (struct sg_table){0};
	if (!max_pages || !n_pages) {
		return -EINVAL;
	}
	for (i = 0; i < n_pages; i += run, runs++) {
		run = run_length(pages + i, n_pages - i, max_pages);
		if (runs < RUNS_KNOWN) {
			known[runs] = run;
		}
	}
	/* All of it is written below. */
	sg = kmalloc_array(runs, sizeof(*sg), gfp);
	for (i = 0, runs = 0; sg && i < n_pages; i += run, runs++) {
		u64 bytes;

		run = runs < RUNS_KNOWN ? known[runs]
					: run_length(pages + i, n_pages - i,
						     max_pages);
		bytes = min(((u64)run << PAGE_SHIFT) - offset, size);
		sg[runs] = (struct scatterlist){
			.page = pages[i],
			.offset = offset,
			.length = (unsigned int)bytes,
		};
		size -= bytes;
		offset = 0;
	}
	return init_table(table, sg, runs);
}

/* An entry has page and bus lengths; without pages only the latter. */
static unsigned int entry_bytes(const struct scatterlist *sg)
{
	return sg->page ? sg->length : sg->dma_length;
}

int sg_split_table(struct sg_table *table, unsigned int max_segment, gfp_t gfp)
{
	unsigned int limit = max_segment & PAGE_MASK, n = 0, i;
	struct scatterlist *sg, *to;
	struct sg_table split;
	int ret;

	if (!limit) {
		return -EINVAL;
	}
	for_each_sgtable_sg(table, sg, i) {
		n += DIV_ROUND_UP((u64)sg->offset + entry_bytes(sg), limit);
	}
	if (n == table->orig_nents) {
		return 0;
	}
	ret = sg_alloc_table(&split, n, gfp);
	if (ret) {
		return ret;
	}
	to = split.sgl;
	for_each_sgtable_sg(table, sg, i) {
		u64 done = 0, bytes = entry_bytes(sg);

		while (done < bytes) {
			u64 at = sg->offset + done;
			u64 part = min(bytes - done, limit - at % limit);

			if (sg->page) {
				sg_set_page(to, sg->page + (at >> PAGE_SHIFT),
					    (unsigned int)part,
					    at & ~PAGE_MASK);
			} else {
				to->dma_address = sg->dma_address + done;
				to->dma_length = (unsigned int)part;
			}
			done += part;
			to++;
		}
	}
	sg_free_table(table);
	*table = split;
	return 0;
}

int dma_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
	       enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	if (WARN_ON(dir == DMA_NONE)) {
		return 0;
	}
	for_each_sg(sgl, sg, nents, i) {
		if (sg->page) {
			sg->dma_address = page_to_phys(sg->page) + sg->offset;
			sg->dma_length = sg->length;
		}
		if (dev->dma_mask && sg->dma_address + sg->dma_length - 1 >
					     dev->dma_mask) {
			return 0;
		}
	}
	return nents;
}

void dma_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
		  enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	(void)dev;
	(void)dir;
	/* An address that is used after this is a bug: make it a visible one. */
	for_each_sg(sgl, sg, nents, i) {
		if (sg->page) {
			sg->dma_address = 0;
			sg->dma_length = 0;
		}
	}
}
