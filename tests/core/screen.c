/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <drm/drm_connector.h>
#include <drm/drm_plane.h>
#include <linux/workqueue.h>
#include <stdlib.h>
#include <time.h>

static const struct uprime_driver *owner[2];

static void destroy(struct drm_device *dev)
{
	owner[dev == stage.far_dev]->destroy(dev);
}

int screen_setup(void **state)
{
	struct uprime_device_options options = {
		.displays[0] = {.modes = {{SCREEN_WIDTH, SCREEN_HEIGHT, 0}},
				.nr_modes = 1},
		.nr_displays = 1,
		.overlay = true,
	};
	int ret;

	(void)state;
	owner[0] = uprime_driver_find("vkms");
	owner[1] = uprime_driver_find("vgem");
	ret = stage_setup_devices(owner[0]->create(&options),
				  owner[1]->create(NULL), destroy);
	if (!ret) {
		struct drm_set_client_cap cap = {DRM_CLIENT_CAP_ATOMIC, 1};

		ret = screen_call(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &cap);
		cap.capability = DRM_CLIENT_CAP_WRITEBACK_CONNECTORS;
		ret |= screen_call(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &cap);
	}
	return ret;
}

int screen_teardown(void **state)
{
	/* A commit's buffers go in a thread of its own. */
	flush_workqueue(system_unbound_wq);
	return stage_teardown(state);
}

int screen_call(struct drm_file *file, unsigned int cmd, void *arg)
{
	return (int)drm_ioctl(file, cmd, (unsigned long)arg);
}

static u32 bits_per_pixel(u32 format)
{
	switch (format) {
	case DRM_FORMAT_NV12:
		return 8;
	case DRM_FORMAT_RGB565:
		return 16;
	case DRM_FORMAT_ARGB16161616:
	case DRM_FORMAT_XRGB16161616:
		return 64;
	default:
		return 32;
	}
}

struct buffer buffer_create(struct drm_file *file, u32 format, u32 width,
			    u32 height)
{
	bool is_nv12 = format == DRM_FORMAT_NV12;
	struct buffer buffer = {.file = file,
				.format = format,
				.width = width,
				.height = height};
	struct drm_mode_create_dumb dumb = {
		.width = ALIGN(width, 2),
		.height = height + (is_nv12 ? (height + 1) / 2 : 0),
		.bpp = bits_per_pixel(format)};
	struct drm_mode_fb_cmd2 cmd = {
		.width = width, .height = height, .pixel_format = format};

	must(screen_call(file, DRM_IOCTL_MODE_CREATE_DUMB, &dumb));
	buffer.handle = cmd.handles[0] = dumb.handle;
	buffer.pitch = cmd.pitches[0] = dumb.pitch;
	buffer.size = (size_t)dumb.pitch * dumb.height;
	buffer.pixels = shmem_file_vaddr(lookup(file, dumb.handle)->filp);
	assert_false(IS_ERR_OR_NULL(buffer.pixels));
	if (is_nv12) {
		cmd.handles[1] = dumb.handle;
		cmd.pitches[1] = dumb.pitch;
		cmd.offsets[1] = dumb.pitch * height;
		buffer.chroma = buffer.pixels + cmd.offsets[1];
	}
	must(screen_call(file, DRM_IOCTL_MODE_ADDFB2, &cmd));
	buffer.id = cmd.fb_id;
	return buffer;
}

void buffer_destroy(struct buffer *buffer)
{
	must(screen_call(buffer->file, DRM_IOCTL_MODE_RMFB, &buffer->id));
	must(close_handle(buffer->file, buffer->handle));
}

void buffer_fill(struct buffer *buffer, u32 colour)
{
	for (size_t i = 0; i < buffer->size / sizeof(colour); i++) {
		memcpy(buffer->pixels + i * sizeof(colour), &colour,
		       sizeof(colour));
	}
}

static u32 up_to(u32 max)
{
	return (u32)rand() % (max + 1);
}

void buffer_fill_random(struct buffer *buffer)
{
	for (size_t i = 0; i < buffer->size; i++) {
		buffer->pixels[i] = (u8)up_to(0xff);
	}
	if (buffer->format == DRM_FORMAT_ARGB8888) {
		for (u8 *p = buffer->pixels; p < buffer->pixels + buffer->size;
		     p += 4) {
			/* Often nothing, or all. */
			p[3] = up_to(3) ? p[3] : up_to(1) ? 0xff : 0;
			for (int c = 0; c < 3; c++) {
				p[c] = (u8)up_to(p[3]);
			}
		}
	}
	if (buffer->format == DRM_FORMAT_ARGB16161616) {
		for (u8 *p = buffer->pixels; p < buffer->pixels + buffer->size;
		     p += 8) {
			u16 v[4];

			v[3] = (u16)up_to(0xffff);
			for (int c = 0; c < 3; c++) {
				v[c] = (u16)up_to(v[3]);
			}
			memcpy(p, v, sizeof(v));
		}
	}
}

