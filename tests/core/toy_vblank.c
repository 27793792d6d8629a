/* SPDX-License-Identifier: MIT */
#include "toy_vblank.h"

#include <drm/drm_atomic_helper.h>

#include "display_calls.h"
#include "stage.h"

static struct toy_vblank *of(struct drm_crtc *crtc)
{
	return &toy_display_of(crtc->dev)->vblank[crtc->index];
}

static int enable_vblank(struct drm_crtc *crtc)
{
	if (of(crtc)->refuses) {
		return -EIO;
	}
	of(crtc)->enabled++;
	return 0;
}

static void disable_vblank(struct drm_crtc *crtc)
{
	atomic_fetch_sub(&of(crtc)->enabled, 1);
}

static s64 get_vblank_timestamp(struct drm_crtc *crtc, bool in_vblank_irq)
{
	(void)in_vblank_irq;
	return of(crtc)->time;
}

const struct drm_crtc_funcs toy_vblank_crtc_funcs = {
	.reset = drm_atomic_helper_crtc_reset,
	.atomic_duplicate_state = drm_atomic_helper_crtc_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_crtc_destroy_state,
	.enable_vblank = enable_vblank,
	.disable_vblank = disable_vblank,
	.get_vblank_timestamp = get_vblank_timestamp,
};

static void atomic_enable(struct drm_crtc *crtc, struct drm_atomic_state *state)
{
	(void)state;
	drm_crtc_vblank_on(crtc);
}

static void atomic_disable(struct drm_crtc *crtc,
			   struct drm_atomic_state *state)
{
	(void)state;
	drm_crtc_vblank_off(crtc);
}

static void atomic_flush(struct drm_crtc *crtc, struct drm_atomic_state *state)
{
	struct drm_crtc_state *crtc_state =
		drm_atomic_get_new_crtc_state(state, crtc);
	struct drm_device *dev = crtc->dev;

	if (!crtc_state->event) {
		return;
	}
	spin_lock(&dev->event_lock);
	if (toy_display_of(dev)->at_once || drm_crtc_vblank_get_locked(crtc)) {
		drm_crtc_send_vblank_event(crtc, crtc_state->event);
	} else {
		drm_crtc_arm_vblank_event(crtc, crtc_state->event);
	}
	crtc_state->event = NULL;
	spin_unlock(&dev->event_lock);
}

const struct drm_crtc_helper_funcs toy_vblank_crtc_helper_funcs = {
	.atomic_enable = atomic_enable,
	.atomic_disable = atomic_disable,
	.atomic_flush = atomic_flush,
};

int toy_vblank_init(struct drm_device *dev)
{
	struct toy_display *toy = toy_display_of(dev);

	for (int i = 0; i < TOY_PIPES; i++) {
		toy->vblank[i].time = NSEC_PER_SEC;
	}
	return drm_vblank_init(dev, TOY_PIPES);
}

void toy_vblank_pass(struct toy_display *toy, int pipe, int frames)
{
	struct drm_device *dev = toy->crtc[pipe].dev;

	spin_lock(&dev->event_lock);
	toy->vblank[pipe].time += (s64)frames * dev->vblank[pipe].framedur_ns;
	spin_unlock(&dev->event_lock);
}

bool toy_vblank_tick(struct toy_display *toy, int pipe)
{
	toy_vblank_pass(toy, pipe, 1);
	return drm_crtc_handle_vblank(&toy->crtc[pipe]);
}

int toy_vblank_setup(void **state)
{
	struct drm_set_client_cap cap = {DRM_CLIENT_CAP_ATOMIC, 1};
	int ret = toy_display_setup_on(toy_display_create_counting(), state);

	return ret ? ret
		   : display_request(stage.file, DRM_IOCTL_SET_CLIENT_CAP,
				     &cap);
}

int toy_vblank_teardown(void **state)
{
	struct toy_display *toy = toy_display_of(stage.dev);

	toy->at_once = true;
	for (int i = 0; i < TOY_PIPES; i++) {
		toy_vblank_tick(toy, i);
	}
	return stage_teardown(state);
}
