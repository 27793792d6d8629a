/* SPDX-License-Identifier: MIT */
/**
 * DOC: the next layer
 *
 * The functions that ours stand before: those of uprime's client, of umockdev,
 * or of the C library. Two threads that look them up at the same time find the
 * same addresses.
 */
#include "witness.h"

#include <dlfcn.h>

static struct next table;
static atomic_bool found;

static void next_find(void)
{
	int saved = errno;

#define NEXT_FIND(name)                                                        \
	table.name = (__typeof__(table.name))dlsym(RTLD_NEXT, #name);
	NEXT_FUNCTIONS(NEXT_FIND)
#undef NEXT_FIND
	atomic_store_explicit(&found, true, memory_order_release);
	errno = saved;
}

/**
 * next() - the wrapped functions
 *
 * Return: a table that is never NULL and stays.
 */
const struct next *next(void)
{
	if (!atomic_load_explicit(&found, memory_order_acquire)) {
		next_find();
	}
	return &table;
}
