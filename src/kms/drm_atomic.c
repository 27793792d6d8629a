/* SPDX-License-Identifier: MIT */
/**
 * DOC: building and checking a change
 *
 * What becomes part of a change is a copy of the object's state; the caller
 * alters that. Until the states are swapped (drm_atomic_helper_commit()) the
 * new ones belong to the change, and from then on the old ones:
 * drm_atomic_state_clear() gives up what belongs to it.
 *
 * mode_config.mutex is held while a change is built and checked: the old states
 * are those of the objects.
 */
#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

static void commit_free(struct kref *ref)
{
	kfree(container_of(ref, struct drm_crtc_commit, ref));
}

void drm_crtc_commit_get(struct drm_crtc_commit *commit)
{
	kref_get(&commit->ref);
}

void drm_crtc_commit_put(struct drm_crtc_commit *commit)
{
	kref_put(&commit->ref, commit_free);
}

static void free_arrays(struct drm_atomic_state *state)
{
	kfree(state->crtcs);
	kfree(state->planes);
	kfree(state->connectors);
	kfree(state);
}

struct drm_atomic_state *drm_atomic_state_alloc(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_atomic_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state) {
		return NULL;
	}
	kref_init(&state->ref);
	state->allow_modeset = true;
	state->num_connector = (unsigned int)config->num_connector;
	state->crtcs = kcalloc((size_t)config->num_crtc, sizeof(*state->crtcs),
			       GFP_KERNEL);
	state->planes = kcalloc((size_t)config->num_total_plane,
				sizeof(*state->planes), GFP_KERNEL);
	state->connectors = kcalloc((size_t)config->num_connector,
				    sizeof(*state->connectors), GFP_KERNEL);
	if (!state->crtcs || !state->planes || !state->connectors) {
		free_arrays(state);
		return NULL;
	}
	drm_dev_get(dev);
	state->dev = dev;
	return state;
}

void drm_atomic_state_clear(struct drm_atomic_state *state)
{
	struct drm_mode_config *config = &state->dev->mode_config;

	for (unsigned int i = 0; i < state->num_connector; i++) {
		struct __drm_connnectors_state *c = &state->connectors[i];

		if (c->ptr) {
			c->ptr->funcs->atomic_destroy_state(c->ptr, c->state);
			drm_connector_put(c->ptr);
		}
		*c = (struct __drm_connnectors_state){0};
	}
	for (int i = 0; i < config->num_crtc; i++) {
		struct __drm_crtcs_state *c = &state->crtcs[i];

		if (c->ptr) {
			c->ptr->funcs->atomic_destroy_state(c->ptr, c->state);
		}
		if (c->commit) {
			drm_crtc_commit_put(c->commit);
		}
		*c = (struct __drm_crtcs_state){0};
	}
	for (int i = 0; i < config->num_total_plane; i++) {
		struct __drm_planes_state *p = &state->planes[i];

		if (p->ptr) {
			p->ptr->funcs->atomic_destroy_state(p->ptr, p->state);
		}
		*p = (struct __drm_planes_state){0};
	}
	if (state->fake_commit) {
		drm_crtc_commit_put(state->fake_commit);
		state->fake_commit = NULL;
	}
}

static void state_release(struct kref *ref)
{
	struct drm_atomic_state *state =
		container_of(ref, struct drm_atomic_state, ref);
	struct drm_device *dev = state->dev;

	drm_atomic_state_clear(state);
	free_arrays(state);
	drm_dev_put(dev);
}

struct drm_atomic_state *drm_atomic_state_get(struct drm_atomic_state *state)
{
	kref_get(&state->ref);
	return state;
}

void drm_atomic_state_put(struct drm_atomic_state *state)
{
	kref_put(&state->ref, state_release);
}

struct drm_crtc_state *drm_atomic_get_crtc_state(struct drm_atomic_state *state,
						 struct drm_crtc *crtc)
{
	struct __drm_crtcs_state *entry = &state->crtcs[crtc->index];
	struct drm_crtc_state *crtc_state;

