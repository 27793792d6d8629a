/* SPDX-License-Identifier: MIT */
/**
 * DOC: eventfds that are told of syncobjs
 *
 * An entry waits first, as a watch, for the fence to be put in; then, as a
 * callback, for the fence to be signalled; then it is freed. With the syncobj
 * end the entries that wait for a fence to be put in, but not the others.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/eventfd.h>

#include "internal.h"

struct entry {
	struct drm_syncobj_watch watch;
	struct dma_fence_cb cb;
	struct dma_fence *fence;     /* referenced, once it is there */
	struct eventfd_ctx *eventfd; /* owned */
	bool available;		     /* told when there is a fence; constant */
};

static void finish(struct entry *entry, bool tell)
{
	if (tell) {
		eventfd_signal(entry->eventfd);
	}
	eventfd_ctx_put(entry->eventfd);
	dma_fence_put(entry->fence);
	kfree(entry);
}

static void fence_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)fence;
	finish(container_of(cb, struct entry, cb), true);
}

static void fence_put_in(struct drm_syncobj_watch *watch,
			 struct dma_fence *fence)
{
	struct entry *entry = container_of(watch, struct entry, watch);

	entry->fence = fence;
	if (!fence) {
		finish(entry, false);
		return;
	}
	/* The callback, which gives up the entry's, can come at once. */
	dma_fence_get(fence);
	if (entry->available ||
	    dma_fence_add_callback(fence, &entry->cb, fence_signaled)) {
		finish(entry, true);
	}
	dma_fence_put(fence);
}

int drm_syncobj_add_eventfd(struct drm_syncobj *syncobj, u64 point,
			    bool available, int fd)
{
	struct eventfd_ctx *eventfd = eventfd_ctx_fdget(fd);
	struct entry *entry;

	if (IS_ERR(eventfd)) {
		return (int)PTR_ERR(eventfd);
	}
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry) {
		eventfd_ctx_put(eventfd);
		return -ENOMEM;
	}
	entry->watch.point = point;
	entry->watch.func = fence_put_in;
	entry->eventfd = eventfd;
	entry->available = available;
	drm_syncobj_watch(syncobj, &entry->watch);
	return 0;
}
