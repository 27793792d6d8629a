/* SPDX-License-Identifier: MIT */
/**
 * DOC: an open device
 *
 * A drm_file is one open of a node. It lives while its fd is open anywhere
 * (the host says so with drm_close()) and while something that was mapped
 * through it is mapped anywhere; then drm_release() takes its handles, its
 * names' last handles, its mastership and its magic back.
 */
#ifndef UPRIME_DRM_FILE_H
#define UPRIME_DRM_FILE_H

#include <drm/drm_prime.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>
#include <linux/spinlock.h>
#include <uprime/idr.h>
#include <uprime/u64map.h>

struct drm_device;
struct drm_gem_object;
struct drm_master;

enum drm_minor_type {
	DRM_MINOR_PRIMARY, /* card0 */
	DRM_MINOR_RENDER,  /* renderD128 */
};

/**
 * struct drm_minor - a node of a device
 */
struct drm_minor {
	int index; /* minor number; constant */
	enum drm_minor_type type;
	struct drm_device *dev;
};

/**
 * struct drm_master - who may set the display, with the clients it knows
 *
 * All fields: drm_device.master_mutex.
 */
struct drm_master {
	struct kref refcount;
	struct idr magic_map; /* magic -> drm_file, from 1 */
	char *unique;         /* bus id after SET_VERSION, or NULL; owned */
};

/**
 * struct drm_file - one open of a node
 */
struct drm_file {
	struct kref refcount; /* the fd, and each mapping */
	u64 id;               /* never used twice; constant */
	struct drm_minor *minor;
	pid_t pid; /* process which opened it; constant */
	void *driver_priv;

	bool authenticated; /* drm_device.master_mutex */
	bool is_master;     /* is or has been; master_mutex */
	bool was_master;    /* master_mutex */
	u32 magic;          /* 0: none; master_mutex */
	struct drm_master *master; /* owned, NULL on render; master_mutex */
	struct drm_master *magic_master; /* whose number magic is, owned: a file
	                                    can get another master since;
	                                    master_mutex */

	struct mutex table_lock;
	struct idr object_idr; /* handle -> object, referenced; table_lock */

	spinlock_t syncobj_table_lock;
	struct idr syncobj_idr; /* handle -> syncobj, referenced;
	                           syncobj_table_lock */

	struct drm_prime_file_private prime;

	struct mutex mappings_lock;
	struct u64map mappings; /* object's address -> drm_gem_mapping, owned;
	                           mappings_lock */

	struct list_head node; /* drm_device.filelist; filelist_mutex */
};

static inline bool drm_is_render_client(const struct drm_file *file)
{
	return file->minor->type == DRM_MINOR_RENDER;
}

static inline bool drm_is_primary_client(const struct drm_file *file)
{
	return file->minor->type == DRM_MINOR_PRIMARY;
}

/**
 * drm_open() - open(2) of a node by the current task
 * @minor: the node
 *
 * Return: an open file, for drm_close(); ERR_PTR: -ENOMEM, -ENODEV (the device
 * is gone), what the driver's open says.
 */
EXPORT_SYMBOL struct drm_file *drm_open(struct drm_minor *minor);

/**
 * drm_close() - the last fd of an open file was closed
 * @file: the file. It is gone now, or with its last mapping.
 *
 * No lock of the core may be held.
 */
EXPORT_SYMBOL void drm_close(struct drm_file *file);

#endif
