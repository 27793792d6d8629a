/* SPDX-License-Identifier: MIT */
/* Handles, names and dma-buf fds. */
#include <fcntl.h>
#include <linux/err.h>

#include "internal.h"

/* File flags which PRIME_HANDLE_TO_FD takes. */
#define EXPORT_FLAGS ((__u32)(DRM_CLOEXEC | DRM_RDWR))

int drm_gem_close_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	struct drm_gem_close *args = data;

	if (!drm_core_check_feature(dev, DRIVER_GEM)) {
		return -EOPNOTSUPP;
	}
	return drm_gem_handle_delete(file, args->handle);
}

int drm_gem_flink_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	struct drm_gem_flink *args = data;
	struct drm_gem_object *obj;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_GEM)) {
		return -EOPNOTSUPP;
	}
	obj = drm_gem_object_lookup(file, args->handle);
	if (!obj) {
		return -ENOENT;
	}
	ret = drm_gem_flink(obj);
	drm_gem_object_put(obj);
	if (ret < 0) {
		return ret;
	}
	args->name = (__u32)ret;
	return 0;
}

int drm_gem_open_ioctl(struct drm_device *dev, void *data,
		       struct drm_file *file)
{
	struct drm_gem_open *args = data;
	u64 size;
	u32 handle;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_GEM)) {
		return -EOPNOTSUPP;
	}
	ret = drm_gem_open_name(file, (int)args->name, &handle, &size);
	if (ret) {
		return ret;
	}
	args->handle = handle;
	args->size = size;
	return 0;
}

int drm_prime_handle_to_fd_ioctl(struct drm_device *dev, void *data,
				 struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_prime_handle *args = data;

	if (!driver->prime_handle_to_fd) {
		return -ENOSYS;
	}
	if (args->flags & ~EXPORT_FLAGS) {
		return -EINVAL;
	}
	return driver->prime_handle_to_fd(dev, file, args->handle, args->flags,
					  &args->fd);
}

int drm_prime_fd_to_handle_ioctl(struct drm_device *dev, void *data,
				 struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_prime_handle *args = data;

	if (!driver->prime_fd_to_handle) {
		return -ENOSYS;
	}
	return driver->prime_fd_to_handle(dev, file, args->fd, &args->handle);
}
