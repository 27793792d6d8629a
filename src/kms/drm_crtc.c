/* SPDX-License-Identifier: MIT */
/* CRTCs, and the ioctl that sets one with its connectors. */
#include <linux/dma-fence.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <stdio.h>

#include "internal.h"

/* CRTCs are bits of masks. */
#define MAX_CRTCS 32
/* SETCRTC: the framebuffer which is shown already. */
#define SAME_FB ((u32)-1)

int drm_crtc_init_with_planes(struct drm_device *dev, struct drm_crtc *crtc,
			      struct drm_plane *primary,
			      struct drm_plane *cursor,
			      const struct drm_crtc_funcs *funcs)
{
	struct drm_mode_config *config = &dev->mode_config;
	int ret;

	WARN_ON(primary && primary->type != DRM_PLANE_TYPE_PRIMARY);
	WARN_ON(cursor && cursor->type != DRM_PLANE_TYPE_CURSOR);
	if (WARN_ON(config->num_crtc >= MAX_CRTCS)) {
		return -EINVAL;
	}
	ret = drm_mode_object_add(dev, &crtc->base, DRM_MODE_OBJECT_CRTC);
	if (ret) {
		return ret;
	}
	crtc->base.properties = &crtc->properties;
	crtc->dev = dev;
	crtc->funcs = funcs;
	spin_lock_init(&crtc->commit_lock);
	INIT_LIST_HEAD(&crtc->commit_list);
	spin_lock_init(&crtc->fence_lock);
	spin_lock_init(&crtc->crc.lock);
	if (funcs->get_crc_sources) {
		size_t count;

		crtc->crc.source = funcs->get_crc_sources(crtc, &count)[0];
	}
	crtc->fence_context = dma_fence_context_alloc(1);
	crtc->index = (unsigned int)config->num_crtc++;
	snprintf(crtc->name, sizeof(crtc->name), "crtc-%u", crtc->index);
	snprintf(crtc->timeline_name, sizeof(crtc->timeline_name),
		 "CRTC:%u-crtc-%u", crtc->base.id, crtc->index);
	list_add_tail(&crtc->head, &config->crtc_list);
	crtc->primary = primary;
	crtc->cursor = cursor;
	if (primary && !primary->possible_crtcs) {
		primary->possible_crtcs = drm_crtc_mask(crtc);
	}
	if (cursor && !cursor->possible_crtcs) {
		cursor->possible_crtcs = drm_crtc_mask(crtc);
	}
	if (drm_core_check_feature(dev, DRIVER_ATOMIC)) {
		struct drm_mode_object *obj = &crtc->base;

		drm_object_attach_property(obj, config->prop_active, 0);
		drm_object_attach_property(obj, config->prop_mode_id, 0);
		drm_object_attach_property(obj, config->prop_out_fence_ptr, 0);
		drm_object_attach_property(obj, config->prop_vrr_enabled, 0);
	}
	return 0;
}

void drm_crtc_cleanup(struct drm_crtc *crtc)
{
	struct drm_device *dev = crtc->dev;

	kfree(crtc->gamma_store);
	crtc->gamma_store = NULL;
	drm_mode_object_unregister(dev, &crtc->base);
	list_del_init(&crtc->head);
	dev->mode_config.num_crtc--;
	if (crtc->state) {
		crtc->funcs->atomic_destroy_state(crtc, crtc->state);
		crtc->state = NULL;
	}
	mutex_destroy(&crtc->commit_lock);
	mutex_destroy(&crtc->fence_lock);
	mutex_destroy(&crtc->crc.lock);
}

struct drm_crtc *drm_crtc_from_index(struct drm_device *dev, int idx)
{
	struct drm_crtc *crtc;

	drm_for_each_crtc (crtc, dev) {
		if ((int)crtc->index == idx) {
			return crtc;
		}
	}
	return NULL;
}

int drm_crtc_check_viewport(const struct drm_crtc *crtc, int x, int y,
			    const struct drm_display_mode *mode,
			    const struct drm_framebuffer *fb)
{
	int width, height;

	lockdep_assert_held(&crtc->dev->mode_config.mutex);
	drm_mode_get_hv_timing(mode, &width, &height);
	if (crtc->primary->state->rotation &
	    (DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_270)) {
		int turned = width;

		width = height;
		height = turned;
	}
	return drm_framebuffer_check_src_coords((u32)x << 16, (u32)y << 16,
						(u32)width << 16,
						(u32)height << 16, fb);
}

