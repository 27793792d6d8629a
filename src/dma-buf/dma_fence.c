/* SPDX-License-Identifier: MIT */
/* Fences: see <linux/dma-fence.h>. */
#include <errno.h>
#include <linux/dma-fence.h>
#include <linux/irq_work.h>
#include <linux/slab.h>

static bool test_flag(struct dma_fence *fence, enum dma_fence_flag_bits bit)
{
	return atomic_load(&fence->flags) & 1ul << bit;
}

/* True if it was set before. */
static bool set_flag(struct dma_fence *fence, enum dma_fence_flag_bits bit)
{
	return atomic_fetch_or(&fence->flags, 1ul << bit) & 1ul << bit;
}

u64 dma_fence_context_alloc(unsigned int num)
{
	/* 0 is the stub's. */
	static atomic_ullong next = 1;

	return atomic_fetch_add(&next, num);
}

void dma_fence_init(struct dma_fence *fence, const struct dma_fence_ops *ops,
		    spinlock_t *lock, u64 context, u64 seqno)
{
	kref_init(&fence->refcount);
	fence->ops = ops;
	INIT_LIST_HEAD(&fence->cb_list);
	fence->lock = lock;
	fence->context = context;
	fence->seqno = seqno;
	fence->timestamp = 0;
	fence->error = 0;
	atomic_init(&fence->flags, 0);
}

void dma_fence_free(struct dma_fence *fence)
{
	kfree(fence);
}

/* Fences nobody has any more: dma_fence.cb_list, which they need no longer. */
struct dying {
	struct irq_work work;
	struct list_head fences;
	bool queued;
};

static _Thread_local struct dying dying;

static void release_all(struct irq_work *work)
{
	struct dma_fence *fence;

	(void)work;
	while (!list_empty(&dying.fences)) {
		fence = list_first_entry(&dying.fences, struct dma_fence,
					 cb_list);
		list_del_init(&fence->cb_list);
		if (fence->ops->release) {
			fence->ops->release(fence);
		} else {
			dma_fence_free(fence);
		}
	}
	dying.queued = false;
}

/* Not at once: its lock may be held, and a fence can be the last that has
 * another one, and that of yet another. */
static void release(struct kref *ref)
{
	struct dma_fence *fence = container_of(ref, struct dma_fence, refcount);

	WARN_ON(!list_empty(&fence->cb_list));
	if (!dying.fences.next) {
		INIT_LIST_HEAD(&dying.fences);
		init_irq_work(&dying.work, release_all);
	}
	list_add_tail(&fence->cb_list, &dying.fences);
	if (!dying.queued) {
		dying.queued = true;
		irq_work_queue(&dying.work);
	}
}

struct dma_fence *dma_fence_get(struct dma_fence *fence)
{
	if (fence) {
		kref_get(&fence->refcount);
	}
	return fence;
}

void dma_fence_put(struct dma_fence *fence)
{
	if (fence) {
		kref_put(&fence->refcount, release);
	}
}

/* With the lock held. */
static int signal_at(struct dma_fence *fence, s64 timestamp)
{
	struct dma_fence_cb *cb;

	lockdep_assert_held(fence->lock);
	if (test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT)) {
		return -EINVAL;
	}
	fence->timestamp = timestamp;
	set_flag(fence, DMA_FENCE_FLAG_TIMESTAMP_BIT);
	set_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT);
	while (!list_empty(&fence->cb_list)) {
		cb = list_first_entry(&fence->cb_list, struct dma_fence_cb,
				      node);
		list_del_init(&cb->node);
		cb->func(fence, cb);
	}
	return 0;
}

int dma_fence_signal_locked(struct dma_fence *fence)
{
	return signal_at(fence, ktime_get_ns());
}

int dma_fence_signal_timestamp(struct dma_fence *fence, s64 timestamp)
{
	int ret;

	spin_lock(fence->lock);
	ret = signal_at(fence, timestamp);
	spin_unlock(fence->lock);
	return ret;
}

int dma_fence_signal(struct dma_fence *fence)
{
	return dma_fence_signal_timestamp(fence, ktime_get_ns());
}

void dma_fence_set_error(struct dma_fence *fence, int error)
{
	WARN_ON(test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT));
	WARN_ON(error >= 0);
	fence->error = error;
}

bool dma_fence_is_signaled_locked(struct dma_fence *fence)
{
	if (test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT)) {
		return true;
	}
	if (fence->ops->signaled && fence->ops->signaled(fence)) {
		dma_fence_signal_locked(fence);
		return true;
	}
	return false;
}

bool dma_fence_is_signaled(struct dma_fence *fence)
{
	if (test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT)) {
		return true;
	}
	if (fence->ops->signaled && fence->ops->signaled(fence)) {
		dma_fence_signal(fence);
		return true;
	}
	return false;
}

