/* SPDX-License-Identifier: MIT */
/**
 * DOC: how a change is shown
 *
 * The tail waits for fences and for the changes before it, tells the driver in
 * steps what to do, and cleans up when it is shown. The states that it works
 * with are its own: the old ones anyway, the new ones until hw_done, when a
 * later change may replace them. The mutex is held in each step, as others
 * look at the new ones meanwhile.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* As long as the kernel waits for a display that does not answer. */
#define FLIP_NS (10 * NSEC_PER_SEC)

void drm_atomic_set_fence_deadlines(struct drm_atomic_state *state)
{
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	s64 first = 0, time;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		if (new_crtc->active &&
		    !drm_atomic_crtc_needs_modeset(new_crtc) &&
		    drm_crtc_next_vblank_start(crtc, &time) &&
		    (!first || time < first)) {
			first = time;
		}
	}
	if (!first) {
		return;
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		if (new_plane->fence) {
			dma_fence_set_deadline(new_plane->fence, first);
		}
	}
}

/* The next fence that a plane waits for, the caller's from now on; NULL: all
 * were waited for. */
static struct dma_fence *take_fence(struct drm_atomic_state *state)
{
	struct mutex *mutex = &state->dev->mode_config.mutex;
	struct drm_plane_state *old_state, *new_state;
	struct dma_fence *fence = NULL;
	struct drm_plane *plane;
	int i;

	mutex_lock(mutex);
	for_each_oldnew_plane_in_state (state, plane, old_state, new_state, i) {
		if (!fence) {
			fence = new_state->fence;
			new_state->fence = fence ? NULL : new_state->fence;
		}
	}
	mutex_unlock(mutex);
	return fence;
}

static void wait_for_fence(struct dma_fence *fence)
{
	struct task *task = current_task();

	if (dma_fence_wait(fence, false)) {
		/* The task cannot wait, but this thread can. */
		set_current_task(NULL);
		dma_fence_wait(fence, false);
		set_current_task(task);
	}
}

static void wait_for_fences(struct drm_atomic_state *state)
{
	struct mutex *mutex = &state->dev->mode_config.mutex;
	struct dma_fence *fence;

	mutex_lock(mutex);
	drm_atomic_set_fence_deadlines(state);
	mutex_unlock(mutex);
	while ((fence = take_fence(state)) != NULL) {
		wait_for_fence(fence);
		dma_fence_put(fence);
	}
}

/* A change before this one, or none, is shown. */
static void wait_for_commit(struct drm_crtc_commit *commit)
{
	if (commit) {
		WARN_ON(wait_for_completion_timeout(&commit->hw_done, FLIP_NS,
						    false) ||
			wait_for_completion_timeout(&commit->flip_done, FLIP_NS,
						    false));
	}
}

static void wait_for_dependencies(struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		wait_for_commit(old_crtc->commit);
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		wait_for_commit(old_conn->commit);
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		wait_for_commit(old_plane->commit);
	}
}

static void disable_crtcs(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		if (!old_state->active ||
		    !drm_atomic_crtc_needs_modeset(new_state)) {
			continue;
		}
		if (funcs->atomic_disable) {
			funcs->atomic_disable(crtc, state);
		}
		/* Has it called drm_crtc_vblank_off()? */
		if (state->dev->num_crtcs &&
		    WARN_ON(!drm_crtc_vblank_get(crtc))) {
			drm_crtc_vblank_put(crtc);
		}
	}
}

/* What the old ioctls tell of encoders and connectors. */
static void update_connectors(struct drm_atomic_state *state)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_connector *connector;
	int i;

	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		struct drm_crtc *crtc = new_state->crtc;

		if (connector->encoder) {
			connector->encoder->crtc = NULL;
			connector->encoder = NULL;
		}
		if (crtc ? drm_atomic_crtc_needs_modeset(crtc->state)
			 : !!old_state->crtc) {
			connector->dpms = crtc && crtc->state->active
						  ? DRM_MODE_DPMS_ON
						  : DRM_MODE_DPMS_OFF;
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		if (new_state->crtc && !WARN_ON(!new_state->best_encoder)) {
			connector->encoder = new_state->best_encoder;
			connector->encoder->crtc = new_state->crtc;
		}
	}
}

static void update_modes(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		spin_lock(&state->dev->event_lock);
		crtc->mode = new_state->mode;
		if (new_state->enable) {
			drm_calc_timestamping_constants(
				crtc, &new_state->adjusted_mode);
		}
		spin_unlock(&state->dev->event_lock);
	}
}

void drm_atomic_helper_commit_modeset_disables(struct drm_device *dev,
					       struct drm_atomic_state *state)
{
	mutex_lock(&dev->mode_config.mutex);
	disable_crtcs(state);
	update_connectors(state);
	update_modes(state);
	mutex_unlock(&dev->mode_config.mutex);
}

void drm_atomic_helper_commit_modeset_enables(struct drm_device *dev,
					      struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_crtc *crtc;
	int i;

	mutex_lock(&dev->mode_config.mutex);
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		if (new_crtc->active && new_crtc->enable &&
		    drm_atomic_crtc_needs_modeset(new_crtc) &&
		    funcs->atomic_enable) {
			funcs->atomic_enable(crtc, state);
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		const struct drm_connector_helper_funcs *funcs =
			connector->helper_private;

		if (funcs && funcs->atomic_commit && new_conn->writeback_job &&
		    new_conn->writeback_job->fb) {
			funcs->atomic_commit(connector, state);
		}
	}
	mutex_unlock(&dev->mode_config.mutex);
}

