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

/* ---- drm_mode_config.c ---- */

/* drm_connector_create_standard_properties - those of connectors, the first of
 * all. 0; -ENOMEM */
int drm_connector_create_standard_properties(struct drm_device *dev);
/* drm_connector_register_all - let programs find the connectors */
void drm_connector_register_all(struct drm_device *dev);
void drm_connector_unregister_all(struct drm_device *dev);

/* ---- drm_mode_object.c ---- */

/**
 * drm_mode_object_get_properties() - the properties of an object now
 * @obj: an object with properties
 * @atomic: also those for atomic programs
 * @room: how many values are wanted
 * @ids: DRM_OBJECT_MAX_PROPERTY of them
 * @values: as many
 * @count: how many there are; of the values, as many as were wanted
 *
 * mode_config.mutex held.
 *
 * Return: 0; -EINVAL.
 */
int drm_mode_object_get_properties(struct drm_mode_object *obj, bool atomic,
				   u32 room, u32 *ids, u64 *values, u32 *count);
/* drm_mode_obj_find_prop_id - a property which the object has, or NULL */
struct drm_property *drm_mode_obj_find_prop_id(struct drm_mode_object *obj,
					       u32 prop_id);

/* ---- drm_property_blob.c ---- */

/* drm_property_blob_own - a blob is a file's from now on, with the caller's
 * reference */
void drm_property_blob_own(struct drm_file *file,
			   struct drm_property_blob *blob);
/* drm_property_blob_disown - no longer; the file's reference is dropped, the
 * caller has one of its own. -EPERM: it is not the file's. */
int drm_property_blob_disown(struct drm_file *file,
			     struct drm_property_blob *blob);
/* drm_property_destroy_user_blobs - those a file made, when it goes */
void drm_property_destroy_user_blobs(struct drm_device *dev,
				     struct drm_file *file);

/* ---- drm_modes.c ---- */

/* drm_mode_prune_invalid - drop the modes of a list whose status is not
 * MODE_OK */
void drm_mode_prune_invalid(struct drm_device *dev, struct list_head *modes);
/* drm_connector_list_update - what was probed becomes the connector's modes */
void drm_connector_list_update(struct drm_connector *connector);

/* ---- drm_lease.c ---- */

/* drm_lease_revoke - take all back from a lessee and from those it has leased
 * to; an owner keeps what it has */
void drm_lease_revoke(struct drm_master *top);
/* drm_lease_destroy - a master is going: forget it as a lessee */
void drm_lease_destroy(struct drm_master *master);
/* Was an object leased to a file's master (or is it an owner, who has all)?
 * The _ one: idr_mutex held. */
bool _drm_lease_held(struct drm_file *file, u32 id);
bool drm_lease_held(struct drm_file *file, u32 id);
/* drm_lease_filter_crtcs - a mask of CRTCs as a lessee counts them */
u32 drm_lease_filter_crtcs(struct drm_file *file, u32 crtcs);

/* What the kernel has room for in one piece. */
#define DRM_LEASE_MAX_OBJECTS ((4u << 20) / sizeof(void *))

/**
 * drm_lease_fill() - what is to be leased
 * @file: of the lessor
 * @ids: of CRTCs, connectors and planes
 * @count: how many, not 0
 * @leases: an empty one; gets the numbers, also if it fails
 *
 * Return: 0; -ENOMEM, -ENOENT (no such object), -EINVAL (something else was
 * named, or something is missing), -ENOSPC (named twice).
 */
int drm_lease_fill(struct drm_file *file, const u32 *ids, u32 count,
		   struct idr *leases);
/**
 * drm_lease_create() - make a lessee
 * @lessor: an owner
 * @leases: what it is leased: taken over on success, and empty then
 *
 * Return: a master with one reference; ERR_PTR: -ENOMEM, -ENOENT (an object is
 * gone), -EBUSY (or leased to somebody).
 */
struct drm_master *drm_lease_create(struct drm_master *lessor,
				    struct idr *leases);
