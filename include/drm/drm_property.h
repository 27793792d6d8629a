/* SPDX-License-Identifier: MIT */
/* Properties of objects, and the blobs that are values of some. */
#ifndef UPRIME_DRM_PROPERTY_H
#define UPRIME_DRM_PROPERTY_H

#include <drm/drm_mode_object.h>
#include <linux/list.h>

struct drm_device;
struct drm_file;

/**
 * struct drm_property_enum - a value with a name
 */
struct drm_property_enum {
	u64 value;
	struct list_head head; /* drm_property.enum_list */
	char name[DRM_PROP_NAME_LEN];
};

/**
 * struct drm_property - a property; constant once the device is registered
 */
struct drm_property {
	struct list_head head; /* mode_config.property_list */
	struct drm_mode_object base;
	u32 flags; /* DRM_MODE_PROP_* */
	char name[DRM_PROP_NAME_LEN];
	u32 num_values;
	u64 *values; /* owned: range or enum values */
	struct drm_device *dev;
	struct list_head enum_list; /* drm_property_enum.head */
};

/**
 * struct drm_property_blob - bytes, never changed
 */
struct drm_property_blob {
	struct drm_mode_object base; /* counted */
	struct drm_device *dev;
	struct list_head head_global; /* mode_config.property_blob_list;
					 blob_lock */
	struct list_head head_file;   /* drm_file.blobs: with a reference;
					 blob_lock */
	size_t length;		      /* bytes */
	void *data;		      /* owned */
};

/* A name and a value, for drm_property_create_enum() and _bitmask(). */
struct drm_prop_enum_list {
	int type;
	const char *name;
};

#define obj_to_property(x) container_of(x, struct drm_property, base)
#define obj_to_blob(x)	   container_of(x, struct drm_property_blob, base)

static inline bool drm_property_type_is(const struct drm_property *property,
					u32 type)
{
	if (property->flags & DRM_MODE_PROP_EXTENDED_TYPE) {
		return (property->flags & DRM_MODE_PROP_EXTENDED_TYPE) == type;
	}
	return property->flags & type;
}

/**
 * drm_property_create() - make a property, without values
 * @dev: the device, not registered yet; it frees the property at its end
 * @flags: one type (DRM_MODE_PROP_RANGE, ...), and DRM_MODE_PROP_IMMUTABLE (the
 * driver's to change), DRM_MODE_PROP_ATOMIC (for programs that know atomic)
 * @name: shorter than DRM_PROP_NAME_LEN
 * @num_values: room for values
 *
 * Return: the property, of no object yet; NULL: no memory.
 */
EXPORT_SYMBOL struct drm_property *drm_property_create(struct drm_device *dev,
						       u32 flags,
						       const char *name,
						       int num_values);

/**
 * drm_property_create_enum() - make a property whose values have names
 * @dev: as in drm_property_create()
 * @flags: without a type
 * @name: of the property
 * @props: values and their names
 * @num_values: how many
 *
 * Return: as drm_property_create().
 */
EXPORT_SYMBOL struct drm_property *
drm_property_create_enum(struct drm_device *dev, u32 flags, const char *name,
			 const struct drm_prop_enum_list *props,
			 int num_values);

/**
 * drm_property_create_bitmask() - make a property whose bits have names
 * @dev: as in drm_property_create()
 * @flags: without a type
 * @name: of the property
 * @props: numbers of bits and their names
 * @num_props: how many
 * @supported_bits: mask of those it is to have
 *
 * Return: as drm_property_create().
 */
EXPORT_SYMBOL struct drm_property *
drm_property_create_bitmask(struct drm_device *dev, u32 flags, const char *name,
			    const struct drm_prop_enum_list *props,
			    int num_props, u64 supported_bits);

/**
 * drm_property_create_range() - make a property of numbers
 * @dev: as in drm_property_create()
 * @flags: without a type
 * @name: of the property
 * @min: the least value
 * @max: and the greatest
 *
 * Return: as drm_property_create().
 */
EXPORT_SYMBOL struct drm_property *
drm_property_create_range(struct drm_device *dev, u32 flags, const char *name,
			  u64 min, u64 max);
/* The same with a sign; and yes or no, as 0 to 1. */
EXPORT_SYMBOL struct drm_property *
drm_property_create_signed_range(struct drm_device *dev, u32 flags,
				 const char *name, s64 min, s64 max);
