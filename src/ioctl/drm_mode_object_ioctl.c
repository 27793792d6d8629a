/* SPDX-License-Identifier: MIT */
/* The properties of objects. */
#include <linux/err.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

int drm_mode_object_give_properties(const struct object_properties *from,
				    u64 ids, u64 values, u32 *count)
{
	u32 nr = min(from->count, *count);

	if (copy_to_user(ids, from->ids, nr * sizeof(*from->ids)) ||
	    copy_to_user(values, from->values, nr * sizeof(*from->values))) {
		return -EFAULT;
	}
	*count = from->count;
	return 0;
}

int drm_mode_obj_getproperties_ioctl(struct drm_device *dev, void *data,
				     struct drm_file *file)
{
	struct drm_mode_obj_get_properties *args = data;
	struct object_properties properties;
	struct drm_mode_object *obj;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	obj = drm_mode_object_find(dev, file, args->obj_id, args->obj_type);
	if (!obj) {
		return -ENOENT;
	}
	ret = -EINVAL;
	if (obj->properties) {
		mutex_lock(&dev->mode_config.mutex);
		ret = drm_mode_object_get_properties(
			obj, file->atomic, args->count_props, properties.ids,
			properties.values, &properties.count);
		mutex_unlock(&dev->mode_config.mutex);
	}
	drm_mode_object_put(obj);
	return ret ? ret
		   : drm_mode_object_give_properties(
			     &properties, args->props_ptr,
			     args->prop_values_ptr, &args->count_props);
}

static int set_property(struct drm_device *dev, struct drm_file *file, u32 id,
			u32 type, u32 prop_id, u64 value)
{
	struct drm_property *property = NULL;
	struct drm_mode_object *obj;
	int ret = -EINVAL;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	obj = drm_mode_object_find(dev, file, id, type);
	if (!obj) {
		return -ENOENT;
	}
	if (obj->properties) {
		property = drm_mode_obj_find_prop_id(obj, prop_id);
	}
	if (property && !(property->flags & DRM_MODE_PROP_IMMUTABLE)) {
		ret = drm_mode_set_property_atomic(file, obj, property, value);
	}
	drm_mode_object_put(obj);
	return ret;
}

int drm_mode_obj_setproperty_ioctl(struct drm_device *dev, void *data,
				   struct drm_file *file)
{
	const struct drm_mode_obj_set_property *args = data;

	return set_property(dev, file, args->obj_id, args->obj_type,
			    args->prop_id, args->value);
}

int drm_mode_connector_setproperty_ioctl(struct drm_device *dev, void *data,
					 struct drm_file *file)
{
	const struct drm_mode_connector_set_property *args = data;

	return set_property(dev, file, args->connector_id,
			    DRM_MODE_OBJECT_CONNECTOR, args->prop_id,
			    args->value);
}
