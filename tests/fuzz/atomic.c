/* SPDX-License-Identifier: MIT */
/* Changes of properties, and the blobs and fds that they name. */
#include "fuzz.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_VALUES 24

static bool is(const char *name, const char *wanted)
{
	return strcmp(name, wanted) == 0;
}

static uint32_t create_blob(struct dice *dice, int card, const void *data,
			    uint32_t size)
{
	struct drm_mode_create_blob create = {
		.data = some_address(dice, (void *)(uintptr_t)data),
		.length = size};

	if (request(card, DRM_IOCTL_MODE_CREATEPROPBLOB, &create)) {
		return 0;
	}
	pool_put(dice, POOL_BLOB, (int)create.blob_id);
	return create.blob_id;
}

/* A mode, a ramp, damage, or bytes that are nothing. */
static uint32_t some_blob(struct dice *dice, int card, const char *name)
{
	static char bytes[65536];
	struct drm_mode_modeinfo mode;
	struct drm_mode_rect rects[4];

	if (one_in(dice, 3)) {
		return (uint32_t)pool_pick(dice, POOL_BLOB);
	}
	if (is(name, "MODE_ID")) {
		mode = some_mode(dice);
		return create_blob(dice, card, &mode, sizeof(mode));
	}
	if (is(name, "FB_DAMAGE_CLIPS")) {
		for (int i = 0; i < 4; i++) {
			rects[i] = (struct drm_mode_rect){
				(int32_t)some_number(dice),
				(int32_t)some_number(dice),
				(int32_t)some_number(dice),
				(int32_t)some_number(dice)};
		}
		return create_blob(dice, card, rects,
				   sizeof(rects[0]) * (1 + roll(dice, 4)));
	}
	if (one_in(dice, 3)) {
		return create_blob(dice, card, bytes,
				   1 + roll(dice, sizeof(bytes)));
	}
	return create_blob(dice, card, bytes, 8 * 256);
}

static uint64_t range_value(struct dice *dice, const struct object *object,
			    uint32_t at)
{
	uint64_t low = object->props[at].values[0];
	uint64_t span = object->props[at].values[1] - low + 1;

	switch (roll(dice, 4)) {
	case 0:
		return low;
	case 1:
		return object->props[at].values[1];
	default:
		return low + (span ? roll64(dice) % span : roll64(dice));
	}
}

/* What a property could be set to; of planes mostly what fits. */
static uint64_t some_value(struct dice *dice, int card,
			   const struct object *object, uint32_t at,
			   void *fences)
{
	const char *name = object->props[at].name;
	uint32_t flags = object->props[at].flags;

	if (one_in(dice, 25)) {
		return some_number64(dice);
	}
	if (is(name, "FB_ID") || is(name, "WRITEBACK_FB_ID")) {
		return one_in(dice, 8) ? 0 : (uint64_t)pool_pick(dice, POOL_FB);
	}
	if (is(name, "CRTC_ID")) {
		return one_in(dice, 8) ? 0
				       : some_id(dice, DRM_MODE_OBJECT_CRTC);
	}
	if (is(name, "IN_FENCE_FD")) {
		return one_in(dice, 3)
			       ? (uint64_t)(int64_t)pool_pick(dice, POOL_SYNC)
			       : (uint64_t)-1;
	}
	if (is(name, "OUT_FENCE_PTR") || is(name, "WRITEBACK_OUT_FENCE_PTR")) {
		return some_address(dice, fences);
	}
	if (is(name, "SRC_W") || is(name, "CRTC_W")) {
		return is(name, "SRC_W") ? 640 << 16 : 640;
	}
	if (is(name, "SRC_H") || is(name, "CRTC_H")) {
		return is(name, "SRC_H") ? 480 << 16 : 480;
	}
	if (is(name, "SRC_X") || is(name, "SRC_Y") || is(name, "CRTC_X") ||
	    is(name, "CRTC_Y")) {
		return one_in(dice, 4) ? some_number(dice) : 0;
	}
	if (flags & DRM_MODE_PROP_BLOB) {
		return some_blob(dice, card, name);
	}
	if (flags & (DRM_MODE_PROP_ENUM | DRM_MODE_PROP_BITMASK)) {
		return roll(dice, 8);
	}
	return range_value(dice, object, at);
}

struct change {
	uint32_t objs[MAX_VALUES], counts[MAX_VALUES], props[MAX_VALUES];
	uint64_t values[MAX_VALUES];
	uint32_t nr_objs, nr;
	int32_t fences[4];
};

