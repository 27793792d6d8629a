/* SPDX-License-Identifier: MIT */
/**
 * DOC: vblanks
 *
 * Each CRTC counts its vblanks while somebody needs them
 * (drm_crtc_vblank_get()) and, as in the kernel, for a while after. Events wait
 * in drm_device.vblank_event_list until their vblank comes.
 */
#ifndef UPRIME_DRM_VBLANK_H
#define UPRIME_DRM_VBLANK_H

#include <drm/drm.h>
#include <drm/drm_file.h>
#include <drm/drm_modes.h>
#include <linux/hrtimer.h>

struct drm_crtc;
struct drm_device;

/**
 * struct drm_pending_vblank_event - an event that waits for its vblank
 */
struct drm_pending_vblank_event {
	struct drm_pending_event base;
	unsigned int pipe;
	u64 sequence;
	union {
		struct drm_event base;
		struct drm_event_vblank vbl;
		struct drm_event_crtc_sequence seq;
	} event;
};

/**
 * struct drm_vblank_crtc - the vblanks of a CRTC
 *
 * All fields: drm_device.event_lock.
 */
struct drm_vblank_crtc {
	struct drm_device *dev;
	struct list_head waiters;     /* tasks that sleep for a vblank */
	struct hrtimer disable_timer; /* nobody has needed them for a while */
	u64 count;
	s64 time; /* of the last one, ns of CLOCK_MONOTONIC; 0: unknown */
	int offdelay_ms; /* how long they are counted when nobody needs them;
			    0: for ever */
	int refcount;
	bool inmodeset; /* vblank_off(): get fails; has a reference */
	unsigned int pipe;
	int framedur_ns, linedur_ns;
	struct drm_display_mode hwmode;
	bool enabled;	/* they are counted */
	bool disabling; /* the driver is being told that they are not */
	bool again;	/* ... and is to be told at once that they are */
};

/* drm_vblank_passed - has @seq come to, or gone past, @ref? */
static inline bool drm_vblank_passed(u64 seq, u64 ref)
{
	return seq - ref <= 1 << 23;
}

/* drm_vblank_init - before the CRTCs are used. 0 and drm_vblank_cleanup()
 * undoes it; -ENOMEM, -EAGAIN */
EXPORT_SYMBOL int drm_vblank_init(struct drm_device *dev,
				  unsigned int num_crtcs);
EXPORT_SYMBOL void drm_vblank_cleanup(struct drm_device *dev);
EXPORT_SYMBOL struct drm_vblank_crtc *
drm_crtc_vblank_crtc(struct drm_crtc *crtc);
EXPORT_SYMBOL u64 drm_crtc_vblank_count(struct drm_crtc *crtc);
EXPORT_SYMBOL u64 drm_crtc_vblank_count_and_time(struct drm_crtc *crtc,
						 s64 *time);
/* 0; -EINVAL (switched off). event_lock not held; the _locked one: held */
EXPORT_SYMBOL int drm_crtc_vblank_get(struct drm_crtc *crtc);
EXPORT_SYMBOL int drm_crtc_vblank_get_locked(struct drm_crtc *crtc);
EXPORT_SYMBOL void drm_crtc_vblank_put(struct drm_crtc *crtc);
EXPORT_SYMBOL void drm_crtc_vblank_put_locked(struct drm_crtc *crtc);
EXPORT_SYMBOL void drm_crtc_vblank_on(struct drm_crtc *crtc);
/* drm_crtc_vblank_off - sends the events that wait; may wait for the timer */
EXPORT_SYMBOL void drm_crtc_vblank_off(struct drm_crtc *crtc);
EXPORT_SYMBOL void drm_crtc_vblank_reset(struct drm_crtc *crtc);
/* drm_crtc_handle_vblank - a vblank has come: from the driver's timer, without
 * locks */
EXPORT_SYMBOL bool drm_crtc_handle_vblank(struct drm_crtc *crtc);
/* Send an event at the next vblank (with a reference to the vblanks), or now.
 * event_lock held. */
EXPORT_SYMBOL void
drm_crtc_arm_vblank_event(struct drm_crtc *crtc,
			  struct drm_pending_vblank_event *event);
EXPORT_SYMBOL void
drm_crtc_send_vblank_event(struct drm_crtc *crtc,
			   struct drm_pending_vblank_event *event);
/* drm_calc_timestamping_constants - how long a frame takes. event_lock held */
EXPORT_SYMBOL void
drm_calc_timestamping_constants(struct drm_crtc *crtc,
				const struct drm_display_mode *mode);

#endif
