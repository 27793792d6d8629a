/* SPDX-License-Identifier: MIT */
/* Random sequences of calls to a display. */
#ifndef CONFORM_KMS_RANDOM_H
#define CONFORM_KMS_RANDOM_H

/* Prints @ops calls, what they answered and what was then shown. */
void kms_random_run(unsigned int seed, unsigned int ops);

#endif
