/* SPDX-License-Identifier: MIT */
/**
 * DOC: connectors, to which displays are plugged
 *
 * A connector has a status; the driver says which (detect) and which modes the
 * display has (get_modes) when a program probes, or somebody says that it has
 * changed (drm_connector_plug()).
 */
#ifndef UPRIME_DRM_CONNECTOR_H
#define UPRIME_DRM_CONNECTOR_H

#include <drm/drm_mode_object.h>
#include <drm/drm_modes.h>
#include <linux/list.h>

struct drm_atomic_state;
struct drm_connector;
struct drm_crtc;
struct drm_crtc_commit;
struct drm_device;
struct drm_encoder;
struct drm_property_blob;
struct drm_writeback_job;

enum drm_connector_status {
	connector_status_connected = 1,
	connector_status_disconnected = 2,
	connector_status_unknown = 3,
};

enum drm_connector_registration_state {
	DRM_CONNECTOR_INITIALIZING,
	DRM_CONNECTOR_REGISTERED,
	DRM_CONNECTOR_UNREGISTERED,
};

/* What is said of the status, whatever is plugged. */
enum drm_connector_force {
	DRM_FORCE_UNSPECIFIED,
	DRM_FORCE_OFF,
	DRM_FORCE_ON,
	DRM_FORCE_ON_DIGITAL,
};

/* DRM_MODE_SUBPIXEL_* of the UAPI is 1 + this. */
enum subpixel_order {
	SubPixelUnknown,
	SubPixelHorizontalRGB,
	SubPixelHorizontalBGR,
	SubPixelVerticalRGB,
	SubPixelVerticalBGR,
	SubPixelNone,
};

/**
 * struct drm_connector_state - what a connector is, or is to be
 *
 * Of the connector: mode_config.mutex. Of an atomic state: that state's
 * owner's.
 */
struct drm_connector_state {
	struct drm_connector *connector;
	struct drm_crtc *crtc; /* with a reference to the connector, if any */
	struct drm_encoder *best_encoder;
	u32 link_status;			 /* DRM_MODE_LINK_STATUS_* */
	struct drm_atomic_state *state;		 /* it is part of, or NULL */
	struct drm_crtc_commit *commit;		 /* referenced, or NULL */
	struct drm_writeback_job *writeback_job; /* owned, or NULL */
};

struct drm_connector_funcs {
	/* without: always connected */
	enum drm_connector_status (*detect)(struct drm_connector *connector,
					    bool force);
	void (*reset)(struct drm_connector *connector);
	struct drm_connector_state *(*atomic_duplicate_state)(
		struct drm_connector *connector);
	void (*atomic_destroy_state)(struct drm_connector *connector,
				     struct drm_connector_state *state);
	/* the last reference is gone */
	void (*destroy)(struct drm_connector *connector);
	/* probe; GETCONNECTOR with count_modes 0. Without: it has no modes
	 * (writeback). The number of modes. */
	int (*fill_modes)(struct drm_connector *connector, u32 max_width,
			  u32 max_height);
};

struct drm_connector_helper_funcs {
	/* add the display's modes: drm_mode_probed_add(); their number */
	int (*get_modes)(struct drm_connector *connector);
	/* optional */
	enum drm_mode_status (*mode_valid)(struct drm_connector *connector,
					   struct drm_display_mode *mode);
	int (*atomic_check)(struct drm_connector *connector,
			    struct drm_atomic_state *state);
	/* writeback: start */
	void (*atomic_commit)(struct drm_connector *connector,
			      struct drm_atomic_state *state);
	int (*prepare_writeback_job)(struct drm_connector *connector,
				     struct drm_writeback_job *job);
	void (*cleanup_writeback_job)(struct drm_connector *connector,
				      struct drm_writeback_job *job);
};

/* What is known of the display. */
struct drm_display_info {
	unsigned int width_mm, height_mm;
	enum subpixel_order subpixel_order;
	bool non_desktop;
};

/**
 * struct drm_connector - a connector
 */
struct drm_connector {
	struct drm_device *dev;
	struct list_head head; /* mode_config.connector_list; constant once
				  registered */
	struct drm_mode_object base; /* counted */
	struct drm_object_properties properties;
	char name[32];	       /* "Virtual-1"; constant */
	unsigned int index;    /* constant */
	int connector_type;    /* DRM_MODE_CONNECTOR_*; constant */
	int connector_type_id; /* the lowest free one from 1; constant */
	/* written while the device gets its nodes and loses them */
	enum drm_connector_registration_state registration_state;
	struct list_head modes;	       /* mode_config.mutex */
	struct list_head probed_modes; /* during a probe; mode_config.mutex */
	enum drm_connector_status status; /* mode_config.mutex */
	enum drm_connector_force force;	  /* instead of detect;
					     mode_config.mutex */
	u64 epoch_counter;		  /* mode_config.mutex */
	bool untold_change; /* a probe came before who wanted to tell that the
			       status is another; mode_config.mutex */
	struct drm_display_info display_info;	 /* mode_config.mutex */
	struct drm_property_blob *edid_blob_ptr; /* referenced, or NULL;
						    mode_config.mutex */
	int dpms; /* DRM_MODE_DPMS_*; mode_config.mutex */
	const struct drm_connector_funcs *funcs;
	const struct drm_connector_helper_funcs *helper_private;
	u32 possible_encoders; /* mask by index; constant once registered */
	struct drm_encoder *encoder; /* in use, or NULL; mode_config.mutex */
	struct drm_connector_state *state; /* owned; mode_config.mutex */
};

