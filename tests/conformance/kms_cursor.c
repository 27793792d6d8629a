/* SPDX-License-Identifier: MIT */
/* Cursors by the old calls, and the plane that they stand for. */
#include "arguments.h"
#include "kms.h"

#include <errno.h>
#include <sys/ioctl.h>

#define SIDE 64u

static int cursor(int file, uint32_t flags, int x, int y, uint32_t width,
		  uint32_t height, uint32_t handle)
{
	struct drm_mode_cursor call = {
		.flags = flags,
		.crtc_id = ids.crtc[0],
		.x = x,
		.y = y,
		.width = width,
		.height = height,
		.handle = handle,
	};

	return ioctl(file, DRM_IOCTL_MODE_CURSOR, &call);
}

static int cursor2(int file, uint32_t flags, uint32_t handle, int hot_x,
		   int hot_y)
{
	struct drm_mode_cursor2 call = {
		.flags = flags,
		.crtc_id = ids.crtc[0],
		.x = 10,
		.y = 20,
		.width = SIDE,
		.height = SIDE,
		.handle = handle,
		.hot_x = hot_x,
		.hot_y = hot_y,
	};

	return ioctl(file, DRM_IOCTL_MODE_CURSOR2, &call);
}

static void show(int file)
{
	result("the plane", "%s at %d,%d, %dx%d, of %d,%d %dx%d",
	       kms_plane_state(file, ids.cursor),
	       (int)kms_value(file, ids.cursor, "CRTC_X"),
	       (int)kms_value(file, ids.cursor, "CRTC_Y"),
	       (int)kms_value(file, ids.cursor, "CRTC_W"),
	       (int)kms_value(file, ids.cursor, "CRTC_H"),
	       (int)(kms_value(file, ids.cursor, "SRC_X") >> 16),
	       (int)(kms_value(file, ids.cursor, "SRC_Y") >> 16),
	       (int)(kms_value(file, ids.cursor, "SRC_W") >> 16),
	       (int)(kms_value(file, ids.cursor, "SRC_H") >> 16));
}

static void shown(void)
{
	int file = kms_open_atomic();
	uint32_t pitch, handle = kms_dumb(file, SIDE, SIDE, 32, &pitch);

	for (int lit = 0; lit < 2; lit++) {
		result(lit ? "lit" : "dark", "-");
		kms_said("MOVE before a picture",
			 cursor(file, DRM_MODE_CURSOR_MOVE, 5, 6, 0, 0, 0));
		show(file);
		kms_said("BO", cursor(file, DRM_MODE_CURSOR_BO, 1, 2, SIDE,
				      SIDE, handle));
		show(file);
		kms_said("MOVE",
			 cursor(file, DRM_MODE_CURSOR_MOVE, 100, 200, 0, 0, 0));
		show(file);
		kms_said("MOVE outside", cursor(file, DRM_MODE_CURSOR_MOVE,
						-100, -200, 0, 0, 0));
		show(file);
		kms_said("MOVE far away",
			 cursor(file, DRM_MODE_CURSOR_MOVE, 0x7fffffff,
				-0x7fffffff, 0, 0, 0));
		kms_said("both",
			 cursor(file, DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE,
				30, 40, SIDE, SIDE, handle));
		show(file);
		kms_said("CURSOR2 with a hot spot",
			 cursor2(file,
				 DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE,
				 handle, 3, 4));
		show(file);
		kms_said("none",
			 cursor(file, DRM_MODE_CURSOR_BO, 0, 0, SIDE, SIDE, 0));
		show(file);
		kms_light(file);
	}
}

static void sizes(void)
{
	static const uint32_t sides[][2] = {
		{64, 64},   {64, 32},	{32, 64}, {128, 128}, {512, 512},
		{513, 512}, {512, 513}, {1, 1},	  {9, 10},    {10, 10},
		{0, 64},    {64, 0},	{0, 0},
	};
	int file = kms_open_atomic();

	kms_light(file);
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		uint32_t pitch, width = sides[i][0], height = sides[i][1];
		uint32_t handle = kms_dumb(file, width ? width : 1,
					   height ? height : 1, 32, &pitch);

		kms_said(text("%ux%u", width, height),
			 cursor(file, DRM_MODE_CURSOR_BO, 0, 0, width, height,
				handle));
		show(file);
	}
}

