/* SPDX-License-Identifier: MIT */
/**
 * DOC: properties that are part of a state
 *
 * Here a number and a value become a field of a state, and the other way round;
 * those of planes in drm_atomic_plane_uapi.c. Objects that are named in a value
 * are looked for as the program that asks sees them.
 */
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <string.h>

#include "internal.h"

static void set_no_mode(struct drm_crtc_state *state)
{
	drm_property_replace_blob(&state->mode_blob, NULL);
	memset(&state->mode, 0, sizeof(state->mode));
	state->enable = false;
}

int drm_atomic_set_mode_for_crtc(struct drm_crtc_state *state,
				 const struct drm_display_mode *mode)
{
	struct drm_mode_modeinfo umode;
	struct drm_property_blob *blob;

	if (!mode) {
		set_no_mode(state);
		return 0;
	}
	drm_mode_convert_to_umode(&umode, mode);
	if (state->mode_blob &&
	    !memcmp(state->mode_blob->data, &umode, sizeof(umode))) {
		return 0;
	}
	drm_property_replace_blob(&state->mode_blob, NULL);
	blob = drm_property_create_blob(state->crtc->dev, sizeof(umode),
					&umode);
	if (IS_ERR(blob)) {
		return (int)PTR_ERR(blob);
	}
	drm_mode_copy(&state->mode, mode);
	state->mode_blob = blob;
	state->enable = true;
	return 0;
}

int drm_atomic_set_mode_prop_for_crtc(struct drm_crtc_state *state,
				      struct drm_property_blob *blob)
{
	if (blob == state->mode_blob) {
		return 0;
	}
	drm_property_replace_blob(&state->mode_blob, NULL);
	memset(&state->mode, 0, sizeof(state->mode));
	if (!blob) {
		state->enable = false;
		return 0;
	}
	if (blob->length != sizeof(struct drm_mode_modeinfo) ||
	    drm_mode_convert_umode(state->crtc->dev, &state->mode,
				   blob->data)) {
		return -EINVAL;
	}
	state->mode_blob = drm_property_blob_get(blob);
	state->enable = true;
	return 0;
}

int drm_atomic_set_crtc_for_plane(struct drm_plane_state *plane_state,
				  struct drm_crtc *crtc)
{
	u32 mask = drm_plane_mask(plane_state->plane);
	struct drm_crtc_state *crtc_state;

	if (plane_state->crtc == crtc) {
		return 0;
	}
	if (plane_state->crtc) {
		crtc_state = drm_atomic_get_crtc_state(plane_state->state,
						       plane_state->crtc);
		if (IS_ERR(crtc_state)) {
			return (int)PTR_ERR(crtc_state);
		}
		crtc_state->plane_mask &= ~mask;
	}
	plane_state->crtc = crtc;
	if (crtc) {
		crtc_state =
			drm_atomic_get_crtc_state(plane_state->state, crtc);
		if (IS_ERR(crtc_state)) {
			return (int)PTR_ERR(crtc_state);
		}
		crtc_state->plane_mask |= mask;
	}
	return 0;
}

void drm_atomic_set_fb_for_plane(struct drm_plane_state *plane_state,
				 struct drm_framebuffer *fb)
{
	drm_framebuffer_assign(&plane_state->fb, fb);
}

int drm_atomic_set_crtc_for_connector(struct drm_connector_state *conn_state,
				      struct drm_crtc *crtc)
{
	struct drm_connector *connector = conn_state->connector;
	struct drm_crtc_state *crtc_state;

	if (conn_state->crtc == crtc) {
		return 0;
	}
	if (conn_state->crtc) {
		crtc_state = drm_atomic_get_new_crtc_state(conn_state->state,
							   conn_state->crtc);
		crtc_state->connector_mask &= ~drm_connector_mask(connector);
		drm_connector_put(connector);
		conn_state->crtc = NULL;
	}
	if (crtc) {
		crtc_state = drm_atomic_get_crtc_state(conn_state->state, crtc);
		if (IS_ERR(crtc_state)) {
			return (int)PTR_ERR(crtc_state);
		}
		crtc_state->connector_mask |= drm_connector_mask(connector);
		drm_connector_get(connector);
		conn_state->crtc = crtc;
	}
	return 0;
}

