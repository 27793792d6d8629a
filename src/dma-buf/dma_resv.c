/* SPDX-License-Identifier: MIT */
/**
 * DOC: reservations
 *
 * A fence in a reservation has an entry, whose callback counts the fence out of
 * dma_resv.pending the moment it is signalled; the entry itself stays, with
 * the fence, until its place is taken or room is wanted.
 *
 * Lock order: dma_resv.lock, the fence's lock, dma_resv.pending_lock.
 */
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <sys/epoll.h>

/* The least room of a reservation that has a fence. */
#define FIRST_ROOM 4u
/* Bytes of the kernel's list of fences, without and with one more of them. */
#define LIST_SIZE  24ul
#define PLACE_SIZE 8ul

/**
 * struct dma_resv_entry - the place of a fence
 */
struct dma_resv_entry {
	struct list_head node;     /* dma_resv.entries or spare; lock */
	struct dma_resv *resv;     /* constant */
	struct dma_fence *fence;   /* owned, NULL in spare; lock */
	enum dma_resv_usage usage; /* lock; constant while cb waits */
	struct dma_fence_cb cb;    /* counts the fence out */
};

void dma_resv_init(struct dma_resv *resv)
{
	*resv = (struct dma_resv){0};
	mutex_init(&resv->lock);
	INIT_LIST_HEAD(&resv->entries);
	INIT_LIST_HEAD(&resv->spare);
	mutex_init(&resv->pending_lock);
	INIT_LIST_HEAD(&resv->watches);
}

/* ------------------------------------------------------------------------
 * How many are under way
 */

static unsigned int events_of(struct dma_resv *resv)
{
	const unsigned int *pending = resv->pending;
	unsigned int events = 0;

	lockdep_assert_held(&resv->pending_lock);
	if (!pending[DMA_RESV_USAGE_KERNEL] && !pending[DMA_RESV_USAGE_WRITE]) {
		events = EPOLLIN;
		if (!pending[DMA_RESV_USAGE_READ]) {
			events |= EPOLLOUT;
		}
	}
	return events;
}

/* One more of one kind, one less of another; NULL: none. */
static void count(struct dma_resv *resv, const enum dma_resv_usage *more,
		  const enum dma_resv_usage *less)
{
	struct dma_resv_watch *watch;
	unsigned int before, now;

	mutex_lock(&resv->pending_lock);
	before = events_of(resv);
	if (more) {
		resv->pending[*more]++;
	}
	if (less) {
		resv->pending[*less]--;
	}
	now = events_of(resv);
	if (now != before) {
		list_for_each_entry(watch, &resv->watches, node) {
			watch->changed(watch, now);
		}
	}
	mutex_unlock(&resv->pending_lock);
}

static void count_out(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_resv_entry *entry =
		container_of(cb, struct dma_resv_entry, cb);

	(void)fence;
	count(entry->resv, NULL, &entry->usage);
}

void dma_resv_watch(struct dma_resv *resv, struct dma_resv_watch *watch,
		    void (*changed)(struct dma_resv_watch *watch,
				    unsigned int events))
{
	watch->changed = changed;
	mutex_lock(&resv->pending_lock);
	list_add_tail(&watch->node, &resv->watches);
	changed(watch, events_of(resv));
	mutex_unlock(&resv->pending_lock);
}

void dma_resv_unwatch(struct dma_resv *resv, struct dma_resv_watch *watch)
{
	mutex_lock(&resv->pending_lock);
	list_del_init(&watch->node);
	mutex_unlock(&resv->pending_lock);
}

/* ------------------------------------------------------------------------
 * Entries
 */

/* Put a fence into an entry, which may have one. */
static void set_fence(struct dma_resv_entry *entry, struct dma_fence *fence,
		      enum dma_resv_usage usage)
{
	enum dma_resv_usage old_usage = entry->usage;
	struct dma_fence *old = entry->fence;
	bool pending = !dma_fence_is_signaled(fence);
	bool old_pending = old && dma_fence_remove_callback(old, &entry->cb);