EXPORT_SYMBOL struct drm_property *
drm_property_create_bool(struct drm_device *dev, u32 flags, const char *name);

/**
 * drm_property_create_object() - make a property that names an object
 * @dev: as in drm_property_create()
 * @flags: without a type, with DRM_MODE_PROP_ATOMIC
 * @name: of the property
 * @type: DRM_MODE_OBJECT_*
 *
 * Return: as drm_property_create().
 */
EXPORT_SYMBOL struct drm_property *
drm_property_create_object(struct drm_device *dev, u32 flags, const char *name,
			   u32 type);

/**
 * drm_property_add_enum() - name a value
 * @property: with room for it, of an enum or a bitmask
 * @value: the value, or the number of the bit
 * @name: shorter than DRM_PROP_NAME_LEN
 *
 * Return: 0; -EINVAL (it has one, or there is no room), -ENOMEM.
 */
EXPORT_SYMBOL int drm_property_add_enum(struct drm_property *property,
					u64 value, const char *name);

/* drm_property_destroy - free a property early; no object may have it */
EXPORT_SYMBOL void drm_property_destroy(struct drm_device *dev,
					struct drm_property *property);

/**
 * drm_property_create_blob() - make a blob
 * @dev: the device
 * @length: bytes, not 0
 * @data: is copied; NULL: the caller fills blob->data in
 *
 * Return: the blob with one reference; ERR_PTR: -EINVAL, -ENOMEM.
 */
EXPORT_SYMBOL struct drm_property_blob *
drm_property_create_blob(struct drm_device *dev, size_t length,
			 const void *data);

/* drm_property_lookup_blob - the blob of a number, with a reference, or NULL */
EXPORT_SYMBOL struct drm_property_blob *
drm_property_lookup_blob(struct drm_device *dev, u32 id);
/* Take and drop a reference; NULL can be put. */
EXPORT_SYMBOL struct drm_property_blob *
drm_property_blob_get(struct drm_property_blob *blob);
EXPORT_SYMBOL void drm_property_blob_put(struct drm_property_blob *blob);

/**
 * drm_property_replace_blob() - make a blob a value
 * @blob: the value; gets a reference of its own, and drops that to what it was
 * @new_blob: what it becomes, or NULL
 *
 * Return: whether it was another one before.
 */
EXPORT_SYMBOL bool
drm_property_replace_blob(struct drm_property_blob **blob,
			  struct drm_property_blob *new_blob);
/**
 * drm_property_replace_blob_from_id() - make a blob of a program's a value
 * @dev: the device
 * @blob: the value; gets a reference of its own
 * @blob_id: any number; 0: no blob
 * @expected_size: bytes it must have, or -1
 * @expected_elem_size: its size must be a multiple of this, or -1
 * @replaced: set if it was another one before, else left alone
 *
 * Return: 0; -EINVAL (no such blob, or not of this size).
 */
EXPORT_SYMBOL int drm_property_replace_blob_from_id(
	struct drm_device *dev, struct drm_property_blob **blob, u64 blob_id,
	ssize_t expected_size, ssize_t expected_elem_size, bool *replaced);

/**
 * drm_property_replace_global_blob() - change what a property tells that is in
 * no state (EDID, ...)
 * @dev: the device
 * @replace: the blob which is told, or NULL: replaced, and its reference
 * dropped
 * @length: bytes of the new one
 * @data: is copied; NULL: there is none any more
 * @obj_holds_id: the object that tells it, or NULL
 * @prop_holds_id: its property
 *
 * mode_config.mutex held.
 *
 * Return: 0; -ENOMEM, -EINVAL (the object has no such property): nothing has
 * changed.
 */
EXPORT_SYMBOL int drm_property_replace_global_blob(
	struct drm_device *dev, struct drm_property_blob **replace,
	size_t length, const void *data, struct drm_mode_object *obj_holds_id,
	struct drm_property *prop_holds_id);

/**
 * drm_property_change_valid_get() - may a program make this the value?
 * @property: the property
 * @value: any
 * @ref: set to the object or blob it names, with a reference, or to NULL; for
 * drm_property_change_valid_put() once it was used
 *
 * Return: whether it may.
 */
EXPORT_SYMBOL bool drm_property_change_valid_get(struct drm_property *property,
						 u64 value,
						 struct drm_mode_object **ref);
EXPORT_SYMBOL void drm_property_change_valid_put(struct drm_property *property,
						 struct drm_mode_object *ref);

#endif
