/* SPDX-License-Identifier: MIT */
/* Allocation with the kernel's names. Every allocation of the core goes
 * through here, so that a test can let any one of them fail. */
#ifndef UPRIME_LINUX_SLAB_H
#define UPRIME_LINUX_SLAB_H

#include <linux/kernel.h>

#define GFP_KERNEL 0u

/**
 * kcalloc() - allocate a zeroed array
 * @n: number of elements
 * @size: bytes in each
 * @gfp: GFP_KERNEL
 *
 * Return: memory the caller frees with kfree(), or NULL when there is none or
 * @n * @size overflows.
 */
EXPORT_SYMBOL void *kcalloc(size_t n, size_t size, gfp_t gfp);

/**
 * kmalloc_array() - allocate an array without clearing it
 * @n: number of elements
 * @size: bytes in each
 * @gfp: GFP_KERNEL
 *
 * Return: as kcalloc().
 */
EXPORT_SYMBOL void *kmalloc_array(size_t n, size_t size, gfp_t gfp);

/**
 * kstrdup() - copy a string
 * @s: the string
 * @gfp: GFP_KERNEL
 *
 * Return: as kcalloc().
 */
EXPORT_SYMBOL char *kstrdup(const char *s, gfp_t gfp);

/**
 * kfree() - free what the functions above returned
 * @p: memory, or NULL
 */
EXPORT_SYMBOL void kfree(const void *p);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kcalloc(1, size, gfp);
}

#endif
