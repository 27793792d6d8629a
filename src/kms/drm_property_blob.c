/* SPDX-License-Identifier: MIT */
/**
 * DOC: blobs
 *
 * A blob is bytes with a number. It is referenced by whoever has it as the
 * value of a property, by the file that made it, and for a moment by who looks
 * at it. A file that made one gives its reference up with DESTROYPROPBLOB, or
 * when it goes: the blob lives as long as something shows it.
 *
 * drm_file.blobs and mode_config.property_blob_list are guarded by blob_lock.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>

#include "internal.h"

/* What all blobs of a device may have together: the kernel charges them to the
 * program, here they are the server's memory. */
#define MAX_BLOB_BYTES (256u << 20)

static void blob_free(struct kref *kref)
{
	struct drm_property_blob *blob =
		container_of(kref, struct drm_property_blob, base.refcount);
	struct drm_mode_config *config = &blob->dev->mode_config;

	mutex_lock(&config->blob_lock);
	list_del_init(&blob->head_global);
	config->blob_bytes -= blob->length;
	mutex_unlock(&config->blob_lock);
	drm_mode_object_unregister(blob->dev, &blob->base);
	kfree(blob);
}

/* Let a blob count among those of the device. */
static int charge(struct drm_property_blob *blob)
{
	struct drm_mode_config *config = &blob->dev->mode_config;
	int ret = 0;

	mutex_lock(&config->blob_lock);
	if (blob->length > MAX_BLOB_BYTES - config->blob_bytes) {
		ret = -ENOMEM;
	} else {
		config->blob_bytes += blob->length;
		list_add_tail(&blob->head_global, &config->property_blob_list);
	}
	mutex_unlock(&config->blob_lock);
	return ret;
}

struct drm_property_blob *drm_property_create_blob(struct drm_device *dev,
						   size_t length,
						   const void *data)
{
	struct drm_property_blob *blob;
	int ret;

	if (!length || length > INT32_MAX - sizeof(*blob)) {
		return ERR_PTR(-EINVAL);
	}
	blob = length > MAX_BLOB_BYTES
		       ? NULL
		       : kzalloc(sizeof(*blob) + length, GFP_KERNEL);
	if (!blob) {
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&blob->head_file);
	INIT_LIST_HEAD(&blob->head_global);
	blob->dev = dev;
	blob->length = length;
	blob->data = blob + 1;
	if (data) {
		memcpy(blob->data, data, length);
	}
	ret = charge(blob);
	if (ret) {
		kfree(blob);
		return ERR_PTR(ret);
	}
	ret = drm_mode_object_add_counted(
		dev, &blob->base, DRM_MODE_OBJECT_BLOB, true, blob_free);
	if (ret) {
		blob_free(&blob->base.refcount);
		return ERR_PTR(ret);
	}
	return blob;
}

struct drm_property_blob *drm_property_lookup_blob(struct drm_device *dev,
						   u32 id)
{
	struct drm_mode_object *obj =
		drm_mode_object_find(dev, NULL, id, DRM_MODE_OBJECT_BLOB);

	return obj ? obj_to_blob(obj) : NULL;
}

struct drm_property_blob *drm_property_blob_get(struct drm_property_blob *blob)
{
	drm_mode_object_get(&blob->base);
	return blob;
}

void drm_property_blob_put(struct drm_property_blob *blob)
{
	if (blob) {
		drm_mode_object_put(&blob->base);
	}
}

void drm_property_blob_own(struct drm_file *file,
			   struct drm_property_blob *blob)
{
	struct drm_mode_config *config = &blob->dev->mode_config;

	mutex_lock(&config->blob_lock);
	list_add_tail(&blob->head_file, &file->blobs);
	mutex_unlock(&config->blob_lock);
}

int drm_property_blob_disown(struct drm_file *file,
			     struct drm_property_blob *blob)
{
	struct drm_mode_config *config = &blob->dev->mode_config;
	struct drm_property_blob *each;
	int ret = -EPERM;

	mutex_lock(&config->blob_lock);
	list_for_each_entry (each, &file->blobs, head_file) {
		if (each == blob) {
			list_del_init(&blob->head_file);
			ret = 0;
			break;
		}
	}
	mutex_unlock(&config->blob_lock);
	if (!ret) {
		drm_property_blob_put(blob);
	}
	return ret;
}

void drm_property_destroy_user_blobs(struct drm_device *dev,
				     struct drm_file *file)
{
	struct drm_mode_config *config = &dev->mode_config;
	struct drm_property_blob *blob;

	for (;;) {
		mutex_lock(&config->blob_lock);
		blob = list_empty(&file->blobs)
			       ? NULL
			       : list_first_entry(&file->blobs,
						  struct drm_property_blob,
						  head_file);
		if (blob) {
			list_del_init(&blob->head_file);
		}
		mutex_unlock(&config->blob_lock);
		if (!blob) {
			return;
		}
		drm_property_blob_put(blob);
	}
}

bool drm_property_replace_blob(struct drm_property_blob **blob,
			       struct drm_property_blob *new_blob)
{
	struct drm_property_blob *old = *blob;

	if (old == new_blob) {
		return false;
	}
	*blob = new_blob ? drm_property_blob_get(new_blob) : NULL;
	drm_property_blob_put(old);
	return true;
}

int drm_property_replace_blob_from_id(struct drm_device *dev,
				      struct drm_property_blob **blob,
				      u64 blob_id, ssize_t expected_size,
				      ssize_t expected_elem_size,
				      bool *replaced)
{
	struct drm_property_blob *new_blob = NULL;
	ssize_t length;
	int ret = 0;

	if (blob_id) {
		new_blob = drm_property_lookup_blob(dev, (u32)blob_id);
		if (!new_blob) {
			return -EINVAL;
		}
		length = (ssize_t)new_blob->length;
		if ((expected_size > 0 && length != expected_size) ||
		    (expected_elem_size > 0 && length % expected_elem_size)) {
			ret = -EINVAL;
			goto out;
		}
	}
	*replaced |= drm_property_replace_blob(blob, new_blob);
out:
	drm_property_blob_put(new_blob);
	return ret;
}

int drm_property_replace_global_blob(struct drm_device *dev,
				     struct drm_property_blob **replace,
				     size_t length, const void *data,
				     struct drm_mode_object *obj_holds_id,
				     struct drm_property *prop_holds_id)
{
	struct drm_property_blob *blob = NULL;
	int ret;

	if (length && data) {
		blob = drm_property_create_blob(dev, length, data);
		if (IS_ERR(blob)) {
			return (int)PTR_ERR(blob);
		}
	}
	if (obj_holds_id) {
		ret = drm_object_property_set_value(obj_holds_id, prop_holds_id,
						    blob ? blob->base.id : 0);
		if (ret) {
			drm_property_blob_put(blob);
			return ret;
		}
	}
	drm_property_blob_put(*replace);
	*replace = blob;
	return 0;
}
