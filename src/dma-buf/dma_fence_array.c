/* SPDX-License-Identifier: MIT */
/**
 * DOC: several fences as one
 *
 * An array looks at its members when it is asked, and has a callback on each
 * from the time somebody waits for it. So two can find at once that it has come
 * to its end: the one who takes pending_error out signals it, after it has
 * stored the error.
 *
 * An array is locked before its members. Their callbacks run under a member's
 * lock, so they leave the signalling to irq_work.
 */
#include <linux/dma-fence-array.h>
#include <linux/slab.h>

#define NO_ERROR_YET 1
#define ERROR_STORED 0

static const char *driver_name(struct dma_fence *fence)
{
	(void)fence;
	return "dma_fence_array";
}

static const char *timeline_name(struct dma_fence *fence)
{
	(void)fence;
	return "unbound";
}

/* Of a member that is signalled. */
static void note_error(struct dma_fence_array *array, struct dma_fence *member)
{
	int none = NO_ERROR_YET;

	if (member->error) {
		atomic_compare_exchange_strong(&array->pending_error, &none,
					       member->error);
	}
}

/* The array has come to its end. True: the caller has to signal it. */
static bool finish(struct dma_fence_array *array)
{
	int error = atomic_exchange(&array->pending_error, ERROR_STORED);

	if (error < 0) {
		dma_fence_set_error(&array->base, error);
	}
	return error != ERROR_STORED;
}

static void signal_array(struct irq_work *work)
{
	struct dma_fence_array *array =
		container_of(work, struct dma_fence_array, work);

	if (finish(array)) {
		dma_fence_signal(&array->base);
	}
	dma_fence_put(&array->base);
}

static void member_signaled(struct dma_fence *member, struct dma_fence_cb *cb)
{
	struct dma_fence_array *array =
		container_of(cb, struct dma_fence_array_cb, cb)->array;

	note_error(array, member);
	if (atomic_fetch_sub(&array->num_pending, 1) == 1) {
		irq_work_queue(&array->work);
	} else {
		dma_fence_put(&array->base);
	}
}

static bool enable_signaling(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++) {
		struct dma_fence_array_cb *cb = &array->callbacks[i];

		cb->array = array;
		dma_fence_get(fence);
		if (!dma_fence_add_callback(array->fences[i], &cb->cb,
					    member_signaled)) {
			continue;
		}
		dma_fence_put(fence);
		note_error(array, array->fences[i]);
		if (atomic_fetch_sub(&array->num_pending, 1) == 1) {
			return !finish(array);
		}
	}
	return true;
}

static bool signaled(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);
	unsigned int nr = 0;

	for (unsigned int i = 0; i < array->num_fences; i++) {
		if (!dma_fence_is_signaled(array->fences[i])) {
			continue;
		}
		note_error(array, array->fences[i]);
		if (++nr == array->needed) {
			return finish(array);
		}
	}
	return false;
}

static void set_deadline(struct dma_fence *fence, s64 deadline)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++) {
		dma_fence_set_deadline(array->fences[i], deadline);
	}
}

static void release(struct dma_fence *fence)
{
	struct dma_fence_array *array = to_dma_fence_array(fence);

	for (unsigned int i = 0; i < array->num_fences; i++) {
		dma_fence_put(array->fences[i]);
	}
	kfree(array->fences);
	mutex_destroy(&array->lock);
	kfree(array);
}

const struct dma_fence_ops dma_fence_array_ops = {
	.get_driver_name = driver_name,
	.get_timeline_name = timeline_name,
	.enable_signaling = enable_signaling,
	.signaled = signaled,
	.release = release,
	.set_deadline = set_deadline,
};

struct dma_fence_array *dma_fence_array_create(int num_fences,
					       struct dma_fence **fences,
					       u64 context, unsigned int seqno,
					       bool signal_on_any)
{
	unsigned int num = (unsigned int)num_fences;
	struct dma_fence_array *array;

	array = kzalloc(sizeof(*array) + num * sizeof(array->callbacks[0]),
			GFP_KERNEL);
	if (!array) {
		return NULL;
	}
	spin_lock_init(&array->lock);
	dma_fence_init(&array->base, &dma_fence_array_ops, &array->lock,
		       context, seqno);
	array->num_fences = num;
	array->needed = signal_on_any ? 1 : num;
	array->fences = fences;
	atomic_init(&array->num_pending, (int)array->needed);
	atomic_init(&array->pending_error, NO_ERROR_YET);
	init_irq_work(&array->work, signal_array);
	return array;
}
