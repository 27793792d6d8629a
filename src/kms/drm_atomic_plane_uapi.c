/* SPDX-License-Identifier: MIT */
/* The properties of planes that are part of their state. */
#include <linux/dma-fence.h>
#include <linux/err.h>

#include "internal.h"

#define ROTATE_MASK                                                            \
	(DRM_MODE_ROTATE_0 | DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_180 |        \
	 DRM_MODE_ROTATE_270)

static int set_in_fence(struct drm_plane_state *state, u64 value,
			struct dma_fence *fence)
{
	if (state->fence) {
		return -EINVAL;
	}
	if ((s64)value == -1) {
		return 0;
	}
	state->fence = dma_fence_get(fence);
	return fence ? 0 : -EINVAL;
}

static void set_fb_id(struct drm_plane_state *state, struct drm_file *file,
		      u64 value)
{
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(state->plane->dev, file, (u32)value);

	drm_atomic_set_fb_for_plane(state, fb);
	if (fb) {
		drm_framebuffer_put(fb);
	}
}

static int set_rotation(struct drm_plane_state *state, u64 value)
{
	u64 rotate = value & ROTATE_MASK;

	/* Exactly one of them. */
	if (!rotate || rotate & (rotate - 1)) {
		return -EINVAL;
	}
	state->rotation = (u32)value;
	return 0;
}

/* How a plane is blended with those under it. */
static int set_blending(struct drm_plane_state *state,
			struct drm_property *property, u64 value)
{
	struct drm_plane *plane = state->plane;

	if (property == plane->alpha_property) {
		state->alpha = (u16)value;
	} else if (property == plane->blend_mode_property) {
		state->pixel_blend_mode = (u16)value;
	} else if (property == plane->rotation_property) {
		return set_rotation(state, value);
	} else if (property == plane->zpos_property) {
		state->zpos = (u32)value;
	} else if (property == plane->color_encoding_property) {
		state->color_encoding = value;
	} else if (property == plane->color_range_property) {
		state->color_range = value;
	} else {
		return -EINVAL;
	}
	return 0;
}

int drm_atomic_plane_set_property(struct drm_plane_state *state,
				  struct drm_file *file,
				  struct drm_property *property, u64 value,
				  struct dma_fence *fence)
{
	struct drm_device *dev = state->plane->dev;
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_crtc *crtc;
	bool replaced;
	int ret;

	if (property == config->prop_fb_id) {
		set_fb_id(state, file, value);
	} else if (property == config->prop_in_fence_fd) {
		return set_in_fence(state, value, fence);
	} else if (property == config->prop_crtc_id) {
		ret = drm_atomic_find_crtc(dev, file, value, &crtc);
		return ret ? ret : drm_atomic_set_crtc_for_plane(state, crtc);
	} else if (property == config->prop_crtc_x) {
		state->crtc_x = (s32)value;
	} else if (property == config->prop_crtc_y) {
		state->crtc_y = (s32)value;
	} else if (property == config->prop_crtc_w) {
		state->crtc_w = (u32)value;
	} else if (property == config->prop_crtc_h) {
		state->crtc_h = (u32)value;
	} else if (property == config->prop_src_x) {
		state->src_x = (u32)value;
	} else if (property == config->prop_src_y) {
		state->src_y = (u32)value;
	} else if (property == config->prop_src_w) {
		state->src_w = (u32)value;
	} else if (property == config->prop_src_h) {
		state->src_h = (u32)value;
	} else if (property == config->prop_fb_damage_clips) {
		return drm_property_replace_blob_from_id(
			dev, &state->fb_damage_clips, value, -1,
			sizeof(struct drm_mode_rect), &replaced);
	} else {
		return set_blending(state, property, value);
	}
	return 0;
}

static int get_blending(struct drm_plane *plane,
			const struct drm_plane_state *state,
			struct drm_property *property, u64 *value)
{
	if (property == plane->alpha_property) {
		*value = state->alpha;
	} else if (property == plane->blend_mode_property) {
		*value = state->pixel_blend_mode;
	} else if (property == plane->rotation_property) {
		*value = state->rotation;
	} else if (property == plane->zpos_property) {
		*value = state->zpos;
	} else if (property == plane->color_encoding_property) {
		*value = state->color_encoding;
	} else if (property == plane->color_range_property) {
		*value = state->color_range;
	} else {
		return -EINVAL;
	}
	return 0;
}

int drm_atomic_plane_get_property(struct drm_plane *plane,
				  const struct drm_plane_state *state,
				  struct drm_property *property, u64 *value)
{
	struct drm_mode_config *config = &plane->dev->mode_config;

	if (property == config->prop_fb_id) {
		*value = state->fb ? state->fb->base.id : 0;
	} else if (property == config->prop_in_fence_fd) {
		*value = (u64)-1;
	} else if (property == config->prop_crtc_id) {
		*value = state->crtc ? state->crtc->base.id : 0;
	} else if (property == config->prop_crtc_x) {
		*value = (u64)(s64)state->crtc_x;
	} else if (property == config->prop_crtc_y) {
		*value = (u64)(s64)state->crtc_y;
	} else if (property == config->prop_crtc_w) {
		*value = state->crtc_w;
	} else if (property == config->prop_crtc_h) {
		*value = state->crtc_h;
	} else if (property == config->prop_src_x) {
		*value = state->src_x;
	} else if (property == config->prop_src_y) {
		*value = state->src_y;
	} else if (property == config->prop_src_w) {
		*value = state->src_w;
	} else if (property == config->prop_src_h) {
		*value = state->src_h;
	} else if (property == config->prop_fb_damage_clips) {
		*value = drm_blob_id(state->fb_damage_clips);
	} else {
		return get_blending(plane, state, property, value);
	}
	return 0;
}
