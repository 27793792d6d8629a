/* SPDX-License-Identifier: MIT */
/* The core's ioctls, by the file they stand in. */
#ifndef UPRIME_IOCTL_INTERNAL_H
#define UPRIME_IOCTL_INTERNAL_H

#include <drm.h>

#include "../gem/internal.h"

/* drm_ioctl_table.c */

/* Beside enum drm_ioctl_flags: a device with a display is one of Linux 6.12,
 * all others are of 6.1. */
#define DRM_UNTIL_6_1  (1 << 16)
#define DRM_SINCE_6_12 (1 << 17)

extern const struct drm_ioctl_desc drm_core_ioctls[];
extern const unsigned int drm_core_nr_ioctls;

/* drm_client_ioctl.c */
drm_ioctl_t drm_version_ioctl;
drm_ioctl_t drm_getunique_ioctl;
drm_ioctl_t drm_getclient_ioctl;
drm_ioctl_t drm_getstats_ioctl;
drm_ioctl_t drm_getcap_ioctl;
drm_ioctl_t drm_setclientcap_ioctl;
drm_ioctl_t drm_setversion_ioctl;

/* drm_auth_ioctl.c */
drm_ioctl_t drm_getmagic_ioctl;
drm_ioctl_t drm_authmagic_ioctl;
drm_ioctl_t drm_setmaster_ioctl;
drm_ioctl_t drm_dropmaster_ioctl;

/* drm_gem_ioctl.c */
drm_ioctl_t drm_gem_close_ioctl;
drm_ioctl_t drm_gem_flink_ioctl;
drm_ioctl_t drm_gem_open_ioctl;
drm_ioctl_t drm_prime_handle_to_fd_ioctl;
drm_ioctl_t drm_prime_fd_to_handle_ioctl;

/* drm_dumb_ioctl.c */
drm_ioctl_t drm_mode_create_dumb_ioctl;
drm_ioctl_t drm_mode_mmap_dumb_ioctl;
drm_ioctl_t drm_mode_destroy_dumb_ioctl;

/* drm_syncobj_ioctl.c */
drm_ioctl_t drm_syncobj_create_ioctl;
drm_ioctl_t drm_syncobj_destroy_ioctl;
drm_ioctl_t drm_syncobj_handle_to_fd_ioctl;
drm_ioctl_t drm_syncobj_fd_to_handle_ioctl;
drm_ioctl_t drm_syncobj_transfer_ioctl;
drm_ioctl_t drm_syncobj_reset_ioctl;
drm_ioctl_t drm_syncobj_signal_ioctl;
drm_ioctl_t drm_syncobj_timeline_signal_ioctl;
drm_ioctl_t drm_syncobj_query_ioctl;
drm_ioctl_t drm_syncobj_eventfd_ioctl;

/* syncobj_array.c */

/* The most bytes the kernel gives in one piece. */
#define SYNCOBJ_ARRAY_MAX (4ul << 20)

/* syncobj_array_alloc - memory for @count elements of @size bytes; NULL: none,
 * or too many */
void *syncobj_array_alloc(u32 count, size_t size);

/**
 * syncobj_array_find() - the syncobjs of many handles
 * @file: the open device
 * @handles: address of u32s in the current task
 * @count: how many, not 0
 * @syncobjs: set to an array for syncobj_array_put()
 *
 * Return: 0; -ENOMEM, -EFAULT, -ENOENT (no such handle).
 */
int syncobj_array_find(struct drm_file *file, u64 handles, u32 count,
		       struct drm_syncobj ***syncobjs);
void syncobj_array_put(struct drm_syncobj **syncobjs, u32 count);

/**
 * syncobj_array_points() - a point for each of many syncobjs
 * @points: address of u64s in the current task; 0: each is 0
 * @count: how many, not 0
 * @out: set to an array for kfree()
 *
 * Return: 0; -ENOMEM, -EFAULT.
 */
int syncobj_array_points(u64 points, u32 count, u64 **out);

/* drm_syncobj_wait_ioctl.c */
drm_ioctl_t drm_syncobj_wait_ioctl;
drm_ioctl_t drm_syncobj_timeline_wait_ioctl;

