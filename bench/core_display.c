/* SPDX-License-Identifier: MIT */
/* What it costs to look at a display, 1920x1080, beside a copy of as many
 * pixels. */
#include <drm.h>
#include <drm/drm_connector.h>
#include <drm/drm_crtc.h>
#include <drm/drm_drv.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_plane.h>
#include <linux/err.h>
#include <linux/shmem_fs.h>
#include <stdlib.h>
#include <string.h>
#include <uprime/display.h>
#include <uprime/drivers.h>

#include "core.h"

#define WIDTH	    1920
#define HEIGHT	    1080
#define SIZE	    (WIDTH * HEIGHT * 4u)
#define CURSOR_SIZE 64

/**
 * struct display - a display that is on
 * @vkms: the driver
 * @dev: the device; owned
 * @file: of @dev; owned
 * @seen: a picture; owned
 * @copy: as many bytes; owned
 */
struct display {
	const struct uprime_driver *vkms;
	struct drm_device *dev;
	struct drm_file *file;
	u8 *seen, *copy;
};

static void must(long ret)
{
	if (ret < 0) {
		abort();
	}
}

static void request(struct display *display, unsigned int cmd, void *arg)
{
	must(drm_ioctl(display->file, cmd, (unsigned long)arg));
}

/* A framebuffer, with the handle of its buffer, half transparent. */
static u32 make_fb(struct display *display, u32 format, u32 width, u32 height,
		   u32 *handle)
{
	const struct drm_format_info *info = drm_format_info(format);
	struct drm_mode_create_dumb dumb = {.width = width,
					    .height = height * info->num_planes,
					    .bpp = info->cpp[0] * 8u};
	struct drm_mode_fb_cmd2 cmd = {
		.width = width, .height = height, .pixel_format = format};
	struct drm_gem_object *obj;

	request(display, DRM_IOCTL_MODE_CREATE_DUMB, &dumb);
	for (u32 i = 0; i < info->num_planes; i++) {
		cmd.handles[i] = dumb.handle;
		cmd.pitches[i] = dumb.pitch;
		cmd.offsets[i] = i * dumb.pitch * height;
	}
	request(display, DRM_IOCTL_MODE_ADDFB2, &cmd);
	obj = drm_gem_object_lookup(display->file, dumb.handle);
	memset(shmem_file_vaddr(obj->filp), 0x80, dumb.size);
	drm_gem_object_put(obj);
	*handle = dumb.handle;
	return cmd.fb_id;
}

static struct drm_crtc *crtc_of(struct display *display)
{
	return drm_crtc_from_index(display->dev, 0);
}

static struct drm_connector *connector_of(struct display *display)
{
	return list_first_entry(&display->dev->mode_config.connector_list,
				struct drm_connector, head);
}

static void switch_on(struct display *display)
{
	struct drm_mode_modeinfo modes[64];
	u32 connector = connector_of(display)->base.id, handle;
	struct drm_mode_get_connector get = {.connector_id = connector,
					     .modes_ptr = (uintptr_t)modes};
	struct drm_mode_crtc set = {.set_connectors_ptr = (uintptr_t)&connector,
				    .count_connectors = 1,
				    .crtc_id = crtc_of(display)->base.id,
				    .fb_id = make_fb(display,
						     DRM_FORMAT_XRGB8888, WIDTH,
						     HEIGHT, &handle),
				    .mode_valid = 1};

	get.count_modes = sizeof(modes) / sizeof(modes[0]);
	request(display, DRM_IOCTL_MODE_GETCONNECTOR, &get);
	/* The preferred one comes first. */
	set.mode = modes[0];
	request(display, DRM_IOCTL_MODE_SETCRTC, &set);
}

