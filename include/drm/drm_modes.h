/* SPDX-License-Identifier: MIT */
/* Timings of displays. Those of a connector are guarded by mode_config.mutex,
 * others are their owner's. */
#ifndef UPRIME_DRM_MODES_H
#define UPRIME_DRM_MODES_H

#include <drm/drm_mode.h>
#include <linux/list.h>

struct drm_connector;
struct drm_device;

/* Why a mode cannot be shown. Programs never see the numbers. */
enum drm_mode_status {
	MODE_OK,
	MODE_H_ILLEGAL,
	MODE_V_ILLEGAL,
	MODE_NO_INTERLACE,
	MODE_NO_DBLESCAN,
	MODE_NO_STEREO,
	MODE_VIRTUAL_X,
	MODE_VIRTUAL_Y,
	MODE_CLOCK_HIGH,
	MODE_CLOCK_LOW,
	MODE_BAD = -2,
	MODE_STALE = -3, /* of the probe before this one */
};

/* For drm_mode_set_crtcinfo(). */
#define CRTC_INTERLACE_HALVE_V (1 << 0) /* lines of a field, not a frame */
#define CRTC_STEREO_DOUBLE     (1 << 1) /* both pictures of a 3D mode */
#define CRTC_NO_DBLSCAN	       (1 << 2)
#define CRTC_NO_VSCAN	       (1 << 3)
#define CRTC_STEREO_DOUBLE_ONLY                                                \
	(CRTC_STEREO_DOUBLE | CRTC_NO_DBLSCAN | CRTC_NO_VSCAN)

/* For drm_mode_match(). */
#define DRM_MODE_MATCH_TIMINGS	    (1 << 0)
#define DRM_MODE_MATCH_CLOCK	    (1 << 1)
#define DRM_MODE_MATCH_FLAGS	    (1 << 2)
#define DRM_MODE_MATCH_3D_FLAGS	    (1 << 3)
#define DRM_MODE_MATCH_ASPECT_RATIO (1 << 4)

/**
 * struct drm_display_mode - a timing
 */
struct drm_display_mode {
	int clock; /* kHz */
	u16 hdisplay, hsync_start, hsync_end, htotal, hskew;
	u16 vdisplay, vsync_start, vsync_end, vtotal, vscan;
	u32 flags;		 /* DRM_MODE_FLAG_* */
	u8 type;		 /* DRM_MODE_TYPE_* */
	u8 picture_aspect_ratio; /* DRM_MODE_PICTURE_ASPECT_*, 0: none */
	enum drm_mode_status status;
	/* What the hardware is set to: drm_mode_set_crtcinfo(). */
	int crtc_clock;
	u16 crtc_hdisplay, crtc_hblank_start, crtc_hblank_end, crtc_hsync_start,
		crtc_hsync_end, crtc_htotal;
	u16 crtc_vdisplay, crtc_vblank_start, crtc_vblank_end, crtc_vsync_start,
		crtc_vsync_end, crtc_vtotal;
	char name[DRM_DISPLAY_MODE_LEN];
	struct list_head head;	  /* a list of the connector, or none */
	bool expose_to_userspace; /* during GETCONNECTOR; mode_config.mutex */
};

/**
 * drm_mode_create() - make a mode
 * @dev: the device
 *
 * Return: a zeroed mode in no list, for drm_mode_destroy(); NULL: no memory.
 */
EXPORT_SYMBOL struct drm_display_mode *drm_mode_create(struct drm_device *dev);

/* drm_mode_destroy - free a mode in no list; NULL is allowed */
EXPORT_SYMBOL void drm_mode_destroy(struct drm_device *dev,
				    struct drm_display_mode *mode);

/* drm_mode_duplicate - make a copy, as drm_mode_create() */
EXPORT_SYMBOL struct drm_display_mode *
drm_mode_duplicate(struct drm_device *dev, const struct drm_display_mode *mode);

/* drm_mode_copy - copy all but the link in a list */
EXPORT_SYMBOL void drm_mode_copy(struct drm_display_mode *dst,
				 const struct drm_display_mode *src);

