/* SPDX-License-Identifier: MIT */
/*
 * Tables of pages. The pages are not there: nobody looks at more than their
 * addresses. A rate counts all bytes that are read and written, as that of
 * memcpy does.
 */
#include <drm/drm_prime.h>
#include <linux/err.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core.h"
#include "measure.h"

#define SAMPLES	      15
#define SAMPLES_QUICK 5
/* What one sample goes over at least, in pages. */
#define BATCH_PAGES 65536

/**
 * struct pages - an array of pages, and what is made of it
 * @nr: how many
 * @pages: the array; owned
 * @addrs: as many addresses; owned
 * @copy: as much memory as @pages takes; owned
 * @table: of them; owned; NULL before the first was made
 */
struct pages {
	unsigned long nr;
	struct page **pages;
	dma_addr_t *addrs;
	void *copy;
	struct sg_table *table;
};

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory) {
		abort();
	}
	/* So that it is there. */
	memset(memory, 1, size);
	return memory;
}

/* Neighbours, or no two of them. */
static void fill(struct pages *pages, bool scattered)
{
	struct page *first = (struct page *)(uintptr_t)0x100000;

	for (unsigned long i = 0; i < pages->nr; i++) {
		pages->pages[i] =
			first + (scattered ? 2 * (i * 40503 % pages->nr) : i);
	}
}

static void drop_table(struct pages *pages)
{
	if (pages->table) {
		sg_free_table(pages->table);
		kfree(pages->table);
	}
	pages->table = NULL;
}

static void copy_array(struct pages *pages)
{
	memcpy(pages->copy, pages->pages, pages->nr * sizeof(pages->pages[0]));
	/* Somebody may read it. */
	__asm__ volatile("" : : "r"(pages->copy) : "memory");
}

/* Memory which the system has to give first, as much as a table takes that has
 * an entry for each page. */
static void touch_fresh(struct pages *pages)
{
	size_t size = pages->nr * sizeof(struct scatterlist);
	char *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fresh == MAP_FAILED) {
		abort();
	}
	memset(fresh, 1, size);
	munmap(fresh, size);
}

static void make_table(struct pages *pages)
{
	drop_table(pages);
	pages->table = drm_prime_pages_to_sg(pages->pages,
					     (unsigned int)pages->nr);
	if (IS_ERR(pages->table)) {
		abort();
	}
}

static void make_arrays(struct pages *pages)
{
	if (drm_prime_sg_to_page_addr_arrays(pages->table, pages->pages,
					     pages->addrs,
					     (unsigned int)pages->nr)) {
		abort();
	}
}

/* As if a device had mapped it. */
static void map_table(struct sg_table *table)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(table, sg, i) {
		sg->dma_address = (dma_addr_t)i << 32;
		sg->dma_length = sg->length;
	}
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void measure(struct pages *pages, const char *group, const char *name,
		    void (*run)(struct pages *pages), size_t bytes)
{
	unsigned long times = 1 + BATCH_PAGES / pages->nr;
	int nr = measure_quick() ? SAMPLES_QUICK : SAMPLES;
	double took[SAMPLES], rates[SAMPLES];
	char rate[64];

	run(pages);
	for (int i = 0; i < nr; i++) {
		double start = now_ns();

		for (unsigned long n = 0; n < times; n++) {
			run(pages);
		}
		took[i] = (now_ns() - start) / (double)times;
		rates[i] = (double)bytes * 1000 / took[i];
	}
	if (strcmp(group, "limit")) {
		measure_report(group, name, "pages", pages->nr, "ns", took, nr);
	}
	snprintf(rate, sizeof(rate), "%s rate", name);
	measure_report(group, rate, "pages", pages->nr, "MB/s", rates, nr);
}

static void measure_tables(struct pages *pages, bool scattered)
{
	size_t array = pages->nr * sizeof(pages->pages[0]);
	size_t table = (scattered ? pages->nr : 1) * sizeof(struct scatterlist);
	size_t addrs = pages->nr * sizeof(pages->addrs[0]);

	fill(pages, scattered);
	measure(pages, "core",
		scattered ? "pages to sg scattered" : "pages to sg contiguous",
		make_table, array + table);
	map_table(pages->table);
	measure(pages, "core",
		scattered ? "sg to arrays scattered" : "sg to arrays contiguous",
		make_arrays, table + array + addrs);
	drop_table(pages);
}

void pages_run(unsigned long n)
{
	struct pages pages = {.nr = n};

	if (!measure_wanted("core", "pages to sg arrays", "pages")) {
		return;
	}
	pages.pages = allocate(n * sizeof(pages.pages[0]));
	pages.addrs = allocate(n * sizeof(pages.addrs[0]));
	pages.copy = allocate(n * sizeof(pages.pages[0]));
	fill(&pages, false);
	measure(&pages, "limit", "memcpy", copy_array,
		2 * n * sizeof(pages.pages[0]));
	measure(&pages, "limit", "fresh memory", touch_fresh,
		n * sizeof(struct scatterlist));
	measure_tables(&pages, false);
	measure_tables(&pages, true);
	free(pages.pages);
	free(pages.addrs);
	free(pages.copy);
}
