/* SPDX-License-Identifier: MIT */
/* Encoders, which do nothing but say which CRTC can feed which connector. */
#include <linux/err.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define MAX_ENCODERS 32 /* masks have a bit for each */

static const char *const type_names[] = {
	[DRM_MODE_ENCODER_NONE] = "None",
	[DRM_MODE_ENCODER_DAC] = "DAC",
	[DRM_MODE_ENCODER_TMDS] = "TMDS",
	[DRM_MODE_ENCODER_LVDS] = "LVDS",
	[DRM_MODE_ENCODER_TVDAC] = "TV",
	[DRM_MODE_ENCODER_VIRTUAL] = "Virtual",
	[DRM_MODE_ENCODER_DSI] = "DSI",
	[DRM_MODE_ENCODER_DPMST] = "DP MST",
	[DRM_MODE_ENCODER_DPI] = "DPI",
};

int drm_encoder_init(struct drm_device *dev, struct drm_encoder *encoder,
		     int encoder_type)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret;

	if (WARN_ON(config->num_encoder >= MAX_ENCODERS) ||
	    WARN_ON((size_t)encoder_type >= ARRAY_SIZE(type_names))) {
		return -EINVAL;
	}
	ret = drm_mode_object_add(dev, &encoder->base, DRM_MODE_OBJECT_ENCODER);
	if (ret) {
		return ret;
	}
	encoder->dev = dev;
	encoder->encoder_type = encoder_type;
	snprintf(encoder->name, sizeof(encoder->name), "%s-%u",
		 type_names[encoder_type], encoder->base.id);
	encoder->index = (unsigned int)config->num_encoder++;
	list_add_tail(&encoder->head, &config->encoder_list);
	return 0;
}

void drm_encoder_cleanup(struct drm_encoder *encoder)
{
	struct drm_device *dev = encoder->dev;

	drm_mode_object_unregister(dev, &encoder->base);
	list_del_init(&encoder->head);
	dev->mode_config.num_encoder--;
	memset(encoder, 0, sizeof(*encoder));
}
