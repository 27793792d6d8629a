/* SPDX-License-Identifier: MIT */
/**
 * DOC: atomic states
 *
 * A drm_atomic_state is a change of the display: new states of some CRTCs,
 * planes and connectors. It is built and checked with mode_config.mutex held,
 * then thrown away (test only, error) or committed: the new states become the
 * objects' and the old ones the atomic state's, which frees them at its end.
 */
#ifndef UPRIME_DRM_ATOMIC_H
#define UPRIME_DRM_ATOMIC_H

#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_plane.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/workqueue.h>

struct dma_fence;
struct drm_device;
struct drm_pending_vblank_event;

/**
 * struct drm_crtc_commit - a commit under way, as one CRTC sees it
 *
 * Its references: one of the new state of the CRTC, and of each of its planes
 * and connectors; one of the atomic state; one of the event, until it is sent.
 */
struct drm_crtc_commit {
	struct drm_crtc *crtc; /* NULL: of planes and connectors without one */
	struct kref ref;
	struct completion flip_done;	/* it is shown: the event was sent */
	struct completion hw_done;	/* the hardware is told */
	struct completion cleanup_done; /* all is over */
	struct list_head commit_entry;	/* drm_crtc.commit_list; commit_lock */
	/* Made for it, as nobody has asked for one; until the states are
	 * swapped; mode_config.mutex */
	struct drm_pending_vblank_event *event;
	bool abort_completion; /* the event has a reference; constant */
};

struct __drm_planes_state {
	struct drm_plane *ptr; /* NULL: not part of it */
	struct drm_plane_state *state, *old_state, *new_state;
};

struct __drm_crtcs_state {
	struct drm_crtc *ptr; /* NULL: not part of it */
	struct drm_crtc_state *state, *old_state, *new_state;
	struct drm_crtc_commit *commit; /* referenced, or NULL */
	u64 out_fence_ptr;		/* address in the task, or 0 */
};

struct __drm_connnectors_state {
	struct drm_connector *ptr; /* NULL: not part of it */
	struct drm_connector_state *state, *old_state, *new_state;
	u64 out_fence_ptr; /* writeback's: address in the task, or 0 */
};

/**
 * struct drm_atomic_state - a change of the display
 */
struct drm_atomic_state {
	struct kref ref;
	struct drm_device *dev;
	bool allow_modeset;
	bool legacy_cursor_update; /* does not wait for vblanks */
	struct __drm_planes_state *planes; /* by index; owned */
	struct __drm_crtcs_state *crtcs;   /* by index; owned */
	unsigned int num_connector;
	struct __drm_connnectors_state *connectors; /* by index; owned */
	struct drm_crtc_commit *fake_commit;	    /* referenced, or NULL */
	struct work_struct commit_work;
};

/* NULL: no memory. */
EXPORT_SYMBOL struct drm_atomic_state *
drm_atomic_state_alloc(struct drm_device *dev);
EXPORT_SYMBOL void drm_atomic_state_clear(struct drm_atomic_state *state);
EXPORT_SYMBOL struct drm_atomic_state *
drm_atomic_state_get(struct drm_atomic_state *state);
EXPORT_SYMBOL void drm_atomic_state_put(struct drm_atomic_state *state);

/* The new state of an object, which becomes part of the change. ERR_PTR:
 * -ENOMEM. */
EXPORT_SYMBOL struct drm_crtc_state *
drm_atomic_get_crtc_state(struct drm_atomic_state *state,
			  struct drm_crtc *crtc);
EXPORT_SYMBOL struct drm_plane_state *
drm_atomic_get_plane_state(struct drm_atomic_state *state,
			   struct drm_plane *plane);
EXPORT_SYMBOL struct drm_connector_state *
drm_atomic_get_connector_state(struct drm_atomic_state *state,
			       struct drm_connector *connector);

static inline struct drm_crtc_state *
drm_atomic_get_old_crtc_state(const struct drm_atomic_state *state,
			      const struct drm_crtc *crtc)
{
	return state->crtcs[crtc->index].old_state;
}

/* NULL: not part of the change. */
static inline struct drm_crtc_state *
drm_atomic_get_new_crtc_state(const struct drm_atomic_state *state,
			      const struct drm_crtc *crtc)
{
	return state->crtcs[crtc->index].new_state;
}

static inline struct drm_plane_state *
drm_atomic_get_old_plane_state(const struct drm_atomic_state *state,
			       const struct drm_plane *plane)
{
	return state->planes[plane->index].old_state;
}

static inline struct drm_plane_state *
drm_atomic_get_new_plane_state(const struct drm_atomic_state *state,
			       const struct drm_plane *plane)
{
	return state->planes[plane->index].new_state;
}

static inline struct drm_connector_state *
drm_atomic_get_old_connector_state(const struct drm_atomic_state *state,
				   const struct drm_connector *connector)
{
	return state->connectors[connector->index].old_state;
}

static inline struct drm_connector_state *
drm_atomic_get_new_connector_state(const struct drm_atomic_state *state,
				   const struct drm_connector *connector)
{
	return state->connectors[connector->index].new_state;
}

#define for_each_oldnew_crtc_in_state(state_, crtc, old_, new_, i)             \
	for ((i) = 0; (i) < (state_)->dev->mode_config.num_crtc; (i)++)        \
		if ((state_)->crtcs[i].ptr &&                                  \
		    ((crtc) = (state_)->crtcs[i].ptr, (void)(crtc),            \
		     (old_) = (state_)->crtcs[i].old_state, (void)(old_),      \
		     (new_) = (state_)->crtcs[i].new_state, (void)(new_), 1))
