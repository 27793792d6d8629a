/* SPDX-License-Identifier: MIT */
/* The order in which the calls about framebuffers look at their arguments. */
#include "arguments.h"
#include "kms.h"

#include <sys/ioctl.h>

static int prepare_addfb2(void *argument)
{
	int file = kms_open();
	struct drm_mode_fb_cmd2 *add = argument;

	add->width = 64;
	add->height = 64;
	add->pixel_format = DRM_FORMAT_XRGB8888;
	add->handles[0] = kms_dumb(file, 64, 64, 32, &add->pitches[0]);
	return file;
}

static const struct fault addfb2_faults[] = {
	FAULT(drm_mode_fb_cmd2, width, 0),
	FAULT(drm_mode_fb_cmd2, width, 8193),
	FAULT(drm_mode_fb_cmd2, height, 0),
	FAULT(drm_mode_fb_cmd2, height, 65),
	FAULT(drm_mode_fb_cmd2, pixel_format, 1),
	FAULT(drm_mode_fb_cmd2, pixel_format, DRM_FORMAT_NV12),
	FAULT(drm_mode_fb_cmd2, flags, 4),
	FAULT(drm_mode_fb_cmd2, flags, DRM_MODE_FB_MODIFIERS),
	FAULT(drm_mode_fb_cmd2, handles[0], 0),
	FAULT(drm_mode_fb_cmd2, handles[0], 99),
	FAULT(drm_mode_fb_cmd2, handles[1], 1),
	FAULT(drm_mode_fb_cmd2, pitches[0], 0),
	FAULT(drm_mode_fb_cmd2, pitches[0], 255),
	FAULT(drm_mode_fb_cmd2, pitches[1], 64),
	FAULT(drm_mode_fb_cmd2, offsets[0], 8),
	FAULT(drm_mode_fb_cmd2, offsets[2], 8),
	FAULT(drm_mode_fb_cmd2, modifier[0], 9),
	FAULT(drm_mode_fb_cmd2, modifier[3], 9),
	{0},
};

static void addfb2(void)
{
	call_arguments(&(const struct call){
		.name = "ADDFB2",
		.cmd = DRM_IOCTL_MODE_ADDFB2,
		.prepare = prepare_addfb2,
		.faults = addfb2_faults,
	});
}

static int prepare_addfb(void *argument)
{
	int file = kms_open();
	struct drm_mode_fb_cmd *add = argument;

	add->width = 64;
	add->height = 64;
	add->bpp = 32;
	add->depth = 24;
	add->handle = kms_dumb(file, 64, 64, 32, &add->pitch);
	return file;
}

static const struct fault addfb_faults[] = {
	FAULT(drm_mode_fb_cmd, fb_id, 7),   FAULT(drm_mode_fb_cmd, width, 8193),
	FAULT(drm_mode_fb_cmd, height, 0),  FAULT(drm_mode_fb_cmd, pitch, 255),
	FAULT(drm_mode_fb_cmd, bpp, 33),    FAULT(drm_mode_fb_cmd, depth, 77),
	FAULT(drm_mode_fb_cmd, handle, 99), {0},
};

static void addfb(void)
{
	call_arguments(&(const struct call){
		.name = "ADDFB",
		.cmd = DRM_IOCTL_MODE_ADDFB,
		.prepare = prepare_addfb,
		.faults = addfb_faults,
	});
}

static int prepare_rmfb(void *argument)
{
	int file = kms_open();

	*(uint32_t *)argument = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	return file;
}

static const struct fault rmfb_faults[] = {
	{"id 0", 0, 4, 0},
	{"id 9999", 0, 4, 9999},
	{"what follows", 4, 4, 9},
	{0},
};

static void rmfb(void)
{
	call_arguments(&(const struct call){
		.name = "RMFB",
		.cmd = DRM_IOCTL_MODE_RMFB,
		.prepare = prepare_rmfb,
		.faults = rmfb_faults,
	});
}

static void closefb(void)
{
	call_arguments(&(const struct call){
		.name = "CLOSEFB",
		.cmd = DRM_IOCTL_MODE_CLOSEFB,
		.prepare = prepare_rmfb,
		.faults = rmfb_faults,
	});
}

static void getfb(void)
{
	call_arguments(&(const struct call){
		.name = "GETFB",
		.cmd = DRM_IOCTL_MODE_GETFB,
		.prepare = prepare_rmfb,
		.faults = rmfb_faults,
	});
}

static void getfb2(void)
{
	call_arguments(&(const struct call){
		.name = "GETFB2",
		.cmd = DRM_IOCTL_MODE_GETFB2,
		.prepare = prepare_rmfb,
		.faults = rmfb_faults,
	});
}

static struct drm_clip_rect clip = {0, 0, 8, 8};

static int prepare_dirtyfb(void *argument)
{
	int file = kms_open();
	struct drm_mode_fb_dirty_cmd *cmd = argument;

	cmd->fb_id = kms_fb(file, 64, 64, DRM_FORMAT_XRGB8888);
	cmd->num_clips = 1;
	cmd->clips_ptr = POINTER(&clip);
	return file;
}

static const struct fault dirtyfb_faults[] = {
	FAULT(drm_mode_fb_dirty_cmd, fb_id, 0),
	FAULT(drm_mode_fb_dirty_cmd, flags, 1),
	FAULT(drm_mode_fb_dirty_cmd, flags, 4),
	FAULT(drm_mode_fb_dirty_cmd, color, 1),
	FAULT(drm_mode_fb_dirty_cmd, num_clips, 0),
	FAULT(drm_mode_fb_dirty_cmd, num_clips, 257),
	FAULT(drm_mode_fb_dirty_cmd, clips_ptr, 0),
	FAULT(drm_mode_fb_dirty_cmd, clips_ptr, 8),
	{0},
};

static void dirtyfb(void)
{
	call_arguments(&(const struct call){
		.name = "DIRTYFB",
		.cmd = DRM_IOCTL_MODE_DIRTYFB,
		.prepare = prepare_dirtyfb,
		.faults = dirtyfb_faults,
	});
}

static const struct check checks[] = {
	{.name = "addfb2", .run = addfb2, .generic = true},
	{.name = "addfb", .run = addfb, .generic = true},
	{.name = "rmfb", .run = rmfb, .generic = true},
	{.name = "closefb", .run = closefb, .generic = true},
	{.name = "getfb", .run = getfb, .generic = true},
	{.name = "getfb2", .run = getfb2, .generic = true},
	{.name = "dirtyfb", .run = dirtyfb, .generic = true},
	{0},
};

const struct subject kms_fb_arguments_subject = {
	.name = "fb-arguments",
	.checks = checks,
};
