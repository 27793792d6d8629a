/* SPDX-License-Identifier: MIT */
/* Reference counts. The one who drops the last reference runs the release. */
#ifndef UPRIME_LINUX_KREF_H
#define UPRIME_LINUX_KREF_H

#include <linux/kernel.h>
#include <stdatomic.h>

struct kref {
	atomic_uint refcount;
};

static inline void kref_init(struct kref *kref)
{
	atomic_init(&kref->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *kref)
{
	return atomic_load_explicit(&((struct kref *)kref)->refcount,
				    memory_order_relaxed);
}

static inline void kref_get(struct kref *kref)
{
	atomic_fetch_add_explicit(&kref->refcount, 1, memory_order_relaxed);
}

/* kref_get_unless_zero - take a reference to what may be on its way out.
 * Returns true with the reference held, false if the release has begun. */
static inline bool kref_get_unless_zero(struct kref *kref)
{
	unsigned int old = kref_read(kref);

	while (old) {
		if (atomic_compare_exchange_weak_explicit(
			    &kref->refcount, &old, old + 1,
			    memory_order_relaxed, memory_order_relaxed)) {
			return true;
		}
	}
	return false;
}

/* kref_put - drop a reference; true if it was the last and release ran. */
static inline bool kref_put(struct kref *kref, void (*release)(struct kref *))
{
	if (atomic_fetch_sub_explicit(&kref->refcount, 1,
				      memory_order_acq_rel) != 1) {
		return false;
	}
	release(kref);
	return true;
}

#endif
