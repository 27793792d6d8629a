/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks ask of a device, with plain ioctls. The first call that
 * fails is remembered: who measures looks at it afterwards, outside of the
 * timed part, and says what is missing and why.
 */
#ifndef UPRIME_BENCH_CALLS_H
#define UPRIME_BENCH_CALLS_H

#include <stddef.h>
#include <stdint.h>

/**
 * call_error() - what the first call said that failed
 *
 * Return: one line, valid until call_forget(); NULL if none has failed.
 */
const char *call_error(void);

/**
 * call_fail() - remember a failure, unless there was one before
 * @what: what was tried
 * @err: an errno
 */
void call_fail(const char *what, int err);

/**
 * call_fail_after() - say how far it went before the call that failed
 * @count: how many were there
 * @what: of what
 *
 * Only the first is said of what follows from it.
 */
void call_fail_after(unsigned long count, const char *what);

void call_forget(void);

/* Each returns -1, 0 or NULL (whichever is no result) if it fails. */
int card_open(unsigned int index);
uint32_t card_create(int card, uint32_t width, uint32_t height);
void card_destroy(int card, uint32_t handle);
int card_export(int card, uint32_t handle);
uint32_t card_import(int card, int fd);
uint64_t card_offset(int card, uint32_t handle);
void card_version(int card);

/**
 * shared_map() - map for reading and writing
 * @fd: a card or a dma-buf
 * @offset: as card_offset() says, or 0
 * @size: in bytes
 */
void *shared_map(int fd, uint64_t offset, size_t size);

#endif
