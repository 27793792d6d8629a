/* SPDX-License-Identifier: MIT */
/* Objects in system memory, for drivers: see <drm/drm_gem_shmem_helper.h>. */
#include <drm/drm_device.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>

int drm_gem_shmem_dumb_create(struct drm_file *file, struct drm_device *dev,
			      struct drm_mode_create_dumb *args)
{
	struct drm_gem_shmem_object *shmem;
	int ret;

	args->pitch = drm_gem_dumb_pitch(args);
	args->size = PAGE_ALIGN((u64)args->pitch * args->height);
	/* A pitch that overflowed to 0: there is no offset for no pages. */
	if (!args->size) {
		return -ENOSPC;
	}
	shmem = kzalloc(sizeof(*shmem), GFP_KERNEL);
	if (!shmem) {
		return -ENOMEM;
	}
	ret = drm_gem_object_init(dev, &shmem->base, args->size);
	if (ret) {
		kfree(shmem);
		return ret;
	}
	/* It can be mapped before anybody has asked for its offset. */
	ret = drm_gem_create_mmap_offset(&shmem->base);
	if (!ret) {
		ret = drm_gem_handle_create(file, &shmem->base, &args->handle);
	}
	drm_gem_object_put(&shmem->base);
	return ret;
}

void drm_gem_shmem_object_free(struct drm_gem_object *obj)
{
	struct drm_gem_shmem_object *shmem = to_drm_gem_shmem_obj(obj);

	if (obj->import_attach) {
		drm_prime_gem_destroy(obj, shmem->sgt);
	}
	drm_gem_object_release(obj);
	kfree(shmem);
}

struct sg_table *drm_gem_shmem_object_get_sg_table(struct drm_gem_object *obj)
{
	struct page **pages = drm_gem_get_pages(obj);
	struct sg_table *sgt;

	if (IS_ERR(pages)) {
		return ERR_CAST(pages);
	}
	sgt = drm_prime_pages_to_sg(pages,
				    (unsigned int)(obj->size >> PAGE_SHIFT));
	drm_gem_put_pages(pages);
	return sgt;
}

struct drm_gem_object *
drm_gem_shmem_prime_import_sg_table(struct drm_device *dev,
				    struct dma_buf_attachment *attach,
				    struct sg_table *sgt)
{
	struct drm_gem_shmem_object *shmem =
		kzalloc(sizeof(*shmem), GFP_KERNEL);

	if (!shmem) {
		return ERR_PTR(-ENOMEM);
	}
	drm_gem_private_object_init(dev, &shmem->base,
				    PAGE_ALIGN(attach->dmabuf->size));
	shmem->sgt = sgt;
	return &shmem->base;
}

void *drm_gem_shmem_object_vmap(struct drm_gem_object *obj)
{
	void *vaddr;

	if (!obj->import_attach) {
		return shmem_file_vaddr(obj->filp);
	}
	vaddr = dma_buf_vmap(obj->import_attach->dmabuf);
	return vaddr ? vaddr : ERR_PTR(-ENOMEM);
}

void drm_gem_shmem_object_vunmap(struct drm_gem_object *obj, void *vaddr)
{
	/* An object's own memory stays mapped as long as it lives. */
	if (obj->import_attach) {
		dma_buf_vunmap(obj->import_attach->dmabuf, vaddr);
	}
}

int drm_gem_shmem_object_mmap(struct drm_gem_object *obj,
			      struct vm_area_struct *vma)
{
	return drm_gem_mmap_obj(obj, obj->size, vma);
}
