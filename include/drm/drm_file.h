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

struct dma_fence;
struct drm_device;
struct drm_event;
struct drm_file;
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
 * All fields: drm_device.master_mutex. Those of leases: also
 * drm_device.mode_config.idr_mutex.
 */
struct drm_master {
	struct kref refcount;
	struct drm_device *dev;
	struct idr magic_map; /* magic -> drm_file, from 1 */
	char *unique;	      /* bus id after SET_VERSION, or NULL; owned */

	/* Leases: mode_config.idr_mutex. */
	struct drm_master *lessor; /* referenced, or NULL: an owner; constant
				      once it can be found */
	int lessee_id;		   /* of a lessee, else 0; as lessor */
	struct list_head lessee_list; /* lessor->lessees */
	struct list_head lessees;     /* drm_master.lessee_list */
	struct idr leases;     /* a lessee's: id -> any pointer; empty once it
				  was revoked */
	struct idr lessee_idr; /* an owner's: lessee_id -> drm_master */
};

/**
 * struct drm_pending_event - an event for a program
 *
 * Embedded at the beginning of what is allocated for it.
 */
struct drm_pending_event {
	struct dma_fence *fence; /* signalled when it is sent; referenced, or
				    NULL */
	/* called when it was sent, with a copy, under event_lock, or NULL */
	void (*completion_release)(struct drm_pending_event *event);
	void *completion; /* for that */
	struct drm_event *event;    /* what is read; part of the allocation */
	struct drm_file *file_priv; /* who gets it, or NULL: nobody;
				       event_lock */
	struct list_head link;	    /* event_lock: in file.event_list or
				       where it waits */
	struct list_head pending_link; /* file.pending_event_list; event_lock */
};

/**
 * struct drm_event_host - how a host delivers the events of a file
 *
 * Called under event_lock.
 */
struct drm_event_host {
	/* One was added to event_list: see drm_event_first(). */
	void (*ready)(struct drm_file *file);
	/* Bytes that were passed and not read yet. Asked when there seems to
	 * be no room for another event. */
	int (*unread)(struct drm_file *file);
};

/**
 * struct drm_file - one open of a node
 */
struct drm_file {
	struct kref refcount; /* the fd, and each mapping */
	u64 id;		      /* never used twice; constant */
	struct drm_minor *minor;
	pid_t pid; /* process which opened it; constant */
	void *driver_priv;

	bool authenticated;	   /* drm_device.master_mutex */
	bool is_master;		   /* is or has been; master_mutex */
	bool was_master;	   /* master_mutex */
	u32 magic;		   /* 0: none; master_mutex */
	struct drm_master *master; /* owned, NULL on render; master_mutex */
	/* The master of a lessee, else NULL; constant once a program has the
	 * file. */
	struct drm_master *lease;
	struct drm_master *magic_master; /* whose number magic is, owned: a file
					    can get another master since;
					    master_mutex */

	struct mutex table_lock;
	struct idr object_idr; /* handle -> object, referenced; table_lock */

	spinlock_t syncobj_table_lock;
	struct idr syncobj_idr; /* handle -> syncobj, referenced;
				   syncobj_table_lock */

	struct drm_prime_file_private prime;

	/* What it asked for with SET_CLIENT_CAP; set by one task at a time. */
	bool stereo_allowed;
	bool universal_planes;
	bool atomic;
	bool aspect_ratio_allowed;
	bool writeback_connectors;

	struct mutex fbs_lock;
	struct list_head fbs;	/* drm_framebuffer.filp_head; fbs_lock */
	struct list_head blobs; /* drm_property_blob.head_file; blob_lock */

	/* Events: drm_device.event_lock. */
	struct list_head pending_event_list; /* those under way */
	struct list_head event_list;	     /* those to be read */
	int event_space;		     /* bytes that are left */
	int event_passed; /* bytes, no part of event_space, of what
			     drm_event_pass() gave to the host and the program
			     had not read when it was last asked for */
	/* The host's, or NULL: drm_read() takes the events; event_lock. */
	const struct drm_event_host *event_host;
	void *event_data;

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

/* ---- drm_event.c: events ---- */

/**
 * drm_event_reserve_init() - keep room for an event of a file
 * @dev: the device
 * @file: who gets it, or NULL
 * @p: the event, of an allocation of the caller's for kfree()
 * @e: what is read, in the same allocation
 *
 * Return: 0 and it has to be sent or cancelled; -ENOMEM (too many unread). The
 * _locked one: event_lock held.
 */
EXPORT_SYMBOL int drm_event_reserve_init(struct drm_device *dev,
					 struct drm_file *file,
					 struct drm_pending_event *p,
					 struct drm_event *e);
EXPORT_SYMBOL int drm_event_reserve_init_locked(struct drm_device *dev,
						struct drm_file *file,
						struct drm_pending_event *p,
						struct drm_event *e);
/* drm_event_cancel_free - give up a reserved event and free it */
EXPORT_SYMBOL void drm_event_cancel_free(struct drm_device *dev,
					 struct drm_pending_event *p);
/* drm_send_event_locked - it is the file's to read, or freed if that is gone.
 * event_lock held. @time: of a fence, ns of CLOCK_MONOTONIC, or 0: now */
EXPORT_SYMBOL void drm_send_event_locked(struct drm_device *dev,
					 struct drm_pending_event *e, s64 time);

/* drm_event_first - the event to be read first, or NULL. event_lock held */
EXPORT_SYMBOL struct drm_pending_event *drm_event_first(struct drm_file *file);

/**
 * drm_event_pass() - the host has passed an event on to the program
 * @file: a file with an event_host
 * @event: drm_event_first(), freed
 *
 * It takes room until the host says that it was read. event_lock held.
 */
EXPORT_SYMBOL void drm_event_pass(struct drm_file *file,
				  struct drm_pending_event *event);

/**
 * drm_event_take() - the next event to be read, where no host delivers them
 * @file: the file
 * @room: bytes: one that is larger stays
 *
 * Return: the event, the caller's for kfree(), with its length at ->event;
 * NULL.
 */
EXPORT_SYMBOL struct drm_pending_event *drm_event_take(struct drm_file *file,
						       size_t room);

/**
 * drm_read() - read(2) of an open device by the current task, without waiting
 * @file: the file
 * @buffer: address in the task
 * @count: bytes there
 *
 * Return: bytes of whole events; 0 if the first does not fit; -EAGAIN, -EFAULT.
 */
EXPORT_SYMBOL ssize_t drm_read(struct drm_file *file, u64 buffer, size_t count);

#endif
