/* SPDX-License-Identifier: MIT */
#include "kms.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define MAX_MODES 128

const struct drm_mode_modeinfo *kms_mode_of(int file, unsigned int width,
					    unsigned int height)
{
	static struct drm_mode_modeinfo modes[MAX_MODES];
	static uint32_t count;

	if (!count) {
		struct drm_mode_modeinfo some;
		struct drm_mode_get_connector get = {
			.connector_id = ids.display,
			.count_modes = 1,
			.modes_ptr = POINTER(&some),
		};

		ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get);
		get.count_modes = 0;
		ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get);
		get.count_modes = MAX_MODES;
		get.modes_ptr = POINTER(modes);
		get.count_props = get.count_encoders = 0;
		if (ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get)) {
			give_up("GETCONNECTOR");
		}
		count = get.count_modes < MAX_MODES ? get.count_modes
						    : MAX_MODES;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (modes[i].hdisplay == width && modes[i].vdisplay == height) {
			return &modes[i];
		}
	}
	errno = ENOENT;
	give_up(text("a mode of %ux%u", width, height));
}

const struct drm_mode_modeinfo *kms_mode(int file)
{
	return kms_mode_of(file, 1024, 768);
}

const char *kms_mode_text(const struct drm_mode_modeinfo *mode)
{
	return text("'%s' %u | %u %u %u %u %u | %u %u %u %u %u | %u %#x %#x",
		    mode->name, mode->clock, mode->hdisplay, mode->hsync_start,
		    mode->hsync_end, mode->htotal, mode->hskew, mode->vdisplay,
		    mode->vsync_start, mode->vsync_end, mode->vtotal,
		    mode->vscan, mode->vrefresh, mode->flags, mode->type);
}

uint32_t kms_dumb(int file, uint32_t width, uint32_t height, uint32_t bpp,
		  uint32_t *pitch)
{
	struct drm_mode_create_dumb dumb = {
		.width = width,
		.height = height,
		.bpp = bpp,
	};

	if (ioctl(file, DRM_IOCTL_MODE_CREATE_DUMB, &dumb)) {
		give_up("CREATE_DUMB");
	}
	*pitch = dumb.pitch;
	return dumb.handle;
}

static uint32_t bits_of(uint32_t format)
{
	switch (format) {
	case DRM_FORMAT_RGB565:
		return 16;
	case DRM_FORMAT_XRGB16161616:
	case DRM_FORMAT_ARGB16161616:
		return 64;
	default:
		return 32;
	}
}

uint32_t kms_fb_mapped(int file, uint32_t width, uint32_t height,
		       uint32_t format, void **pixels, uint32_t *pitch)
{
	struct drm_mode_fb_cmd2 add = {
		.width = width,
		.height = height,
		.pixel_format = format,
	};

	add.handles[0] =
		kms_dumb(file, width, height, bits_of(format), &add.pitches[0]);
	if (ioctl(file, DRM_IOCTL_MODE_ADDFB2, &add)) {
		give_up(text("ADDFB2 of %s", fourcc(format)));
	}
	if (pixels) {
		*pixels = device_map(file, add.handles[0],
				     (size_t)add.pitches[0] * height,
				     PROT_READ | PROT_WRITE);
		*pitch = add.pitches[0];
		if (*pixels == MAP_FAILED) {
			give_up("mmap");
		}
	}
	/* The framebuffer has the buffer; a handle more would be in the way. */
	gem_close(file, add.handles[0]);
	return add.fb_id;
}

uint32_t kms_fb(int file, uint32_t width, uint32_t height, uint32_t format)
{
	return kms_fb_mapped(file, width, height, format, NULL, NULL);
}

uint32_t kms_screen(int file)
{
	const struct drm_mode_modeinfo *mode = kms_mode(file);

	return kms_fb(file, mode->hdisplay, mode->vdisplay,
		      DRM_FORMAT_XRGB8888);
}

int kms_remove_fb(int file, uint32_t fb)
{
	return ioctl(file, DRM_IOCTL_MODE_RMFB, &fb);
}

int kms_set_crtc(int file, uint32_t fb)
{
	struct drm_mode_crtc set = {.crtc_id = ids.crtc[0]};

	if (fb) {
		set.fb_id = fb;
		set.set_connectors_ptr = POINTER(&ids.display);
		set.count_connectors = 1;
		set.mode = *kms_mode(file);
		set.mode_valid = 1;
	}
	return ioctl(file, DRM_IOCTL_MODE_SETCRTC, &set);
}

uint32_t kms_light(int file)
{
	uint32_t fb = kms_screen(file);

	if (kms_set_crtc(file, fb)) {
		give_up("SETCRTC");
	}
	return fb;
}

const char *kms_plane_state(int file, uint32_t plane)
{
	struct drm_mode_get_plane get = {.plane_id = plane};

	if (ioctl(file, DRM_IOCTL_MODE_GETPLANE, &get)) {
		return errname(errno);
	}
	return text("fb %s on %s", kms_name(get.fb_id), kms_name(get.crtc_id));
}

const char *kms_crtc_state(int file)
{
	struct drm_mode_crtc get = {.crtc_id = ids.crtc[0]};

	if (ioctl(file, DRM_IOCTL_MODE_GETCRTC, &get)) {
		return errname(errno);
	}
	if (!get.mode_valid) {
		return text("off, fb %s at %u,%u", kms_name(get.fb_id), get.x,
			    get.y);
	}
	return text("on, fb %s at %u,%u, %s", kms_name(get.fb_id), get.x, get.y,
		    get.mode.name);
}
