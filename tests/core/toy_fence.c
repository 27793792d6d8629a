/* SPDX-License-Identifier: MIT */
#include "toy_fence.h"

#include <linux/slab.h>
#include <pthread.h>

#include "stage.h"

#define SMALL_STACK (256 * 1024)

struct toy_fence {
	struct dma_fence base;
	spinlock_t lock;
	_Atomic(s64) deadline;
};

atomic_int toy_fences_alive;

static const char *name(struct dma_fence *fence)
{
	(void)fence;
	return "toy";
}

static void release(struct dma_fence *fence)
{
	struct toy_fence *toy = container_of(fence, struct toy_fence, base);

	atomic_fetch_sub(&toy_fences_alive, 1);
	mutex_destroy(&toy->lock);
	kfree(toy);
}

static void set_deadline(struct dma_fence *fence, s64 deadline)
{
	container_of(fence, struct toy_fence, base)->deadline = deadline;
}

static const struct dma_fence_ops ops = {
	.get_driver_name = name,
	.get_timeline_name = name,
	.release = release,
	.set_deadline = set_deadline,
};

struct dma_fence *toy_fence_create(u64 seqno)
{
	struct toy_fence *toy = kzalloc(sizeof(*toy), GFP_KERNEL);

	assert_non_null(toy);
	spin_lock_init(&toy->lock);
	dma_fence_init(&toy->base, &ops, &toy->lock,
		       dma_fence_context_alloc(1), seqno);
	atomic_fetch_add(&toy_fences_alive, 1);
	return &toy->base;
}

s64 toy_fence_deadline(struct dma_fence *fence)
{
	return container_of(fence, struct toy_fence, base)->deadline;
}

static void count(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)fence;
	container_of(cb, struct heard, cb)->times++;
}

int hear(struct heard *heard, struct dma_fence *fence)
{
	heard->times = 0;
	return dma_fence_add_callback(fence, &heard->cb, count);
}

static void *call(void *fn)
{
	(*(void (**)(void))fn)();
	return NULL;
}

void run_on_small_stack(void (*fn)(void))
{
	pthread_attr_t attr;
	pthread_t thread;

	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, SMALL_STACK), 0);
	assert_int_equal(pthread_create(&thread, &attr, call, &fn), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attr);
}
