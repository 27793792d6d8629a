/* SPDX-License-Identifier: MIT */
/* Planes: pictures, of which a CRTC's is made. */
#ifndef UPRIME_DRM_PLANE_H
#define UPRIME_DRM_PLANE_H

#include <drm/drm_framebuffer.h>
#include <drm/drm_mode_object.h>
#include <drm/drm_rect.h>

struct dma_fence;
struct drm_atomic_state;
struct drm_crtc;
struct drm_crtc_commit;
struct drm_crtc_state;
struct drm_plane;
struct drm_property;
struct drm_property_blob;

enum drm_plane_type {
	DRM_PLANE_TYPE_OVERLAY,
	DRM_PLANE_TYPE_PRIMARY,
	DRM_PLANE_TYPE_CURSOR,
};

enum drm_color_encoding {
	DRM_COLOR_YCBCR_BT601,
	DRM_COLOR_YCBCR_BT709,
	DRM_COLOR_YCBCR_BT2020,
	DRM_COLOR_ENCODING_MAX,
};

enum drm_color_range {
	DRM_COLOR_YCBCR_LIMITED_RANGE,
	DRM_COLOR_YCBCR_FULL_RANGE,
	DRM_COLOR_RANGE_MAX,
};

#define DRM_BLEND_ALPHA_OPAQUE	  0xffff
#define DRM_MODE_BLEND_PREMULTI	  0
#define DRM_MODE_BLEND_COVERAGE	  1
#define DRM_MODE_BLEND_PIXEL_NONE 2
#define DRM_PLANE_NO_SCALING	  (1 << 16)

/**
 * struct drm_plane_state - what a plane shows, or is to show
 *
 * Of the plane: mode_config.mutex. Of an atomic state: that state's owner's.
 */
struct drm_plane_state {
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	struct drm_framebuffer *fb; /* referenced, or NULL */
	struct dma_fence *fence;    /* to wait for, referenced, or NULL */
	s32 crtc_x, crtc_y;
	u32 crtc_w, crtc_h;
	u32 src_x, src_y, src_w, src_h; /* 16.16 */
	u16 alpha;
	u16 pixel_blend_mode; /* DRM_MODE_BLEND_* */
	u32 rotation;	      /* DRM_MODE_ROTATE_*, DRM_MODE_REFLECT_* */
	u32 zpos, normalized_zpos;
	enum drm_color_encoding color_encoding;
	enum drm_color_range color_range;
	struct drm_property_blob *fb_damage_clips; /* referenced, or NULL */
	struct drm_rect src, dst; /* clipped: check_plane_state(); 16.16, px */
	bool visible;
	struct drm_crtc_commit *commit; /* referenced, or NULL */
	struct drm_atomic_state *state; /* it is part of, or NULL */
};

struct drm_plane_funcs {
	/* make the first state */
	void (*reset)(struct drm_plane *plane);
	struct drm_plane_state *(*atomic_duplicate_state)(struct drm_plane *);
	void (*atomic_destroy_state)(struct drm_plane *plane,
				     struct drm_plane_state *state);
	/* optional: without, LINEAR alone is supported */
	bool (*format_mod_supported)(struct drm_plane *plane, u32 format,
				     u64 modifier);
};

struct drm_plane_helper_funcs {
	/* all optional */
	int (*prepare_fb)(struct drm_plane *plane,
			  struct drm_plane_state *state);
	void (*cleanup_fb)(struct drm_plane *plane,
			   struct drm_plane_state *state);
	int (*atomic_check)(struct drm_plane *plane,
			    struct drm_atomic_state *state);
	void (*atomic_update)(struct drm_plane *plane,
			      struct drm_atomic_state *state);
	void (*atomic_disable)(struct drm_plane *plane,
			       struct drm_atomic_state *state);
};

/**
 * struct drm_plane - a plane
 */
struct drm_plane {
	struct drm_device *dev;
	struct list_head head; /* mode_config.plane_list; constant */
	char name[32];	       /* "plane-0"; constant */
	struct drm_mode_object base;
	struct drm_object_properties properties;
	u32 possible_crtcs; /* constant once registered */
	u32 *format_types;  /* DRM_FORMAT_*, owned; constant */
	unsigned int format_count;
	u64 *modifiers; /* owned; constant */
	unsigned int modifier_count;
	enum drm_plane_type type;
	unsigned int index;
	const struct drm_plane_funcs *funcs;
	const struct drm_plane_helper_funcs *helper_private;
	struct drm_plane_state *state; /* owned; mode_config.mutex */

	/* properties it has, or NULL; constant once registered */
	struct drm_property *alpha_property;
	struct drm_property *zpos_property;
	struct drm_property *rotation_property;
	struct drm_property *blend_mode_property;
	struct drm_property *color_encoding_property;
	struct drm_property *color_range_property;
};

#define obj_to_plane(x) container_of(x, struct drm_plane, base)

