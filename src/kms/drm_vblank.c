/* SPDX-License-Identifier: MIT */
/**
 * DOC: counting vblanks
 *
 * The driver tells of each vblank while they are counted. There is no counter
 * in hardware: how many have passed is the time that has passed by the duration
 * of a frame, so that the count goes on over a time in which nobody counted.
 *
 * They are counted while somebody has a reference, and for offdelay_ms after
 * the last one, unless the CRTC is off (inmodeset), which nobody gets a
 * reference to. Each event that waits for a vblank has one.
 *
 * drm_device.event_lock guards it all, and is given up while the driver is told
 * that nobody counts any more: it may wait for its timer, which takes it. Who
 * wants to count meanwhile sets ->again.
 */
#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "internal.h"

/* As Linux has it, unless it is told otherwise. */
#define OFFDELAY_MS 5000

static struct drm_crtc *crtc_of(struct drm_vblank_crtc *vblank)
{
	return drm_crtc_from_index(vblank->dev, (int)vblank->pipe);
}

struct drm_vblank_crtc *drm_crtc_vblank_crtc(struct drm_crtc *crtc)
{
	return &crtc->dev->vblank[crtc->index];
}

/* When was the last one? False: the driver does not know, and it is now. */
static bool last_timestamp(struct drm_vblank_crtc *vblank, bool in_vblank_irq,
			   s64 *time)
{
	struct drm_crtc *crtc = crtc_of(vblank);

	if (!crtc->funcs->get_vblank_timestamp) {
		*time = ktime_get_ns();
		return false;
	}
	*time = crtc->funcs->get_vblank_timestamp(crtc, in_vblank_irq);
	return true;
}

/* Bring the count up to now. */
static void update_count(struct drm_vblank_crtc *vblank, bool in_vblank_irq)
{
	s64 time;
	bool exact = last_timestamp(vblank, in_vblank_irq, &time);
	u64 diff, dur = (u64)vblank->framedur_ns;

	lockdep_assert_held(&vblank->dev->event_lock);
	if (exact && dur) {
		s64 passed = time - vblank->time;

		diff = passed > 0 ? ((u64)passed + dur / 2) / dur : 0;
	} else {
		diff = in_vblank_irq ? 1 : 0;
	}
	if (!diff) {
		return;
	}
	vblank->count += diff;
	vblank->time = exact || in_vblank_irq ? time : 0;
}

/* Let the driver tell of vblanks. 0 or -errno */
static int start_counting(struct drm_vblank_crtc *vblank)
{
	struct drm_crtc *crtc = crtc_of(vblank);
	int ret;

	if (vblank->enabled) {
		return 0;
	}
	if (vblank->disabling) {
		vblank->again = true;
	} else {
		ret = crtc->funcs->enable_vblank
			      ? crtc->funcs->enable_vblank(crtc)
			      : -EINVAL;
		if (ret) {
			return ret;
		}
	}
	update_count(vblank, false);
	vblank->enabled = true;
	return 0;
}

/* ... and no longer. The lock is given up meanwhile. */
static void stop_counting(struct drm_vblank_crtc *vblank)
{
	struct drm_crtc *crtc = crtc_of(vblank);
	struct drm_device *dev = vblank->dev;

	if (!vblank->enabled) {
		return;
	}
	/* As if it had gone on counting until now. */
	update_count(vblank, false);
	vblank->enabled = false;
	if (vblank->disabling) {
		vblank->again = false;
		return;
	}
	vblank->disabling = true;
	spin_unlock(&dev->event_lock);
	if (crtc->funcs->disable_vblank) {
		crtc->funcs->disable_vblank(crtc);
	}
	spin_lock(&dev->event_lock);
	vblank->disabling = false;
	if (vblank->again) {
		vblank->again = false;
		vblank->enabled = !WARN_ON(crtc->funcs->enable_vblank(crtc));
	}
}

static enum hrtimer_restart disable_unused(struct hrtimer *timer)
{
	struct drm_vblank_crtc *vblank =
		container_of(timer, struct drm_vblank_crtc, disable_timer);

