/* SPDX-License-Identifier: MIT */
/* Timings: what they are, whether they can be, which are alike. */
#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <stdio.h>

#include "internal.h"

#define ASPECT_SHIFT 19 /* of the aspect ratio in the flags of the UAPI */
#define ASPECT_MAX   DRM_MODE_PICTURE_ASPECT_256_135
/* The last kind of 3D there is. */
#define FLAG_3D_MAX DRM_MODE_FLAG_3D_SIDE_BY_SIDE_HALF

struct drm_display_mode *drm_mode_create(struct drm_device *dev)
{
	struct drm_display_mode *mode = kzalloc(sizeof(*mode), GFP_KERNEL);

	(void)dev;
	if (mode) {
		INIT_LIST_HEAD(&mode->head);
	}
	return mode;
}

void drm_mode_destroy(struct drm_device *dev, struct drm_display_mode *mode)
{
	(void)dev;
	kfree(mode);
}

void drm_mode_copy(struct drm_display_mode *dst,
		   const struct drm_display_mode *src)
{
	struct list_head head = dst->head;

	*dst = *src;
	dst->head = head;
}

struct drm_display_mode *drm_mode_duplicate(struct drm_device *dev,
					    const struct drm_display_mode *mode)
{
	struct drm_display_mode *copy = drm_mode_create(dev);

	if (copy) {
		drm_mode_copy(copy, mode);
	}
	return copy;
}

void drm_mode_set_name(struct drm_display_mode *mode)
{
	snprintf(mode->name, sizeof(mode->name), "%dx%d%s", mode->hdisplay,
		 mode->vdisplay,
		 mode->flags & DRM_MODE_FLAG_INTERLACE ? "i" : "");
}

int drm_mode_vrefresh(const struct drm_display_mode *mode)
{
	u64 clock = (u32)mode->clock;
	u64 pixels = (u64)mode->htotal * mode->vtotal;

	/* Programs can ask for any mode; what does not fit into the kernel's
	 * numbers has no rate. */
	if (!pixels || mode->clock < 0 || pixels > INT_MAX) {
		return 0;
	}
	if (mode->flags & DRM_MODE_FLAG_INTERLACE) {
		clock *= 2;
	}
	if (mode->flags & DRM_MODE_FLAG_DBLSCAN) {
		pixels *= 2;
	}
	if (mode->vscan > 1) {
		pixels *= mode->vscan;
	}
	if (clock > U32_MAX || pixels > U32_MAX) {
		return 0;
	}
	return (int)((clock * 1000 + pixels / 2) / pixels);
}

static void scale_lines(struct drm_display_mode *mode, unsigned int times,
			unsigned int by)
{
	mode->crtc_vdisplay = (u16)(mode->crtc_vdisplay * times / by);
	mode->crtc_vsync_start = (u16)(mode->crtc_vsync_start * times / by);
	mode->crtc_vsync_end = (u16)(mode->crtc_vsync_end * times / by);
	mode->crtc_vtotal = (u16)(mode->crtc_vtotal * times / by);
}

/* The second picture of a frame comes behind the first one's blank. */
static void pack_frames(struct drm_display_mode *mode)
{
	u16 total = mode->crtc_vtotal;

	mode->crtc_clock = (int)((u32)mode->crtc_clock * 2);
	mode->crtc_vdisplay = (u16)(mode->crtc_vdisplay + total);
	mode->crtc_vsync_start = (u16)(mode->crtc_vsync_start + total);
	mode->crtc_vsync_end = (u16)(mode->crtc_vsync_end + total);
	mode->crtc_vtotal = (u16)(total + total);
}

