/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms' CRTCs
 *
 * An atomic check makes the picture of a CRTC's new state. The commit leaves it
 * to the vblank timer, which shows it in the same step in which it sends the
 * commit's event; so a program that has the event knows that its last
 * framebuffer is not looked at any more. A change without an event, such as a
 * move of the cursor, is shown at once.
 *
 * The timer runs while the core wants vblanks. It expires each period from the
 * first one on, also after a pause, so that a picture's time is that of its
 * vblank and not that of the thread which has handled it. A thread that is late
 * handles all that were missed, one by one: how busy a machine is changes no
 * vblank's number.
 */
#include "vkms.h"

/* Later than this, in ns, the machine was not busy but stood still. */
#define LATE_MAX 1000000000LL

static s64 last_vblank(const struct vkms_output *output, s64 now, s64 period)
{
	s64 base = output->vblank_base;

	return base + (now - base) / period * period;
}

/* Show a picture: the one before is returned, for vkms_picture_put(). */
static struct vkms_picture *show(struct vkms_output *output,
				 struct vkms_picture *picture, s64 time)
{
	struct vkms_picture *old = output->shown;

	lockdep_assert_held(&output->lock);
	output->shown = picture;
	output->shown_time = time;
	output->sequence += picture && picture->nr_layers;
	vkms_display_changed(output);
	return old;
}

static enum hrtimer_restart vkms_vblank(struct hrtimer *timer)
{
	struct vkms_output *output =
		container_of(timer, struct vkms_output, vblank_timer);
	s64 now = ktime_get_ns();

	output->vblank_time = timer->expires;
	timer->expires += output->period;
	if (now - timer->expires > LATE_MAX) {
		hrtimer_forward(timer, now, output->period);
	}

	spin_lock(&output->lock);
	while (output->next) {
		struct vkms_picture *old =
			show(output, output->next, output->vblank_time);

		output->next = NULL;
		/* Given up before the event tells that it is, so that the
		 * commit is the last to do so: it has the time. */
		spin_unlock(&output->lock);
		vkms_picture_put(old);
		spin_lock(&output->lock);
	}
	vkms_writeback_vblank(output);
	drm_crtc_handle_vblank(&output->crtc);
	vkms_crc_vblank(output);
	spin_unlock(&output->lock);
	return HRTIMER_RESTART;
}

static int vkms_enable_vblank(struct drm_crtc *crtc)
{
	struct vkms_output *output = crtc_to_vkms_output(crtc);
	s64 now = ktime_get_ns();

	drm_calc_timestamping_constants(crtc, &crtc->mode);
	output->period = drm_crtc_vblank_crtc(crtc)->framedur_ns;
	if (WARN_ON(output->period <= 0)) {
		return -EINVAL;
	}
	if (!output->vblank_base) {
		output->vblank_base = now;
	}
	output->vblank_time = last_vblank(output, now, output->period);
	hrtimer_start(&output->vblank_timer,
		      output->vblank_time + output->period, HRTIMER_MODE_ABS);
	return 0;
}

static void vkms_disable_vblank(struct drm_crtc *crtc)
{
	hrtimer_cancel(&crtc_to_vkms_output(crtc)->vblank_timer);
}

static s64 vkms_get_vblank_timestamp(struct drm_crtc *crtc, bool in_vblank_irq)
{
	(void)in_vblank_irq;
	return crtc_to_vkms_output(crtc)->vblank_time;
}

static struct drm_crtc_state *vkms_crtc_duplicate_state(struct drm_crtc *crtc)
{
	struct vkms_crtc_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state) {
		return NULL;
	}
	__drm_atomic_helper_crtc_duplicate_state(crtc, &state->base);
	return &state->base;
}

static void vkms_crtc_destroy_state(struct drm_crtc *crtc,
				    struct drm_crtc_state *crtc_state)
{
	struct vkms_crtc_state *state = to_vkms_crtc_state(crtc_state);

	(void)crtc;
	__drm_atomic_helper_crtc_destroy_state(crtc_state);
	vkms_picture_put(state->picture);
	kfree(state);
}

static void vkms_crtc_reset(struct drm_crtc *crtc)
{
	struct vkms_crtc_state *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (crtc->state) {
		vkms_crtc_destroy_state(crtc, crtc->state);
	}
	__drm_atomic_helper_crtc_reset(crtc, state ? &state->base : NULL);
}

static int vkms_crtc_atomic_check(struct drm_crtc *crtc,
				  struct drm_atomic_state *state)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_new_crtc_state(state, crtc);
	struct vkms_crtc_state *vkms_state = to_vkms_crtc_state(crtc_state);
	struct vkms_picture *picture = NULL;
	int ret;

	ret = drm_atomic_add_affected_planes(state, crtc);
	if (ret) {
		return ret;
	}
	if (crtc_state->active) {
		picture = vkms_picture_create(state, crtc_state);
		if (IS_ERR(picture)) {
			return (int)PTR_ERR(picture);
		}
	}
	/* A state can be checked more than once. */
	vkms_picture_put(vkms_state->picture);
	vkms_state->picture = picture;
	return 0;
}

