/* SPDX-License-Identifier: MIT */
/* Sharing GEM objects as dma-bufs. The rules stand in src/prime/drm_prime.c. */
#ifndef UPRIME_DRM_PRIME_H
#define UPRIME_DRM_PRIME_H

#include <linux/dma-mapping.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <uprime/u64map.h>

struct dma_buf;
struct dma_buf_export_info;
struct drm_device;
struct drm_file;
struct drm_gem_object;
struct page;
struct prime_ledger;

/**
 * struct drm_prime_file_private - which dma-buf is which handle of a file
 *
 * Both maps hold the same members (struct prime_member). An object that was
 * opened by name can have several handles in a file: their members are a list,
 * of which the dma-buf's entry is the first.
 */
struct drm_prime_file_private {
	struct mutex lock;
	struct u64map dmabufs; /* dma-buf's inode -> member; lock */
	struct u64map handles; /* handle -> member, owned; lock */
	struct prime_ledger *ledger; /* or NULL: nobody wants it; owned; lock */
};

EXPORT_SYMBOL struct dma_buf *
drm_gem_dmabuf_export(struct drm_device *dev,
		      struct dma_buf_export_info *exp_info);
EXPORT_SYMBOL void drm_gem_dmabuf_release(struct dma_buf *dma_buf);

EXPORT_SYMBOL struct dma_buf *drm_gem_prime_export(struct drm_device *dev,
						   struct drm_gem_object *obj,
						   int flags);
EXPORT_SYMBOL struct drm_gem_object *
drm_gem_prime_import(struct drm_device *dev, struct dma_buf *dma_buf);

EXPORT_SYMBOL int drm_gem_prime_handle_to_fd(struct drm_device *dev,
					     struct drm_file *file_priv,
					     uint32_t handle, uint32_t flags,
					     int *prime_fd);
EXPORT_SYMBOL int drm_gem_prime_fd_to_handle(struct drm_device *dev,
					     struct drm_file *file_priv,
					     int prime_fd, uint32_t *handle);

EXPORT_SYMBOL struct sg_table *drm_prime_pages_to_sg(struct page **pages,
						     unsigned int nr_pages);
EXPORT_SYMBOL int drm_prime_sg_to_page_addr_arrays(struct sg_table *sgt,
						   struct page **pages,
						   dma_addr_t *addrs,
						   int max_pages);

EXPORT_SYMBOL void drm_prime_gem_destroy(struct drm_gem_object *obj,
					 struct sg_table *sg);

#endif
