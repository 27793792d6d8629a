/* SPDX-License-Identifier: MIT */
/* SETCRTC: what it takes, what it refuses, and what is seen of it after. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int prepare_setcrtc(void *argument)
{
	int file = kms_open();
	struct drm_mode_crtc *set = argument;

	set->crtc_id = ids.crtc[0];
	set->fb_id = kms_screen(file);
	set->set_connectors_ptr = POINTER(&ids.display);
	set->count_connectors = 1;
	set->mode = *kms_mode(file);
	set->mode_valid = 1;
	return file;
}

static const struct fault setcrtc_faults[] = {
	FAULT(drm_mode_crtc, set_connectors_ptr, 0),
	FAULT(drm_mode_crtc, set_connectors_ptr, 8),
	FAULT(drm_mode_crtc, count_connectors, 0),
	FAULT(drm_mode_crtc, count_connectors, 9),
	FAULT(drm_mode_crtc, crtc_id, 0),
	FAULT(drm_mode_crtc, fb_id, 0),
	FAULT(drm_mode_crtc, fb_id, -1),
	FAULT(drm_mode_crtc, fb_id, 9999),
	FAULT(drm_mode_crtc, x, 1),
	FAULT(drm_mode_crtc, y, 0xffffffff),
	FAULT(drm_mode_crtc, gamma_size, 1),
	FAULT(drm_mode_crtc, mode_valid, 0),
	FAULT(drm_mode_crtc, mode_valid, 2),
	FAULT(drm_mode_crtc, mode.hdisplay, 0),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "SETCRTC",
		.cmd = DRM_IOCTL_MODE_SETCRTC,
		.prepare = prepare_setcrtc,
		.faults = setcrtc_faults,
	});
}

#define MODE(field, value)                                                     \
	{                                                                      \
#field " " #value, offsetof(struct drm_mode_modeinfo, field),  \
			sizeof(((struct drm_mode_modeinfo *)0)->field), value  \
	}

/* What is wrong with a mode, and what only seems to be. */
static const struct fault mode_faults[] = {
	MODE(clock, 0),
	MODE(clock, 1),
	MODE(clock, 65001),
	MODE(clock, 0x7fffffff),
	MODE(clock, 0xffffffff),
	MODE(hdisplay, 1),
	MODE(hdisplay, 1023),
	MODE(hdisplay, 1025),
	MODE(hdisplay, 1048),
	MODE(hdisplay, 1049),
	MODE(hdisplay, 0xffff),
	MODE(hsync_start, 0),
	MODE(hsync_start, 1024),
	MODE(hsync_start, 1185),
	MODE(hsync_end, 1047),
	MODE(hsync_end, 1345),
	MODE(htotal, 0),
	MODE(htotal, 1183),
	MODE(htotal, 0xffff),
	MODE(hskew, 1),
	MODE(vdisplay, 0),
	MODE(vdisplay, 767),
	MODE(vdisplay, 769),
	MODE(vsync_start, 767),
	MODE(vsync_end, 770),
	MODE(vtotal, 0),
	MODE(vtotal, 776),
	MODE(vscan, 1),
	MODE(vscan, 2),
	MODE(vrefresh, 0),
	MODE(vrefresh, 75),
	MODE(flags, 0),
	MODE(flags, DRM_MODE_FLAG_INTERLACE),
	MODE(flags, DRM_MODE_FLAG_DBLSCAN),
	MODE(flags, DRM_MODE_FLAG_PHSYNC),
	MODE(flags, DRM_MODE_FLAG_BCAST),
	MODE(flags, DRM_MODE_FLAG_PIXMUX),
	MODE(flags, DRM_MODE_FLAG_3D_FRAME_PACKING),
	MODE(flags, DRM_MODE_FLAG_PIC_AR_16_9),
	MODE(flags, DRM_MODE_FLAG_PIC_AR_64_27),
	MODE(flags, 0x01000000),
	MODE(flags, 0x80000000),
	MODE(type, 0),
	MODE(type, 1),
	MODE(type, 0xffffffff),
	{0},
};

