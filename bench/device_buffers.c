/* SPDX-License-Identifier: MIT */
/* One open device with many buffers: does each cost the same as of few? */
#include <unistd.h>

#include "calls.h"
#include "device.h"
#include "ops.h"

static void *buffers_open(unsigned long n)
{
	struct two *two = two_open(0, n, SET_FEW);

	set_export_fds(two->other, SET_FEW);
	return two;
}

/* From here on all of the buffers have dma-bufs and take turns. */
static void before_all(void *data)
{
	struct set *own = ((struct two *)data)->own;

	set_close_fds(own);
	set_export_all(own);
	own->few = own->count;
}

/* The dma-bufs' fds are there for one batch only: they may be too many. */
static void export_next(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	for (unsigned long i = 0; i < times; i++) {
		own->fds[i] = card_export(own->card, set_next(own));
	}
}

static void import_next(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	for (unsigned long i = 0; i < times; i++) {
		card_import(own->card, own->fds[i]);
	}
}

static void close_next(void *data, unsigned long times)
{
	(void)times;
	set_close_fds(((struct two *)data)->own);
}

static const struct point points[] = {
	{.group = "device", .name = "create+close", .run = op_create_close},
	{.group = "device", .name = "mmap+munmap", .run = op_map},
	{.group = "device", .name = "lookup", .run = op_lookup},
	{
		.group = "device",
		.name = "first import + gem close",
		.run = op_import_close,
	},
	{
		.group = "device",
		.name = "re-export",
		.before = op_export_few,
		.run = op_reexport,
	},
	{
		.group = "device",
		.name = "self-import",
		.before = op_export_few,
		.run = op_self_import,
	},
	{
		.group = "device",
		.name = "re-export of all",
		.before = before_all,
		.run = op_reexport,
	},
	{
		.group = "device",
		.name = "self-import of all",
		.before = before_all,
		.prepare = export_next,
		.run = import_next,
		.clean = close_next,
	},
	{0},
};

const struct stage device_buffers = {
	.scale = "buffers",
	.open = buffers_open,
	.close = two_close,
	.points = points,
};