#define for_each_oldnew_plane_in_state(state_, plane, old_, new_, i)           \
	for ((i) = 0; (i) < (state_)->dev->mode_config.num_total_plane; (i)++) \
		if ((state_)->planes[i].ptr &&                                 \
		    ((plane) = (state_)->planes[i].ptr, (void)(plane),         \
		     (old_) = (state_)->planes[i].old_state, (void)(old_),     \
		     (new_) = (state_)->planes[i].new_state, (void)(new_), 1))
#define for_each_oldnew_connector_in_state(state_, connector, old_, new_, i)   \
	for ((i) = 0; (i) < (int)(state_)->num_connector; (i)++)               \
		if ((state_)->connectors[i].ptr &&                             \
		    ((connector) = (state_)->connectors[i].ptr,                \
		     (void)(connector),                                        \
		     (old_) = (state_)->connectors[i].old_state, (void)(old_), \
		     (new_) = (state_)->connectors[i].new_state, (void)(new_), \
		     1))

/* All connectors, or planes, that a CRTC has in the change become part of it.
 * 0; -ENOMEM. mode_config.mutex held. */
EXPORT_SYMBOL int
drm_atomic_add_affected_connectors(struct drm_atomic_state *state,
				   struct drm_crtc *crtc);
EXPORT_SYMBOL int drm_atomic_add_affected_planes(struct drm_atomic_state *state,
						 struct drm_crtc *crtc);
/**
 * drm_atomic_check_only() - could this be shown?
 * @state: the change. mode_config.mutex held
 *
 * Return: 0; -EINVAL, -ERANGE, -ENOSPC, -ENOMEM, what the driver says.
 */
EXPORT_SYMBOL int drm_atomic_check_only(struct drm_atomic_state *state);

/**
 * drm_atomic_commit() - check a change, show it and wait until it is shown
 * @state: the change; it has a reference of its own meanwhile
 *
 * mode_config.mutex is held; it is given up while something is waited for.
 *
 * Return: 0; as drm_atomic_check_only(); -EINTR; -EDEADLK: while we waited
 * another change was made, so this one was built on what is no more. The caller
 * clears it, builds it again and tries again.
 */
EXPORT_SYMBOL int drm_atomic_commit(struct drm_atomic_state *state);

/**
 * drm_atomic_nonblocking_commit() - check a change and let it be shown
 * @state: the change; it has a reference of its own until it is shown
 *
 * mode_config.mutex is held; it may be given up until what is shown already is
 * done with.
 *
 * Return: 0; as drm_atomic_commit(); -EBUSY: a change before it is not shown
 * yet.
 */
EXPORT_SYMBOL int drm_atomic_nonblocking_commit(struct drm_atomic_state *state);

EXPORT_SYMBOL void drm_crtc_commit_get(struct drm_crtc_commit *commit);
EXPORT_SYMBOL void drm_crtc_commit_put(struct drm_crtc_commit *commit);

static inline bool
drm_atomic_crtc_needs_modeset(const struct drm_crtc_state *state)
{
	return state->mode_changed || state->active_changed ||
	       state->connectors_changed;
}

/* ---- drm_atomic_uapi.c ---- */

/* Set the mode of a state: 0; -EINVAL, -ENOMEM. */
EXPORT_SYMBOL int
drm_atomic_set_mode_for_crtc(struct drm_crtc_state *state,
			     const struct drm_display_mode *mode);
EXPORT_SYMBOL int
drm_atomic_set_mode_prop_for_crtc(struct drm_crtc_state *state,
				  struct drm_property_blob *blob);
EXPORT_SYMBOL int
drm_atomic_set_crtc_for_plane(struct drm_plane_state *plane_state,
			      struct drm_crtc *crtc);
EXPORT_SYMBOL void
drm_atomic_set_fb_for_plane(struct drm_plane_state *plane_state,
			    struct drm_framebuffer *fb);
EXPORT_SYMBOL int
drm_atomic_set_crtc_for_connector(struct drm_connector_state *conn_state,
				  struct drm_crtc *crtc);

/* drm_atomic_get_property - the value of a property that is in a state; -EINVAL
 * otherwise. mode_config.mutex held. */
EXPORT_SYMBOL int drm_atomic_get_property(struct drm_mode_object *obj,
					  struct drm_property *property,
					  u64 *value);
/**
 * drm_atomic_set_property() - ask for a value in a change
 * @state: the change; mode_config.mutex held
 * @file: who asks
 * @obj: a CRTC, plane or connector
 * @prop: one of its properties
 * @value: any. Of OUT_FENCE_PTR it is only noted: who asks writes there
 * @fence: with IN_FENCE_FD, which is a wait if it is looked up: the fence
 * behind @value, or NULL if it is none
 * @async_flip: the change is to be seen at once: only what is shown may change
 *
 * Return: 0; -EINVAL, -EACCES (no such CRTC), -ENOMEM.
 */
EXPORT_SYMBOL int
drm_atomic_set_property(struct drm_atomic_state *state, struct drm_file *file,
			struct drm_mode_object *obj, struct drm_property *prop,
			u64 value, struct dma_fence *fence, bool async_flip);
/* drm_atomic_connector_commit_dpms - DPMS of an atomic driver: 0; as
 * drm_atomic_commit() */
EXPORT_SYMBOL int
drm_atomic_connector_commit_dpms(struct drm_atomic_state *state,
				 struct drm_connector *connector, int mode);

#endif