/* A blob of colours. */
static int set_color_blob(struct drm_crtc_state *state,
			  struct drm_property_blob **blob, u64 value,
			  ssize_t size, ssize_t elem_size)
{
	bool replaced = false;
	int ret = drm_property_replace_blob_from_id(
		state->crtc->dev, blob, value, size, elem_size, &replaced);

	state->color_mgmt_changed |= replaced;
	return ret;
}

static int set_mode_id(struct drm_crtc_state *state, u64 value)
{
	struct drm_property_blob *mode =
		drm_property_lookup_blob(state->crtc->dev, (u32)value);
	int ret = drm_atomic_set_mode_prop_for_crtc(state, mode);

	drm_property_blob_put(mode);
	return ret;
}

static int crtc_set_property(struct drm_crtc_state *state,
			     struct drm_property *property, u64 value)
{
	struct drm_crtc *crtc = state->crtc;
	struct drm_mode_config *config = &crtc->dev->mode_config;

	if (property == config->prop_active) {
		state->active = value;
	} else if (property == config->prop_mode_id) {
		return set_mode_id(state, value);
	} else if (property == config->prop_vrr_enabled) {
		state->vrr_enabled = value;
	} else if (property == config->degamma_lut_property) {
		return set_color_blob(state, &state->degamma_lut, value, -1,
				      sizeof(struct drm_color_lut));
	} else if (property == config->ctm_property) {
		return set_color_blob(state, &state->ctm, value,
				      sizeof(struct drm_color_ctm), -1);
	} else if (property == config->gamma_lut_property) {
		return set_color_blob(state, &state->gamma_lut, value, -1,
				      sizeof(struct drm_color_lut));
	} else if (property == config->prop_out_fence_ptr) {
		if (value) {
			state->state->crtcs[crtc->index].out_fence_ptr = value;
		}
	} else {
		return -EINVAL;
	}
	return 0;
}

static int crtc_get_property(struct drm_crtc *crtc,
			     const struct drm_crtc_state *state,
			     struct drm_property *property, u64 *value)
{
	struct drm_mode_config *config = &crtc->dev->mode_config;

	if (property == config->prop_active) {
		*value = state->active;
	} else if (property == config->prop_mode_id) {
		*value = drm_blob_id(state->mode_blob);
	} else if (property == config->prop_vrr_enabled) {
		*value = state->vrr_enabled;
	} else if (property == config->degamma_lut_property) {
		*value = drm_blob_id(state->degamma_lut);
	} else if (property == config->ctm_property) {
		*value = drm_blob_id(state->ctm);
	} else if (property == config->gamma_lut_property) {
		*value = drm_blob_id(state->gamma_lut);
	} else if (property == config->prop_out_fence_ptr) {
		*value = 0;
	} else {
		return -EINVAL;
	}
	return 0;
}

int drm_atomic_find_crtc(struct drm_device *dev, struct drm_file *file,
			 u64 value, struct drm_crtc **crtc)
{
	*crtc = drm_crtc_find(dev, file, (u32)value);
	return value && !*crtc ? -EACCES : 0;
}

static int set_writeback_fb(struct drm_connector_state *state,
			    struct drm_file *file, u64 value)
{
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(state->connector->dev, file, (u32)value);
	int ret = drm_writeback_set_fb(state, fb);

	if (fb) {
		drm_framebuffer_put(fb);
	}
	return ret;
}

