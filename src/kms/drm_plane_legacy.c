/* SPDX-License-Identifier: MIT */
/* The old ioctls of planes: one change of one plane at a time. */
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

static int check(struct drm_plane *plane, struct drm_crtc *crtc,
		 struct drm_framebuffer *fb,
		 const struct drm_mode_set_plane *args)
{
	if (!(plane->possible_crtcs & drm_crtc_mask(crtc))) {
		return -EINVAL;
	}
	if (!drm_plane_has_format(plane, fb->format->format, fb->modifier)) {
		return -EINVAL;
	}
	/* The other end can be told in an int as well. */
	if (args->crtc_w > INT32_MAX || args->crtc_h > INT32_MAX ||
	    (s64)args->crtc_x + args->crtc_w > INT32_MAX ||
	    (s64)args->crtc_y + args->crtc_h > INT32_MAX) {
		return -ERANGE;
	}
	return drm_framebuffer_check_src_coords(args->src_x, args->src_y,
						args->src_w, args->src_h, fb);
}

static int set_locked(struct drm_plane *plane, struct drm_crtc *crtc,
		      struct drm_framebuffer *fb,
		      const struct drm_mode_set_plane *args)
{
	int ret;

	lockdep_assert_held(&plane->dev->mode_config.mutex);
	if (!fb) {
		return drm_atomic_helper_disable_plane(plane);
	}
	ret = check(plane, crtc, fb, args);
	if (ret) {
		return ret;
	}
	return drm_atomic_helper_update_plane(
		plane, crtc, fb, args->crtc_x, args->crtc_y, args->crtc_w,
		args->crtc_h, args->src_x, args->src_y, args->src_w,
		args->src_h);
}

int drm_plane_set(struct drm_plane *plane, struct drm_crtc *crtc,
		  struct drm_framebuffer *fb,
		  const struct drm_mode_set_plane *args)
{
	struct mutex *mutex = &plane->dev->mode_config.mutex;
	int ret;

	mutex_lock(mutex);
	ret = set_locked(plane, crtc, fb, args);
	mutex_unlock(mutex);
	return ret;
}

/* The picture of a cursor, as a framebuffer of no file. */
static struct drm_framebuffer *
cursor_framebuffer(struct drm_device *dev, const struct drm_mode_cursor2 *args,
		   struct drm_file *file)
{
	const struct drm_mode_fb_cmd2 cmd = {
		.width = args->width,
		.height = args->height,
		.pixel_format = DRM_FORMAT_ARGB8888,
		.pitches = {args->width * 4},
		.handles = {args->handle},
	};

	return drm_internal_framebuffer_create(dev, &cmd, file);
}

/* Show @fb, or with @keep what there is, at the place that is asked for. */
static int set_cursor(struct drm_crtc *crtc, struct drm_framebuffer *fb,
		      bool keep, const struct drm_mode_cursor2 *args)
{
	struct drm_plane *plane = crtc->cursor;
	struct drm_mode_set_plane set = {
		.crtc_x = crtc->cursor_x,
		.crtc_y = crtc->cursor_y,
	};
	int ret;

	if (keep) {
		fb = plane->state->fb;
	}
	if (args->flags & DRM_MODE_CURSOR_MOVE) {
		set.crtc_x = args->x;
		set.crtc_y = args->y;
	}
	if (fb) {
		/* Also when the state it comes from goes. */
		drm_framebuffer_get(fb);
		set.crtc_w = fb->width;
		set.crtc_h = fb->height;
		set.src_w = fb->width << 16;
		set.src_h = fb->height << 16;
	}
	ret = set_locked(plane, crtc, fb, &set);
	if (fb) {
		drm_framebuffer_put(fb);
	}
	if (!ret && args->flags & DRM_MODE_CURSOR_MOVE) {
		crtc->cursor_x = args->x;
		crtc->cursor_y = args->y;
	}
	return ret;
}

int drm_mode_cursor(struct drm_device *dev, const struct drm_mode_cursor2 *args,
		    struct drm_file *file)
{
	bool keep = !(args->flags & DRM_MODE_CURSOR_BO);
	struct drm_framebuffer *fb = NULL;
	struct drm_crtc *crtc;
	int ret;

