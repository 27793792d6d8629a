/* SPDX-License-Identifier: MIT */
/*
 * What is measured in more than one stage: the functions of a struct point
 * (stage.h), whose data is a struct two.
 */
#ifndef UPRIME_BENCH_OPS_H
#define UPRIME_BENCH_OPS_H

#include "set.h"

/**
 * struct two - two open files of the device
 * @own: the one at work; owned
 * @other: the one whose dma-bufs, in its fds, @own imports; or NULL; owned
 */
struct two {
	struct set *own;
	struct set *other;
};

/* @own on one device or another, @other, if it is to have buffers, on the first */
struct two *two_open(unsigned int own_card, unsigned long nr_own,
		     unsigned long nr_other);
void two_close(void *data);

void op_version(void *data, unsigned long times);
void op_create_close(void *data, unsigned long times);
void op_map(void *data, unsigned long times);

/* By turns, as @own->few says: */
void op_lookup(void *data, unsigned long times);
void op_reexport(void *data, unsigned long times);
void op_import_close(void *data, unsigned long times);

/* By turns, of those that op_export_few() has exported: */
void op_self_import(void *data, unsigned long times);
void op_export_few(void *data);

#endif
