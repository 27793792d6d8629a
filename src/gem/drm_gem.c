/* SPDX-License-Identifier: MIT */
/**
 * DOC: objects, handles and names
 *
 * <drm/drm_gem.h> tells the two counts of an object. All its handles together
 * have one reference to it, taken with the first and dropped with the last,
 * under object_name_lock; that lock also makes "the last handle is gone" and
 * "it has no name and no cached dma-buf" one step, so that neither a lookup by
 * name nor an export can bring an object back that is on its way out.
 *
 * Lock order: drm_prime_file_private.lock, object_name_lock, table_lock.
 */
#include <linux/dma-buf.h>
#include <linux/slab.h>

#include "internal.h"

static void add_object(struct drm_device *dev, struct drm_gem_object *obj,
		       size_t size)
{
	WARN_ON(!size || size & ~PAGE_MASK);
	kref_init(&obj->refcount);
	obj->dev = dev;
	obj->size = size;
	dma_resv_init(&obj->own_resv);
	obj->resv = &obj->own_resv;
	mutex_lock(&dev->objects_lock);
	list_add_tail(&obj->node, &dev->objects);
	mutex_unlock(&dev->objects_lock);
}

int drm_gem_object_init(struct drm_device *dev, struct drm_gem_object *obj,
			size_t size)
{
	struct file *filp = shmem_file_setup("drm mm object", size);

	if (IS_ERR(filp)) {
		return (int)PTR_ERR(filp);
	}
	obj->filp = filp;
	add_object(dev, obj, size);
	return 0;
}

void drm_gem_private_object_init(struct drm_device *dev,
				 struct drm_gem_object *obj, size_t size)
{
	obj->filp = NULL;
	add_object(dev, obj, size);
}

void drm_gem_object_release(struct drm_gem_object *obj)
{
	struct drm_device *dev = obj->dev;

	WARN_ON(obj->dma_buf);
	drm_vma_node_remove(obj);
	mutex_lock(&dev->objects_lock);
	list_del_init(&obj->node);
	mutex_unlock(&dev->objects_lock);
	dma_resv_fini(&obj->own_resv);
	if (obj->filp) {
		fput(obj->filp);
	}
}

static void object_free(struct kref *ref)
{
	struct drm_gem_object *obj =
		container_of(ref, struct drm_gem_object, refcount);

	obj->dev->driver->gem_free_object(obj);
}

void drm_gem_object_get(struct drm_gem_object *obj)
{
	kref_get(&obj->refcount);
}

void drm_gem_object_put(struct drm_gem_object *obj)
{
	if (obj) {
		kref_put(&obj->refcount, object_free);
	}
}

struct drm_gem_object *drm_gem_object_lookup(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *obj;

	mutex_lock(&file->table_lock);
	obj = idr_find(&file->object_idr, handle);
	if (obj) {
		drm_gem_object_get(obj);
	}
	mutex_unlock(&file->table_lock);
	return obj;
}

bool drm_gem_object_handle_get_if_exists(struct drm_gem_object *obj)
{
	struct drm_device *dev = obj->dev;
	bool exists;

	mutex_lock(&dev->object_name_lock);
	exists = obj->handle_count;
	if (exists) {
		obj->handle_count++;
	}
	mutex_unlock(&dev->object_name_lock);
	return exists;
}

void drm_gem_object_handle_put(struct drm_gem_object *obj)
{
	struct drm_device *dev = obj->dev;
	struct dma_buf *dma_buf = NULL;
	bool last;

	mutex_lock(&dev->object_name_lock);
	last = !--obj->handle_count;
	if (last) {
		if (obj->name) {
			idr_remove(&dev->object_name_idr, (u32)obj->name);
			obj->name = 0;
		}
		dma_buf = obj->dma_buf;
		obj->dma_buf = NULL;
	}
	mutex_unlock(&dev->object_name_lock);
	if (dma_buf) {
		dma_buf_put(dma_buf);
	}
	if (last) {
		drm_gem_object_put(obj);
	}
}

int drm_gem_handle_create_tail(struct drm_file *file,
			       struct drm_gem_object *obj, u32 *handlep)
{
	struct drm_device *dev = obj->dev;
	int handle, ret;

