/* SPDX-License-Identifier: MIT */
/**
 * DOC: objects in system memory
 *
 * What drivers without a memory of their own put into their table: an object
 * has memory of its own, or it was imported and has the exporter's table. The
 * latter is mapped and accessed through its dma-buf.
 */
#ifndef UPRIME_DRM_GEM_SHMEM_HELPER_H
#define UPRIME_DRM_GEM_SHMEM_HELPER_H

#include <drm/drm_gem.h>
#include <drm/drm_mode.h>

struct dma_buf_attachment;
struct drm_device;
struct drm_file;
struct sg_table;

/**
 * struct drm_gem_shmem_object - a buffer
 */
struct drm_gem_shmem_object {
	struct drm_gem_object base;
	struct sg_table *sgt; /* import: the exporter's table; constant */
};

#define to_drm_gem_shmem_obj(obj)                                              \
	container_of(obj, struct drm_gem_shmem_object, base)

/* drm_gem_dumb_pitch - the bytes in a line of a dumb buffer, in 32 bits as the
 * kernel's drivers compute it */
static inline u32 drm_gem_dumb_pitch(const struct drm_mode_create_dumb *args)
{
	return (u32)DIV_ROUND_UP((u64)(u32)(args->width * args->bpp), 8);
}

/**
 * drm_gem_shmem_dumb_create() - for dumb_create
 * @file: who gets a handle
 * @dev: its device
 * @args: what is asked for; pitch, size and handle are filled in
 *
 * A line has as many bytes as its pixels need.
 *
 * Return: 0; -ENOMEM, -ENOSPC (no bytes: the pitch has overflowed), what
 * drm_gem_handle_create() says.
 */
EXPORT_SYMBOL int drm_gem_shmem_dumb_create(struct drm_file *file,
					    struct drm_device *dev,
					    struct drm_mode_create_dumb *args);

/**
 * drm_gem_shmem_object_free() - for gem_free_object
 * @obj: an object without references
 */
EXPORT_SYMBOL void drm_gem_shmem_object_free(struct drm_gem_object *obj);

/**
 * drm_gem_shmem_object_get_sg_table() - for gem_prime_get_sg_table
 * @obj: an object with memory of its own
 *
 * Return: a table for the caller; ERR_PTR(-ENOMEM).
 */
EXPORT_SYMBOL struct sg_table *
drm_gem_shmem_object_get_sg_table(struct drm_gem_object *obj);

/**
 * drm_gem_shmem_prime_import_sg_table() - for gem_prime_import_sg_table
 * @dev: device to import into
 * @attach: the attachment
 * @sgt: its table, which the object keeps
 *
 * Return: an object; ERR_PTR(-ENOMEM).
 */
EXPORT_SYMBOL struct drm_gem_object *
drm_gem_shmem_prime_import_sg_table(struct drm_device *dev,
				    struct dma_buf_attachment *attach,
				    struct sg_table *sgt);

/**
 * drm_gem_shmem_object_vmap() - for gem_prime_vmap
 * @obj: an object; an imported one is mapped by its exporter
 *
 * Return: an address until drm_gem_shmem_object_vunmap(); ERR_PTR: -ENOMEM
 * (none, or the exporter cannot), -ENFILE.
 */
EXPORT_SYMBOL void *drm_gem_shmem_object_vmap(struct drm_gem_object *obj);
EXPORT_SYMBOL void drm_gem_shmem_object_vunmap(struct drm_gem_object *obj,
					       void *vaddr);

/**
 * drm_gem_shmem_object_mmap() - for gem_prime_mmap
 * @obj: an object
 * @vma: the area
 *
 * Return: as drm_gem_mmap_obj().
 */
EXPORT_SYMBOL int drm_gem_shmem_object_mmap(struct drm_gem_object *obj,
					    struct vm_area_struct *vma);

/* The members of a drm_driver that all this is for. */
#define DRM_GEM_SHMEM_DRIVER_OPS                                               \
	.gem_free_object = drm_gem_shmem_object_free,                          \
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd,                      \
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle,                      \
	.gem_prime_export = drm_gem_prime_export,                              \
	.gem_prime_import = drm_gem_prime_import,                              \
	.gem_prime_get_sg_table = drm_gem_shmem_object_get_sg_table,           \
	.gem_prime_import_sg_table = drm_gem_shmem_prime_import_sg_table,      \
	.gem_prime_vmap = drm_gem_shmem_object_vmap,                           \
	.gem_prime_vunmap = drm_gem_shmem_object_vunmap,                       \
	.gem_prime_mmap = drm_gem_shmem_object_mmap,                           \
	.dumb_create = drm_gem_shmem_dumb_create

#endif
