/* SPDX-License-Identifier: MIT */
/**
 * DOC: open files that are no memory
 *
 * A file is in the table from its opening until its hang-up is noticed; the
 * table's reference is that of the program's fd. One epoll instance waits for
 * the hang-ups of all, and for room where there was none.
 *
 * table_lock guards the table and is a leaf.
 */
#include <errno.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uprime/anon_file.h>
#include <uprime/host.h>
#include <uprime/u64map.h>

#include "fault.h"

#define EVENTS 64

static DEFINE_MUTEX(table_lock);
static struct u64map table; /* cookie -> anon_file, referenced; table_lock */
static int epfd = -1;	    /* owned; set once, table_lock */

static int open_epfd(void)
{
	lockdep_assert_held(&table_lock);
	if (epfd < 0) {
		epfd = epoll_create1(EPOLL_CLOEXEC);
	}
	return epfd < 0 ? -errno : epfd;
}

int anon_file_watch_fd(void)
{
	int fd;

	mutex_lock(&table_lock);
	fd = open_epfd();
	mutex_unlock(&table_lock);
	return fd;
}

u64 anon_file_cookie(int fd)
{
	socklen_t size = sizeof(u64);
	u64 cookie;

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size) ? 0
								     : cookie;
}

void anon_file_hold(struct anon_file *file)
{
	atomic_fetch_add(&file->refs, 1);
}

void anon_file_put(struct anon_file *file)
{
	int fd;

	if (!file || atomic_fetch_sub(&file->refs, 1) != 1) {
		return;
	}
	fd = file->fd;
	file->ops->release(file);
	if (fd >= 0) {
		close(fd);
	}
}

struct anon_file *anon_file_find(u64 cookie)
{
	struct anon_file *file;

	mutex_lock(&table_lock);
	file = u64map_find(&table, cookie);
	if (file) {
		anon_file_hold(file);
	}
	mutex_unlock(&table_lock);
	return file;
}

struct anon_file *anon_file_get(int fd, const struct anon_file_ops *ops)
{
	struct task *task = current_task();
	struct anon_file *file;
	int seen = task->ops->fd_get(task, fd);
	u64 cookie;

	if (seen < 0) {
		return ERR_PTR(seen);
	}
	errno = 0;
	cookie = anon_file_cookie(seen);
	task->ops->fd_put(task, seen);
	if (!cookie && errno == EBADF) {
		return ERR_PTR(-EBADF);
	}
	file = anon_file_find(cookie);
	if (!file || (ops && file->ops != ops)) {
		anon_file_put(file);
		return ERR_PTR(-EINVAL);
	}
	return file;
}

/* Take it out of the table. The table's reference is the caller's then. */
static struct anon_file *take(u64 cookie)
{
	struct anon_file *file;

	mutex_lock(&table_lock);
	file = u64map_remove(&table, cookie);
	mutex_unlock(&table_lock);
	return file;
}

/* Enter it and wait for its hang-up. */
static int enter(struct anon_file *file)
{
	struct epoll_event event = {.data.u64 = file->cookie};
	int ret;

	mutex_lock(&table_lock);
	ret = open_epfd();
	if (ret >= 0) {
		ret = u64map_insert(&table, file->cookie, file);
	}
	if (!ret && (fault_point() ||
		     epoll_ctl(epfd, EPOLL_CTL_ADD, file->fd, &event))) {
		u64map_remove(&table, file->cookie);
		ret = -ENOMEM;
	}
	mutex_unlock(&table_lock);
	return ret;
}

/* What is no socket to programs is never ready to be written to. A socket is
 * not either while what it has sent, and nobody takes, fills its buffer. */
static int make_unwritable(int sock)
{
	static const char filling[2048];
	int size = 0;

	if (setsockopt(sock, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) ||
	    send(sock, filling, sizeof(filling), MSG_NOSIGNAL) < 0) {
		return -ENOMEM;
	}
	return 0;
}