	if (!args->flags || args->flags & ~(u32)DRM_MODE_CURSOR_FLAGS) {
		return -EINVAL;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	if (!crtc->cursor) {
		/* The errors of a driver without the hooks of before. */
		return keep ? -EFAULT : -ENXIO;
	}
	if (!drm_lease_held(file, crtc->cursor->base.id)) {
		return -EACCES;
	}
	if (!keep && args->handle) {
		fb = cursor_framebuffer(dev, args, file);
		if (IS_ERR(fb)) {
			return (int)PTR_ERR(fb);
		}
	}
	mutex_lock(&dev->mode_config.mutex);
	ret = set_cursor(crtc, fb, keep, args);
	mutex_unlock(&dev->mode_config.mutex);
	if (fb) {
		drm_framebuffer_put(fb);
	}
	return ret;
}

/* The event of a flip, if one is wanted; ERR_PTR. */
static struct drm_pending_vblank_event *
flip_event(struct drm_crtc *crtc,
	   const struct drm_mode_crtc_page_flip_target *args,
	   struct drm_file *file)
{
	struct drm_pending_vblank_event *e;
	int ret;

	if (!(args->flags & DRM_MODE_PAGE_FLIP_EVENT)) {
		return NULL;
	}
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e) {
		return ERR_PTR(-ENOMEM);
	}
	e->event.base.type = DRM_EVENT_FLIP_COMPLETE;
	e->event.base.length = sizeof(e->event);
	e->event.vbl.user_data = args->user_data;
	e->event.vbl.crtc_id = crtc->base.id;
	ret = drm_event_reserve_init(crtc->dev, file, &e->base, &e->event.base);
	if (ret) {
		kfree(e);
		return ERR_PTR(ret);
	}
	return e;
}

static int flip(struct drm_crtc *crtc,
		const struct drm_mode_crtc_page_flip_target *args,
		struct drm_file *file)
{
	const struct drm_plane_state *state = crtc->primary->state;
	struct drm_pending_vblank_event *e;
	struct drm_framebuffer *fb;
	int ret;

	/* Nothing is shown any more, and the program does not know it yet. */
	if (!state->fb) {
		return -EBUSY;
	}
	fb = drm_framebuffer_lookup(crtc->dev, file, args->fb_id);
	if (!fb) {
		return -ENOENT;
	}
	ret = drm_framebuffer_check_src_coords(state->src_x, state->src_y,
					       state->src_w, state->src_h, fb);
	if (ret) {
		goto out;
	}
	if (fb->format != state->fb->format) {
		ret = -EINVAL;
		goto out;
	}
	e = flip_event(crtc, args, file);
	if (IS_ERR(e)) {
		ret = (int)PTR_ERR(e);
		goto out;
	}
	ret = drm_atomic_helper_page_flip(crtc, fb, e, args->flags);
	if (ret && e) {
		drm_event_cancel_free(crtc->dev, &e->base);
	}
out:
	drm_framebuffer_put(fb);
	return ret;
}

int drm_mode_page_flip(struct drm_device *dev,
		       const struct drm_mode_crtc_page_flip_target *args,
		       struct drm_file *file)
{
	u32 target = args->flags & DRM_MODE_PAGE_FLIP_TARGET;
	struct drm_crtc *crtc;
	int ret;

	if (args->flags & ~(u32)DRM_MODE_PAGE_FLIP_FLAGS) {
		return -EINVAL;
	}
	if ((args->sequence && !target) ||
	    target == DRM_MODE_PAGE_FLIP_TARGET) {
		return -EINVAL;
	}
	if (args->flags & DRM_MODE_PAGE_FLIP_ASYNC &&
	    !dev->mode_config.async_page_flip) {
		return -EINVAL;
	}
	crtc = drm_crtc_find(dev, file, args->crtc_id);
	if (!crtc) {
		return -ENOENT;
	}
	if (!drm_lease_held(file, crtc->primary->base.id)) {
		return -EACCES;
	}
	/* drm_atomic_helper_page_flip() knows the next vblank only. */
	if (target) {
		return -EINVAL;
	}
	mutex_lock(&dev->mode_config.mutex);
	ret = flip(crtc, args, file);
	mutex_unlock(&dev->mode_config.mutex);
	return ret;
}
