/* SPDX-License-Identifier: MIT */
/* CRTCs: what they are, what they are to be, and their old table of colours. */
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

int drm_mode_getcrtc_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	struct drm_mode_crtc *args = data;
	const struct drm_plane_state *plane;
	struct drm_crtc *crtc;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	args->gamma_size = crtc->gamma_size;
	mutex_lock(&dev->mode_config.mutex);
	plane = crtc->primary->state;
	args->fb_id = plane->fb ? plane->fb->base.id : 0;
	args->x = plane->src_x >> 16;
	args->y = plane->src_y >> 16;
	args->mode_valid = crtc->state->enable;
	if (crtc->state->enable) {
		drm_mode_convert_to_umode(&args->mode, &crtc->state->mode);
	}
	mutex_unlock(&dev->mode_config.mutex);
	if (!file->aspect_ratio_allowed) {
		args->mode.flags &= ~(u32)DRM_MODE_FLAG_PIC_AR_MASK;
	}
	return 0;
}

static int add_connectors(const struct drm_mode_crtc *args,
			  struct drm_file *file, struct drm_mode_set *set)
{
	int ret = 0;

	for (u32 i = 0; i < args->count_connectors && !ret; i++) {
		u32 id;

		ret = copy_from_user(&id,
				     args->set_connectors_ptr + i * sizeof(id),
				     sizeof(id));
		if (!ret) {
			ret = drm_crtc_add_connector(set, file, id);
		}
	}
	return ret;
}

int drm_mode_setcrtc_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	const struct drm_mode_crtc *args = data;
	struct drm_mode_set set = {0};
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	ret = drm_crtc_prepare_set(dev, args, file, &set);
	if (!ret) {
		ret = add_connectors(args, file, &set);
	}
	if (!ret) {
		ret = drm_crtc_commit_set(&set);
	}
	drm_crtc_end_set(&set);
	return ret;
}

int drm_mode_gamma_get_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	struct drm_mode_crtc_lut *args = data;
	struct drm_crtc *crtc;
	size_t size;
	u16 *lut;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	if (args->gamma_size != crtc->gamma_size) {
		return -EINVAL;
	}
	if (!crtc->gamma_size) {
		return 0;
	}
	size = crtc->gamma_size * sizeof(*lut);
	lut = kmalloc_array(3, size, GFP_KERNEL);
	if (!lut) {
		return -ENOMEM;
	}
	mutex_lock(&dev->mode_config.mutex);
	memcpy(lut, crtc->gamma_store, 3 * size);
	mutex_unlock(&dev->mode_config.mutex);
	ret = copy_to_user(args->red, lut, size);
	if (!ret) {
		ret = copy_to_user(args->green, lut + crtc->gamma_size, size);
	}
	if (!ret) {
		ret = copy_to_user(args->blue, lut + 2 * crtc->gamma_size,
				   size);
	}
	kfree(lut);
	return ret;
}

int drm_mode_gamma_set_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	const struct drm_mode_crtc_lut *args = data;
	const u64 from[] = {args->red, args->green, args->blue};
	size_t size, read = 0;
	struct drm_crtc *crtc;
	u16 *lut;
	int ret = 0;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	if (!drm_crtc_supports_legacy_gamma(crtc)) {
		return -ENOSYS;
	}
	if (args->gamma_size != crtc->gamma_size) {
		return -EINVAL;
	}
	size = crtc->gamma_size * sizeof(*lut);
	lut = kmalloc_array(ARRAY_SIZE(from), size, GFP_KERNEL);
	if (!lut) {
		return -ENOMEM;
	}
	while (read < ARRAY_SIZE(from) && !ret) {
		ret = copy_from_user(lut + read * crtc->gamma_size, from[read],
				     size);
		read += !ret;
	}
	mutex_lock(&dev->mode_config.mutex);
	/* What could be read is told by GETGAMMA, as in Linux. */
	memcpy(crtc->gamma_store, lut, read * size);
	if (!ret) {
		ret = drm_atomic_helper_legacy_gamma_set(
			crtc, lut, lut + crtc->gamma_size,
			lut + 2 * crtc->gamma_size, crtc->gamma_size);
	}
	mutex_unlock(&dev->mode_config.mutex);
	kfree(lut);
	return ret;
}
