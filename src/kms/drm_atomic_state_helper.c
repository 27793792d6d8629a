/* SPDX-License-Identifier: MIT */
/**
 * DOC: states of objects
 *
 * A copy has references of its own to blobs and framebuffers. What is about one
 * change only is not copied: events, commits, fences to wait for, damage, jobs
 * of writeback, and what has changed.
 */
#include <linux/dma-fence.h>
#include <linux/slab.h>
#include <string.h>

#include "internal.h"

void __drm_atomic_helper_crtc_reset(struct drm_crtc *crtc,
				    struct drm_crtc_state *state)
{
	if (state) {
		state->crtc = crtc;
	}
	if (crtc->index < crtc->dev->num_crtcs) {
		drm_crtc_vblank_reset(crtc);
	}
	crtc->state = state;
}

void drm_atomic_helper_crtc_reset(struct drm_crtc *crtc)
{
	struct drm_crtc_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (crtc->state) {
		crtc->funcs->atomic_destroy_state(crtc, crtc->state);
	}
	__drm_atomic_helper_crtc_reset(crtc, state);
}

static void get_blob(struct drm_property_blob *blob)
{
	if (blob) {
		drm_property_blob_get(blob);
	}
}

void __drm_atomic_helper_crtc_duplicate_state(struct drm_crtc *crtc,
					      struct drm_crtc_state *state)
{
	*state = *crtc->state;
	get_blob(state->mode_blob);
	get_blob(state->degamma_lut);
	get_blob(state->ctm);
	get_blob(state->gamma_lut);
	state->mode_changed = false;
	state->active_changed = false;
	state->planes_changed = false;
	state->connectors_changed = false;
	state->color_mgmt_changed = false;
	state->zpos_changed = false;
	state->commit = NULL;
	state->event = NULL;
	state->async_flip = false;
}

struct drm_crtc_state *
drm_atomic_helper_crtc_duplicate_state(struct drm_crtc *crtc)
{
	struct drm_crtc_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (state) {
		__drm_atomic_helper_crtc_duplicate_state(crtc, state);
	}
	return state;
}

void __drm_atomic_helper_crtc_destroy_state(struct drm_crtc_state *state)
{
	struct drm_crtc_commit *commit = state->commit;

	if (commit) {
		/* The event was never sent. If it is not commit->event it is
		 * its maker's, and gone perhaps. */
		if (state->event && commit->abort_completion) {
			drm_crtc_commit_put(commit);
		}
		kfree(commit->event);
		commit->event = NULL;
		drm_crtc_commit_put(commit);
	}
	drm_property_blob_put(state->mode_blob);
	drm_property_blob_put(state->degamma_lut);
	drm_property_blob_put(state->ctm);
	drm_property_blob_put(state->gamma_lut);
}

void drm_atomic_helper_crtc_destroy_state(struct drm_crtc *crtc,
					  struct drm_crtc_state *state)
{
	(void)crtc;
	__drm_atomic_helper_crtc_destroy_state(state);
	kfree(state);
}

/* A property's first value, if the plane has it. */
static u64 default_value(struct drm_plane *plane, struct drm_property *property)
{
	u64 value = 0;

	if (property) {
		drm_object_property_get_default_value(&plane->base, property,
						      &value);
	}
	return value;
}

void __drm_atomic_helper_plane_reset(struct drm_plane *plane,
				     struct drm_plane_state *state)
{
	if (state) {
		state->plane = plane;
		state->rotation = DRM_MODE_ROTATE_0;
		state->alpha = DRM_BLEND_ALPHA_OPAQUE;
		state->pixel_blend_mode = DRM_MODE_BLEND_PREMULTI;
		state->color_encoding =
			default_value(plane, plane->color_encoding_property);
		state->color_range =
			default_value(plane, plane->color_range_property);
		state->zpos = (u32)default_value(plane, plane->zpos_property);
		state->normalized_zpos = state->zpos;
	}
	plane->state = state;
}

void drm_atomic_helper_plane_reset(struct drm_plane *plane)
{
	struct drm_plane_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (plane->state) {
		plane->funcs->atomic_destroy_state(plane, plane->state);
	}
	__drm_atomic_helper_plane_reset(plane, state);
}

void __drm_atomic_helper_plane_duplicate_state(struct drm_plane *plane,
					       struct drm_plane_state *state)
{
	*state = *plane->state;
	if (state->fb) {
		drm_framebuffer_get(state->fb);
	}
	state->fence = NULL;
	state->commit = NULL;
	state->fb_damage_clips = NULL;
}

struct drm_plane_state *
drm_atomic_helper_plane_duplicate_state(struct drm_plane *plane)
{
	struct drm_plane_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (state) {
		__drm_atomic_helper_plane_duplicate_state(plane, state);
	}
	return state;
}

void __drm_atomic_helper_plane_destroy_state(struct drm_plane_state *state)
{
	if (state->fb) {
		drm_framebuffer_put(state->fb);
	}
	dma_fence_put(state->fence);
	if (state->commit) {
		drm_crtc_commit_put(state->commit);
	}
	drm_property_blob_put(state->fb_damage_clips);
}

void drm_atomic_helper_plane_destroy_state(struct drm_plane *plane,
					   struct drm_plane_state *state)
{
	(void)plane;
	__drm_atomic_helper_plane_destroy_state(state);
	kfree(state);
}

void drm_atomic_helper_connector_reset(struct drm_connector *connector)
{
	struct drm_connector_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (connector->state) {
		connector->funcs->atomic_destroy_state(connector,
						       connector->state);
	}
	if (state) {
		state->connector = connector;
	}
	connector->state = state;
}

struct drm_connector_state *
drm_atomic_helper_connector_duplicate_state(struct drm_connector *connector)
{
	struct drm_connector_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state) {
		return NULL;
	}
	*state = *connector->state;
	if (state->crtc) {
		drm_connector_get(connector);
	}
	state->commit = NULL;
	/* A picture is written once. */
	state->writeback_job = NULL;
	return state;
}

void drm_atomic_helper_connector_destroy_state(
	struct drm_connector *connector, struct drm_connector_state *state)
{
	if (state->crtc) {
		drm_connector_put(connector);
	}
	if (state->commit) {
		drm_crtc_commit_put(state->commit);
	}
	if (state->writeback_job) {
		drm_writeback_cleanup_job(state->writeback_job);
	}
	kfree(state);
}
