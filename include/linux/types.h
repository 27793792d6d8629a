/* SPDX-License-Identifier: MIT */
/* The kernel's short integer names, beside the system's UAPI header. */
#ifndef UPRIME_LINUX_TYPES_H
#define UPRIME_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef unsigned int gfp_t;

/* Marks a pointer into the memory of the program that asks: never followed,
 * only given to copy_from_user() and copy_to_user(). */
#define __user

#endif
