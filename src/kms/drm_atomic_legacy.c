/* SPDX-License-Identifier: MIT */
/**
 * DOC: the old interfaces as changes
 *
 * Each builds a change and commits it; if another one came between, it is built
 * again.
 */
#include <linux/err.h>

#include "internal.h"

#define ROTATE_90_OR_270 (DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_270)

/* Builds a change of what @data says, or builds it again, and commits it. */
typedef int (*commit_fn)(struct drm_atomic_state *state, const void *data);

static int commit_built(struct drm_device *dev, commit_fn fn, const void *data)
{
	struct drm_atomic_state *state = drm_atomic_state_alloc(dev);
	int ret;

	lockdep_assert_held(&dev->mode_config.mutex);
	if (!state) {
		return -ENOMEM;
	}
	ret = fn(state, data);
	while (ret == -EDEADLK) {
		drm_atomic_state_clear(state);
		ret = fn(state, data);
	}
	drm_atomic_state_put(state);
	return ret;
}

static int switch_off(struct drm_crtc_state *crtc_state,
		      struct drm_plane_state *primary)
{
	int ret = drm_atomic_set_mode_for_crtc(crtc_state, NULL);

	if (ret) {
		return ret;
	}
	crtc_state->active = false;
	ret = drm_atomic_set_crtc_for_plane(primary, NULL);
	if (ret) {
		return ret;
	}
	drm_atomic_set_fb_for_plane(primary, NULL);
	return 0;
}

static int switch_on(const struct drm_mode_set *set,
		     struct drm_crtc_state *crtc_state,
		     struct drm_plane_state *primary)
{
	int ret = drm_atomic_set_mode_for_crtc(crtc_state, set->mode);
	int width, height;

	if (ret) {
		return ret;
	}
	crtc_state->active = true;
	ret = drm_atomic_set_crtc_for_plane(primary, set->crtc);
	if (ret) {
		return ret;
	}
	drm_mode_get_hv_timing(set->mode, &width, &height);
	drm_atomic_set_fb_for_plane(primary, set->fb);
	primary->crtc_x = 0;
	primary->crtc_y = 0;
	primary->crtc_w = (u32)width;
	primary->crtc_h = (u32)height;
	primary->src_x = set->x << 16;
	primary->src_y = set->y << 16;
	if (primary->rotation & ROTATE_90_OR_270) {
		primary->src_w = (u32)height << 16;
		primary->src_h = (u32)width << 16;
	} else {
		primary->src_w = (u32)width << 16;
		primary->src_h = (u32)height << 16;
	}
	return 0;
}

/* Which connectors show it, instead of those that do now. */
static int route(const struct drm_mode_set *set, struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_connector *connector;
	struct drm_crtc *crtc;
	int i, ret = drm_atomic_add_affected_connectors(state, set->crtc);

	if (ret) {
		return ret;
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		if (new_conn->crtc != set->crtc) {
			continue;
		}
		ret = drm_atomic_set_crtc_for_connector(new_conn, NULL);
		if (ret) {
			return ret;
		}
		new_conn->link_status = DRM_MODE_LINK_STATUS_GOOD;
	}
	for (size_t n = 0; n < set->num_connectors; n++) {
		new_conn = drm_atomic_get_connector_state(state,
							  set->connectors[n]);
		ret = IS_ERR(new_conn) ? (int)PTR_ERR(new_conn)
				       : drm_atomic_set_crtc_for_connector(
						 new_conn, set->crtc);
		if (ret) {
			return ret;
		}
	}
	/* Others that have none left go off. */
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		if (crtc == set->crtc || new_crtc->connector_mask) {
			continue;
		}
		ret = drm_atomic_set_mode_prop_for_crtc(new_crtc, NULL);
		if (ret) {
			return ret;
		}
		new_crtc->active = false;
	}
	return 0;
}

static int set_config(struct drm_atomic_state *state, const void *data)
{
	const struct drm_mode_set *set = data;
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(state, set->crtc);
	struct drm_plane_state *primary;
	int ret;

	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	primary = drm_atomic_get_plane_state(state, set->crtc->primary);
	if (IS_ERR(primary)) {
		return (int)PTR_ERR(primary);
	}
	ret = set->mode ? switch_on(set, crtc_state, primary)
			: switch_off(crtc_state, primary);
	if (!ret) {
		ret = route(set, state);
	}
	if (!ret) {
		ret = drm_atomic_handle_conflicting_encoders(state, true);
	}
	return ret ? ret : drm_atomic_commit(state);
}