static void *display_open(unsigned long n)
{
	const struct uprime_device_options options = {
		.displays[0] = {.modes = {{WIDTH, HEIGHT, 0}}, .nr_modes = 1},
		.nr_displays = 1,
		.overlay = true};
	struct display *display = calloc(1, sizeof(*display));

	(void)n;
	if (!display) {
		abort();
	}
	display->vkms = uprime_driver_find("vkms");
	display->dev = display->vkms->create(&options);
	if (IS_ERR(display->dev)) {
		abort();
	}
	display->file = drm_open(&display->dev->primary);
	display->seen = malloc(SIZE);
	display->copy = malloc(SIZE);
	if (IS_ERR(display->file) || !display->seen || !display->copy) {
		abort();
	}
	memset(display->seen, 1, SIZE);
	memset(display->copy, 1, SIZE);
	switch_on(display);
	return display;
}

static void display_close(void *data)
{
	struct display *display = data;

	drm_close(display->file);
	display->vkms->destroy(display->dev);
	free(display->seen);
	free(display->copy);
	free(display);
}

static void copy(void *data, unsigned long times)
{
	struct display *display = data;

	while (times--) {
		memcpy(display->copy, display->seen, SIZE);
		/* Somebody may read it. */
		__asm__ volatile("" : : "r"(display->copy) : "memory");
	}
}

static void look(void *data, unsigned long times)
{
	struct display *display = data;

	while (times--) {
		struct uprime_frame frame = {.pixels = display->seen,
					     .size = SIZE};

		must(display->vkms->display->frame(display->dev, 0, &frame));
	}
}

static void add_cursor(void *data)
{
	struct display *display = data;
	struct drm_mode_cursor args = {.flags = DRM_MODE_CURSOR_BO |
						DRM_MODE_CURSOR_MOVE,
				       .crtc_id = crtc_of(display)->base.id,
				       .x = WIDTH / 2,
				       .y = HEIGHT / 2,
				       .width = CURSOR_SIZE,
				       .height = CURSOR_SIZE};

	make_fb(display, DRM_FORMAT_ARGB8888, CURSOR_SIZE, CURSOR_SIZE,
		&args.handle);
	request(display, DRM_IOCTL_MODE_CURSOR, &args);
}

/* All over the screen. */
static void set_plane(struct display *display, unsigned int plane, u32 format)
{
	u32 handle;
	struct drm_mode_set_plane args = {
		.plane_id =
			drm_plane_from_index(display->dev, (int)plane)->base.id,
		.crtc_id = crtc_of(display)->base.id,
		.fb_id = make_fb(display, format, WIDTH, HEIGHT, &handle),
		.crtc_w = WIDTH,
		.crtc_h = HEIGHT,
		.src_w = WIDTH << 16,
		.src_h = HEIGHT << 16};

	request(display, DRM_IOCTL_MODE_SETPLANE, &args);
}

#define SHOW(format)                                                           \
	static void show_##format(void *data)                                  \
	{                                                                      \
		set_plane(data, 0, DRM_FORMAT_##format);                       \
	}
SHOW(XRGB8888)
SHOW(ARGB8888)
SHOW(RGB565)
SHOW(XRGB2101010)
SHOW(ARGB16161616)
SHOW(NV12)
#define LOOK_AT(format)                                                        \
	{                                                                      \
		.group = "core", .name = "look at " #format,                   \
		.before = show_##format, .run = look,                          \
	}

static void add_overlay(void *data)
{
	set_plane(data, 1, DRM_FORMAT_ARGB8888);
}

static const struct point points[] = {
	{.group = "limit", .name = "copy of a picture", .run = copy},
	LOOK_AT(ARGB8888),
	LOOK_AT(RGB565),
	LOOK_AT(XRGB2101010),
	LOOK_AT(ARGB16161616),
	LOOK_AT(NV12),
	{
		.group = "core",
		.name = "look",
		.before = show_XRGB8888,
		.run = look,
	},
	{
		.group = "core",
		.name = "look with cursor",
		.before = add_cursor,
		.run = look,
	},
	{
		.group = "core",
		.name = "look through a plane",
		.before = add_overlay,
		.run = look,
	},
	{0},
};

const struct stage core_display = {
	.scale = "",
	.open = display_open,
	.close = display_close,
	.points = points,
};
