/* SPDX-License-Identifier: MIT */
/* The device fds that programs have. */
#ifndef UPRIME_SERVER_DEVFILE_H
#define UPRIME_SERVER_DEVFILE_H

#include <drm/drm_file.h>
#include <stdbool.h>
#include <uprime/anon_file.h>

/**
 * struct devfile - a device fd
 */
struct devfile {
	struct anon_file file;
	int oflags;	      /* of open(2); constant */
	struct drm_file *drm; /* owned; constant */
	u32 longest; /* bytes of its longest event; drm_device.event_lock */
};

/**
 * devfile_open() - open(2) of a node by the current task
 * @minor: the node
 * @oflags: of open(2)
 *
 * Return: the program's end, the caller's to give away; -errno.
 */
int devfile_open(struct drm_minor *minor, int oflags);

/**
 * devfile_give() - give the current task an fd of what the core has opened
 * @drm: the open file, taken over
 * @like: the file of an fd of the same node, which the task asks through
 * @cloexec: for the new fd
 *
 * Return: its number there; -ENOMEM, -ENFILE, -EMFILE.
 */
int devfile_give(struct drm_file *drm, struct drm_file *like, bool cloexec);

/* to_devfile - NULL if it is none; NULL is allowed */
struct devfile *to_devfile(struct anon_file *file);

#endif