/**
 * drm_cvt_mode() - a timing after VESA's CVT
 * @dev: the device
 * @hdisplay: pixels; the width is the next lower multiple of 8
 * @vdisplay: lines
 * @vrefresh: Hz; 0: 60
 * @reduced: with the short blanking that flat panels do with
 * @interlaced: each frame is two fields
 * @margins: with a border around the picture
 *
 * Return: as drm_mode_create(); NULL also if there can be no such timing.
 */
EXPORT_SYMBOL struct drm_display_mode *
drm_cvt_mode(struct drm_device *dev, int hdisplay, int vdisplay, int vrefresh,
	     bool reduced, bool interlaced, bool margins);

/* drm_mode_set_name - "1920x1080", with an i if it is interlaced */
EXPORT_SYMBOL void drm_mode_set_name(struct drm_display_mode *mode);
/* drm_mode_set_crtcinfo - fill in what the hardware is set to (crtc_*).
 * @adjust_flags: CRTC_* */
EXPORT_SYMBOL void drm_mode_set_crtcinfo(struct drm_display_mode *mode,
					 int adjust_flags);

/* drm_mode_vrefresh - Hz, rounded; 0: no such number */
EXPORT_SYMBOL int drm_mode_vrefresh(const struct drm_display_mode *mode);

/* drm_mode_get_hv_timing - the size of the picture that it shows */
EXPORT_SYMBOL void drm_mode_get_hv_timing(const struct drm_display_mode *mode,
					  int *hdisplay, int *vdisplay);

/* drm_mode_match - are they alike in DRM_MODE_MATCH_*? */
EXPORT_SYMBOL bool drm_mode_match(const struct drm_display_mode *a,
				  const struct drm_display_mode *b,
				  unsigned int what);
/* All of that; and timings and flags only. */
EXPORT_SYMBOL bool drm_mode_equal(const struct drm_display_mode *a,
				  const struct drm_display_mode *b);
EXPORT_SYMBOL bool
drm_mode_equal_no_clocks_no_stereo(const struct drm_display_mode *a,
				   const struct drm_display_mode *b);

/* drm_mode_validate_basic - is it a mode at all? */
EXPORT_SYMBOL enum drm_mode_status
drm_mode_validate_basic(const struct drm_display_mode *mode);
/* drm_mode_validate_driver - and one for this device? */
EXPORT_SYMBOL enum drm_mode_status
drm_mode_validate_driver(struct drm_device *dev,
			 const struct drm_display_mode *mode);
/* drm_mode_validate_size - and not larger than this? 0: any size is fine */
EXPORT_SYMBOL enum drm_mode_status
drm_mode_validate_size(const struct drm_display_mode *mode, int max_x,
		       int max_y);

/* drm_mode_convert_to_umode - a mode as programs have it */
EXPORT_SYMBOL void drm_mode_convert_to_umode(struct drm_mode_modeinfo *out,
					     const struct drm_display_mode *in);

/**
 * drm_mode_convert_umode() - a mode that a program gives
 * @dev: the device
 * @out: a zeroed mode
 * @in: anything
 *
 * Return: 0; -ERANGE (the clock or the rate), -EINVAL (no mode of this device).
 */
EXPORT_SYMBOL int drm_mode_convert_umode(struct drm_device *dev,
					 struct drm_display_mode *out,
					 const struct drm_mode_modeinfo *in);

/* drm_mode_sort - the best one first; equal ones stay in their order */
EXPORT_SYMBOL void drm_mode_sort(struct list_head *modes);

/* What get_modes is made of. mode_config.mutex held. */

/* drm_mode_probed_add - the connector owns the mode from now on */
EXPORT_SYMBOL void drm_mode_probed_add(struct drm_connector *connector,
				       struct drm_display_mode *mode);
/**
 * drm_add_modes_noedid() - add VESA's modes, as many as there is memory for
 * @connector: the connector
 * @hdisplay: the largest width; 0: any size
 * @vdisplay: and height
 *
 * Return: how many.
 */
EXPORT_SYMBOL int drm_add_modes_noedid(struct drm_connector *connector,
				       int hdisplay, int vdisplay);
/* drm_set_preferred_mode - those of this size that were added are the best */
EXPORT_SYMBOL void drm_set_preferred_mode(struct drm_connector *connector,
					  int hpref, int vpref);

#endif
