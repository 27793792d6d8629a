/* SPDX-License-Identifier: MIT */
/* The kernel's everyday macros, beside the system's UAPI header. */
#ifndef UPRIME_LINUX_KERNEL_H
#define UPRIME_LINUX_KERNEL_H

#include_next <linux/kernel.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define ALIGN(x, a)        (((x) + (a) - 1) & ~((__typeof__(x))(a) - 1))
#define PAGE_ALIGN(x)      ALIGN(x, PAGE_SIZE)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define ARRAY_SIZE(a)      (sizeof(a) / sizeof((a)[0]))
#define U32_MAX            UINT32_MAX

#define min(a, b)                                                              \
	({                                                                     \
		__typeof__(a) _a = (a);                                        \
		__typeof__(b) _b = (b);                                        \
		_a < _b ? _a : _b;                                             \
	})

#define max(a, b)                                                              \
	({                                                                     \
		__typeof__(a) _a = (a);                                        \
		__typeof__(b) _b = (b);                                        \
		_a > _b ? _a : _b;                                             \
	})

#define container_of(ptr, type, member)                                        \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* What a library shows to the programs linked with it. */
#define EXPORT_SYMBOL __attribute__((visibility("default")))

EXPORT_SYMBOL void warn_slowpath(const char *file, int line, const char *what);

/* WARN_ON - say on stderr that an invariant of the core does not hold; the
 * value is the condition's, so that the caller can leave by an error path. */
#define WARN_ON(cond)                                                          \
	({                                                                     \
		bool _warn = !!(cond);                                         \
		if (unlikely(_warn))                                           \
			warn_slowpath(__FILE__, __LINE__, #cond);              \
		_warn;                                                         \
	})

#endif
