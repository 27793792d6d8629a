/* SPDX-License-Identifier: MIT */
/* CRTCs: what sends a picture to displays. */
#ifndef UPRIME_DRM_CRTC_H
#define UPRIME_DRM_CRTC_H

#include <drm/drm_debugfs_crc.h>
#include <drm/drm_mode_object.h>
#include <drm/drm_modes.h>
#include <linux/spinlock.h>

struct drm_atomic_state;
struct drm_connector;
struct drm_crtc;
struct drm_crtc_commit;
struct drm_device;
struct drm_file;
struct drm_framebuffer;
struct drm_mode_set;
struct drm_pending_vblank_event;
struct drm_plane;
struct drm_property;
struct drm_property_blob;

/**
 * struct drm_crtc_state - what a CRTC is, or is to be
 *
 * Of the CRTC: mode_config.mutex. Of an atomic state: that state's owner's.
 */
struct drm_crtc_state {
	struct drm_crtc *crtc;
	bool enable;
	bool active;
	bool planes_changed;
	bool mode_changed;
	bool active_changed;
	bool connectors_changed;
	bool zpos_changed;
	bool color_mgmt_changed;
	bool no_vblank; /* there is no vblank to wait for */
	bool async_flip;
	bool vrr_enabled;
	u32 plane_mask;
	u32 connector_mask;
	u32 encoder_mask;
	struct drm_display_mode adjusted_mode; /* what the hardware does */
	struct drm_display_mode mode;	       /* what was asked for */
	struct drm_property_blob *mode_blob;   /* referenced, or NULL */
	struct drm_property_blob *degamma_lut; /* referenced, or NULL */
	struct drm_property_blob *ctm;	       /* referenced, or NULL */
	struct drm_property_blob *gamma_lut;   /* referenced, or NULL */
	struct drm_pending_vblank_event *event; /* owned until it is armed or
						   sent */
	struct drm_crtc_commit *commit;		/* referenced, or NULL */
	struct drm_atomic_state *state;		/* it is part of, or NULL */
};

struct drm_crtc_funcs {
	/* make the first state */
	void (*reset)(struct drm_crtc *crtc);
	struct drm_crtc_state *(*atomic_duplicate_state)(struct drm_crtc *crtc);
	void (*atomic_destroy_state)(struct drm_crtc *crtc,
				     struct drm_crtc_state *state);
	/* vblanks are counted from now on; 0 or -errno. event_lock held */
	int (*enable_vblank)(struct drm_crtc *crtc);
	/* ... no longer. event_lock not held: it may wait for its timer */
	void (*disable_vblank)(struct drm_crtc *crtc);
	/* optional: when the last vblank was, ns of CLOCK_MONOTONIC. event_lock
	 * held */
	s64 (*get_vblank_timestamp)(struct drm_crtc *crtc, bool in_vblank_irq);
	/* Optional, both or none: the names of what checksums can be of, the
	 * usual one first; and to tell those of one from now on, or, with
	 * NULL, none: 0 or -errno. */
	const char *const *(*get_crc_sources)(struct drm_crtc *crtc,
					      size_t *count);
	int (*set_crc_source)(struct drm_crtc *crtc, const char *source);
};

struct drm_crtc_helper_funcs {
	/* all optional */
	enum drm_mode_status (*mode_valid)(struct drm_crtc *crtc,
					   const struct drm_display_mode *mode);
	int (*atomic_check)(struct drm_crtc *crtc,
			    struct drm_atomic_state *state);
	void (*atomic_begin)(struct drm_crtc *crtc,
			     struct drm_atomic_state *state);
	void (*atomic_flush)(struct drm_crtc *crtc,
			     struct drm_atomic_state *state);
	void (*atomic_enable)(struct drm_crtc *crtc,
			      struct drm_atomic_state *state);
	void (*atomic_disable)(struct drm_crtc *crtc,
			       struct drm_atomic_state *state);
};

/**
 * struct drm_crtc - a CRTC
 */
struct drm_crtc {
	struct drm_device *dev;
	struct list_head head; /* mode_config.crtc_list; constant */
	char name[32];	       /* "crtc-0"; constant */
	struct drm_mode_object base;
	struct drm_object_properties properties;
	unsigned int index;		    /* constant */
	struct drm_plane *primary, *cursor; /* of the legacy ioctls; constant */
	int cursor_x, cursor_y;		    /* mode_config.mutex */
	u32 gamma_size;			    /* entries; constant */
	u16 *gamma_store; /* what SETGAMMA gave last: red, then green, then
			     blue; owned, or NULL; mode_config.mutex */
	const struct drm_crtc_funcs *funcs;
	const struct drm_crtc_helper_funcs *helper_private;