/* drm_lease_revoke_id - of a lessee. 0; -ENOENT (there is none), -EACCES (it is
 * somebody else's) */
int drm_lease_revoke_id(struct drm_master *lessor, u32 lessee_id);
/* An array for kfree() of the lessees that have something, and of what a master
 * has. 0; -ENOMEM */
int drm_lease_list(struct drm_master *lessor, u32 **ids, u32 *count);
int drm_lease_objects(struct drm_master *master, u32 **ids, u32 *count);

/* ---- drm_framebuffer.c ---- */

/* drm_fb_release - a file's framebuffers, when it goes */
void drm_fb_release(struct drm_file *file);
/* drm_framebuffer_free - free_cb */
void drm_framebuffer_free(struct kref *kref);
/* drm_internal_framebuffer_create - what ADDFB2 asks for, of no file: for
 * drm_framebuffer_put(). ERR_PTR: -EINVAL, -ERANGE, what fb_create says. */
struct drm_framebuffer *
drm_internal_framebuffer_create(struct drm_device *dev,
				const struct drm_mode_fb_cmd2 *cmd,
				struct drm_file *file);
/* drm_mode_addfb2 - the same, as one of the file's; its number is told */
int drm_mode_addfb2(struct drm_device *dev, struct drm_mode_fb_cmd2 *cmd,
		    struct drm_file *file);
/* Both: -ENOENT: no such framebuffer, or one of another file. */
int drm_mode_rmfb(struct drm_device *dev, u32 fb_id, struct drm_file *file);
int drm_mode_closefb(struct drm_device *dev, u32 fb_id, struct drm_file *file);
/* drm_framebuffer_create_handles - new handles for its planes' objects, one for
 * each object; all or none */
int drm_framebuffer_create_handles(struct drm_framebuffer *fb,
				   struct drm_file *file,
				   u32 handles[DRM_FORMAT_MAX_PLANES]);

/* ---- drm_plane.c ---- */

/* Planes are bits of masks. */
#define DRM_MAX_PLANES 32

/* ---- drm_plane_legacy.c ---- */

/* drm_plane_set - SETPLANE. @crtc is not NULL if @fb is not. */
int drm_plane_set(struct drm_plane *plane, struct drm_crtc *crtc,
		  struct drm_framebuffer *fb,
		  const struct drm_mode_set_plane *args);
/* CURSOR, CURSOR2; PAGE_FLIP. 0; -errno, in the kernel's order. */
int drm_mode_cursor(struct drm_device *dev, const struct drm_mode_cursor2 *args,
		    struct drm_file *file);
int drm_mode_page_flip(struct drm_device *dev,
		       const struct drm_mode_crtc_page_flip_target *args,
		       struct drm_file *file);

/* ---- drm_crtc.c ---- */

/**
 * drm_crtc_prepare_set() - find what SETCRTC asks for, but for connectors
 * @dev: the device
 * @args: what it asks for
 * @file: who asks
 * @set: zeroed; in any case for drm_crtc_end_set()
 *
 * Return: 0 and there is room for the connectors; -ERANGE (a place beyond 16
 * bits, a clock), -ENOENT (CRTC, framebuffer), -EACCES (the plane is not
 * leased), -EINVAL (mode, format, connectors), -ENOSPC (too small), -ENOMEM.
 */
int drm_crtc_prepare_set(struct drm_device *dev,
			 const struct drm_mode_crtc *args,
			 struct drm_file *file, struct drm_mode_set *set);
/* drm_crtc_add_connector - add one, of which there is room. -ENOENT. */
int drm_crtc_add_connector(struct drm_mode_set *set, struct drm_file *file,
			   u32 id);
/* drm_crtc_commit_set - do it: as drm_atomic_helper_set_config() */
int drm_crtc_commit_set(struct drm_mode_set *set);
/* drm_crtc_end_set - give up what was found */
void drm_crtc_end_set(struct drm_mode_set *set);

/* ---- drm_color_mgmt.c ---- */

/* drm_crtc_supports_legacy_gamma - may SETGAMMA be used? */
bool drm_crtc_supports_legacy_gamma(struct drm_crtc *crtc);

