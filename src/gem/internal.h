/* SPDX-License-Identifier: MIT */
/* What the files of this folder, and the ioctls above it, share. */
#ifndef UPRIME_GEM_INTERNAL_H
#define UPRIME_GEM_INTERNAL_H

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>

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

/* drm_auth.c */

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
