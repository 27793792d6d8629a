/* SPDX-License-Identifier: MIT */
/* How planes are put together: the properties of planes that say it, and their
 * order. */
#include <linux/err.h>
#include <linux/slab.h>
#include <stdlib.h>
#include <strings.h>

#include "internal.h"

#define BIT(n) (1u << (n))

int drm_plane_create_alpha_property(struct drm_plane *plane)
{
	struct drm_property *prop = drm_property_create_range(
		plane->dev, 0, "alpha", 0, DRM_BLEND_ALPHA_OPAQUE);

	if (!prop) {
		return -ENOMEM;
	}
	drm_object_attach_property(&plane->base, prop, DRM_BLEND_ALPHA_OPAQUE);
	plane->alpha_property = prop;
	if (plane->state) {
		plane->state->alpha = DRM_BLEND_ALPHA_OPAQUE;
	}
	return 0;
}

int drm_plane_create_rotation_property(struct drm_plane *plane,
				       unsigned int rotation,
				       unsigned int supported)
{
	static const struct drm_prop_enum_list names[] = {
		{0, "rotate-0"},   {1, "rotate-90"}, {2, "rotate-180"},
		{3, "rotate-270"}, {4, "reflect-x"}, {5, "reflect-y"},
	};
	struct drm_property *prop;

	static_assert(DRM_MODE_ROTATE_0 == BIT(0) &&
			      DRM_MODE_REFLECT_Y == BIT(5),
		      "names by bit");
	WARN_ON(!(supported & DRM_MODE_ROTATE_MASK) || rotation & ~supported);
	prop = drm_property_create_bitmask(plane->dev, 0, "rotation", names,
					   ARRAY_SIZE(names), supported);
	if (!prop) {
		return -ENOMEM;
	}
	drm_object_attach_property(&plane->base, prop, rotation);
	plane->rotation_property = prop;
	if (plane->state) {
		plane->state->rotation = rotation;
	}
	return 0;
}

unsigned int drm_rotation_simplify(unsigned int rotation,
				   unsigned int supported)
{
	unsigned int reflect = rotation & DRM_MODE_REFLECT_MASK;
	int turns = ffs((int)(rotation & DRM_MODE_ROTATE_MASK)) - 1;

	if (!(rotation & ~supported)) {
		return rotation;
	}
	/* Both reflections are half a turn. */
	reflect ^= DRM_MODE_REFLECT_X | DRM_MODE_REFLECT_Y;
	return reflect | BIT((turns + 2) % 4);
}

static int attach_zpos(struct drm_plane *plane, u32 flags, unsigned int zpos,
		       unsigned int lowest, unsigned int highest)
{
	struct drm_property *prop = drm_property_create_range(
		plane->dev, flags, "zpos", lowest, highest);

	if (!prop) {
		return -ENOMEM;
	}
	drm_object_attach_property(&plane->base, prop, zpos);
	plane->zpos_property = prop;
	if (plane->state) {
		plane->state->zpos = zpos;
		plane->state->normalized_zpos = zpos;
	}
	return 0;
}

int drm_plane_create_zpos_property(struct drm_plane *plane, unsigned int zpos,
				   unsigned int min, unsigned int max)
{
	return attach_zpos(plane, 0, zpos, min, max);
}

int drm_plane_create_zpos_immutable_property(struct drm_plane *plane,
					     unsigned int zpos)
{
	return attach_zpos(plane, DRM_MODE_PROP_IMMUTABLE, zpos, zpos, zpos);
}

/* Attach an enum of those names whose value is a bit of @supported. NULL: no
 * memory. */
static struct drm_property *attach_enum(struct drm_plane *plane,
					const char *name,
					const struct drm_prop_enum_list *all,
					int n, u32 supported, u64 value)
{
	struct drm_prop_enum_list some[4];
	struct drm_property *prop;
	int count = 0;

	for (int i = 0; i < n; i++) {
		if (supported & BIT(all[i].type)) {
			some[count++] = all[i];
		}
	}
	prop = drm_property_create_enum(plane->dev, 0, name, some, count);
	if (prop) {
		drm_object_attach_property(&plane->base, prop, value);
	}
	return prop;
}

int drm_plane_create_blend_mode_property(struct drm_plane *plane,
					 unsigned int modes)
{
	static const struct drm_prop_enum_list names[] = {
		{DRM_MODE_BLEND_PIXEL_NONE, "None"},
		{DRM_MODE_BLEND_PREMULTI, "Pre-multiplied"},
		{DRM_MODE_BLEND_COVERAGE, "Coverage"},
	};

	if (WARN_ON(modes >= BIT(ARRAY_SIZE(names)) ||
		    !(modes & BIT(DRM_MODE_BLEND_PREMULTI)))) {
		return -EINVAL;
	}
	plane->blend_mode_property =
		attach_enum(plane, "pixel blend mode", names, ARRAY_SIZE(names),
			    modes, DRM_MODE_BLEND_PREMULTI);
	return plane->blend_mode_property ? 0 : -ENOMEM;
}

