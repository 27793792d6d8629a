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

#include "clock.h"
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

/**
 * struct kind - something that is measured
 * @group: "limit" or "core"
 * @name: of the time; that of the rate has " rate" behind it
 * @run: does it once
 * @scattered: no two pages are neighbours
 * @maps: it needs a table that is mapped
 * @per_page: bytes that are read or written for each page
 * @per_entry: and for each entry of the table
 */
struct kind {
	const char *group;
	const char *name;
	void (*run)(struct pages *pages);
	bool scattered;
	bool maps;
	size_t per_page;
	size_t per_entry;
};

#define ENTRY sizeof(struct scatterlist)
#define PAGE  sizeof(struct page *)
#define ADDR  sizeof(dma_addr_t)

static const struct kind kinds[] = {
	{"limit", "memcpy", copy_array, false, false, 2 * PAGE, 0},
	{"limit", "fresh memory", touch_fresh, false, false, ENTRY, 0},
	{"core", "pages to sg contiguous", make_table, false, false, PAGE,
	 ENTRY},
	{"core", "sg to arrays contiguous", make_arrays, false, true,
	 PAGE + ADDR, ENTRY},
	{"core", "pages to sg scattered", make_table, true, false, PAGE, ENTRY},
	{"core", "sg to arrays scattered", make_arrays, true, true, PAGE + ADDR,
	 ENTRY},
};

/**
 * struct asked - which points of a kind are wanted
 * @time: of one call
 * @rate: its rate, which is called @rate_name
 */
struct asked {
	bool time;
	bool rate;
	char rate_name[64];
};

/* A limit is a rate only. */
static bool ask(struct asked *asked, const struct kind *kind, unsigned long n)
{
	snprintf(asked->rate_name, sizeof(asked->rate_name), "%s rate",
		 kind->name);
	asked->time = strcmp(kind->group, "limit") &&
		      measure_wanted(kind->group, kind->name, "pages", n);
	asked->rate = measure_wanted(kind->group, asked->rate_name, "pages", n);
	return asked->time || asked->rate;
}

static void measure(struct pages *pages, const struct kind *kind,
		    const struct asked *asked)
{
	unsigned long times = 1 + BATCH_PAGES / pages->nr;
	unsigned long entries = kind->scattered ? pages->nr : 1;
	size_t bytes = pages->nr * kind->per_page + entries * kind->per_entry;
	int nr = measure_quick() ? SAMPLES_QUICK : SAMPLES;
	double took[SAMPLES], rates[SAMPLES];

	kind->run(pages);
	for (int i = 0; i < nr; i++) {
		uint64_t start = now_ns();

		for (unsigned long n = 0; n < times; n++) {
			kind->run(pages);
		}
		took[i] = (double)(now_ns() - start) / (double)times;
		rates[i] = (double)bytes * 1000 / took[i];
	}
	if (asked->time) {
		measure_report(kind->group, kind->name, "pages", pages->nr,
			       "ns", took, nr);
	}
	if (asked->rate) {
		measure_report(kind->group, asked->rate_name, "pages",
			       pages->nr, "MB/s", rates, nr);
	}
}

static void pages_open(struct pages *pages)
{
	pages->pages = allocate(pages->nr * PAGE);
	pages->addrs = allocate(pages->nr * ADDR);
	pages->copy = allocate(pages->nr * PAGE);
}

static void pages_close(struct pages *pages)
{
	drop_table(pages);
	free(pages->pages);
	free(pages->addrs);
	free(pages->copy);
}

void pages_run(unsigned long n)
{
	struct pages pages = {.nr = n};

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct asked asked;

		if (!ask(&asked, &kinds[i], n)) {
			continue;
		}
		if (!pages.pages) {
			pages_open(&pages);
		}
		fill(&pages, kinds[i].scattered);
		if (kinds[i].maps) {
			make_table(&pages);
			map_table(pages.table);
		}
		measure(&pages, &kinds[i], &asked);
	}
	pages_close(&pages);
}
