/* SPDX-License-Identifier: MIT */
/**
 * DOC: what drivers make of atomic changes
 *
 * A driver's atomic_check is drm_atomic_helper_check() or calls it, its
 * atomic_commit is drm_atomic_helper_commit(). That calls the driver's
 * callbacks in steps (drm_atomic_helper_commit_tail(), or a tail of the
 * driver's own made of the same steps) once nothing that was shown before is in
 * the way.
 *
 * mode_config.mutex is held in all that does not wait.
 */
#ifndef UPRIME_DRM_ATOMIC_HELPER_H
#define UPRIME_DRM_ATOMIC_HELPER_H

#include <drm/drm_atomic.h>

struct drm_mode_config;
struct drm_writeback_connector;

/**
 * drm_atomic_helper_check() - check a change
 * @dev: the device
 * @state: the change; what it brings with it becomes part of it
 *
 * First what changes of modes and connectors, then, if mode_config says so, the
 * order of planes, then the planes: with the driver's callbacks in between.
 *
 * Return: 0; -EINVAL, -ENOMEM, what a callback says.
 */
EXPORT_SYMBOL int drm_atomic_helper_check(struct drm_device *dev,
					  struct drm_atomic_state *state);

/* Its parts: the way from CRTCs to connectors, and the planes. */
EXPORT_SYMBOL int
drm_atomic_helper_check_modeset(struct drm_device *dev,
				struct drm_atomic_state *state);
EXPORT_SYMBOL int
drm_atomic_helper_check_planes(struct drm_device *dev,
			       struct drm_atomic_state *state);

/**
 * drm_atomic_helper_check_plane_state() - what is seen of a plane?
 * @plane_state: src, dst and visible are set
 * @crtc_state: of its CRTC
 * @min_scale: 16.16: how much smaller it may be than what it shows
 * @max_scale: and how much larger; DRM_PLANE_NO_SCALING
 * @can_position: it need not cover all of the CRTC
 * @can_update_disabled: the CRTC may be off
 *
 * Return: 0; -ERANGE (scaling), -EINVAL.
 */
EXPORT_SYMBOL int drm_atomic_helper_check_plane_state(
	struct drm_plane_state *plane_state,
	const struct drm_crtc_state *crtc_state, int min_scale, int max_scale,
	bool can_position, bool can_update_disabled);

/**
 * drm_atomic_helper_commit() - make a change
 * @dev: the device
 * @state: the change, checked
 * @nonblock: return before it is shown
 *
 * Return: as drm_atomic_commit() and drm_atomic_nonblocking_commit().
 */
EXPORT_SYMBOL int drm_atomic_helper_commit(struct drm_device *dev,
					   struct drm_atomic_state *state,
					   bool nonblock);

/* drm_gem_plane_helper_prepare_fb - wait for those who draw, for prepare_fb, and
 * what is done without one. 0; -EINVAL, -ENOMEM */
EXPORT_SYMBOL int
drm_gem_plane_helper_prepare_fb(struct drm_plane *plane,
				struct drm_plane_state *state);

/* The steps of a commit's tail, called without the mutex. Each takes it for the
 * callbacks of the driver, which may not wait for anything that needs it; what
 * waits does so without. */

/* drm_atomic_helper_commit_tail - all of them, in this order */
EXPORT_SYMBOL void
drm_atomic_helper_commit_tail(struct drm_atomic_state *state);

/* drm_atomic_helper_commit_modeset_disables - atomic_disable of CRTCs that are
 * set anew; then the modes are those of the change */
EXPORT_SYMBOL void
drm_atomic_helper_commit_modeset_disables(struct drm_device *dev,
					  struct drm_atomic_state *state);

/* For drm_atomic_helper_commit_planes(): leave out what is switched off. */
#define DRM_PLANE_COMMIT_ACTIVE_ONLY (1 << 0)

/* drm_atomic_helper_commit_planes - atomic_begin of the CRTCs, atomic_update or
 * atomic_disable of the planes, atomic_flush, which sees to the event */
EXPORT_SYMBOL void
drm_atomic_helper_commit_planes(struct drm_device *dev,
				struct drm_atomic_state *state, u32 flags);

/* drm_atomic_helper_commit_modeset_enables - atomic_enable of CRTCs that are set
 * anew; atomic_commit of connectors that are to write a picture */
EXPORT_SYMBOL void
drm_atomic_helper_commit_modeset_enables(struct drm_device *dev,
					 struct drm_atomic_state *state);

/* drm_atomic_helper_fake_vblank - of CRTCs without vblanks send the events */
EXPORT_SYMBOL void
drm_atomic_helper_fake_vblank(struct drm_atomic_state *state);

