/* SPDX-License-Identifier: MIT */
/* Noticing what programs have closed. */
#ifndef UPRIME_SERVER_DRAIN_H
#define UPRIME_SERVER_DRAIN_H

/**
 * drain_open() - begin to be told of what is closed
 *
 * Return: an fd, not the caller's, that polls readable when drain() has work;
 * -errno.
 */
int drain_open(void);

/**
 * drain() - notice all that was closed before now
 *
 * No lock of the core may be held.
 */
void drain(void);

/**
 * drain_lock() - nobody notices anything until drain_unlock()
 *
 * Held from giving an fd away until our copy is closed: so whoever drains finds
 * no fd still open that programs have closed. Nobody waits for a program
 * meanwhile.
 */
void drain_lock(void);
void drain_unlock(void);

#endif
