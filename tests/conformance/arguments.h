/* SPDX-License-Identifier: MIT */
/**
 * DOC: the order of checks
 *
 * An ioctl with one thing wrong says which error that is; with two things
 * wrong it says which of them is looked at first. So each fault is tried
 * alone and with each other one, every time from a fresh start.
 */
#ifndef CONFORM_ARGUMENTS_H
#define CONFORM_ARGUMENTS_H

#include <stddef.h>
#include <stdint.h>

#define MAX_ARGUMENT 128

struct fault {
	const char *name;
	size_t offset, size; /* of the field */
	uint64_t value;
};

/* FAULT(struct, field, value) */
#define FAULT(type, field, what)                                               \
	{                                                                      \
		.name = #field " " #what,                                      \
		.offset = offsetof(struct type, field),                        \
		.size = sizeof(((struct type *)0)->field),                     \
		.value = (uint64_t)(what),                                     \
	}

struct call {
	const char *name;
	unsigned long cmd;
	/* Fills the argument with what must succeed; the fd to ask. */
	int (*prepare)(void *argument);
	const struct fault *faults; /* ends with one that has no name */
};

/* One line each: good, all zero, no memory there, every fault, every pair. */
void call_arguments(const struct call *call);

#endif