/* The framebuffer that is asked for, with a reference; ERR_PTR. */
static struct drm_framebuffer *wanted_fb(struct drm_crtc *crtc, u32 id,
					 struct drm_file *file)
{
	struct drm_framebuffer *fb;

	if (id != SAME_FB) {
		fb = drm_framebuffer_lookup(crtc->dev, file, id);
		return fb ? fb : ERR_PTR(-ENOENT);
	}
	fb = crtc->primary->state->fb;
	if (!fb) {
		return ERR_PTR(-EINVAL);
	}
	drm_framebuffer_get(fb);
	return fb;
}

/* What a CRTC is to show: framebuffer and mode. */
static int prepare_picture(struct drm_crtc *crtc,
			   const struct drm_mode_crtc *args,
			   struct drm_file *file, struct drm_mode_set *set)
{
	struct drm_framebuffer *fb;
	int ret;

	lockdep_assert_held(&crtc->dev->mode_config.mutex);
	fb = wanted_fb(crtc, args->fb_id, file);
	if (IS_ERR(fb)) {
		return (int)PTR_ERR(fb);
	}
	set->fb = fb;
	set->mode = drm_mode_create(crtc->dev);
	if (!set->mode) {
		return -ENOMEM;
	}
	if (!file->aspect_ratio_allowed &&
	    (args->mode.flags & DRM_MODE_FLAG_PIC_AR_MASK) !=
		    DRM_MODE_FLAG_PIC_AR_NONE) {
		return -EINVAL;
	}
	ret = drm_mode_convert_umode(crtc->dev, set->mode, &args->mode);
	if (ret) {
		return ret;
	}
	if (!drm_plane_has_format(crtc->primary, fb->format->format,
				  fb->modifier)) {
		return -EINVAL;
	}
	return drm_crtc_check_viewport(crtc, (int)args->x, (int)args->y,
				       set->mode, fb);
}

int drm_crtc_prepare_set(struct drm_device *dev,
			 const struct drm_mode_crtc *args,
			 struct drm_file *file, struct drm_mode_set *set)
{
	struct drm_crtc *crtc;
	int ret = 0;

	/* A place in a framebuffer has 16 bits for whole pixels. */
	if (args->x > UINT16_MAX || args->y > UINT16_MAX) {
		return -ERANGE;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	/* Who has leased the CRTC alone may still switch it off. */
	if (args->mode_valid && !drm_lease_held(file, crtc->primary->base.id)) {
		return -EACCES;
	}
	set->crtc = crtc;
	set->x = args->x;
	set->y = args->y;
	if (args->mode_valid) {
		mutex_lock(&dev->mode_config.mutex);
		ret = prepare_picture(crtc, args, file, set);
		mutex_unlock(&dev->mode_config.mutex);
	}
	if (ret) {
		return ret;
	}
	/* A picture goes to connectors, nothing goes to none. */
	if (!args->count_connectors != !set->mode) {
		return -EINVAL;
	}
	if (!args->count_connectors) {
		return 0;
	}
	if (args->count_connectors > (u32)dev->mode_config.num_connector) {
		return -EINVAL;
	}
	set->connectors = kmalloc_array(args->count_connectors,
					sizeof(*set->connectors), GFP_KERNEL);
	return set->connectors ? 0 : -ENOMEM;
}

int drm_crtc_add_connector(struct drm_mode_set *set, struct drm_file *file,
			   u32 id)
{
	struct drm_connector *connector =
		drm_connector_lookup(set->crtc->dev, file, id);

	if (!connector) {
		return -ENOENT;
	}
	set->connectors[set->num_connectors++] = connector;
	return 0;
}

int drm_crtc_commit_set(struct drm_mode_set *set)
{
	struct mutex *mutex = &set->crtc->dev->mode_config.mutex;
	int ret;

	mutex_lock(mutex);
	ret = drm_atomic_helper_set_config(set);
	mutex_unlock(mutex);
	return ret;
}

void drm_crtc_end_set(struct drm_mode_set *set)
{
	for (size_t i = 0; i < set->num_connectors; i++) {
		drm_connector_put(set->connectors[i]);
	}
	kfree(set->connectors);
	if (set->mode) {
		drm_mode_destroy(set->crtc->dev, set->mode);
	}
	if (set->fb) {
		drm_framebuffer_put(set->fb);
	}
}
