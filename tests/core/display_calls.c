/* SPDX-License-Identifier: MIT */
#include "display_calls.h"

int display_request(struct drm_file *file, unsigned int cmd, void *arg)
{
	return (int)drm_ioctl(file, cmd, (unsigned long)arg);
}

int create_picture(struct drm_file *file, u32 width, u32 height)
{
	struct drm_mode_create_dumb args = {
		.width = width, .height = height, .bpp = 32};
	int ret = display_request(file, DRM_IOCTL_MODE_CREATE_DUMB, &args);

	return ret ? ret : (int)args.handle;
}

int add_fb(struct drm_file *file, u32 handle, u32 width, u32 height, u32 format)
{
	struct drm_mode_fb_cmd2 args = {
		.width = width,
		.height = height,
		.pixel_format = format,
		.handles = {handle},
		.pitches = {width * 4},
	};
	int ret = display_request(file, DRM_IOCTL_MODE_ADDFB2, &args);

	return ret ? ret : (int)args.fb_id;
}

u32 make_fb(struct drm_file *file, u32 width, u32 height)
{
	u32 handle = must(create_picture(file, width, height));
	u32 fb = must(add_fb(file, handle, width, height, DRM_FORMAT_XRGB8888));

	must(close_handle(file, handle));
	return fb;
}

int rm_fb(struct drm_file *file, u32 id)
{
	return display_request(file, DRM_IOCTL_MODE_RMFB, &id);
}

int close_fb(struct drm_file *file, u32 id)
{
	u32 args[2] = {id};

	return display_request(file, DRM_IOWR(0xD0, u32[2]), args);
}

const struct drm_mode_modeinfo test_mode = {
	.clock = 65000,
	.hdisplay = MODE_WIDTH,
	.hsync_start = 1048,
	.hsync_end = 1184,
	.htotal = 1344,
	.vdisplay = MODE_HEIGHT,
	.vsync_start = 771,
	.vsync_end = 777,
	.vtotal = 806,
	.vrefresh = 60,
	.flags = DRM_MODE_FLAG_NHSYNC | DRM_MODE_FLAG_NVSYNC,
	.type = DRM_MODE_TYPE_DRIVER,
	.name = "1024x768",
};

int set_crtc(struct drm_file *file, u32 crtc, u32 fb, u32 connector)
{
	struct drm_mode_crtc args = {.crtc_id = crtc};

	if (fb) {
		args.fb_id = fb;
		args.set_connectors_ptr = (uintptr_t)&connector;
		args.count_connectors = 1;
		args.mode_valid = 1;
		args.mode = test_mode;
	}
	return display_request(file, DRM_IOCTL_MODE_SETCRTC, &args);
}

u32 shown_fb(struct drm_file *file, u32 crtc)
{
	struct drm_mode_crtc args = {.crtc_id = crtc};

	must(display_request(file, DRM_IOCTL_MODE_GETCRTC, &args));
	return args.fb_id;
}

int set_plane(struct drm_file *file, u32 plane, u32 crtc, u32 fb, u32 width,
	      u32 height, int x, int y)
{
	struct drm_mode_set_plane args = {
		.plane_id = plane,
		.crtc_id = crtc,
		.fb_id = fb,
		.crtc_x = x,
		.crtc_y = y,
		.crtc_w = width,
		.crtc_h = height,
		.src_w = width << 16,
		.src_h = height << 16,
	};

	return display_request(file, DRM_IOCTL_MODE_SETPLANE, &args);
}

u32 plane_fb(struct drm_file *file, u32 plane)
{
	struct drm_mode_get_plane args = {.plane_id = plane};

	must(display_request(file, DRM_IOCTL_MODE_GETPLANE, &args));
	return args.fb_id;
}

static bool is_not_capable(struct task *task, int cap)
{
	(void)task;
	(void)cap;
	return false;
}

void drop_rights(void)
{
	static _Thread_local struct task_ops ops;
	struct task *task = current_task();

	ops = *task->ops;
	ops.capable = is_not_capable;
	task->ops = &ops;
}
