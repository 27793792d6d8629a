/* SPDX-License-Identifier: MIT */
/**
 * DOC: properties
 *
 * A property is a name and a range of values; objects that have it have a
 * value each. Properties are made before their device is registered and live
 * as long as it does, so nothing guards them. Where a value names something (a
 * framebuffer, a CRTC, a blob), whoever asks whether it is valid keeps that
 * alive until it has been used.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* Exactly one type, and no flags beside it but these. */
static bool flags_are_valid(u32 flags)
{
	u32 legacy = flags & DRM_MODE_PROP_LEGACY_TYPE;
	u32 extended = flags & DRM_MODE_PROP_EXTENDED_TYPE;

	if (flags & ~(DRM_MODE_PROP_LEGACY_TYPE | DRM_MODE_PROP_EXTENDED_TYPE |
		      DRM_MODE_PROP_IMMUTABLE | DRM_MODE_PROP_ATOMIC)) {
		return false;
	}
	return !legacy != !extended && !(legacy & (legacy - 1));
}

struct drm_property *drm_property_create(struct drm_device *dev, u32 flags,
					 const char *name, int num_values)
{
	struct drm_property *property;

	if (WARN_ON(!flags_are_valid(flags)) ||
	    WARN_ON(strlen(name) >= DRM_PROP_NAME_LEN)) {
		return NULL;
	}
	property = kzalloc(sizeof(*property), GFP_KERNEL);
	if (!property) {
		return NULL;
	}
	property->dev = dev;
	property->flags = flags;
	property->num_values = (u32)num_values;
	INIT_LIST_HEAD(&property->enum_list);
	snprintf(property->name, sizeof(property->name), "%s", name);
	if (num_values) {
		property->values =
			kcalloc((size_t)num_values, sizeof(*property->values),
				GFP_KERNEL);
		if (!property->values) {
			goto err_free;
		}
	}
	if (drm_mode_object_add(dev, &property->base,
				DRM_MODE_OBJECT_PROPERTY)) {
		goto err_values;
	}
	list_add_tail(&property->head, &dev->mode_config.property_list);
	return property;

err_values:
	kfree(property->values);
err_free:
	kfree(property);
	return NULL;
}

void drm_property_destroy(struct drm_device *dev, struct drm_property *property)
{
	struct drm_property_enum *entry, *next;

	list_for_each_entry_safe (entry, next, &property->enum_list, head) {
		list_del_init(&entry->head);
		kfree(entry);
	}
	list_del_init(&property->head);
	drm_mode_object_unregister(dev, &property->base);
	kfree(property->values);
	kfree(property);
}

int drm_property_add_enum(struct drm_property *property, u64 value,
			  const char *name)
{
	bool is_bitmask = drm_property_type_is(property, DRM_MODE_PROP_BITMASK);
	struct drm_property_enum *entry;
	u32 i = 0;

	if (WARN_ON(strlen(name) >= DRM_PROP_NAME_LEN) ||
	    WARN_ON(!is_bitmask &&
		    !drm_property_type_is(property, DRM_MODE_PROP_ENUM)) ||
	    WARN_ON(is_bitmask && value > 63)) {
		return -EINVAL;
	}
	list_for_each_entry (entry, &property->enum_list, head) {
		if (WARN_ON(entry->value == value)) {
			return -EINVAL;
		}
		i++;
	}
	if (WARN_ON(i >= property->num_values)) {
		return -EINVAL;
	}
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry) {
		return -ENOMEM;
	}
	entry->value = value;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	property->values[i] = value;
	list_add_tail(&entry->head, &property->enum_list);
	return 0;
}

/* A property with those names whose bit is in @supported, if it is a bitmask,
 * else with all. */
static struct drm_property *create_named(struct drm_device *dev, u32 flags,
					 const char *name,
					 const struct drm_prop_enum_list *props,
					 int num_props, int num_values,
					 u64 supported)
{
	struct drm_property *property =
		drm_property_create(dev, flags, name, num_values);

	if (!property) {
		return NULL;
	}
	for (int i = 0; i < num_props; i++) {
		if (flags & DRM_MODE_PROP_BITMASK &&
		    !(supported >> props[i].type & 1)) {
			continue;
		}
		if (drm_property_add_enum(property, (u64)props[i].type,
					  props[i].name)) {
			drm_property_destroy(dev, property);
			return NULL;
		}
	}
	return property;
}

