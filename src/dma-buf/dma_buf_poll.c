/* SPDX-License-Identifier: MIT */
/**
 * DOC: is a dma-buf in use?
 *
 * Who follows it watches the reservation, which may belong to the exporter's
 * object and end with the dma-buf. So a poller is in its dma-buf's list until
 * either ends, under a lock that outlives both.
 *
 * Who was told to wait keeps the dma-buf until a fence is signalled. That can
 * be under any lock, so the reference is dropped later, by dma_buf_dispatch().
 *
 * Lock order: pollers_lock, dma_resv.pending_lock. holds_lock is a leaf.
 */
#include <linux/dma-buf.h>
#include <linux/slab.h>
#include <sys/epoll.h>

#include "internal.h"

static DEFINE_MUTEX(pollers_lock);
static DEFINE_MUTEX(holds_lock);
static LIST_HEAD(ended_holds); /* dma_buf_hold.node; holds_lock */

/**
 * struct dma_buf_hold - a dma-buf that is kept until a fence is signalled
 */
struct dma_buf_hold {
	struct dma_fence_cb cb;
	struct dma_fence *fence;     /* referenced; constant once it waits */
	struct dma_buf *dmabuf;	     /* referenced; constant */
	struct dma_buf_hold **place; /* in dmabuf->holds; constant */
	struct list_head node;	     /* ended_holds; holds_lock */
};

unsigned int dma_buf_poll(struct dma_buf *dmabuf)
{
	unsigned int events = 0;

	if (dma_resv_test_signaled(dmabuf->resv, DMA_RESV_USAGE_WRITE)) {
		events |= EPOLLIN;
	}
	if (dma_resv_test_signaled(dmabuf->resv, DMA_RESV_USAGE_READ)) {
		events |= EPOLLOUT;
	}
	return events;
}

static void resv_changed(struct dma_resv_watch *watch, unsigned int events)
{
	struct dma_buf_poller *poller =
		container_of(watch, struct dma_buf_poller, watch);

	poller->changed(poller, events);
}

void dma_buf_poll_start(struct dma_buf *dmabuf, struct dma_buf_poller *poller,
			void (*changed)(struct dma_buf_poller *poller,
					unsigned int events))
{
	poller->changed = changed;
	mutex_lock(&pollers_lock);
	poller->dmabuf = dmabuf;
	list_add_tail(&poller->node, &dmabuf->pollers);
	dma_resv_watch(dmabuf->resv, &poller->watch, resv_changed);
	mutex_unlock(&pollers_lock);
}

static void detach(struct dma_buf_poller *poller)
{
	lockdep_assert_held(&pollers_lock);
	dma_resv_unwatch(poller->dmabuf->resv, &poller->watch);
	list_del_init(&poller->node);
	poller->dmabuf = NULL;
}

void dma_buf_poll_end(struct dma_buf_poller *poller)
{
	mutex_lock(&pollers_lock);
	if (poller->dmabuf) {
		detach(poller);
	}
	mutex_unlock(&pollers_lock);
}

void dma_buf_poll_end_all(struct dma_buf *dmabuf)
{
	struct dma_buf_poller *poller, *next;

	mutex_lock(&pollers_lock);
	list_for_each_entry_safe(poller, next, &dmabuf->pollers, node) {
		detach(poller);
		poller->changed(poller, EPOLLHUP);
	}
	mutex_unlock(&pollers_lock);
}

static void hold_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_buf_hold *hold = container_of(cb, struct dma_buf_hold, cb);

	(void)fence;
	mutex_lock(&holds_lock);
	*hold->place = NULL;
	list_add_tail(&hold->node, &ended_holds);
	mutex_unlock(&holds_lock);
}

/* The place is the caller's to fill; false: somebody has. */
static bool take_place(struct dma_buf_hold *hold)
{
	bool taken;

	mutex_lock(&holds_lock);
	taken = !*hold->place;
	if (taken) {
		*hold->place = hold;
	}
	mutex_unlock(&holds_lock);
	return taken;
}

static void give_place(struct dma_buf_hold *hold)
{
	mutex_lock(&holds_lock);
	*hold->place = NULL;
	mutex_unlock(&holds_lock);
}

/* Wait for the first of the fences that is pending; false: there is none. */
static bool wait_for_first(struct dma_buf_hold *hold, enum dma_resv_usage usage)
{
	struct dma_fence **fences;
	bool waits = false;
	unsigned int num;

	if (dma_resv_get_fences(hold->dmabuf->resv, usage, &num, &fences)) {
		return false;
	}
	for (unsigned int i = 0; i < num; i++) {
		if (!waits) {
			/* Its callback may end the hold at once. */
			hold->fence = dma_fence_get(fences[i]);
			waits = !dma_fence_add_callback(fences[i], &hold->cb,
							hold_signaled);
			dma_fence_put(waits ? NULL : fences[i]);
		}
		dma_fence_put(fences[i]);
	}
	kfree(fences);
	return waits;
}

static void hold_for(struct dma_buf *dmabuf, unsigned int i,
		     enum dma_resv_usage usage)
{
	struct dma_buf_hold *hold = kzalloc(sizeof(*hold), GFP_KERNEL);

	if (!hold) {
		return;
	}
	hold->dmabuf = dmabuf;
	hold->place = &dmabuf->holds[i];
	if (!take_place(hold)) {
		kfree(hold);
		return;
	}
	get_dma_buf(dmabuf);
	if (!wait_for_first(hold, usage)) {
		give_place(hold);
		dma_buf_put(dmabuf);
		kfree(hold);
	}
}

void dma_buf_poll_hold(struct dma_buf *dmabuf, unsigned int events)
{
	if (events & EPOLLIN) {
		hold_for(dmabuf, 0, DMA_RESV_USAGE_WRITE);
	}
	if (events & EPOLLOUT) {
		hold_for(dmabuf, 1, DMA_RESV_USAGE_READ);
	}
}

static struct dma_buf_hold *take_ended(void)
{
	struct dma_buf_hold *hold = NULL;

	mutex_lock(&holds_lock);
	if (!list_empty(&ended_holds)) {
		hold = list_first_entry(&ended_holds, struct dma_buf_hold,
					node);
		list_del_init(&hold->node);
	}
	mutex_unlock(&holds_lock);
	return hold;
}

void dma_buf_dispatch(void)
{
	struct dma_buf_hold *hold;

	while ((hold = take_ended())) {
		dma_fence_put(hold->fence);
		dma_buf_put(hold->dmabuf);
		kfree(hold);
	}
}