/* Send a commit's event with the next vblank: true; without one, now. */
static bool arm_event(struct drm_crtc *crtc, struct drm_crtc_state *crtc_state)
{
	struct drm_device *dev = crtc->dev;
	bool armed;

	spin_lock(&dev->event_lock);
	armed = !drm_crtc_vblank_get_locked(crtc);
	if (armed) {
		drm_crtc_arm_vblank_event(crtc, crtc_state->event);
	} else {
		drm_crtc_send_vblank_event(crtc, crtc_state->event);
	}
	crtc_state->event = NULL;
	spin_unlock(&dev->event_lock);
	return armed;
}

/* The display is about to show nothing: let whoever watches see its last
 * picture, also when the framebuffers are gone. */
static void keep_last(struct vkms_output *output)
{
	struct vkms_picture *shown = NULL, *last = NULL;

	spin_lock(&output->lock);
	if (output->shown && output->shown->nr_layers) {
		shown = vkms_picture_get(output->shown);
	}
	spin_unlock(&output->lock);
	if (!shown) {
		return;
	}
	if (vkms_display_is_watched(output->vkms)) {
		last = vkms_picture_still(shown);
		last = IS_ERR(last) ? NULL : last;
	}
	vkms_picture_put(shown);

	spin_lock(&output->lock);
	shown = output->last;
	output->last = last;
	spin_unlock(&output->lock);
	vkms_picture_put(shown);
}

static void vkms_crtc_atomic_flush(struct drm_crtc *crtc,
				   struct drm_atomic_state *state)
{
	struct vkms_output *output = crtc_to_vkms_output(crtc);
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_new_crtc_state(state, crtc);
	struct vkms_picture *picture = to_vkms_crtc_state(crtc_state)->picture;
	struct vkms_picture *old = NULL;
	bool later;

	if (picture && !picture->nr_layers) {
		keep_last(output);
	}
	spin_lock(&output->lock);
	later = crtc_state->event && arm_event(crtc, crtc_state);
	if (!picture) {
		/* Off: atomic_disable has seen to it. */
	} else if (later || output->next) {
		old = output->next;
		output->next = vkms_picture_get(picture);
	} else {
		old = show(output, vkms_picture_get(picture), ktime_get_ns());
	}
	spin_unlock(&output->lock);
	vkms_picture_put(old);
}

static void vkms_crtc_atomic_enable(struct drm_crtc *crtc,
				    struct drm_atomic_state *state)
{
	struct vkms_output *output = crtc_to_vkms_output(crtc);

	(void)state;
	/* A mode begins with a vblank, and the count goes on from here. */
	output->vblank_base = 0;
	output->vblank_time = ktime_get_ns();
	drm_crtc_vblank_on(crtc);
}

static void vkms_crtc_atomic_disable(struct drm_crtc *crtc,
				     struct drm_atomic_state *state)
{
	struct vkms_output *output = crtc_to_vkms_output(crtc);
	struct vkms_picture *old = NULL;

	(void)state;
	/* No vblank comes any more: what waits for one has it now. */
	drm_crtc_vblank_off(crtc);
	spin_lock(&output->lock);
	if (output->next) {
		old = show(output, output->next, ktime_get_ns());
		output->next = NULL;
	}
	vkms_writeback_vblank(output);
	spin_unlock(&output->lock);
	vkms_picture_put(old);

	keep_last(output);
	spin_lock(&output->lock);
	old = show(output, NULL, ktime_get_ns());
	spin_unlock(&output->lock);
	vkms_picture_put(old);
}

static const struct drm_crtc_helper_funcs vkms_crtc_helper_funcs = {
	.atomic_check = vkms_crtc_atomic_check,
	.atomic_flush = vkms_crtc_atomic_flush,
	.atomic_enable = vkms_crtc_atomic_enable,
	.atomic_disable = vkms_crtc_atomic_disable,
};

static const struct drm_crtc_funcs vkms_crtc_funcs = {
	.reset = vkms_crtc_reset,
	.atomic_duplicate_state = vkms_crtc_duplicate_state,
	.atomic_destroy_state = vkms_crtc_destroy_state,
	.enable_vblank = vkms_enable_vblank,
	.disable_vblank = vkms_disable_vblank,
	.get_vblank_timestamp = vkms_get_vblank_timestamp,
	.get_crc_sources = vkms_get_crc_sources,
	.set_crc_source = vkms_set_crc_source,
};

int vkms_crtc_init(struct drm_device *dev, struct vkms_output *output,
		   struct drm_plane *primary, struct drm_plane *cursor)
{
	struct drm_crtc *crtc = &output->crtc;
	int ret;

	hrtimer_init(&output->vblank_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	output->vblank_timer.function = vkms_vblank;
	ret = drm_crtc_init_with_planes(dev, crtc, primary, cursor,
					&vkms_crtc_funcs);
	if (ret) {
		return ret;
	}
	drm_crtc_helper_add(crtc, &vkms_crtc_helper_funcs);
	ret = drm_mode_crtc_set_gamma_size(crtc, VKMS_LUT_SIZE);
	if (ret) {
		drm_crtc_cleanup(crtc);
		return ret;
	}
	drm_crtc_enable_color_mgmt(crtc, 0, false, VKMS_LUT_SIZE);
	return 0;
}