void drm_mode_set_crtcinfo(struct drm_display_mode *mode, int adjust_flags)
{
	mode->crtc_clock = mode->clock;
	mode->crtc_hdisplay = mode->hdisplay;
	mode->crtc_hsync_start = mode->hsync_start;
	mode->crtc_hsync_end = mode->hsync_end;
	mode->crtc_htotal = mode->htotal;
	mode->crtc_vdisplay = mode->vdisplay;
	mode->crtc_vsync_start = mode->vsync_start;
	mode->crtc_vsync_end = mode->vsync_end;
	mode->crtc_vtotal = mode->vtotal;

	if (mode->flags & DRM_MODE_FLAG_INTERLACE &&
	    adjust_flags & CRTC_INTERLACE_HALVE_V) {
		scale_lines(mode, 1, 2);
	}
	if (mode->flags & DRM_MODE_FLAG_DBLSCAN &&
	    !(adjust_flags & CRTC_NO_DBLSCAN)) {
		scale_lines(mode, 2, 1);
	}
	if (mode->vscan > 1 && !(adjust_flags & CRTC_NO_VSCAN)) {
		scale_lines(mode, mode->vscan, 1);
	}
	if (adjust_flags & CRTC_STEREO_DOUBLE &&
	    (mode->flags & DRM_MODE_FLAG_3D_MASK) ==
		    DRM_MODE_FLAG_3D_FRAME_PACKING) {
		pack_frames(mode);
	}
	mode->crtc_vblank_start =
		min(mode->crtc_vsync_start, mode->crtc_vdisplay);
	mode->crtc_vblank_end = max(mode->crtc_vsync_end, mode->crtc_vtotal);
	mode->crtc_hblank_start =
		min(mode->crtc_hsync_start, mode->crtc_hdisplay);
	mode->crtc_hblank_end = max(mode->crtc_hsync_end, mode->crtc_htotal);
}

void drm_mode_get_hv_timing(const struct drm_display_mode *mode, int *hdisplay,
			    int *vdisplay)
{
	struct drm_display_mode adjusted = *mode;

	drm_mode_set_crtcinfo(&adjusted, CRTC_STEREO_DOUBLE_ONLY);
	*hdisplay = adjusted.crtc_hdisplay;
	*vdisplay = adjusted.crtc_vdisplay;
}

static bool timings_match(const struct drm_display_mode *a,
			  const struct drm_display_mode *b)
{
	return a->hdisplay == b->hdisplay && a->hsync_start == b->hsync_start &&
	       a->hsync_end == b->hsync_end && a->htotal == b->htotal &&
	       a->hskew == b->hskew && a->vdisplay == b->vdisplay &&
	       a->vsync_start == b->vsync_start &&
	       a->vsync_end == b->vsync_end && a->vtotal == b->vtotal &&
	       a->vscan == b->vscan;
}

/* As long as a pixel lasts the same number of picoseconds. */
static bool clocks_match(int a, int b)
{
	return a && b ? 1000000000l / a == 1000000000l / b : a == b;
}

bool drm_mode_match(const struct drm_display_mode *a,
		    const struct drm_display_mode *b, unsigned int what)
{
	u32 flags = 0;

	if (what & DRM_MODE_MATCH_FLAGS) {
		flags |= ~(u32)DRM_MODE_FLAG_3D_MASK;
	}
	if (what & DRM_MODE_MATCH_3D_FLAGS) {
		flags |= DRM_MODE_FLAG_3D_MASK;
	}
	if ((a->flags ^ b->flags) & flags) {
		return false;
	}
	if (what & DRM_MODE_MATCH_TIMINGS && !timings_match(a, b)) {
		return false;
	}
	if (what & DRM_MODE_MATCH_CLOCK && !clocks_match(a->clock, b->clock)) {
		return false;
	}
	return !(what & DRM_MODE_MATCH_ASPECT_RATIO) ||
	       a->picture_aspect_ratio == b->picture_aspect_ratio;
}

bool drm_mode_equal(const struct drm_display_mode *a,
		    const struct drm_display_mode *b)
{
	return drm_mode_match(a, b,
			      DRM_MODE_MATCH_TIMINGS | DRM_MODE_MATCH_CLOCK |
				      DRM_MODE_MATCH_FLAGS |
				      DRM_MODE_MATCH_3D_FLAGS |
				      DRM_MODE_MATCH_ASPECT_RATIO);
}

bool drm_mode_equal_no_clocks_no_stereo(const struct drm_display_mode *a,
					const struct drm_display_mode *b)
{
	return drm_mode_match(a, b,
			      DRM_MODE_MATCH_TIMINGS | DRM_MODE_MATCH_FLAGS);
}

