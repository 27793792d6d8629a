/* SPDX-License-Identifier: MIT */
/**
 * DOC: is a dma-buf in use?
 *
 * Who follows it watches the reservation, which may belong to the exporter's
 * object and end with the dma-buf. So a poller is in its dma-buf's list until
 * either ends, under a lock that outlives both.
 *
 * Lock order: pollers_lock, dma_resv.pending_lock.
 */
#include <linux/dma-buf.h>
#include <sys/epoll.h>

#include "internal.h"

static DEFINE_MUTEX(pollers_lock);

unsigned int dma_buf_poll(struct dma_buf *dmabuf)
{
	unsigned int events = 0;

	if (dma_resv_test_signaled(dmabuf->resv, DMA_RESV_USAGE_WRITE)) {
		events |= EPOLLIN;
	}
	if (dma_resv_test_signaled(dmabuf->resv, DMA_RESV_USAGE_READ)) {
		events |= EPOLLOUT;
	}
	return events;
}

static void resv_changed(struct dma_resv_watch *watch, unsigned int events)
{
	struct dma_buf_poller *poller =
		container_of(watch, struct dma_buf_poller, watch);

	poller->changed(poller, events);
}

void dma_buf_poll_start(struct dma_buf *dmabuf, struct dma_buf_poller *poller,
			void (*changed)(struct dma_buf_poller *poller,
					unsigned int events))
{
	poller->changed = changed;
	mutex_lock(&pollers_lock);
	poller->dmabuf = dmabuf;
	list_add_tail(&poller->node, &dmabuf->pollers);
	dma_resv_watch(dmabuf->resv, &poller->watch, resv_changed);
	mutex_unlock(&pollers_lock);
}

static void detach(struct dma_buf_poller *poller)
{
	lockdep_assert_held(&pollers_lock);
	dma_resv_unwatch(poller->dmabuf->resv, &poller->watch);
	list_del_init(&poller->node);
	poller->dmabuf = NULL;
}

void dma_buf_poll_end(struct dma_buf_poller *poller)
{
	mutex_lock(&pollers_lock);
	if (poller->dmabuf) {
		detach(poller);
	}
	mutex_unlock(&pollers_lock);
}

void dma_buf_poll_end_all(struct dma_buf *dmabuf)
{
	struct dma_buf_poller *poller, *next;

	mutex_lock(&pollers_lock);
	list_for_each_entry_safe(poller, next, &dmabuf->pollers, node) {
		detach(poller);
		poller->changed(poller, EPOLLHUP);
	}
	mutex_unlock(&pollers_lock);
}
