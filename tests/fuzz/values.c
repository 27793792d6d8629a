/* SPDX-License-Identifier: MIT */
/* Numbers, addresses, and what was given. */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct display display;
uint64_t *nr_requests;

static _Atomic int pools[NR_POOLS][POOL_SIZE];
static char *read_only;

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

void dice_init(struct dice *dice, uint64_t seed, uint64_t thread, uint64_t nr)
{
	dice->state = mix(mix(mix(seed) ^ thread) ^ nr);
}

uint64_t roll64(struct dice *dice)
{
	dice->state += 0x9e3779b97f4a7c15;
	return mix(dice->state);
}

unsigned int roll(struct dice *dice, unsigned int sides)
{
	return (unsigned int)(roll64(dice) % sides);
}

void pools_init(void)
{
	for (int p = 0; p < NR_POOLS; p++) {
		for (int i = 0; i < POOL_SIZE; i++) {
			pools[p][i] = p <= POOL_FDS ? -1 : 0;
		}
	}
}

int pool_pick(struct dice *dice, enum pool pool)
{
	unsigned int at = roll(dice, POOL_SIZE), nr = 0;
	int none = pool <= POOL_FDS ? -1 : 0, value;

	do {
		value = atomic_load(&pools[pool][(at + nr) % POOL_SIZE]);
	} while (value == none && ++nr < POOL_SIZE);
	return value;
}

static int exchange_value(struct dice *dice, enum pool pool, int value)
{
	return atomic_exchange(&pools[pool][roll(dice, POOL_SIZE)], value);
}

void pool_put(struct dice *dice, enum pool pool, int value)
{
	int old = exchange_value(dice, pool, value);

	if (pool <= POOL_FDS && old >= 0) {
		close(old);
	}
}

int pool_take(struct dice *dice, enum pool pool)
{
	return exchange_value(dice, pool, pool <= POOL_FDS ? -1 : 0);
}

uint32_t some_number(struct dice *dice)
{
	switch (roll(dice, 6)) {
	case 0:
		return 0;
	case 1:
		return roll(dice, 4);
	case 2:
		return roll(dice, 5000);
	case 3:
		return (1u << roll(dice, 32)) + roll(dice, 3) - 1;
	case 4:
		return roll(dice, 200) << 16;
	default:
		return (uint32_t)roll64(dice);
	}
}

uint64_t some_number64(struct dice *dice)
{
	switch (roll(dice, 4)) {
	case 0:
		return (1ull << roll(dice, 64)) + roll(dice, 3) - 1;
	case 1:
		return roll64(dice);
	default:
		return some_number(dice);
	}
}

void addresses_init(void)
{
	read_only = mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
}

uint64_t some_address(struct dice *dice, void *data)
{
	if (!one_in(dice, 12)) {
		return (uint64_t)(uintptr_t)data;
	}
	switch (roll(dice, 4)) {
	case 0:
		return 0;
	case 1:
		return 4096;
	case 2:
		return roll64(dice);
	default:
		return (uint64_t)(uintptr_t)read_only + 65536 - roll(dice, 64);
	}
}

struct drm_mode_modeinfo some_mode(struct dice *dice)
{
	struct drm_mode_modeinfo mode = {0};

	if (display.nr_modes) {
		mode = display.modes[roll(dice, display.nr_modes)];
	}
	if (one_in(dice, 3)) {
		unsigned char *bytes = (unsigned char *)&mode;

		for (unsigned int i = 1 + roll(dice, 3); i; i--) {
			bytes[roll(dice, 36)] = (unsigned char)roll64(dice);
		}
	}
	return mode;
}

int request(int fd, unsigned long cmd, void *arg)
{
	__atomic_fetch_add(nr_requests, 1, __ATOMIC_RELAXED);
	return ioctl(fd, cmd, arg);
}

static void read_prop(int card, struct object *object, uint32_t id,
		      uint64_t value)
{
	struct drm_mode_get_property get = {.prop_id = id};
	uint64_t values[64];

	get.values_ptr = (uintptr_t)values;
	get.count_values = 64;
	if (object->nr_props == MAX_PROPS ||
	    request(card, DRM_IOCTL_MODE_GETPROPERTY, &get)) {
		return;
	}
	object->props[object->nr_props].id = id;
	object->props[object->nr_props].value = value;
	object->props[object->nr_props].flags = get.flags;
	object->props[object->nr_props].nr_values =
		get.count_values < 8 ? get.count_values : 8;
	memcpy(object->props[object->nr_props].values, values,
	       sizeof(object->props[0].values));
	memcpy(object->props[object->nr_props].name, get.name, 32);
	object->nr_props++;
}

static void read_object(int card, uint32_t id, uint32_t type)
{
	uint32_t ids[MAX_PROPS] = {0};
	uint64_t values[MAX_PROPS] = {0};
	struct drm_mode_obj_get_properties get = {.props_ptr = (uintptr_t)ids,
						  .prop_values_ptr =
							  (uintptr_t)values,
						  .count_props = MAX_PROPS,
						  .obj_id = id,
						  .obj_type = type};
	struct object *object = &display.objects[display.nr];

	if (display.nr == MAX_OBJECTS) {
		return;
	}
	display.nr++;
	object->id = id;
	object->type = type;
	if (request(card, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &get)) {
		return;
	}
	for (uint32_t i = 0; i < get.count_props && i < MAX_PROPS; i++) {
		read_prop(card, object, ids[i], values[i]);
	}
}

