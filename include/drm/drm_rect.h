/* SPDX-License-Identifier: MIT */
/* Rectangles: x2 and y2 are the first beyond. */
#ifndef UPRIME_DRM_RECT_H
#define UPRIME_DRM_RECT_H

#include <linux/kernel.h>

struct drm_rect {
	int x1, y1, x2, y2;
};

#define DRM_RECT_INIT(x, y, w, h)                                              \
	((struct drm_rect){                                                    \
		.x1 = (x), .y1 = (y), .x2 = (x) + (w), .y2 = (y) + (h)})

static inline int drm_rect_width(const struct drm_rect *r)
{
	return r->x2 - r->x1;
}

static inline int drm_rect_height(const struct drm_rect *r)
{
	return r->y2 - r->y1;
}

static inline bool drm_rect_visible(const struct drm_rect *r)
{
	return drm_rect_width(r) > 0 && drm_rect_height(r) > 0;
}

static inline bool drm_rect_equals(const struct drm_rect *a,
				   const struct drm_rect *b)
{
	return a->x1 == b->x1 && a->y1 == b->y1 && a->x2 == b->x2 &&
	       a->y2 == b->y2;
}

/* drm_rect_intersect - cut @r to @other; false: nothing is left */
EXPORT_SYMBOL bool drm_rect_intersect(struct drm_rect *r,
				      const struct drm_rect *other);
/* drm_rect_clip_scaled - cut @dst to @clip and @src (16.16) accordingly; false:
 * nothing is left */
EXPORT_SYMBOL bool drm_rect_clip_scaled(struct drm_rect *src,
					struct drm_rect *dst,
					const struct drm_rect *clip);
/* drm_rect_calc_hscale, _vscale - how much @src (16.16) is shrunk, 16.16, or 0
 * where @dst is nothing; -EINVAL (less than nothing), -ERANGE (not within the
 * limits) */
EXPORT_SYMBOL int drm_rect_calc_hscale(const struct drm_rect *src,
				       const struct drm_rect *dst,
				       int min_hscale, int max_hscale);
EXPORT_SYMBOL int drm_rect_calc_vscale(const struct drm_rect *src,
				       const struct drm_rect *dst,
				       int min_vscale, int max_vscale);
/* drm_rect_rotate - turn a rectangle of an area @width x @height by
 * DRM_MODE_ROTATE_*, DRM_MODE_REFLECT_*; drm_rect_rotate_inv - turn it back:
 * the area is the one before turning, too */
EXPORT_SYMBOL void drm_rect_rotate(struct drm_rect *r, int width, int height,
				   unsigned int rotation);
EXPORT_SYMBOL void drm_rect_rotate_inv(struct drm_rect *r, int width,
				       int height, unsigned int rotation);

#endif