/* The cursor's framebuffer is the kernel's; is it anybody's to see? */
static void framebuffers(void)
{
	int file = kms_open_atomic();
	uint32_t pitch, handle = kms_dumb(file, SIDE, SIDE, 32, &pitch);
	struct drm_mode_card_res res = {0};

	kms_light(file);
	cursor(file, DRM_MODE_CURSOR_BO, 0, 0, SIDE, SIDE, handle);
	ioctl(file, DRM_IOCTL_MODE_GETRESOURCES, &res);
	result("framebuffers of the file", "%u", res.count_fbs);
	kms_said("GETFB of the cursor's",
		 ioctl(file, DRM_IOCTL_MODE_GETFB,
		       &(struct drm_mode_fb_cmd){
			       .fb_id = (uint32_t)kms_value(file, ids.cursor,
							    "FB_ID")}));
	kms_said("RMFB of the cursor's",
		 kms_remove_fb(file,
			       (uint32_t)kms_value(file, ids.cursor, "FB_ID")));
	show(file);
	kms_said("DESTROY_DUMB", dumb_destroy(file, handle));
	show(file);
	kms_set_crtc(file, 0);
	result("display off", "-");
	show(file);
}

static void by_others(void)
{
	int file = kms_open(), other = kms_open_other();
	uint32_t pitch, handle = kms_dumb(other, SIDE, SIDE, 32, &pitch);

	kms_light(file);
	kms_said("by another file",
		 cursor(other, DRM_MODE_CURSOR_BO, 0, 0, SIDE, SIDE, handle));
	kms_said("another file's handle", cursor(file, DRM_MODE_CURSOR_BO, 0, 0,
						 SIDE, SIDE, handle + 7));
}

static int prepare(void *argument)
{
	struct drm_mode_cursor2 *call = argument;
	int file = kms_open();
	uint32_t pitch;

	kms_light(file);
	call->flags = DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE;
	call->crtc_id = ids.crtc[0];
	call->width = SIDE;
	call->height = SIDE;
	call->handle = kms_dumb(file, SIDE, SIDE, 32, &pitch);
	return file;
}

static const struct fault faults[] = {
	FAULT(drm_mode_cursor, flags, 0),
	FAULT(drm_mode_cursor, flags, 4),
	FAULT(drm_mode_cursor, flags, DRM_MODE_CURSOR_MOVE),
	FAULT(drm_mode_cursor, crtc_id, 0),
	FAULT(drm_mode_cursor, x, 0x7fffffff),
	FAULT(drm_mode_cursor, width, 0),
	FAULT(drm_mode_cursor, width, 513),
	FAULT(drm_mode_cursor, height, 65),
	FAULT(drm_mode_cursor, handle, 99),
	{0},
};

static const struct fault faults2[] = {
	FAULT(drm_mode_cursor2, flags, 4),
	FAULT(drm_mode_cursor2, crtc_id, 0),
	FAULT(drm_mode_cursor2, width, 513),
	FAULT(drm_mode_cursor2, handle, 99),
	FAULT(drm_mode_cursor2, hot_x, 65),
	FAULT(drm_mode_cursor2, hot_y, -1),
	{0},
};

static void arguments(void)
{
	call_arguments(&(const struct call){
		.name = "CURSOR",
		.cmd = DRM_IOCTL_MODE_CURSOR,
		.prepare = prepare,
		.faults = faults,
	});
	call_arguments(&(const struct call){
		.name = "CURSOR2",
		.cmd = DRM_IOCTL_MODE_CURSOR2,
		.prepare = prepare,
		.faults = faults2,
	});
}

static const struct check checks[] = {
	{.name = "shown", .run = shown},
	{.name = "sizes", .run = sizes},
	{.name = "framebuffers", .run = framebuffers},
	{.name = "by-others", .run = by_others},
	{.name = "arguments", .run = arguments},
	{0},
};

const struct subject kms_cursor_subject = {
	.name = "cursor",
	.checks = checks,
};
