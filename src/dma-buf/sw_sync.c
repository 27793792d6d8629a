/* SPDX-License-Identifier: MIT */
/**
 * DOC: fences at will
 *
 * A timeline lives as long as its file or one of its points, a fence of a sync
 * file. It has the points that are not signalled in a list, the next to come
 * first. Their numbers have 32 bits and wrap around.
 *
 * sync_timeline.lock is the lock of all its points. Whoever signals a point
 * under it takes a reference first: callbacks may drop the others.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/sw_sync.h>
#include <linux/sync_file.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* Room for a program's name, with its end. */
#define TASK_COMM_LEN 16

#define HAS_DEADLINE (1ul << DMA_FENCE_FLAG_USER_BITS)

/**
 * struct sync_timeline - a counter
 */
struct sync_timeline {
	struct anon_file file;
	struct kref kref;         /* the file, and each point */
	char name[TASK_COMM_LEN]; /* of the program; constant */
	u64 context;              /* constant */
	spinlock_t lock;
	u32 value;                /* lock */
	struct list_head pending; /* sync_pt.node, by seqno; lock */
};

/**
 * struct sync_pt - a point on it
 */
struct sync_pt {
	struct dma_fence base;
	struct list_head node; /* sync_timeline.pending; its lock */
	s64 deadline;          /* if HAS_DEADLINE; its lock */
};

static struct sync_timeline *timeline_of(struct dma_fence *fence)
{
	return container_of(fence->lock, struct sync_timeline, lock);
}

static struct sync_pt *to_sync_pt(struct dma_fence *fence)
{
	return container_of(fence, struct sync_pt, base);
}

static void free_timeline(struct kref *kref)
{
	struct sync_timeline *timeline =
		container_of(kref, struct sync_timeline, kref);

	mutex_destroy(&timeline->lock);
	kfree(timeline);
}

/* ------------------------------------------------------------------------
 * Points
 */

static const char *get_driver_name(struct dma_fence *fence)
{
	(void)fence;
	return "sw_sync";
}

static const char *get_timeline_name(struct dma_fence *fence)
{
	return timeline_of(fence)->name;
}

/* How far a number is ahead of another; they wrap around. */
static s32 distance(u64 from, u64 to)
{
	return (s32)((u32)to - (u32)from);
}

/* Also asked without the lock: a counter that is read a little late only lets
 * the point be signalled by who moves it. */
static bool is_reached(struct dma_fence *fence)
{
	u32 value = __atomic_load_n(&timeline_of(fence)->value,
				    __ATOMIC_ACQUIRE);

	return distance(value, fence->seqno) <= 0;
}

static void release_point(struct dma_fence *fence)
{
	struct sync_timeline *timeline = timeline_of(fence);

	spin_lock(&timeline->lock);
	list_del_init(&to_sync_pt(fence)->node);
	spin_unlock(&timeline->lock);
	kfree(to_sync_pt(fence));
	kref_put(&timeline->kref, free_timeline);
}

static void fence_value_str(struct dma_fence *fence, char *str, int size)
{
	snprintf(str, (size_t)size, "%lld", (long long)fence->seqno);
}

static void timeline_value_str(struct dma_fence *fence, char *str, int size)
{
	u32 value = __atomic_load_n(&timeline_of(fence)->value,
				    __ATOMIC_ACQUIRE);

	snprintf(str, (size_t)size, "%d", (int)value);
}

static void set_deadline(struct dma_fence *fence, s64 deadline)
{
	struct sync_pt *pt = to_sync_pt(fence);

	spin_lock(fence->lock);
	/* The earliest counts. */
	if (!(atomic_fetch_or(&fence->flags, HAS_DEADLINE) & HAS_DEADLINE) ||
	    deadline < pt->deadline) {
		pt->deadline = deadline;
	}
	spin_unlock(fence->lock);
}

static const struct dma_fence_ops point_ops = {
	.get_driver_name = get_driver_name,
	.get_timeline_name = get_timeline_name,
	.signaled = is_reached,
	.release = release_point,
	.fence_value_str = fence_value_str,
	.timeline_value_str = timeline_value_str,
	.set_deadline = set_deadline,
};

/* Put a point into the list of those that are pending, or find one of the same
 * number there: the one to be used, with a reference. */
static struct sync_pt *insert(struct sync_timeline *timeline,
			      struct sync_pt *pt)
{
	struct list_head *before = timeline->pending.prev;
	struct sync_pt *other;
	s32 ahead;

	lockdep_assert_held(&timeline->lock);
	for (; before != &timeline->pending; before = before->prev) {
		other = list_entry(before, struct sync_pt, node);
		ahead = distance(other->base.seqno, pt->base.seqno);
		if (!ahead && kref_get_unless_zero(&other->base.refcount)) {
			return other;
		}
		if (ahead >= 0) {
			break;
		}
	}
	list_add(&pt->node, before);
	return pt;
}

/* A point, with a reference for the caller; NULL. */
static struct sync_pt *get_point(struct sync_timeline *timeline, u32 value)
{
	struct sync_pt *pt = kzalloc(sizeof(*pt), GFP_KERNEL), *used = pt;

	if (!pt) {
		return NULL;
	}
	kref_get(&timeline->kref);
	INIT_LIST_HEAD(&pt->node);
	dma_fence_init(&pt->base, &point_ops, &timeline->lock,
		       timeline->context, value);
	spin_lock(&timeline->lock);
	if (!dma_fence_is_signaled_locked(&pt->base)) {
		used = insert(timeline, pt);
	}
	spin_unlock(&timeline->lock);
	if (used != pt) {
		dma_fence_put(&pt->base);
	}
	return used;
}