	lockdep_assert_held(&dev->object_name_lock);
	if (!obj->handle_count++) {
		drm_gem_object_get(obj);
	}
	/* Its number is taken now, but nobody finds it before it is complete. */
	mutex_lock(&file->table_lock);
	handle = idr_alloc(&file->object_idr, NULL);
	mutex_unlock(&file->table_lock);
	mutex_unlock(&dev->object_name_lock);
	if (handle < 0) {
		ret = handle;
		goto err_put;
	}
	ret = drm_vma_node_allow(obj, file);
	if (ret) {
		goto err_remove;
	}
	if (dev->driver->gem_open_object) {
		ret = dev->driver->gem_open_object(obj, file);
		if (ret) {
			goto err_revoke;
		}
	}
	mutex_lock(&file->table_lock);
	idr_replace(&file->object_idr, obj, (u32)handle);
	mutex_unlock(&file->table_lock);
	*handlep = (u32)handle;
	return 0;

err_revoke:
	drm_vma_node_revoke(obj, file);
err_remove:
	mutex_lock(&file->table_lock);
	idr_remove(&file->object_idr, (u32)handle);
	mutex_unlock(&file->table_lock);
err_put:
	drm_gem_object_handle_put(obj);
	return ret;
}

int drm_gem_handle_create(struct drm_file *file, struct drm_gem_object *obj,
			  u32 *handlep)
{
	mutex_lock(&obj->dev->object_name_lock);
	return drm_gem_handle_create_tail(file, obj, handlep);
}

/* What a handle stood for ends, while its number is still taken. */
static void release_handle(struct drm_file *file, struct drm_gem_object *obj,
			   u32 handle)
{
	const struct drm_driver *driver = obj->dev->driver;

	if (driver->gem_close_object) {
		driver->gem_close_object(obj, file);
	}
	drm_prime_remove_buf_handle(&file->prime, handle);
	drm_vma_node_revoke(obj, file);
	drm_gem_mapping_settle(file, obj);
	drm_gem_object_handle_put(obj);
}

int drm_gem_handle_delete(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *obj;

	/* First nobody finds it any more, last its number is free again. */
	mutex_lock(&file->table_lock);
	obj = idr_replace(&file->object_idr, NULL, handle);
	mutex_unlock(&file->table_lock);
	if (!obj) {
		return -EINVAL;
	}
	release_handle(file, obj, handle);
	mutex_lock(&file->table_lock);
	idr_remove(&file->object_idr, handle);
	mutex_unlock(&file->table_lock);
	return 0;
}

void drm_gem_release(struct drm_device *dev, struct drm_file *file)
{
	struct drm_gem_object *obj;
	u32 handle;

	(void)dev;
	/* The file is nobody's any more: no lock is needed. */
	idr_for_each_entry(&file->object_idr, obj, handle) {
		release_handle(file, obj, handle);
	}
}

int drm_gem_flink(struct drm_gem_object *obj)
{
	struct drm_device *dev = obj->dev;
	int ret = 0;

	mutex_lock(&dev->object_name_lock);
	if (!obj->handle_count) {
		ret = -ENOENT;
	} else if (!obj->name) {
		ret = idr_alloc(&dev->object_name_idr, obj);
		if (ret > 0) {
			obj->name = ret;
		}
	}
	ret = ret < 0 ? ret : obj->name;
	mutex_unlock(&dev->object_name_lock);
	return ret;
}

int drm_gem_open_name(struct drm_file *file, int name, u32 *handle, u64 *size)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_gem_object *obj;
	int ret;

	mutex_lock(&dev->object_name_lock);
	obj = idr_find(&dev->object_name_idr, (u32)name);
	if (!obj) {
		mutex_unlock(&dev->object_name_lock);
		return -ENOENT;
	}
	drm_gem_object_get(obj);
	ret = drm_gem_handle_create_tail(file, obj, handle);
	*size = obj->size;
	drm_gem_object_put(obj);
	return ret;
}

struct page **drm_gem_get_pages(struct drm_gem_object *obj)
{
	unsigned long n = obj->size >> PAGE_SHIFT;
	struct page *first, **pages;

	if (WARN_ON(!obj->filp)) {
		return ERR_PTR(-EINVAL);
	}
	first = shmem_file_pages(obj->filp);
	if (IS_ERR(first)) {
		return ERR_CAST(first);
	}
	pages = kmalloc_array(n, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		return ERR_PTR(-ENOMEM);
	}
	for (unsigned long i = 0; i < n; i++) {
		pages[i] = nth_page(first, i);
	}
	return pages;
}

void drm_gem_put_pages(struct page **pages)
{
	kfree(pages);
}