	spin_lock(&vblank->dev->event_lock);
	if (!vblank->refcount) {
		stop_counting(vblank);
	}
	spin_unlock(&vblank->dev->event_lock);
	return HRTIMER_NORESTART;
}

int drm_vblank_init(struct drm_device *dev, unsigned int num_crtcs)
{
	int ret = hrtimer_prepare();

	if (ret) {
		return ret;
	}
	dev->vblank = kcalloc(num_crtcs, sizeof(*dev->vblank), GFP_KERNEL);
	if (!dev->vblank) {
		return -ENOMEM;
	}
	dev->num_crtcs = num_crtcs;
	for (unsigned int i = 0; i < num_crtcs; i++) {
		struct drm_vblank_crtc *vblank = &dev->vblank[i];

		vblank->dev = dev;
		vblank->pipe = i;
		vblank->offdelay_ms = OFFDELAY_MS;
		INIT_LIST_HEAD(&vblank->waiters);
		hrtimer_init(&vblank->disable_timer, CLOCK_MONOTONIC,
			     HRTIMER_MODE_REL);
		vblank->disable_timer.function = disable_unused;
	}
	return 0;
}

void drm_vblank_cleanup(struct drm_device *dev)
{
	for (unsigned int i = 0; i < dev->num_crtcs; i++) {
		WARN_ON(dev->vblank[i].enabled);
		hrtimer_cancel(&dev->vblank[i].disable_timer);
	}
	kfree(dev->vblank);
	dev->vblank = NULL;
	dev->num_crtcs = 0;
}

u64 drm_crtc_vblank_count_and_time(struct drm_crtc *crtc, s64 *time)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);
	u64 count;

	spin_lock(&crtc->dev->event_lock);
	count = vblank->count;
	*time = vblank->time;
	spin_unlock(&crtc->dev->event_lock);
	return count;
}

u64 drm_crtc_vblank_count(struct drm_crtc *crtc)
{
	s64 time;

	return drm_crtc_vblank_count_and_time(crtc, &time);
}

int drm_crtc_vblank_get_locked(struct drm_crtc *crtc)
{
	struct drm_vblank_crtc *vblank;
	int ret = 0;

	lockdep_assert_held(&crtc->dev->event_lock);
	if (crtc->index >= crtc->dev->num_crtcs) {
		return -EINVAL;
	}
	vblank = drm_crtc_vblank_crtc(crtc);
	if (!vblank->refcount) {
		ret = start_counting(vblank);
	} else if (!vblank->enabled) {
		ret = -EINVAL;
	}
	if (!ret) {
		vblank->refcount++;
	}
	return ret;
}

int drm_crtc_vblank_get(struct drm_crtc *crtc)
{
	int ret;

	spin_lock(&crtc->dev->event_lock);
	ret = drm_crtc_vblank_get_locked(crtc);
	spin_unlock(&crtc->dev->event_lock);
	return ret;
}

static void put_locked(struct drm_vblank_crtc *vblank)
{
	if (WARN_ON(!vblank->refcount)) {
		return;
	}
	if (!--vblank->refcount && vblank->offdelay_ms) {
		hrtimer_start(&vblank->disable_timer,
			      vblank->offdelay_ms * NSEC_PER_MSEC,
			      HRTIMER_MODE_REL);
	}
}

void drm_crtc_vblank_put_locked(struct drm_crtc *crtc)
{
	lockdep_assert_held(&crtc->dev->event_lock);
	put_locked(drm_crtc_vblank_crtc(crtc));
}

void drm_crtc_vblank_put(struct drm_crtc *crtc)
{
	spin_lock(&crtc->dev->event_lock);
	put_locked(drm_crtc_vblank_crtc(crtc));
	spin_unlock(&crtc->dev->event_lock);
}

