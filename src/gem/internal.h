/* SPDX-License-Identifier: MIT */
/* What the files of this folder, and the ioctls above it, share. */
#ifndef UPRIME_GEM_INTERNAL_H
#define UPRIME_GEM_INTERNAL_H

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_syncobj.h>

/* drm_prime.c */

void drm_prime_init_file_private(struct drm_prime_file_private *prime);
void drm_prime_destroy_file_private(struct drm_prime_file_private *prime);

/* drm_prime_remove_buf_handle - a handle is being closed: forget which dma-buf
 * it is, if any. No lock of the device may be held. */
void drm_prime_remove_buf_handle(struct drm_prime_file_private *prime,
				 u32 handle);

/* drm_gem.c */

/* drm_gem_release - close all handles of a file */
void drm_gem_release(struct drm_device *dev, struct drm_file *file);

/* drm_gem_object_handle_get_if_exists - count as one more handle of an object
 * which has some; false: it has none */
bool drm_gem_object_handle_get_if_exists(struct drm_gem_object *obj);
/* drm_gem_object_handle_put - count as one less. No lock of the device may be
 * held but mode_config.mutex. */
void drm_gem_object_handle_put(struct drm_gem_object *obj);

/* drm_gem_flink - the global name of an object: made if it has none. -ENOENT
 * if its last handle is going away, -ENOMEM. */
int drm_gem_flink(struct drm_gem_object *obj);

/* drm_gem_open_name - a new handle for a named object. -ENOENT, or as
 * drm_gem_handle_create(). */
int drm_gem_open_name(struct drm_file *file, int name, u32 *handle, u64 *size);

/* drm_vma_manager.c: under drm_device.vma_lock */

void drm_vma_offset_manager_init(struct drm_vma_offset_manager *mgr);
/* drm_vma_offset_add - give a node pages. -ENOSPC: none are left, or none are
 * wanted. */
int drm_vma_offset_add(struct drm_vma_offset_manager *mgr,
		       struct drm_vma_offset_node *node, unsigned long pages);
/* drm_vma_offset_remove - take them back; the node still says which they were */
void drm_vma_offset_remove(struct drm_vma_offset_manager *mgr,
			   struct drm_vma_offset_node *node);

/* drm_mmap.c */

/* drm_vma_node_allow - let a file map an object, once more. -ENOMEM. */
int drm_vma_node_allow(struct drm_gem_object *obj, struct drm_file *file);
/* drm_vma_node_revoke - undo one drm_vma_node_allow() */
void drm_vma_node_revoke(struct drm_gem_object *obj, struct drm_file *file);
/* drm_vma_node_remove - an object dies: its offset is nobody's any more */
void drm_vma_node_remove(struct drm_gem_object *obj);

/* drm_gem_mapping_settle - drop a file's mapping of an object if it is gone,
 * else watch it: its handle or its device was closed. No locks held. */
void drm_gem_mapping_settle(struct drm_file *file, struct drm_gem_object *obj);
/* drm_gem_mapping_settle_all - the same for all mappings of a file */
void drm_gem_mapping_settle_all(struct drm_file *file);

/* drm_file.c */
void drm_file_get(struct drm_file *file);
void drm_file_put(struct drm_file *file);

/* drm_syncobj.c */

/**
 * struct drm_syncobj_watch - somebody who waits for a fence to be put in
 */
struct drm_syncobj_watch {
	struct list_head node; /* drm_syncobj.cb_list; drm_syncobj.lock */
	u64 point;	       /* of the timeline; 0: any fence; constant */
	/* Called once, with the syncobj's lock held: the fence for the point is
	 * there, with a reference for the function. NULL: the syncobj is gone.
	 * The function may free the watch. */
	void (*func)(struct drm_syncobj_watch *watch, struct dma_fence *fence);
};

/* drm_syncobj_fence_at - the fence to wait for to reach a point, with a
 * reference: a stub, if it is reached; NULL: there is none yet */
struct dma_fence *drm_syncobj_fence_at(struct drm_syncobj *syncobj, u64 point);
/* drm_syncobj_watch - call the watch's function once there is a fence, now if
 * there is one. Whoever may take it back has a reference to the syncobj. */