/* drm_atomic_helper_commit_hw_done - the callbacks are over: from now on the new
 * states may be replaced */
EXPORT_SYMBOL void
drm_atomic_helper_commit_hw_done(struct drm_atomic_state *state);

/* drm_atomic_helper_wait_for_flip_done - wait until all of it is shown */
EXPORT_SYMBOL void
drm_atomic_helper_wait_for_flip_done(struct drm_device *dev,
				     struct drm_atomic_state *state);

/* drm_atomic_helper_cleanup_planes - cleanup_fb of what was shown before */
EXPORT_SYMBOL void
drm_atomic_helper_cleanup_planes(struct drm_device *dev,
				 struct drm_atomic_state *state);

/* The old ioctls, with the mutex held, which is given up as in
 * drm_atomic_commit(). 0; as that, but for -EDEADLK */

EXPORT_SYMBOL int drm_atomic_helper_set_config(struct drm_mode_set *set);
EXPORT_SYMBOL int drm_atomic_helper_update_plane(
	struct drm_plane *plane, struct drm_crtc *crtc,
	struct drm_framebuffer *fb, int crtc_x, int crtc_y, unsigned int crtc_w,
	unsigned int crtc_h, u32 src_x, u32 src_y, u32 src_w, u32 src_h);
EXPORT_SYMBOL int drm_atomic_helper_disable_plane(struct drm_plane *plane);

/* drm_atomic_helper_page_flip - does not block. @event: taken over if it
 * succeeds, or NULL. As drm_atomic_nonblocking_commit(); -EINVAL (off) */
EXPORT_SYMBOL int
drm_atomic_helper_page_flip(struct drm_crtc *crtc, struct drm_framebuffer *fb,
			    struct drm_pending_vblank_event *event, u32 flags);

/* drm_atomic_helper_legacy_gamma_set - the three tables have @size entries */
EXPORT_SYMBOL int drm_atomic_helper_legacy_gamma_set(struct drm_crtc *crtc,
						     const u16 *red,
						     const u16 *green,
						     const u16 *blue, u32 size);

/* drm_atomic_remove_fb - take a framebuffer off the screen. Takes the mutex. */
EXPORT_SYMBOL int drm_atomic_remove_fb(struct drm_framebuffer *fb);
/* drm_atomic_helper_shutdown - switch everything off. Takes the mutex, waits
 * for all commits. */
EXPORT_SYMBOL void drm_atomic_helper_shutdown(struct drm_device *dev);

/* ---- drm_atomic_state_helper.c: states without anything of a driver ---- */

/* The __ functions init, copy, give up what is in a driver's larger struct. */
EXPORT_SYMBOL void __drm_atomic_helper_crtc_reset(struct drm_crtc *crtc,
						  struct drm_crtc_state *state);
EXPORT_SYMBOL void
__drm_atomic_helper_crtc_duplicate_state(struct drm_crtc *crtc,
					 struct drm_crtc_state *state);
EXPORT_SYMBOL void
__drm_atomic_helper_crtc_destroy_state(struct drm_crtc_state *state);
EXPORT_SYMBOL void
__drm_atomic_helper_plane_reset(struct drm_plane *plane,
				struct drm_plane_state *state);
EXPORT_SYMBOL void
__drm_atomic_helper_plane_duplicate_state(struct drm_plane *plane,
					  struct drm_plane_state *state);
EXPORT_SYMBOL void
__drm_atomic_helper_plane_destroy_state(struct drm_plane_state *state);

EXPORT_SYMBOL void drm_atomic_helper_crtc_reset(struct drm_crtc *crtc);
EXPORT_SYMBOL struct drm_crtc_state *
drm_atomic_helper_crtc_duplicate_state(struct drm_crtc *crtc);
EXPORT_SYMBOL void
drm_atomic_helper_crtc_destroy_state(struct drm_crtc *crtc,
				     struct drm_crtc_state *state);
EXPORT_SYMBOL void drm_atomic_helper_plane_reset(struct drm_plane *plane);
EXPORT_SYMBOL struct drm_plane_state *
drm_atomic_helper_plane_duplicate_state(struct drm_plane *plane);
EXPORT_SYMBOL void
drm_atomic_helper_plane_destroy_state(struct drm_plane *plane,
				      struct drm_plane_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_connector_reset(struct drm_connector *connector);
EXPORT_SYMBOL struct drm_connector_state *
drm_atomic_helper_connector_duplicate_state(struct drm_connector *connector);
EXPORT_SYMBOL void
drm_atomic_helper_connector_destroy_state(struct drm_connector *connector,
					  struct drm_connector_state *state);

#endif
