/* SPDX-License-Identifier: MIT */
/**
 * DOC: vblanks
 *
 * Each CRTC counts its vblanks while somebody needs them
 * (drm_crtc_vblank_get()) and, as in the kernel, for a while after. Events wait
 * in drm_device.vblank_event_list until their vblank comes.
 *
 * A driver tells of them with drm_crtc_handle_vblank(), while it is enabled to
 * (enable_vblank), and says when there are none: after drm_crtc_vblank_off(),
 * or from the beginning, until drm_crtc_vblank_on().
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

/**
 * drm_vblank_init() - let the CRTCs of a device have vblanks
 * @dev: the device, before they are made
 * @num_crtcs: how many
 *
 * Return: 0 and drm_vblank_cleanup() undoes it; -ENOMEM, -EAGAIN (no thread to
 * be had).
 */
EXPORT_SYMBOL int drm_vblank_init(struct drm_device *dev,
				  unsigned int num_crtcs);

/* drm_vblank_cleanup - undo it; all CRTCs are off */
EXPORT_SYMBOL void drm_vblank_cleanup(struct drm_device *dev);

/* drm_crtc_vblank_crtc - the vblanks of a CRTC, alive as long as the device */
EXPORT_SYMBOL struct drm_vblank_crtc *
drm_crtc_vblank_crtc(struct drm_crtc *crtc);

/* drm_crtc_vblank_count - the number of the last one that was noticed. To be
 * up to date, one has a reference. event_lock not held */
EXPORT_SYMBOL u64 drm_crtc_vblank_count(struct drm_crtc *crtc);

/* drm_crtc_vblank_count_and_time - and when it was, ns of CLOCK_MONOTONIC */
EXPORT_SYMBOL u64 drm_crtc_vblank_count_and_time(struct drm_crtc *crtc,
						 s64 *time);

/**
 * drm_crtc_vblank_get() - let vblanks be counted
 * @crtc: the CRTC; event_lock not held, or, with the _locked one, held
 *
 * Return: 0, and a reference for drm_crtc_vblank_put(); -EINVAL (the CRTC is
 * off), what the driver says.
 */
EXPORT_SYMBOL int drm_crtc_vblank_get(struct drm_crtc *crtc);
EXPORT_SYMBOL int drm_crtc_vblank_get_locked(struct drm_crtc *crtc);

/* drm_crtc_vblank_put - give a reference up; event_lock as above */
EXPORT_SYMBOL void drm_crtc_vblank_put(struct drm_crtc *crtc);
EXPORT_SYMBOL void drm_crtc_vblank_put_locked(struct drm_crtc *crtc);

/* drm_crtc_vblank_on - there are vblanks from now on. event_lock not held */
EXPORT_SYMBOL void drm_crtc_vblank_on(struct drm_crtc *crtc);

/**
 * drm_crtc_vblank_off() - there are no vblanks from now on
 * @crtc: the CRTC; event_lock not held: the driver's disable_vblank may wait
 *
 * Who waits for one is woken, and the events that do are sent.
 */
EXPORT_SYMBOL void drm_crtc_vblank_off(struct drm_crtc *crtc);

/* drm_crtc_vblank_reset - of a CRTC that nobody has used: it has none yet */
EXPORT_SYMBOL void drm_crtc_vblank_reset(struct drm_crtc *crtc);

/**
 * drm_crtc_handle_vblank() - a vblank has come
 * @crtc: the CRTC; from any thread, event_lock not held
 *
 * Return: false: nobody counts.
 */
EXPORT_SYMBOL bool drm_crtc_handle_vblank(struct drm_crtc *crtc);

/**
 * drm_crtc_arm_vblank_event() - send an event at the next vblank
 * @crtc: the CRTC; event_lock held
 * @event: taken over, with a reference to the vblanks
 */
EXPORT_SYMBOL void
drm_crtc_arm_vblank_event(struct drm_crtc *crtc,
			  struct drm_pending_vblank_event *event);

/**
 * drm_crtc_send_vblank_event() - send an event now
 * @crtc: the CRTC; event_lock held
 * @event: taken over. It tells of the last vblank, or, of a device without, of
 * now.
 */
EXPORT_SYMBOL void
drm_crtc_send_vblank_event(struct drm_crtc *crtc,
			   struct drm_pending_vblank_event *event);

/**
 * drm_calc_timestamping_constants() - note how long a frame takes
 * @crtc: the CRTC; event_lock held
 * @mode: what the hardware is set to
 */
EXPORT_SYMBOL void
drm_calc_timestamping_constants(struct drm_crtc *crtc,
				const struct drm_display_mode *mode);

#endif
