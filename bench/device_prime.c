/* SPDX-License-Identifier: MIT */
/* What programs do all the time with one open device, or with two. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "calls.h"
#include "device.h"
#include "ops.h"

void op_version(void *data, unsigned long times)
{
	struct two *two = data;

	while (times--) {
		card_version(two->own->card);
	}
}

void op_lookup(void *data, unsigned long times)
{
	struct two *two = data;

	while (times--) {
		card_offset(two->own->card, set_next(two->own));
	}
}

static void close_made(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	for (unsigned long i = 0; i < times; i++) {
		card_destroy(own->card, own->made[i]);
	}
}

static void make(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	for (unsigned long i = 0; i < times; i++) {
		own->made[i] = card_create(own->card, SET_WIDTH, SET_WIDTH);
	}
}

void op_create_close(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	while (times--) {
		card_destroy(own->card,
			     card_create(own->card, SET_WIDTH, SET_WIDTH));
	}
}

static void export_made(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	for (unsigned long i = 0; i < times; i++) {
		own->fds[i] = card_export(own->card, own->made[i]);
	}
}

static void close_exported(void *data, unsigned long times)
{
	set_close_fds(((struct two *)data)->own);
	close_made(data, times);
}

void op_export_few(void *data)
{
	struct set *own = ((struct two *)data)->own;

	set_export_fds(own, own->few);
}

/* Let the turns take one, some or all of the buffers. */
static void use(struct set *set, unsigned long nr)
{
	set->few = nr;
	set->next = 0;
}

static void before_one(void *data)
{
	struct set *own = ((struct two *)data)->own;

	use(own, 1);
	set_export_fds(own, 1);
}

static void before_few(void *data)
{
	struct set *own = ((struct two *)data)->own;

	use(own, SET_FEW);
	op_export_few(data);
}

void op_reexport(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	while (times--) {
		close(card_export(own->card, set_next(own)));
	}
}

void op_self_import(void *data, unsigned long times)
{
	struct set *own = ((struct two *)data)->own;

	while (times--) {
		card_import(own->card, own->fds[own->next++ % own->few]);
	}
}

static void import_all(void *data, unsigned long times)
{
	struct two *two = data;

	for (unsigned long i = 0; i < times; i++) {
		two->own->made[i] =
			card_import(two->own->card, two->other->fds[i]);
	}
}

void op_import_close(void *data, unsigned long times)
{
	struct two *two = data;
	struct set *own = two->own, *other = two->other;

	while (times--) {
		int fd = other->fds[other->next++ % other->few];

		card_destroy(own->card, card_import(own->card, fd));
	}
}

/* Keep the handles, so that each import finds one. */
static void before_repeated(void *data)
{
	import_all(data, SET_FEW);
}

static void repeated_import(void *data, unsigned long times)
{
	struct two *two = data;
	struct set *other = two->other;

	while (times--) {
		card_import(two->own->card,
			    other->fds[other->next++ % other->few]);
	}
}

/* The offset is asked for once, as programs do. */
static void map_one(struct set *own, unsigned long times, int touch)
{
	uint64_t offset = card_offset(own->card, own->handles[0]);

	while (times--) {
		volatile char *p = shared_map(own->card, offset, SET_SIZE);

		if (!p) {
			return;
		}
		if (touch) {
			p[0] = 1;
		}
		munmap((void *)p, SET_SIZE);
	}
}

void op_map(void *data, unsigned long times)
{
	map_one(((struct two *)data)->own, times, 0);
}

static void map_touch(void *data, unsigned long times)
{
	map_one(((struct two *)data)->own, times, 1);
}

static void *one_open(unsigned long n)
{
	(void)n;
	return two_open(0, SET_FEW, 0);
}

static void *two_on(unsigned int own_card)
{
	struct two *two = two_open(own_card, SET_FEW, BATCH_MAX);

	set_export_fds(two->other, two->other->count);
	return two;
}

static void *two_files_open(unsigned long n)
{
	(void)n;
	return two_on(0);
}

static void *two_devices_open(unsigned long n)
{
	(void)n;
	return two_on(1);
}

struct two *two_open(unsigned int own_card, unsigned long nr_own,
		     unsigned long nr_other)
{
	struct two *two = calloc(1, sizeof(*two));

	if (!two) {
		abort();
	}
	two->own = set_open(own_card, nr_own);
	two->other = nr_other ? set_open(0, nr_other) : NULL;
	return two;
}

void two_close(void *data)
{
	struct two *two = data;

	set_close(two->own);
	if (two->other) {
		set_close(two->other);
	}
	free(two);
}

static const struct point one_points[] = {
	{.group = "device", .name = "ioctl", .run = op_version},
	{.group = "device", .name = "create+close", .run = op_create_close},
	{
		.group = "device",
		.name = "create",
		.run = make,
		.clean = close_made,
	},
	{
		.group = "device",
		.name = "gem close",
		.prepare = make,
		.run = close_made,
	},
	{.group = "device", .name = "mmap+munmap", .run = op_map},
	{.group = "device", .name = "mmap+touch+munmap", .run = map_touch},
	{
		.group = "device",
		.name = "first export",
		.prepare = make,
		.run = export_made,
		.clean = close_exported,
	},
	{
		.group = "device",
		.name = "re-export",
		.before = before_one,
		.run = op_reexport,
	},
	{
		.group = "device",
		.name = "re-export of 16",
		.before = before_few,
		.run = op_reexport,
	},
	{
		.group = "device",
		.name = "self-import",
		.before = before_one,
		.run = op_self_import,
	},
	{0},
};

const struct stage device_one = {
	.scale = "",
	.open = one_open,
	.close = two_close,
	.points = one_points,
};

static const struct point two_points[] = {
	{
		.group = "device",
		.name = "first import",
		.run = import_all,
		.clean = close_made,
	},
	{
		.group = "device",
		.name = "first import + gem close",
		.run = op_import_close,
	},
	{
		.group = "device",
		.name = "repeated import",
		.before = before_repeated,
		.run = repeated_import,
	},
	{0},
};

const struct stage device_two = {
	.scale = "",
	.open = two_files_open,
	.close = two_close,
	.points = two_points,
};

static const struct point far_points[] = {
	{
		.group = "device",
		.name = "cross-device import",
		.run = import_all,
		.clean = close_made,
	},
	{0},
};

const struct stage device_far = {
	.scale = "",
	.open = two_devices_open,
	.close = two_close,
	.points = far_points,
};

static const struct point one_cpu_points[] = {
	{.group = "device", .name = "ioctl, one CPU", .run = op_version},
	{
		.group = "device",
		.name = "first export, one CPU",
		.prepare = make,
		.run = export_made,
		.clean = close_exported,
	},
	{
		.group = "device",
		.name = "first import, one CPU",
		.run = import_all,
		.clean = close_made,
	},
	{0},
};

const struct stage device_one_cpu = {
	.scale = "",
	.open = two_files_open,
	.close = two_close,
	.points = one_cpu_points,
};