int dma_fence_get_status(struct dma_fence *fence)
{
	if (!dma_fence_is_signaled(fence)) {
		return 0;
	}
	return fence->error ? fence->error : 1;
}

void dma_fence_set_deadline(struct dma_fence *fence, s64 deadline)
{
	if (fence->ops->set_deadline && !dma_fence_is_signaled(fence)) {
		fence->ops->set_deadline(fence, deadline);
	}
}

/* False: it is signalled. */
static bool enable_signaling(struct dma_fence *fence)
{
	lockdep_assert_held(fence->lock);
	if (test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT)) {
		return false;
	}
	if (!set_flag(fence, DMA_FENCE_FLAG_ENABLE_SIGNAL_BIT) &&
	    fence->ops->enable_signaling &&
	    !fence->ops->enable_signaling(fence)) {
		dma_fence_signal_locked(fence);
		return false;
	}
	return true;
}

void dma_fence_enable_sw_signaling(struct dma_fence *fence)
{
	spin_lock(fence->lock);
	enable_signaling(fence);
	spin_unlock(fence->lock);
}

int dma_fence_add_callback(struct dma_fence *fence, struct dma_fence_cb *cb,
			   dma_fence_func_t func)
{
	int ret = 0;

	INIT_LIST_HEAD(&cb->node);
	if (test_flag(fence, DMA_FENCE_FLAG_SIGNALED_BIT)) {
		return -ENOENT;
	}
	spin_lock(fence->lock);
	if (enable_signaling(fence)) {
		cb->func = func;
		list_add_tail(&cb->node, &fence->cb_list);
	} else {
		ret = -ENOENT;
	}
	spin_unlock(fence->lock);
	return ret;
}

bool dma_fence_remove_callback(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	bool waiting;

	spin_lock(fence->lock);
	waiting = !list_empty(&cb->node);
	list_del_init(&cb->node);
	spin_unlock(fence->lock);
	return waiting;
}

static const char *stub_name(struct dma_fence *fence)
{
	(void)fence;
	return "stub";
}

static const struct dma_fence_ops stub_ops = {
	.get_driver_name = stub_name,
	.get_timeline_name = stub_name,
};

static DEFINE_SPINLOCK(stub_lock);

struct dma_fence *dma_fence_get_stub(void)
{
	static struct dma_fence stub; /* made once; stub_lock. Never freed */

	spin_lock(&stub_lock);
	if (!stub.ops) {
		dma_fence_init(&stub, &stub_ops, &stub_lock, 0, 0);
		dma_fence_signal_locked(&stub);
	}
	spin_unlock(&stub_lock);
	return dma_fence_get(&stub);
}

struct dma_fence *dma_fence_allocate_private_stub(s64 timestamp)
{
	struct dma_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (fence) {
		dma_fence_init(fence, &stub_ops, &stub_lock, 0, 0);
		dma_fence_signal_timestamp(fence, timestamp);
	}
	return fence;
}

/* A sleeper, as long as it sleeps. */
struct waiter {
	struct dma_fence_cb cb;
	struct task *task;
};

static void wake_waiter(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	(void)fence;
	task_wake(container_of(cb, struct waiter, cb)->task);
}

/* What is left of a wait that has come to its end. */
static s64 time_left(s64 deadline, s64 timeout)
{
	s64 left = timeout;

	if (deadline != TASK_FOREVER) {
		left = deadline - ktime_get_ns();
	}
	return left > 0 ? left : 1;
}

s64 dma_fence_wait_timeout(struct dma_fence *fence, bool intr, s64 timeout)
{
	struct waiter waiter = {.task = current_task()};
	s64 deadline = TASK_FOREVER, now;
	int ret = 0;

	if (timeout <= 0) {
		return dma_fence_is_signaled(fence) ? 1 : 0;
	}
	now = ktime_get_ns();
	if (timeout < TASK_FOREVER - now) {
		deadline = now + timeout;
	}
	if (dma_fence_add_callback(fence, &waiter.cb, wake_waiter)) {
		return time_left(deadline, timeout);
	}
	while (!dma_fence_is_signaled(fence) && !ret) {
		ret = task_sleep(deadline, intr);
	}
	dma_fence_remove_callback(fence, &waiter.cb);
	/* It can have come to the end together with the time or a signal. */
	if (dma_fence_is_signaled(fence)) {
		return time_left(deadline, timeout);
	}
	return ret == -ETIMEDOUT ? 0 : ret;
}

int dma_fence_wait(struct dma_fence *fence, bool intr)
{
	s64 ret = dma_fence_wait_timeout(fence, intr, MAX_SCHEDULE_TIMEOUT);

	return ret < 0 ? (int)ret : 0;
}
