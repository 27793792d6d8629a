/* SPDX-License-Identifier: MIT */
/* Fences of CRTCs: signalled when a change is shown, with the time of its
 * event. They live no longer than the device. */
#include <linux/dma-fence.h>
#include <linux/slab.h>

#include "internal.h"

static struct drm_crtc *to_crtc(struct dma_fence *fence)
{
	return container_of(fence->lock, struct drm_crtc, fence_lock);
}

static const char *get_driver_name(struct dma_fence *fence)
{
	return to_crtc(fence)->dev->driver->name;
}

static const char *get_timeline_name(struct dma_fence *fence)
{
	return to_crtc(fence)->timeline_name;
}

static const struct dma_fence_ops ops = {
	.get_driver_name = get_driver_name,
	.get_timeline_name = get_timeline_name,
};

struct dma_fence *drm_crtc_create_fence(struct drm_crtc *crtc)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	lockdep_assert_held(&crtc->dev->mode_config.mutex);
	if (fence) {
		dma_fence_init(fence, &ops, &crtc->fence_lock,
			       crtc->fence_context, ++crtc->fence_seqno);
	}
	return fence;
}
