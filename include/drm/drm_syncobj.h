/* SPDX-License-Identifier: MIT */
/**
 * DOC: syncobjs
 *
 * A syncobj is a box with a fence in it, or none yet; of a timeline the fence
 * is a chain. Programs have handles of it in a drm_file, as of buffers, and
 * fds to pass it on.
 */
#ifndef UPRIME_DRM_SYNCOBJ_H
#define UPRIME_DRM_SYNCOBJ_H

#include <linux/dma-fence.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct dma_fence_chain;
struct drm_file;

/**
 * struct drm_syncobj - a box for a fence
 */
struct drm_syncobj {
	struct kref refcount;
	spinlock_t lock;
	struct dma_fence *fence;  /* referenced, or NULL; lock */
	struct list_head cb_list; /* who waits for a fence to be put in:
				     drm_syncobj_watch.node; lock */
};

/**
 * drm_syncobj_create() - make a syncobj
 * @out: set to it, with a reference for drm_syncobj_put()
 * @flags: DRM_SYNCOBJ_CREATE_SIGNALED: with a signalled fence in it
 * @fence: a fence for it, of which it takes a reference of its own, or NULL
 *
 * Return: 0; -ENOMEM.
 */
EXPORT_SYMBOL int drm_syncobj_create(struct drm_syncobj **out, u32 flags,
				     struct dma_fence *fence);

/* drm_syncobj_get - take a reference */
EXPORT_SYMBOL void drm_syncobj_get(struct drm_syncobj *obj);

/* drm_syncobj_put - drop a reference; no spinlock may be held */
EXPORT_SYMBOL void drm_syncobj_put(struct drm_syncobj *obj);

/* drm_syncobj_fence_get - the fence in it with a reference, or NULL */
EXPORT_SYMBOL struct dma_fence *
drm_syncobj_fence_get(struct drm_syncobj *syncobj);

/* drm_syncobj_find - the syncobj of a handle with a reference, or NULL */
EXPORT_SYMBOL struct drm_syncobj *drm_syncobj_find(struct drm_file *file,
						   u32 handle);

/* drm_syncobj_replace_fence - put @fence (or NULL) in it; a reference of its
 * own is taken */
EXPORT_SYMBOL void drm_syncobj_replace_fence(struct drm_syncobj *syncobj,
					     struct dma_fence *fence);

/**
 * drm_syncobj_add_point() - put a point of a timeline in it
 * @syncobj: the syncobj
 * @chain: from dma_fence_chain_alloc(), taken over
 * @fence: no chain; a reference of its own is taken
 * @point: its number
 */
EXPORT_SYMBOL void drm_syncobj_add_point(struct drm_syncobj *syncobj,
					 struct dma_fence_chain *chain,
					 struct dma_fence *fence, u64 point);

/**
 * drm_syncobj_find_fence() - the fence a program means
 * @file: the open device
 * @handle: of a syncobj
 * @point: of its timeline; 0: the fence itself
 * @flags: DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT: wait until there is one, for
 * 5 s at most
 * @fence: where it is stored with a reference
 *
 * No lock may be held.
 *
 * Return: 0; -ENOENT (no such handle), -EINVAL (no fence there, or other
 * flags), -ETIME, -EINTR, -ENOMEM.
 */
EXPORT_SYMBOL int drm_syncobj_find_fence(struct drm_file *file, u32 handle,
					 u64 point, u64 flags,
					 struct dma_fence **fence);

#endif
