/* SPDX-License-Identifier: MIT */
/**
 * DOC: waits for syncobjs
 *
 * A wait has an entry for each syncobj: first without a fence, and then it is
 * watched, if the wait goes on; then with one, and then that has a callback.
 * Both only wake the task, which looks at all entries again. What an entry
 * waits for is what was there first: a fence that comes later does not take its
 * place.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <uprime/host.h>

#include "internal.h"
#include "syncobj_args.h"

#define WAIT_ALL       DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL
#define WAIT_SUBMIT    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT
#define WAIT_AVAILABLE DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE
#define WAIT_DEADLINE  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_DEADLINE

/* Nothing was signalled when the wait began. */
#define NONE_FIRST UINT32_MAX

struct entry {
	struct drm_syncobj_waiter waiter;
	struct dma_fence_cb cb;
	bool has_cb;
};

/**
 * struct wait - what is waited for
 */
struct wait {
	struct drm_syncobj **syncobjs; /* count; referenced; the caller's */
	struct entry *entries;	       /* count; owned */
	u32 count, flags;
	u32 first; /* the first that was there, or NONE_FIRST */
};

static struct dma_fence *fence_of(struct entry *entry)
{
	return atomic_load(&entry->waiter.fence);
}

static void fence_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)fence;
	task_wake(container_of(cb, struct entry, cb)->waiter.task);
}

/* Is one there? If not, the task is woken when it is. */
static bool is_done(struct wait *wait, struct entry *entry)
{
	struct dma_fence *fence = fence_of(entry);

	if (!fence) {
		return false;
	}
	if (wait->flags & WAIT_AVAILABLE || dma_fence_is_signaled(fence)) {
		return true;
	}
	if (entry->has_cb) {
		return false;
	}
	if (dma_fence_add_callback(fence, &entry->cb, fence_signaled)) {
		return true;
	}
	entry->has_cb = true;
	return false;
}

/* What there is now. -EINVAL: nothing, and it is not to be waited for. */
static int get_fences(struct wait *wait, const u64 *points)
{
	for (u32 i = 0; i < wait->count; i++) {
		drm_syncobj_waiter_init(&wait->entries[i].waiter, points[i]);
	}
	for (u32 i = 0; i < wait->count; i++) {
		struct dma_fence *fence =
			drm_syncobj_fence_at(wait->syncobjs[i], points[i]);

		if (!fence && !(wait->flags & (WAIT_SUBMIT | WAIT_AVAILABLE))) {
			return -EINVAL;
		}
		atomic_store(&wait->entries[i].waiter.fence, fence);
	}
	return 0;
}

/* At the beginning: is it all there already? */
static bool is_over(struct wait *wait)
{
	u32 done = 0;

	for (u32 i = 0; i < wait->count; i++) {
		struct dma_fence *fence = fence_of(&wait->entries[i]);

		if (fence && (wait->flags & WAIT_AVAILABLE ||
			      dma_fence_is_signaled(fence))) {
			if (!done++) {
				wait->first = i;
			}
		}
	}
	return done == wait->count || (done && !(wait->flags & WAIT_ALL));
}

static void watch_missing(struct wait *wait)
{
	for (u32 i = 0; i < wait->count; i++) {
		struct drm_syncobj_waiter *waiter = &wait->entries[i].waiter;

		if (!fence_of(&wait->entries[i])) {
			drm_syncobj_watch(wait->syncobjs[i], &waiter->watch);
		}
	}
}

static void set_deadlines(struct wait *wait, s64 deadline)
{
	for (u32 i = 0; i < wait->count; i++) {
		struct dma_fence *fence = fence_of(&wait->entries[i]);

		if (fence) {
			dma_fence_set_deadline(fence, deadline);
		}
	}
}

