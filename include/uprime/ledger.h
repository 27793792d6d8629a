/* SPDX-License-Identifier: MIT */
/* What programs may know of an open device without asking. */
#ifndef UPRIME_LEDGER_CORE_H
#define UPRIME_LEDGER_CORE_H

#include <linux/kernel.h>

struct drm_file;

/**
 * drm_prime_ledger_fd() - let a program know which handle a dma-buf has
 * @file: an open device
 *
 * The memory is a struct ledger (src/wire/ledger.h), which the library keeps
 * right from the first call on: an ioctl does not return before what it changed
 * stands there. It can be mapped for reading only. Takes the file's PRIME lock.
 *
 * Return: an fd of the memory, close-on-exec, the caller's; -EOPNOTSUPP (the
 * driver has PRIME functions of its own), -ENOMEM, -ENFILE.
 */
EXPORT_SYMBOL int drm_prime_ledger_fd(struct drm_file *file);

#endif