enum drm_mode_status
drm_mode_validate_basic(const struct drm_display_mode *mode)
{
	if (mode->type & ~DRM_MODE_TYPE_ALL ||
	    mode->flags & ~(u32)DRM_MODE_FLAG_ALL ||
	    (mode->flags & DRM_MODE_FLAG_3D_MASK) > FLAG_3D_MAX) {
		return MODE_BAD;
	}
	if (!mode->clock) {
		return MODE_CLOCK_LOW;
	}
	if (!mode->hdisplay || mode->hsync_start < mode->hdisplay ||
	    mode->hsync_end < mode->hsync_start ||
	    mode->htotal < mode->hsync_end) {
		return MODE_H_ILLEGAL;
	}
	if (!mode->vdisplay || mode->vsync_start < mode->vdisplay ||
	    mode->vsync_end < mode->vsync_start ||
	    mode->vtotal < mode->vsync_end) {
		return MODE_V_ILLEGAL;
	}
	return MODE_OK;
}

enum drm_mode_status
drm_mode_validate_driver(struct drm_device *dev,
			 const struct drm_display_mode *mode)
{
	const struct drm_mode_config_funcs *funcs = dev->mode_config.funcs;
	enum drm_mode_status status = drm_mode_validate_basic(mode);

	if (status == MODE_OK && funcs->mode_valid) {
		status = funcs->mode_valid(dev, mode);
	}
	return status;
}

enum drm_mode_status drm_mode_validate_size(const struct drm_display_mode *mode,
					    int max_x, int max_y)
{
	if (max_x > 0 && mode->hdisplay > max_x) {
		return MODE_VIRTUAL_X;
	}
	if (max_y > 0 && mode->vdisplay > max_y) {
		return MODE_VIRTUAL_Y;
	}
	return MODE_OK;
}

void drm_mode_convert_to_umode(struct drm_mode_modeinfo *out,
			       const struct drm_display_mode *in)
{
	*out = (struct drm_mode_modeinfo){
		.clock = (u32)in->clock,
		.hdisplay = in->hdisplay,
		.hsync_start = in->hsync_start,
		.hsync_end = in->hsync_end,
		.htotal = in->htotal,
		.hskew = in->hskew,
		.vdisplay = in->vdisplay,
		.vsync_start = in->vsync_start,
		.vsync_end = in->vsync_end,
		.vtotal = in->vtotal,
		.vscan = in->vscan,
		.vrefresh = (u32)drm_mode_vrefresh(in),
		.flags = in->flags | (u32)in->picture_aspect_ratio
					     << ASPECT_SHIFT,
		.type = in->type,
	};
	snprintf(out->name, sizeof(out->name), "%s", in->name);
}

int drm_mode_convert_umode(struct drm_device *dev, struct drm_display_mode *out,
			   const struct drm_mode_modeinfo *in)
{
	u32 aspect = (in->flags & DRM_MODE_FLAG_PIC_AR_MASK) >> ASPECT_SHIFT;

	if (in->clock > INT_MAX || in->vrefresh > INT_MAX) {
		return -ERANGE;
	}
	out->clock = (int)in->clock;
	out->hdisplay = in->hdisplay;
	out->hsync_start = in->hsync_start;
	out->hsync_end = in->hsync_end;
	out->htotal = in->htotal;
	out->hskew = in->hskew;
	out->vdisplay = in->vdisplay;
	out->vsync_start = in->vsync_start;
	out->vsync_end = in->vsync_end;
	out->vtotal = in->vtotal;
	out->vscan = in->vscan;
	out->flags = in->flags & ~(u32)DRM_MODE_FLAG_PIC_AR_MASK;
	/* Some programs never filled it in: what is no type is no error. */
	out->type = in->type & DRM_MODE_TYPE_ALL;
	snprintf(out->name, sizeof(out->name), "%.*s",
		 (int)sizeof(in->name) - 1, in->name);
	if (aspect > ASPECT_MAX) {
		return -EINVAL;
	}
	out->picture_aspect_ratio = (u8)aspect;
	out->status = drm_mode_validate_driver(dev, out);
	if (out->status != MODE_OK) {
		return -EINVAL;
	}
	drm_mode_set_crtcinfo(out, CRTC_INTERLACE_HALVE_V);
	return 0;
}
