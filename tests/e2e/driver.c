/* SPDX-License-Identifier: MIT */
/*
 * A driver as somebody else would write it, against the installed headers,
 * which are the kernel's in name, beside the system's own.
 */
#include <drm/drm.h>
#include <drm/drm_drv.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_gem.h>
#include <drm/drm_mode.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* From the system's headers, not hidden by ours. */
_Static_assert(DRM_FORMAT_XRGB8888, "drm_fourcc.h");
_Static_assert(DMA_BUF_SYNC_RW == 3, "linux/dma-buf.h");
_Static_assert(sizeof(struct drm_mode_create_dumb) == 32, "drm_mode.h");

static void toy_free(struct drm_gem_object *obj)
{
	drm_gem_object_release(obj);
	kfree(obj);
}

static struct sg_table *toy_get_sg_table(struct drm_gem_object *obj)
{
	struct page **pages = drm_gem_get_pages(obj);
	struct sg_table *sgt;

	sgt = drm_prime_pages_to_sg(pages, obj->size >> PAGE_SHIFT);
	drm_gem_put_pages(pages);
	return sgt;
}

static const struct drm_driver toy_driver = {
	.name = "toy",
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.gem_free_object = toy_free,
	.prime_handle_to_fd = drm_gem_prime_handle_to_fd,
	.prime_fd_to_handle = drm_gem_prime_fd_to_handle,
	.gem_prime_get_sg_table = toy_get_sg_table,
};

int main(void)
{
	static struct device bus = {.name = "toy"};
	struct drm_device *dev = drm_dev_alloc(&toy_driver, &bus);
	struct drm_gem_object *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	struct drm_file *file;
	u32 handle = 0, again = 0;
	int fd = -1;

	drm_dev_register(dev);
	file = drm_open(&dev->render);
	drm_gem_object_init(dev, obj, PAGE_SIZE);
	drm_gem_handle_create(file, obj, &handle);
	drm_gem_object_put(obj);
	if (drm_gem_prime_handle_to_fd(dev, file, handle, O_CLOEXEC | O_RDWR,
				       &fd) ||
	    drm_gem_prime_fd_to_handle(dev, file, fd, &again)) {
		return 1;
	}
	printf("handle %u, again %u\n", handle, again);
	close(fd);
	drm_close(file);
	drm_dev_unregister(dev);
	drm_dev_put(dev);
	return handle != again;
}
