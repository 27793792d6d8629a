/* SPDX-License-Identifier: MIT */
/* Planes: all alike. What they show is put together by the CRTC. */
#include "vkms.h"

#define ROTATIONS                                                              \
	(DRM_MODE_ROTATE_0 | DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_180 |        \
	 DRM_MODE_ROTATE_270 | DRM_MODE_REFLECT_X | DRM_MODE_REFLECT_Y)
#define ENCODINGS                                                              \
	(1 << DRM_COLOR_YCBCR_BT601 | 1 << DRM_COLOR_YCBCR_BT709 |             \
	 1 << DRM_COLOR_YCBCR_BT2020)
#define RANGES                                                                 \
	(1 << DRM_COLOR_YCBCR_LIMITED_RANGE | 1 << DRM_COLOR_YCBCR_FULL_RANGE)

static int vkms_plane_atomic_check(struct drm_plane *plane,
				   struct drm_atomic_state *state)
{
	struct drm_plane_state *plane_state =
		drm_atomic_get_new_plane_state(state, plane);
	struct drm_crtc_state *crtc_state;

	if (!plane_state->fb || WARN_ON(!plane_state->crtc)) {
		return 0;
	}
	crtc_state = drm_atomic_get_crtc_state(state, plane_state->crtc);
	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	return drm_atomic_helper_check_plane_state(
		plane_state, crtc_state, DRM_PLANE_NO_SCALING,
		DRM_PLANE_NO_SCALING, true, true);
}

static const struct drm_plane_helper_funcs vkms_plane_helper_funcs = {
	.atomic_check = vkms_plane_atomic_check,
};

static const struct drm_plane_funcs vkms_plane_funcs = {
	.reset = drm_atomic_helper_plane_reset,
	.atomic_duplicate_state = drm_atomic_helper_plane_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_plane_destroy_state,
};

int vkms_plane_init(struct drm_device *dev, struct drm_plane *plane,
		    enum drm_plane_type type, unsigned int index)
{
	int ret;

	ret = drm_universal_plane_init(dev, plane, 1u << index,
				       &vkms_plane_funcs, vkms_formats,
				       vkms_nr_formats, NULL, type);
	if (ret) {
		return ret;
	}
	drm_plane_helper_add(plane, &vkms_plane_helper_funcs);
	ret = drm_plane_create_rotation_property(plane, DRM_MODE_ROTATE_0,
						 ROTATIONS);
	if (!ret) {
		ret = drm_plane_create_color_properties(
			plane, ENCODINGS, RANGES, DRM_COLOR_YCBCR_BT601,
			DRM_COLOR_YCBCR_FULL_RANGE);
	}
	if (ret) {
		drm_plane_cleanup(plane);
	}
	return ret;
}