void drm_syncobj_watch(struct drm_syncobj *syncobj,
		       struct drm_syncobj_watch *watch);
/* drm_syncobj_unwatch - take a watch back, whether it was called or not; its
 * function is not running when this returns */
void drm_syncobj_unwatch(struct drm_syncobj *syncobj,
			 struct drm_syncobj_watch *watch);
/* drm_syncobj_signal - put a signalled fence in it. -ENOMEM. */
int drm_syncobj_signal(struct drm_syncobj *syncobj);

/**
 * struct drm_syncobj_waiter - a task that waits for a fence to be put in
 */
struct drm_syncobj_waiter {
	struct drm_syncobj_watch watch;
	struct task *task;
	_Atomic(struct dma_fence *) fence; /* referenced, once it is there */
};

/* drm_syncobj_waiter_init - memory of the caller, for the current task. The
 * caller watches, sleeps, unwatches, and puts the fence. */
void drm_syncobj_waiter_init(struct drm_syncobj_waiter *waiter, u64 point);

/* drm_syncobj_handle.c */

void drm_syncobj_open(struct drm_file *file);
/* drm_syncobj_release - give up all handles of a file */
void drm_syncobj_release(struct drm_file *file);
/* drm_syncobj_get_handle - a new handle. -ENOMEM, -ENOSPC. */
int drm_syncobj_get_handle(struct drm_file *file, struct drm_syncobj *syncobj,
			   u32 *handle);
/* drm_syncobj_destroy - give up a handle. -EINVAL: there is none. */
int drm_syncobj_destroy(struct drm_file *file, u32 handle);
/* drm_syncobj_get_fd - an fd of the current task for a syncobj. -ENOMEM,
 * -ENFILE, -EMFILE. */
int drm_syncobj_get_fd(struct drm_syncobj *syncobj);
/* drm_syncobj_from_fd - the syncobj of one, with a reference. ERR_PTR: -EINVAL
 * (an fd of something else, or none), -EMFILE. */
struct drm_syncobj *drm_syncobj_from_fd(int fd);

/* drm_syncobj_eventfd.c */

/**
 * drm_syncobj_add_eventfd() - signal an eventfd when a point is reached
 * @syncobj: the syncobj
 * @point: of its timeline; 0: the fence itself
 * @available: when there is a fence, signalled or not
 * @fd: an eventfd of the current task
 *
 * Return: 0; -ENOMEM, or as eventfd_ctx_fdget().
 */
int drm_syncobj_add_eventfd(struct drm_syncobj *syncobj, u64 point,
			    bool available, int fd);

/* drm_auth.c */

/* drm_master_create - with one reference, of no file yet; NULL: no memory */
struct drm_master *drm_master_create(struct drm_device *dev);
struct drm_master *drm_master_get(struct drm_master *master);
/* drm_master_put - drop *master's reference, if any, and forget it.
 * mode_config.idr_mutex not held */
void drm_master_put(struct drm_master **master);
/* drm_file_get_master - of a primary node's file, with a reference */
struct drm_master *drm_file_get_master(struct drm_file *file);
/* drm_master_lease - make a new file the lessee's, with its reference */
void drm_master_lease(struct drm_file *file, struct drm_master *lessee);

/* drm_lease_owner - who a lease comes from in the end */
static inline struct drm_master *drm_lease_owner(struct drm_master *master)
{
	while (master->lessor) {
		master = master->lessor;
	}
	return master;
}

/* drm_master_open - a primary node is opened: the first becomes master, the
 * others know it. -ENOMEM. */
int drm_master_open(struct drm_file *file);
/* drm_master_release - and closed */
void drm_master_release(struct drm_file *file);
bool drm_is_current_master(struct drm_file *file);
bool drm_is_authenticated(struct drm_file *file);
int drm_set_master(struct drm_file *file);
int drm_drop_master(struct drm_file *file);
/* drm_get_magic - a number by which the master can let this file in */
int drm_get_magic(struct drm_file *file, u32 *magic);
/* drm_auth_magic - let a file in. -EINVAL: no such number. */
int drm_auth_magic(struct drm_file *file, u32 magic);

#endif
