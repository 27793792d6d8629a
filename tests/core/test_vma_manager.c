/* SPDX-License-Identifier: MIT */
/* Which offsets are given out: always those that the plain rule says. */
#include "stage.h"

#include "gem/internal.h"

#define FIRST_PAGE 0x100000ul
#define NR_PAGES   (0xfffffUL * 256)
#define NR_NODES   400

/**
 * struct model - the holes, and the rule as one would say it
 */
struct model {
	struct hole {
		unsigned long start, pages;
	} holes[NR_NODES + 1]; /* the youngest last */
	unsigned int nr;
};

static struct drm_vma_offset_manager mgr;
static struct drm_vma_offset_node nodes[NR_NODES];
static struct model model;

static void hole_ends(unsigned int i)
{
	model.nr--;
	memmove(&model.holes[i], &model.holes[i + 1],
		(model.nr - i) * sizeof(model.holes[0]));
}

static void hole_begins(unsigned long start, unsigned long pages)
{
	if (pages) {
		model.holes[model.nr++] = (struct hole){start, pages};
	}
}

static void begin(void)
{
	drm_vma_offset_manager_init(&mgr);
	memset(nodes, 0, sizeof(nodes));
	model.nr = 0;
	hole_begins(FIRST_PAGE, NR_PAGES);
}

/* The smallest that is large enough; of several the youngest. 0: none. */
static unsigned long model_add(unsigned long pages)
{
	unsigned int best = model.nr;
	struct hole hole;

	for (unsigned int i = 0; i < model.nr; i++) {
		if (model.holes[i].pages >= pages &&
		    (best == model.nr ||
		     model.holes[i].pages <= model.holes[best].pages)) {
			best = i;
		}
	}
	if (best == model.nr) {
		return 0;
	}
	hole = model.holes[best];
	hole_ends(best);
	hole_begins(hole.start + pages, hole.pages - pages);
	return hole.start;
}

/* A hole of the pages and of what was free at both of their ends. */
static void model_remove(unsigned long start, unsigned long pages)
{
	unsigned long end = start + pages;

	for (unsigned int i = model.nr; i-- > 0;) {
		struct hole hole = model.holes[i];

		if (hole.start + hole.pages == start) {
			start = hole.start;
			hole_ends(i);
		} else if (hole.start == end) {
			end += hole.pages;
			hole_ends(i);
		}
	}
	hole_begins(start, end - start);
}

static void add(struct drm_vma_offset_node *node, unsigned long pages)
{
	unsigned long start = model_add(pages);
	int ret = drm_vma_offset_add(&mgr, node, pages);

	assert_int_equal(ret, start ? 0 : -ENOSPC);
	assert_int_equal(node->start, start);
}

static void take_back(struct drm_vma_offset_node *node)
{
	model_remove(node->start, node->pages);
	drm_vma_offset_remove(&mgr, node);
	*node = (struct drm_vma_offset_node){0};
}

static unsigned int random_below(unsigned int n)
{
	static u64 x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned int)(x >> 33) % n;
}

/* Few sizes make many holes of one size, many sizes many different ones. */
static void play(unsigned int sizes, unsigned int steps)
{
	begin();
	for (unsigned int i = 0; i < steps; i++) {
		struct drm_vma_offset_node *node =
			&nodes[random_below(NR_NODES)];

		if (node->start) {
			take_back(node);
		} else {
			add(node, 1 + random_below(sizes));
		}
	}
}

TEST(equal_sizes_are_given_out_as_the_rule_says)
{
	play(1, 20000);
}

TEST(few_sizes_are_given_out_as_the_rule_says)
{
	play(4, 20000);
}

TEST(many_sizes_are_given_out_as_the_rule_says)
{
	play(1000, 20000);
}

TEST(a_full_device_says_so_as_the_rule_does)
{
	play(NR_PAGES / 20, 20000);
}

TEST(what_was_taken_back_in_whatever_order_is_one_hole)
{
	play(100, 20000);
	for (unsigned int i = 0; i < NR_NODES; i++) {
		if (nodes[i].start) {
			take_back(&nodes[i]);
		}
	}
	assert_int_equal(model.nr, 1);
	add(&nodes[0], NR_PAGES);
	assert_int_equal(nodes[0].start, FIRST_PAGE);
	assert_null(mgr.holes);
	assert_int_equal(drm_vma_offset_add(&mgr, &nodes[1], 1), -ENOSPC);
}

TEST(no_pages_are_enospc)
{
	begin();
	assert_int_equal(drm_vma_offset_add(&mgr, &nodes[0], 0), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(equal_sizes_are_given_out_as_the_rule_says),
		PLAIN(few_sizes_are_given_out_as_the_rule_says),
		PLAIN(many_sizes_are_given_out_as_the_rule_says),
		PLAIN(a_full_device_says_so_as_the_rule_does),
		PLAIN(what_was_taken_back_in_whatever_order_is_one_hole),
		PLAIN(no_pages_are_enospc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
