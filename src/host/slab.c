/* SPDX-License-Identifier: MIT */
/* Allocation, and what the kernel's headers need of a C library. */
#include <linux/slab.h>
#include <linux/mutex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

_Thread_local char mutex_self_mark;

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	(void)gfp;
	return fault_point() ? NULL : calloc(n, size);
}

void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	(void)gfp;
	return fault_point() ? NULL : reallocarray(NULL, n, size);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	(void)gfp;
	return fault_point() ? NULL : strdup(s);
}

void kfree(const void *p)
{
	free((void *)p);
}

void warn_slowpath(const char *file, int line, const char *what)
{
	fprintf(stderr, "uprime: %s:%d: unexpected: %s\n", file, line, what);
}
