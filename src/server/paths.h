/* SPDX-License-Identifier: MIT */
/* The paths, beside the nodes, that the server answers. */
#ifndef UPRIME_SERVER_PATHS_H
#define UPRIME_SERVER_PATHS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "wire.h"

#define DEBUGFS "/sys/kernel/debug"

struct server;
struct server_device;

/**
 * struct server_path - a path, or one for each node
 *
 * Opening it gives what `open` makes, or the text which `print` writes.
 */
struct server_path {
	const char *path; /* "%d" in it stands for each node's number */
	mode_t mode;	  /* as stat(2) says */
	/* 0 or -ENOMEM. */
	int (*print)(FILE *out, struct server *server,
		     const struct server_device *device);
	/* A program's end, or -errno. */
	int (*open)(void);
};

/**
 * server_path_name() - the path of one node
 * @path: the path
 * @index: the node's number
 * @name: set to the path
 *
 * Return: false if it is no path for each node; @name is not set.
 */
bool server_path_name(const struct server_path *path, int index,
		      char name[WIRE_PATH_MAX]);

/**
 * server_path_at() - all paths, one after the other
 * @i: 0, 1, ...
 *
 * Return: the path, or NULL at the end.
 */
const struct server_path *server_path_at(unsigned int i);

#endif