	lockdep_assert_held(&state->dev->mode_config.mutex);
	if (entry->ptr) {
		return entry->state;
	}
	crtc_state = crtc->funcs->atomic_duplicate_state(crtc);
	if (!crtc_state) {
		return ERR_PTR(-ENOMEM);
	}
	crtc_state->state = state;
	entry->ptr = crtc;
	entry->state = crtc_state;
	entry->old_state = crtc->state;
	entry->new_state = crtc_state;
	return crtc_state;
}

struct drm_plane_state *
drm_atomic_get_plane_state(struct drm_atomic_state *state,
			   struct drm_plane *plane)
{
	struct __drm_planes_state *entry = &state->planes[plane->index];
	struct drm_plane_state *plane_state;
	struct drm_crtc_state *crtc_state;

	lockdep_assert_held(&state->dev->mode_config.mutex);
	if (entry->ptr) {
		return entry->state;
	}
	plane_state = plane->funcs->atomic_duplicate_state(plane);
	if (!plane_state) {
		return ERR_PTR(-ENOMEM);
	}
	plane_state->state = state;
	entry->ptr = plane;
	entry->state = plane_state;
	entry->old_state = plane->state;
	entry->new_state = plane_state;
	if (plane_state->crtc) {
		crtc_state =
			drm_atomic_get_crtc_state(state, plane_state->crtc);
		if (IS_ERR(crtc_state)) {
			return ERR_CAST(crtc_state);
		}
	}
	return plane_state;
}

struct drm_connector_state *
drm_atomic_get_connector_state(struct drm_atomic_state *state,
			       struct drm_connector *connector)
{
	struct __drm_connnectors_state *entry =
		&state->connectors[connector->index];
	struct drm_connector_state *conn_state;
	struct drm_crtc_state *crtc_state;

	lockdep_assert_held(&state->dev->mode_config.mutex);
	if (entry->ptr) {
		return entry->state;
	}
	conn_state = connector->funcs->atomic_duplicate_state(connector);
	if (!conn_state) {
		return ERR_PTR(-ENOMEM);
	}
	conn_state->state = state;
	drm_connector_get(connector);
	entry->ptr = connector;
	entry->state = conn_state;
	entry->old_state = connector->state;
	entry->new_state = conn_state;
	if (conn_state->crtc) {
		crtc_state = drm_atomic_get_crtc_state(state, conn_state->crtc);
		if (IS_ERR(crtc_state)) {
			return ERR_CAST(crtc_state);
		}
	}
	return conn_state;
}

int drm_atomic_add_affected_connectors(struct drm_atomic_state *state,
				       struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(state, crtc);
	struct drm_connector_state *conn_state;
	struct drm_connector *connector;

	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	/* Those that are changed are part of it already. */
	drm_for_each_connector (connector, state->dev) {
		if (!(crtc_state->connector_mask &
		      drm_connector_mask(connector))) {
			continue;
		}
		conn_state = drm_atomic_get_connector_state(state, connector);
		if (IS_ERR(conn_state)) {
			return (int)PTR_ERR(conn_state);
		}
	}
	return 0;
}

int drm_atomic_add_affected_planes(struct drm_atomic_state *state,
				   struct drm_crtc *crtc)
{
	const struct drm_crtc_state *old =
		drm_atomic_get_old_crtc_state(state, crtc);
	struct drm_plane_state *plane_state;
	struct drm_plane *plane;

	drm_for_each_plane_mask (plane, state->dev, old->plane_mask) {
		plane_state = drm_atomic_get_plane_state(state, plane);
		if (IS_ERR(plane_state)) {
			return (int)PTR_ERR(plane_state);
		}
	}
	return 0;
}

static int check_damage(const struct drm_plane_state *state)
{
	const struct drm_property_blob *blob = state->fb_damage_clips;
	const struct drm_mode_rect *clips = blob ? blob->data : NULL;
	size_t nr = blob ? blob->length / sizeof(*clips) : 0;
	/* The kernel compares pixels with 16.16. */
	s64 width = (s64)(u32)(state->fb->width << 16);
	s64 height = (s64)(u32)(state->fb->height << 16);

	for (size_t i = 0; i < nr; i++) {
		const struct drm_mode_rect *clip = &clips[i];

		if (clip->x1 >= clip->x2 || clip->y1 >= clip->y2 ||
		    clip->x1 < 0 || clip->y1 < 0 || clip->x2 > width ||
		    clip->y2 > height) {
			return -EINVAL;
		}
	}
	return 0;
}