/* Signal the next point to come, with a reference that put_signaled() drops. */
static void signal_first(struct sync_timeline *timeline,
			 struct list_head *signaled, int error)
{
	struct sync_pt *pt =
		list_first_entry(&timeline->pending, struct sync_pt, node);

	lockdep_assert_held(&timeline->lock);
	list_del_init(&pt->node);
	/* One that is on its way out waits for the lock. */
	if (!kref_get_unless_zero(&pt->base.refcount)) {
		return;
	}
	list_add_tail(&pt->node, signaled);
	if (error) {
		dma_fence_set_error(&pt->base, error);
	}
	dma_fence_signal_locked(&pt->base);
}

/* Drop the references taken by signal_first(). */
static void put_signaled(struct list_head *signaled)
{
	struct sync_pt *pt, *next;

	list_for_each_entry_safe(pt, next, signaled, node) {
		list_del_init(&pt->node);
		dma_fence_put(&pt->base);
	}
}

static bool first_is_reached(struct sync_timeline *timeline)
{
	return !list_empty(&timeline->pending) &&
	       is_reached(&list_first_entry(&timeline->pending,
					    struct sync_pt, node)
				   ->base);
}

static void move(struct sync_timeline *timeline, u32 by)
{
	LIST_HEAD(signaled);

	spin_lock(&timeline->lock);
	__atomic_store_n(&timeline->value, timeline->value + by,
			 __ATOMIC_RELEASE);
	while (first_is_reached(timeline)) {
		signal_first(timeline, &signaled, 0);
	}
	spin_unlock(&timeline->lock);
	put_signaled(&signaled);
}

/* ------------------------------------------------------------------------
 * The file
 */

static struct sync_timeline *to_timeline(struct anon_file *file)
{
	return container_of(file, struct sync_timeline, file);
}

/* No more will come: what is pending has failed. */
static void timeline_release(struct anon_file *file)
{
	struct sync_timeline *timeline = to_timeline(file);
	LIST_HEAD(signaled);

	spin_lock(&timeline->lock);
	while (!list_empty(&timeline->pending)) {
		signal_first(timeline, &signaled, -ENOENT);
	}
	spin_unlock(&timeline->lock);
	put_signaled(&signaled);
	kref_put(&timeline->kref, free_timeline);
}

static long create_fence_ioctl(struct sync_timeline *timeline,
			       unsigned long arg)
{
	struct sw_sync_create_fence_data data;
	struct sync_pt *pt;
	int ret;

	if (copy_from_user(&data, arg, sizeof(data))) {
		return -EFAULT;
	}
	pt = get_point(timeline, data.value);
	if (!pt) {
		return -ENOMEM;
	}
	ret = sync_file_answer(&pt->base, NULL, arg, &data, sizeof(data),
			       &data.fence);
	dma_fence_put(&pt->base);
	return ret;
}

static long inc_ioctl(struct sync_timeline *timeline, unsigned long arg)
{
	u32 value;

	if (copy_from_user(&value, arg, sizeof(value))) {
		return -EFAULT;
	}
	/* What is further than this looks as if it lay behind. */
	while (value > INT32_MAX) {
		move(timeline, INT32_MAX);
		value -= INT32_MAX;
	}
	move(timeline, value);
	return 0;
}

static int get_deadline(struct dma_fence *fence, u64 *deadline)
{
	int ret = 0;

	if (fence->ops != &point_ops) {
		return -EINVAL;
	}
	spin_lock(fence->lock);
	if (atomic_load(&fence->flags) & HAS_DEADLINE) {
		*deadline = (u64)to_sync_pt(fence)->deadline;
	} else {
		ret = -ENOENT;
	}
	spin_unlock(fence->lock);
	return ret;
}

static long get_deadline_ioctl(unsigned long arg)
{
	struct sw_sync_get_deadline data;
	struct dma_fence *fence;
	int ret;

	if (copy_from_user(&data, arg, sizeof(data))) {
		return -EFAULT;
	}
	if (data.deadline_ns || data.pad) {
		return -EINVAL;
	}
	fence = sync_file_get_fence(data.fence_fd);
	if (!fence) {
		return -EINVAL;
	}
	ret = get_deadline(fence, (u64 *)&data.deadline_ns);
	dma_fence_put(fence);
	return ret ? ret : copy_to_user(arg, &data, sizeof(data));
}

static long timeline_ioctl(struct anon_file *file, unsigned int cmd,
			   unsigned long arg)
{
	switch (cmd) {
	case SW_SYNC_IOC_CREATE_FENCE:
		return create_fence_ioctl(to_timeline(file), arg);
	case SW_SYNC_IOC_INC:
		return inc_ioctl(to_timeline(file), arg);
	case SW_SYNC_GET_DEADLINE:
		return get_deadline_ioctl(arg);
	default:
		return -ENOTTY;
	}
}

static const struct anon_file_ops timeline_ops = {
	.name = "sw_sync",
	.release = timeline_release,
	.ioctl = timeline_ioctl,
};

/* The name of the program that asks; "" if it cannot be read. */
static void get_task_comm(char comm[TASK_COMM_LEN])
{
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", current_task()->pid);
	file = fopen(path, "re");
	if (!file) {
		return;
	}
	if (fgets(comm, TASK_COMM_LEN, file)) {
		comm[strcspn(comm, "\n")] = '\0';
	}
	fclose(file);
}

int sw_sync_open(void)
{
	struct sync_timeline *timeline = kzalloc(sizeof(*timeline), GFP_KERNEL);

	if (!timeline) {
		return -ENOMEM;
	}
	kref_init(&timeline->kref);
	get_task_comm(timeline->name);
	timeline->context = dma_fence_context_alloc(1);
	spin_lock_init(&timeline->lock);
	INIT_LIST_HEAD(&timeline->pending);
	return anon_file_open(&timeline->file, &timeline_ops);
}
