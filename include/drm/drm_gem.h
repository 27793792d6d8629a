/* SPDX-License-Identifier: MIT */
/**
 * DOC: GEM objects
 *
 * An object is a buffer of one device. Two counts govern it:
 *
 *  refcount      references from handles, dma-bufs, mappings and code: memory.
 *  handle_count  handles in all files: name and export. When the last handle
 *                goes, the object's flink name dies and its cached dma-buf is
 *                dropped, although the object may live on behind a dma-buf.
 */
#ifndef UPRIME_DRM_GEM_H
#define UPRIME_DRM_GEM_H

#include <drm/drm_vma_manager.h>
#include <linux/dma-resv.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>

struct dma_buf;
struct dma_buf_attachment;
struct drm_device;
struct drm_file;
struct page;

/**
 * struct drm_gem_object - a buffer
 *
 * Embedded in the driver's own struct, which gem_free_object frees.
 */
struct drm_gem_object {
	struct kref refcount;
	struct drm_device *dev; /* no reference: see drm_dev_put(); constant */
	struct file *filp;      /* memory, owned; NULL for imports; constant */
	u64 size;               /* bytes, whole pages; constant */
	unsigned int handle_count; /* drm_device.object_name_lock */
	int name;                  /* flink, 0: none; object_name_lock */
	struct dma_buf *dma_buf;   /* exported as or imported from, with a
	                              reference while handle_count > 0;
	                              object_name_lock */
	struct dma_buf_attachment *import_attach; /* owned; constant after
	                                             import */
	struct dma_resv *resv;   /* own_resv, or that of the dma-buf it was
	                            imported from; constant after import */
	struct dma_resv own_resv;
	struct drm_vma_offset_node vma_node;
	struct list_head node; /* drm_device.objects; objects_lock */
};

/**
 * drm_gem_object_init() - make an object with memory
 * @dev: the device
 * @obj: zeroed memory in the driver's struct
 * @size: bytes, a multiple of the page size, not 0
 *
 * Return: 0 and the caller has the one reference; what shmem_file_setup()
 * says, and @obj needs nothing.
 */
EXPORT_SYMBOL int drm_gem_object_init(struct drm_device *dev,
				      struct drm_gem_object *obj, size_t size);

/**
 * drm_gem_private_object_init() - make an object whose memory is elsewhere
 * @dev: the device
 * @obj: zeroed memory in the driver's struct
 * @size: bytes, a multiple of the page size, not 0
 */
EXPORT_SYMBOL void drm_gem_private_object_init(struct drm_device *dev,
					       struct drm_gem_object *obj,
					       size_t size);

/**
 * drm_gem_object_release() - undo either init
 * @obj: an object without references, in the driver's gem_free_object
 */
EXPORT_SYMBOL void drm_gem_object_release(struct drm_gem_object *obj);

/**
 * drm_gem_object_get() - take a reference
 * @obj: an object the caller has a reference to
 */
EXPORT_SYMBOL void drm_gem_object_get(struct drm_gem_object *obj);

/**
 * drm_gem_object_put() - drop a reference
 * @obj: the object, or NULL
 *
 * With the last one the driver's gem_free_object runs: no lock of the device
 * may be held.
 */
EXPORT_SYMBOL void drm_gem_object_put(struct drm_gem_object *obj);

/**
 * drm_gem_object_lookup() - the object behind a handle
 * @file: the file
 * @handle: a handle of @file
 *
 * Return: the object with a reference, or NULL.
 */
EXPORT_SYMBOL struct drm_gem_object *
drm_gem_object_lookup(struct drm_file *file, u32 handle);

/**
 * drm_gem_handle_create() - give an object a handle
 * @file: the file that gets it
 * @obj: the object; the handle takes a reference of its own
 * @handlep: where it is stored: the lowest free number from 1
 *
 * Return: 0; -ENOMEM; what the driver's gem_open_object says.
 */
EXPORT_SYMBOL int drm_gem_handle_create(struct drm_file *file,
					struct drm_gem_object *obj,
					u32 *handlep);

/**
 * drm_gem_handle_create_tail() - drm_gem_handle_create() in mid-lookup
 * @file: the file that gets it
 * @obj: the object
 * @handlep: where it is stored
 *
 * Entered with the device's object_name_lock held, which is released: so that
 * who looked @obj up by name or dma-buf can be sure that it keeps either until
 * the handle counts.
 *
 * Return: as drm_gem_handle_create().
 */
EXPORT_SYMBOL int drm_gem_handle_create_tail(struct drm_file *file,
					     struct drm_gem_object *obj,
					     u32 *handlep);

/**
 * drm_gem_handle_delete() - close a handle
 * @file: the file
 * @handle: one of its handles
 *
 * Return: 0; -EINVAL for no such handle.
 */
EXPORT_SYMBOL int drm_gem_handle_delete(struct drm_file *file, u32 handle);

/**
 * drm_gem_create_mmap_offset() - give an object an offset to be mapped at
 * @obj: the object
 *
 * Return: 0, also when it has one; -ENOMEM.
 */
EXPORT_SYMBOL int drm_gem_create_mmap_offset(struct drm_gem_object *obj);

/**
 * drm_gem_dumb_map_offset() - the offset of a dumb buffer
 * @file: the file
 * @dev: its device
 * @handle: a handle of @file
 * @offset: where the offset is stored, in bytes
 *
 * Return: 0; -ENOENT (no such handle), -EINVAL (imported), -ENOMEM.
 */
EXPORT_SYMBOL int drm_gem_dumb_map_offset(struct drm_file *file,
					  struct drm_device *dev, u32 handle,
					  u64 *offset);

/**
 * drm_gem_mmap_obj() - name the memory for an mmap
 * @obj: the object
 * @obj_size: its size in bytes
 * @vma: the area; vm_pgoff counts from the object's start
 *
 * Return: 0 with vma->vm_file set and owned by the caller; -EINVAL (too long,
 * private), what an imported dma-buf's exporter says.
 */
EXPORT_SYMBOL int drm_gem_mmap_obj(struct drm_gem_object *obj, u64 obj_size,
				   struct vm_area_struct *vma);

/**
 * drm_gem_mmap() - mmap(2) on a device fd
 * @file: the file
 * @vma: the area; vm_pgoff is the offset the program gave, in pages
 *
 * The mapping made of the returned fd keeps @file and the object alive until
 * it is gone, as in the kernel.
 *
 * Return: an fd of the memory, owned by the caller, to be mapped at
 * vma->vm_pgoff; -EINVAL (no such offset, too long, private), -EACCES (no
 * handle in this file), -ENOMEM, -ENFILE.
 */
EXPORT_SYMBOL int drm_gem_mmap(struct drm_file *file,
			       struct vm_area_struct *vma);

/**
 * drm_gem_get_pages() - the pages of an object as an array
 * @obj: an object with memory of its own
 *
 * Return: size / PAGE_SIZE pointers, to be freed with drm_gem_put_pages();
 * ERR_PTR: -EINVAL (no memory of its own), -ENOMEM.
 */
EXPORT_SYMBOL struct page **drm_gem_get_pages(struct drm_gem_object *obj);

/**
 * drm_gem_put_pages() - free what drm_gem_get_pages() returned
 * @pages: the array
 */
EXPORT_SYMBOL void drm_gem_put_pages(struct page **pages);

#endif