#define obj_to_connector(x) container_of(x, struct drm_connector, base)

/**
 * drm_connector_init() - make a connector of a device
 * @dev: the device
 * @connector: zeroed memory, of the driver; funcs->destroy frees what it has
 * @funcs: of the driver
 * @connector_type: DRM_MODE_CONNECTOR_*
 *
 * It has the properties of all connectors: EDID (but for virtual ones and
 * writeback, see drm_connector_attach_edid_property()), DPMS, link-status,
 * non-desktop, TILE, CRTC_ID. Programs find it once its device is registered.
 *
 * Return: 0 and drm_connector_cleanup() undoes it; -ENOMEM, -EINVAL, -ENOSPC.
 */
EXPORT_SYMBOL int drm_connector_init(struct drm_device *dev,
				     struct drm_connector *connector,
				     const struct drm_connector_funcs *funcs,
				     int connector_type);

/**
 * drm_connector_cleanup() - undo drm_connector_init()
 * @connector: the connector, of an unregistered device; zeroed
 *
 * Its state, modes and EDID go as well.
 */
EXPORT_SYMBOL void drm_connector_cleanup(struct drm_connector *connector);

/**
 * drm_connector_attach_encoder() - let a connector use an encoder
 * @connector: the connector, before its device is registered
 * @encoder: the encoder
 *
 * Return: 0; -EINVAL (it is in use already).
 */
EXPORT_SYMBOL int drm_connector_attach_encoder(struct drm_connector *connector,
					       struct drm_encoder *encoder);
/* drm_connector_attach_edid_property - for virtual connectors which have one */
EXPORT_SYMBOL void
drm_connector_attach_edid_property(struct drm_connector *connector);

/* Take and drop a reference: with the last one funcs->destroy runs. */
EXPORT_SYMBOL void drm_connector_get(struct drm_connector *connector);
EXPORT_SYMBOL void drm_connector_put(struct drm_connector *connector);

/* drm_get_connector_status_name - as in /sys */
EXPORT_SYMBOL const char *
drm_get_connector_status_name(enum drm_connector_status status);

static inline u32 drm_connector_mask(const struct drm_connector *connector)
{
	return 1u << connector->index;
}

static inline void
drm_connector_helper_add(struct drm_connector *connector,
			 const struct drm_connector_helper_funcs *funcs)
{
	connector->helper_private = funcs;
}

/* drm_connector_lookup - with a reference, or NULL */
static inline struct drm_connector *
drm_connector_lookup(struct drm_device *dev, struct drm_file *file, u32 id)
{
	struct drm_mode_object *obj =
		drm_mode_object_find(dev, file, id, DRM_MODE_OBJECT_CONNECTOR);

	return obj ? obj_to_connector(obj) : NULL;
}

/* The connectors do not change once the device is registered. */
#define drm_for_each_connector(connector, dev)                                 \
	list_for_each_entry (connector, &(dev)->mode_config.connector_list,    \
			     head)

/* ---- drm_probe_helper.c ---- */

/**
 * drm_helper_probe_single_connector_modes() - for fill_modes
 * @connector: the connector
 * @max_x: the largest width that can be shown
 * @max_y: and height
 *
 * Status, modes and EDID are those of the driver then. mode_config.mutex held.
 *
 * Return: how many modes the driver has told of, 0 if none can be shown.
 */
EXPORT_SYMBOL int
drm_helper_probe_single_connector_modes(struct drm_connector *connector,
					u32 max_x, u32 max_y);

/**
 * drm_connector_detect_changed() - ask the driver for the status
 * @connector: the connector
 *
 * For whoever has plugged something in, or pulled it out. mode_config.mutex not
 * held.
 *
 * Return: whether status or EDID have changed since this was asked last: then
 * programs are to be told, with drm_kms_helper_connector_hotplug_event().
 */
EXPORT_SYMBOL bool
drm_connector_detect_changed(struct drm_connector *connector);
/* drm_kms_helper_hotplug_event - tell programs: <drm/drm_sysfs.h> */
EXPORT_SYMBOL void drm_kms_helper_hotplug_event(struct drm_device *dev);
EXPORT_SYMBOL void
drm_kms_helper_connector_hotplug_event(struct drm_connector *connector);

/* ---- drm_edid.c ---- */

#define EDID_LENGTH 128

/**
 * struct uprime_edid_params - what a display is to say of itself
 */
struct uprime_edid_params {
	const char *name; /* up to 13 characters */
	unsigned int serial;
	/* The preferred one first. The first two are told in detail if they
	 * fit, the others as far as old standards have them. */
	const struct drm_display_mode *const *modes;
	unsigned int nr_modes;
	unsigned int width_mm, height_mm;
};

/**
 * uprime_edid_make() - make an EDID 1.4, of the vendor "UPR"
 * @params: what is to be in it
 * @edid: is written
 */
EXPORT_SYMBOL void uprime_edid_make(const struct uprime_edid_params *params,
				    u8 edid[EDID_LENGTH]);

/**
 * drm_connector_update_edid_property() - tell programs the EDID
 * @connector: the connector
 * @edid: is copied; NULL: there is none
 * @size: bytes of it
 *
 * For get_modes. mode_config.mutex held.
 *
 * Return: 0; -ENOMEM, -EINVAL (the connector has no such property).
 */
EXPORT_SYMBOL int
drm_connector_update_edid_property(struct drm_connector *connector,
				   const u8 *edid, size_t size);

#endif
