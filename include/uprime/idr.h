/* SPDX-License-Identifier: MIT */
/* Small numbers for pointers: the lowest free one first. */
#ifndef UPRIME_IDR_H
#define UPRIME_IDR_H

#include <linux/kernel.h>

#define IDR_LEVELS 6

/**
 * struct idr - numbers from a base on, each with a pointer
 *
 * Guarded by its user's lock. Zeroed memory after idr_init().
 */
struct idr {
	void **slots;           /* owned; number - base is the index */
	u64 *full[IDR_LEVELS];  /* owned; level 0: a bit for each slot in use;
	                           above: a bit for each full word below */
	u32 size;               /* slots allocated, 0 or a power of 64 apart
	                           from the first */
	u32 base;               /* lowest number */
	u32 count;              /* numbers in use */
};

/**
 * idr_init() - make an empty idr
 * @idr: caller's memory
 * @base: lowest number it gives
 */
EXPORT_SYMBOL void idr_init(struct idr *idr, u32 base);

/**
 * idr_destroy() - free what an idr has allocated; not what it points to
 * @idr: the idr
 */
EXPORT_SYMBOL void idr_destroy(struct idr *idr);

/**
 * idr_alloc() - give a pointer the lowest free number
 * @idr: the idr
 * @ptr: the pointer; with NULL the number is taken but not found
 *
 * Return: the number; -ENOMEM; -ENOSPC when none is left.
 */
EXPORT_SYMBOL int idr_alloc(struct idr *idr, void *ptr);

/**
 * idr_alloc_at() - give a pointer a number
 * @idr: the idr
 * @ptr: the pointer
 * @id: the number, not below the base; memory is used for all below it
 *
 * Return: 0; -ENOMEM; -ENOSPC: it is in use.
 */
EXPORT_SYMBOL int idr_alloc_at(struct idr *idr, void *ptr, u32 id);

/* idr_is_empty - is no number in use? */
static inline bool idr_is_empty(const struct idr *idr)
{
	return !idr->count;
}

/**
 * idr_find() - the pointer of a number
 * @idr: the idr
 * @id: any number
 *
 * Return: the pointer, or NULL.
 */
EXPORT_SYMBOL void *idr_find(const struct idr *idr, u32 id);

/**
 * idr_replace() - change the pointer of a number in use, NULL allowed
 * @idr: the idr
 * @ptr: the new pointer; a number with NULL stays taken but is not found
 * @id: the number
 *
 * Return: the old pointer; NULL if the number is not in use.
 */
EXPORT_SYMBOL void *idr_replace(struct idr *idr, void *ptr, u32 id);

/**
 * idr_remove() - free a number
 * @idr: the idr
 * @id: any number
 */
EXPORT_SYMBOL void idr_remove(struct idr *idr, u32 id);

/**
 * idr_next() - the next number in use with a pointer
 * @idr: the idr
 * @id: in: where to begin; out: the number found
 *
 * Return: its pointer, or NULL at the end.
 */
EXPORT_SYMBOL void *idr_next(const struct idr *idr, u32 *id);

#define idr_for_each_entry(idr, entry, id)                                     \
	for ((id) = 0; ((entry) = idr_next((idr), &(id))) != NULL; (id)++)

#endif
