/* SPDX-License-Identifier: MIT */
/* The device fds that programs have. */
#ifndef UPRIME_SERVER_DEVFILE_H
#define UPRIME_SERVER_DEVFILE_H

#include <drm/drm_file.h>
#include <linux/mutex.h>
#include <uprime/u64map.h>

/**
 * struct devfile - a device fd
 */
struct devfile {
	atomic_uint refs;      /* one for the open fd, one for each user */
	u64 cookie;	       /* of the program's end; constant */
	int fd;		       /* our end, owned; constant */
	int oflags;	       /* of open(2); constant */
	struct drm_file *file; /* owned; constant */
};

/**
 * struct devfiles - all device fds of a session
 *
 * Lock order: drain_lock, lock.
 */
struct devfiles {
	struct mutex lock;
	struct u64map by_cookie; /* cookie -> devfile, referenced; lock */
	/* Readable when a device fd was closed or file_watch_dispatch() has
	 * work; owned; constant. */
	int epfd;
	/* Held while closed fds are noticed, and from giving an fd away until
	 * our copy is closed: so whoever has noticed finds no fd still open
	 * that programs have closed. Nobody waits for a program under it. */
	struct mutex drain_lock;
};

/**
 * devfiles_init() - an empty table
 * @devfiles: caller's memory
 *
 * Return: 0; -errno.
 */
int devfiles_init(struct devfiles *devfiles);

/**
 * devfiles_close() - close what is still open
 * @devfiles: the table; nobody uses an entry
 */
void devfiles_close(struct devfiles *devfiles);

/**
 * devfiles_finish() - free the table
 * @devfiles: the table, empty
 */
void devfiles_finish(struct devfiles *devfiles);

/**
 * devfiles_drain() - notice all that was closed before now
 * @devfiles: the table
 */
void devfiles_drain(struct devfiles *devfiles);

/**
 * devfile_open() - open(2) of a node by the current task
 * @devfiles: the table it is entered in
 * @minor: the node
 * @oflags: of open(2)
 *
 * Return: the program's end, the caller's to give away; -errno.
 */
int devfile_open(struct devfiles *devfiles, struct drm_minor *minor,
		 int oflags);

/**
 * devfile_find() - the device fd with a cookie
 * @devfiles: the table
 * @cookie: any number
 *
 * Return: the devfile, for devfile_put(); NULL.
 */
struct devfile *devfile_find(struct devfiles *devfiles, u64 cookie);

/**
 * devfile_put() - drop a reference; with the last one the file is closed
 * @devfile: the devfile, or NULL
 *
 * No lock of the core may be held.
 */
void devfile_put(struct devfile *devfile);

/* devfile_cookie - the cookie of a socket; 0 if it is none */
u64 devfile_cookie(int fd);

#endif
