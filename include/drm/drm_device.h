/* SPDX-License-Identifier: MIT */
#ifndef UPRIME_DRM_DEVICE_H
#define UPRIME_DRM_DEVICE_H

#include <drm/drm_file.h>
#include <drm/drm_mode_config.h>
#include <drm/drm_vma_manager.h>
#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <uprime/idr.h>
#include <uprime/u64map.h>

struct drm_driver;
struct drm_vblank_crtc;

/**
 * struct drm_host_ops - what a device asks of the process it runs in
 */
struct drm_host_ops {
	/* Programs that listen to udev are to be told that a node has changed.
	 * @env: lines of the event, "HOTPLUG=1\nCONNECTOR=35\n". From any
	 * thread, with any lock held. See <drm/drm_sysfs.h>. */
	void (*uevent)(struct drm_device *dev, const char *env);
	/* Give the current task, which asks through @like, an fd of @file,
	 * which drm_open() made for the same node: its number. The file goes
	 * with its last fd from then on. On failure (-errno) it has gone, as
	 * if that was closed. No lock is held. */
	int (*file_give)(struct drm_file *file, struct drm_file *like,
			 bool cloexec);
};

/**
 * struct drm_device - a device
 *
 * Lock order: drm_prime_file_private.lock, object_name_lock, then the rest,
 * of which no two are held together.
 */
struct drm_device {
	struct kref ref;
	const struct drm_driver *driver; /* constant */
	u32 driver_features; /* enum drm_driver_feature; the driver's at first,
				constant once registered */
	struct device *dev;  /* on the bus; not owned; constant */
	void *dev_private;   /* the driver's */
	struct drm_minor primary, render; /* constant once registered */
	atomic_bool registered; /* has nodes; written under the minors' lock */

	struct mutex master_mutex;
	struct drm_master *master; /* the current one, referenced, or NULL;
				      master_mutex */

	struct mutex filelist_mutex;
	struct list_head filelist; /* drm_file.node; filelist_mutex */

	struct mutex object_name_lock;
	struct idr object_name_idr; /* flink name -> object; object_name_lock */

	struct mutex objects_lock;
	struct list_head objects; /* drm_gem_object.node; objects_lock */

	struct mutex vma_lock;
	struct u64map vma_nodes; /* start page -> object; vma_lock */
	struct drm_vma_offset_manager vma_offsets; /* vma_lock */

	/* With DRIVER_MODESET: */
	struct drm_mode_config mode_config;

	spinlock_t event_lock;		    /* events and vblanks */
	struct list_head vblank_event_list; /* drm_pending_event.link;
					       event_lock */
	struct drm_vblank_crtc *vblank;	    /* num_crtcs of them, owned */
	unsigned int num_crtcs;		    /* with vblanks; constant */

	/* The host's, or NULL, set before a program has the device. */
	const struct drm_host_ops *host;
	void *host_data;
};

#endif
