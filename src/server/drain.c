/* SPDX-License-Identifier: MIT */
/**
 * DOC: noticing what was closed
 *
 * In a kernel everything is released when close(2) returns. So hang-ups and
 * closed memory are noticed before each request is carried out: what a program
 * closed before it asked is closed before it is answered. The main thread does
 * the same when nobody asks.
 *
 * Lock order: the lock here, then all of the core's.
 */
#include "drain.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>
#include <sys/epoll.h>
#include <uprime/anon_file.h>

static DEFINE_MUTEX(lock);
static int news = -1; /* epoll of what the core waits for; set once */

static int add(int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd < 0) {
		return fd;
	}
	return epoll_ctl(news, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int drain_open(void)
{
	int ret;

	news = epoll_create1(EPOLL_CLOEXEC);
	if (news < 0) {
		return -errno;
	}
	ret = add(anon_file_watch_fd());
	if (!ret) {
		ret = add(file_watch_fd());
	}
	return ret ? ret : news;
}

void drain_lock(void)
{
	mutex_lock(&lock);
}

void drain_unlock(void)
{
	mutex_unlock(&lock);
}

void drain(void)
{
	struct epoll_event events[2];
	int nr;

	drain_lock();
	nr = epoll_wait(news, events, 2, 0);
	if (nr) {
		anon_file_dispatch();
	}
	dma_buf_dispatch();
	/* Not only when its fd is readable: see file_watch(). */
	if (nr || file_watch_is_pending()) {
		file_watch_dispatch();
	}
	drain_unlock();
}
