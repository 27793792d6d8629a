/* SPDX-License-Identifier: MIT */
/* Points where a test can let the system fail. */
#ifndef UPRIME_HOST_FAULT_H
#define UPRIME_HOST_FAULT_H

#include <stdbool.h>

#ifdef UPRIME_FAULT_INJECTION

/**
 * fault_arm() - let one of the next fault points fail
 * @nth: 1 for the next one; 0 for none
 */
void fault_arm(unsigned int nth);

/**
 * fault_disarm() - stop, and tell what was passed
 *
 * Return: fault points passed since fault_arm(). If it is less than what was
 * armed, none has failed.
 */
unsigned int fault_disarm(void);

/**
 * fault_point() - a place where the system can fail
 *
 * Return: true if it has to fail now. Counted for the thread that armed.
 */
bool fault_point(void);

#else

static inline bool fault_point(void)
{
	return false;
}

#endif

#endif
