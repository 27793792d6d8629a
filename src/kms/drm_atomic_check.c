/* SPDX-License-Identifier: MIT */
/**
 * DOC: what a driver has checked for it
 *
 * First the way from CRTCs by encoders to connectors, and what of it changes;
 * everything that is on a CRTC which is set anew becomes part of the change.
 * Then the planes, in drm_atomic_check_planes.c.
 */
#include <linux/err.h>

#include "internal.h"

/* The one encoder a connector has, or NULL. */
static struct drm_encoder *encoder_of(struct drm_connector *connector)
{
	struct drm_encoder *encoder;

	drm_for_each_encoder (encoder, connector->dev) {
		if (connector->possible_encoders & drm_encoder_mask(encoder)) {
			return encoder;
		}
	}
	return NULL;
}

/* Take a connector that is not part of the change off its CRTC, and switch that
 * off with its last. */
static int disable_connector(struct drm_atomic_state *state,
			     struct drm_connector *connector)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_connector_state(state, connector);
	struct drm_crtc_state *crtc_state;
	int ret;

	if (IS_ERR(conn_state)) {
		return (int)PTR_ERR(conn_state);
	}
	crtc_state = drm_atomic_get_new_crtc_state(state, conn_state->crtc);
	ret = drm_atomic_set_crtc_for_connector(conn_state, NULL);
	if (!ret && !crtc_state->connector_mask) {
		ret = drm_atomic_set_mode_prop_for_crtc(crtc_state, NULL);
		crtc_state->active = false;
	}
	return ret;
}

int drm_atomic_handle_conflicting_encoders(struct drm_atomic_state *state,
					   bool disable)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_connector *connector;
	struct drm_encoder *encoder;
	u32 mask = 0;
	int i, ret;

	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		encoder = new_state->crtc ? encoder_of(connector) : NULL;
		if (!encoder) {
			continue;
		}
		if (mask & drm_encoder_mask(encoder)) {
			return -EINVAL;
		}
		mask |= drm_encoder_mask(encoder);
	}
	if (!mask) {
		return 0;
	}
	drm_for_each_connector (connector, state->dev) {
		if (drm_atomic_get_new_connector_state(state, connector)) {
			continue;
		}
		encoder = connector->state->best_encoder;
		if (!encoder || !(mask & drm_encoder_mask(encoder))) {
			continue;
		}
		ret = disable ? disable_connector(state, connector) : -EINVAL;
		if (ret) {
			return ret;
		}
	}
	return 0;
}

static void set_best_encoder(struct drm_atomic_state *state,
			     struct drm_connector_state *conn_state,
			     struct drm_encoder *encoder)
{
	struct drm_crtc *old_crtc = conn_state->connector->state->crtc;
	struct drm_crtc_state *crtc_state;

	if (conn_state->best_encoder && old_crtc) {
		crtc_state = drm_atomic_get_new_crtc_state(state, old_crtc);
		crtc_state->encoder_mask &=
			~drm_encoder_mask(conn_state->best_encoder);
	}
	if (encoder) {
		crtc_state =
			drm_atomic_get_new_crtc_state(state, conn_state->crtc);
		crtc_state->encoder_mask |= drm_encoder_mask(encoder);
	}
	conn_state->best_encoder = encoder;
}

/* The connector of the change that has an encoder loses it. */
static void steal_encoder(struct drm_atomic_state *state,
			  struct drm_encoder *encoder)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_crtc_state *crtc_state;
	struct drm_connector *connector;
	int i;

	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		if (new_state->best_encoder != encoder) {
			continue;
		}
		set_best_encoder(state, new_state, NULL);
		crtc_state =
			drm_atomic_get_new_crtc_state(state, old_state->crtc);
		crtc_state->connectors_changed = true;
		return;
	}
}

static void connectors_changed(struct drm_atomic_state *state,
			       struct drm_crtc *crtc)
{
	if (crtc) {
		drm_atomic_get_new_crtc_state(state, crtc)->connectors_changed =
			true;
	}
}

static int update_routing(struct drm_atomic_state *state,
			  struct drm_connector *connector,
			  struct drm_connector_state *old_state,
			  struct drm_connector_state *new_state)
{
	struct drm_crtc_state *crtc_state;
	struct drm_encoder *encoder;

	if (old_state->crtc != new_state->crtc) {
		connectors_changed(state, old_state->crtc);
		connectors_changed(state, new_state->crtc);
	}
	if (!new_state->crtc) {
		set_best_encoder(state, new_state, NULL);
		return 0;
	}
	crtc_state = drm_atomic_get_new_crtc_state(state, new_state->crtc);
	/* What is no more can be switched off only. */
	if (crtc_state->active &&
	    connector->registration_state == DRM_CONNECTOR_UNREGISTERED) {
		return -EINVAL;
	}
	encoder = encoder_of(connector);
	if (!encoder ||
	    !(encoder->possible_crtcs & drm_crtc_mask(new_state->crtc))) {
		return -EINVAL;
	}
	if (encoder == new_state->best_encoder) {
		/* Its CRTC may be another one. */
		set_best_encoder(state, new_state, encoder);
		return 0;
	}
	steal_encoder(state, encoder);
	set_best_encoder(state, new_state, encoder);
	crtc_state->connectors_changed = true;
	return 0;
}

