/* SPDX-License-Identifier: MIT */
/* What a client asks about the driver, the device and itself. */
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/host.h>

#include "internal.h"
#include "kms_args.h"

/* The interface version that SET_VERSION negotiates. */
#define IF_MAJOR 1
#define IF_MINOR 4
/* The user id GET_CLIENT tells of whoever asks. */
#define OVERFLOW_UID 65534
/* Of a driver that does not say how large its cursor is, in pixels. */
#define DEFAULT_CURSOR_SIZE 64

/* Give a string to a buffer of *@len bytes, unterminated and cut to it, and
 * say how long it would be. */
static int string_to_user(u64 to, __kernel_size_t *len, const char *value)
{
	size_t full = value ? strlen(value) : 0, room = *len;

	*len = full;
	if (!to || !value) {
		return 0;
	}
	return copy_to_user(to, value, min(full, room));
}

int drm_version_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_version *version = data;
	int ret;

	(void)file;
	version->version_major = driver->major;
	version->version_minor = driver->minor;
	version->version_patchlevel = driver->patchlevel;
	ret = string_to_user((uintptr_t)version->name, &version->name_len,
			     driver->name);
	if (!ret) {
		ret = string_to_user((uintptr_t)version->date,
				     &version->date_len, driver->date);
	}
	if (!ret) {
		ret = string_to_user((uintptr_t)version->desc,
				     &version->desc_len, driver->desc);
	}
	return ret;
}

int drm_getunique_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	struct drm_unique *unique = data;
	char *value = NULL;
	size_t len;
	int ret = 0;

	/* A copy: the master's can change while we copy to the task. */
	mutex_lock(&dev->master_mutex);
	if (file->master->unique) {
		value = kstrdup(file->master->unique, GFP_KERNEL);
		ret = value ? 0 : -ENOMEM;
	}
	mutex_unlock(&dev->master_mutex);
	if (ret) {
		return ret;
	}
	/* All of it or nothing. */
	len = value ? strlen(value) : 0;
	if (len && unique->unique_len >= len) {
		ret = copy_to_user((uintptr_t)unique->unique, value, len);
	}
	if (!ret) {
		unique->unique_len = len;
	}
	kfree(value);
	return ret;
}

int drm_getclient_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	struct drm_client *client = data;

	(void)dev;
	/* Only the asker itself is left to be asked about: for programs that
	 * want to know whether they are authenticated. */
	if (client->idx) {
		return -EINVAL;
	}
	client->auth = drm_is_authenticated(file);
	client->pid = (unsigned long)current_task()->pid;
	client->uid = OVERFLOW_UID;
	client->magic = 0;
	client->iocs = 0;
	return 0;
}

int drm_getstats_ioctl(struct drm_device *dev, void *data,
		       struct drm_file *file)
{
	(void)dev;
	(void)file;
	memset(data, 0, sizeof(struct drm_stats));
	return 0;
}

/* What only devices with displays are asked. */
static int display_cap(struct drm_device *dev, struct drm_get_cap *cap)
{
	const struct drm_mode_config *config = &dev->mode_config;

	switch (cap->capability) {
	case DRM_CAP_DUMB_BUFFER:
		cap->value = !!dev->driver->dumb_create;
		return 0;
	case DRM_CAP_VBLANK_HIGH_CRTC:
	case DRM_CAP_CRTC_IN_VBLANK_EVENT:
		cap->value = 1;
		return 0;
	case DRM_CAP_DUMB_PREFERRED_DEPTH:
		cap->value = config->preferred_depth;
		return 0;
	case DRM_CAP_DUMB_PREFER_SHADOW:
		cap->value = config->prefer_shadow;
		return 0;
	case DRM_CAP_ASYNC_PAGE_FLIP:
		cap->value = config->async_page_flip;
		return 0;
	case DRM_CAP_PAGE_FLIP_TARGET:
		/* Flips come with the next vblank, whatever the driver. */
		return 0;
	case DRM_CAP_CURSOR_WIDTH:
		cap->value = config->cursor_width ? config->cursor_width
						  : DEFAULT_CURSOR_SIZE;
		return 0;
	case DRM_CAP_CURSOR_HEIGHT:
		cap->value = config->cursor_height ? config->cursor_height
						   : DEFAULT_CURSOR_SIZE;
		return 0;
	case DRM_CAP_ADDFB2_MODIFIERS:
		cap->value = !config->fb_modifiers_not_supported;
		return 0;
	case DRM_CAP_ATOMIC_ASYNC_PAGE_FLIP:
		cap->value = drm_core_check_feature(dev, DRIVER_ATOMIC) &&
			     config->async_page_flip;
		return 0;
	default:
		return -EINVAL;
	}
}

