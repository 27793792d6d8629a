/* SPDX-License-Identifier: MIT */
/* Framebuffers of GEM objects, one for each plane, or one for several. */
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

static void put_objects(struct drm_framebuffer *fb, int planes)
{
	while (planes--) {
		drm_gem_object_put(fb->obj[planes]);
	}
}

static void gem_fb_destroy(struct drm_framebuffer *fb)
{
	drm_framebuffer_cleanup(fb);
	put_objects(fb, fb->format->num_planes);
	kfree(fb);
}

static int gem_fb_create_handle(struct drm_framebuffer *fb,
				struct drm_file *file, unsigned int *handle)
{
	return drm_gem_handle_create(file, fb->obj[0], handle);
}

static const struct drm_framebuffer_funcs gem_fb_funcs = {
	.destroy = gem_fb_destroy,
	.create_handle = gem_fb_create_handle,
};

/* The bytes that a plane needs of its object. In 32 bits, as Linux counts them:
 * what does not fit there was refused before. */
static u32 plane_size(const struct drm_framebuffer *fb, int i)
{
	u32 width =
		(u32)drm_format_info_plane_width(fb->format, (int)fb->width, i);
	u32 height = (u32)drm_format_info_plane_height(fb->format,
						       (int)fb->height, i);

	return (height - 1) * fb->pitches[i] +
	       (u32)drm_format_info_min_pitch(fb->format, i, width) +
	       fb->offsets[i];
}

/* Look the objects up: 0, or -errno with none. */
static int get_objects(struct drm_framebuffer *fb, struct drm_file *file,
		       const struct drm_mode_fb_cmd2 *cmd)
{
	int i, ret;

	for (i = 0; i < fb->format->num_planes; i++) {
		fb->obj[i] = drm_gem_object_lookup(file, cmd->handles[i]);
		if (!fb->obj[i]) {
			ret = -ENOENT;
			goto err_put;
		}
		if (fb->obj[i]->size < plane_size(fb, i)) {
			drm_gem_object_put(fb->obj[i]);
			ret = -EINVAL;
			goto err_put;
		}
	}
	return 0;

err_put:
	put_objects(fb, i);
	return ret;
}

struct drm_framebuffer *drm_gem_fb_create(struct drm_device *dev,
					  struct drm_file *file,
					  const struct drm_mode_fb_cmd2 *cmd)
{
	struct drm_framebuffer *fb = kzalloc(sizeof(*fb), GFP_KERNEL);
	int ret;

	if (!fb) {
		return ERR_PTR(-ENOMEM);
	}
	drm_helper_mode_fill_fb_struct(dev, fb, cmd);
	if (!fb->format || !drm_any_plane_has_format(dev, cmd->pixel_format,
						     cmd->modifier[0])) {
		ret = -EINVAL;
		goto err_free;
	}
	ret = get_objects(fb, file, cmd);
	if (ret) {
		goto err_free;
	}
	ret = drm_framebuffer_init(dev, fb, &gem_fb_funcs);
	if (ret) {
		goto err_put;
	}
	return fb;

err_put:
	put_objects(fb, fb->format->num_planes);
err_free:
	kfree(fb);
	return ERR_PTR(ret);
}

static void *vmap_plane(struct drm_framebuffer *fb, int i)
{
	const struct drm_driver *driver = fb->dev->driver;
	void *vaddr;

	if (WARN_ON(!fb->obj[i]) || !driver->gem_prime_vmap) {
		return ERR_PTR(-EINVAL);
	}
	vaddr = driver->gem_prime_vmap(fb->obj[i]);
	if (!vaddr) {
		return ERR_PTR(-ENOMEM);
	}
	return vaddr;
}

static void vunmap_planes(struct drm_framebuffer *fb, void **data, int planes)
{
	const struct drm_driver *driver = fb->dev->driver;

	while (planes--) {
		if (driver->gem_prime_vunmap) {
			driver->gem_prime_vunmap(fb->obj[planes],
						 (char *)data[planes] -
							 fb->offsets[planes]);
		}
		data[planes] = NULL;
	}
}

int drm_gem_fb_vmap(struct drm_framebuffer *fb,
		    void *data[DRM_FORMAT_MAX_PLANES])
{
	for (int i = 0; i < fb->format->num_planes; i++) {
		void *vaddr = vmap_plane(fb, i);

		if (IS_ERR(vaddr)) {
			vunmap_planes(fb, data, i);
			return (int)PTR_ERR(vaddr);
		}
		data[i] = (char *)vaddr + fb->offsets[i];
	}
	return 0;
}

void drm_gem_fb_vunmap(struct drm_framebuffer *fb,
		       void *data[DRM_FORMAT_MAX_PLANES])
{
	vunmap_planes(fb, data, fb->format->num_planes);
}
