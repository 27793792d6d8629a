/* SPDX-License-Identifier: MIT */
/* Dumb buffers: memory for pictures, from any driver in one way. */
#include <linux/err.h>

#include "internal.h"

int drm_mode_create_dumb_ioctl(struct drm_device *dev, void *data,
			       struct drm_file *file)
{
	struct drm_mode_create_dumb *args = data;
	u32 bytes_per_pixel, stride, size;

	if (!dev->driver->dumb_create) {
		return -ENOSYS;
	}
	if (!args->width || !args->height || !args->bpp) {
		return -EINVAL;
	}
	/* Neither a line nor the whole, rounded up, may overflow 32 bits. */
	if (args->bpp > U32_MAX - 8) {
		return -EINVAL;
	}
	bytes_per_pixel = DIV_ROUND_UP(args->bpp, 8);
	if (__builtin_mul_overflow(bytes_per_pixel, args->width, &stride) ||
	    __builtin_mul_overflow(stride, args->height, &size) ||
	    !(u32)PAGE_ALIGN((u64)size)) {
		return -EINVAL;
	}
	args->handle = 0;
	args->pitch = 0;
	args->size = 0;
	return dev->driver->dumb_create(file, dev, args);
}

int drm_mode_mmap_dumb_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_mode_map_dumb *args = data;
	u64 offset;
	int ret;

	if (!driver->dumb_create) {
		return -ENOSYS;
	}
	ret = driver->dumb_map_offset
		      ? driver->dumb_map_offset(file, dev, args->handle,
						&offset)
		      : drm_gem_dumb_map_offset(file, dev, args->handle,
						&offset);
	if (!ret) {
		args->offset = offset;
	}
	return ret;
}

int drm_mode_destroy_dumb_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_mode_destroy_dumb *args = data;

	if (!driver->dumb_create) {
		return -ENOSYS;
	}
	return driver->dumb_destroy
		       ? driver->dumb_destroy(file, dev, args->handle)
		       : drm_gem_handle_delete(file, args->handle);
}