	/* In one step, so that nobody is told that the buffer is free when one
	 * use of it follows another. */
	count(entry->resv, pending ? &usage : NULL,
	      old_pending ? &old_usage : NULL);
	entry->fence = dma_fence_get(fence);
	entry->usage = usage;
	if (dma_fence_add_callback(fence, &entry->cb, count_out) && pending) {
		count(entry->resv, NULL, &usage);
	}
	dma_fence_put(old);
}

/* Take the fence out, if it is not signalled it is no longer waited for. */
static void clear_fence(struct dma_resv_entry *entry)
{
	if (dma_fence_remove_callback(entry->fence, &entry->cb)) {
		count(entry->resv, NULL, &entry->usage);
	}
	dma_fence_put(entry->fence);
	entry->fence = NULL;
}

void dma_resv_fini(struct dma_resv *resv)
{
	struct dma_resv_entry *entry, *next;

	WARN_ON(!list_empty(&resv->watches));
	list_for_each_entry_safe(entry, next, &resv->entries, node) {
		clear_fence(entry);
		kfree(entry);
	}
	list_for_each_entry_safe(entry, next, &resv->spare, node) {
		kfree(entry);
	}
	mutex_destroy(&resv->pending_lock);
	mutex_destroy(&resv->lock);
}

static void drop_signaled(struct dma_resv *resv)
{
	struct dma_resv_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &resv->entries, node) {
		if (dma_fence_is_signaled(entry->fence)) {
			clear_fence(entry);
			list_del_init(&entry->node);
			list_add(&entry->node, &resv->spare);
			resv->used--;
		}
	}
}

/* The kernel's list has as much room as its memory, of which there are pieces
 * of these sizes. It matters: who looks at the fences of a buffer sees whether
 * the place of a signalled one was taken or room made. */
static unsigned int fill_piece(unsigned int room)
{
	size_t size = LIST_SIZE + room * PLACE_SIZE, piece;

	for (piece = 64; piece < size; piece *= 2) {
		/* Up to 256 there is one more between two powers. */
		if (piece < 256 && size <= piece + piece / 2) {
			piece += piece / 2;
			break;
		}
	}
	return (unsigned int)((piece - LIST_SIZE) / PLACE_SIZE);
}

/* The room for this many fences more. */
static unsigned int new_room(struct dma_resv *resv, unsigned int num_fences)
{
	unsigned int room = FIRST_ROOM;

	if (resv->room) {
		return fill_piece(
			max(resv->used + num_fences, resv->room * 2));
	}
	while (room < num_fences) {
		room *= 2;
	}
	return fill_piece(room);
}

int dma_resv_reserve_fences(struct dma_resv *resv, unsigned int num_fences)
{
	unsigned int room;

	lockdep_assert_held(&resv->lock);
	if (resv->used + num_fences <= resv->room) {
		return 0;
	}
	room = new_room(resv, num_fences);
	while (resv->room < room) {
		struct dma_resv_entry *entry =
			kzalloc(sizeof(*entry), GFP_KERNEL);

		if (!entry) {
			return -ENOMEM;
		}
		entry->resv = resv;
		list_add_tail(&entry->node, &resv->spare);
		resv->room++;
	}
	drop_signaled(resv);
	return 0;
}

void dma_resv_add_fence(struct dma_resv *resv, struct dma_fence *fence,
			enum dma_resv_usage usage)
{
	struct dma_resv_entry *entry;

	lockdep_assert_held(&resv->lock);
	WARN_ON(dma_fence_is_array(fence) || dma_fence_is_chain(fence));
	list_for_each_entry(entry, &resv->entries, node) {
		if ((entry->usage >= usage &&
		     dma_fence_is_later_or_same(fence, entry->fence)) ||
		    dma_fence_is_signaled(entry->fence)) {
			set_fence(entry, fence, usage);
			return;
		}
	}
	if (WARN_ON(list_empty(&resv->spare))) {
		return;
	}
	entry = list_first_entry(&resv->spare, struct dma_resv_entry, node);
	list_del_init(&entry->node);
	list_add_tail(&entry->node, &resv->entries);
	resv->used++;
	set_fence(entry, fence, usage);
}