static int connector_set_property(struct drm_connector_state *state,
				  struct drm_file *file,
				  struct drm_property *property, u64 value)
{
	struct drm_connector *connector = state->connector;
	struct drm_device *dev = connector->dev;
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_crtc *crtc;
	int ret;

	if (property == config->prop_crtc_id) {
		ret = drm_atomic_find_crtc(dev, file, value, &crtc);
		return ret ? ret
			   : drm_atomic_set_crtc_for_connector(state, crtc);
	}
	if (property == config->link_status_property) {
		/* A program that restores what it has found does not break a
		 * good link. */
		if (state->link_status != DRM_MODE_LINK_STATUS_GOOD) {
			state->link_status = (u32)value;
		}
		return 0;
	}
	if (property == config->writeback_fb_id_property) {
		return set_writeback_fb(state, file, value);
	}
	if (property == config->writeback_out_fence_ptr_property) {
		if (value) {
			state->state->connectors[connector->index]
				.out_fence_ptr = value;
		}
		return 0;
	}
	/* DPMS too: it is for programs that do not know of states. */
	return -EINVAL;
}

static int connector_get_property(struct drm_connector *connector,
				  const struct drm_connector_state *state,
				  struct drm_property *property, u64 *value)
{
	struct drm_mode_config *config = &connector->dev->mode_config;

	if (property == config->prop_crtc_id) {
		*value = state->crtc ? state->crtc->base.id : 0;
	} else if (property == config->dpms_property) {
		*value = (u64)connector->dpms;
	} else if (property == config->link_status_property) {
		*value = state->link_status;
	} else if (property == config->writeback_fb_id_property ||
		   property == config->writeback_out_fence_ptr_property) {
		*value = 0;
	} else {
		return -EINVAL;
	}
	return 0;
}

bool drm_atomic_in_state(struct drm_mode_object *obj,
			 struct drm_property *property)
{
	return drm_core_check_feature(property->dev, DRIVER_ATOMIC) &&
	       !(property->flags & DRM_MODE_PROP_IMMUTABLE) &&
	       (obj->type == DRM_MODE_OBJECT_CONNECTOR ||
		obj->type == DRM_MODE_OBJECT_CRTC ||
		obj->type == DRM_MODE_OBJECT_PLANE);
}

int drm_atomic_get_property(struct drm_mode_object *obj,
			    struct drm_property *property, u64 *value)
{
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;

	lockdep_assert_held(&property->dev->mode_config.mutex);
	switch (obj->type) {
	case DRM_MODE_OBJECT_CONNECTOR:
		connector = obj_to_connector(obj);
		return connector_get_property(connector, connector->state,
					      property, value);
	case DRM_MODE_OBJECT_CRTC:
		crtc = obj_to_crtc(obj);
		return crtc_get_property(crtc, crtc->state, property, value);
	case DRM_MODE_OBJECT_PLANE:
		plane = obj_to_plane(obj);
		return drm_atomic_plane_get_property(plane, plane->state,
						     property, value);
	default:
		return -EINVAL;
	}
}

/* A change that is to be seen at once leaves all other values as they are. */
static int check_unchanged(int ret, u64 old_value, u64 value)
{
	return ret || old_value != value ? -EINVAL : 0;
}

static int set_on_connector(struct drm_atomic_state *state,
			    struct drm_file *file,
			    struct drm_connector *connector,
			    struct drm_property *prop, u64 value,
			    bool async_flip)
{
	struct drm_connector_state *conn_state =
		drm_atomic_get_connector_state(state, connector);
	u64 old_value = 0;
	int ret;

	if (IS_ERR(conn_state)) {
		return (int)PTR_ERR(conn_state);
	}
	if (async_flip) {
		ret = connector_get_property(connector, conn_state, prop,
					     &old_value);
		return check_unchanged(ret, old_value, value);
	}
	return connector_set_property(conn_state, file, prop, value);
}

