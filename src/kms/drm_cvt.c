/* SPDX-License-Identifier: MIT */
/**
 * DOC: VESA's Coordinated Video Timings
 *
 * The steps of the standard (CVT 1.1), in whole numbers and rounded as the
 * kernel rounds them: lines are counted in ns, the clock is not brought to a
 * multiple of 0.25 MHz. Names are the standard's.
 */
#include <linux/err.h>

#include "internal.h"

#define SECOND_NS	 1000000000
#define TOTAL_MAX	 0x7fff /* lines; twice as many with two fields */
#define CELL		 8	/* pixels; the width is a multiple */
#define MARGIN_PER_MILLE 18
#define MIN_V_PORCH	 3 /* lines */
/* Of timings with normal blanking: */
#define MIN_VSYNC_BP_NS 550000 /* vertical sync and back porch */
#define HSYNC_PERCENT	8      /* of the line */
#define DUTY_OFFSET	30000  /* C', in 1/1000 % of the line */
#define DUTY_GRADIENT	300    /* M', in % per kHz */
#define DUTY_MIN	20000
/* Of timings with reduced blanking: */
#define RB_MIN_VBLANK_NS 460000
#define RB_H_BLANK	 160 /* pixels */
#define RB_H_SYNC	 32
#define RB_MIN_V_BPORCH	 6 /* lines */

/* The width of the vertical sync tells the aspect ratio. */
static int vsync_lines(int hdisplay, int vdisplay)
{
	static const struct {
		int multiple, num, den, lines;
	} ratios[] = {
		{3, 4, 3, 4}, {9, 16, 9, 5}, {10, 16, 10, 6},
		{4, 5, 4, 7}, {9, 15, 9, 7},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ratios); i++) {
		if (vdisplay % ratios[i].multiple == 0 &&
		    vdisplay * ratios[i].num / ratios[i].den == hdisplay) {
			return ratios[i].lines;
		}
	}
	return 10;
}

/* Both set the mode but for its clock, and return how long a line is, in ns; 0:
 * there is no such timing. */

static s64 normal_blanking(struct drm_display_mode *mode, int lines, int vsync,
			   int rate, bool interlaced)
{
	s64 period, sync_bp, duty, hblank;

	/* In half lines: a field of an interlaced picture ends with one. */
	period = 2 * (SECOND_NS - (s64)MIN_VSYNC_BP_NS * rate) /
		 ((s64)((lines + MIN_V_PORCH) * 2 + interlaced) * rate);
	if (period <= 0) {
		return 0;
	}
	sync_bp = max((s64)MIN_VSYNC_BP_NS / period + 1,
		      (s64)vsync + MIN_V_PORCH);
	if (lines + sync_bp + MIN_V_PORCH > TOTAL_MAX) {
		return 0;
	}
	mode->vtotal = (u16)(lines + sync_bp + MIN_V_PORCH);

	duty = max(DUTY_OFFSET - DUTY_GRADIENT * period / 1000, (s64)DUTY_MIN);
	hblank = mode->hdisplay * duty / (100000 - duty);
	hblank -= hblank % (2 * CELL);
	mode->htotal = (u16)(mode->hdisplay + hblank);
	mode->hsync_end = (u16)(mode->hdisplay + hblank / 2);
	mode->hsync_start =
		(u16)(mode->hsync_end - mode->htotal * HSYNC_PERCENT / 100);
	mode->hsync_start =
		(u16)(mode->hsync_start + CELL - mode->hsync_start % CELL);
	mode->flags |= DRM_MODE_FLAG_PVSYNC | DRM_MODE_FLAG_NHSYNC;
	return period;
}

static s64 reduced_blanking(struct drm_display_mode *mode, int lines, int vsync,
			    int rate)
{
	s64 period, vblank;

	period = (SECOND_NS - (s64)RB_MIN_VBLANK_NS * rate) /
		 ((s64)lines * rate);
	if (period <= 0) {
		return 0;
	}
	vblank = max((s64)RB_MIN_VBLANK_NS / period + 1,
		     (s64)MIN_V_PORCH + vsync + RB_MIN_V_BPORCH);
	if (lines + vblank > TOTAL_MAX) {
		return 0;
	}
	mode->vtotal = (u16)(lines + vblank);
	mode->htotal = (u16)(mode->hdisplay + RB_H_BLANK);
	mode->hsync_end = (u16)(mode->hdisplay + RB_H_BLANK / 2);
	mode->hsync_start = (u16)(mode->hsync_end - RB_H_SYNC);
	mode->flags |= DRM_MODE_FLAG_PHSYNC | DRM_MODE_FLAG_NVSYNC;
	return period;
}

struct drm_display_mode *drm_cvt_mode(struct drm_device *dev, int hdisplay,
				      int vdisplay, int vrefresh, bool reduced,
				      bool interlaced, bool margins)
{
	int lines = interlaced ? vdisplay / 2 : vdisplay;
	int vsync = vsync_lines(hdisplay, vdisplay);
	int hmargin = 0, vmargin = 0, rate;
	struct drm_display_mode *mode;
	s64 period;

	if (hdisplay < CELL || lines <= 0) {
		return NULL;
	}
	mode = drm_mode_create(dev);
	if (!mode) {
		return NULL;
	}
	rate = vrefresh ? vrefresh : 60;
	hdisplay -= hdisplay % CELL;
	if (interlaced) {
		rate *= 2; /* fields */
		mode->flags |= DRM_MODE_FLAG_INTERLACE;
	}
	if (margins) {
		hmargin = hdisplay * MARGIN_PER_MILLE / 1000;
		hmargin -= hmargin % CELL;
		vmargin = lines * MARGIN_PER_MILLE / 1000;
		lines += 2 * vmargin;
	}
	mode->hdisplay = (u16)(hdisplay + 2 * hmargin);
	mode->vdisplay = (u16)(vdisplay + 2 * vmargin);
	mode->vsync_start = (u16)(mode->vdisplay + MIN_V_PORCH);
	mode->vsync_end = (u16)(mode->vsync_start + vsync);
	period =
		reduced ? reduced_blanking(mode, lines, vsync, rate)
			: normal_blanking(mode, lines, vsync, rate, interlaced);
	if (period) {
		mode->clock = (int)(mode->htotal * (s64)1000000 / period);
	}
	if (interlaced) {
		mode->vtotal = (u16)(mode->vtotal * 2);
	}
	drm_mode_set_name(mode);
	/* The formulas are not for all sizes and rates. */
	if (drm_mode_validate_basic(mode) != MODE_OK) {
		drm_mode_destroy(dev, mode);
		return NULL;
	}
	return mode;
}
