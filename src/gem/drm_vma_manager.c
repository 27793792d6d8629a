/* SPDX-License-Identifier: MIT */
/**
 * DOC: which offsets are free
 *
 * Programs see these numbers, so they are given out as Linux gives them: from
 * the start of the smallest hole that is large enough; of several such holes,
 * of the one that came to be last.
 *
 * A hole is remembered with the node before it. The manager's own first node,
 * which has no pages, is before the hole at the beginning.
 */
#include <linux/err.h>

#include "internal.h"

/* From 4 GiB on, nearly 1 TiB; what is below is left to drivers with other
 * meanings for it. */
#define FIRST_PAGE 0x100000UL
#define NR_PAGES   (0xfffffUL * 256)

/* The hole after a node changes: it is a new one. */
static void set_hole(struct drm_vma_offset_manager *mgr,
		     struct drm_vma_offset_node *node, unsigned long pages)
{
	if (node->hole) {
		list_del_init(&node->free);
	}
	node->hole = pages;
	if (pages) {
		list_add_tail(&node->free, &mgr->holes);
	}
}

void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr)
{
	mgr->first = (struct drm_vma_offset_node){.start = FIRST_PAGE};
	INIT_LIST_HEAD(&mgr->first.node);
	INIT_LIST_HEAD(&mgr->holes);
	set_hole(mgr, &mgr->first, NR_PAGES);
}

int drm_vma_offset_add(struct drm_vma_offset_manager *mgr,
		       struct drm_vma_offset_node *node, unsigned long pages)
{
	struct drm_vma_offset_node *pos, *before = NULL;
	unsigned long rest;

	list_for_each_entry(pos, &mgr->holes, free) {
		if (pages && pos->hole >= pages &&
		    (!before || pos->hole <= before->hole)) {
			before = pos;
		}
	}
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
