/* SPDX-License-Identifier: MIT */
/* Making ready what is to be shown, and finding out whom that has to wait for.
 */
#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/err.h>

#include "internal.h"

/* Add a fence to those a plane waits for. Takes both over. -ENOMEM. */
static int chain_fence(struct dma_fence **all, struct dma_fence *fence)
{
	struct dma_fence_chain *chain;

	if (!*all) {
		*all = fence;
		return 0;
	}
	chain = dma_fence_chain_alloc();
	if (!chain) {
		dma_fence_put(fence);
		return -ENOMEM;
	}
	dma_fence_chain_init(chain, *all, fence, 1);
	*all = &chain->base;
	return 0;
}

int drm_gem_plane_helper_prepare_fb(struct drm_plane *plane,
				    struct drm_plane_state *state)
{
	/* A program that has given a fence knows what it does. */
	enum dma_resv_usage usage =
		state->fence ? DMA_RESV_USAGE_KERNEL : DMA_RESV_USAGE_WRITE;
	struct dma_fence *all, *fence;
	int ret = 0;

	(void)plane;
	if (!state->fb) {
		return 0;
	}
	all = dma_fence_get(state->fence);
	for (int i = 0; i < state->fb->format->num_planes && !ret; i++) {
		struct drm_gem_object *obj = state->fb->obj[i];

		if (!obj) {
			ret = -EINVAL;
			break;
		}
		ret = dma_resv_get_singleton(obj->resv, usage, &fence);
		if (!ret && fence) {
			ret = chain_fence(&all, fence);
		}
	}
	if (ret) {
		dma_fence_put(all);
		return ret;
	}
	dma_fence_put(state->fence);
	state->fence = all;
	return 0;
}

static int prepare_fb(struct drm_plane *plane, struct drm_plane_state *state)
{
	const struct drm_plane_helper_funcs *funcs = plane->helper_private;

	return funcs && funcs->prepare_fb
		       ? funcs->prepare_fb(plane, state)
		       : drm_gem_plane_helper_prepare_fb(plane, state);
}

/* Undo prepare_planes() of the first @end planes. */
static void unprepare_planes(struct drm_atomic_state *state, int end)
{
	struct drm_plane_state *old_state, *new_state;
	struct drm_plane *plane;
	int i;

	for_each_oldnew_plane_in_state (state, plane, old_state, new_state, i) {
		const struct drm_plane_helper_funcs *funcs =
			plane->helper_private;

		if (i < end && funcs && funcs->cleanup_fb) {
			funcs->cleanup_fb(plane, new_state);
		}
	}
}

int drm_atomic_prepare_planes(struct drm_atomic_state *state)
{
	struct drm_connector_state *old_conn, *new_conn;
	struct drm_plane_state *old_plane, *new_plane;
	struct drm_connector *connector;
	struct drm_plane *plane;
	int i, ret;

	for_each_oldnew_connector_in_state (state, connector, old_conn,
					    new_conn, i) {
		if (!new_conn->writeback_job) {
			continue;
		}
		ret = drm_writeback_prepare_job(new_conn->writeback_job);
		if (ret) {
			return ret;
		}
	}
	for_each_oldnew_plane_in_state (state, plane, old_plane, new_plane, i) {
		ret = prepare_fb(plane, new_plane);
		if (ret) {
			unprepare_planes(state, i);
			return ret;
		}
	}
	return 0;
}

void drm_atomic_unprepare_planes(struct drm_atomic_state *state)
{
	unprepare_planes(state, state->dev->mode_config.num_total_plane);
}
