/* SPDX-License-Identifier: MIT */
/**
 * DOC: mapping objects through a device
 *
 * drm_device.vma_lock guards the offsets and, per object, the files that may
 * use them.
 *
 * A mapping outlives the handle and the fd it was made with, and until it is
 * gone the file and the object are not released. So a file remembers, for each
 * object that was ever mapped through it, a drm_gem_mapping with a reference
 * to the file, the object and the memory. Nobody says when munmap(2) happens;
 * the memory knows whether a description marked with the file's id is left
 * (file_is_held()). It is asked when it can matter: when a handle of the
 * object or the file's fd is closed; and if something is left then, a watch
 * asks again later. drm_file.mappings_lock guards the table and makes opening
 * a description and finding none exclude each other.
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>

#include "internal.h"

/**
 * struct drm_gem_mapping - an object that is or was mapped through a file
 */
struct drm_gem_mapping {
	struct drm_file *file;      /* referenced */
	struct drm_gem_object *obj; /* referenced */
	struct file *memory;        /* referenced */
	bool watched;               /* file->mappings_lock */
	bool gone;                  /* out of the table; file->mappings_lock */
	struct file_watch watch;    /* once watched */
};

int drm_gem_create_mmap_offset(struct drm_gem_object *obj)
{
	struct drm_vma_offset_node *node = &obj->vma_node;
	struct drm_device *dev = obj->dev;
	int ret = 0;

	mutex_lock(&dev->vma_lock);
	if (node->start) {
		goto out;
	}
	ret = drm_vma_offset_add(&dev->vma_offsets, node,
				 obj->size >> PAGE_SHIFT);
	if (ret) {
		goto out;
	}
	ret = u64map_insert(&dev->vma_nodes, node->start, obj);
	if (ret) {
		drm_vma_offset_remove(&dev->vma_offsets, node);
		node->start = 0;
	}
out:
	mutex_unlock(&dev->vma_lock);
	return ret;
}

void drm_vma_node_remove(struct drm_gem_object *obj)
{
	struct drm_vma_offset_node *node = &obj->vma_node;
	struct drm_device *dev = obj->dev;

	mutex_lock(&dev->vma_lock);
	if (node->start) {
		u64map_remove(&dev->vma_nodes, node->start);
		drm_vma_offset_remove(&dev->vma_offsets, node);
	}
	mutex_unlock(&dev->vma_lock);
	WARN_ON(node->nr_files);
	kfree(node->files);
	node->files = NULL;
}

static struct drm_vma_offset_file *find_file(struct drm_vma_offset_node *node,
					     struct drm_file *file)
{
	for (unsigned int i = 0; i < node->nr_files; i++) {
		if (node->files[i].file == file) {
			return &node->files[i];
		}
	}
	return NULL;
}

int drm_vma_node_allow(struct drm_gem_object *obj, struct drm_file *file)
{
	struct drm_vma_offset_node *node = &obj->vma_node;
	struct drm_device *dev = obj->dev;
	struct drm_vma_offset_file *entry, *files;
	int ret = 0;

	mutex_lock(&dev->vma_lock);
	entry = find_file(node, file);
	if (entry) {
		entry->count++;
		goto out;
	}
	/* Few files share an object: growing by one each time will do. */
	files = kmalloc_array(node->nr_files + 1, sizeof(*files), GFP_KERNEL);
	if (!files) {
		ret = -ENOMEM;
		goto out;
	}
	for (unsigned int i = 0; i < node->nr_files; i++) {
		files[i] = node->files[i];
	}
	files[node->nr_files++] = (struct drm_vma_offset_file){file, 1};
	kfree(node->files);
	node->files = files;
out:
	mutex_unlock(&dev->vma_lock);
	return ret;
}

void drm_vma_node_revoke(struct drm_gem_object *obj, struct drm_file *file)
{
	struct drm_vma_offset_node *node = &obj->vma_node;
	struct drm_device *dev = obj->dev;
	struct drm_vma_offset_file *entry;

	mutex_lock(&dev->vma_lock);
	entry = find_file(node, file);
	if (!WARN_ON(!entry) && !--entry->count) {
		*entry = node->files[--node->nr_files];
	}
	mutex_unlock(&dev->vma_lock);
}

int drm_gem_dumb_map_offset(struct drm_file *file, struct drm_device *dev,
			    u32 handle, u64 *offset)
{
	struct drm_gem_object *obj;
	int ret;

	(void)dev;
	obj = drm_gem_object_lookup(file, handle);
	if (!obj) {
		return -ENOENT;
	}
	/* What was imported is mapped through its dma-buf. */
	ret = obj->import_attach ? -EINVAL : drm_gem_create_mmap_offset(obj);
	if (!ret) {
		*offset = drm_vma_node_offset_addr(&obj->vma_node);
	}
	drm_gem_object_put(obj);
	return ret;
}

int drm_gem_mmap_obj(struct drm_gem_object *obj, u64 obj_size,
		     struct vm_area_struct *vma)
{
	if (vma_pages(vma) > obj_size >> PAGE_SHIFT) {
		return -EINVAL;
	}
	if (obj->import_attach) {
		return dma_buf_mmap(obj->import_attach->dmabuf, vma, 0);
	}
	/* Copy-on-write of device memory has no meaning. */
	if (!(vma->vm_flags & VM_SHARED) || !obj->filp) {
		return -EINVAL;
	}
	vma->vm_file = get_file(obj->filp);
	return 0;
}

