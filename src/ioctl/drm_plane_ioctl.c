/* SPDX-License-Identifier: MIT */
/* Planes: which there are, and what they show. */
#include <linux/err.h>
#include <string.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

int drm_mode_getplane_res_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	struct drm_mode_get_plane_res *args = data;
	struct drm_plane *plane;
	u32 ids[DRM_MAX_PLANES], count = 0;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	drm_for_each_plane (plane, dev) {
		/* The others are part of CRTCs, for programs that know no
		 * better. */
		if (plane->type != DRM_PLANE_TYPE_OVERLAY &&
		    !file->universal_planes) {
			continue;
		}
		if (drm_lease_held(file, plane->base.id)) {
			ids[count++] = plane->base.id;
		}
	}
	ret = copy_to_user(args->plane_id_ptr, ids,
			   min(count, args->count_planes) * sizeof(*ids));
	if (!ret) {
		args->count_planes = count;
	}
	return ret;
}

/* What a plane shows, and on which CRTC, as far as the file may know. */
static void tell_state(struct drm_plane *plane, struct drm_file *file,
		       struct drm_mode_get_plane *args)
{
	struct mutex *mutex = &plane->dev->mode_config.mutex;
	const struct drm_plane_state *state;

	args->crtc_id = 0;
	args->fb_id = 0;
	mutex_lock(mutex);
	state = plane->state;
	if (state && state->crtc) {
		args->crtc_id = state->crtc->base.id;
	}
	if (state && state->fb) {
		args->fb_id = state->fb->base.id;
	}
	mutex_unlock(mutex);
	if (args->crtc_id && !drm_lease_held(file, args->crtc_id)) {
		args->crtc_id = 0;
	}
}

int drm_mode_getplane_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	struct drm_mode_get_plane *args = data;
	struct drm_plane *plane;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	plane = drm_plane_find(dev, file, args->plane_id);
	if (!plane) {
		return -ENOENT;
	}
	tell_state(plane, file, args);
	args->possible_crtcs =
		drm_lease_filter_crtcs(file, plane->possible_crtcs);
	args->gamma_size = 0;
	/* All of them or none. */
	if (args->count_format_types >= plane->format_count &&
	    copy_to_user(args->format_type_ptr, plane->format_types,
			 plane->format_count * sizeof(u32))) {
		return -EFAULT;
	}
	args->count_format_types = plane->format_count;
	return 0;
}

int drm_mode_setplane_ioctl(struct drm_device *dev, void *data,
			    struct drm_file *file)
{
	const struct drm_mode_set_plane *args = data;
	struct drm_framebuffer *fb = NULL;
	struct drm_crtc *crtc = NULL;
	struct drm_plane *plane;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	plane = drm_plane_find(dev, file, args->plane_id);
	if (!plane) {
		return -ENOENT;
	}
	/* Without a framebuffer it is switched off, wherever it is. */
	if (args->fb_id) {
		fb = drm_framebuffer_lookup(dev, file, args->fb_id);
		if (!fb) {
			return -ENOENT;
		}
		crtc = drm_crtc_find(dev, file, args->crtc_id);
		if (!crtc) {
			ret = -ENOENT;
			goto out;
		}
	}
	ret = drm_plane_set(plane, crtc, fb, args);
out:
	if (fb) {
		drm_framebuffer_put(fb);
	}
	return ret;
}

int drm_mode_cursor_ioctl(struct drm_device *dev, void *data,
			  struct drm_file *file)
{
	struct drm_mode_cursor2 args = {0};

	static_assert(sizeof(struct drm_mode_cursor) <=
			      offsetof(struct drm_mode_cursor2, hot_x),
		      "the newer argument begins as the older one");
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	memcpy(&args, data, sizeof(struct drm_mode_cursor));
	return drm_mode_cursor(dev, &args, file);
}

int drm_mode_cursor2_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	return drm_mode_cursor(dev, data, file);
}

int drm_mode_page_flip_ioctl(struct drm_device *dev, void *data,
			     struct drm_file *file)
{
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	return drm_mode_page_flip(dev, data, file);
}
