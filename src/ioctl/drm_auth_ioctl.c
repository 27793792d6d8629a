/* SPDX-License-Identifier: MIT */
/* Mastership and magic. */
#include "internal.h"

int drm_getmagic_ioctl(struct drm_device *dev, void *data,
		       struct drm_file *file)
{
	struct drm_auth *auth = data;

	(void)dev;
	return drm_get_magic(file, &auth->magic);
}

int drm_authmagic_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	struct drm_auth *auth = data;

	(void)dev;
	return drm_auth_magic(file, auth->magic);
}

int drm_setmaster_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	(void)dev;
	(void)data;
	return drm_set_master(file);
}

int drm_dropmaster_ioctl(struct drm_device *dev, void *data,
			 struct drm_file *file)
{
	(void)dev;
	(void)data;
	return drm_drop_master(file);
}