static bool is_active(const struct drm_crtc *crtc)
{
	return crtc && crtc->state->active;
}

static void commit_plane(struct drm_atomic_state *state,
			 struct drm_plane *plane,
			 const struct drm_plane_state *old_state,
			 const struct drm_plane_state *new_state,
			 bool active_only)
{
	const struct drm_plane_helper_funcs *funcs = plane->helper_private;
	bool disabling = old_state->crtc && !new_state->crtc;

	if (!funcs ||
	    (active_only &&
	     !is_active(disabling ? old_state->crtc : new_state->crtc))) {
		return;
	}
	if (disabling && funcs->atomic_disable) {
		funcs->atomic_disable(plane, state);
	} else if ((new_state->crtc || disabling) && funcs->atomic_update) {
		funcs->atomic_update(plane, state);
	}
}

void drm_atomic_helper_commit_planes(struct drm_device *dev,
				     struct drm_atomic_state *state, u32 flags)
{
	bool active_only = flags & DRM_PLANE_COMMIT_ACTIVE_ONLY;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i;

	mutex_lock(&dev->mode_config.mutex);
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		if (funcs && funcs->atomic_begin &&
		    (!active_only || new_crtc->active)) {
			funcs->atomic_begin(crtc, state);
		}
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		commit_plane(state, plane, old_plane, new_plane, active_only);
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		if (funcs && funcs->atomic_flush &&
		    (!active_only || new_crtc->active)) {
			funcs->atomic_flush(crtc, state);
		}
	}
	mutex_unlock(&dev->mode_config.mutex);
}

void drm_atomic_helper_fake_vblank(struct drm_atomic_state *state)
{
	struct drm_device *dev = state->dev;
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	mutex_lock(&dev->mode_config.mutex);
	spin_lock(&dev->event_lock);
	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (new_state->no_vblank && new_state->event) {
			drm_crtc_send_vblank_event(crtc, new_state->event);
			new_state->event = NULL;
		}
	}
	spin_unlock(&dev->event_lock);
	mutex_unlock(&dev->mode_config.mutex);
}

void drm_atomic_helper_commit_hw_done(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc_commit *commit;
	struct drm_crtc *crtc;
	int i;

	mutex_lock(&state->dev->mode_config.mutex);
	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		commit = new_state->commit;
		/* From here on it is found by the old state: the new one may
		 * be replaced. */
		if (old_state->commit) {
			drm_crtc_commit_put(old_state->commit);
		}
		drm_crtc_commit_get(commit);
		old_state->commit = commit;
		WARN_ON(new_state->event);
		complete_all(&commit->hw_done);
	}
	if (state->fake_commit) {
		complete_all(&state->fake_commit->hw_done);
		complete_all(&state->fake_commit->flip_done);
	}
	mutex_unlock(&state->dev->mode_config.mutex);
}

void drm_atomic_helper_wait_for_flip_done(struct drm_device *dev,
					  struct drm_atomic_state *state)
{
	for (int i = 0; i < dev->mode_config.num_crtc; i++) {
		struct drm_crtc_commit *commit = state->crtcs[i].commit;

		if (commit) {
			WARN_ON(wait_for_completion_timeout(&commit->flip_done,
							    FLIP_NS, false));
		}
	}
	if (state->fake_commit) {
		complete_all(&state->fake_commit->flip_done);
	}
}

void drm_atomic_helper_cleanup_planes(struct drm_device *dev,
				      struct drm_atomic_state *state)
{
	struct drm_plane_state *old_state, *new_state;
	struct drm_plane *plane;
	int i;

	(void)dev;
	for_each_oldnew_plane_in_state (state, plane, old_state, new_state, i) {
		const struct drm_plane_helper_funcs *funcs =
			plane->helper_private;

		if (funcs && funcs->cleanup_fb) {
			funcs->cleanup_fb(plane, old_state);
		}
	}
}

void drm_atomic_helper_commit_tail(struct drm_atomic_state *state)
{
	struct drm_device *dev = state->dev;

	drm_atomic_helper_commit_modeset_disables(dev, state);
	drm_atomic_helper_commit_planes(dev, state, 0);
	drm_atomic_helper_commit_modeset_enables(dev, state);
	drm_atomic_helper_fake_vblank(state);
	drm_atomic_helper_commit_hw_done(state);
	drm_atomic_helper_wait_for_flip_done(dev, state);
	drm_atomic_helper_cleanup_planes(dev, state);
}

static void commit_cleanup_done(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		struct drm_crtc_commit *commit = old_state->commit;

		WARN_ON(!completion_done(&commit->hw_done));
		complete_all(&commit->cleanup_done);
		spin_lock(&crtc->commit_lock);
		list_del_init(&commit->commit_entry);
		spin_unlock(&crtc->commit_lock);
	}
	if (state->fake_commit) {
		complete_all(&state->fake_commit->cleanup_done);
	}
}

void drm_atomic_commit_tail(struct drm_atomic_state *state)
{
	const struct drm_mode_config_helper_funcs *funcs =
		state->dev->mode_config.helper_private;

	wait_for_fences(state);
	wait_for_dependencies(state);
	if (funcs && funcs->atomic_commit_tail) {
		funcs->atomic_commit_tail(state);
	} else {
		drm_atomic_helper_commit_tail(state);
	}
	commit_cleanup_done(state);
	drm_atomic_state_put(state);
}
