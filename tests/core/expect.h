/* SPDX-License-Identifier: MIT */
/* What threads of a test expect, of which cmocka only knows the first. */
#ifndef UPRIME_TESTS_EXPECT_H
#define UPRIME_TESTS_EXPECT_H

#include <stdatomic.h>

/* Line of the first expectation that did not hold; 0: all did. */
static atomic_int broken;

#define expect(condition)                                                      \
	do {                                                                   \
		int none = 0;                                                  \
		if (!(condition)) {                                            \
			atomic_compare_exchange_strong(&broken, &none,         \
						       __LINE__);              \
		}                                                              \
	} while (0)

#endif