static int check_plane(const struct drm_plane_state *old,
		       const struct drm_plane_state *state)
{
	struct drm_plane *plane = state->plane;
	const struct drm_framebuffer *fb = state->fb;
	u32 width, height;
	int ret;

	if (!state->crtc != !fb) {
		return -EINVAL;
	}
	/* What does not show anything may have any values. */
	if (!fb) {
		return 0;
	}
	if (!(plane->possible_crtcs & drm_crtc_mask(state->crtc))) {
		return -EINVAL;
	}
	if (!drm_plane_has_format(plane, fb->format->format, fb->modifier)) {
		return -EINVAL;
	}
	if (state->crtc_w > INT_MAX || state->crtc_h > INT_MAX ||
	    state->crtc_x > INT_MAX - (s32)state->crtc_w ||
	    state->crtc_y > INT_MAX - (s32)state->crtc_h) {
		return -ERANGE;
	}
	width = fb->width << 16;
	height = fb->height << 16;
	if (state->src_w > width || state->src_x > width - state->src_w ||
	    state->src_h > height || state->src_y > height - state->src_h) {
		return -ENOSPC;
	}
	ret = check_damage(state);
	if (ret) {
		return ret;
	}
	/* From one CRTC to another it goes by way of none. */
	return old->crtc && old->crtc != state->crtc ? -EINVAL : 0;
}

static int check_crtc(const struct drm_crtc_state *old,
		      const struct drm_crtc_state *state)
{
	if (state->active && !state->enable) {
		return -EINVAL;
	}
	if (WARN_ON(state->enable != !!state->mode_blob)) {
		return -EINVAL;
	}
	/* Nothing would be shown, and no event come. */
	if (state->event && !state->active && !old->active) {
		return -EINVAL;
	}
	return 0;
}

static int check_connector(struct drm_connector *connector,
			   struct drm_connector_state *state)
{
	struct drm_writeback_job *job = state->writeback_job;
	const struct drm_crtc_state *crtc_state;

	if (connector->connector_type != DRM_MODE_CONNECTOR_WRITEBACK || !job) {
		return 0;
	}
	if (!job->fb) {
		if (job->out_fence) {
			return -EINVAL;
		}
		drm_writeback_cleanup_job(job);
		state->writeback_job = NULL;
		return 0;
	}
	if (!state->crtc) {
		return -EINVAL;
	}
	crtc_state = drm_atomic_get_new_crtc_state(state->state, state->crtc);
	return crtc_state->active ? 0 : -EINVAL;
}

/* What holds for all drivers. */
static int check_core(struct drm_atomic_state *state)
{
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret;

	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		ret = check_plane(old_plane, new_plane);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		ret = check_crtc(old_crtc, new_crtc);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		ret = check_connector(connector, new_conn);
		if (ret) {
			return ret;
		}
	}
	return 0;
}

int drm_atomic_check_only(struct drm_atomic_state *state)
{
	const struct drm_mode_config_funcs *funcs =
		state->dev->mode_config.funcs;
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i, ret = check_core(state);

	if (!ret && funcs->atomic_check) {
		ret = funcs->atomic_check(state->dev, state);
	}
	if (ret || state->allow_modeset) {
		return ret;
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (drm_atomic_crtc_needs_modeset(new_state)) {
			return -EINVAL;
		}
	}
	return 0;
}

static int commit(struct drm_atomic_state *state, bool nonblock)
{
	const struct drm_mode_config_funcs *funcs =
		state->dev->mode_config.funcs;
	int ret = drm_atomic_check_only(state);

	return ret ? ret : funcs->atomic_commit(state->dev, state, nonblock);
}

int drm_atomic_commit(struct drm_atomic_state *state)
{
	return commit(state, false);
}

int drm_atomic_nonblocking_commit(struct drm_atomic_state *state)
{
	return commit(state, true);
}