static int set_on_crtc(struct drm_atomic_state *state, struct drm_crtc *crtc,
		       struct drm_property *prop, u64 value, bool async_flip)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_crtc_state(state, crtc);
	u64 old_value = 0;
	int ret;

	if (IS_ERR(crtc_state)) {
		return (int)PTR_ERR(crtc_state);
	}
	if (async_flip) {
		ret = crtc_get_property(crtc, crtc_state, prop, &old_value);
		return check_unchanged(ret, old_value, value);
	}
	return crtc_set_property(crtc_state, prop, value);
}

static int set_on_plane(struct drm_atomic_state *state, struct drm_file *file,
			struct drm_plane *plane, struct drm_property *prop,
			u64 value, struct dma_fence *fence, bool async_flip)
{
	struct drm_mode_config *config = &state->dev->mode_config;
	struct drm_plane_state *plane_state =
		drm_atomic_get_plane_state(state, plane);
	u64 old_value = 0;
	int ret;

	if (IS_ERR(plane_state)) {
		return (int)PTR_ERR(plane_state);
	}
	if (async_flip &&
	    (plane->type != DRM_PLANE_TYPE_PRIMARY ||
	     (prop != config->prop_fb_id && prop != config->prop_in_fence_fd &&
	      prop != config->prop_fb_damage_clips))) {
		ret = drm_atomic_plane_get_property(plane, plane_state, prop,
						    &old_value);
		return check_unchanged(ret, old_value, value);
	}
	return drm_atomic_plane_set_property(plane_state, file, prop, value,
					     fence);
}

int drm_atomic_set_property(struct drm_atomic_state *state,
			    struct drm_file *file, struct drm_mode_object *obj,
			    struct drm_property *prop, u64 value,
			    struct dma_fence *fence, bool async_flip)
{
	struct drm_mode_object *ref;
	int ret = -EINVAL;

	if (!drm_property_change_valid_get(prop, value, &ref)) {
		return -EINVAL;
	}
	switch (obj->type) {
	case DRM_MODE_OBJECT_CONNECTOR:
		ret = set_on_connector(state, file, obj_to_connector(obj), prop,
				       value, async_flip);
		break;
	case DRM_MODE_OBJECT_CRTC:
		ret = set_on_crtc(state, obj_to_crtc(obj), prop, value,
				  async_flip);
		break;
	case DRM_MODE_OBJECT_PLANE:
		ret = set_on_plane(state, file, obj_to_plane(obj), prop, value,
				   fence, async_flip);
		break;
	}
	drm_property_change_valid_put(prop, ref);
	return ret;
}

int drm_atomic_connector_commit_dpms(struct drm_atomic_state *state,
				     struct drm_connector *connector, int mode)
{
	struct drm_connector_state *old_state, *new_state;
	struct drm_crtc *crtc = connector->state->crtc;
	struct drm_crtc_state *crtc_state;
	struct drm_connector *other;
	int i, ret, old_mode = connector->dpms;
	bool active = false;

	lockdep_assert_held(&state->dev->mode_config.mutex);
	if (mode != DRM_MODE_DPMS_ON) {
		mode = DRM_MODE_DPMS_OFF;
	}
	if (connector->dpms == mode) {
		return 0;
	}
	connector->dpms = mode;
	if (!crtc) {
		return 0;
	}
	ret = drm_atomic_add_affected_connectors(state, crtc);
	if (ret) {
		goto err_restore;
	}
	crtc_state = drm_atomic_get_new_crtc_state(state, crtc);
	/* It goes off with the last of its connectors. */
	for_each_oldnew_connector_in_state (state, other, old_state, new_state,
					    i) {
		if (new_state->crtc == crtc &&
		    other->dpms == DRM_MODE_DPMS_ON) {
			active = true;
		}
	}
	crtc_state->active = active;
	ret = drm_atomic_commit(state);
	if (ret) {
		goto err_restore;
	}
	return 0;

err_restore:
	connector->dpms = old_mode;
	return ret;
}
