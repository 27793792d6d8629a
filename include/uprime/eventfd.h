/* SPDX-License-Identifier: MIT */
/* Programs' eventfds, with the kernel's names. */
#ifndef UPRIME_EVENTFD_H
#define UPRIME_EVENTFD_H

#include <linux/types.h>

struct eventfd_ctx;

/**
 * eventfd_ctx_fdget() - the eventfd behind an fd
 * @fd: an fd of the current task
 *
 * Return: for eventfd_ctx_put(); ERR_PTR: -EBADF (no such fd), -EINVAL (an fd
 * of something else), -EMFILE, -ENOMEM.
 */
struct eventfd_ctx *eventfd_ctx_fdget(int fd);

/* eventfd_ctx_put - give it up */
void eventfd_ctx_put(struct eventfd_ctx *ctx);

/**
 * eventfd_signal() - add 1, if it is not full
 * @ctx: the eventfd
 *
 * Never waits; any lock may be held.
 */
void eventfd_signal(struct eventfd_ctx *ctx);

#endif