/* ---- drm_vblank.c ---- */

/**
 * drm_vblank_queue_event() - send a program an event at a vblank
 * @crtc: with a reference to the vblanks, which the event has from now on
 * @file: who gets it
 * @e: type, length and data of the program are set; taken over
 * @seq: in: which vblank; out: this one, or that which has been if it is past
 *
 * Return: 0; -EINVAL (switched off), -ENOMEM (too many unread).
 */
int drm_vblank_queue_event(struct drm_crtc *crtc, struct drm_file *file,
			   struct drm_pending_vblank_event *e, u64 *seq);

/**
 * drm_vblank_wait() - sleep until a vblank
 * @crtc: with a reference to the vblanks
 * @seq: which
 * @timeout: ns
 * @intr: end also when the current task has a signal to handle
 *
 * Return: 0: it has come, or the CRTC is off; -ETIMEDOUT, -EINTR, -ENOMEM.
 */
int drm_vblank_wait(struct drm_crtc *crtc, u64 seq, s64 timeout, bool intr);

/* drm_crtc_next_vblank_start - when it begins; false: not known */
bool drm_crtc_next_vblank_start(struct drm_crtc *crtc, s64 *time);

/* ---- drm_event.c ---- */

/* drm_events_init - of a new file; drm_events_release - when it goes */
void drm_events_init(struct drm_file *file);
void drm_events_release(struct drm_file *file);

/* ---- drm_out_fence.c ---- */

/* drm_crtc_create_fence - signalled when the next change is shown; NULL: no
 * memory. mode_config.mutex held. */
struct dma_fence *drm_crtc_create_fence(struct drm_crtc *crtc);

/* ---- drm_atomic_check.c ---- */

/* drm_atomic_handle_conflicting_encoders - connectors that are not part of a
 * change and have an encoder which it needs are switched off, or: -EINVAL */
int drm_atomic_handle_conflicting_encoders(struct drm_atomic_state *state,
					   bool disable);

/* ---- drm_atomic_tail.c ---- */

/* drm_atomic_set_fence_deadlines - what is waited for is wanted by the next
 * vblank */
void drm_atomic_set_fence_deadlines(struct drm_atomic_state *state);
/* drm_atomic_commit_tail - show a change whose states are swapped, and drop a
 * reference to it. Waits; mode_config.mutex not held. */
void drm_atomic_commit_tail(struct drm_atomic_state *state);

/* ---- drm_atomic_uapi.c ---- */

/* drm_blob_id - the number of a blob, 0 for none */
static inline u32 drm_blob_id(const struct drm_property_blob *blob)
{
	return blob ? blob->base.id : 0;
}

/* drm_atomic_find_crtc - the CRTC of a value, NULL for 0. -EACCES: none that
 * @file sees */
int drm_atomic_find_crtc(struct drm_device *dev, struct drm_file *file,
			 u64 value, struct drm_crtc **crtc);


/* drm_atomic_in_state - is this property's value part of the object's state? */
bool drm_atomic_in_state(struct drm_mode_object *obj,
			 struct drm_property *property);

/* ---- drm_atomic_plane_uapi.c ---- */

/* A property of a plane in a state: 0; -EINVAL, -EACCES, -ENOMEM. @fence: as
 * drm_atomic_set_property() */
int drm_atomic_plane_set_property(struct drm_plane_state *state,
				  struct drm_file *file,
				  struct drm_property *property, u64 value,
				  struct dma_fence *fence);
int drm_atomic_plane_get_property(struct drm_plane *plane,
				  const struct drm_plane_state *state,
				  struct drm_property *property, u64 *value);

/* ---- drm_atomic_prepare.c ---- */

/* drm_atomic_prepare_planes - make framebuffers, and jobs of writeback, ready to
 * be shown. 0; what the driver says */
int drm_atomic_prepare_planes(struct drm_atomic_state *state);
/* drm_atomic_unprepare_planes - undo it */
void drm_atomic_unprepare_planes(struct drm_atomic_state *state);

#endif
