/* SPDX-License-Identifier: MIT */
/**
 * DOC: which offsets are free
 *
 * Programs see these numbers, so they are given out as Linux gives them: from
 * the start of the smallest hole that is large enough; of several such holes,
 * of the one that came to be last.
 *
 * A hole is remembered with the node before it. The manager's own first node,
 * which has no pages, is before the hole at the beginning. The holes stand in a
 * tree, small ones first, of one size the youngest first. It is a treap: a
 * search tree by that order and a heap by rank, which is as good as random, so
 * that its depth is that of a random tree whatever programs do.
 */
#include <linux/err.h>

#include "internal.h"

/* From 4 GiB on, nearly 1 TiB; what is below is left to drivers with other
 * meanings for it. */
#define FIRST_PAGE 0x100000UL
#define NR_PAGES   (0xfffffUL * 256)

static u64 rank(const struct drm_vma_offset_node *node)
{
	u64 x = node->born;

	/* Each bit of the answer depends on all bits of the number. */
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static bool is_before(const struct drm_vma_offset_node *a,
		      const struct drm_vma_offset_node *b)
{
	return a->hole < b->hole || (a->hole == b->hole && a->born > b->born);
}

/* The way down from a node, to where another belongs. */
static struct drm_vma_offset_node **
towards(struct drm_vma_offset_node *at, const struct drm_vma_offset_node *node)
{
	return is_before(node, at) ? &at->left : &at->right;
}

static void insert_hole(struct drm_vma_offset_manager *mgr,
			struct drm_vma_offset_node *node)
{
	struct drm_vma_offset_node **at = &mgr->holes, *rest;
	struct drm_vma_offset_node **left = &node->left, **right = &node->right;

	while (*at && rank(*at) >= rank(node)) {
		at = towards(*at, node);
	}
	/* What was here is parted: who is before the node, and who behind. */
	rest = *at;
	*at = node;
	while (rest) {
		if (is_before(rest, node)) {
			*left = rest;
			left = &rest->right;
			rest = rest->right;
		} else {
			*right = rest;
			right = &rest->left;
			rest = rest->left;
		}
	}
	*left = NULL;
	*right = NULL;
}

static void remove_hole(struct drm_vma_offset_manager *mgr,
			struct drm_vma_offset_node *node)
{
	struct drm_vma_offset_node **at = &mgr->holes;
	struct drm_vma_offset_node *left = node->left, *right = node->right;

	while (*at != node) {
		at = towards(*at, node);
	}
	/* All on the left are before all on the right. */
	while (left && right) {
		if (rank(left) >= rank(right)) {
			*at = left;
			at = &left->right;
			left = left->right;
		} else {
			*at = right;
			at = &right->left;
			right = right->left;
		}
	}
	*at = left ? left : right;
}

/* The first that is large enough, or NULL. */
static struct drm_vma_offset_node *
find_hole(const struct drm_vma_offset_manager *mgr, unsigned long pages)
{
	struct drm_vma_offset_node *at = mgr->holes, *found = NULL;

	while (at) {
		if (at->hole >= pages) {
			found = at;
			at = at->left;
		} else {
			at = at->right;
		}
	}
	return found;
}

/* The hole after a node changes: it is a new one. */
static void set_hole(struct drm_vma_offset_manager *mgr,
		     struct drm_vma_offset_node *node, unsigned long pages)
{
	if (node->hole) {
		remove_hole(mgr, node);
	}
	node->hole = pages;
	if (pages) {
		node->born = ++mgr->holes_born;
		insert_hole(mgr, node);
	}
}

void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr)
{
	*mgr = (struct drm_vma_offset_manager){.first.start = FIRST_PAGE};
	INIT_LIST_HEAD(&mgr->first.node);
	set_hole(mgr, &mgr->first, NR_PAGES);
}

int drm_vma_offset_add(struct drm_vma_offset_manager *mgr,
		       struct drm_vma_offset_node *node, unsigned long pages)
{
	struct drm_vma_offset_node *before;
	unsigned long rest;

	before = pages ? find_hole(mgr, pages) : NULL;
	if (!before) {
		return -ENOSPC;
	}
	rest = before->hole - pages;
	set_hole(mgr, before, 0);
	node->start = before->start + before->pages;
	node->pages = pages;
	node->hole = 0;
	/* The list is a ring: to be before the next is to be after this. */
	list_add_tail(&node->node, before->node.next);
	set_hole(mgr, node, rest);
	return 0;
}

void drm_vma_offset_remove(struct drm_vma_offset_manager *mgr,
			   struct drm_vma_offset_node *node)
{
	struct drm_vma_offset_node *before = list_entry(
		node->node.prev, struct drm_vma_offset_node, node);
	unsigned long hole = before->hole + node->pages + node->hole;

	set_hole(mgr, node, 0);
	list_del_init(&node->node);
	set_hole(mgr, before, hole);
}
