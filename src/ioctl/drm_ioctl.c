/* SPDX-License-Identifier: MIT */
/**
 * DOC: from ioctl(2) to a function
 *
 * The number of the command picks the entry of the table, from the core's or,
 * between DRM_COMMAND_BASE and DRM_COMMAND_END, from the driver's. The size
 * and direction of the command are the caller's and may differ from the
 * table's: programs are older and younger than drivers. What the caller gives
 * is copied in and extended with zeros; what the table says comes out is
 * copied back as far as the caller's size goes, also when the function fails.
 *
 * The order of the checks is the kernel's: is there such an ioctl, can its
 * argument be read, may this file call it.
 */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/host.h>

#include "internal.h"
#include "syncobj_args.h"

/* Arguments up to this size need no allocation. */
#define SMALL_ARG 128

static bool is_driver_nr(unsigned int nr)
{
	return nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END;
}

/* Has the Linux that answers for a device heard of one of the core's ioctls? */
static bool is_known(struct drm_device *dev, unsigned int nr)
{
	bool modeset = drm_core_check_feature(dev, DRIVER_MODESET);

	if (nr == _IOC_NR(DRM_IOCTL_SYNCOBJ_EVENTFD) && !modeset) {
		return drm_core_check_feature(dev, DRIVER_SYNCOBJ);
	}
	return !(drm_core_ioctls[nr].flags &
		 (modeset ? DRM_UNTIL_6_1 : DRM_SINCE_6_12));
}

static const struct drm_ioctl_desc *find_desc(struct drm_device *dev,
					      unsigned int nr)
{
	const struct drm_driver *driver = dev->driver;
	const struct drm_ioctl_desc *desc;

	if (is_driver_nr(nr)) {
		nr -= DRM_COMMAND_BASE;
		if (nr >= (unsigned int)driver->num_ioctls) {
			return NULL;
		}
		desc = &driver->ioctls[nr];
	} else {
		if (nr >= drm_core_nr_ioctls || !is_known(dev, nr)) {
			return NULL;
		}
		desc = &drm_core_ioctls[nr];
	}
	return desc->func ? desc : NULL;
}

static int permit(struct drm_file *file, int flags)
{
	if (flags & DRM_ROOT_ONLY && !capable(CAP_SYS_ADMIN)) {
		return -EACCES;
	}
	if (flags & DRM_AUTH && !drm_is_render_client(file) &&
	    !drm_is_authenticated(file)) {
		return -EACCES;
	}
	if (flags & DRM_MASTER && !drm_is_current_master(file)) {
		return -EACCES;
	}
	if (!(flags & DRM_RENDER_ALLOW) && drm_is_render_client(file)) {
		return -EACCES;
	}
	return 0;
}

long drm_ioctl(struct drm_file *file, unsigned int cmd, unsigned long arg)
{
	struct drm_device *dev = file->minor->dev;
	struct task *task = current_task();
	const struct drm_ioctl_desc *desc;
	unsigned int in_size, out_size, size;
	char small[SMALL_ARG], *data = small;
	int ret;

	if (!dev->registered) {
		return -ENODEV;
	}
	if (_IOC_TYPE(cmd) != DRM_IOCTL_BASE) {
		return -ENOTTY;
	}
	desc = find_desc(dev, _IOC_NR(cmd));
	if (!desc) {
		return -EINVAL;
	}
	in_size = cmd & desc->cmd & IOC_IN ? _IOC_SIZE(cmd) : 0;
	out_size = cmd & desc->cmd & IOC_OUT ? _IOC_SIZE(cmd) : 0;
	size = _IOC_SIZE(desc->cmd);
	size = size > in_size ? size : in_size;
	size = size > out_size ? size : out_size;
	if (size > sizeof(small)) {
		data = kmalloc_array(1, size, GFP_KERNEL);
		if (!data) {
			return -ENOMEM;
		}
	}
	if (copy_from_user(data, arg, in_size)) {
		ret = -EFAULT;
		goto out;
	}
	memset(data + in_size, 0, size - in_size);
	ret = permit(file, desc->flags);
	if (!ret) {
		task->fd_out = (int)desc->fd_out - 1;
		ret = desc->func(dev, data, file);
		task->fd_out = -1;
	}
	if (copy_to_user(arg, data, out_size)) {
		ret = -EFAULT;
	}
out:
	if (data != small) {
		kfree(data);
	}
	return ret;
}

void drm_ioctl_for_each(struct drm_device *dev,
			void (*fn)(const struct drm_ioctl_desc *desc,
				   void *data),
			void *data)
{
	for (unsigned int i = 0; i < drm_core_nr_ioctls; i++) {
		if (drm_core_ioctls[i].func) {
			fn(&drm_core_ioctls[i], data);
		}
	}
	for (int i = 0; i < dev->driver->num_ioctls; i++) {
		if (dev->driver->ioctls[i].func) {
			fn(&dev->driver->ioctls[i], data);
		}
	}
}