/* ------------------------------------------------------------------------
 * Questions
 */

static bool is_busy(struct dma_resv_entry *entry, enum dma_resv_usage usage)
{
	return entry->usage <= usage && !dma_fence_is_signaled(entry->fence);
}

/* The first fence that counts and is not signalled, with a reference; NULL. */
static struct dma_fence *get_first_busy(struct dma_resv *resv,
					enum dma_resv_usage usage)
{
	struct dma_fence *fence = NULL;
	struct dma_resv_entry *entry;

	dma_resv_lock(resv);
	list_for_each_entry(entry, &resv->entries, node) {
		if (is_busy(entry, usage)) {
			fence = dma_fence_get(entry->fence);
			break;
		}
	}
	dma_resv_unlock(resv);
	return fence;
}

bool dma_resv_test_signaled(struct dma_resv *resv, enum dma_resv_usage usage)
{
	struct dma_fence *fence = get_first_busy(resv, usage);

	dma_fence_put(fence);
	return !fence;
}

int dma_resv_get_fences(struct dma_resv *resv, enum dma_resv_usage usage,
			unsigned int *num_fences, struct dma_fence ***fencesp)
{
	struct dma_fence **fences = NULL;
	struct dma_resv_entry *entry;
	unsigned int num = 0;
	int ret = 0;

	dma_resv_lock(resv);
	list_for_each_entry(entry, &resv->entries, node) {
		if (!is_busy(entry, usage)) {
			continue;
		}
		if (!fences) {
			fences = kmalloc_array(resv->used, sizeof(*fences),
					       GFP_KERNEL);
		}
		if (!fences) {
			ret = -ENOMEM;
			break;
		}
		fences[num++] = dma_fence_get(entry->fence);
	}
	dma_resv_unlock(resv);
	*num_fences = num;
	*fencesp = fences;
	return ret;
}

int dma_resv_get_singleton(struct dma_resv *resv, enum dma_resv_usage usage,
			   struct dma_fence **fence)
{
	struct dma_fence_array *array;
	struct dma_fence **fences;
	unsigned int num;
	int ret;

	*fence = NULL;
	ret = dma_resv_get_fences(resv, usage, &num, &fences);
	if (ret || !num) {
		return ret;
	}
	if (num == 1) {
		*fence = fences[0];
		kfree(fences);
		return 0;
	}
	array = dma_fence_array_create((int)num, fences,
				       dma_fence_context_alloc(1), 1, false);
	if (!array) {
		while (num--) {
			dma_fence_put(fences[num]);
		}
		kfree(fences);
		return -ENOMEM;
	}
	*fence = &array->base;
	return 0;
}

s64 dma_resv_wait_timeout(struct dma_resv *resv, enum dma_resv_usage usage,
			  bool intr, s64 timeout)
{
	s64 ret = timeout > 0 ? timeout : 1;
	struct dma_fence *fence;

	while (ret > 0 && (fence = get_first_busy(resv, usage))) {
		ret = timeout > 0 ? dma_fence_wait_timeout(fence, intr, ret)
				  : 0;
		dma_fence_put(fence);
	}
	return ret;
}

void dma_resv_for_each(struct dma_resv *resv,
		       void (*fn)(struct dma_fence *fence,
				  enum dma_resv_usage usage, void *data),
		       void *data)
{
	struct dma_resv_entry *entry;

	dma_resv_lock(resv);
	list_for_each_entry(entry, &resv->entries, node) {
		fn(entry->fence, entry->usage, data);
	}
	dma_resv_unlock(resv);
}