/* What changes with each CRTC? */
static int note_changes(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (!drm_mode_equal(&old_state->mode, &new_state->mode)) {
			new_state->mode_changed = true;
		}
		if (old_state->enable != new_state->enable) {
			new_state->mode_changed = true;
			new_state->connectors_changed = true;
		}
		if (old_state->active != new_state->active) {
			new_state->active_changed = true;
		}
		if (new_state->enable != !!new_state->connector_mask) {
			return -EINVAL;
		}
		new_state->no_vblank = !state->dev->num_crtcs;
	}
	return 0;
}

static int check_connector(struct drm_atomic_state *state,
			   struct drm_connector *connector)
{
	const struct drm_connector_helper_funcs *funcs =
		connector->helper_private;

	return funcs && funcs->atomic_check
		       ? funcs->atomic_check(connector, state)
		       : 0;
}

/* Sets the mask of connectors that were checked. */
static int check_connectors(struct drm_atomic_state *state, u32 *checked)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_connector *connector;
	int i, ret;

	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		ret = update_routing(state, connector, old_state, new_state);
		if (ret) {
			return ret;
		}
		if (old_state->link_status != new_state->link_status) {
			connectors_changed(state, old_state->crtc);
		}
		ret = check_connector(state, connector);
		if (ret) {
			return ret;
		}
		*checked |= drm_connector_mask(connector);
	}
	return 0;
}

/* May its encoders be used together? */
static int check_clones(struct drm_crtc_state *state)
{
	struct drm_encoder *encoder;

	drm_for_each_encoder (encoder, state->crtc->dev) {
		if (state->encoder_mask & drm_encoder_mask(encoder) &&
		    encoder->possible_clones &&
		    state->encoder_mask & ~encoder->possible_clones) {
			return -EINVAL;
		}
	}
	return 0;
}

/* What is set anew is so with all that is on it. */
static int add_affected(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i, ret;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (!drm_atomic_crtc_needs_modeset(new_state)) {
			continue;
		}
		ret = drm_atomic_add_affected_connectors(state, crtc);
		if (!ret) {
			ret = drm_atomic_add_affected_planes(state, crtc);
		}
		if (!ret) {
			ret = check_clones(new_state);
		}
		if (ret) {
			return ret;
		}
	}
	return 0;
}

/* Can the CRTC do the modes, and what does the hardware make of them? */
static int check_modes(struct drm_atomic_state *state)
{
	struct drm_crtc_state *old_state, *new_state;
	struct drm_crtc *crtc;
	int i;

	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		const struct drm_crtc_helper_funcs *funcs =
			crtc->helper_private;

		if (!new_state->mode_changed &&
		    !new_state->connectors_changed) {
			continue;
		}
		if (new_state->connector_mask && funcs && funcs->mode_valid &&
		    funcs->mode_valid(crtc, &new_state->mode) != MODE_OK) {
			return -EINVAL;
		}
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_state, new_state, i) {
		if (new_state->mode_changed || new_state->connectors_changed) {
			drm_mode_copy(&new_state->adjusted_mode,
				      &new_state->mode);
		}
	}
	return 0;
}

int drm_atomic_helper_check_modeset(struct drm_device *dev,
				    struct drm_atomic_state *state)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_connector *connector;
	u32 checked = 0;
	int i, ret;

	(void)dev;
	ret = note_changes(state);
	if (!ret) {
		ret = drm_atomic_handle_conflicting_encoders(state, false);
	}
	if (!ret) {
		ret = check_connectors(state, &checked);
	}
	if (!ret) {
		ret = add_affected(state);
	}
	if (ret) {
		return ret;
	}
	for_each_oldnew_connector_in_state (state, connector, old_state,
					    new_state, i) {
		if (checked & drm_connector_mask(connector)) {
			continue;
		}
		ret = check_connector(state, connector);
		if (ret) {
			return ret;
		}
	}
	return check_modes(state);
}

int drm_atomic_helper_check(struct drm_device *dev,
			    struct drm_atomic_state *state)
{
	int ret = drm_atomic_helper_check_modeset(dev, state);

	if (!ret && dev->mode_config.normalize_zpos) {
		ret = drm_atomic_normalize_zpos(dev, state);
	}
	return ret ? ret : drm_atomic_helper_check_planes(dev, state);
}