int drm_plane_create_color_properties(struct drm_plane *plane,
				      u32 supported_encodings,
				      u32 supported_ranges,
				      enum drm_color_encoding default_encoding,
				      enum drm_color_range default_range)
{
	static const struct drm_prop_enum_list encodings[] = {
		{DRM_COLOR_YCBCR_BT601, "ITU-R BT.601 YCbCr"},
		{DRM_COLOR_YCBCR_BT709, "ITU-R BT.709 YCbCr"},
		{DRM_COLOR_YCBCR_BT2020, "ITU-R BT.2020 YCbCr"},
	};
	static const struct drm_prop_enum_list ranges[] = {
		{DRM_COLOR_YCBCR_LIMITED_RANGE, "YCbCr limited range"},
		{DRM_COLOR_YCBCR_FULL_RANGE, "YCbCr full range"},
	};

	if (WARN_ON(supported_encodings >= BIT(DRM_COLOR_ENCODING_MAX) ||
		    !(supported_encodings & BIT(default_encoding)) ||
		    supported_ranges >= BIT(DRM_COLOR_RANGE_MAX) ||
		    !(supported_ranges & BIT(default_range)))) {
		return -EINVAL;
	}
	plane->color_encoding_property = attach_enum(
		plane, "COLOR_ENCODING", encodings, ARRAY_SIZE(encodings),
		supported_encodings, default_encoding);
	if (!plane->color_encoding_property) {
		return -ENOMEM;
	}
	plane->color_range_property =
		attach_enum(plane, "COLOR_RANGE", ranges, ARRAY_SIZE(ranges),
			    supported_ranges, default_range);
	if (!plane->color_range_property) {
		return -ENOMEM;
	}
	if (plane->state) {
		plane->state->color_encoding = default_encoding;
		plane->state->color_range = default_range;
	}
	return 0;
}

/* For qsort(): from the lowest on, and of equals the older plane first. */
static int compare_zpos(const void *a, const void *b)
{
	const struct drm_plane_state *one = *(struct drm_plane_state *const *)a;
	const struct drm_plane_state *two = *(struct drm_plane_state *const *)b;

	if (one->zpos != two->zpos) {
		return one->zpos < two->zpos ? -1 : 1;
	}
	return one->plane->base.id < two->plane->base.id ? -1 : 1;
}

/* Number the planes of a CRTC in their order, from 0. */
static int normalize_crtc(struct drm_device *dev,
			  struct drm_atomic_state *state,
			  struct drm_crtc_state *crtc_state)
{
	struct drm_plane_state **states;
	struct drm_plane *plane;
	unsigned int n = 0;
	int ret = 0;

	states = kmalloc_array((size_t)dev->mode_config.num_total_plane,
			       sizeof(struct drm_plane_state *), GFP_KERNEL);
	if (!states) {
		return -ENOMEM;
	}
	drm_for_each_plane_mask (plane, dev, crtc_state->plane_mask) {
		/* It becomes part of the change if it was not yet. */
		states[n] = drm_atomic_get_plane_state(state, plane);
		if (IS_ERR(states[n])) {
			ret = (int)PTR_ERR(states[n]);
			goto out;
		}
		n++;
	}
	qsort(states, n, sizeof(struct drm_plane_state *), compare_zpos);
	for (unsigned int i = 0; i < n; i++) {
		states[i]->normalized_zpos = i;
	}
	crtc_state->zpos_changed = true;
out:
	kfree(states);
	return ret;
}

int drm_atomic_normalize_zpos(struct drm_device *dev,
			      struct drm_atomic_state *state)
{
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_crtc_state *old_crtc, *new_crtc;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i, ret;

	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		if (new_plane->crtc && old_plane->zpos != new_plane->zpos) {
			new_crtc = drm_atomic_get_new_crtc_state(
				state, new_plane->crtc);
			new_crtc->zpos_changed = true;
		}
	}
	for_each_oldnew_crtc_in_state (state, crtc, old_crtc, new_crtc, i) {
		if (old_crtc->plane_mask == new_crtc->plane_mask &&
		    !new_crtc->zpos_changed) {
			continue;
		}
		ret = normalize_crtc(dev, state, new_crtc);
		if (ret) {
			return ret;
		}
	}
	return 0;
}
