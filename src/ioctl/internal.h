/* SPDX-License-Identifier: MIT */
/* The core's ioctls, by the file they stand in. */
#ifndef UPRIME_IOCTL_INTERNAL_H
#define UPRIME_IOCTL_INTERNAL_H

#include <drm.h>

#include "../gem/internal.h"

/* drm_ioctl_table.c */
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

#endif