/**
 * drm_universal_plane_init() - make a plane of a device
 * @dev: the device
 * @plane: zeroed memory, of the driver
 * @possible_crtcs: mask by the CRTCs' indices
 * @funcs: of the driver
 * @formats: DRM_FORMAT_*
 * @format_count: how many
 * @modifiers: ended by DRM_FORMAT_MOD_INVALID, or NULL: LINEAR alone, and none
 * if mode_config.fb_modifiers_not_supported
 * @type: of the plane
 *
 * Return: 0 and drm_plane_cleanup() undoes it; -ENOMEM, -EINVAL.
 */
EXPORT_SYMBOL int
drm_universal_plane_init(struct drm_device *dev, struct drm_plane *plane,
			 u32 possible_crtcs,
			 const struct drm_plane_funcs *funcs,
			 const u32 *formats, unsigned int format_count,
			 const u64 *modifiers, enum drm_plane_type type);
/* drm_plane_cleanup - undo drm_universal_plane_init(); its memory is the
 * driver's */
EXPORT_SYMBOL void drm_plane_cleanup(struct drm_plane *plane);
/* drm_plane_from_index - NULL: none */
EXPORT_SYMBOL struct drm_plane *drm_plane_from_index(struct drm_device *dev,
						     int idx);
/* Can a plane, or any of the device's, show this? @format and @modifier may be
 * anything. */
EXPORT_SYMBOL bool drm_plane_has_format(struct drm_plane *plane, u32 format,
					u64 modifier);
EXPORT_SYMBOL bool drm_any_plane_has_format(struct drm_device *dev, u32 format,
					    u64 modifier);

static inline void drm_plane_helper_add(struct drm_plane *plane,
					const struct drm_plane_helper_funcs *f)
{
	plane->helper_private = f;
}

static inline u32 drm_plane_mask(const struct drm_plane *plane)
{
	return 1u << plane->index;
}

/* ---- drm_blend.c: properties of planes ---- */

/*
 * A driver makes these after drm_universal_plane_init(). Each is attached, and
 * the device frees it. 0; -ENOMEM; -EINVAL: what a driver may not ask for.
 */

/* "rotation": DRM_MODE_ROTATE_*, DRM_MODE_REFLECT_* */
EXPORT_SYMBOL int drm_plane_create_rotation_property(struct drm_plane *plane,
						     unsigned int rotation,
						     unsigned int supported);
/* "alpha": opaque at first */
EXPORT_SYMBOL int drm_plane_create_alpha_property(struct drm_plane *plane);
/* "pixel blend mode": a mask of 1 << DRM_MODE_BLEND_*, with PREMULTI, which it
 * is at first */
EXPORT_SYMBOL int drm_plane_create_blend_mode_property(struct drm_plane *plane,
						       unsigned int modes);
/* "zpos", which programs can change, or not */
EXPORT_SYMBOL int drm_plane_create_zpos_property(struct drm_plane *plane,
						 unsigned int zpos,
						 unsigned int min,
						 unsigned int max);
EXPORT_SYMBOL int
drm_plane_create_zpos_immutable_property(struct drm_plane *plane,
					 unsigned int zpos);
/* "COLOR_ENCODING" and "COLOR_RANGE": masks of 1 << an enum's value */
EXPORT_SYMBOL int
drm_plane_create_color_properties(struct drm_plane *plane,
				  u32 supported_encodings, u32 supported_ranges,
				  enum drm_color_encoding default_encoding,
				  enum drm_color_range default_range);
/* drm_rotation_simplify - the same rotation in a way that is supported, if both
 * reflections are half a turn; else another one that is not */
EXPORT_SYMBOL unsigned int drm_rotation_simplify(unsigned int rotation,
						 unsigned int supported);
/**
 * drm_atomic_normalize_zpos() - number the planes of each CRTC in their order
 * @dev: the device
 * @state: a change: planes of CRTCs in which the order can be another become
 * part of it
 *
 * Return: 0 and normalized_zpos counts from 0; -ENOMEM.
 */
EXPORT_SYMBOL int drm_atomic_normalize_zpos(struct drm_device *dev,
					    struct drm_atomic_state *state);

#define drm_for_each_plane(plane, dev)                                         \
	list_for_each_entry (plane, &(dev)->mode_config.plane_list, head)
#define drm_for_each_plane_mask(plane, dev, plane_mask)                        \
	list_for_each_entry (plane, &(dev)->mode_config.plane_list, head)      \
		if ((plane_mask)&drm_plane_mask(plane))

static inline struct drm_plane *drm_plane_find(struct drm_device *dev,
					       struct drm_file *file, u32 id)
{
	struct drm_mode_object *obj =
		drm_mode_object_find(dev, file, id, DRM_MODE_OBJECT_PLANE);

	return obj ? obj_to_plane(obj) : NULL;
}

#endif
