/* SPDX-License-Identifier: MIT */
/**
 * DOC: device fds
 *
 * A device fd is one end of a socket pair. The program's end has copies in
 * whatever processes it gets to; when the last is closed, our end hangs up.
 * It is named by the program's end's cookie, which the system never uses twice.
 *
 * In a kernel everything is released when close(2) returns. So hang-ups and
 * closed memory are noticed (devfiles_drain()) before each request is carried
 * out: what a program closed before it asked is closed before it is answered.
 * The main thread does the same when nobody asks.
 *
 * A devfile leaves the table with its hang-up; drm_close() runs when the last
 * request that uses it is done, before that is answered.
 */
#include "devfile.h"

#include <errno.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What epoll says of file_watch_fd(): no socket has this cookie. */
#define WATCH_COOKIE 0

#define EVENTS 64

int devfiles_init(struct devfiles *devfiles)
{
	struct epoll_event event = {.events = EPOLLIN,
				    .data.u64 = WATCH_COOKIE};
	int watch = file_watch_fd(), ret;

	if (watch < 0) {
		return watch;
	}
	devfiles->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (devfiles->epfd < 0) {
		return -errno;
	}
	if (epoll_ctl(devfiles->epfd, EPOLL_CTL_ADD, watch, &event)) {
		ret = -errno;
		close(devfiles->epfd);
		return ret;
	}
	mutex_init(&devfiles->lock);
	mutex_init(&devfiles->drain_lock);
	devfiles->by_cookie = (struct u64map){0};
	return 0;
}

u64 devfile_cookie(int fd)
{
	socklen_t size = sizeof(u64);
	u64 cookie;

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) ? 0
								     : cookie;
}

void devfile_put(struct devfile *devfile)
{
	if (!devfile || atomic_fetch_sub(&devfile->refs, 1) != 1) {
		return;
	}
	drm_close(devfile->file);
	close(devfile->fd);
	kfree(devfile);
}

struct devfile *devfile_find(struct devfiles *devfiles, u64 cookie)
{
	struct devfile *devfile;

	mutex_lock(&devfiles->lock);
	devfile = u64map_find(&devfiles->by_cookie, cookie);
	if (devfile) {
		atomic_fetch_add(&devfile->refs, 1);
	}
	mutex_unlock(&devfiles->lock);
	return devfile;
}

/* Take it out of the table. The table's reference is the caller's then. */
static struct devfile *devfile_take(struct devfiles *devfiles, u64 cookie)
{
	struct devfile *devfile;

	mutex_lock(&devfiles->lock);
	devfile = u64map_remove(&devfiles->by_cookie, cookie);
	mutex_unlock(&devfiles->lock);
	return devfile;
}

/* Enter it and wait for its hang-up. */
static int devfile_enter(struct devfiles *devfiles, struct devfile *devfile)
{
	struct epoll_event event = {.data.u64 = devfile->cookie};
	int ret;

	mutex_lock(&devfiles->lock);
	ret = u64map_insert(&devfiles->by_cookie, devfile->cookie, devfile);
	mutex_unlock(&devfiles->lock);
	if (ret) {
		return ret;
	}
	if (epoll_ctl(devfiles->epfd, EPOLL_CTL_ADD, devfile->fd, &event)) {
		ret = -errno;
		devfile_take(devfiles, devfile->cookie);
		return ret;
	}
	return 0;
}

/* A device is never ready to be written to. A socket is not either while what
 * it has sent, and nobody takes, fills its buffer. */
static int make_unwritable(int sock)
{
	static const char filling[2048];
	int size = 0;

	if (setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    send(sock, filling, sizeof(filling), MSG_NOSIGNAL) < 0) {
		return -errno;
	}
	return 0;
}

int devfile_open(struct devfiles *devfiles, struct drm_minor *minor, int oflags)
{
	struct devfile *devfile;
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		return errno == EMFILE ? -ENFILE : -errno;
	}
	ret = make_unwritable(ends[1]);
	if (ret) {
		goto err_close;
	}
	devfile = kzalloc(sizeof(*devfile), GFP_KERNEL);
	if (!devfile) {
		ret = -ENOMEM;
		goto err_close;
	}
	atomic_init(&devfile->refs, 1);
	devfile->fd = ends[0];
	devfile->cookie = devfile_cookie(ends[1]);
	devfile->oflags = oflags;
	devfile->file = drm_open(minor);
	if (IS_ERR(devfile->file)) {
		ret = (int)PTR_ERR(devfile->file);
		goto err_free;
	}
	ret = devfile_enter(devfiles, devfile);
	if (ret) {
		goto err_release;
	}
	return ends[1];

err_release:
	drm_close(devfile->file);
err_free:
	kfree(devfile);
err_close:
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static void hung_up(struct devfiles *devfiles, u64 cookie)
{
	struct devfile *devfile = devfile_take(devfiles, cookie);

	if (devfile) {
		epoll_ctl(devfiles->epfd, EPOLL_CTL_DEL, devfile->fd, NULL);
		devfile_put(devfile);
	}
}

void devfiles_drain(struct devfiles *devfiles)
{
	struct epoll_event events[EVENTS];
	int nr;

	mutex_lock(&devfiles->drain_lock);
	do {
		nr = epoll_wait(devfiles->epfd, events, EVENTS, 0);
		for (int i = 0; i < nr; i++) {
			if (events[i].data.u64 != WATCH_COOKIE) {
				hung_up(devfiles, events[i].data.u64);
			}
		}
	} while (nr == EVENTS);
	/* Not only when its fd is readable: see file_watch(). */
	file_watch_dispatch();
	mutex_unlock(&devfiles->drain_lock);
}

void devfiles_close(struct devfiles *devfiles)
{
	for (size_t i = 0; i < devfiles->by_cookie.size; i++) {
		devfile_put(devfiles->by_cookie.entries[i].value);
	}
	u64map_destroy(&devfiles->by_cookie);
}

void devfiles_finish(struct devfiles *devfiles)
{
	u64map_destroy(&devfiles->by_cookie);
	close(devfiles->epfd);
	mutex_destroy(&devfiles->lock);
	mutex_destroy(&devfiles->drain_lock);
}
