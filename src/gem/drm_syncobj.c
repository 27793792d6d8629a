/* SPDX-License-Identifier: MIT */
/**
 * DOC: syncobjs
 *
 * Whoever waits for a fence that is not there yet has a watch on the syncobj,
 * which is called, once, when there is a fence for its point. A watch of a task
 * is taken back before the task gives up the syncobj, so those which are left
 * at its end are eventfds'.
 *
 * drm_syncobj.lock is taken before the locks of fences.
 */
#include <errno.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>

#include "internal.h"

/* For drm_syncobj_find_fence(), in ns. */
#define SUBMIT_TIMEOUT 5000000000ll

/* Of a fence, of which the reference is taken over: what to wait for. */
static struct dma_fence *find_point(struct dma_fence *fence, u64 point)
{
	if (!fence) {
		return NULL;
	}
	if (dma_fence_chain_find_seqno(&fence, point)) {
		dma_fence_put(fence);
		return NULL;
	}
	return fence ? fence : dma_fence_get_stub();
}

struct dma_fence *drm_syncobj_fence_get(struct drm_syncobj *syncobj)
{
	struct dma_fence *fence;

	spin_lock(&syncobj->lock);
	fence = dma_fence_get(syncobj->fence);
	spin_unlock(&syncobj->lock);
	return fence;
}

struct dma_fence *drm_syncobj_fence_at(struct drm_syncobj *syncobj, u64 point)
{
	return find_point(drm_syncobj_fence_get(syncobj), point);
}

/* Is there a fence for it? Then it is called. */
static bool call_watch(struct drm_syncobj *syncobj,
		       struct drm_syncobj_watch *watch)
{
	struct dma_fence *fence;

	lockdep_assert_held(&syncobj->lock);
	fence = find_point(dma_fence_get(syncobj->fence), watch->point);
	if (!fence) {
		return false;
	}
	list_del_init(&watch->node);
	watch->func(watch, fence);
	return true;
}

static void call_watches(struct drm_syncobj *syncobj)
{
	struct drm_syncobj_watch *watch, *next;

	list_for_each_entry_safe (watch, next, &syncobj->cb_list, node) {
		call_watch(syncobj, watch);
	}
}

void drm_syncobj_watch(struct drm_syncobj *syncobj,
		       struct drm_syncobj_watch *watch)
{
	INIT_LIST_HEAD(&watch->node);
	spin_lock(&syncobj->lock);
	if (!call_watch(syncobj, watch)) {
		list_add_tail(&watch->node, &syncobj->cb_list);
	}
	spin_unlock(&syncobj->lock);
}

void drm_syncobj_unwatch(struct drm_syncobj *syncobj,
			 struct drm_syncobj_watch *watch)
{
	spin_lock(&syncobj->lock);
	list_del_init(&watch->node);
	spin_unlock(&syncobj->lock);
}

void drm_syncobj_replace_fence(struct drm_syncobj *syncobj,
			       struct dma_fence *fence)
{
	struct dma_fence *old;

	dma_fence_get(fence);
	spin_lock(&syncobj->lock);
	old = syncobj->fence;
	syncobj->fence = fence;
	if (fence != old) {
		call_watches(syncobj);
	}
	spin_unlock(&syncobj->lock);
	dma_fence_put(old);
}

void drm_syncobj_add_point(struct drm_syncobj *syncobj,
			   struct dma_fence_chain *chain,
			   struct dma_fence *fence, u64 point)
{
	struct dma_fence *prev, *iter;

	dma_fence_get(fence);
	spin_lock(&syncobj->lock);
	prev = syncobj->fence;
	dma_fence_chain_init(chain, dma_fence_get(prev), fence, point);
	syncobj->fence = &chain->base;
	call_watches(syncobj);
	spin_unlock(&syncobj->lock);

	/* Let go of links that are done with, or they would pile up. */
	dma_fence_chain_for_each (iter, prev) {
	}
	dma_fence_put(prev);
}

