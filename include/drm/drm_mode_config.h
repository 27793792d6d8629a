/* SPDX-License-Identifier: MIT */
/**
 * DOC: the display of a device
 *
 * One mutex, mode_config.mutex, guards what is shown now: the state of every
 * CRTC, plane and connector, modes, status. A commit checks and swaps states
 * under it; what takes time (fences, vblanks) happens without, in the order of
 * the commits of each CRTC.
 */
#ifndef UPRIME_DRM_MODE_CONFIG_H
#define UPRIME_DRM_MODE_CONFIG_H

#include <drm/drm_mode_object.h>
#include <drm/drm_modes.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <uprime/idr.h>

struct drm_atomic_state;
struct drm_device;
struct drm_file;
struct drm_framebuffer;
struct drm_master;
struct drm_mode_fb_cmd2;
struct drm_property;

struct drm_mode_config_funcs {
	/* drm_gem_fb_create() */
	struct drm_framebuffer *(*fb_create)(
		struct drm_device *dev, struct drm_file *file,
		const struct drm_mode_fb_cmd2 *mode_cmd);
	/* optional */
	enum drm_mode_status (*mode_valid)(struct drm_device *dev,
					   const struct drm_display_mode *mode);
	/* drm_atomic_helper_check(), or what calls it */
	int (*atomic_check)(struct drm_device *dev,
			    struct drm_atomic_state *state);
	/* drm_atomic_helper_commit() */
	int (*atomic_commit)(struct drm_device *dev,
			     struct drm_atomic_state *state, bool nonblock);
};

struct drm_mode_config_helper_funcs {
	/* without: drm_atomic_helper_commit_tail() */
	void (*atomic_commit_tail)(struct drm_atomic_state *state);
};

/**
 * struct drm_kms_hooks - what the layers below call of this one
 */
struct drm_kms_hooks {
	/* The device gets, or loses, its nodes: programs find its connectors.
	 */
	void (*dev_register)(struct drm_device *dev);
	void (*dev_unregister)(struct drm_device *dev);
	/* A file is made: what it has of a display is empty. */
	void (*file_open)(struct drm_file *file);
	/* A file is going: its events, framebuffers and blobs go, before its
	 * handles. No lock is held. */
	void (*file_release)(struct drm_file *file);
	/* The file of a master is going: those it leased to have nothing any
	 * more. master_mutex held. */
	void (*master_release)(struct drm_master *master);
	/* A master is going, the last reference: its number as a lessee is free
	 * again. master_mutex can be held. */
	void (*master_destroy)(struct drm_master *master);
};

/**
 * struct drm_mode_config - the display of a device
 *
 * Lists and properties are constant once the device is registered.
 */
struct drm_mode_config {
	const struct drm_kms_hooks *hooks; /* set by drm_mode_config_init(), or
					      NULL: no display */
	struct mutex mutex;		   /* what is shown now; see above */
	u64 nr_swaps; /* changes that were made so far; mutex */

	struct mutex idr_mutex; /* a leaf */
	struct idr object_idr;	/* id -> drm_mode_object; idr_mutex */

	struct mutex fb_lock;	  /* a leaf */
	int num_fb;		  /* fb_lock */
	struct list_head fb_list; /* drm_framebuffer.head; fb_lock */

	struct mutex blob_lock;		     /* a leaf */
	struct list_head property_blob_list; /* drm_property_blob.head_global;
						blob_lock */
	size_t blob_bytes;		     /* in those; blob_lock */

	int num_connector, num_encoder, num_crtc, num_total_plane;
	struct list_head connector_list; /* drm_connector.head */
	struct list_head encoder_list;	 /* drm_encoder.head */
	struct list_head plane_list;	 /* drm_plane.head */
	struct list_head crtc_list;	 /* drm_crtc.head */
	struct list_head property_list;	 /* drm_property.head */

	int min_width, min_height, max_width, max_height;
	u32 cursor_width, cursor_height;
	u32 preferred_depth, prefer_shadow;
	bool quirk_addfb_prefer_xbgr_30bpp;
	bool async_page_flip;
	bool fb_modifiers_not_supported;
	bool normalize_zpos;
	const struct drm_mode_config_funcs *funcs;
	const struct drm_mode_config_helper_funcs *helper_private;

	/* The properties of all drivers. */
	struct drm_property *edid_property;
	struct drm_property *dpms_property;
	struct drm_property *path_property;
	struct drm_property *tile_property;
	struct drm_property *link_status_property;
	struct drm_property *hdr_output_metadata_property;
	struct drm_property *plane_type_property;
	struct drm_property *prop_src_x, *prop_src_y, *prop_src_w, *prop_src_h;
	struct drm_property *prop_crtc_x, *prop_crtc_y, *prop_crtc_w,
		*prop_crtc_h;
	struct drm_property *prop_fb_id;
	struct drm_property *prop_in_fence_fd;
	struct drm_property *prop_out_fence_ptr;
	struct drm_property *prop_crtc_id;
	struct drm_property *prop_fb_damage_clips;
	struct drm_property *prop_active;
	struct drm_property *prop_mode_id;
	struct drm_property *prop_vrr_enabled;
	struct drm_property *non_desktop_property;
	struct drm_property *degamma_lut_property;
	struct drm_property *degamma_lut_size_property;
	struct drm_property *ctm_property;
	struct drm_property *gamma_lut_property;
	struct drm_property *gamma_lut_size_property;
	struct drm_property *modifiers_property; /* IN_FORMATS */
	struct drm_property *size_hints_property;
	struct drm_property *writeback_fb_id_property;
	struct drm_property *writeback_pixel_formats_property;
	struct drm_property *writeback_out_fence_ptr_property;
};

/**
 * drm_mode_config_init() - let a device have a display
 * @dev: the device, before all else of its display
 *
 * Return: 0 and drm_mode_config_cleanup() undoes it; -ENOMEM, -EAGAIN (no
 * thread to be had).
 */
EXPORT_SYMBOL int drm_mode_config_init(struct drm_device *dev);

/**
 * drm_mode_config_cleanup() - free the properties, blobs and numbers of a
 * device
 * @dev: the device, of which nobody has anything any more: CRTCs, planes,
 * encoders and connectors are cleaned up
 */
EXPORT_SYMBOL void drm_mode_config_cleanup(struct drm_device *dev);

/**
 * drm_mode_config_reset() - give everything its first state: off
 * @dev: the device, before it is registered
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int drm_mode_config_reset(struct drm_device *dev);

#endif