static void read_modes(int card, uint32_t connector)
{
	struct drm_mode_modeinfo modes[100];
	struct drm_mode_get_connector get = {.connector_id = connector};

	if (request(card, DRM_IOCTL_MODE_GETCONNECTOR, &get) ||
	    get.count_modes > 100) {
		return;
	}
	get.modes_ptr = (uintptr_t)modes;
	get.count_props = get.count_encoders = 0;
	if (request(card, DRM_IOCTL_MODE_GETCONNECTOR, &get)) {
		return;
	}
	for (uint32_t i = 0; i < get.count_modes && display.nr_modes < 16;
	     i++) {
		display.modes[display.nr_modes++] = modes[i];
	}
}

void display_read(int card)
{
	uint32_t crtcs[16], connectors[16], encoders[16], planes[32];
	struct drm_mode_card_res res = {.crtc_id_ptr = (uintptr_t)crtcs,
					.connector_id_ptr =
						(uintptr_t)connectors,
					.encoder_id_ptr = (uintptr_t)encoders,
					.count_crtcs = 16,
					.count_connectors = 16,
					.count_encoders = 16};
	struct drm_mode_get_plane_res plane_res = {
		.plane_id_ptr = (uintptr_t)planes, .count_planes = 32};

	for (uint64_t cap = 1; cap < 7; cap++) {
		struct drm_set_client_cap set = {cap, 1};

		request(card, DRM_IOCTL_SET_CLIENT_CAP, &set);
	}
	request(card, DRM_IOCTL_MODE_GETRESOURCES, &res);
	request(card, DRM_IOCTL_MODE_GETPLANERESOURCES, &plane_res);
	for (uint32_t i = 0; i < res.count_crtcs && i < 16; i++) {
		read_object(card, crtcs[i], DRM_MODE_OBJECT_CRTC);
	}
	for (uint32_t i = 0; i < res.count_connectors && i < 16; i++) {
		read_object(card, connectors[i], DRM_MODE_OBJECT_CONNECTOR);
		read_modes(card, connectors[i]);
	}
	for (uint32_t i = 0; i < res.count_encoders && i < 16; i++) {
		read_object(card, encoders[i], DRM_MODE_OBJECT_ENCODER);
	}
	for (uint32_t i = 0; i < plane_res.count_planes && i < 32; i++) {
		read_object(card, planes[i], DRM_MODE_OBJECT_PLANE);
	}
}

int display_restore(int card)
{
	uint32_t objs[MAX_OBJECTS], counts[MAX_OBJECTS];
	uint32_t props[MAX_OBJECTS * MAX_PROPS], nr = 0;
	uint64_t values[MAX_OBJECTS * MAX_PROPS];
	struct drm_mode_atomic atomic = {.flags = DRM_MODE_ATOMIC_ALLOW_MODESET,
					 .objs_ptr = (uintptr_t)objs,
					 .count_props_ptr = (uintptr_t)counts,
					 .props_ptr = (uintptr_t)props,
					 .prop_values_ptr = (uintptr_t)values};

	for (uint64_t cap = 1; cap < 6; cap++) {
		struct drm_set_client_cap set = {cap, 1};

		request(card, DRM_IOCTL_SET_CLIENT_CAP, &set);
	}
	for (unsigned int i = 0; i < display.nr; i++) {
		const struct object *object = &display.objects[i];

		objs[atomic.count_objs] = object->id;
		counts[atomic.count_objs] = 0;
		for (uint32_t at = 0; at < object->nr_props; at++) {
			/* DPMS is for the old interface. */
			if (object->props[at].flags & DRM_MODE_PROP_IMMUTABLE ||
			    !strcmp(object->props[at].name, "DPMS")) {
				continue;
			}
			props[nr] = object->props[at].id;
			values[nr++] = object->props[at].value;
			counts[atomic.count_objs]++;
		}
		/* Encoders have none, and are not to be named. */
		atomic.count_objs += object->nr_props > 0;
	}
	return request(card, DRM_IOCTL_MODE_ATOMIC, &atomic);
}

const struct object *some_object(struct dice *dice, uint32_t type)
{
	unsigned int at = roll(dice, MAX_OBJECTS);

	for (unsigned int i = 0; i < display.nr; i++) {
		const struct object *object =
			&display.objects[(at + i) % display.nr];

		if (!type || object->type == type) {
			return object;
		}
	}
	return &display.objects[0];
}

uint32_t some_id(struct dice *dice, uint32_t type)
{
	if (one_in(dice, 20)) {
		return some_number(dice);
	}
	return some_object(dice, one_in(dice, 20) ? 0 : type)->id;
}

static unsigned int count(uint32_t type)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < display.nr; i++) {
		nr += display.objects[i].type == type;
	}
	return nr;
}

const struct object *nth_object(uint32_t type, unsigned int nth)
{
	unsigned int nr = count(type);

	nth = nr ? nth % nr : 0;
	for (unsigned int i = 0; i < display.nr; i++) {
		if (display.objects[i].type == type && !nth--) {
			return &display.objects[i];
		}
	}
	return &display.objects[0];
}

const struct object *part_of(unsigned int crtc, uint32_t type, unsigned int nth)
{
	unsigned int crtcs = count(DRM_MODE_OBJECT_CRTC);
	unsigned int each = crtcs ? count(type) / crtcs : 1;

	return nth_object(type, crtcs ? crtc % crtcs * each + nth : nth);
}

static _Atomic int last_master = -1;

int some_master(struct dice *dice)
{
	int card = atomic_load(&last_master);

	if (card < 0 || one_in(dice, 4)) {
		card = pool_pick(dice, POOL_CARD);
	}
	if (one_in(dice, 6)) {
		become_master(card);
	}
	return card;
}

void become_master(int card)
{
	struct drm_mode_card_res res = {0};

	if (!request(card, DRM_IOCTL_MODE_GETRESOURCES, &res) &&
	    !request(card, DRM_IOCTL_SET_MASTER, NULL)) {
		atomic_store(&last_master, card);
	}
}
