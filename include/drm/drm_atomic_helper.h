/* SPDX-License-Identifier: MIT */
/* What drivers make of atomic states. mode_config.mutex is held in all that
 * does not wait. */
#ifndef UPRIME_DRM_ATOMIC_HELPER_H
#define UPRIME_DRM_ATOMIC_HELPER_H

#include <drm/drm_atomic.h>

struct drm_mode_config;
struct drm_writeback_connector;

EXPORT_SYMBOL int drm_atomic_helper_check(struct drm_device *dev,
					  struct drm_atomic_state *state);
EXPORT_SYMBOL int
drm_atomic_helper_check_modeset(struct drm_device *dev,
				struct drm_atomic_state *state);
EXPORT_SYMBOL int
drm_atomic_helper_check_planes(struct drm_device *dev,
			       struct drm_atomic_state *state);
EXPORT_SYMBOL int drm_atomic_helper_check_plane_state(
	struct drm_plane_state *plane_state,
	const struct drm_crtc_state *crtc_state, int min_scale, int max_scale,
	bool can_position, bool can_update_disabled);
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
EXPORT_SYMBOL void
drm_atomic_helper_commit_tail(struct drm_atomic_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_commit_modeset_disables(struct drm_device *dev,
					  struct drm_atomic_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_commit_modeset_enables(struct drm_device *dev,
					 struct drm_atomic_state *state);
/* For drm_atomic_helper_commit_planes(): leave out what is switched off. */
#define DRM_PLANE_COMMIT_ACTIVE_ONLY (1 << 0)
EXPORT_SYMBOL void
drm_atomic_helper_commit_planes(struct drm_device *dev,
				struct drm_atomic_state *state, u32 flags);
EXPORT_SYMBOL void
drm_atomic_helper_commit_hw_done(struct drm_atomic_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_fake_vblank(struct drm_atomic_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_wait_for_flip_done(struct drm_device *dev,
				     struct drm_atomic_state *state);
EXPORT_SYMBOL void
drm_atomic_helper_cleanup_planes(struct drm_device *dev,
				 struct drm_atomic_state *state);

/* The old ioctls, with the mutex held as in drm_atomic_commit(). 0; -errno */
EXPORT_SYMBOL int drm_atomic_helper_set_config(struct drm_mode_set *set);
EXPORT_SYMBOL int drm_atomic_helper_update_plane(
	struct drm_plane *plane, struct drm_crtc *crtc,
	struct drm_framebuffer *fb, int crtc_x, int crtc_y, unsigned int crtc_w,
	unsigned int crtc_h, u32 src_x, u32 src_y, u32 src_w, u32 src_h);
EXPORT_SYMBOL int drm_atomic_helper_disable_plane(struct drm_plane *plane);
EXPORT_SYMBOL int
drm_atomic_helper_page_flip(struct drm_crtc *crtc, struct drm_framebuffer *fb,
			    struct drm_pending_vblank_event *event, u32 flags);
/* drm_atomic_helper_legacy_gamma_set - the three tables have gamma_size
 * entries */
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