/* drm_mode_config_ioctl.c */
drm_ioctl_t drm_mode_getresources_ioctl;
/* drm_give_ids - a list of @nr numbers to where there is room for *@count,
 * which becomes @nr. -EFAULT. */
int drm_give_ids(u64 to, const u32 *ids, u32 nr, u32 *count);

/* drm_mode_object_ioctl.c */

/**
 * struct object_properties - the properties of an object at one time
 */
struct object_properties {
	u32 ids[DRM_OBJECT_MAX_PROPERTY];
	u64 values[DRM_OBJECT_MAX_PROPERTY];
	u32 count; /* those there are; filled in are those that are wanted */
};

/* drm_mode_object_give_properties - to where there is room for *@count, which
 * becomes their number. -EFAULT. */
int drm_mode_object_give_properties(const struct object_properties *from,
				    u64 ids, u64 values, u32 *count);
drm_ioctl_t drm_mode_obj_getproperties_ioctl;
drm_ioctl_t drm_mode_obj_setproperty_ioctl;
drm_ioctl_t drm_mode_connector_setproperty_ioctl;

/* drm_property_ioctl.c */
drm_ioctl_t drm_mode_getproperty_ioctl;
drm_ioctl_t drm_mode_getpropblob_ioctl;
drm_ioctl_t drm_mode_createpropblob_ioctl;
drm_ioctl_t drm_mode_destroypropblob_ioctl;

/* drm_connector_ioctl.c */
drm_ioctl_t drm_mode_getconnector_ioctl;
drm_ioctl_t drm_mode_getencoder_ioctl;

/* drm_lease_ioctl.c */
drm_ioctl_t drm_mode_create_lease_ioctl;
drm_ioctl_t drm_mode_list_lessees_ioctl;
drm_ioctl_t drm_mode_get_lease_ioctl;
drm_ioctl_t drm_mode_revoke_lease_ioctl;

/* drm_framebuffer_ioctl.c */
drm_ioctl_t drm_mode_addfb_ioctl;
drm_ioctl_t drm_mode_addfb2_ioctl;
drm_ioctl_t drm_mode_rmfb_ioctl;
drm_ioctl_t drm_mode_closefb_ioctl;
drm_ioctl_t drm_mode_getfb_ioctl;
drm_ioctl_t drm_mode_getfb2_ioctl;
drm_ioctl_t drm_mode_dirtyfb_ioctl;

/* drm_plane_ioctl.c */
drm_ioctl_t drm_mode_getplane_res_ioctl;
drm_ioctl_t drm_mode_getplane_ioctl;
drm_ioctl_t drm_mode_setplane_ioctl;
drm_ioctl_t drm_mode_cursor_ioctl;
drm_ioctl_t drm_mode_cursor2_ioctl;
drm_ioctl_t drm_mode_page_flip_ioctl;

/* drm_crtc_ioctl.c */
drm_ioctl_t drm_mode_getcrtc_ioctl;
drm_ioctl_t drm_mode_setcrtc_ioctl;
drm_ioctl_t drm_mode_gamma_get_ioctl;
drm_ioctl_t drm_mode_gamma_set_ioctl;

/* drm_atomic_ioctl.c */
drm_ioctl_t drm_mode_atomic_ioctl;
/**
 * drm_mode_set_property_atomic() - SETPROPERTY, of an atomic driver
 * @file: who asks
 * @obj: a CRTC, plane or connector
 * @prop: one of its properties, checked to be no immutable one
 * @value: any
 *
 * Looks fds up and writes to the program, so mode_config.mutex is not held.
 *
 * Return: 0; -errno of drm_atomic_set_property() and drm_atomic_commit().
 */
int drm_mode_set_property_atomic(struct drm_file *file,
				 struct drm_mode_object *obj,
				 struct drm_property *prop, u64 value);

/* drm_vblank_ioctl.c */
drm_ioctl_t drm_wait_vblank_ioctl;
drm_ioctl_t drm_crtc_get_sequence_ioctl;
drm_ioctl_t drm_crtc_queue_sequence_ioctl;

#endif
