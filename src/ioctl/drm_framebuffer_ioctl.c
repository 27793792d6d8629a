/* SPDX-License-Identifier: MIT */
/* Framebuffers: made, removed, asked about. */
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <string.h>
#include <uprime/host.h>

#include "../kms/internal.h"
#include "internal.h"
#include "kms_args.h"

int drm_mode_addfb_ioctl(struct drm_device *dev, void *data,
			 struct drm_file *file)
{
	struct drm_mode_fb_cmd *args = data;
	struct drm_mode_fb_cmd2 cmd = {0};
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	cmd.pixel_format =
		drm_driver_legacy_fb_format(dev, args->bpp, args->depth);
	if (cmd.pixel_format == DRM_FORMAT_INVALID) {
		return -EINVAL;
	}
	cmd.width = args->width;
	cmd.height = args->height;
	cmd.pitches[0] = args->pitch;
	cmd.handles[0] = args->handle;
	ret = drm_mode_addfb2(dev, &cmd, file);
	if (!ret) {
		args->fb_id = cmd.fb_id;
	}
	return ret;
}

int drm_mode_addfb2_ioctl(struct drm_device *dev, void *data,
			  struct drm_file *file)
{
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	return drm_mode_addfb2(dev, data, file);
}

int drm_mode_rmfb_ioctl(struct drm_device *dev, void *data,
			struct drm_file *file)
{
	const u32 *fb_id = data;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	return drm_mode_rmfb(dev, *fb_id, file);
}

int drm_mode_closefb_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	const struct closefb_args *args = data;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	if (args->pad) {
		return -EINVAL;
	}
	return drm_mode_closefb(dev, args->fb_id, file);
}

/* Buffers are told to those only who may read the screen anyway. */
static bool may_have_handles(struct drm_file *file)
{
	return drm_is_current_master(file) || capable(CAP_SYS_ADMIN);
}

static int getfb(struct drm_framebuffer *fb, struct drm_mode_fb_cmd *args,
		 struct drm_file *file)
{
	if (fb->format->num_planes > 1) {
		return -EINVAL;
	}
	if (!fb->funcs->create_handle) {
		return -ENODEV;
	}
	args->height = fb->height;
	args->width = fb->width;
	args->depth = fb->format->depth;
	args->bpp = drm_format_info_bpp(fb->format, 0);
	args->pitch = fb->pitches[0];
	if (!may_have_handles(file)) {
		args->handle = 0;
		return 0;
	}
	return fb->funcs->create_handle(fb, file, &args->handle);
}

int drm_mode_getfb_ioctl(struct drm_device *dev, void *data,
			 struct drm_file *file)
{
	struct drm_mode_fb_cmd *args = data;
	struct drm_framebuffer *fb;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	fb = drm_framebuffer_lookup(dev, file, args->fb_id);
	if (!fb) {
		return -ENOENT;
	}
	ret = getfb(fb, args, file);
	drm_framebuffer_put(fb);
	return ret;
}

static int getfb2(struct drm_framebuffer *fb, struct drm_mode_fb_cmd2 *args,
		  struct drm_file *file)
{
	bool modifiers = !fb->dev->mode_config.fb_modifiers_not_supported;

	args->height = fb->height;
	args->width = fb->width;
	args->pixel_format = fb->format->format;
	args->flags = modifiers ? DRM_MODE_FB_MODIFIERS : 0;
	memset(args->handles, 0, sizeof(args->handles));
	memset(args->pitches, 0, sizeof(args->pitches));
	memset(args->offsets, 0, sizeof(args->offsets));
	memset(args->modifier, 0, sizeof(args->modifier));
	for (int i = 0; i < fb->format->num_planes; i++) {
		args->pitches[i] = fb->pitches[i];
		args->offsets[i] = fb->offsets[i];
		args->modifier[i] = modifiers ? fb->modifier : 0;
	}
	return may_have_handles(file)
		       ? drm_framebuffer_create_handles(fb, file, args->handles)
		       : 0;
}

int drm_mode_getfb2_ioctl(struct drm_device *dev, void *data,
			  struct drm_file *file)
{
	struct drm_mode_fb_cmd2 *args = data;
	struct drm_framebuffer *fb;
	int ret;

	/* Alone among its kind it says that for a lack of the feature. */
	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EINVAL;
	}
	fb = drm_framebuffer_lookup(dev, file, args->fb_id);
	if (!fb) {
		return -ENOENT;
	}
	ret = fb->obj[0] ? getfb2(fb, args, file) : -ENODEV;
	drm_framebuffer_put(fb);
	return ret;
}

static int dirtyfb(struct drm_framebuffer *fb,
		   const struct drm_mode_fb_dirty_cmd *args,
		   struct drm_file *file)
{
	unsigned int flags = args->flags & DRM_MODE_FB_DIRTY_FLAGS;
	struct drm_clip_rect *clips = NULL;
	int ret;

	if (!args->num_clips != !args->clips_ptr) {
		return -EINVAL;
	}
	/* From where, to where. */
	if (flags & DRM_MODE_FB_DIRTY_ANNOTATE_COPY && args->num_clips % 2) {
		return -EINVAL;
	}
	if (args->num_clips > DRM_MODE_FB_DIRTY_MAX_CLIPS) {
		return -EINVAL;
	}
	if (args->num_clips) {
		clips = kmalloc_array(args->num_clips, sizeof(*clips),
				      GFP_KERNEL);
		if (!clips) {
			return -ENOMEM;
		}
		ret = copy_from_user(clips, args->clips_ptr,
				     args->num_clips * sizeof(*clips));
		if (ret) {
			goto out;
		}
	}
	ret = fb->funcs->dirty ? fb->funcs->dirty(fb, file, flags, args->color,
						  clips, args->num_clips)
			       : -ENOSYS;
out:
	kfree(clips);
	return ret;
}

int drm_mode_dirtyfb_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	const struct drm_mode_fb_dirty_cmd *args = data;
	struct drm_framebuffer *fb;
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return -EOPNOTSUPP;
	}
	fb = drm_framebuffer_lookup(dev, file, args->fb_id);
	if (!fb) {
		return -ENOENT;
	}
	ret = dirtyfb(fb, args, file);
	drm_framebuffer_put(fb);
	return ret;
}
