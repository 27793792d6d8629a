/* SPDX-License-Identifier: MIT */
/**
 * DOC: the core's ioctls
 *
 * Who may call which, as Linux 6.1 has it (asked of the kernel, every number
 * on every kind of file), or 6.12 of a device with displays. What a driver
 * without the interfaces of the first drivers does not have is here with the
 * kernel's answer to it: that decides whether a bad argument, a lack of rights
 * or the lack of the feature is told. So does each function of a display, which
 * looks for DRIVER_MODESET first. Syncobjs are those of Linux 6.12.
 */
#include <linux/err.h>

#include "internal.h"
#include "kms_args.h"
#include "syncobj_args.h"

static int noop(struct drm_device *dev, void *data, struct drm_file *file)
{
	(void)dev;
	(void)data;
	(void)file;
	return 0;
}

/* What only drivers of the first kind have. */
static int legacy(struct drm_device *dev, void *data, struct drm_file *file)
{
	(void)dev;
	(void)data;
	(void)file;
	return -EINVAL;
}

#define RIGHTS_ALL (DRM_AUTH | DRM_MASTER | DRM_ROOT_ONLY)

#define IOCTL(name, function, rights)                                          \
	[_IOC_NR(DRM_IOCTL_##name)] = {                                        \
		.cmd = DRM_IOCTL_##name, .flags = (rights), .func = (function)}
#define IOCTL_FD(name, function, rights, in, out)                              \
	[_IOC_NR(DRM_IOCTL_##name)] = {.cmd = DRM_IOCTL_##name,                \
				       .flags = (rights),                      \
				       .func = (function),                     \
				       .fd_in = (in),                          \
				       .fd_out = (out)}
/* Only where Linux 6.1 answers, or only where 6.12 does: see is_known() */
#define IOCTL_6_1(name, function, rights)                                      \
	IOCTL(name, function, (rights) | DRM_UNTIL_6_1)
#define IOCTL_6_12(name, function, rights)                                     \
	IOCTL(name, function, (rights) | DRM_SINCE_6_12)
/* With an argument that has grown since the system's header was written */
#define IOCTL_GROWN(name, type, function, rights)                              \
	[_IOC_NR(DRM_IOCTL_##name)] = {                                        \
		.cmd = DRM_IOWR(_IOC_NR(DRM_IOCTL_##name), struct type),       \
		.flags = (rights),                                             \
		.func = (function)}
/* 1 + the offset of a field: see struct drm_ioctl_desc */
#define FD_AT(type, field) (1 + offsetof(struct type, field))

const struct drm_ioctl_desc drm_core_ioctls[] = {
	IOCTL(VERSION, drm_version_ioctl, DRM_RENDER_ALLOW),
	IOCTL(GET_UNIQUE, drm_getunique_ioctl, 0),
	IOCTL(GET_MAGIC, drm_getmagic_ioctl, 0),
	IOCTL_6_1(IRQ_BUSID, legacy, DRM_MASTER | DRM_ROOT_ONLY),
	IOCTL_6_1(GET_MAP, legacy, 0),
	IOCTL(GET_CLIENT, drm_getclient_ioctl, 0),
	IOCTL(GET_STATS, drm_getstats_ioctl, 0),
	IOCTL(SET_VERSION, drm_setversion_ioctl, DRM_MASTER),
	IOCTL_6_1(MODESET_CTL, noop, 0),
	IOCTL(GEM_CLOSE, drm_gem_close_ioctl, DRM_RENDER_ALLOW),
	IOCTL(GEM_FLINK, drm_gem_flink_ioctl, DRM_AUTH),
	IOCTL(GEM_OPEN, drm_gem_open_ioctl, DRM_AUTH),
	IOCTL(GET_CAP, drm_getcap_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SET_CLIENT_CAP, drm_setclientcap_ioctl, 0),

	IOCTL(SET_UNIQUE, legacy, RIGHTS_ALL),
	IOCTL(AUTH_MAGIC, drm_authmagic_ioctl, DRM_MASTER),
	IOCTL(BLOCK, noop, RIGHTS_ALL),
	IOCTL(UNBLOCK, noop, RIGHTS_ALL),
	IOCTL_6_1(CONTROL, legacy, RIGHTS_ALL),
	IOCTL_6_1(ADD_MAP, legacy, RIGHTS_ALL),
	IOCTL_6_1(ADD_BUFS, legacy, RIGHTS_ALL),
	IOCTL_6_1(MARK_BUFS, legacy, RIGHTS_ALL),
	IOCTL_6_1(INFO_BUFS, legacy, DRM_AUTH),
	IOCTL_6_1(MAP_BUFS, legacy, DRM_AUTH),
	IOCTL_6_1(FREE_BUFS, legacy, DRM_AUTH),
	IOCTL_6_1(RM_MAP, legacy, DRM_AUTH),
	IOCTL_6_1(SET_SAREA_CTX, legacy, RIGHTS_ALL),
	IOCTL_6_1(GET_SAREA_CTX, legacy, DRM_AUTH),
	IOCTL(SET_MASTER, drm_setmaster_ioctl, 0),
	IOCTL(DROP_MASTER, drm_dropmaster_ioctl, 0),
	IOCTL_6_1(ADD_CTX, legacy, DRM_AUTH | DRM_ROOT_ONLY),
	IOCTL_6_1(RM_CTX, legacy, RIGHTS_ALL),
	IOCTL_6_1(MOD_CTX, legacy, RIGHTS_ALL),
	IOCTL_6_1(GET_CTX, legacy, DRM_AUTH),
	IOCTL_6_1(SWITCH_CTX, legacy, RIGHTS_ALL),
	IOCTL_6_1(NEW_CTX, legacy, RIGHTS_ALL),
	IOCTL_6_1(RES_CTX, legacy, DRM_AUTH),
	IOCTL(ADD_DRAW, noop, RIGHTS_ALL),
	IOCTL(RM_DRAW, noop, RIGHTS_ALL),
	IOCTL_6_1(DMA, legacy, DRM_AUTH),
	IOCTL_6_1(LOCK, legacy, DRM_AUTH),
	IOCTL_6_1(UNLOCK, legacy, DRM_AUTH),
	IOCTL(FINISH, noop, DRM_AUTH),

	IOCTL_FD(PRIME_HANDLE_TO_FD, drm_prime_handle_to_fd_ioctl,
		 DRM_RENDER_ALLOW, 0, FD_AT(drm_prime_handle, fd)),
	IOCTL_FD(PRIME_FD_TO_HANDLE, drm_prime_fd_to_handle_ioctl,
		 DRM_RENDER_ALLOW, FD_AT(drm_prime_handle, fd), 0),

	IOCTL_6_1(AGP_ACQUIRE, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_RELEASE, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_ENABLE, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_INFO, legacy, DRM_AUTH),
	IOCTL_6_1(AGP_ALLOC, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_FREE, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_BIND, legacy, RIGHTS_ALL),
	IOCTL_6_1(AGP_UNBIND, legacy, RIGHTS_ALL),
	IOCTL_6_1(SG_ALLOC, legacy, RIGHTS_ALL),
	IOCTL_6_1(SG_FREE, legacy, RIGHTS_ALL),
	IOCTL(WAIT_VBLANK, drm_wait_vblank_ioctl, 0),
	IOCTL(CRTC_GET_SEQUENCE, drm_crtc_get_sequence_ioctl, 0),
	IOCTL(CRTC_QUEUE_SEQUENCE, drm_crtc_queue_sequence_ioctl, 0),
	IOCTL(UPDATE_DRAW, noop, RIGHTS_ALL),

	IOCTL(MODE_GETRESOURCES, drm_mode_getresources_ioctl, 0),
	IOCTL(MODE_GETCRTC, drm_mode_getcrtc_ioctl, 0),
	IOCTL(MODE_SETCRTC, drm_mode_setcrtc_ioctl, DRM_MASTER),
	IOCTL(MODE_CURSOR, drm_mode_cursor_ioctl, DRM_MASTER),
	IOCTL(MODE_GETGAMMA, drm_mode_gamma_get_ioctl, 0),
	IOCTL(MODE_SETGAMMA, drm_mode_gamma_set_ioctl, DRM_MASTER),
	IOCTL(MODE_GETENCODER, drm_mode_getencoder_ioctl, 0),
	IOCTL(MODE_GETCONNECTOR, drm_mode_getconnector_ioctl, 0),
	IOCTL(MODE_ATTACHMODE, noop, DRM_MASTER),
	IOCTL(MODE_DETACHMODE, noop, DRM_MASTER),
	IOCTL(MODE_GETPROPERTY, drm_mode_getproperty_ioctl, 0),
	IOCTL(MODE_SETPROPERTY, drm_mode_connector_setproperty_ioctl,
	      DRM_MASTER),
	IOCTL(MODE_GETPROPBLOB, drm_mode_getpropblob_ioctl, 0),
	IOCTL(MODE_GETFB, drm_mode_getfb_ioctl, 0),
	IOCTL(MODE_ADDFB, drm_mode_addfb_ioctl, 0),
	IOCTL(MODE_RMFB, drm_mode_rmfb_ioctl, 0),
	IOCTL(MODE_PAGE_FLIP, drm_mode_page_flip_ioctl, DRM_MASTER),
	IOCTL(MODE_DIRTYFB, drm_mode_dirtyfb_ioctl, DRM_MASTER),
	IOCTL(MODE_CREATE_DUMB, drm_mode_create_dumb_ioctl, 0),
	IOCTL(MODE_MAP_DUMB, drm_mode_mmap_dumb_ioctl, 0),
	IOCTL(MODE_DESTROY_DUMB, drm_mode_destroy_dumb_ioctl, 0),
	IOCTL(MODE_GETPLANERESOURCES, drm_mode_getplane_res_ioctl, 0),
	IOCTL(MODE_GETPLANE, drm_mode_getplane_ioctl, 0),
	IOCTL(MODE_SETPLANE, drm_mode_setplane_ioctl, DRM_MASTER),
	IOCTL(MODE_ADDFB2, drm_mode_addfb2_ioctl, 0),
	IOCTL(MODE_OBJ_GETPROPERTIES, drm_mode_obj_getproperties_ioctl, 0),
	IOCTL(MODE_OBJ_SETPROPERTY, drm_mode_obj_setproperty_ioctl,
	      DRM_MASTER),
	IOCTL(MODE_CURSOR2, drm_mode_cursor2_ioctl, DRM_MASTER),
	IOCTL(MODE_ATOMIC, drm_mode_atomic_ioctl, DRM_MASTER),
	IOCTL(MODE_CREATEPROPBLOB, drm_mode_createpropblob_ioctl, 0),
	IOCTL(MODE_DESTROYPROPBLOB, drm_mode_destroypropblob_ioctl, 0),

	IOCTL(SYNCOBJ_CREATE, drm_syncobj_create_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_DESTROY, drm_syncobj_destroy_ioctl, DRM_RENDER_ALLOW),
	IOCTL_FD(SYNCOBJ_HANDLE_TO_FD, drm_syncobj_handle_to_fd_ioctl,
		 DRM_RENDER_ALLOW, 0, FD_AT(drm_syncobj_handle, fd)),
	IOCTL_FD(SYNCOBJ_FD_TO_HANDLE, drm_syncobj_fd_to_handle_ioctl,
		 DRM_RENDER_ALLOW, FD_AT(drm_syncobj_handle, fd), 0),
	IOCTL_GROWN(SYNCOBJ_WAIT, syncobj_wait_args, drm_syncobj_wait_ioctl,
		    DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_RESET, drm_syncobj_reset_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_SIGNAL, drm_syncobj_signal_ioctl, DRM_RENDER_ALLOW),
	IOCTL_FD(MODE_CREATE_LEASE, drm_mode_create_lease_ioctl, DRM_MASTER, 0,
		 FD_AT(drm_mode_create_lease, fd)),
	IOCTL(MODE_LIST_LESSEES, drm_mode_list_lessees_ioctl, DRM_MASTER),
	IOCTL(MODE_GET_LEASE, drm_mode_get_lease_ioctl, DRM_MASTER),
	IOCTL(MODE_REVOKE_LEASE, drm_mode_revoke_lease_ioctl, DRM_MASTER),
	IOCTL_GROWN(SYNCOBJ_TIMELINE_WAIT, syncobj_timeline_wait_args,
		    drm_syncobj_timeline_wait_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_QUERY, drm_syncobj_query_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_TRANSFER, drm_syncobj_transfer_ioctl, DRM_RENDER_ALLOW),
	IOCTL(SYNCOBJ_TIMELINE_SIGNAL, drm_syncobj_timeline_signal_ioctl,
	      DRM_RENDER_ALLOW),
	IOCTL_FD(SYNCOBJ_EVENTFD, drm_syncobj_eventfd_ioctl, DRM_RENDER_ALLOW,
		 FD_AT(syncobj_eventfd_args, fd), 0),
	IOCTL(MODE_GETFB2, drm_mode_getfb2_ioctl, 0),
	IOCTL_6_12(MODE_CLOSEFB, drm_mode_closefb_ioctl, 0),
};

const unsigned int drm_core_nr_ioctls = ARRAY_SIZE(drm_core_ioctls);