/* Later: is it there now? */
static bool has_come(struct wait *wait)
{
	u32 done = 0;

	for (u32 i = 0; i < wait->count; i++) {
		if (!is_done(wait, &wait->entries[i])) {
			continue;
		}
		if (!(wait->flags & WAIT_ALL)) {
			wait->first = i;
			return true;
		}
		done++;
	}
	return done == wait->count;
}

static int sleep_until(struct wait *wait, s64 timeout)
{
	/* A time in the past only asks. */
	int ret = timeout > ktime_get_ns() ? 0 : -ETIMEDOUT;

	while (!has_come(wait)) {
		if (ret) {
			return ret == -ETIMEDOUT ? -ETIME : ret;
		}
		ret = task_sleep(timeout, true);
	}
	return 0;
}

static void finish(struct wait *wait)
{
	for (u32 i = 0; i < wait->count; i++) {
		struct entry *entry = &wait->entries[i];

		drm_syncobj_unwatch(wait->syncobjs[i], &entry->waiter.watch);
		if (entry->has_cb) {
			dma_fence_remove_callback(fence_of(entry), &entry->cb);
		}
		dma_fence_put(fence_of(entry));
	}
	kfree(wait->entries);
}

/* Wait for @points of @wait->syncobjs. */
static int wait_for(struct wait *wait, const u64 *points,
		    const struct syncobj_timeline_wait_args *args)
{
	int ret;

	wait->entries =
		syncobj_array_alloc(wait->count, sizeof(*wait->entries));
	if (!wait->entries) {
		return -ENOMEM;
	}
	ret = get_fences(wait, points);
	if (ret || is_over(wait)) {
		goto out;
	}
	watch_missing(wait);
	if (args->flags & WAIT_DEADLINE) {
		set_deadlines(wait, (s64)args->deadline_nsec);
	}
	ret = sleep_until(wait, args->timeout_nsec);
out:
	finish(wait);
	return ret;
}

static int wait_ioctl(struct drm_file *file,
		      struct syncobj_timeline_wait_args *args)
{
	struct wait wait = {
		.count = args->count_handles,
		.flags = args->flags,
		.first = NONE_FIRST,
	};
	u64 *points;
	int ret;

	if (!args->count_handles) {
		return 0;
	}
	ret = syncobj_array_find(file, args->handles, args->count_handles,
				 &wait.syncobjs);
	if (ret) {
		return ret;
	}
	ret = syncobj_array_points(args->points, args->count_handles, &points);
	if (!ret) {
		ret = wait_for(&wait, points, args);
		kfree(points);
	}
	if (!ret) {
		args->first_signaled = wait.first;
	}
	syncobj_array_put(wait.syncobjs, args->count_handles);
	return ret;
}

int drm_syncobj_wait_ioctl(struct drm_device *dev, void *data,
			   struct drm_file *file)
{
	struct syncobj_wait_args *args = data;
	struct syncobj_timeline_wait_args wait = {
		.handles = args->handles,
		.timeout_nsec = args->timeout_nsec,
		.count_handles = args->count_handles,
		.flags = args->flags,
		.first_signaled = args->first_signaled,
		.deadline_nsec = args->deadline_nsec,
	};
	int ret;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ)) {
		return -EOPNOTSUPP;
	}
	if (args->flags & ~(u32)(WAIT_ALL | WAIT_SUBMIT | WAIT_DEADLINE)) {
		return -EINVAL;
	}
	ret = wait_ioctl(file, &wait);
	args->first_signaled = wait.first_signaled;
	return ret;
}

int drm_syncobj_timeline_wait_ioctl(struct drm_device *dev, void *data,
				    struct drm_file *file)
{
	struct syncobj_timeline_wait_args *args = data;

	if (!drm_core_check_feature(dev, DRIVER_SYNCOBJ_TIMELINE)) {
		return -EOPNOTSUPP;
	}
	if (args->flags &
	    ~(u32)(WAIT_ALL | WAIT_SUBMIT | WAIT_AVAILABLE | WAIT_DEADLINE)) {
		return -EINVAL;
	}
	return wait_ioctl(file, args);
}
