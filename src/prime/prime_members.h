/* SPDX-License-Identifier: MIT */
/* The memory of an open file of which handle is which dma-buf. Who calls these
 * functions holds drm_prime_file_private.lock. */
#ifndef UPRIME_PRIME_MEMBERS_H
#define UPRIME_PRIME_MEMBERS_H

#include <linux/types.h>
#include <sys/types.h>

struct dma_buf;
struct drm_prime_file_private;

/**
 * struct prime_member - a handle that is a dma-buf
 *
 * Guarded by drm_prime_file_private.lock.
 */
struct prime_member {
	struct dma_buf *dma_buf; /* referenced */
	u32 handle;
	struct prime_member *next; /* the same dma-buf's next handle */
};

/* prime_member_of_handle, prime_member_of_inode - find one by its handle, or by
 * its dma-buf's inode: the handle that an import gives. NULL: there is none. */
const struct prime_member *
prime_member_of_handle(struct drm_prime_file_private *prime, u32 handle);
const struct prime_member *
prime_member_of_inode(struct drm_prime_file_private *prime, ino_t ino);

/* prime_member_add - remember that a handle is a dma-buf. 0 or -ENOMEM. */
int prime_member_add(struct drm_prime_file_private *prime,
		     struct dma_buf *dma_buf, u32 handle);

/* prime_member_remove - forget a handle. Returns its dma-buf, with the
 * reference, or NULL. */
struct dma_buf *prime_member_remove(struct drm_prime_file_private *prime,
				    u32 handle);

#endif