int drm_syncobj_signal(struct drm_syncobj *syncobj)
{
	struct dma_fence *fence =
		dma_fence_allocate_private_stub(ktime_get_ns());

	if (!fence) {
		return -ENOMEM;
	}
	drm_syncobj_replace_fence(syncobj, fence);
	dma_fence_put(fence);
	return 0;
}

static void free_syncobj(struct kref *ref)
{
	struct drm_syncobj *syncobj =
		container_of(ref, struct drm_syncobj, refcount);
	struct drm_syncobj_watch *watch, *next;

	spin_lock(&syncobj->lock);
	list_for_each_entry_safe (watch, next, &syncobj->cb_list, node) {
		list_del_init(&watch->node);
		watch->func(watch, NULL);
	}
	spin_unlock(&syncobj->lock);
	dma_fence_put(syncobj->fence);
	mutex_destroy(&syncobj->lock);
	kfree(syncobj);
}

void drm_syncobj_get(struct drm_syncobj *obj)
{
	kref_get(&obj->refcount);
}

void drm_syncobj_put(struct drm_syncobj *obj)
{
	kref_put(&obj->refcount, free_syncobj);
}

int drm_syncobj_create(struct drm_syncobj **out, u32 flags,
		       struct dma_fence *fence)
{
	struct drm_syncobj *syncobj = kzalloc(sizeof(*syncobj), GFP_KERNEL);

	if (!syncobj) {
		return -ENOMEM;
	}
	kref_init(&syncobj->refcount);
	spin_lock_init(&syncobj->lock);
	INIT_LIST_HEAD(&syncobj->cb_list);
	if (flags & DRM_SYNCOBJ_CREATE_SIGNALED &&
	    drm_syncobj_signal(syncobj)) {
		drm_syncobj_put(syncobj);
		return -ENOMEM;
	}
	if (fence) {
		drm_syncobj_replace_fence(syncobj, fence);
	}
	*out = syncobj;
	return 0;
}

static void wake_waiter(struct drm_syncobj_watch *watch,
			struct dma_fence *fence)
{
	struct drm_syncobj_waiter *waiter =
		container_of(watch, struct drm_syncobj_waiter, watch);

	atomic_store(&waiter->fence, fence);
	task_wake(waiter->task);
}

void drm_syncobj_waiter_init(struct drm_syncobj_waiter *waiter, u64 point)
{
	INIT_LIST_HEAD(&waiter->watch.node);
	waiter->watch.point = point;
	waiter->watch.func = wake_waiter;
	waiter->task = current_task();
	atomic_init(&waiter->fence, NULL);
}

static int wait_for_submit(struct drm_syncobj *syncobj, u64 point,
			   struct dma_fence **fence)
{
	s64 deadline = ktime_get_ns() + SUBMIT_TIMEOUT;
	struct drm_syncobj_waiter waiter;
	int ret = 0;

	drm_syncobj_waiter_init(&waiter, point);
	drm_syncobj_watch(syncobj, &waiter.watch);
	while (!atomic_load(&waiter.fence) && !ret) {
		ret = task_sleep(deadline, true);
	}
	drm_syncobj_unwatch(syncobj, &waiter.watch);
	*fence = atomic_load(&waiter.fence);
	if (*fence) {
		return 0;
	}
	return ret == -ETIMEDOUT ? -ETIME : ret;
}

int drm_syncobj_find_fence(struct drm_file *file, u32 handle, u64 point,
			   u64 flags, struct dma_fence **fence)
{
	struct drm_syncobj *syncobj = drm_syncobj_find(file, handle);
	int ret = 0;

	if (!syncobj) {
		return -ENOENT;
	}
	if (flags & ~(u64)DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT) {
		ret = -EINVAL;
		goto out;
	}
	*fence = drm_syncobj_fence_at(syncobj, point);
	if (!*fence) {
		ret = flags ? wait_for_submit(syncobj, point, fence) : -EINVAL;
	}
out:
	drm_syncobj_put(syncobj);
	return ret;
}
