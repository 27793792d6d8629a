/* SPDX-License-Identifier: MIT */
/* SETPLANE: where a plane may be, and what it may show there. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SIDE 64u

static int set_plane(int file, uint32_t plane, uint32_t fb, int x, int y,
		     uint32_t width, uint32_t height)
{
	struct drm_mode_set_plane set = {
		.plane_id = plane,
		.crtc_id = fb ? ids.crtc[0] : 0,
		.fb_id = fb,
		.crtc_x = x,
		.crtc_y = y,
		.crtc_w = width,
		.crtc_h = height,
		.src_w = width << 16,
		.src_h = height << 16,
	};

	return ioctl(file, DRM_IOCTL_MODE_SETPLANE, &set);
}

static void show(int file, uint32_t plane)
{
	result(text("%s is", kms_name(plane)), "%s at %d,%d, %dx%d",
	       kms_plane_state(file, plane),
	       (int)kms_value(file, plane, "CRTC_X"),
	       (int)kms_value(file, plane, "CRTC_Y"),
	       (int)kms_value(file, plane, "CRTC_W"),
	       (int)kms_value(file, plane, "CRTC_H"));
}

static void places(void)
{
	static const struct {
		const char *name;
		int x, y;
		uint32_t w, h, src_x, src_y, src_w, src_h;
	} tries[] = {
		{"whole", 0, 0, 64, 64, 0, 0, 64 << 16, 64 << 16},
		{"moved", 5, 6, 64, 64, 0, 0, 64 << 16, 64 << 16},
		{"half outside", -32, -32, 64, 64, 0, 0, 64 << 16, 64 << 16},
		{"outside", 5000, 5000, 64, 64, 0, 0, 64 << 16, 64 << 16},
		{"outside before", -64, -64, 64, 64, 0, 0, 64 << 16, 64 << 16},
		{"a part", 0, 0, 32, 32, 32 << 16, 32 << 16, 32 << 16,
		 32 << 16},
		{"a part that ends outside", 0, 0, 32, 32, 33 << 16, 0,
		 32 << 16, 32 << 16},
		{"a part of fractions", 0, 0, 32, 32, 0x8000, 0x8000, 32 << 16,
		 32 << 16},
		{"a fraction beyond", 0, 0, 64, 64, 1, 0, 64 << 16, 64 << 16},
		{"larger", 0, 0, 128, 128, 0, 0, 64 << 16, 64 << 16},
		{"smaller", 0, 0, 32, 32, 0, 0, 64 << 16, 64 << 16},
		{"a pixel wider", 0, 0, 65, 64, 0, 0, 64 << 16, 64 << 16},
		{"source wider", 0, 0, 64, 64, 0, 0, 65 << 16, 64 << 16},
		{"source huge", 0, 0, 64, 64, 0, 0, 0xffffffff, 64 << 16},
		{"source far", 0, 0, 64, 64, 0xffff0000, 0, 64 << 16, 64 << 16},
		{"no source", 0, 0, 64, 64, 0, 0, 0, 0},
		{"no place", 0, 0, 0, 0, 0, 0, 64 << 16, 64 << 16},
		{"nothing", 0, 0, 0, 0, 0, 0, 0, 0},
		{"huge place", 0, 0, 0x7fffffff, 1, 0, 0, 64 << 16, 64 << 16},
		{"too huge a place", 0, 0, 0x80000000, 1, 0, 0, 64 << 16,
		 64 << 16},
		{"over the end", 0x7fffffff, 0, 64, 64, 0, 0, 64 << 16,
		 64 << 16},
		{"just not over the end", 0x7fffffff - 64, 0, 64, 64, 0, 0,
		 64 << 16, 64 << 16},
		{"over the end in y", 0, 0x7fffffff, 64, 64, 0, 0, 64 << 16,
		 64 << 16},
	};
	int file = kms_open_atomic();
	uint32_t fb;

	kms_light(file);
	fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_ARGB8888);
	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct drm_mode_set_plane set = {
			.plane_id = ids.overlay,
			.crtc_id = ids.crtc[0],
			.fb_id = fb,
			.crtc_x = tries[i].x,
			.crtc_y = tries[i].y,
			.crtc_w = tries[i].w,
			.crtc_h = tries[i].h,
			.src_x = tries[i].src_x,
			.src_y = tries[i].src_y,
			.src_w = tries[i].src_w,
			.src_h = tries[i].src_h,
		};

		kms_said(tries[i].name,
			 ioctl(file, DRM_IOCTL_MODE_SETPLANE, &set));
		show(file, ids.overlay);
	}
}

static void on_and_off(void)
{
	int file = kms_open_atomic();
	uint32_t fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_ARGB8888), screen;

	kms_said("overlay in the dark",
		 set_plane(file, ids.overlay, fb, 0, 0, SIDE, SIDE));
	show(file, ids.overlay);
	kms_said("off in the dark",
		 set_plane(file, ids.overlay, 0, 0, 0, 0, 0));
	screen = kms_light(file);
	kms_said("overlay", set_plane(file, ids.overlay, fb, 1, 2, SIDE, SIDE));
	kms_said("cursor", set_plane(file, ids.cursor, fb, 3, 4, SIDE, SIDE));
	kms_said("all planes, one after the other", 0);
	for (unsigned int i = 0; i < ids.nr_planes; i++) {
		if (ids.plane[i] != ids.primary) {
			kms_said(kms_name(ids.plane[i]),
				 set_plane(file, ids.plane[i], fb, (int)i, 0,
					   SIDE, SIDE));
		}
	}
	kms_said("primary off", set_plane(file, ids.primary, 0, 0, 0, 0, 0));
	show(file, ids.primary);
	result("then", "%s", kms_crtc_state(file));
	kms_said("primary, a part",
		 set_plane(file, ids.primary, screen, 100, 100, 500, 500));
	show(file, ids.primary);
	result("then", "%s", kms_crtc_state(file));
	kms_said("primary, all",
		 set_plane(file, ids.primary, screen, 0, 0, 1024, 768));
	kms_said("off", set_plane(file, ids.overlay, 0, 7, 8, 9, 10));
	show(file, ids.overlay);
	kms_said("off again", set_plane(file, ids.overlay, 0, 0, 0, 0, 0));
	kms_set_crtc(file, 0);
	result("display off", "%s", kms_crtc_state(file));
	show(file, ids.cursor);
	show(file, ids.plane[2]);
	kms_light(file);
	result("display on", "%s", kms_crtc_state(file));
	show(file, ids.cursor);
}

static void formats(void)
{
	static const uint32_t kinds[] = {
		DRM_FORMAT_XRGB8888,	 DRM_FORMAT_ARGB8888,
		DRM_FORMAT_RGB565,	 DRM_FORMAT_XRGB16161616,
		DRM_FORMAT_ARGB16161616,
	};
	int file = kms_open_atomic();

	kms_light(file);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		uint32_t fb = kms_fb(file, SIDE, SIDE, kinds[i]);

		kms_said(text("overlay of %s", fourcc(kinds[i])),
			 set_plane(file, ids.overlay, fb, 0, 0, SIDE, SIDE));
		kms_said(text("cursor of %s", fourcc(kinds[i])),
			 set_plane(file, ids.cursor, fb, 0, 0, SIDE, SIDE));
	}
}

/* A plane that is turned shows its source turned: the place is what it has to
 * fit. */
