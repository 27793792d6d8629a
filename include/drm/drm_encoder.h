/* SPDX-License-Identifier: MIT */
/* Encoders: between a CRTC and connectors. */
#ifndef UPRIME_DRM_ENCODER_H
#define UPRIME_DRM_ENCODER_H

#include <drm/drm_mode_object.h>
#include <linux/list.h>

struct drm_crtc;
struct drm_device;
struct drm_file;

/**
 * struct drm_encoder - an encoder
 */
struct drm_encoder {
	struct drm_device *dev;
	struct list_head head; /* mode_config.encoder_list; constant */
	struct drm_mode_object base;
	char name[32];	    /* "Virtual-31"; constant */
	int encoder_type;   /* DRM_MODE_ENCODER_*; constant */
	unsigned int index; /* constant */
	u32 possible_crtcs; /* masks by index; constant once registered */
	u32 possible_clones;
	struct drm_crtc *crtc; /* that it is used by, or NULL;
				  mode_config.mutex */
};

#define obj_to_encoder(x) container_of(x, struct drm_encoder, base)

/* drm_encoder_init - 0 and drm_encoder_cleanup() undoes it; -ENOMEM, -EINVAL */
EXPORT_SYMBOL int drm_encoder_init(struct drm_device *dev,
				   struct drm_encoder *encoder,
				   int encoder_type);
EXPORT_SYMBOL void drm_encoder_cleanup(struct drm_encoder *encoder);

static inline u32 drm_encoder_mask(const struct drm_encoder *encoder)
{
	return 1u << encoder->index;
}

#define drm_for_each_encoder(encoder, dev)                                     \
	list_for_each_entry (encoder, &(dev)->mode_config.encoder_list, head)

#endif
