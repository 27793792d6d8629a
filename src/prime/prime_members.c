/* SPDX-License-Identifier: MIT */
/* Which handle is which dma-buf, per open file, and the ledger that says so to
 * programs. */
#include "prime_members.h"

#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>
#include <uprime/ledger.h>

#include "../gem/internal.h"
#include "prime_ledger.h"

void drm_prime_init_file_private(struct drm_prime_file_private *prime)
{
	mutex_init(&prime->lock);
}

void drm_prime_destroy_file_private(struct drm_prime_file_private *prime)
{
	/* Every handle was closed before. */
	WARN_ON(prime->dmabufs.count || prime->handles.count);
	prime_ledger_destroy(prime->ledger);
	u64map_destroy(&prime->dmabufs);
	u64map_destroy(&prime->handles);
	mutex_destroy(&prime->lock);
}

/* What an fd tells of it at once. Its member keeps it from being reused. */
static u64 key_of(const struct dma_buf *dma_buf)
{
	return dma_buf->file->ino;
}

/* Tell which handle an import gives from now on; 0: none that is known. */
static void tell_ledger(struct drm_prime_file_private *prime,
			const struct dma_buf *dma_buf, u32 handle)
{
	lockdep_assert_held(&prime->lock);
	if (prime->ledger) {
		prime_ledger_set(prime->ledger, dma_buf->position, handle);
	}
}

const struct prime_member *
prime_member_of_handle(struct drm_prime_file_private *prime, u32 handle)
{
	lockdep_assert_held(&prime->lock);
	return u64map_find(&prime->handles, handle);
}

const struct prime_member *
prime_member_of_inode(struct drm_prime_file_private *prime, ino_t ino)
{
	lockdep_assert_held(&prime->lock);
	return u64map_find(&prime->dmabufs, ino);
}

int prime_member_add(struct drm_prime_file_private *prime,
		     struct dma_buf *dma_buf, u32 handle)
{
	struct prime_member *member, *first;
	int ret;

	lockdep_assert_held(&prime->lock);
	member = kzalloc(sizeof(*member), GFP_KERNEL);
	if (!member) {
		return -ENOMEM;
	}
	member->dma_buf = dma_buf;
	member->handle = handle;
	ret = u64map_insert(&prime->handles, handle, member);
	if (ret) {
		goto err_free;
	}
	first = u64map_find(&prime->dmabufs, key_of(dma_buf));
	if (first) {
		member->next = first->next;
		first->next = member;
	} else {
		ret = u64map_insert(&prime->dmabufs, key_of(dma_buf), member);
		if (ret) {
			goto err_remove;
		}
		tell_ledger(prime, dma_buf, handle);
	}
	get_dma_buf(dma_buf);
	return 0;

err_remove:
	u64map_remove(&prime->handles, handle);
err_free:
	kfree(member);
	return ret;
}

struct dma_buf *prime_member_remove(struct drm_prime_file_private *prime,
				    u32 handle)
{
	struct prime_member *member, *at;
	struct dma_buf *dma_buf;

	lockdep_assert_held(&prime->lock);
	member = u64map_remove(&prime->handles, handle);
	if (!member) {
		return NULL;
	}
	dma_buf = member->dma_buf;
	at = u64map_find(&prime->dmabufs, key_of(dma_buf));
	if (at == member) {
		u64map_remove(&prime->dmabufs, key_of(dma_buf));
		/* There is room: one was just taken out. */
		if (member->next) {
			u64map_insert(&prime->dmabufs, key_of(dma_buf),
				      member->next);
		}
		tell_ledger(prime, dma_buf,
			    member->next ? member->next->handle : 0);
	} else {
		while (at->next != member) {
			at = at->next;
		}
		at->next = member->next;
	}
	kfree(member);
	return dma_buf;
}

void drm_prime_remove_buf_handle(struct drm_prime_file_private *prime,
				 u32 handle)
{
	struct dma_buf *dma_buf;

	mutex_lock(&prime->lock);
	dma_buf = prime_member_remove(prime, handle);
	mutex_unlock(&prime->lock);
	if (dma_buf) {
		dma_buf_put(dma_buf);
	}
}

/* The ledger of a file, made with all that is known. */
static struct prime_ledger *get_ledger(struct drm_prime_file_private *prime)
{
	const struct prime_member *member;
	struct prime_ledger *ledger;

	lockdep_assert_held(&prime->lock);
	if (prime->ledger) {
		return prime->ledger;
	}
	ledger = prime_ledger_create();
	if (IS_ERR(ledger)) {
		return ledger;
	}
	prime->ledger = ledger;
	for (size_t i = 0; i < prime->dmabufs.size; i++) {
		member = prime->dmabufs.entries[i].value;
		if (member) {
			tell_ledger(prime, member->dma_buf, member->handle);
		}
	}
	return ledger;
}

int drm_prime_ledger_fd(struct drm_file *file)
{
	const struct drm_driver *driver = file->minor->dev->driver;
	struct drm_prime_file_private *prime = &file->prime;
	struct prime_ledger *ledger;
	int ret;

	/* What other functions would say is not known here. */
	if (driver->prime_handle_to_fd != drm_gem_prime_handle_to_fd ||
	    driver->prime_fd_to_handle != drm_gem_prime_fd_to_handle) {
		return -EOPNOTSUPP;
	}
	mutex_lock(&prime->lock);
	ledger = get_ledger(prime);
	ret = IS_ERR(ledger) ? (int)PTR_ERR(ledger) : prime_ledger_fd(ledger);
	mutex_unlock(&prime->lock);
	return ret;
}
