/* SPDX-License-Identifier: MIT */
/* Many handles in one file: does each cost the same as of few? */
#include <drm/drm_gem.h>
#include <stdlib.h>

#include "calls.h"
#include "core.h"
#include "room.h"
#include "shuffle.h"

/**
 * struct crowd - a file with many handles
 * @room: owned
 * @handles: @count of them, 1 and the lowest that follow; owned
 * @order: numbers in @handles, without order; owned
 * @objects: of @handles, which keep them
 * @next: whose turn it is
 */
struct crowd {
	struct room *room;
	u32 *handles;
	u32 *order;
	struct drm_gem_object **objects;
	unsigned long count;
	unsigned long next;
};

static struct drm_gem_object *look_up(struct crowd *crowd, u32 handle)
{
	struct drm_gem_object *obj =
		drm_gem_object_lookup(crowd->room->file, handle);

	drm_gem_object_put(obj);
	return obj;
}

static void *handles_open(unsigned long n)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	if (!crowd || !(crowd->handles = calloc(n, sizeof(u32))) ||
	    !(crowd->order = calloc(n, sizeof(u32))) ||
	    !(crowd->objects = calloc(n, sizeof(crowd->objects[0])))) {
		abort();
	}
	crowd->room = room_open();
	while (crowd->count < n) {
		u32 handle = room_create(crowd->room->file);

		if (!handle) {
			call_fail_after(crowd->count, "handles");
			break;
		}
		crowd->order[crowd->count] = (u32)crowd->count;
		crowd->objects[crowd->count] = look_up(crowd, handle);
		crowd->handles[crowd->count++] = handle;
	}
	shuffle(crowd->order, crowd->count);
	return crowd;
}

static void handles_close(void *data)
{
	struct crowd *crowd = data;

	room_close(crowd->room);
	free(crowd->handles);
	free(crowd->order);
	free(crowd->objects);
	free(crowd);
}

static unsigned long next_of(struct crowd *crowd)
{
	crowd->next = crowd->next + 1 < crowd->count ? crowd->next + 1 : 0;
	return crowd->next;
}

static void look_up_in_order(void *data, unsigned long times)
{
	struct crowd *crowd = data;

	while (times--) {
		look_up(crowd, crowd->handles[next_of(crowd)]);
	}
}

static void look_up_in_no_order(void *data, unsigned long times)
{
	struct crowd *crowd = data;

	while (times--) {
		look_up(crowd, crowd->handles[crowd->order[next_of(crowd)]]);
	}
}

/* What it takes to read a word of each object in that order, one after the
 * other: where the next one is found depends on the one before. */
static void read_in_no_order(void *data, unsigned long times)
{
	struct crowd *crowd = data;
	unsigned long odd = 0;

	while (times--) {
		u32 at = crowd->order[next_of(crowd) ^ odd];

		/* Sizes are even. */
		odd = crowd->objects[at]->size & 1;
		__asm__ volatile("" : "+r"(odd));
	}
}

static void create_close(void *data, unsigned long times)
{
	struct room *room = ((struct crowd *)data)->room;

	while (times--) {
		room_delete(room->file, room_create(room->file));
	}
}

static const struct point points[] = {
	{.group = "limit", .name = "memory random order", .run = read_in_no_order},
	{.group = "core", .name = "lookup", .run = look_up_in_order},
	{
		.group = "core",
		.name = "lookup random order",
		.run = look_up_in_no_order,
	},
	{.group = "core", .name = "handle create+close", .run = create_close},
	{0},
};

const struct stage core_handles = {
	.scale = "handles",
	.open = handles_open,
	.close = handles_close,
	.points = points,
};
