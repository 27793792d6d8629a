/* SPDX-License-Identifier: MIT */
/* What properties are, and blobs. */
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"

/* Its values with their names, as many as there is room for. */
static int give_enums(const struct drm_property *property,
		      struct drm_mode_get_property *args)
{
	const struct drm_property_enum *entry;
	struct drm_mode_property_enum *enums;
	u32 nr = 0;
	int ret;

	enums = kcalloc(property->num_values, sizeof(*enums), GFP_KERNEL);
	if (!enums) {
		return -ENOMEM;
	}
	list_for_each_entry (entry, &property->enum_list, head) {
		enums[nr].value = entry->value;
		memcpy(enums[nr].name, entry->name, sizeof(enums[nr].name));
		nr++;
	}
	ret = copy_to_user(args->enum_blob_ptr, enums,
			   min(nr, args->count_enum_blobs) * sizeof(*enums));
	if (!ret) {
		args->count_enum_blobs = nr;
	}
	kfree(enums);
	return ret;
}

int drm_mode_getproperty_ioctl(struct drm_device *dev, void *data,
			       struct drm_file *file)
{
	struct drm_mode_get_property *args = data;
	const struct drm_property *property;
	struct drm_mode_object *obj;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	obj = drm_mode_object_find(dev, file, args->prop_id,
				   DRM_MODE_OBJECT_PROPERTY);
	if (!obj) {
		return -ENOENT;
	}
	property = obj_to_property(obj);
	memcpy(args->name, property->name, sizeof(args->name));
	args->flags = property->flags;
	if (copy_to_user(args->values_ptr, property->values,
			 min(property->num_values, args->count_values) *
				 sizeof(u64))) {
		return -EFAULT;
	}
	args->count_values = property->num_values;
	if (drm_property_type_is(property, DRM_MODE_PROP_ENUM) ||
	    drm_property_type_is(property, DRM_MODE_PROP_BITMASK)) {
		return give_enums(property, args);
	}
	if (drm_property_type_is(property, DRM_MODE_PROP_BLOB)) {
		args->count_enum_blobs = 0;
	}
	return 0;
}

int drm_mode_getpropblob_ioctl(struct drm_device *dev, void *data,
			       struct drm_file *file)
{
	struct drm_mode_get_blob *args = data;
	struct drm_property_blob *blob;
	int ret = 0;

	(void)file;
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	blob = drm_property_lookup_blob(dev, args->blob_id);
	if (!blob) {
		return -ENOENT;
	}
	/* All of it or nothing. */
	if (args->length == blob->length) {
		ret = copy_to_user(args->data, blob->data, blob->length);
	}
	if (!ret) {
		args->length = (u32)blob->length;
	}
	drm_property_blob_put(blob);
	return ret;
}

int drm_mode_createpropblob_ioctl(struct drm_device *dev, void *data,
				  struct drm_file *file)
{
	struct drm_mode_create_blob *args = data;
	struct drm_property_blob *blob;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	blob = drm_property_create_blob(dev, args->length, NULL);
	if (IS_ERR(blob)) {
		return (int)PTR_ERR(blob);
	}
	if (copy_from_user(blob->data, args->data, args->length)) {
		drm_property_blob_put(blob);
		return -EFAULT;
	}
	args->blob_id = blob->base.id;
	drm_property_blob_own(file, blob);
	return 0;
}

int drm_mode_destroypropblob_ioctl(struct drm_device *dev, void *data,
				   struct drm_file *file)
{
	const struct drm_mode_destroy_blob *args = data;
	struct drm_property_blob *blob;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	blob = drm_property_lookup_blob(dev, args->blob_id);
	if (!blob) {
		return -ENOENT;
	}
	ret = drm_property_blob_disown(file, blob);
	drm_property_blob_put(blob);
	return ret;
}