static int open_ends(int ends[2], bool always_ready)
{
	int ret = 0;

	if (fault_point() ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends)) {
		return -ENFILE;
	}
	if (always_ready) {
		shutdown(ends[0], SHUT_WR);
	} else {
		ret = make_unwritable(ends[1]);
	}
	if (ret) {
		close(ends[0]);
		close(ends[1]);
	}
	return ret;
}

int anon_file_open(struct anon_file *file, const struct anon_file_ops *ops)
{
	int ends[2], ret;

	file->ops = ops;
	atomic_init(&file->refs, 1);
	file->fd = -1;
	ret = open_ends(ends, ops->always_ready);
	if (ret) {
		goto err_put;
	}
	file->fd = ends[0];
	file->cookie = anon_file_cookie(ends[1]);
	ret = enter(file);
	if (ret) {
		close(ends[1]);
		goto err_put;
	}
	return ends[1];

err_put:
	anon_file_put(file);
	return ret;
}

static void hang_up(u64 cookie)
{
	struct anon_file *file = take(cookie);

	if (file) {
		epoll_ctl(epfd, EPOLL_CTL_DEL, file->fd, NULL);
		anon_file_put(file);
	}
}

void anon_file_abandon(int fd)
{
	u64 cookie = anon_file_cookie(fd);

	close(fd);
	hang_up(cookie);
}

int anon_file_install(int fd, bool cloexec)
{
	struct task *task = current_task();
	int ret = task->ops->fd_install(task, fd, cloexec);

	if (ret < 0) {
		anon_file_abandon(fd);
	}
	return ret;
}

int anon_file_give(struct anon_file *file, const struct anon_file_ops *ops,
		   bool cloexec)
{
	int fd = anon_file_open(file, ops);

	return fd < 0 ? fd : anon_file_install(fd, cloexec);
}

void anon_file_set_readable(struct anon_file *file)
{
	/* It reads as ended, and there is nothing that could be taken out. */
	shutdown(file->fd, SHUT_WR);
}

int anon_file_send(struct anon_file *file, const void *data, size_t size)
{
	ssize_t sent = send(file->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent >= 0) {
		return 0;
	}
	/* No memory is no room either. */
	return errno == ENOBUFS || errno == ENOMEM ? -EAGAIN : -errno;
}

void anon_file_await_room(struct anon_file *file)
{
	struct epoll_event event = {
		.events = EPOLLOUT,
		.data.u64 = file->cookie,
	};

	epoll_ctl(epfd, EPOLL_CTL_MOD, file->fd, &event);
}

unsigned int anon_file_unread(struct anon_file *file)
{
	int size = 0;

	ioctl(file->fd, SIOCOUTQ, &size);
	return (unsigned int)size;
}

static void has_room(u64 cookie)
{
	struct anon_file *file = anon_file_find(cookie);
	struct epoll_event event = {.data.u64 = cookie};

	if (file) {
		epoll_ctl(epfd, EPOLL_CTL_MOD, file->fd, &event);
		file->ops->room(file);
		anon_file_put(file);
	}
}

void anon_file_dispatch(void)
{
	struct epoll_event events[EVENTS];
	int fd = anon_file_watch_fd(), nr;

	do {
		nr = epoll_wait(fd, events, EVENTS, 0);
		for (int i = 0; i < nr; i++) {
			if (events[i].events & EPOLLHUP) {
				hang_up(events[i].data.u64);
			} else {
				has_room(events[i].data.u64);
			}
		}
	} while (nr == EVENTS);
}

void anon_file_close_all(void)
{
	struct u64map files;

	mutex_lock(&table_lock);
	files = table;
	table = (struct u64map){0};
	mutex_unlock(&table_lock);
	for (size_t i = 0; i < files.size; i++) {
		anon_file_put(files.entries[i].value);
	}
	u64map_destroy(&files);
}