int drm_atomic_helper_set_config(struct drm_mode_set *set)
{
	return commit_built(set->crtc->dev, set_config, set);
}

/* What SETPLANE asks for. */
struct plane_update {
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	struct drm_framebuffer *fb;
	int crtc_x, crtc_y;
	u32 crtc_w, crtc_h, src_x, src_y, src_w, src_h;
};

static int update_plane(struct drm_atomic_state *state, const void *data)
{
	const struct plane_update *update = data;
	struct drm_plane_state *plane_state =
		drm_atomic_get_plane_state(state, update->plane);
	struct drm_crtc *crtc = update->crtc;
	int ret;

	if (IS_ERR(plane_state)) {
		return (int)PTR_ERR(plane_state);
	}
	if (!crtc) {
		crtc = plane_state->crtc;
	}
	if (crtc && crtc->cursor == update->plane) {
		state->legacy_cursor_update = true;
	}
	ret = drm_atomic_set_crtc_for_plane(plane_state, update->crtc);
	if (ret) {
		return ret;
	}
	drm_atomic_set_fb_for_plane(plane_state, update->fb);
	plane_state->crtc_x = update->crtc_x;
	plane_state->crtc_y = update->crtc_y;
	plane_state->crtc_w = update->crtc_w;
	plane_state->crtc_h = update->crtc_h;
	plane_state->src_x = update->src_x;
	plane_state->src_y = update->src_y;
	plane_state->src_w = update->src_w;
	plane_state->src_h = update->src_h;
	return drm_atomic_commit(state);
}

int drm_atomic_helper_update_plane(struct drm_plane *plane,
				   struct drm_crtc *crtc,
				   struct drm_framebuffer *fb, int crtc_x,
				   int crtc_y, unsigned int crtc_w,
				   unsigned int crtc_h, u32 src_x, u32 src_y,
				   u32 src_w, u32 src_h)
{
	struct plane_update update = {
		.plane = plane,
		.crtc = crtc,
		.fb = fb,
		.crtc_x = crtc_x,
		.crtc_y = crtc_y,
		.crtc_w = crtc_w,
		.crtc_h = crtc_h,
		.src_x = src_x,
		.src_y = src_y,
		.src_w = src_w,
		.src_h = src_h,
	};

	return commit_built(plane->dev, update_plane, &update);
}

int drm_atomic_helper_disable_plane(struct drm_plane *plane)
{
	struct plane_update update = {.plane = plane};

	return commit_built(plane->dev, update_plane, &update);
}

/* What PAGE_FLIP asks for. */
struct flip {
	struct drm_crtc *crtc;
	struct drm_framebuffer *fb;
	struct drm_pending_vblank_event *event; /* or NULL */
	u32 flags;
};

static int page_flip(struct drm_atomic_state *state, const void *data)
{
	const struct flip *flip = data;
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(state, flip->crtc);
	struct drm_plane_state *plane_state;
	int ret;

	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	crtc_state->event = flip->event;
	crtc_state->async_flip = flip->flags & DRM_MODE_PAGE_FLIP_ASYNC;
	plane_state = drm_atomic_get_plane_state(state, flip->crtc->primary);
	if (IS_ERR(plane_state)) {
		return (int)PTR_ERR(plane_state);
	}
	ret = drm_atomic_set_crtc_for_plane(plane_state, flip->crtc);
	if (ret) {
		return ret;
	}
	drm_atomic_set_fb_for_plane(plane_state, flip->fb);
	state->allow_modeset = false;
	return crtc_state->active ? drm_atomic_nonblocking_commit(state)
				  : -EINVAL;
}

int drm_atomic_helper_page_flip(struct drm_crtc *crtc,
				struct drm_framebuffer *fb,
				struct drm_pending_vblank_event *event,
				u32 flags)
{
	struct flip flip = {crtc, fb, event, flags};

	return commit_built(crtc->dev, page_flip, &flip);
}

/* What SETGAMMA asks for. */
struct gamma {
	struct drm_crtc *crtc;
	struct drm_property_blob *blob;
};

static int set_gamma(struct drm_atomic_state *state, const void *data)
{
	const struct gamma *gamma = data;
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(state, gamma->crtc);
	bool use_gamma = gamma->crtc->dev->mode_config.gamma_lut_property;
	bool changed;

	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	changed = drm_property_replace_blob(&crtc_state->degamma_lut,
					    use_gamma ? NULL : gamma->blob);
	changed |= drm_property_replace_blob(&crtc_state->ctm, NULL);
	changed |= drm_property_replace_blob(&crtc_state->gamma_lut,
					     use_gamma ? gamma->blob : NULL);
	crtc_state->color_mgmt_changed |= changed;
	return drm_atomic_commit(state);
}

