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

#include <linux/dma-buf.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>
#include <uprime/anon_file.h>

static DEFINE_MUTEX(lock);

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
	drain_lock();
	anon_file_dispatch();
	dma_buf_dispatch();
	/* Not only when its fd is readable: see file_watch(). */
	file_watch_dispatch();
	drain_unlock();
}
