/* SPDX-License-Identifier: MIT */
/**
 * DOC: making the display of a device
 *
 * A driver calls drm_mode_config_init(), adds planes, CRTCs, encoders and
 * connectors, and has drm_mode_config_reset() give each its first state. From
 * then on the lists do not change. The properties of all drivers are made
 * first and in the kernel's order, since programs see their numbers.
 */
#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* A property of the core: where it is kept, and how it is made. */
struct standard_property {
	size_t offset; /* in struct drm_mode_config */
	const char *name;
	u32 flags; /* DRM_MODE_PROP_*, with the type */
	u64 min, max;
};

#define PROPERTY(member_, name_, flags_, min_, max_)                           \
	{                                                                      \
		.offset = offsetof(struct drm_mode_config, member_),           \
		.name = (name_), .flags = (flags_), .min = (u64)(min_),        \
		.max = (u64)(max_),                                            \
	}

#define ATOMIC	     DRM_MODE_PROP_ATOMIC
#define IMMUTABLE    DRM_MODE_PROP_IMMUTABLE
#define RANGE	     DRM_MODE_PROP_RANGE
#define SIGNED_RANGE DRM_MODE_PROP_SIGNED_RANGE
#define BLOB	     DRM_MODE_PROP_BLOB
#define OBJECT	     DRM_MODE_PROP_OBJECT

/* Behind those of connectors and the type of planes. Of objects, min is their
 * type. */
static const struct standard_property standard[] = {
	PROPERTY(prop_src_x, "SRC_X", ATOMIC | RANGE, 0, UINT_MAX),
	PROPERTY(prop_src_y, "SRC_Y", ATOMIC | RANGE, 0, UINT_MAX),
	PROPERTY(prop_src_w, "SRC_W", ATOMIC | RANGE, 0, UINT_MAX),
	PROPERTY(prop_src_h, "SRC_H", ATOMIC | RANGE, 0, UINT_MAX),
	PROPERTY(prop_crtc_x, "CRTC_X", ATOMIC | SIGNED_RANGE, INT_MIN,
		 INT_MAX),
	PROPERTY(prop_crtc_y, "CRTC_Y", ATOMIC | SIGNED_RANGE, INT_MIN,
		 INT_MAX),
	PROPERTY(prop_crtc_w, "CRTC_W", ATOMIC | RANGE, 0, INT_MAX),
	PROPERTY(prop_crtc_h, "CRTC_H", ATOMIC | RANGE, 0, INT_MAX),
	PROPERTY(prop_fb_id, "FB_ID", ATOMIC | OBJECT, DRM_MODE_OBJECT_FB, 0),
	PROPERTY(prop_in_fence_fd, "IN_FENCE_FD", ATOMIC | SIGNED_RANGE, -1,
		 INT_MAX),
	PROPERTY(prop_out_fence_ptr, "OUT_FENCE_PTR", ATOMIC | RANGE, 0,
		 UINT64_MAX),
	PROPERTY(prop_crtc_id, "CRTC_ID", ATOMIC | OBJECT, DRM_MODE_OBJECT_CRTC,
		 0),
	PROPERTY(prop_fb_damage_clips, "FB_DAMAGE_CLIPS", ATOMIC | BLOB, 0, 0),
	PROPERTY(prop_active, "ACTIVE", ATOMIC | RANGE, 0, 1),
	PROPERTY(prop_mode_id, "MODE_ID", ATOMIC | BLOB, 0, 0),
	PROPERTY(prop_vrr_enabled, "VRR_ENABLED", RANGE, 0, 1),
	PROPERTY(degamma_lut_property, "DEGAMMA_LUT", BLOB, 0, 0),
	PROPERTY(degamma_lut_size_property, "DEGAMMA_LUT_SIZE",
		 IMMUTABLE | RANGE, 0, UINT_MAX),
	PROPERTY(ctm_property, "CTM", BLOB, 0, 0),
	PROPERTY(gamma_lut_property, "GAMMA_LUT", BLOB, 0, 0),
	PROPERTY(gamma_lut_size_property, "GAMMA_LUT_SIZE", IMMUTABLE | RANGE,
		 0, UINT_MAX),
	PROPERTY(modifiers_property, "IN_FORMATS", IMMUTABLE | BLOB, 0, 0),
	PROPERTY(size_hints_property, "SIZE_HINTS", IMMUTABLE | BLOB, 0, 0),
};

static const struct drm_prop_enum_list plane_types[] = {
	{DRM_PLANE_TYPE_OVERLAY, "Overlay"},
	{DRM_PLANE_TYPE_PRIMARY, "Primary"},
	{DRM_PLANE_TYPE_CURSOR, "Cursor"},
};

