/* SPDX-License-Identifier: MIT */
/* The offsets at which objects are mapped through a device, and who may. */
#ifndef UPRIME_DRM_VMA_MANAGER_H
#define UPRIME_DRM_VMA_MANAGER_H

#include <linux/kernel.h>

struct drm_file;

/* One file's permission to map an object: counted, one for each handle. */
struct drm_vma_offset_file {
	struct drm_file *file;
	unsigned int count;
};

/**
 * struct drm_vma_offset_node - an object's place among a device's offsets
 */
struct drm_vma_offset_node {
	unsigned long start; /* in pages; 0: none yet; drm_device.vma_lock */
	unsigned long pages; /* length; drm_device.vma_lock */
	struct drm_vma_offset_file *files; /* owned; drm_device.vma_lock */
	unsigned int nr_files;             /* drm_device.vma_lock */
};

static inline u64 drm_vma_node_offset_addr(struct drm_vma_offset_node *node)
{
	return (u64)node->start << PAGE_SHIFT;
}

#endif
