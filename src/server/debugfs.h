/* SPDX-License-Identifier: MIT */
/* The texts of debugfs. Each function returns 0 or -ENOMEM. */
#ifndef UPRIME_SERVER_DEBUGFS_H
#define UPRIME_SERVER_DEBUGFS_H

#include <stdio.h>

struct server;
struct server_device;

/* debugfs_name - a device's driver, place and bus ids */
int debugfs_name(FILE *out, struct server *server,
		 const struct server_device *device);
/* debugfs_clients - who has it open */
int debugfs_clients(FILE *out, struct server *server,
		    const struct server_device *device);
/* debugfs_gem_names - its buffers with a flink name */
int debugfs_gem_names(FILE *out, struct server *server,
		      const struct server_device *device);
/* debugfs_bufinfo - all dma-bufs; @device is NULL */
int debugfs_bufinfo(FILE *out, struct server *server,
		    const struct server_device *device);

#endif
