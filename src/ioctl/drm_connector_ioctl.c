/* SPDX-License-Identifier: MIT */
/* Connectors and encoders: what is plugged, and where the picture comes
 * from. */
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

/**
 * struct connector_answer - what is told of a connector, besides its constants
 */
struct connector_answer {
	struct drm_mode_modeinfo *modes; /* owned; NULL: none are wanted */
	u32 nr_modes;
	u32 encoder_id;
	struct object_properties properties;
};

/* All of them or none. */
static int give_encoders(const struct drm_connector *connector,
			 struct drm_mode_get_connector *args)
{
	u32 ids[sizeof(connector->possible_encoders) * 8], nr = 0;
	struct drm_encoder *encoder;

	drm_for_each_encoder (encoder, connector->dev) {
		if (connector->possible_encoders & drm_encoder_mask(encoder)) {
			ids[nr++] = encoder->base.id;
		}
	}
	if (args->count_encoders >= nr &&
	    copy_to_user(args->encoders_ptr, ids, nr * sizeof(*ids))) {
		return -EFAULT;
	}
	args->count_encoders = nr;
	return 0;
}

/* May the file see a mode of a connector? Stereo and aspect ratios only if it
 * said that it knows them; of modes that differ by these alone, the first. */
static bool may_see(const struct drm_connector *connector,
		    const struct drm_display_mode *mode,
		    const struct drm_file *file)
{
	const struct drm_display_mode *other;

	if (mode->flags & DRM_MODE_FLAG_3D_MASK && !file->stereo_allowed) {
		return false;
	}
	if (file->aspect_ratio_allowed) {
		return true;
	}
	list_for_each_entry (other, &connector->modes, head) {
		if (other->expose_to_userspace &&
		    drm_mode_match(other, mode,
				   DRM_MODE_MATCH_TIMINGS |
					   DRM_MODE_MATCH_CLOCK |
					   DRM_MODE_MATCH_FLAGS |
					   DRM_MODE_MATCH_3D_FLAGS)) {
			return false;
		}
	}
	return true;
}

/* Copy the modes that the file may see, if there is room for all. */
static int collect_modes(struct drm_connector *connector,
			 const struct drm_file *file, u32 room,
			 struct connector_answer *answer)
{
	struct drm_display_mode *mode;
	u32 n = 0;

	list_for_each_entry (mode, &connector->modes, head) {
		mode->expose_to_userspace = false;
	}
	list_for_each_entry (mode, &connector->modes, head) {
		mode->expose_to_userspace = may_see(connector, mode, file);
		answer->nr_modes += mode->expose_to_userspace;
	}
	if (!answer->nr_modes || room < answer->nr_modes) {
		return 0;
	}
	answer->modes =
		kcalloc(answer->nr_modes, sizeof(*answer->modes), GFP_KERNEL);
	if (!answer->modes) {
		return -ENOMEM;
	}
	list_for_each_entry (mode, &connector->modes, head) {
		if (!mode->expose_to_userspace) {
			continue;
		}
		drm_mode_convert_to_umode(&answer->modes[n], mode);
		if (!file->aspect_ratio_allowed) {
			answer->modes[n].flags &=
				~(u32)DRM_MODE_FLAG_PIC_AR_MASK;
		}
		n++;
	}
	return 0;
}

/* Probe, if nothing is asked for but how many modes there are, and note what is
 * to be told. Only the master may probe: others get what is known. */
static int collect(struct drm_connector *connector, struct drm_file *file,
		   struct drm_mode_get_connector *args,
		   struct connector_answer *answer)
{
	struct drm_mode_config *config = &connector->dev->mode_config;
	bool may_probe = drm_is_current_master(file);
	int ret;

	mutex_lock(&config->mutex);
	if (!args->count_modes && may_probe && connector->funcs->fill_modes) {
		connector->funcs->fill_modes(connector, (u32)config->max_width,
					     (u32)config->max_height);
	}
	args->mm_width = connector->display_info.width_mm;
	args->mm_height = connector->display_info.height_mm;
	args->subpixel = connector->display_info.subpixel_order;
	args->connection = connector->status;
	if (connector->state && connector->state->best_encoder) {
		answer->encoder_id = connector->state->best_encoder->base.id;
	}
	ret = collect_modes(connector, file, args->count_modes, answer);
	if (!ret) {
		/* After the probe, which can make another EDID. */
		ret = drm_mode_object_get_properties(
			&connector->base, file->atomic, args->count_props,
			answer->properties.ids, answer->properties.values,
			&answer->properties.count);
	}
	mutex_unlock(&config->mutex);
	return ret;
}

int drm_mode_getconnector_ioctl(struct drm_device *dev, void *data,
				struct drm_file *file)
{
	struct drm_mode_get_connector *args = data;
	struct connector_answer answer = {.modes = NULL};
	struct drm_connector *connector;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	connector = drm_connector_lookup(dev, file, args->connector_id);
	if (!connector) {
		return -ENOENT;
	}
	ret = give_encoders(connector, args);
	if (ret) {
		goto out;
	}
	args->connector_type = (u32)connector->connector_type;
	args->connector_type_id = (u32)connector->connector_type_id;
	ret = collect(connector, file, args, &answer);
	if (ret) {
		goto out;
	}
	if (answer.modes) {
		ret = copy_to_user(args->modes_ptr, answer.modes,
				   answer.nr_modes * sizeof(*answer.modes));
		if (ret) {
			goto out;
		}
	}
	args->count_modes = answer.nr_modes;
	args->encoder_id = answer.encoder_id;
	ret = drm_mode_object_give_properties(
		&answer.properties, args->props_ptr, args->prop_values_ptr,
		&args->count_props);
out:
	kfree(answer.modes);
	drm_connector_put(connector);
	return ret;
}

/* The CRTC that feeds an encoder, or NULL. */
static struct drm_crtc *crtc_of(const struct drm_encoder *encoder)
{
	struct drm_connector *connector;

	drm_for_each_connector (connector, encoder->dev) {
		if (connector->state &&
		    connector->state->best_encoder == encoder) {
			return connector->state->crtc;
		}
	}
	return NULL;
}

int drm_mode_getencoder_ioctl(struct drm_device *dev, void *data,
			      struct drm_file *file)
{
	struct drm_mode_get_encoder *args = data;
	const struct drm_encoder *encoder;
	struct drm_mode_object *obj;
	const struct drm_crtc *crtc;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	obj = drm_mode_object_find(dev, file, args->encoder_id,
				   DRM_MODE_OBJECT_ENCODER);
	if (!obj) {
		return -ENOENT;
	}
	encoder = obj_to_encoder(obj);
	mutex_lock(&dev->mode_config.mutex);
	crtc = crtc_of(encoder);
	mutex_unlock(&dev->mode_config.mutex);
	args->crtc_id =
		crtc && drm_lease_held(file, crtc->base.id) ? crtc->base.id : 0;
	args->encoder_type = (u32)encoder->encoder_type;
	args->possible_crtcs =
		drm_lease_filter_crtcs(file, encoder->possible_crtcs);
	args->possible_clones = encoder->possible_clones;
	return 0;
}
