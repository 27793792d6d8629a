/* SPDX-License-Identifier: MIT */
/* The device fds that programs have. */
#ifndef UPRIME_SERVER_DEVFILE_H
#define UPRIME_SERVER_DEVFILE_H

#include <drm/drm_file.h>
#include <uprime/anon_file.h>

/**
 * struct devfile - a device fd
 */
struct devfile {
	struct anon_file file;
	int oflags;	      /* of open(2); constant */
	struct drm_file *drm; /* owned; constant */
};

/**
 * devfile_open() - open(2) of a node by the current task
 * @minor: the node
 * @oflags: of open(2)
 *
 * Return: the program's end, the caller's to give away; -errno.
 */
int devfile_open(struct drm_minor *minor, int oflags);

/* to_devfile - NULL if it is none; NULL is allowed */
struct devfile *to_devfile(struct anon_file *file);

#endif