int drm_atomic_helper_legacy_gamma_set(struct drm_crtc *crtc, const u16 *red,
				       const u16 *green, const u16 *blue,
				       u32 size)
{
	struct gamma gamma = {.crtc = crtc};
	struct drm_color_lut *lut;
	int ret;

	gamma.blob = drm_property_create_blob(
		crtc->dev, (size_t)size * sizeof(*lut), NULL);
	if (IS_ERR(gamma.blob)) {
		return (int)PTR_ERR(gamma.blob);
	}
	lut = gamma.blob->data;
	for (u32 i = 0; i < size; i++) {
		lut[i] = (struct drm_color_lut){
			.red = red[i], .green = green[i], .blue = blue[i]};
	}
	ret = commit_built(crtc->dev, set_gamma, &gamma);
	drm_property_blob_put(gamma.blob);
	return ret;
}

/* A framebuffer that goes. */
struct removal {
	struct drm_framebuffer *fb;
	bool disable_crtcs; /* those that it is the primary picture of */
};

static int disable_crtc(struct drm_atomic_state *state, struct drm_crtc *crtc)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_new_crtc_state(state, crtc);
	int ret = drm_atomic_add_affected_connectors(state, crtc);

	crtc_state->active = false;
	return ret ? ret : drm_atomic_set_mode_for_crtc(crtc_state, NULL);
}

static int remove_fb(struct drm_atomic_state *state, const void *data)
{
	const struct removal *removal = data;
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_connector *connector;
	struct drm_plane *plane;
	bool found = false;
	int i, ret;

	drm_for_each_plane (plane, state->dev) {
		struct drm_plane_state *plane_state;

		if (plane->state->fb != removal->fb) {
			continue;
		}
		plane_state = drm_atomic_get_plane_state(state, plane);
		if (IS_ERR(plane_state)) {
			return (int)PTR_ERR(plane_state);
		}
		found = true;
		if (removal->disable_crtcs &&
		    plane_state->crtc->primary == plane) {
			ret = disable_crtc(state, plane_state->crtc);
			if (ret) {
				return ret;
			}
		}
		drm_atomic_set_fb_for_plane(plane_state, NULL);
		ret = drm_atomic_set_crtc_for_plane(plane_state, NULL);
		if (ret) {
			return ret;
		}
	}
	/* There are some only if CRTCs are switched off. */
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		ret = drm_atomic_set_crtc_for_connector(new_conn, NULL);
		if (ret) {
			return ret;
		}
	}
	return found ? drm_atomic_commit(state) : 0;
}

int drm_atomic_remove_fb(struct drm_framebuffer *fb)
{
	struct mutex *mutex = &fb->dev->mode_config.mutex;
	struct removal removal = {.fb = fb};
	int ret;

	mutex_lock(mutex);
	ret = commit_built(fb->dev, remove_fb, &removal);
	/* Perhaps the CRTC cannot do without it. */
	if (ret == -EINVAL) {
		removal.disable_crtcs = true;
		ret = commit_built(fb->dev, remove_fb, &removal);
	}
	mutex_unlock(mutex);
	return ret;
}

static int disable_all(struct drm_atomic_state *state, const void *data)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret;

	(void)data;
	drm_for_each_crtc (crtc, state->dev) {
		struct drm_crtc_state *crtc_state =
			drm_atomic_get_crtc_state(state, crtc);

		if (IS_ERR(crtc_state)) {
			return (int)PTR_ERR(crtc_state);
		}
		crtc_state->active = false;
		ret = drm_atomic_set_mode_prop_for_crtc(crtc_state, NULL);
		if (!ret) {
			ret = drm_atomic_add_affected_planes(state, crtc);
		}
		if (!ret) {
			ret = drm_atomic_add_affected_connectors(state, crtc);
		}
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		ret = drm_atomic_set_crtc_for_connector(new_conn, NULL);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		ret = drm_atomic_set_crtc_for_plane(new_plane, NULL);
		if (ret) {
			return ret;
		}
		drm_atomic_set_fb_for_plane(new_plane, NULL);
	}
	return drm_atomic_commit(state);
}

void drm_atomic_helper_shutdown(struct drm_device *dev)
{
	mutex_lock(&dev->mode_config.mutex);
	WARN_ON(commit_built(dev, disable_all, NULL));
	mutex_unlock(&dev->mode_config.mutex);
	/* Those before it may still be cleaning up. */
	flush_workqueue(system_unbound_wq);
}