static void add_values(struct dice *dice, int card, struct change *change,
		       const struct object *object, bool all)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < object->nr_props; i++) {
		uint32_t at = all ? i : roll(dice, object->nr_props);

		if (change->nr == MAX_VALUES) {
			break;
		}
		if (object->props[at].flags & DRM_MODE_PROP_IMMUTABLE &&
		    !one_in(dice, 50)) {
			continue;
		}
		/* Few changes are of rare properties. */
		if (all && at > 12 && !one_in(dice, 4)) {
			continue;
		}
		change->props[change->nr] = object->props[at].id;
		change->values[change->nr] = some_value(
			dice, card, object, at, &change->fences[roll(dice, 4)]);
		change->nr++;
		count++;
		if (!all && one_in(dice, 3)) {
			break;
		}
	}
	change->objs[change->nr_objs] = object->id;
	change->counts[change->nr_objs++] = count;
}

static void put_fences(struct dice *dice, const struct change *change)
{
	for (int i = 0; i < 4; i++) {
		if (change->fences[i] > 2) {
			pool_put(dice, POOL_SYNC, change->fences[i]);
		}
	}
}

static void change_something(struct dice *dice, int card)
{
	static const uint32_t flags[] = {0x100, 0x200, 0x400, 1, 2};
	struct change change = {.fences = {-1, -1, -1, -1}};
	struct drm_mode_atomic atomic = {.user_data = roll64(dice)};
	static const uint32_t types[] = {
		DRM_MODE_OBJECT_PLANE, DRM_MODE_OBJECT_CRTC,
		DRM_MODE_OBJECT_CONNECTOR, DRM_MODE_OBJECT_PLANE, 0};

	for (unsigned int i = 1 + roll(dice, 4); i; i--) {
		add_values(dice, card, &change,
			   some_object(dice, types[roll(dice, 5)]),
			   one_in(dice, 2));
	}
	atomic.flags = one_in(dice, 30) ? some_number(dice) : 0x400;
	for (unsigned int i = roll(dice, 4); i; i--) {
		atomic.flags ^= flags[roll(dice, one_in(dice, 8) ? 5 : 4)];
	}
	atomic.count_objs =
		one_in(dice, 40) ? some_number(dice) : change.nr_objs;
	atomic.objs_ptr = some_address(dice, change.objs);
	atomic.count_props_ptr = some_address(dice, change.counts);
	atomic.props_ptr = some_address(dice, change.props);
	atomic.prop_values_ptr = some_address(dice, change.values);
	if (one_in(dice, 30)) {
		change.counts[roll(dice, change.nr_objs)] = some_number(dice);
	}
	request(card, DRM_IOCTL_MODE_ATOMIC, &atomic);
	put_fences(dice, &change);
}

static void set(struct change *change, const struct object *object,
		const char *name, uint64_t value)
{
	for (uint32_t i = 0; i < object->nr_props; i++) {
		if (!is(object->props[i].name, name) ||
		    change->nr == MAX_VALUES) {
			continue;
		}
		if (!change->nr_objs ||
		    change->objs[change->nr_objs - 1] != object->id) {
			change->counts[change->nr_objs] = 0;
			change->objs[change->nr_objs++] = object->id;
		}
		change->counts[change->nr_objs - 1]++;
		change->props[change->nr] = object->props[i].id;
		change->values[change->nr++] = value;
	}
}

static void set_crtc(struct dice *dice, int card, struct change *change,
		     const struct object *crtc)
{
	struct drm_mode_modeinfo mode = some_mode(dice);

	/* The usual framebuffer is of that size. */
	for (unsigned int i = 0; i < display.nr_modes; i++) {
		if (display.modes[i].hdisplay == 640 && !one_in(dice, 4)) {
			mode = display.modes[i];
		}
	}
	set(change, crtc, "MODE_ID",
	    create_blob(dice, card, &mode, sizeof(mode)));
	set(change, crtc, "ACTIVE", !one_in(dice, 8));
}

static void set_plane(struct dice *dice, struct change *change,
		      const struct object *plane, const struct object *crtc)
{
	set(change, plane, "FB_ID", (uint64_t)pool_pick(dice, POOL_FB));
	set(change, plane, "CRTC_ID", crtc->id);
	set(change, plane, "SRC_W", 640 << 16);
	set(change, plane, "SRC_H", 480 << 16);
	set(change, plane, "CRTC_W", 640);
	set(change, plane, "CRTC_H", 480);
}