struct drm_property *
drm_property_create_enum(struct drm_device *dev, u32 flags, const char *name,
			 const struct drm_prop_enum_list *props, int num_values)
{
	return create_named(dev, flags | DRM_MODE_PROP_ENUM, name, props,
			    num_values, num_values, 0);
}

struct drm_property *
drm_property_create_bitmask(struct drm_device *dev, u32 flags, const char *name,
			    const struct drm_prop_enum_list *props,
			    int num_props, u64 supported_bits)
{
	return create_named(dev, flags | DRM_MODE_PROP_BITMASK, name, props,
			    num_props, __builtin_popcountll(supported_bits),
			    supported_bits);
}

static struct drm_property *create_range(struct drm_device *dev, u32 flags,
					 const char *name, u64 min, u64 max)
{
	struct drm_property *property =
		drm_property_create(dev, flags, name, 2);

	if (property) {
		property->values[0] = min;
		property->values[1] = max;
	}
	return property;
}

struct drm_property *drm_property_create_range(struct drm_device *dev,
					       u32 flags, const char *name,
					       u64 min, u64 max)
{
	return create_range(dev, flags | DRM_MODE_PROP_RANGE, name, min, max);
}

struct drm_property *drm_property_create_signed_range(struct drm_device *dev,
						      u32 flags,
						      const char *name, s64 min,
						      s64 max)
{
	return create_range(dev, flags | DRM_MODE_PROP_SIGNED_RANGE, name,
			    (u64)min, (u64)max);
}

struct drm_property *drm_property_create_object(struct drm_device *dev,
						u32 flags, const char *name,
						u32 type)
{
	struct drm_property *property;

	/* Programs that know nothing of objects as values cannot have them. */
	if (WARN_ON(!(flags & DRM_MODE_PROP_ATOMIC))) {
		return NULL;
	}
	property =
		drm_property_create(dev, flags | DRM_MODE_PROP_OBJECT, name, 1);
	if (property) {
		property->values[0] = type;
	}
	return property;
}

struct drm_property *drm_property_create_bool(struct drm_device *dev, u32 flags,
					      const char *name)
{
	return drm_property_create_range(dev, flags, name, 0, 1);
}

/* Is it one of the names, or made of bits which are? */
static bool is_named(const struct drm_property *property, u64 value)
{
	u64 bits = 0;

	for (u32 i = 0; i < property->num_values; i++) {
		if (drm_property_type_is(property, DRM_MODE_PROP_BITMASK)) {
			bits |= (u64)1 << property->values[i];
		} else if (property->values[i] == value) {
			return true;
		}
	}
	return drm_property_type_is(property, DRM_MODE_PROP_BITMASK) &&
	       !(value & ~bits);
}

bool drm_property_change_valid_get(struct drm_property *property, u64 value,
				   struct drm_mode_object **ref)
{
	const u64 *limits = property->values;
	u32 type;

	*ref = NULL;
	if (property->flags & DRM_MODE_PROP_IMMUTABLE) {
		return false;
	}
	if (drm_property_type_is(property, DRM_MODE_PROP_RANGE)) {
		return value >= limits[0] && value <= limits[1];
	}
	if (drm_property_type_is(property, DRM_MODE_PROP_SIGNED_RANGE)) {
		return (s64)value >= (s64)limits[0] &&
		       (s64)value <= (s64)limits[1];
	}
	if (drm_property_type_is(property, DRM_MODE_PROP_BLOB)) {
		type = DRM_MODE_OBJECT_BLOB;
	} else if (drm_property_type_is(property, DRM_MODE_PROP_OBJECT)) {
		type = (u32)limits[0];
	} else {
		return is_named(property, value);
	}
	if (!value) {
		return true;
	}
	/* Numbers are cut to 32 bits, as the kernel does. */
	*ref = drm_mode_object_find(property->dev, NULL, (u32)value, type);
	return *ref;
}

void drm_property_change_valid_put(struct drm_property *property,
				   struct drm_mode_object *ref)
{
	(void)property;
	if (ref) {
		drm_mode_object_put(ref);
	}
}
