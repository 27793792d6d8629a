/* SPDX-License-Identifier: MIT */
/* Rectangles, with the roundings of Linux: what is visible depends on them. */
#include <drm/drm_mode.h>
#include <drm/drm_rect.h>
#include <linux/err.h>

bool drm_rect_intersect(struct drm_rect *r, const struct drm_rect *other)
{
	r->x1 = max(r->x1, other->x1);
	r->y1 = max(r->y1, other->y1);
	r->x2 = min(r->x2, other->x2);
	r->y2 = min(r->y2, other->y2);
	return drm_rect_visible(r);
}

/* What is left of a source's length when *@cut of the destination's is cut
 * off, which may not be more than there is. Rounded so that enlarging does not
 * become shrinking, nor the other way. */
static int clip_source(int src, int dst, s64 *cut)
{
	u64 left;

	if (!dst) {
		*cut = 0;
		return 0;
	}
	*cut = min(*cut, (s64)dst);
	left = (u64)(u32)src * (u32)(dst - *cut);
	if ((s64)src < (s64)dst << 16) {
		left += (u32)dst - 1;
	}
	return (int)(left / (u32)dst);
}

/* Programs may ask for a place from one end of an int to the other: that is
 * how far away the clip can be. */
bool drm_rect_clip_scaled(struct drm_rect *src, struct drm_rect *dst,
			  const struct drm_rect *clip)
{
	s64 cut;

	cut = (s64)clip->x1 - dst->x1;
	if (cut > 0) {
		src->x1 = src->x2 - clip_source(drm_rect_width(src),
						drm_rect_width(dst), &cut);
		dst->x1 += (int)cut;
	}
	cut = (s64)clip->y1 - dst->y1;
	if (cut > 0) {
		src->y1 = src->y2 - clip_source(drm_rect_height(src),
						drm_rect_height(dst), &cut);
		dst->y1 += (int)cut;
	}
	cut = (s64)dst->x2 - clip->x2;
	if (cut > 0) {
		src->x2 = src->x1 + clip_source(drm_rect_width(src),
						drm_rect_width(dst), &cut);
		dst->x2 -= (int)cut;
	}
	cut = (s64)dst->y2 - clip->y2;
	if (cut > 0) {
		src->y2 = src->y1 + clip_source(drm_rect_height(src),
						drm_rect_height(dst), &cut);
		dst->y2 -= (int)cut;
	}
	return drm_rect_visible(dst);
}

/* How much is shrunk, 16.16, at the worst: more than once is rounded up. */
static int scale(int src, int dst, int lowest, int highest)
{
	int ret;

	if (WARN_ON(src < 0 || dst < 0)) {
		return -EINVAL;
	}
	if (!dst) {
		return 0;
	}
	ret = (s64)src > (s64)dst << 16 ? (int)DIV_ROUND_UP((u32)src, (u32)dst)
					: src / dst;
	return ret < lowest || ret > highest ? -ERANGE : ret;
}

int drm_rect_calc_hscale(const struct drm_rect *src, const struct drm_rect *dst,
			 int min_hscale, int max_hscale)
{
	return scale(drm_rect_width(src), drm_rect_width(dst), min_hscale,
		     max_hscale);
}

int drm_rect_calc_vscale(const struct drm_rect *src, const struct drm_rect *dst,
			 int min_vscale, int max_vscale)
{
	return scale(drm_rect_height(src), drm_rect_height(dst), min_vscale,
		     max_vscale);
}

static void reflect(struct drm_rect *r, int width, int height,
		    unsigned int rotation)
{
	struct drm_rect old = *r;

	if (rotation & DRM_MODE_REFLECT_X) {
		r->x1 = width - old.x2;
		r->x2 = width - old.x1;
	}
	if (rotation & DRM_MODE_REFLECT_Y) {
		r->y1 = height - old.y2;
		r->y2 = height - old.y1;
	}
}

void drm_rect_rotate(struct drm_rect *r, int width, int height,
		     unsigned int rotation)
{
	struct drm_rect old;

	reflect(r, width, height, rotation);
	old = *r;
	switch (rotation & DRM_MODE_ROTATE_MASK) {
	case DRM_MODE_ROTATE_90:
		*r = (struct drm_rect){old.y1, width - old.x2, old.y2,
				       width - old.x1};
		break;
	case DRM_MODE_ROTATE_180:
		reflect(r, width, height,
			DRM_MODE_REFLECT_X | DRM_MODE_REFLECT_Y);
		break;
	case DRM_MODE_ROTATE_270:
		*r = (struct drm_rect){height - old.y2, old.x1, height - old.y1,
				       old.x2};
		break;
	default:
		break;
	}
}

void drm_rect_rotate_inv(struct drm_rect *r, int width, int height,
			 unsigned int rotation)
{
	struct drm_rect old = *r;

	switch (rotation & DRM_MODE_ROTATE_MASK) {
	case DRM_MODE_ROTATE_90:
		*r = (struct drm_rect){width - old.y2, old.x1, width - old.y1,
				       old.x2};
		break;
	case DRM_MODE_ROTATE_180:
		reflect(r, width, height,
			DRM_MODE_REFLECT_X | DRM_MODE_REFLECT_Y);
		break;
	case DRM_MODE_ROTATE_270:
		*r = (struct drm_rect){old.y1, height - old.x2, old.y2,
				       height - old.x1};
		break;
	default:
		break;
	}
	reflect(r, width, height, rotation);
}