u32 screen_prop(u32 object, const char *name)
{
	struct drm_mode_obj_get_properties args = {
		.obj_id = object, .obj_type = DRM_MODE_OBJECT_ANY};
	u32 ids[DRM_OBJECT_MAX_PROPERTY];
	u64 values[DRM_OBJECT_MAX_PROPERTY];

	args.props_ptr = (uintptr_t)ids;
	args.prop_values_ptr = (uintptr_t)values;
	args.count_props = DRM_OBJECT_MAX_PROPERTY;
	must(screen_call(stage.file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &args));
	for (u32 i = 0; i < args.count_props; i++) {
		struct drm_mode_get_property prop = {.prop_id = ids[i]};

		must(screen_call(stage.file, DRM_IOCTL_MODE_GETPROPERTY,
				 &prop));
		if (!strcmp(prop.name, name)) {
			return ids[i];
		}
	}
	fail_msg("object %u has no %s", object, name);
	return 0;
}

void change_set(struct change *change, u32 object, const char *name, u64 value)
{
	assert_in_range(change->n, 0, ARRAY_SIZE(change->set) - 1);
	change->set[change->n].object = object;
	change->set[change->n].prop = screen_prop(object, name);
	change->set[change->n++].value = value;
}

void change_plane(struct change *change, struct drm_plane *plane,
		  const struct buffer *buffer, int x, int y)
{
	u32 id = plane->base.id;

	change_set(change, id, "FB_ID", buffer ? buffer->id : 0);
	change_set(change, id, "CRTC_ID", buffer ? screen_crtc()->base.id : 0);
	if (buffer) {
		change_set(change, id, "CRTC_X", (u64)(s64)x);
		change_set(change, id, "CRTC_Y", (u64)(s64)y);
		change_set(change, id, "CRTC_W", buffer->width);
		change_set(change, id, "CRTC_H", buffer->height);
		change_set(change, id, "SRC_X", 0);
		change_set(change, id, "SRC_Y", 0);
		change_set(change, id, "SRC_W", (u64)buffer->width << 16);
		change_set(change, id, "SRC_H", (u64)buffer->height << 16);
	}
}

int change_commit(struct change *change, u32 flags)
{
	u32 objects[64], counts[64], props[64];
	u64 values[64];
	struct drm_mode_atomic args = {
		.flags = flags,
		.count_objs = change->n,
		.objs_ptr = (uintptr_t)objects,
		.count_props_ptr = (uintptr_t)counts,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
	};

	for (unsigned int i = 0; i < change->n; i++) {
		objects[i] = change->set[i].object;
		counts[i] = 1;
		props[i] = change->set[i].prop;
		values[i] = change->set[i].value;
	}
	return screen_call(stage.file, DRM_IOCTL_MODE_ATOMIC, &args);
}

static struct drm_mode_modeinfo screen_mode(void)
{
	struct drm_mode_modeinfo modes[64];
	struct drm_mode_get_connector args = {
		.connector_id = screen_connector()->base.id,
		.modes_ptr = (uintptr_t)modes,
	};

	/* Asked for no modes it probes. */
	must(screen_call(stage.file, DRM_IOCTL_MODE_GETCONNECTOR, &args));
	args.count_props = args.count_encoders = 0;
	must(screen_call(stage.file, DRM_IOCTL_MODE_GETCONNECTOR, &args));
	assert_in_range(args.count_modes, 1, ARRAY_SIZE(modes));
	return modes[0];
}

void screen_on(const struct buffer *buffer)
{
	u32 connector = screen_connector()->base.id;
	struct drm_mode_crtc args = {
		.set_connectors_ptr = (uintptr_t)&connector,
		.count_connectors = 1,
		.crtc_id = screen_crtc()->base.id,
		.fb_id = buffer->id,
		.mode_valid = 1,
		.mode = screen_mode(),
	};

	must(screen_call(stage.file, DRM_IOCTL_MODE_SETCRTC, &args));
}

void screen_off(void)
{
	struct drm_mode_crtc args = {.crtc_id = screen_crtc()->base.id};

	must(screen_call(stage.file, DRM_IOCTL_MODE_SETCRTC, &args));
}

int screen_look(u32 *pixels, struct uprime_frame *frame)
{
	int ret;

	*frame = (struct uprime_frame){.pixels = pixels,
				       .size = SCREEN_WIDTH * SCREEN_HEIGHT *
					       sizeof(*pixels)};
	ret = owner[0]->display->frame(stage.dev, 0, frame);
	for (u32 i = 0; !ret && i < frame->width * frame->height; i++) {
		pixels[i] &= 0xffffff;
	}
	return ret;
}

struct drm_event_vblank screen_wait(void)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	struct drm_event_vblank event;

	for (int i = 0; i < 5000; i++) {
		ssize_t n =
			drm_read(stage.file, (uintptr_t)&event, sizeof(event));

		if (n == sizeof(event)) {
			return event;
		}
		assert_int_equal(n, -EAGAIN);
		nanosleep(&ms, NULL);
	}
	fail_msg("no event came");
	return event;
}

struct drm_crtc *screen_crtc(void)
{
	return drm_crtc_from_index(stage.dev, 0);
}

static struct drm_connector *connector_of_type(int type)
{
	struct drm_connector *connector;

	drm_for_each_connector (connector, stage.dev) {
		if (connector->connector_type == type) {
			return connector;
		}
	}
	return NULL;
}

struct drm_connector *screen_connector(void)
{
	return connector_of_type(DRM_MODE_CONNECTOR_VIRTUAL);
}

struct drm_connector *screen_writeback(void)
{
	return connector_of_type(DRM_MODE_CONNECTOR_WRITEBACK);
}

struct drm_plane *screen_plane(unsigned int i)
{
	return drm_plane_from_index(stage.dev, (int)i);
}

struct drm_plane *screen_cursor(void)
{
	return screen_crtc()->cursor;
}