static struct drm_property *make_standard(struct drm_device *dev,
					  const struct standard_property *s)
{
	int nr_values = s->flags & BLOB ? 0 : 2;
	struct drm_property *property;

	if (drm_property_type_is(&(struct drm_property){.flags = s->flags},
				 OBJECT)) {
		nr_values = 1;
	}
	property = drm_property_create(dev, s->flags, s->name, nr_values);
	if (property && nr_values) {
		property->values[0] = s->min;
		property->values[nr_values - 1] =
			nr_values > 1 ? s->max : s->min;
	}
	return property;
}

static int create_standard_properties(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret = drm_connector_create_standard_properties(dev);

	if (ret) {
		return ret;
	}
	config->plane_type_property = drm_property_create_enum(
		dev, IMMUTABLE, "type", plane_types, ARRAY_SIZE(plane_types));
	if (!config->plane_type_property) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < ARRAY_SIZE(standard); i++) {
		struct drm_property *property =
			make_standard(dev, &standard[i]);

		if (!property) {
			return -ENOMEM;
		}
		*(struct drm_property **)((char *)config + standard[i].offset) =
			property;
	}
	return 0;
}

/* An encoder that says nothing of clones can be used with itself only. */
static void fixup_possible_clones(struct drm_device *dev)
{
	struct drm_encoder *encoder;

	drm_for_each_encoder (encoder, dev) {
		if (!encoder->possible_clones) {
			encoder->possible_clones = drm_encoder_mask(encoder);
		}
	}
}

static void dev_register(struct drm_device *dev)
{
	fixup_possible_clones(dev);
	drm_connector_register_all(dev);
}

static void dev_unregister(struct drm_device *dev)
{
	drm_connector_unregister_all(dev);
}

static void file_open(struct drm_file *file)
{
	mutex_init(&file->fbs_lock);
	INIT_LIST_HEAD(&file->fbs);
	INIT_LIST_HEAD(&file->blobs);
	drm_events_init(file);
}

static void file_release(struct drm_file *file)
{
	drm_events_release(file);
	drm_fb_release(file);
	drm_property_destroy_user_blobs(file->minor->dev, file);
	mutex_destroy(&file->fbs_lock);
}

static const struct drm_kms_hooks kms_hooks = {
	.dev_register = dev_register,
	.dev_unregister = dev_unregister,
	.file_open = file_open,
	.file_release = file_release,
	.master_release = drm_lease_revoke,
	.master_destroy = drm_lease_destroy,
};

int drm_mode_config_init(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret;

	mutex_init(&config->mutex);
	mutex_init(&config->idr_mutex);
	idr_init(&config->object_idr, 1);
	mutex_init(&config->fb_lock);
	INIT_LIST_HEAD(&config->fb_list);
	mutex_init(&config->blob_lock);
	INIT_LIST_HEAD(&config->property_blob_list);
	INIT_LIST_HEAD(&config->connector_list);
	INIT_LIST_HEAD(&config->encoder_list);
	INIT_LIST_HEAD(&config->plane_list);
	INIT_LIST_HEAD(&config->crtc_list);
	INIT_LIST_HEAD(&config->property_list);
	config->hooks = &kms_hooks;
	ret = create_standard_properties(dev);
	if (!ret) {
		/* For commits that nobody waits for. */
		ret = workqueue_prepare();
	}
	if (ret) {
		drm_mode_config_cleanup(dev);
	}
	return ret;
}

void drm_mode_config_cleanup(struct drm_device *dev)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_property *property, *next_property;
	struct drm_property_blob *blob, *next_blob;

	WARN_ON(!list_empty(&config->connector_list));
	WARN_ON(!list_empty(&config->encoder_list));
	WARN_ON(!list_empty(&config->plane_list));
	WARN_ON(!list_empty(&config->crtc_list));
	WARN_ON(!list_empty(&config->fb_list));
	list_for_each_entry_safe (property, next_property,
				  &config->property_list, head) {
		drm_property_destroy(dev, property);
	}
	/* Those which are told by properties that are in no state. */
	list_for_each_entry_safe (blob, next_blob, &config->property_blob_list,
				  head_global) {
		drm_property_blob_put(blob);
	}
	idr_destroy(&config->object_idr);
	mutex_destroy(&config->mutex);
	mutex_destroy(&config->idr_mutex);
	mutex_destroy(&config->fb_lock);
	mutex_destroy(&config->blob_lock);
	config->hooks = NULL;
}

int drm_mode_config_reset(struct drm_device *dev)
{
	struct drm_connector *connector;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	bool complete = true;

	drm_for_each_plane (plane, dev) {
		plane->funcs->reset(plane);
		complete &= !!plane->state;
	}
	drm_for_each_crtc (crtc, dev) {
		crtc->funcs->reset(crtc);
		complete &= !!crtc->state;
	}
	drm_for_each_connector (connector, dev) {
		connector->funcs->reset(connector);
		complete &= !!connector->state;
	}
	return complete ? 0 : -ENOMEM;
}