	struct drm_crtc_state *state; /* owned; mode_config.mutex */
	/* The mode it has, told without the mutex: event_lock. */
	struct drm_display_mode mode;

	spinlock_t commit_lock;
	struct list_head commit_list; /* drm_crtc_commit.commit_entry, the
					 youngest first; commit_lock */

	struct drm_crtc_crc crc;

	/* Out-fences: */
	u64 fence_context; /* constant */
	spinlock_t fence_lock;
	u64 fence_seqno; /* mode_config.mutex */
	char timeline_name[32];
};

/* What SETCRTC asks for. */
struct drm_mode_set {
	struct drm_framebuffer *fb; /* NULL: switch it off */
	struct drm_crtc *crtc;
	struct drm_display_mode *mode;
	u32 x, y;
	struct drm_connector **connectors;
	size_t num_connectors;
};

#define obj_to_crtc(x) container_of(x, struct drm_crtc, base)

/**
 * drm_crtc_init_with_planes() - make a CRTC of a device
 * @dev: the device
 * @crtc: zeroed memory, of the driver
 * @primary: what SETCRTC and PAGE_FLIP show on, or NULL
 * @cursor: what CURSOR shows on, or NULL
 * @funcs: of the driver
 *
 * Return: 0 and drm_crtc_cleanup() undoes it; -ENOMEM, -EINVAL.
 */
EXPORT_SYMBOL int drm_crtc_init_with_planes(struct drm_device *dev,
					    struct drm_crtc *crtc,
					    struct drm_plane *primary,
					    struct drm_plane *cursor,
					    const struct drm_crtc_funcs *funcs);
/* drm_crtc_cleanup - undo drm_crtc_init_with_planes(); its memory is the
 * driver's */
EXPORT_SYMBOL void drm_crtc_cleanup(struct drm_crtc *crtc);
/* drm_crtc_from_index - NULL: none */
EXPORT_SYMBOL struct drm_crtc *drm_crtc_from_index(struct drm_device *dev,
						   int idx);
/**
 * drm_crtc_check_viewport() - is a framebuffer large enough?
 * @crtc: the CRTC; mode_config.mutex held
 * @x: what is shown, from the left
 * @y: and from the top
 * @mode: what the CRTC is to be set to
 * @fb: the framebuffer
 *
 * Return: 0; -ENOSPC.
 */
EXPORT_SYMBOL int drm_crtc_check_viewport(const struct drm_crtc *crtc, int x,
					  int y,
					  const struct drm_display_mode *mode,
					  const struct drm_framebuffer *fb);

static inline void drm_crtc_helper_add(struct drm_crtc *crtc,
				       const struct drm_crtc_helper_funcs *f)
{
	crtc->helper_private = f;
}

static inline unsigned int drm_crtc_index(const struct drm_crtc *crtc)
{
	return crtc->index;
}

static inline u32 drm_crtc_mask(const struct drm_crtc *crtc)
{
	return 1u << crtc->index;
}

/* ---- drm_color_mgmt.c ---- */

/**
 * drm_crtc_enable_color_mgmt() - give a CRTC properties of its colours
 * @crtc: the CRTC
 * @degamma_lut_size: entries of DEGAMMA_LUT; 0: it has none
 * @has_ctm: it has CTM
 * @gamma_lut_size: entries of GAMMA_LUT; 0: it has none
 */
EXPORT_SYMBOL void drm_crtc_enable_color_mgmt(struct drm_crtc *crtc,
					      u32 degamma_lut_size,
					      bool has_ctm, u32 gamma_lut_size);
/**
 * drm_mode_crtc_set_gamma_size() - let a CRTC have the old table of colours
 * @crtc: the CRTC; DEGAMMA_LUT or GAMMA_LUT is what SETGAMMA sets
 * @gamma_size: entries of it
 *
 * Return: 0; -ENOMEM. drm_crtc_cleanup() undoes it.
 */
EXPORT_SYMBOL int drm_mode_crtc_set_gamma_size(struct drm_crtc *crtc,
					       int gamma_size);

#define drm_for_each_crtc(crtc, dev)                                           \
	list_for_each_entry (crtc, &(dev)->mode_config.crtc_list, head)

/* drm_crtc_find - NULL: none, or not leased to @file */
static inline struct drm_crtc *drm_crtc_find(struct drm_device *dev,
					     struct drm_file *file, u32 id)
{
	struct drm_mode_object *obj =
		drm_mode_object_find(dev, file, id, DRM_MODE_OBJECT_CRTC);

	return obj ? obj_to_crtc(obj) : NULL;
}

#endif