static void send_event(struct drm_device *dev,
		       struct drm_pending_vblank_event *e, u64 seq, s64 time)
{
	switch (e->event.base.type) {
	case DRM_EVENT_VBLANK:
	case DRM_EVENT_FLIP_COMPLETE:
		e->event.vbl.sequence = (u32)seq;
		e->event.vbl.tv_sec = (u32)(time / NSEC_PER_SEC);
		e->event.vbl.tv_usec = (u32)(time % NSEC_PER_SEC / 1000);
		break;
	case DRM_EVENT_CRTC_SEQUENCE:
		if (seq) {
			e->event.seq.sequence = seq;
		}
		e->event.seq.time_ns = time;
		break;
	}
	drm_send_event_locked(dev, &e->base, time);
}

/* Send the events that wait for a vblank which has come; all, if there will be
 * none. */
static void send_events(struct drm_vblank_crtc *vblank, bool all)
{
	struct drm_device *dev = vblank->dev;
	struct drm_pending_vblank_event *e, *next;

	list_for_each_entry_safe (e, next, &dev->vblank_event_list, base.link) {
		if (e->pipe != vblank->pipe ||
		    (!all && !drm_vblank_passed(vblank->count, e->sequence))) {
			continue;
		}
		list_del_init(&e->base.link);
		put_locked(vblank);
		send_event(dev, e, vblank->count, vblank->time);
	}
}

void drm_crtc_arm_vblank_event(struct drm_crtc *crtc,
			       struct drm_pending_vblank_event *event)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);

	lockdep_assert_held(&crtc->dev->event_lock);
	update_count(vblank, false);
	event->pipe = crtc->index;
	event->sequence = vblank->count + 1;
	list_add_tail(&event->base.link, &crtc->dev->vblank_event_list);
}

void drm_crtc_send_vblank_event(struct drm_crtc *crtc,
				struct drm_pending_vblank_event *event)
{
	struct drm_device *dev = crtc->dev;

	lockdep_assert_held(&dev->event_lock);
	event->pipe = crtc->index;
	if (crtc->index < dev->num_crtcs) {
		struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);

		send_event(dev, event, vblank->count, vblank->time);
	} else {
		send_event(dev, event, 0, ktime_get_ns());
	}
}

int drm_vblank_queue_event(struct drm_crtc *crtc, struct drm_file *file,
			   struct drm_pending_vblank_event *e, u64 *seq)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);
	struct drm_device *dev = crtc->dev;
	int ret = -EINVAL;

	e->pipe = crtc->index;
	e->sequence = *seq;
	spin_lock(&dev->event_lock);
	/* It can have been switched off since there was a reference. */
	if (vblank->enabled) {
		ret = drm_event_reserve_init_locked(dev, file, &e->base,
						    &e->event.base);
	}
	if (ret) {
		put_locked(vblank);
	} else if (drm_vblank_passed(vblank->count, *seq)) {
		*seq = vblank->count;
		put_locked(vblank);
		send_event(dev, e, vblank->count, vblank->time);
	} else {
		list_add_tail(&e->base.link, &dev->vblank_event_list);
	}
	spin_unlock(&dev->event_lock);
	if (ret) {
		kfree(e);
	}
	return ret;
}

/* A task that sleeps for a vblank, as long as it does. */
struct waiter {
	struct list_head node; /* drm_vblank_crtc.waiters; event_lock */
	struct task *task;
};

static void wake_waiters(struct drm_vblank_crtc *vblank)
{
	struct waiter *waiter;

	list_for_each_entry (waiter, &vblank->waiters, node) {
		task_wake(waiter->task);
	}
}

int drm_vblank_wait(struct drm_crtc *crtc, u64 seq, s64 timeout, bool intr)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);
	struct drm_device *dev = crtc->dev;
	struct waiter waiter = {.task = current_task()};
	s64 deadline = ktime_get_ns() + timeout;
	int ret = 0;

	spin_lock(&dev->event_lock);
	list_add_tail(&waiter.node, &vblank->waiters);
	while (vblank->enabled && !drm_vblank_passed(vblank->count, seq) &&
	       !ret) {
		spin_unlock(&dev->event_lock);
		ret = task_sleep(deadline, intr);
		spin_lock(&dev->event_lock);
	}
	/* It can have come together with the end of the time. */
	if (!vblank->enabled || drm_vblank_passed(vblank->count, seq)) {
		ret = 0;
	}
	list_del_init(&waiter.node);
	spin_unlock(&dev->event_lock);
	return ret;
}

