/* SPDX-License-Identifier: MIT */
/* Planes, and what they can show. */
#include <linux/err.h>
#include <linux/slab.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* The formats of a plane are bits of a mask. */
#define MAX_FORMATS 64

static bool supports(struct drm_plane *plane, u32 format, u64 modifier)
{
	return !plane->funcs->format_mod_supported ||
	       plane->funcs->format_mod_supported(plane, format, modifier);
}

/* The blob that says which formats go with which modifiers. */
static struct drm_property_blob *make_in_formats(struct drm_device *dev,
						 struct drm_plane *plane)
{
	size_t formats_size = plane->format_count * sizeof(u32);
	struct drm_format_modifier_blob head = {
		.version = FORMAT_BLOB_CURRENT,
		.count_formats = plane->format_count,
		.formats_offset = sizeof(head),
		.count_modifiers = plane->modifier_count,
		.modifiers_offset = (u32)ALIGN(sizeof(head) + formats_size, 8),
	};
	struct drm_format_modifier *modifiers;
	struct drm_property_blob *blob;

	blob = drm_property_create_blob(dev,
					head.modifiers_offset +
						plane->modifier_count *
							sizeof(*modifiers),
					NULL);
	if (IS_ERR(blob)) {
		return blob;
	}
	memcpy(blob->data, &head, sizeof(head));
	memcpy((char *)blob->data + head.formats_offset, plane->format_types,
	       formats_size);
	modifiers = (void *)((char *)blob->data + head.modifiers_offset);
	for (unsigned int i = 0; i < plane->modifier_count; i++) {
		modifiers[i] = (struct drm_format_modifier){
			.modifier = plane->modifiers[i],
		};
		for (unsigned int j = 0; j < plane->format_count; j++) {
			if (supports(plane, plane->format_types[j],
				     plane->modifiers[i])) {
				modifiers[i].formats |= 1ull << j;
			}
		}
	}
	return blob;
}

/* A copy of the modifiers, without their end. */
static int copy_modifiers(struct drm_plane *plane, const u64 *modifiers)
{
	static const u64 linear[] = {DRM_FORMAT_MOD_LINEAR,
				     DRM_FORMAT_MOD_INVALID};
	unsigned int n = 0;

	if (!modifiers) {
		if (plane->dev->mode_config.fb_modifiers_not_supported) {
			return 0;
		}
		modifiers = linear;
	}
	while (modifiers[n] != DRM_FORMAT_MOD_INVALID) {
		n++;
	}
	plane->modifiers =
		kmalloc_array(n, sizeof(*plane->modifiers), GFP_KERNEL);
	if (!plane->modifiers) {
		return -ENOMEM;
	}
	memcpy(plane->modifiers, modifiers, n * sizeof(*modifiers));
	plane->modifier_count = n;
	return 0;
}

static void attach_properties(struct drm_plane *plane)
{
	const struct drm_mode_config *config = &plane->dev->mode_config;
	struct drm_mode_object *obj = &plane->base;

	drm_object_attach_property(obj, config->plane_type_property,
				   plane->type);
	if (!drm_core_check_feature(plane->dev, DRIVER_ATOMIC)) {
		return;
	}
	drm_object_attach_property(obj, config->prop_fb_id, 0);
	drm_object_attach_property(obj, config->prop_in_fence_fd, (u64)-1);
	drm_object_attach_property(obj, config->prop_crtc_id, 0);
	drm_object_attach_property(obj, config->prop_crtc_x, 0);
	drm_object_attach_property(obj, config->prop_crtc_y, 0);
	drm_object_attach_property(obj, config->prop_crtc_w, 0);
	drm_object_attach_property(obj, config->prop_crtc_h, 0);
	drm_object_attach_property(obj, config->prop_src_x, 0);
	drm_object_attach_property(obj, config->prop_src_y, 0);
	drm_object_attach_property(obj, config->prop_src_w, 0);
	drm_object_attach_property(obj, config->prop_src_h, 0);
}

int drm_universal_plane_init(struct drm_device *dev, struct drm_plane *plane,
			     u32 possible_crtcs,
			     const struct drm_plane_funcs *funcs,
			     const u32 *formats, unsigned int format_count,
			     const u64 *modifiers, enum drm_plane_type type)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_property_blob *in_formats = NULL;
	int ret;

	if (WARN_ON(config->num_total_plane >= DRM_MAX_PLANES ||
		    !format_count || format_count > MAX_FORMATS)) {
		return -EINVAL;
	}
	ret = drm_mode_object_add(dev, &plane->base, DRM_MODE_OBJECT_PLANE);
	if (ret) {
		return ret;
	}
	plane->base.properties = &plane->properties;
	plane->dev = dev;
	plane->funcs = funcs;
	plane->possible_crtcs = possible_crtcs;
	plane->type = type;
	plane->index = (unsigned int)config->num_total_plane;
	snprintf(plane->name, sizeof(plane->name), "plane-%u", plane->index);
	plane->format_types = kmalloc_array(
		format_count, sizeof(*plane->format_types), GFP_KERNEL);
	if (!plane->format_types) {
		ret = -ENOMEM;
		goto err_unregister;
	}
	memcpy(plane->format_types, formats, format_count * sizeof(*formats));
	plane->format_count = format_count;
	ret = copy_modifiers(plane, modifiers);
	if (ret) {
		goto err_free;
	}
	if (plane->modifier_count) {
		in_formats = make_in_formats(dev, plane);
		if (IS_ERR(in_formats)) {
			ret = (int)PTR_ERR(in_formats);
			goto err_free;
		}
	}
	list_add_tail(&plane->head, &config->plane_list);
	config->num_total_plane++;
	attach_properties(plane);
	if (in_formats) {
		/* The blob is the device's, which frees it. */
		drm_object_attach_property(&plane->base,
					   config->modifiers_property,
					   in_formats->base.id);
	}
	return 0;

err_free:
	kfree(plane->modifiers);
	kfree(plane->format_types);
err_unregister:
	drm_mode_object_unregister(dev, &plane->base);
	return ret;
}

void drm_plane_cleanup(struct drm_plane *plane)
{
	struct drm_device *dev = plane->dev;

	drm_mode_object_unregister(dev, &plane->base);
	list_del_init(&plane->head);
	dev->mode_config.num_total_plane--;
	if (plane->state) {
		plane->funcs->atomic_destroy_state(plane, plane->state);
		plane->state = NULL;
	}
	kfree(plane->modifiers);
	kfree(plane->format_types);
}

struct drm_plane *drm_plane_from_index(struct drm_device *dev, int idx)
{
	struct drm_plane *plane;

	drm_for_each_plane (plane, dev) {
		if ((int)plane->index == idx) {
			return plane;
		}
	}
	return NULL;
}

static bool has_modifier(const struct drm_plane *plane, u64 modifier)
{
	for (unsigned int i = 0; i < plane->modifier_count; i++) {
		if (plane->modifiers[i] == modifier) {
			return true;
		}
	}
	return !plane->modifier_count;
}

bool drm_plane_has_format(struct drm_plane *plane, u32 format, u64 modifier)
{
	for (unsigned int i = 0; i < plane->format_count; i++) {
		if (plane->format_types[i] == format) {
			return plane->funcs->format_mod_supported
				       ? supports(plane, format, modifier)
				       : has_modifier(plane, modifier);
		}
	}
	return false;
}

bool drm_any_plane_has_format(struct drm_device *dev, u32 format, u64 modifier)
{
	struct drm_plane *plane;

	drm_for_each_plane (plane, dev) {
		if (drm_plane_has_format(plane, format, modifier)) {
			return true;
		}
	}
	return false;
}