static void turned(void)
{
	static const unsigned int turns[] = {1,	   2,	 4,    8,   0x11,
					     0x21, 0x12, 0x30, 0x31};
	int file = kms_open_atomic();
	uint32_t fb;

	kms_light(file);
	fb = kms_fb(file, SIDE, 32, DRM_FORMAT_ARGB8888);
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		for (int across = 0; across < 2; across++) {
			struct request request = {0};

			request_plane(&request, ids.overlay, fb, 0, 0, SIDE,
				      32);
			if (across) {
				request_add(&request, ids.overlay, "CRTC_W",
					    32);
				request_add(&request, ids.overlay, "CRTC_H",
					    SIDE);
			}
			request_add(&request, ids.overlay, "rotation",
				    turns[i]);
			kms_said(text("rotation %#x, %s", turns[i],
				      across ? "32x64" : "64x32"),
				 request_commit(file, &request, 0, 0));
		}
	}
}

static void by_others(void)
{
	int file = kms_open_atomic(), other = kms_open_other();
	uint32_t fb, own = kms_fb(other, SIDE, SIDE, DRM_FORMAT_ARGB8888);

	kms_light(file);
	fb = kms_fb(file, SIDE, SIDE, DRM_FORMAT_ARGB8888);
	kms_said("by another file",
		 set_plane(other, ids.overlay, own, 0, 0, SIDE, SIDE));
	kms_said("another file's framebuffer",
		 set_plane(file, ids.overlay, own, 0, 0, SIDE, SIDE));
	show(file, ids.overlay);
	kms_said("its own", set_plane(file, ids.overlay, fb, 0, 0, SIDE, SIDE));
	kms_said("another's again",
		 set_plane(file, ids.overlay, own, 0, 0, SIDE, SIDE));
	close(other);
	result("the other file closed", "-");
	show(file, ids.overlay);
}

static int prepare(void *argument)
{
	struct drm_mode_set_plane *set = argument;
	int file = kms_open();
	uint32_t fb = kms_light(file);

	*set = (struct drm_mode_set_plane){
		.plane_id = ids.primary,
		.crtc_id = ids.crtc[0],
		.fb_id = fb,
		.crtc_w = 1024,
		.crtc_h = 768,
		.src_w = 1024 << 16,
		.src_h = 768 << 16,
	};
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_set_plane, plane_id, 0),
	FAULT(drm_mode_set_plane, crtc_id, 0),
	FAULT(drm_mode_set_plane, fb_id, 0),
	FAULT(drm_mode_set_plane, fb_id, 9999),
	FAULT(drm_mode_set_plane, flags, 1),
	FAULT(drm_mode_set_plane, crtc_x, 0x7fffffff),
	FAULT(drm_mode_set_plane, crtc_w, 0),
	FAULT(drm_mode_set_plane, crtc_h, 0xffffffff),
	FAULT(drm_mode_set_plane, src_x, 1 << 16),
	FAULT(drm_mode_set_plane, src_w, 0),
	FAULT(drm_mode_set_plane, src_h, 0xffffffff),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "SETPLANE",
		.cmd = DRM_IOCTL_MODE_SETPLANE,
		.prepare = prepare,
		.faults = faults,
	});
}

static const struct check checks[] = {
	{.name = "places", .run = places},
	{.name = "on-and-off", .run = on_and_off},
	{.name = "formats", .run = formats},
	{.name = "turned", .run = turned},
	{.name = "by-others", .run = by_others},
	{.name = "arguments", .run = arguments},
	{0},
};

const struct subject kms_plane_subject = {
	.name = "plane",
	.checks = checks,
};