/* A change that is likely to be made: a whole display goes on. */
static void light_up(struct dice *dice, int card)
{
	struct change change = {.fences = {-1, -1, -1, -1}};
	struct drm_mode_atomic atomic = {.flags = 0x400};
	/* What belongs together stands at the same place. */
	unsigned int at = roll(dice, 4);
	const struct object *crtc = nth_object(DRM_MODE_OBJECT_CRTC, at);
	const struct object *connector =
		part_of(at, DRM_MODE_OBJECT_CONNECTOR, 0);
	const struct object *plane =
		one_in(dice, 3)
			? some_object(dice, DRM_MODE_OBJECT_PLANE)
			: part_of(at, DRM_MODE_OBJECT_PLANE, roll(dice, 3));

	if (one_in(dice, 3)) {
		atomic.flags |= DRM_MODE_ATOMIC_NONBLOCK;
	}
	if (one_in(dice, 3)) {
		atomic.flags |= DRM_MODE_PAGE_FLIP_EVENT;
	}
	set_crtc(dice, card, &change, crtc);
	if (one_in(dice, 4)) {
		set(&change, crtc, "OUT_FENCE_PTR",
		    (uintptr_t)&change.fences[0]);
	}
	set(&change, connector, "CRTC_ID", crtc->id);
	set_plane(dice, &change, plane, crtc);
	if (one_in(dice, 4)) {
		add_values(dice, card, &change, plane, false);
	}
	if (one_in(dice, 3)) {
		connector = part_of(at, DRM_MODE_OBJECT_CONNECTOR, 1);
		set(&change, connector, "CRTC_ID", crtc->id);
		set(&change, connector, "WRITEBACK_FB_ID",
		    (uint64_t)pool_pick(dice, POOL_FB));
		set(&change, connector, "WRITEBACK_OUT_FENCE_PTR",
		    (uintptr_t)&change.fences[1]);
	}
	atomic.count_objs = change.nr_objs;
	atomic.objs_ptr = (uintptr_t)change.objs;
	atomic.count_props_ptr = (uintptr_t)change.counts;
	atomic.props_ptr = (uintptr_t)change.props;
	atomic.prop_values_ptr = (uintptr_t)change.values;
	request(card, DRM_IOCTL_MODE_ATOMIC, &atomic);
	put_fences(dice, &change);
}

/* What is shown already shows something else, after a fence perhaps. */
static void show_next(struct dice *dice, int card)
{
	struct change change = {.fences = {-1, -1, -1, -1}};
	struct drm_mode_atomic atomic = {.user_data = roll64(dice)};
	const struct object *plane = some_object(dice, DRM_MODE_OBJECT_PLANE);
	const struct object *crtc = some_object(dice, DRM_MODE_OBJECT_CRTC);

	if (one_in(dice, 2)) {
		atomic.flags |= DRM_MODE_ATOMIC_NONBLOCK;
	}
	if (one_in(dice, 2)) {
		atomic.flags |= DRM_MODE_PAGE_FLIP_EVENT;
	}
	set(&change, plane, "FB_ID", (uint64_t)pool_pick(dice, POOL_FB));
	if (one_in(dice, 3)) {
		set(&change, plane, "IN_FENCE_FD",
		    (uint64_t)(int64_t)pool_pick(dice, POOL_SYNC));
	}
	if (one_in(dice, 3)) {
		set(&change, crtc, "OUT_FENCE_PTR",
		    (uintptr_t)&change.fences[0]);
	}
	if (one_in(dice, 4)) {
		const struct object *connector =
			some_object(dice, DRM_MODE_OBJECT_CONNECTOR);

		set(&change, connector, "WRITEBACK_FB_ID",
		    (uint64_t)pool_pick(dice, POOL_FB));
		set(&change, connector, "WRITEBACK_OUT_FENCE_PTR",
		    (uintptr_t)&change.fences[1]);
	}
	atomic.count_objs = change.nr_objs;
	atomic.objs_ptr = (uintptr_t)change.objs;
	atomic.count_props_ptr = (uintptr_t)change.counts;
	atomic.props_ptr = (uintptr_t)change.props;
	atomic.prop_values_ptr = (uintptr_t)change.values;
	request(card, DRM_IOCTL_MODE_ATOMIC, &atomic);
	put_fences(dice, &change);
}

static void blob(struct dice *dice, int card)
{
	static char bytes[65536];
	uint32_t id = (uint32_t)pool_pick(dice, POOL_BLOB);
	struct drm_mode_get_blob get = {
		.blob_id = id,
		.length = one_in(dice, 4) ? some_number(dice) : sizeof(bytes)};
	struct drm_mode_destroy_blob destroy = {.blob_id = id};

	switch (roll(dice, 4)) {
	case 0:
		request(card, DRM_IOCTL_MODE_DESTROYPROPBLOB, &destroy);
		break;
	case 1:
		create_blob(dice, card, bytes, some_number(dice));
		break;
	default:
		/* No more than there is room for. */
		if (get.length > sizeof(bytes)) {
			get.length = sizeof(bytes);
		}
		get.data = some_address(dice, bytes);
		request(card, DRM_IOCTL_MODE_GETPROPBLOB, &get);
	}
}

void fuzz_atomic(struct dice *dice)
{
	int card = some_master(dice);

	switch (roll(dice, 8)) {
	case 0:
	case 1:
		light_up(dice, card);
		break;
	case 2:
	case 3:
		show_next(dice, card);
		break;
	case 4:
		blob(dice, card);
		break;
	default:
		change_something(dice, card);
	}
}
