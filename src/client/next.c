/* SPDX-License-Identifier: MIT */
/**
 * DOC: the next layer
 *
 * The functions that ours stand before: umockdev's where it has one, else the
 * C library's. All are looked up at once, when the library is loaded or by the
 * first wrapper that is called before (constructors of other libraries may
 * be). Two threads that do it at the same time find the same addresses, so
 * nothing needs a lock; `found` is set after the addresses are.
 */
#include "client.h"

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
	if (!atomic_load_explicit(&found, memory_order_acquire))
		next_find();
	return &table;
}

/* dlsym() takes the loader's lock and is not for signal handlers: be early. */
__attribute__((constructor(101))) static void next_init(void)
{
	next_find();
}
