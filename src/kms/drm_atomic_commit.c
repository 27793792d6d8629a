/* SPDX-License-Identifier: MIT */
/**
 * DOC: from a change that was checked to one that is made
 *
 * Each CRTC of a change gets a drm_crtc_commit, by which later changes wait for
 * this one: for hw_done before they replace the states that its callbacks read,
 * for flip_done before they are shown themselves, for cleanup_done so that no
 * more than two are under way. Framebuffers are made ready, then the states are
 * swapped, and the change is as good as made. What is left of it is the tail,
 * in the caller's thread or, without blocking, in a worker's.
 *
 * mode_config.mutex is given up while something is waited for. If other states
 * were swapped meanwhile the change does not fit any more: -EDEADLK. What was
 * waited for is not waited for again then.
 */
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* As long as the kernel waits for a display that does not answer. */
#define STALL_NS (10 * NSEC_PER_SEC)

/* Wait without the mutex. -EDEADLK: something has changed. */
static int wait_unlocked(struct drm_device *dev, struct completion *x,
			 s64 timeout, struct dma_fence *fence)
{
	struct drm_mode_config *config = &dev->mode_config;
	u64 nr_swaps = config->nr_swaps;
	int ret;

	mutex_unlock(&config->mutex);
	ret = fence ? dma_fence_wait(fence, true)
		    : wait_for_completion_timeout(x, timeout, true);
	mutex_lock(&config->mutex);
	if (config->nr_swaps != nr_swaps && (!ret || ret == -ETIMEDOUT)) {
		return -EDEADLK;
	}
	return ret;
}

/* The change before the last one, if it is not over yet; referenced. */
static struct drm_crtc_commit *find_stalled(struct drm_crtc *crtc)
{
	struct drm_crtc_commit *commit, *found = NULL;
	int i = 0;

	spin_lock(&crtc->commit_lock);
	list_for_each_entry (commit, &crtc->commit_list, commit_entry) {
		if (i++ == 1) {
			if (!completion_done(&commit->cleanup_done)) {
				drm_crtc_commit_get(commit);
				found = commit;
			}
			break;
		}
	}
	spin_unlock(&crtc->commit_lock);
	return found;
}

static bool is_last_shown(struct drm_crtc *crtc)
{
	struct drm_crtc_commit *last;
	bool shown = true;

	spin_lock(&crtc->commit_lock);
	if (!list_empty(&crtc->commit_list)) {
		last = list_first_entry(&crtc->commit_list,
					struct drm_crtc_commit, commit_entry);
		shown = completion_done(&last->flip_done);
	}
	spin_unlock(&crtc->commit_lock);
	return shown;
}

/* No more than two changes of a CRTC at a time. */
static int stall(struct drm_atomic_state *state, bool nonblock)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc_commit *stalled;
	struct drm_crtc *crtc;
	int i, ret;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (nonblock && !is_last_shown(crtc)) {
			return -EBUSY;
		}
		stalled = find_stalled(crtc);
		if (!stalled) {
			continue;
		}
		ret = wait_unlocked(state->dev, &stalled->cleanup_done,
				    STALL_NS, NULL);
		drm_crtc_commit_put(stalled);
		if (ret && !WARN_ON(ret == -ETIMEDOUT)) {
			return ret;
		}
	}
	return 0;
}

/* The event of a commit was sent. */
static void commit_shown(struct drm_pending_event *event)
{
	struct drm_crtc_commit *commit = event->completion;

	complete_all(&commit->flip_done);
	drm_crtc_commit_put(commit);
}

static struct drm_crtc_commit *make_commit(struct drm_crtc *crtc)
{
	struct drm_crtc_commit *commit = kzalloc(sizeof(*commit), GFP_KERNEL);

	if (commit) {
		init_completion(&commit->flip_done);
		init_completion(&commit->hw_done);
		init_completion(&commit->cleanup_done);
		INIT_LIST_HEAD(&commit->commit_entry);
		kref_init(&commit->ref);
		commit->crtc = crtc;
	}
	return commit;
}

static int setup_crtc(struct drm_atomic_state *state, struct drm_crtc *crtc,
		      const struct drm_crtc_state *old_state,
		      struct drm_crtc_state *new_state)
{
	struct drm_crtc_commit *commit = make_commit(crtc);

	if (!commit) {
		return -ENOMEM;
	}
	new_state->commit = commit;
	if ((!old_state->active && !new_state->active) ||
	    state->legacy_cursor_update) {
		/* There is nothing to wait for. */
		complete_all(&commit->flip_done);
		return 0;
	}
	if (!new_state->event) {
		commit->event = kzalloc(sizeof(*commit->event), GFP_KERNEL);
		if (!commit->event) {
			return -ENOMEM;
		}
		new_state->event = commit->event;
	}
	new_state->event->base.completion = commit;
	new_state->event->base.completion_release = commit_shown;
	drm_crtc_commit_get(commit);
	commit->abort_completion = true;
	drm_crtc_commit_get(commit);
	state->crtcs[crtc->index].commit = commit;
	return 0;
}

