/* SPDX-License-Identifier: MIT */
/**
 * DOC: vgem, buffers in system memory
 *
 * The driver of Linux with this name: no hardware, objects in shared memory.
 * An object has memory of its own, or the table of what it was imported from.
 * An imported one is mapped and accessed through its dma-buf.
 */
#include <drm/vgem_drm.h>

#include "drivers.h"
#include "vgem_fence.h"

/**
 * struct vgem_object - a buffer
 */
struct vgem_object {
	struct drm_gem_object base;
	struct sg_table *sgt; /* import: the exporter's table; constant */
};

static struct vgem_object *to_vgem(struct drm_gem_object *obj)
{
	return container_of(obj, struct vgem_object, base);
}

static void vgem_free_object(struct drm_gem_object *obj)
{
	struct vgem_object *vobj = to_vgem(obj);

	if (obj->import_attach) {
		drm_prime_gem_destroy(obj, vobj->sgt);
	}
	drm_gem_object_release(obj);
	kfree(vobj);
}

static int vgem_dumb_create(struct drm_file *file, struct drm_device *dev,
			    struct drm_mode_create_dumb *args)
{
	struct vgem_object *vobj;
	int ret;

	args->pitch = uprime_dumb_pitch(args);
	args->size = PAGE_ALIGN((u64)args->pitch * args->height);
	/* A pitch that overflowed to 0: there is no offset for no pages. */
	if (!args->size) {
		return -ENOSPC;
	}
	vobj = kzalloc(sizeof(*vobj), GFP_KERNEL);
	if (!vobj) {
		return -ENOMEM;
	}
	ret = drm_gem_object_init(dev, &vobj->base, args->size);
	if (ret) {
		kfree(vobj);
		return ret;
	}
	/* It can be mapped before anybody has asked for its offset. */
	ret = drm_gem_create_mmap_offset(&vobj->base);
	if (!ret) {
		ret = drm_gem_handle_create(file, &vobj->base, &args->handle);
	}
	drm_gem_object_put(&vobj->base);
	return ret;
}

static struct sg_table *vgem_get_sg_table(struct drm_gem_object *obj)
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

static struct drm_gem_object *
vgem_import_sg_table(struct drm_device *dev, struct dma_buf_attachment *attach,
		     struct sg_table *sgt)
{
	struct vgem_object *vobj = kzalloc(sizeof(*vobj), GFP_KERNEL);

	if (!vobj) {
		return ERR_PTR(-ENOMEM);
	}
	drm_gem_private_object_init(dev, &vobj->base,
				    PAGE_ALIGN(attach->dmabuf->size));
	vobj->sgt = sgt;
	return &vobj->base;
}

static void *vgem_vmap(struct drm_gem_object *obj)
{
	return shmem_file_vaddr(obj->filp);
}

static int vgem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	return drm_gem_mmap_obj(obj, obj->size, vma);
}

static const struct drm_ioctl_desc vgem_ioctls[] = {
	[DRM_VGEM_FENCE_ATTACH] = {.cmd = DRM_IOCTL_VGEM_FENCE_ATTACH,
				   .flags = DRM_RENDER_ALLOW,
				   .func = vgem_fence_attach_ioctl},
	[DRM_VGEM_FENCE_SIGNAL] = {.cmd = DRM_IOCTL_VGEM_FENCE_SIGNAL,
				   .flags = DRM_RENDER_ALLOW,
				   .func = vgem_fence_signal_ioctl},
};

static const struct drm_driver vgem_driver = {
	.name = "vgem",
	.desc = "Virtual GEM provider",
	.date = "20120112",
	.major = 1,
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.open = vgem_fence_open,
	.postclose = vgem_fence_close,
	.release = uprime_device_release,
	.gem_free_object = vgem_free_object,
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd,
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle,
	.gem_prime_export = drm_gem_prime_export,
	.gem_prime_import = drm_gem_prime_import,
	.gem_prime_get_sg_table = vgem_get_sg_table,
	.gem_prime_import_sg_table = vgem_import_sg_table,
	.gem_prime_vmap = vgem_vmap,
	.gem_prime_mmap = vgem_mmap,
	.dumb_create = vgem_dumb_create,
	.ioctls = vgem_ioctls,
	.num_ioctls = ARRAY_SIZE(vgem_ioctls),
};

static struct drm_device *
vgem_create(const struct uprime_device_options *options)
{
	return uprime_device_create(&vgem_driver, options, NULL);
}

const struct uprime_driver vgem_uprime_driver = {
	.name = "vgem",
	.summary = "buffers in system memory, as Linux's vgem (default)",
	.create = vgem_create,
	.destroy = uprime_device_destroy,
};
