/* SPDX-License-Identifier: MIT */
/* Every property of an atomic request with values that it may not have. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MODESET DRM_MODE_ATOMIC_ALLOW_MODESET
#define TEST	DRM_MODE_ATOMIC_TEST_ONLY

static void try(int file, uint32_t object, const char *property, uint64_t value,
		const char *told)
{
	struct request request = {0};
	int answer;

	request_add(&request, object, property, value);
	answer = request_commit(file, &request, TEST | MODESET, 0);
	result(text("%s %s = %s", kms_name(object), property,
		    told ? told : text("%lld", (long long)value)),
	       "%s", err(answer));
}

static const uint64_t numbers[] = {
	0,
	1,
	2,
	7,
	64,
	0x7fffffff,
	0x80000000,
	0xffffffff,
	0x100000000,
	0x7fffffffffffffff,
	0x8000000000000000,
	0xffffffff80000000,
	~0ull,
};

static void numbers_of(int file, uint32_t object, const char *property)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		try(file, object, property, numbers[i],
		    text("%#llx", (unsigned long long)numbers[i]));
	}
}

static void show_overlay(int file)
{
	struct request request = {0};

	kms_light(file);
	request_plane(&request, ids.overlay,
		      kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), 10, 10, 64,
		      64);
	kms_said("overlay on", request_commit(file, &request, 0, 0));
}

static void plane_numbers(void)
{
	static const char *const names[] = {
		"CRTC_X",   "CRTC_Y", "CRTC_W",	    "CRTC_H",
		"SRC_X",    "SRC_Y",  "SRC_W",	    "SRC_H",
		"rotation", "type",   "IN_FORMATS", "no such property",
	};
	int file = kms_open_atomic();

	show_overlay(file);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		numbers_of(file, ids.overlay, names[i]);
	}
}

static void crtc_numbers(void)
{
	static const char *const names[] = {
		"ACTIVE",    "MODE_ID",	       "VRR_ENABLED",
		"GAMMA_LUT", "GAMMA_LUT_SIZE", "no such property",
	};
	int file = kms_open_atomic();

	show_overlay(file);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		numbers_of(file, ids.crtc[0], names[i]);
	}
}

static void connector_numbers(void)
{
	static const char *const names[] = {
		"DPMS", "link-status", "non-desktop",
		"TILE", "EDID",	       "no such property",
	};
	int file = kms_open_atomic();

	show_overlay(file);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		numbers_of(file, ids.display, names[i]);
	}
}

/* Objects where others are wanted. */
static void objects(void)
{
	int file = kms_open_atomic(), other = kms_open_other();
	uint32_t fb, small, theirs, removed, blob;

	show_overlay(file);
	fb = kms_screen(file);
	small = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	theirs = kms_fb(other, 64, 64, DRM_FORMAT_XRGB8888);
	removed = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	blob = kms_blob(file, "12345678", 8);
	kms_remove_fb(file, removed);
	{
		const struct {
			const char *name;
			uint64_t id;
		} kinds[] = {
			{"0", 0},
			{"a screen", fb},
			{"a small framebuffer", small},
			{"another file's", theirs},
			{"one that was", removed},
			{"a CRTC", ids.crtc[0]},
			{"a connector", ids.display},
			{"an encoder", ids.encoder[0]},
			{"a plane", ids.primary},
			{"a blob", blob},
			{"a framebuffer and 2^32", small | 1ull << 32},
			{"2^32", 1ull << 32},
			{"-1", ~0ull},
		};

		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
			const char *name = kinds[i].name;
			uint64_t id = kinds[i].id;

			try(file, ids.overlay, "FB_ID", id, name);
			try(file, ids.overlay, "CRTC_ID", id, name);
			try(file, ids.primary, "FB_ID", id, name);
			try(file, ids.primary, "CRTC_ID", id, name);
			try(file, ids.plane[2], "FB_ID", id, name);
			try(file, ids.plane[2], "CRTC_ID", id, name);
			try(file, ids.display, "CRTC_ID", id, name);
			try(file, ids.writeback, "CRTC_ID", id, name);
			try(file, ids.crtc[0], "MODE_ID", id, name);
			try(file, ids.crtc[0], "GAMMA_LUT", id, name);
		}
	}
}

static void fds(void)
{
	int file = kms_open_atomic(), none = open("/dev/null", O_RDWR);

	show_overlay(file);
	try(file, ids.overlay, "IN_FENCE_FD", ~0ull, "-1");
	try(file, ids.overlay, "IN_FENCE_FD", ~1ull, "-2");
	try(file, ids.overlay, "IN_FENCE_FD", 900, "no fd");
	try(file, ids.overlay, "IN_FENCE_FD", (uint64_t)none, "/dev/null");
	try(file, ids.overlay, "IN_FENCE_FD", (uint64_t)file, "the display");
	try(file, ids.overlay, "IN_FENCE_FD", 0xffffffff, "2^32-1");
	try(file, ids.overlay, "IN_FENCE_FD", 1ull << 31, "2^31");
	try(file, ids.overlay, "IN_FENCE_FD", 1ull << 32, "2^32");
	try(file, ids.crtc[0], "OUT_FENCE_PTR", 0, "NULL");
	try(file, ids.crtc[0], "OUT_FENCE_PTR", 8, "a bad pointer");
	try(file, ids.crtc[0], "OUT_FENCE_PTR", ~0ull, "-1");
}

/* What can be read of the objects after, when it was legacy that wrote it. */
static void read_back(void)
{
	static const char *const names[] = {
		"CRTC_X", "CRTC_Y", "CRTC_W", "CRTC_H",	     "SRC_X",
		"SRC_Y",  "SRC_W",  "SRC_H",  "IN_FENCE_FD", "rotation",
	};
	int file = kms_open_atomic();
	struct request request = {0};

	kms_light(file);
	request_plane(&request, ids.overlay,
		      kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888), -10, 1000, 64,
		      64);
	request_add(&request, ids.overlay, "rotation", 0x11);
	kms_said("overlay on", request_commit(file, &request, 0, 0));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		result(names[i], "%lld",
		       (long long)kms_value(file, ids.overlay, names[i]));
	}
	result("OUT_FENCE_PTR", "%lld",
	       (long long)kms_value(file, ids.crtc[0], "OUT_FENCE_PTR"));
	request = (struct request){0};
	request_plane(&request, ids.overlay, 0, 0, 0, 0, 0);
	request_add(&request, ids.overlay, "rotation", 1);
	kms_said("overlay off", request_commit(file, &request, 0, 0));
}

static const struct check checks[] = {
	{.name = "plane-numbers", .run = plane_numbers},
	{.name = "crtc-numbers", .run = crtc_numbers},
	{.name = "connector-numbers", .run = connector_numbers},
	{.name = "objects", .run = objects},
	{.name = "fds", .run = fds},
	{.name = "read-back", .run = read_back},
	{0},
};

const struct subject kms_atomic_values_subject = {
	.name = "atomic-values",
	.checks = checks,
};