bool drm_crtc_handle_vblank(struct drm_crtc *crtc)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);
	bool enabled;

	spin_lock(&crtc->dev->event_lock);
	enabled = vblank->enabled;
	if (enabled) {
		update_count(vblank, true);
		wake_waiters(vblank);
		send_events(vblank, false);
	}
	spin_unlock(&crtc->dev->event_lock);
	return enabled;
}

static void forbid(struct drm_vblank_crtc *vblank)
{
	if (!vblank->inmodeset) {
		vblank->refcount++;
		vblank->inmodeset = true;
	}
}

void drm_crtc_vblank_reset(struct drm_crtc *crtc)
{
	spin_lock(&crtc->dev->event_lock);
	forbid(drm_crtc_vblank_crtc(crtc));
	spin_unlock(&crtc->dev->event_lock);
}

void drm_crtc_vblank_off(struct drm_crtc *crtc)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);

	spin_lock(&crtc->dev->event_lock);
	forbid(vblank);
	stop_counting(vblank);
	wake_waiters(vblank);
	send_events(vblank, true);
	/* Until drm_calc_timestamping_constants(). */
	vblank->hwmode.crtc_clock = 0;
	spin_unlock(&crtc->dev->event_lock);
}

void drm_crtc_vblank_on(struct drm_crtc *crtc)
{
	struct drm_vblank_crtc *vblank = drm_crtc_vblank_crtc(crtc);
	s64 time;

	spin_lock(&crtc->dev->event_lock);
	vblank->offdelay_ms = OFFDELAY_MS;
	if (vblank->inmodeset) {
		vblank->refcount--;
		vblank->inmodeset = false;
	}
	/* Nobody sees the same count before and after. */
	vblank->time = last_timestamp(vblank, false, &time) ? time : 0;
	vblank->count++;
	if (vblank->refcount) {
		WARN_ON(start_counting(vblank));
	}
	spin_unlock(&crtc->dev->event_lock);
}

void drm_calc_timestamping_constants(struct drm_crtc *crtc,
				     const struct drm_display_mode *mode)
{
	struct drm_vblank_crtc *vblank;
	u64 htotal = mode->crtc_htotal, vtotal = mode->crtc_vtotal, clock, dur;

	if (crtc->index >= crtc->dev->num_crtcs) {
		return;
	}
	lockdep_assert_held(&crtc->dev->event_lock);
	vblank = drm_crtc_vblank_crtc(crtc);
	vblank->linedur_ns = 0;
	vblank->framedur_ns = 0;
	if (!WARN_ON(mode->crtc_clock <= 0)) {
		clock = (u64)mode->crtc_clock;
		vblank->linedur_ns = (int)(htotal * 1000000 / clock);
		dur = htotal * vtotal * 1000000 / clock;
		if (mode->flags & DRM_MODE_FLAG_INTERLACE) {
			dur /= 2;
		}
		/* Whatever a program thinks of. */
		vblank->framedur_ns = (int)min(max(dur, (u64)1), (u64)INT_MAX);
	}
	drm_mode_copy(&vblank->hwmode, mode);
}

bool drm_crtc_next_vblank_start(struct drm_crtc *crtc, s64 *time)
{
	struct drm_vblank_crtc *vblank;
	bool known = false;

	if (crtc->index >= crtc->dev->num_crtcs) {
		return false;
	}
	vblank = drm_crtc_vblank_crtc(crtc);
	spin_lock(&crtc->dev->event_lock);
	/* So many lines, scanned so often, can be 0 there. */
	if (vblank->framedur_ns && vblank->linedur_ns &&
	    vblank->hwmode.crtc_vtotal && last_timestamp(vblank, false, time)) {
		*time += (s64)vblank->framedur_ns *
			 vblank->hwmode.crtc_vblank_start /
			 vblank->hwmode.crtc_vtotal;
		known = true;
	}
	spin_unlock(&crtc->dev->event_lock);
	return known;
}
