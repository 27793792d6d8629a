/* SPDX-License-Identifier: MIT */
/* The offsets at which objects are mapped through a device, and who may. */
#ifndef UPRIME_DRM_VMA_MANAGER_H
#define UPRIME_DRM_VMA_MANAGER_H

#include <linux/kernel.h>
#include <linux/list.h>

struct drm_file;

/* One file's permission to map an object: counted, one for each handle. */
struct drm_vma_offset_file {
	struct drm_file *file;
	unsigned int count;
};

/**
 * struct drm_vma_offset_node - an object's place among a device's offsets
 *
 * All fields: drm_device.vma_lock.
 */
struct drm_vma_offset_node {
	unsigned long start;   /* in pages; 0: none yet */
	unsigned long pages;   /* length */
	unsigned long hole;    /* length of the free pages that follow */
	struct list_head node; /* drm_vma_offset_manager.first.node */
	/* If hole: its place in drm_vma_offset_manager.holes, and its age. */
	struct drm_vma_offset_node *left, *right;
	u64 born;
	struct drm_vma_offset_file *files; /* owned */
	unsigned int nr_files;
};

/**
 * struct drm_vma_offset_manager - a device's offsets
 *
 * All fields: drm_device.vma_lock.
 */
struct drm_vma_offset_manager {
	struct drm_vma_offset_node first; /* of no pages, before all others */
	struct drm_vma_offset_node *holes; /* the root of a tree, or NULL */
	u64 holes_born;                    /* how many there ever were */
};

static inline u64 drm_vma_node_offset_addr(struct drm_vma_offset_node *node)
{
	return (u64)node->start << PAGE_SHIFT;
}

#endif
