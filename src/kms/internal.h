/* SPDX-License-Identifier: MIT */
/* What the files of this layer, and the ioctls, share, by the file it stands
 * in. */
#ifndef UPRIME_KMS_INTERNAL_H
#define UPRIME_KMS_INTERNAL_H

#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_encoder.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_property.h>
#include <drm/drm_vblank.h>
#include <drm/drm_writeback.h>

#include "../gem/internal.h"


/* ---- drm_property.c ---- */

/* drm_property_destroy_user_blobs - those a file made, when it goes */
void drm_property_destroy_user_blobs(struct drm_device *dev,
				     struct drm_file *file);

/* ---- drm_lease.c ---- */

/* Was an object leased to a file's master (or is it an owner, who has all)?
 * The _ one: idr_mutex held. */
bool _drm_lease_held(struct drm_file *file, u32 id);
bool drm_lease_held(struct drm_file *file, u32 id);
/* drm_lease_filter_crtcs - a mask of CRTCs as a lessee counts them */
u32 drm_lease_filter_crtcs(struct drm_file *file, u32 crtcs);

/* ---- drm_connector.c ---- */

/* drm_connector_set_obj_prop - SETPROPERTY of what is in no state */
int drm_connector_set_obj_prop(struct drm_connector *connector,
			       struct drm_property *property, u64 value);

/* ---- drm_framebuffer.c ---- */

/* drm_fb_release - a file's framebuffers, when it goes */
void drm_fb_release(struct drm_file *file);
/* drm_framebuffer_free - free_cb */
void drm_framebuffer_free(struct kref *kref);


/* ---- drm_event.c ---- */

/* drm_events_init - of a new file; drm_events_release - when it goes */
void drm_events_init(struct drm_file *file);
void drm_events_release(struct drm_file *file);

/* ---- drm_atomic_uapi.c ---- */

/* drm_atomic_in_state - is this property's value part of the object's state? */
bool drm_atomic_in_state(struct drm_mode_object *obj,
			 struct drm_property *property);

#endif
