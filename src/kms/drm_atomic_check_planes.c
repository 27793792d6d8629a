/* SPDX-License-Identifier: MIT */
/* What a driver has checked for it of the planes of a change. */
#include <linux/err.h>

#include "internal.h"

int drm_atomic_helper_check_plane_state(struct drm_plane_state *plane_state,
					const struct drm_crtc_state *crtc_state,
					int min_scale, int max_scale,
					bool can_position,
					bool can_update_disabled)
{
	struct drm_framebuffer *fb = plane_state->fb;
	struct drm_rect *src = &plane_state->src, *dst = &plane_state->dst;
	struct drm_rect clip = {0};
	int hscale, vscale, width, height;

	plane_state->visible = false;
	if (!fb || WARN_ON(!plane_state->crtc)) {
		return 0;
	}
	*src = DRM_RECT_INIT((int)plane_state->src_x, (int)plane_state->src_y,
			     (int)plane_state->src_w, (int)plane_state->src_h);
	*dst = DRM_RECT_INIT(plane_state->crtc_x, plane_state->crtc_y,
			     (int)plane_state->crtc_w,
			     (int)plane_state->crtc_h);
	if (!crtc_state->enable && !can_update_disabled) {
		return -EINVAL;
	}
	width = (int)(fb->width << 16);
	height = (int)(fb->height << 16);
	drm_rect_rotate(src, width, height, plane_state->rotation);
	hscale = drm_rect_calc_hscale(src, dst, min_scale, max_scale);
	vscale = drm_rect_calc_vscale(src, dst, min_scale, max_scale);
	if (hscale < 0 || vscale < 0) {
		return -ERANGE;
	}
	if (crtc_state->enable) {
		drm_mode_get_hv_timing(&crtc_state->mode, &clip.x2, &clip.y2);
	}
	plane_state->visible = drm_rect_clip_scaled(src, dst, &clip);
	drm_rect_rotate_inv(src, width, height, plane_state->rotation);
	/* One that is not seen may be anywhere. */
	if (plane_state->visible && !can_position &&
	    !drm_rect_equals(dst, &clip)) {
		return -EINVAL;
	}
	return 0;
}

static void note_plane(struct drm_atomic_state *state,
		       const struct drm_plane_state *old_state,
		       struct drm_plane_state *new_state)
{
	struct drm_crtc_state *crtc_state;

	if (old_state->crtc) {
		crtc_state =
			drm_atomic_get_new_crtc_state(state, old_state->crtc);
		crtc_state->planes_changed = true;
	}
	if (new_state->crtc) {
		crtc_state =
			drm_atomic_get_new_crtc_state(state, new_state->crtc);
		crtc_state->planes_changed = true;
		/* All of it is to be shown. */
		if (drm_atomic_crtc_needs_modeset(crtc_state)) {
			drm_property_replace_blob(&new_state->fb_damage_clips,
						  NULL);
		}
	}
}

int drm_atomic_helper_check_planes(struct drm_device *dev,
				   struct drm_atomic_state *state)
{
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret;

	(void)dev;
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		const struct drm_plane_helper_funcs *funcs =
			plane->helper_private;

		note_plane(state, old_plane, new_plane);
		ret = funcs && funcs->atomic_check
			      ? funcs->atomic_check(plane, state)
			      : 0;
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		ret = funcs && funcs->atomic_check
			      ? funcs->atomic_check(crtc, state)
			      : 0;
		if (ret) {
			return ret;
		}
	}
	return 0;
}
