/* SPDX-License-Identifier: MIT */
/* What the system charges for calls: the same for all programs. */
#ifndef UPRIME_BENCH_LIMITS_H
#define UPRIME_BENCH_LIMITS_H

#include "stage.h"

extern const struct stage limit_calls;

#endif
