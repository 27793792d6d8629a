/* SPDX-License-Identifier: MIT */
/**
 * DOC: objects and their numbers
 *
 * mode_config.object_idr has the number of every object of a display, and the
 * object, once programs may find it. Whoever finds a counted object has a
 * reference to it: under idr_mutex, with which a dying object gives its number
 * back, so that a found one was alive. What is not counted lives as long as
 * the device.
 *
 * A lessee finds CRTCs, connectors and planes only if they were leased to it;
 * all others are everybody's.
 */
#include <linux/err.h>

#include "internal.h"

int drm_mode_object_add_counted(struct drm_device *dev,
				struct drm_mode_object *obj, u32 type,
				bool register_obj,
				void (*free_cb)(struct kref *kref))
{
	struct drm_mode_config *config = &dev->mode_config;
	int id;

	WARN_ON(dev->registered && !free_cb);
	/* Nobody may find it before it is complete. */
	mutex_lock(&config->idr_mutex);
	id = idr_alloc(&config->object_idr, register_obj ? obj : NULL);
	if (id > 0) {
		obj->id = (u32)id;
		obj->type = type;
		obj->free_cb = free_cb;
		if (free_cb) {
			kref_init(&obj->refcount);
		}
	}
	mutex_unlock(&config->idr_mutex);
	return id < 0 ? id : 0;
}

int drm_mode_object_add(struct drm_device *dev, struct drm_mode_object *obj,
			u32 type)
{
	return drm_mode_object_add_counted(dev, obj, type, true, NULL);
}

void drm_mode_object_register(struct drm_device *dev,
			      struct drm_mode_object *obj)
{
	struct drm_mode_config *config = &dev->mode_config;

	mutex_lock(&config->idr_mutex);
	idr_replace(&config->object_idr, obj, obj->id);
	mutex_unlock(&config->idr_mutex);
}

void drm_mode_object_unregister(struct drm_device *dev,
				struct drm_mode_object *obj)
{
	struct drm_mode_config *config = &dev->mode_config;

	mutex_lock(&config->idr_mutex);
	if (obj->id) {
		idr_remove(&config->object_idr, obj->id);
		obj->id = 0;
	}
	mutex_unlock(&config->idr_mutex);
}

bool drm_mode_object_lease_required(u32 type)
{
	return type == DRM_MODE_OBJECT_CRTC ||
	       type == DRM_MODE_OBJECT_CONNECTOR ||
	       type == DRM_MODE_OBJECT_PLANE;
}

static bool may_find(struct drm_mode_object *obj, struct drm_file *file,
		     u32 type)
{
	if (type != DRM_MODE_OBJECT_ANY && obj->type != type) {
		return false;
	}
	return !drm_mode_object_lease_required(obj->type) ||
	       _drm_lease_held(file, obj->id);
}

struct drm_mode_object *drm_mode_object_find(struct drm_device *dev,
					     struct drm_file *file, u32 id,
					     u32 type)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_mode_object *obj;

	mutex_lock(&config->idr_mutex);
	obj = idr_find(&config->object_idr, id);
	if (obj && !may_find(obj, file, type)) {
		obj = NULL;
	}
	if (obj && obj->free_cb && !kref_get_unless_zero(&obj->refcount)) {
		obj = NULL;
	}
	mutex_unlock(&config->idr_mutex);
	return obj;
}

void drm_mode_object_get(struct drm_mode_object *obj)
{
	if (obj->free_cb) {
		kref_get(&obj->refcount);
	}
}

void drm_mode_object_put(struct drm_mode_object *obj)
{
	if (obj->free_cb) {
		kref_put(&obj->refcount, obj->free_cb);
	}
}

void drm_object_attach_property(struct drm_mode_object *obj,
				struct drm_property *property, u64 init_val)
{
	struct drm_object_properties *properties = obj->properties;

	WARN_ON(property->dev->registered);
	if (WARN_ON(properties->count == DRM_OBJECT_MAX_PROPERTY)) {
		return;
	}
	properties->properties[properties->count] = property;
	properties->values[properties->count] = init_val;
	properties->count++;
}

/* Where the value of a property is kept that is in no state, or NULL. */
static u64 *value_of(struct drm_mode_object *obj,
		     const struct drm_property *property)
{
	for (int i = 0; i < obj->properties->count; i++) {
		if (obj->properties->properties[i] == property) {
			return &obj->properties->values[i];
		}
	}
	return NULL;
}

int drm_object_property_set_value(struct drm_mode_object *obj,
				  struct drm_property *property, u64 value)
{
	u64 *at = value_of(obj, property);

	WARN_ON(!(property->flags & DRM_MODE_PROP_IMMUTABLE));
	if (!at) {
		return -EINVAL;
	}
	*at = value;
	return 0;
}

int drm_object_property_get_default_value(struct drm_mode_object *obj,
					  struct drm_property *property,
					  u64 *value)
{
	const u64 *at = value_of(obj, property);

	if (!at) {
		return -EINVAL;
	}
	*value = *at;
	return 0;
}

int drm_object_property_get_value(struct drm_mode_object *obj,
				  struct drm_property *property, u64 *value)
{
	/* What programs cannot change is in no state. */
	return property->flags & DRM_MODE_PROP_IMMUTABLE
		       ? drm_object_property_get_default_value(obj, property,
							       value)
		       : drm_atomic_get_property(obj, property, value);
}

int drm_mode_object_get_properties(struct drm_mode_object *obj, bool atomic,
				   u32 room, u32 *ids, u64 *values, u32 *count)
{
	u32 n = 0;

	for (int i = 0; i < obj->properties->count; i++) {
		struct drm_property *property = obj->properties->properties[i];
		int ret;

		if (property->flags & DRM_MODE_PROP_ATOMIC && !atomic) {
			continue;
		}
		if (n < room) {
			ret = drm_object_property_get_value(obj, property,
							    &values[n]);
			if (ret) {
				return ret;
			}
			ids[n] = property->base.id;
		}
		n++;
	}
	*count = n;
	return 0;
}

struct drm_property *drm_mode_obj_find_prop_id(struct drm_mode_object *obj,
					       u32 prop_id)
{
	for (int i = 0; i < obj->properties->count; i++) {
		if (obj->properties->properties[i]->base.id == prop_id) {
			return obj->properties->properties[i];
		}
	}
	return NULL;
}
