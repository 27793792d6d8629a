/* SPDX-License-Identifier: MIT */
/* Gamma ramps: the old calls, and the property that is the same. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#define SIZE 256

static uint16_t red[SIZE], green[SIZE], blue[SIZE];

static void fill(unsigned int step)
{
	for (unsigned int i = 0; i < SIZE; i++) {
		red[i] = (uint16_t)(i * step);
		green[i] = (uint16_t)(i * step + 1);
		blue[i] = (uint16_t)(i * step + 2);
	}
}

static struct drm_mode_crtc_lut lut(void)
{
	return (struct drm_mode_crtc_lut){
		.crtc_id = ids.crtc[0],
		.gamma_size = SIZE,
		.red = POINTER(red),
		.green = POINTER(green),
		.blue = POINTER(blue),
	};
}

static void show(const char *when, int file)
{
	struct drm_mode_crtc_lut get = lut();
	const char *answer;

	fill(0);
	answer = err(ioctl(file, DRM_IOCTL_MODE_GETGAMMA, &get));
	result(text("%s, GETGAMMA", when), "%s, %u: %u %u %u ... %u %u %u",
	       answer, get.gamma_size, red[1], green[1], blue[1], red[SIZE - 1],
	       green[SIZE - 1], blue[SIZE - 1]);
}

static int set(int file, unsigned int step)
{
	struct drm_mode_crtc_lut gamma = lut();

	fill(step);
	return ioctl(file, DRM_IOCTL_MODE_SETGAMMA, &gamma);
}

static const char *blob_of(int file)
{
	uint64_t blob = kms_value(file, ids.crtc[0], "GAMMA_LUT");
	struct drm_color_lut entries[SIZE] = {{0}};
	struct drm_mode_get_blob get = {.blob_id = (uint32_t)blob};
	uint32_t length;

	if (!blob || blob == ~0ull) {
		return text("%d", (int)blob);
	}
	ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &get);
	length = get.length;
	if (length == sizeof(entries)) {
		get.data = POINTER(entries);
		ioctl(file, DRM_IOCTL_MODE_GETPROPBLOB, &get);
	}
	return text("%u bytes, %u %u %u %u", length, entries[1].red,
		    entries[1].green, entries[1].blue, entries[1].reserved);
}

static void ramps(void)
{
	int file = kms_open_atomic();

	show("at first", file);
	kms_said("SETGAMMA", set(file, 7));
	show("then", file);
	result("the property", "%s", blob_of(file));
	show("another file", kms_open_other());
	kms_light(file);
	show("lit", file);
	kms_said("SETGAMMA, lit", set(file, 9));
	show("then", file);
	result("the property", "%s", blob_of(file));
}

static void property(void)
{
	static const uint32_t lengths[] = {
		8, 16, 2048, 2047, 2049, 2040, 2056, 4096, 8192, 16384, 16392,
	};
	static struct drm_color_lut entries[4096];
	int file = kms_open_atomic();

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		entries[i].red = (uint16_t)(i * 3);
	}
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct request request = {0};
		uint32_t blob = kms_blob(file, entries, lengths[i]);

		request_add(&request, ids.crtc[0], "GAMMA_LUT", blob);
		kms_said(text("GAMMA_LUT of %u bytes", lengths[i]),
			 request_commit(file, &request, 0, 0));
		result("then", "%s", blob_of(file));
		request = (struct request){0};
		request_add(&request, ids.crtc[0], "GAMMA_LUT", 0);
		kms_said("none", request_commit(file, &request, 0, 0));
	}
	show("in the end", file);
}

static void by_others(void)
{
	int file = kms_open(), other = kms_open_other();

	kms_said("SETGAMMA by another file", set(other, 3));
	drop_master(file);
	kms_said("SETGAMMA, not master", set(file, 3));
	show("then", file);
}

static int prepare(void *argument)
{
	struct drm_mode_crtc_lut *gamma = argument;
	int file = kms_open();

	fill(5);
	*gamma = lut();
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_crtc_lut, crtc_id, 0),
	FAULT(drm_mode_crtc_lut, gamma_size, 0),
	FAULT(drm_mode_crtc_lut, gamma_size, 255),
	FAULT(drm_mode_crtc_lut, gamma_size, 257),
	FAULT(drm_mode_crtc_lut, red, 8),
	FAULT(drm_mode_crtc_lut, green, 0),
	FAULT(drm_mode_crtc_lut, blue, 8),
	{0},
};

static void set_arguments(void)
{
	call_arguments(&(const struct call){
		.name = "SETGAMMA",
		.cmd = DRM_IOCTL_MODE_SETGAMMA,
		.prepare = prepare,
		.faults = faults,
	});
}

static void get_arguments(void)
{
	call_arguments(&(const struct call){
		.name = "GETGAMMA",
		.cmd = DRM_IOCTL_MODE_GETGAMMA,
		.prepare = prepare,
		.faults = faults,
	});
}

static const struct check checks[] = {
	{.name = "get-arguments", .run = get_arguments},
	{.name = "ramps", .run = ramps},
	{.name = "property", .run = property},
	{.name = "by-others", .run = by_others},
	{.name = "set-arguments", .run = set_arguments},
	{0},
};

const struct subject kms_gamma_subject = {
	.name = "gamma",
	.checks = checks,
};