int drm_getcap_ioctl(struct drm_device *dev, void *data, struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_get_cap *cap = data;

	(void)file;
	cap->value = 0;
	switch (cap->capability) {
	case DRM_CAP_TIMESTAMP_MONOTONIC:
		cap->value = 1;
		return 0;
	case DRM_CAP_PRIME:
		if (driver->prime_fd_to_handle) {
			cap->value |= DRM_PRIME_CAP_IMPORT;
		}
		if (driver->prime_handle_to_fd) {
			cap->value |= DRM_PRIME_CAP_EXPORT;
		}
		return 0;
	case DRM_CAP_SYNCOBJ:
		cap->value = drm_core_check_feature(dev, DRIVER_SYNCOBJ);
		return 0;
	case DRM_CAP_SYNCOBJ_TIMELINE:
		cap->value =
			drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE);
		return 0;
	default:
		return drm_core_check_feature(dev, DRIVER_MODESET)
			       ? display_cap(dev, cap)
			       : -EOPNOTSUPP;
	}
}

/* Is it a program whose idea of atomic is so broken that the kernel knows it by
 * its name? Later versions of it ask for 2. */
static bool is_broken_xorg(u64 value)
{
	char comm[TASK_COMM_LEN];

	task_comm(current_task(), comm);
	return value == 1 && comm[0] == 'X';
}

static int set_atomic(struct drm_device *dev, struct drm_file *file, u64 value)
{
	if (!drm_core_check_feature(dev, DRIVER_ATOMIC) ||
	    is_broken_xorg(value)) {
		return -EOPNOTSUPP;
	}
	if (value > 2) {
		return -EINVAL;
	}
	/* Who knows atomic knows these as well. */
	file->atomic = value;
	file->universal_planes = value;
	file->aspect_ratio_allowed = value;
	return 0;
}

int drm_setclientcap_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	const struct drm_set_client_cap *cap = data;
	bool *wish;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	switch (cap->capability) {
	case DRM_CLIENT_CAP_ATOMIC:
		return set_atomic(dev, file, cap->value);
	case DRM_CLIENT_CAP_STEREO_3D:
		wish = &file->stereo_allowed;
		break;
	case DRM_CLIENT_CAP_UNIVERSAL_PLANES:
		wish = &file->universal_planes;
		break;
	case DRM_CLIENT_CAP_ASPECT_RATIO:
		wish = &file->aspect_ratio_allowed;
		break;
	case DRM_CLIENT_CAP_WRITEBACK_CONNECTORS:
		if (!file->atomic) {
			return -EINVAL;
		}
		wish = &file->writeback_connectors;
		break;
	case DRM_CLIENT_CAP_CURSOR_PLANE_HOTSPOT:
		/* For drivers whose cursor is that of a window around them. */
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
	if (cap->value > 1) {
		return -EINVAL;
	}
	*wish = cap->value;
	return 0;
}

/* Is this the version -1 ("only tell me") or one we have? */
static bool version_fits(int major, int minor, int our_major, int our_minor)
{
	return major == -1 ||
	       (major == our_major && minor >= 0 && minor <= our_minor);
}

int drm_setversion_ioctl(struct drm_device *dev, void *data,
			 struct drm_file *file)
{
	const struct drm_driver *driver = dev->driver;
	struct drm_set_version *version = data;
	int ret = 0;

	if (!version_fits(version->drm_di_major, version->drm_di_minor,
			  IF_MAJOR, IF_MINOR)) {
		ret = -EINVAL;
		goto out;
	}
	if (version->drm_di_major != -1 && version->drm_di_minor >= 1) {
		/* From 1.1 on the bus id is the device's, not the client's. */
		char *unique = kstrdup(dev->dev->name, GFP_KERNEL);

		if (!unique) {
			ret = -ENOMEM;
			goto out;
		}
		mutex_lock(&dev->master_mutex);
		kfree(file->master->unique);
		file->master->unique = unique;
		mutex_unlock(&dev->master_mutex);
	}
	if (!version_fits(version->drm_dd_major, version->drm_dd_minor,
			  driver->major, driver->minor)) {
		ret = -EINVAL;
	}
out:
	version->drm_di_major = IF_MAJOR;
	version->drm_di_minor = IF_MINOR;
	version->drm_dd_major = driver->major;
	version->drm_dd_minor = driver->minor;
	return ret;
}