/* The object to be mapped at an offset. On success it is referenced. */
static int lookup_offset(struct drm_file *file, struct vm_area_struct *vma,
			 struct drm_gem_object **objp)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_gem_object *obj;
	int ret = 0;

	mutex_lock(&dev->vma_lock);
	obj = u64map_find(&dev->vma_nodes, vma->vm_pgoff);
	if (!obj || vma_pages(vma) > obj->vma_node.pages ||
	    !kref_get_unless_zero(&obj->refcount)) {
		ret = -EINVAL;
	} else if (!find_file(&obj->vma_node, file)) {
		ret = -EACCES;
	}
	mutex_unlock(&dev->vma_lock);
	if (ret == -EACCES) {
		drm_gem_object_put(obj);
	}
	*objp = obj;
	return ret;
}

static void mapping_free(struct drm_gem_mapping *mapping)
{
	if (mapping->watched) {
		file_unwatch(&mapping->watch);
	}
	fput(mapping->memory);
	drm_gem_object_put(mapping->obj);
	drm_file_put(mapping->file);
	kfree(mapping);
}

static struct drm_gem_mapping *mapping_create(struct drm_file *file,
					      struct drm_gem_object *obj,
					      struct file *memory)
{
	struct drm_gem_mapping *mapping = kzalloc(sizeof(*mapping), GFP_KERNEL);

	if (!mapping) {
		return NULL;
	}
	drm_file_get(file);
	drm_gem_object_get(obj);
	mapping->file = file;
	mapping->obj = obj;
	mapping->memory = get_file(memory);
	return mapping;
}

/* A description of the memory, marked as mapped through the file. */
static int open_mapping(struct drm_file *file, struct drm_gem_object *obj,
			struct vm_area_struct *vma)
{
	int oflag = vma->vm_flags & VM_WRITE ? O_RDWR : O_RDONLY;
	struct drm_gem_mapping *mapping = NULL;
	int ret;

	mutex_lock(&file->mappings_lock);
	if (!u64map_find(&file->mappings, (u64)(uintptr_t)obj)) {
		mapping = mapping_create(file, obj, vma->vm_file);
		ret = mapping ? u64map_insert(&file->mappings,
					      (u64)(uintptr_t)obj, mapping)
			      : -ENOMEM;
		if (ret) {
			goto out;
		}
	}
	ret = file_reopen(vma->vm_file, oflag, file->id);
	if (ret < 0 && mapping) {
		u64map_remove(&file->mappings, (u64)(uintptr_t)obj);
	}
out:
	mutex_unlock(&file->mappings_lock);
	if (ret < 0 && mapping) {
		mapping_free(mapping);
	}
	return ret;
}

int drm_gem_mmap(struct drm_file *file, struct vm_area_struct *vma)
{
	struct drm_gem_object *obj;
	int ret;

	ret = lookup_offset(file, vma, &obj);
	if (ret) {
		return ret;
	}
	vma->vm_pgoff = 0;
	ret = drm_gem_mmap_obj(obj, obj->size, vma);
	if (ret) {
		goto out;
	}
	ret = open_mapping(file, obj, vma);
	fput(vma->vm_file);
	vma->vm_file = NULL;
out:
	drm_gem_object_put(obj);
	return ret;
}

static void description_closed(struct file_watch *watch);

/* Take a mapping out of the table if nothing is left of it; else watch it.
 * True if it was taken out, and the caller frees it. */
static bool settle(struct drm_gem_mapping *mapping)
{
	struct drm_file *file = mapping->file;

	lockdep_assert_held(&file->mappings_lock);
	if (mapping->gone) {
		return false;
	}
	if (file_is_held(mapping->memory, file->id)) {
		if (!mapping->watched) {
			mapping->watched = true;
			file_watch(mapping->memory, &mapping->watch,
				   description_closed);
		}
		/* It may have gone before the watch was set. */
		if (file_is_held(mapping->memory, file->id)) {
			return false;
		}
	}
	mapping->gone = true;
	u64map_remove(&file->mappings, (u64)(uintptr_t)mapping->obj);
	return true;
}

static void description_closed(struct file_watch *watch)
{
	struct drm_gem_mapping *mapping =
		container_of(watch, struct drm_gem_mapping, watch);
	struct drm_file *file = mapping->file;
	bool mine;

	mutex_lock(&file->mappings_lock);
	mine = settle(mapping);
	mutex_unlock(&file->mappings_lock);
	if (mine) {
		mapping_free(mapping);
	}
}

void drm_gem_mapping_settle(struct drm_file *file, struct drm_gem_object *obj)
{
	struct drm_gem_mapping *mapping;

	mutex_lock(&file->mappings_lock);
	mapping = u64map_find(&file->mappings, (u64)(uintptr_t)obj);
	if (mapping && !settle(mapping)) {
		mapping = NULL;
	}
	mutex_unlock(&file->mappings_lock);
	if (mapping) {
		mapping_free(mapping);
	}
}

void drm_gem_mapping_settle_all(struct drm_file *file)
{
	struct drm_gem_mapping *mapping;
	size_t i = 0;

	/* Taking one out can move another into its place: look there again. */
	do {
		mutex_lock(&file->mappings_lock);
		mapping = NULL;
		for (; i < file->mappings.size && !mapping; i++) {
			mapping = file->mappings.entries[i].value;
			if (mapping && !settle(mapping)) {
				mapping = NULL;
			}
		}
		mutex_unlock(&file->mappings_lock);
		if (mapping) {
			i--;
			mapping_free(mapping);
		}
	} while (mapping);
}
