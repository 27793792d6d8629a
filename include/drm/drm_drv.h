/* SPDX-License-Identifier: MIT */
/* A driver, and its life with its devices. */
#ifndef UPRIME_DRM_DRV_H
#define UPRIME_DRM_DRV_H

#include <drm/drm_device.h>
#include <drm/drm_ioctl.h>

struct dma_buf;
struct dma_buf_attachment;
struct dma_resv;
struct drm_file;
struct drm_gem_object;
struct drm_mode_create_dumb;
struct sg_table;
struct vm_area_struct;

enum drm_driver_feature {
	DRIVER_GEM = 1 << 0,
	DRIVER_MODESET = 1 << 1,
	DRIVER_RENDER = 1 << 3,
	DRIVER_ATOMIC = 1 << 4,
	DRIVER_SYNCOBJ = 1 << 5,
	DRIVER_SYNCOBJ_TIMELINE = 1 << 6,
};

/**
 * struct drm_driver - what a driver does
 *
 * Constant, and alive as long as its devices. Callbacks that are not said to
 * be optional may still be NULL: then the programs get the kernel's error for
 * it, which is named here.
 */
struct drm_driver {
	const char *name, *desc, *date;
	int major, minor, patchlevel;
	u32 driver_features; /* enum drm_driver_feature, of each device at
	                        first */

	/* optional: a file was opened; -errno refuses */
	int (*open)(struct drm_device *dev, struct drm_file *file);
	/* optional: after its handles were closed */
	void (*postclose)(struct drm_device *dev, struct drm_file *file);
	/* optional: the last reference to the device is gone */
	void (*release)(struct drm_device *dev);

	/* free the object: drm_prime_gem_destroy() if imported, then
	 * drm_gem_object_release() */
	void (*gem_free_object)(struct drm_gem_object *obj);
	/* optional: a file gets a handle; -errno refuses */
	int (*gem_open_object)(struct drm_gem_object *obj,
			       struct drm_file *file);
	/* optional: a file's handle is closed */
	void (*gem_close_object)(struct drm_gem_object *obj,
				 struct drm_file *file);

	/* drm_gem_prime_handle_to_fd(); without: -ENOSYS, no EXPORT cap */
	int (*prime_handle_to_fd)(struct drm_device *dev,
				  struct drm_file *file, u32 handle, u32 flags,
				  int *prime_fd);
	/* drm_gem_prime_fd_to_handle(); without: -ENOSYS, no IMPORT cap */
	int (*prime_fd_to_handle)(struct drm_device *dev,
				  struct drm_file *file, int prime_fd,
				  u32 *handle);
	/* without: drm_gem_prime_export() */
	struct dma_buf *(*gem_prime_export)(struct drm_device *dev,
					    struct drm_gem_object *obj,
					    int flags);
	/* without: drm_gem_prime_import() */
	struct drm_gem_object *(*gem_prime_import)(struct drm_device *dev,
						   struct dma_buf *dma_buf);
	/* optional: keep the object where it is while it is attached */
	int (*gem_prime_pin)(struct drm_gem_object *obj);
	/* undoes gem_prime_pin */
	void (*gem_prime_unpin)(struct drm_gem_object *obj);
	/* optional: the reservation of an exported object; without: its
	 * own */
	struct dma_resv *(*gem_prime_res_obj)(struct drm_gem_object *obj);
	/* a new table of the pinned object; without: -ENOSYS to importers */
	struct sg_table *(*gem_prime_get_sg_table)(struct drm_gem_object *obj);
	/* an object of another device's table; without: -EINVAL to imports */
	struct drm_gem_object *(*gem_prime_import_sg_table)(
		struct drm_device *dev, struct dma_buf_attachment *attach,
		struct sg_table *sgt);
	/* an address of the object; without: no vmap */
	void *(*gem_prime_vmap)(struct drm_gem_object *obj);
	void (*gem_prime_vunmap)(struct drm_gem_object *obj, void *vaddr);
	/* optional; without: -ENOSYS to dma_buf_mmap() */
	int (*gem_prime_mmap)(struct drm_gem_object *obj,
			      struct vm_area_struct *vma);

	/* without: -ENOSYS */
	int (*dumb_create)(struct drm_file *file, struct drm_device *dev,
			   struct drm_mode_create_dumb *args);
	/* without: drm_gem_dumb_map_offset() */
	int (*dumb_map_offset)(struct drm_file *file, struct drm_device *dev,
			       u32 handle, u64 *offset);
	/* without: drm_gem_handle_delete() */
	int (*dumb_destroy)(struct drm_file *file, struct drm_device *dev,
			    u32 handle);

	const struct drm_ioctl_desc *ioctls; /* from DRM_COMMAND_BASE */
	int num_ioctls;
};

/**
 * drm_core_check_feature() - can a device do something?
 * @dev: the device
 * @feature: one feature
 *
 * Return: whether the device has the feature.
 */
static inline bool drm_core_check_feature(const struct drm_device *dev,
					  enum drm_driver_feature feature)
{
	return dev->driver_features & feature;
}

/**
 * drm_dev_alloc() - make a device
 * @driver: its driver
 * @parent: the device on the bus; alive as long as the drm_device
 *
 * Return: a device with one reference, for drm_dev_put(); ERR_PTR(-ENOMEM).
 */
EXPORT_SYMBOL struct drm_device *drm_dev_alloc(const struct drm_driver *driver,
					       struct device *parent);

/**
 * drm_dev_register() - give a device its nodes
 * @dev: the device
 *
 * Minor numbers are the lowest free ones: card0, and renderD128 for a driver
 * with DRIVER_RENDER.
 *
 * Return: 0; -ENOMEM, -ENOSPC (no minor is free).
 */
EXPORT_SYMBOL int drm_dev_register(struct drm_device *dev);

/**
 * drm_dev_unregister() - take a device's nodes away
 * @dev: the device; files that are open stay open
 */
EXPORT_SYMBOL void drm_dev_unregister(struct drm_device *dev);

/**
 * drm_dev_get() - take a reference
 * @dev: a device the caller has a reference to
 */
EXPORT_SYMBOL void drm_dev_get(struct drm_device *dev);

/**
 * drm_dev_put() - drop a reference
 * @dev: the device
 *
 * An exported dma-buf and an open file have a reference each; an object has
 * none: who has an object has one of these.
 */
EXPORT_SYMBOL void drm_dev_put(struct drm_device *dev);

/**
 * drm_minor_get() - the node with a minor number
 * @index: the minor number
 *
 * Return: the node with a reference to its device, for drm_dev_put(); NULL.
 */
EXPORT_SYMBOL struct drm_minor *drm_minor_get(int index);

#endif
