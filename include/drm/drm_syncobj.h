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
	struct dma_fence *fence;       /* referenced, or NULL; lock */
	struct list_head cb_list;      /* who waits for a fence to be put in;
	                                  lock */
	struct list_head ev_fd_list;   /* eventfds to be told; lock */
};

EXPORT_SYMBOL int drm_syncobj_create(struct drm_syncobj **out, u32 flags,
				     struct dma_fence *fence);
EXPORT_SYMBOL void drm_syncobj_get(struct drm_syncobj *obj);
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

/* drm_syncobj_add_point - put a point of a timeline in it
 * @chain: from dma_fence_chain_alloc(), taken over
 * @fence: a reference of its own is taken */
EXPORT_SYMBOL void drm_syncobj_add_point(struct drm_syncobj *syncobj,
					 struct dma_fence_chain *chain,
					 struct dma_fence *fence, u64 point);

/**
 * drm_syncobj_find_fence() - the fence a program means
 * @file: the open device
 * @handle: of a syncobj
 * @point: of its timeline; 0: the fence itself
 * @flags: DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT: wait until there is one
 * @fence: where it is stored with a reference
 *
 * Return: 0; -ENOENT (no such handle), -EINVAL (no fence there), -ETIME,
 * -EINTR, -ENOMEM.
 */
EXPORT_SYMBOL int drm_syncobj_find_fence(struct drm_file *file, u32 handle,
					 u64 point, u64 flags,
					 struct dma_fence **fence);

#endif
