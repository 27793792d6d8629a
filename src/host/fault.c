/* SPDX-License-Identifier: MIT */
/**
 * DOC: fault injection, in the test build only
 *
 * Counters are per thread: a test walks the failures of its own calls.
 */
#include "fault.h"

static _Thread_local unsigned int armed, passed;
static _Thread_local bool counting;

void fault_arm(unsigned int nth)
{
	armed = nth;
	passed = 0;
	counting = true;
}

unsigned int fault_disarm(void)
{
	counting = false;
	return passed;
}

bool fault_point(void)
{
	return counting && ++passed == armed;
}