/* The commit that something of a CRTC, or of none, is part of; referenced.
 * NULL: no memory. */
static struct drm_crtc_commit *commit_for(struct drm_atomic_state *state,
					  struct drm_crtc *crtc)
{
	struct drm_crtc_commit *commit;

	if (crtc) {
		commit = drm_atomic_get_new_crtc_state(state, crtc)->commit;
	} else {
		if (!state->fake_commit) {
			state->fake_commit = make_commit(NULL);
		}
		commit = state->fake_commit;
	}
	if (commit) {
		drm_crtc_commit_get(commit);
	}
	return commit;
}

static bool is_busy(struct drm_crtc_commit *commit)
{
	return commit && !completion_done(&commit->flip_done);
}

static int setup_commit(struct drm_atomic_state *state, bool nonblock)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret = stall(state, nonblock);

	if (ret) {
		return ret;
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		ret = setup_crtc(state, crtc, old_crtc, new_crtc);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		if (nonblock && is_busy(old_conn->commit)) {
			return -EBUSY;
		}
		crtc = new_conn->crtc ? new_conn->crtc : old_conn->crtc;
		new_conn->commit = commit_for(state, crtc);
		if (!new_conn->commit) {
			return -ENOMEM;
		}
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		if (nonblock && is_busy(old_plane->commit)) {
			return -EBUSY;
		}
		crtc = new_plane->crtc ? new_plane->crtc : old_plane->crtc;
		new_plane->commit = commit_for(state, crtc);
		if (!new_plane->commit) {
			return -ENOMEM;
		}
	}
	return 0;
}

static int wait_for_fences(struct drm_atomic_state *state)
{
	struct drm_plane_state *old_state, *new_state;
	struct drm_plane *plane;
	int i, ret;

	drm_atomic_set_fence_deadlines(state);
	for_each_oldnew_plane_in_state (state, plane, old_state, new_state, i) {
		if (!new_state->fence) {
			continue;
		}
		if (!dma_fence_is_signaled(new_state->fence)) {
			ret = wait_unlocked(state->dev, NULL, 0,
					    new_state->fence);
			if (ret) {
				return ret;
			}
		}
		dma_fence_put(new_state->fence);
		new_state->fence = NULL;
	}
	return 0;
}

/* The hardware knows of a commit, or of none. */
static int wait_for_hw(struct drm_device *dev, struct drm_crtc_commit *commit)
{
	int ret;

	if (!commit || completion_done(&commit->hw_done)) {
		return 0;
	}
	drm_crtc_commit_get(commit);
	ret = wait_unlocked(dev, &commit->hw_done, TASK_FOREVER, NULL);
	drm_crtc_commit_put(commit);
	return ret;
}

/* The callbacks of the changes before look at the states we are to replace. */
static int wait_for_callbacks(struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret;

	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		ret = wait_for_hw(state->dev, old_crtc->commit);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		ret = wait_for_hw(state->dev, old_conn->commit);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		ret = wait_for_hw(state->dev, old_plane->commit);
		if (ret) {
			return ret;
		}
	}
	return 0;
}

static void swap_state(struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i;

	state->dev->mode_config.nr_swaps++;
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		WARN_ON(connector->state != old_conn);
		old_conn->state = state;
		new_conn->state = NULL;
		state->connectors[i].state = old_conn;
		connector->state = new_conn;
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		WARN_ON(crtc->state != old_crtc);
		old_crtc->state = state;
		new_crtc->state = NULL;
		state->crtcs[i].state = old_crtc;
		crtc->state = new_crtc;
		spin_lock(&crtc->commit_lock);
		list_add(&new_crtc->commit->commit_entry, &crtc->commit_list);
		spin_unlock(&crtc->commit_lock);
		/* Who sends it frees it. */
		new_crtc->commit->event = NULL;
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		WARN_ON(plane->state != old_plane);
		old_plane->state = state;
		new_plane->state = NULL;
		state->planes[i].state = old_plane;
		plane->state = new_plane;
	}
}

static void commit_work(struct work_struct *work)
{
	drm_atomic_commit_tail(
		container_of(work, struct drm_atomic_state, commit_work));
}

int drm_atomic_helper_commit(struct drm_device *dev,
			     struct drm_atomic_state *state, bool nonblock)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret = setup_commit(state, nonblock);

	if (ret) {
		return ret;
	}
	ret = drm_atomic_prepare_planes(state);
	if (ret) {
		return ret;
	}
	if (!nonblock) {
		ret = wait_for_fences(state);
	}
	if (!ret) {
		ret = wait_for_callbacks(state);
	}
	if (ret) {
		drm_atomic_unprepare_planes(state);
		return ret;
	}
	swap_state(state);
	drm_atomic_state_get(state);
	if (nonblock) {
		init_work(&state->commit_work, commit_work);
		queue_work(system_unbound_wq, &state->commit_work);
	} else {
		mutex_unlock(&config->mutex);
		drm_atomic_commit_tail(state);
		mutex_lock(&config->mutex);
	}
	return 0;
}
