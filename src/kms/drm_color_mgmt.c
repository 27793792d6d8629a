/* SPDX-License-Identifier: MIT */
/**
 * DOC: colours of a CRTC
 *
 * The properties DEGAMMA_LUT, CTM and GAMMA_LUT are part of its state. SETGAMMA
 * is older: what it was given last is kept beside (drm_crtc.gamma_store), for
 * GETGAMMA, and becomes one of those properties.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

void drm_crtc_enable_color_mgmt(struct drm_crtc *crtc, u32 degamma_lut_size,
				bool has_ctm, u32 gamma_lut_size)
{
	const struct drm_mode_config *config = &crtc->dev->mode_config;
	struct drm_mode_object *obj = &crtc->base;

	if (degamma_lut_size) {
		drm_object_attach_property(obj, config->degamma_lut_property,
					   0);
		drm_object_attach_property(obj,
					   config->degamma_lut_size_property,
					   degamma_lut_size);
	}
	if (has_ctm) {
		drm_object_attach_property(obj, config->ctm_property, 0);
	}
	if (gamma_lut_size) {
		drm_object_attach_property(obj, config->gamma_lut_property, 0);
		drm_object_attach_property(obj, config->gamma_lut_size_property,
					   gamma_lut_size);
	}
}

int drm_mode_crtc_set_gamma_size(struct drm_crtc *crtc, int gamma_size)
{
	u32 size = (u32)gamma_size;
	u16 *store = kcalloc(size, 3 * sizeof(*store), GFP_KERNEL);

	if (!store) {
		return -ENOMEM;
	}
	for (u32 i = 0; i < size; i++) {
		u16 value = (u16)(i << 8);

		store[i] = store[size + i] = store[2 * size + i] = value;
	}
	crtc->gamma_store = store;
	crtc->gamma_size = size;
	return 0;
}

static bool has_property(struct drm_crtc *crtc, struct drm_property *prop)
{
	return drm_mode_obj_find_prop_id(&crtc->base, prop->base.id);
}

bool drm_crtc_supports_legacy_gamma(struct drm_crtc *crtc)
{
	const struct drm_mode_config *config = &crtc->dev->mode_config;

	return crtc->gamma_size &&
	       (has_property(crtc, config->gamma_lut_property) ||
		has_property(crtc, config->degamma_lut_property));
}
