/* SPDX-License-Identifier: MIT */
/* The writer of an open device's ledger: see src/wire/ledger.h. */
#ifndef UPRIME_PRIME_LEDGER_H
#define UPRIME_PRIME_LEDGER_H

#include <linux/types.h>

struct prime_ledger;

/**
 * prime_ledger_create() - make an empty ledger
 *
 * Return: the caller's, for prime_ledger_destroy(); ERR_PTR: -ENOMEM, -ENFILE.
 */
struct prime_ledger *prime_ledger_create(void);

/**
 * prime_ledger_destroy() - end writing; who reads it goes on reading
 * @ledger: the ledger, or NULL
 */
void prime_ledger_destroy(struct prime_ledger *ledger);

/**
 * prime_ledger_fd() - an fd by which others can map it, to read
 * @ledger: the ledger
 *
 * Return: close-on-exec, the caller's; -ENFILE.
 */
int prime_ledger_fd(const struct prime_ledger *ledger);

/**
 * prime_ledger_set() - tell the handle of a dma-buf
 * @ledger: the ledger. Its user's lock is held.
 * @position: of the dma-buf; with 0 nothing is told
 * @handle: its handle; 0: it has none any more
 */
void prime_ledger_set(struct prime_ledger *ledger, u64 position, u32 handle);

#endif
