/* SPDX-License-Identifier: MIT */
/**
 * DOC: timelines
 *
 * A link that is waited for has one callback at a time: on the first fence,
 * from itself on to the beginning, that is not signalled. When that is, it
 * looks for the next one. Callbacks run under that fence's lock, so they leave
 * this to irq_work.
 *
 * A link is locked before the fences in the chain. prev_lock guards
 * dma_fence_chain.prev of all links; it is a leaf. It is not the link's own
 * lock since a link is asked, under it, for what is before.
 */
#include <errno.h>
#include <linux/dma-fence-chain.h>

static DEFINE_SPINLOCK(prev_lock);

/* The link before, with a reference; NULL. */
static struct dma_fence *get_prev(struct dma_fence_chain *chain)
{
	struct dma_fence *prev;

	spin_lock(&prev_lock);
	prev = dma_fence_get(chain->prev);
	spin_unlock(&prev_lock);
	return prev;
}

/* Let a link forget the one before. Others may have done so already. */
static void skip(struct dma_fence_chain *chain, struct dma_fence *prev)
{
	struct dma_fence_chain *link = to_dma_fence_chain(prev);
	struct dma_fence *before = link ? get_prev(link) : NULL, *unused;

	spin_lock(&prev_lock);
	unused = before;
	if (chain->prev == prev) {
		chain->prev = before;
		unused = prev;
	}
	spin_unlock(&prev_lock);
	dma_fence_put(unused);
}

struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);
	struct dma_fence *prev = NULL;

	while (chain && (prev = get_prev(chain)) != NULL) {
		if (!dma_fence_is_signaled(dma_fence_chain_contained(prev))) {
			break;
		}
		skip(chain, prev);
		dma_fence_put(prev);
	}
	dma_fence_put(fence);
	return prev;
}

int dma_fence_chain_find_seqno(struct dma_fence **pfence, u64 seqno)
{
	struct dma_fence *head = *pfence, *iter;
	struct dma_fence_chain *chain = to_dma_fence_chain(head);

	if (!seqno) {
		return 0;
	}
	if (!chain || head->seqno < seqno) {
		return -EINVAL;
	}
	dma_fence_chain_for_each (iter, head) {
		chain = to_dma_fence_chain(iter);
		if (iter->context != head->context ||
		    chain->prev_seqno < seqno) {
			break;
		}
	}
	dma_fence_put(head);
	*pfence = iter;
	return 0;
}

static const char *driver_name(struct dma_fence *fence)
{
	(void)fence;
	return "dma_fence_chain";
}

static const char *timeline_name(struct dma_fence *fence)
{
	(void)fence;
	return "unbound";
}

static void contained_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_fence_chain *head =
		container_of(cb, struct dma_fence_chain, cb);

	irq_work_queue(&head->work);
	dma_fence_put(fence);
}

/* Wait for the first fence that is not signalled. False: all are. */
static bool wait_for_next(struct dma_fence_chain *head)
{
	struct dma_fence *iter, *fence;

	dma_fence_get(&head->base);
	dma_fence_chain_for_each (iter, &head->base) {
		fence = dma_fence_get(dma_fence_chain_contained(iter));
		if (!dma_fence_add_callback(fence, &head->cb,
					    contained_signaled)) {
			dma_fence_put(iter);
			return true;
		}
		dma_fence_put(fence);
	}
	dma_fence_put(&head->base);
	return false;
}

static void go_on(struct irq_work *work)
{
	struct dma_fence_chain *head =
		container_of(work, struct dma_fence_chain, work);

	if (!wait_for_next(head)) {
		dma_fence_signal(&head->base);
	}
	dma_fence_put(&head->base);
}

static bool enable_signaling(struct dma_fence *fence)
{
	return wait_for_next(to_dma_fence_chain(fence));
}

static bool signaled(struct dma_fence *fence)
{
	struct dma_fence *iter;

	dma_fence_chain_for_each (iter, fence) {
		if (!dma_fence_is_signaled(dma_fence_chain_contained(iter))) {
			dma_fence_put(iter);
			return false;
		}
	}
	return true;
}

static void set_deadline(struct dma_fence *fence, s64 deadline)
{
	struct dma_fence *iter;

	dma_fence_chain_for_each (iter, fence) {
		dma_fence_set_deadline(dma_fence_chain_contained(iter),
				       deadline);
	}
}

static void release(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);

	dma_fence_put(chain->prev);
	dma_fence_put(chain->fence);
	mutex_destroy(&chain->lock);
	kfree(chain);
}

const struct dma_fence_ops dma_fence_chain_ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
	.enable_signaling = enable_signaling,
	.signaled = signaled,
	.release = release,
	.set_deadline = set_deadline,
	.use_64bit_seqno = true,
};

void dma_fence_chain_init(struct dma_fence_chain *chain,
			  struct dma_fence *prev, struct dma_fence *fence,
			  u64 seqno)
{
	bool goes_on = prev && dma_fence_is_chain(prev) &&
		       __dma_fence_is_later(seqno, prev->seqno);
	u64 context;

	/* Links follow one another; in one another they would not be walked. */
	WARN_ON(dma_fence_is_chain(fence));
	context = goes_on ? prev->context : dma_fence_context_alloc(1);
	/* A number that goes back would let an earlier point look unreached. */
	if (prev && dma_fence_is_chain(prev) && !goes_on) {
		seqno = prev->seqno;
	}
	spin_lock_init(&chain->lock);
	chain->prev = prev;
	chain->prev_seqno = goes_on ? prev->seqno : 0;
	chain->fence = fence;
	init_irq_work(&chain->work, go_on);
	dma_fence_init(&chain->base, &dma_fence_chain_ops, &chain->lock,
		       context, seqno);
}