static struct drm_mode_crtc on(int file, uint32_t fb)
{
	return (struct drm_mode_crtc){
		.crtc_id = ids.crtc[0],
		.fb_id = fb,
		.set_connectors_ptr = POINTER(&ids.display),
		.count_connectors = 1,
		.mode = *kms_mode(file),
		.mode_valid = 1,
	};
}

static void modes(void)
{
	int file = kms_open();
	uint32_t fb = kms_fb(file, 2048, 800, DRM_FORMAT_XRGB8888);

	for (const struct fault *fault = mode_faults; fault->name; fault++) {
		struct drm_mode_crtc set = on(file, fb);
		struct drm_mode_crtc get = {.crtc_id = ids.crtc[0]};
		const char *answer;

		memcpy((char *)&set.mode + fault->offset, &fault->value,
		       fault->size);
		answer = err(ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
		ioctl(file, DRM_IOCTL_MODE_GETCRTC, &get);
		result(fault->name, "%s; %s", answer,
		       get.mode_valid ? kms_mode_text(&get.mode) : "off");
		kms_set_crtc(file, 0);
	}
}

/* Names are the program's business. */
static void mode_names(void)
{
	int file = kms_open();
	struct drm_mode_crtc set = on(file, kms_screen(file));
	struct drm_mode_crtc get = {.crtc_id = ids.crtc[0]};

	memset(set.mode.name, 'x', sizeof(set.mode.name));
	kms_said("a name that does not end",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	ioctl(file, DRM_IOCTL_MODE_GETCRTC, &get);
	result("it is", "'%.32s'", get.mode.name);
	memset(set.mode.name, 0, sizeof(set.mode.name));
	kms_said("no name", ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	ioctl(file, DRM_IOCTL_MODE_GETCRTC, &get);
	result("it is", "'%.32s'", get.mode.name);
}

static void all_modes(void)
{
	static const unsigned int sizes[][2] = {
		{640, 480},   {800, 600},   {1024, 768},
		{1280, 1024}, {1920, 1080}, {1920, 1200},
	};
	int file = kms_open();

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned int width = sizes[i][0], height = sizes[i][1];
		struct drm_mode_crtc set = on(
			file, kms_fb(file, width, height, DRM_FORMAT_XRGB8888));

		set.mode = *kms_mode_of(file, width, height);
		kms_said(text("%ux%u", width, height),
			 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
		result("then", "%s", kms_crtc_state(file));
	}
}

static void panning(void)
{
	static const struct {
		uint32_t x, y;
	} places[] = {
		{0, 0},	      {1, 0},	       {0, 1},
		{100, 50},    {101, 50},       {100, 51},
		{0x10000, 0}, {0xffffffff, 0}, {0, 0x7fffffff},
	};
	int file = kms_open();
	uint32_t fb = kms_fb(file, 1124, 818, DRM_FORMAT_XRGB8888);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct drm_mode_crtc set = on(file, fb);

		set.x = places[i].x;
		set.y = places[i].y;
		kms_said(text("at %u,%u", set.x, set.y),
			 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
		result("then", "%s", kms_crtc_state(file));
	}
	result("smaller ones", "-");
	for (uint32_t side = 0; side < 2; side++) {
		struct drm_mode_crtc set =
			on(file, kms_fb(file, 1024 - side, 767 + side,
					DRM_FORMAT_XRGB8888));

		kms_said(text("%ux%u", 1024 - side, 767 + side),
			 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	}
}

static void formats(void)
{
	static const uint32_t kinds[] = {
		DRM_FORMAT_XRGB8888,	 DRM_FORMAT_ARGB8888,
		DRM_FORMAT_RGB565,	 DRM_FORMAT_XRGB16161616,
		DRM_FORMAT_ARGB16161616,
	};
	int file = kms_open();

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct drm_mode_crtc set =
			on(file, kms_fb(file, 1024, 768, kinds[i]));

		kms_said(text("a screen of %s", fourcc(kinds[i])),
			 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	}
	kms_said("GETCRTC",
		 ioctl(file, DRM_IOCTL_MODE_GETCRTC,
		       &(struct drm_mode_crtc){.crtc_id = ids.crtc[0]}));
}

static void connectors(void)
{
	int file = kms_open();
	uint32_t fb = kms_screen(file);
	const uint32_t lists[][2] = {
		{ids.display, ids.display},
		{ids.writeback, 0},
		{ids.display, ids.writeback},
		{ids.crtc[0], 0},
		{0},
		{ids.encoder[0], 0},
		{ids.display, 9999},
	};
	static const uint32_t counts[] = {2, 1, 2, 1, 1, 1, 2};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct drm_mode_crtc set = on(file, fb);
		char name[64];

		set.set_connectors_ptr = POINTER(lists[i]);
		set.count_connectors = counts[i];
		snprintf(name, sizeof(name), "%s%s%s", kms_name(lists[i][0]),
			 counts[i] > 1 ? " and " : "",
			 counts[i] > 1 ? kms_name(lists[i][1]) : "");
		kms_said(name, ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
		result(text("%s, then", name), "%s", kms_crtc_state(file));
		kms_set_crtc(file, 0);
	}
}

/* Turning off, and what it is to keep the framebuffer. */
static void keeping(void)
{
	int file = kms_open();
	struct drm_mode_crtc set = on(file, (uint32_t)-1);

	kms_said("fb -1 in the dark",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	kms_light(file);
	set.fb_id = (uint32_t)-1;
	kms_said("fb -1, lit", ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	result("then", "%s", kms_crtc_state(file));
	set.mode = *kms_mode_of(file, 800, 600);
	kms_said("fb -1, smaller mode",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	result("then", "%s", kms_crtc_state(file));
	set.mode = *kms_mode_of(file, 1920, 1080);
	kms_said("fb -1, larger mode",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	result("then", "%s", kms_crtc_state(file));
	set = on(file, 0);
	set.mode_valid = 0;
	kms_said("no mode, a connector",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	set.count_connectors = 0;
	kms_said("no mode, no connector",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	result("then", "%s", kms_crtc_state(file));
	kms_said("again", ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	set.fb_id = (uint32_t)-1;
	kms_said("no mode, fb -1", ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
	set.fb_id = 9999;
	kms_said("no mode, a wrong fb",
		 ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set));
}

/* The same thing twice is done twice, or not? Another framebuffer alone is no
 * new mode. */
static void again(void)
{
	int file = kms_open();
	uint32_t first = kms_light(file), second = kms_screen(file);

	kms_said("the same again", kms_set_crtc(file, first));
	kms_said("another framebuffer", kms_set_crtc(file, second));
	result("then", "%s", kms_crtc_state(file));
	kms_said(
		"another format",
		kms_set_crtc(file, kms_fb(file, 1024, 768, DRM_FORMAT_RGB565)));
	result("then", "%s", kms_crtc_state(file));
	kms_said("off", kms_set_crtc(file, 0));
	kms_said("off again", kms_set_crtc(file, 0));
}

static const struct check checks[] = {
	{.name = "arguments", .run = arguments},
	{.name = "modes", .run = modes},
	{.name = "mode-names", .run = mode_names, .generic = true},
	{.name = "all-modes", .run = all_modes},
	{.name = "panning", .run = panning, .generic = true},
	{.name = "formats", .run = formats},
	{.name = "connectors", .run = connectors},
	{.name = "keeping", .run = keeping},
	{.name = "again", .run = again},
	{0},
};

const struct subject kms_crtc_subject = {
	.name = "crtc",
	.checks = checks,
};
