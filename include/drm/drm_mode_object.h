/* SPDX-License-Identifier: MIT */
/**
 * DOC: what a display is made of
 *
 * CRTCs, connectors, encoders, planes, framebuffers, properties and blobs are
 * *objects*: they have a number of one space per device, and most have
 * properties. Framebuffers, blobs and connectors are counted (free_cb); the
 * others live as long as their device.
 */
#ifndef UPRIME_DRM_MODE_OBJECT_H
#define UPRIME_DRM_MODE_OBJECT_H

#include <drm/drm_mode.h>
#include <linux/kref.h>
#include <linux/types.h>

struct drm_device;
struct drm_file;
struct drm_mode_object;
struct drm_property;

#define DRM_OBJECT_MAX_PROPERTY 64

/**
 * struct drm_object_properties - the properties of an object
 */
struct drm_object_properties {
	int count; /* constant once the device is registered, as properties */
	struct drm_property *properties[DRM_OBJECT_MAX_PROPERTY];
	u64 values[DRM_OBJECT_MAX_PROPERTY]; /* of those that are in no state:
						mode_config.mutex */
};

/**
 * struct drm_mode_object - an object of a display
 *
 * Embedded in what it is.
 */
struct drm_mode_object {
	u32 id;	  /* 0: it has been taken back; mode_config.idr_mutex */
	u32 type; /* DRM_MODE_OBJECT_*; constant */
	struct drm_object_properties *properties; /* or NULL; constant */
	struct kref refcount;			  /* if free_cb */
	void (*free_cb)(struct kref *kref);	  /* or NULL; constant */
};

/**
 * drm_mode_object_add() - give an object a number, the lowest free from 1
 * @dev: the device
 * @obj: the object
 * @type: DRM_MODE_OBJECT_*
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int drm_mode_object_add(struct drm_device *dev,
				      struct drm_mode_object *obj, u32 type);

/**
 * drm_mode_object_add_counted() - give a counted object a number
 * @dev: the device
 * @obj: the object; one reference is its maker's
 * @type: DRM_MODE_OBJECT_*
 * @register_obj: it can be found from now on; else drm_mode_object_register()
 * @free_cb: called with the last reference
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int
drm_mode_object_add_counted(struct drm_device *dev, struct drm_mode_object *obj,
			    u32 type, bool register_obj,
			    void (*free_cb)(struct kref *kref));

/* drm_mode_object_register - let it be found from now on */
EXPORT_SYMBOL void drm_mode_object_register(struct drm_device *dev,
					    struct drm_mode_object *obj);

/* drm_mode_object_unregister - take its number back; once or more often */
EXPORT_SYMBOL void drm_mode_object_unregister(struct drm_device *dev,
					      struct drm_mode_object *obj);

/**
 * drm_mode_object_find() - the object of a number
 * @dev: the device
 * @file: who asks, and may see what is leased to him only; NULL: the core
 * @id: any number
 * @type: DRM_MODE_OBJECT_*, or DRM_MODE_OBJECT_ANY
 *
 * Return: the object, with a reference if it is counted, or NULL.
 */
EXPORT_SYMBOL struct drm_mode_object *
drm_mode_object_find(struct drm_device *dev, struct drm_file *file, u32 id,
		     u32 type);

/* Take and drop a reference; nothing for what is not counted. With the last one
 * free_cb runs. */
EXPORT_SYMBOL void drm_mode_object_get(struct drm_mode_object *obj);
EXPORT_SYMBOL void drm_mode_object_put(struct drm_mode_object *obj);

/* drm_mode_object_lease_required - CRTCs, connectors and planes are leased */
EXPORT_SYMBOL bool drm_mode_object_lease_required(u32 type);

/**
 * drm_object_attach_property() - give an object a property
 * @obj: the object, before its device is registered
 * @property: the property
 * @init_val: its first value, where it is in no state
 */
EXPORT_SYMBOL void drm_object_attach_property(struct drm_mode_object *obj,
					      struct drm_property *property,
					      u64 init_val);

/* drm_object_property_set_value - change what is in no state. 0; -EINVAL: it
 * has no such property. mode_config.mutex held. */
EXPORT_SYMBOL int drm_object_property_set_value(struct drm_mode_object *obj,
						struct drm_property *property,
						u64 value);

/* drm_object_property_get_value - the value now, wherever it is kept. 0;
 * -EINVAL. mode_config.mutex held. */
EXPORT_SYMBOL int drm_object_property_get_value(struct drm_mode_object *obj,
						struct drm_property *property,
						u64 *value);

/* drm_object_property_get_default_value - what it was attached with. 0; -EINVAL
 */
EXPORT_SYMBOL int drm_object_property_get_default_value(
	struct drm_mode_object *obj, struct drm_property *property, u64 *value);

#endif
