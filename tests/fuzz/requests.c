/* SPDX-License-Identifier: MIT */
/* Buffers, framebuffers, what is shown of them, and what can be asked. */
#include "fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint32_t formats[] = {
	DRM_FORMAT_XRGB8888, DRM_FORMAT_ARGB8888,     DRM_FORMAT_RGB565,
	DRM_FORMAT_NV12,     DRM_FORMAT_XRGB16161616, DRM_FORMAT_ARGB16161616,
	DRM_FORMAT_C8,	     DRM_FORMAT_YUV420};

static uint32_t some_format(struct dice *dice)
{
	return one_in(dice, 20) ? some_number(dice)
				: formats[roll(dice, one_in(dice, 3) ? 8 : 2)];
}

static uint32_t some_size(struct dice *dice, uint32_t usual)
{
	switch (roll(dice, 8)) {
	case 0:
		return some_number(dice);
	case 1:
		return 1 + roll(dice, 64);
	default:
		return usual;
	}
}

static void create_dumb(struct dice *dice, int card)
{
	struct drm_mode_create_dumb create = {
		.width = some_size(dice, 640),
		.height = some_size(dice, 480),
		.bpp = one_in(dice, 6) ? some_number(dice) : 32};

	/* The machine has others to care for. */
	if ((uint64_t)create.width * create.height > 1 << 22 &&
	    !one_in(dice, 4)) {
		create.width = create.height = 64;
	}
	if (!request(card, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
		pool_put(dice, POOL_HANDLE, (int)create.handle);
	}
}

static void write_to(struct dice *dice, int card)
{
	struct drm_mode_map_dumb map = {
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE)};
	size_t size = one_in(dice, 2) ? 4096 : 640 * 480 * 4;
	int byte = (int)roll(dice, 256);
	void *memory;

	if (request(card, DRM_IOCTL_MODE_MAP_DUMB, &map)) {
		return;
	}
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, card,
		      (off_t)map.offset);
	if (memory != MAP_FAILED) {
		memset(memory, byte, 4096);
		munmap(memory, size);
	}
}

static void add_fb(struct dice *dice, int card)
{
	struct drm_mode_fb_cmd2 cmd = {
		.width = some_size(dice, 640),
		.height = some_size(dice, 480),
		.pixel_format = some_format(dice),
		.flags = one_in(dice, 6) ? some_number(dice) : 0};
	unsigned int nr = one_in(dice, 4) ? 1 + roll(dice, 4) : 1;

	for (unsigned int i = 0; i < nr; i++) {
		cmd.handles[i] = (uint32_t)pool_pick(dice, POOL_HANDLE);
		cmd.pitches[i] = some_size(dice, 640 * 4);
		cmd.offsets[i] = one_in(dice, 8) ? some_number(dice) : 0;
		cmd.modifier[i] = one_in(dice, 8) ? some_number64(dice) : 0;
	}
	if (!request(card, DRM_IOCTL_MODE_ADDFB2, &cmd)) {
		pool_put(dice, POOL_FB, (int)cmd.fb_id);
	}
}

static void add_old_fb(struct dice *dice, int card)
{
	struct drm_mode_fb_cmd cmd = {
		.width = some_size(dice, 640),
		.height = some_size(dice, 480),
		.pitch = some_size(dice, 640 * 4),
		.bpp = one_in(dice, 6) ? some_number(dice) : 32,
		.depth = one_in(dice, 6) ? some_number(dice) : 24,
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE)};

	if (!request(card, DRM_IOCTL_MODE_ADDFB, &cmd)) {
		pool_put(dice, POOL_FB, (int)cmd.fb_id);
	}
}

static void share(struct dice *dice, int card)
{
	struct drm_prime_handle prime = {
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE),
		.flags = one_in(dice, 10) ? some_number(dice)
					  : O_CLOEXEC | O_RDWR};

	if (one_in(dice, 2)) {
		if (!request(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime)) {
			pool_put(dice, POOL_BUF, prime.fd);
		}
		return;
	}
	prime.fd = pool_pick(dice, one_in(dice, 10) ? POOL_SYNC : POOL_BUF);
	if (!request(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime)) {
		pool_put(dice, POOL_HANDLE, (int)prime.handle);
	}
}

static void name_it(struct dice *dice, int card)
{
	struct drm_gem_flink flink = {
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE)};
	struct drm_gem_open open = {
		.name = (uint32_t)pool_pick(dice, POOL_NAME)};

	if (one_in(dice, 2)) {
		if (!request(card, DRM_IOCTL_GEM_FLINK, &flink)) {
			pool_put(dice, POOL_NAME, (int)flink.name);
		}
	} else if (!request(card, DRM_IOCTL_GEM_OPEN, &open)) {
		pool_put(dice, POOL_HANDLE, (int)open.handle);
	}
}

static void get_fb(struct dice *dice, int card)
{
	struct drm_mode_fb_cmd2 cmd = {
		.fb_id = (uint32_t)pool_pick(dice, POOL_FB)};

	if (request(card, DRM_IOCTL_MODE_GETFB2, &cmd)) {
		return;
	}
	for (int i = 0; i < 4; i++) {
		if (cmd.handles[i]) {
			pool_put(dice, POOL_HANDLE, (int)cmd.handles[i]);
		}
	}
}

static void remove_fb(struct dice *dice, int card)
{
	uint32_t id = (uint32_t)pool_take(dice, POOL_FB);
	struct drm_mode_closefb close = {.fb_id = id};

	if (one_in(dice, 2)) {
		request(card, DRM_IOCTL_MODE_RMFB, &id);
	} else {
		request(card, DRM_IOCTL_MODE_CLOSEFB, &close);
	}
}

void fuzz_buffers(struct dice *dice)
{
	int card = some_master(dice);
	struct drm_gem_close close = {0};

	switch (roll(dice, 12)) {
	case 0:
	case 1:
		create_dumb(dice, card);
		break;
	case 2:
		write_to(dice, card);
		break;
	case 3:
	case 4:
	case 5:
		add_fb(dice, card);
		break;
	case 6:
		add_old_fb(dice, card);
		break;
	case 7:
		share(dice, card);
		break;
	case 8:
		name_it(dice, card);
		break;
	case 9:
		get_fb(dice, card);
		break;
	case 10:
		remove_fb(dice, card);
		break;
	default:
		close.handle = (uint32_t)pool_take(dice, POOL_HANDLE);
		request(card,
			one_in(dice, 2) ? DRM_IOCTL_GEM_CLOSE
					: DRM_IOCTL_MODE_DESTROY_DUMB,
			&close);
	}
}

static void set_crtc(struct dice *dice, int card)
{
	uint32_t connectors[8];
	struct drm_mode_crtc crtc = {
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.fb_id = one_in(dice, 8) ? 0
					 : (uint32_t)pool_pick(dice, POOL_FB),
		.count_connectors = one_in(dice, 6) ? some_number(dice) : 1,
		.x = one_in(dice, 8) ? some_number(dice) : 0,
		.y = one_in(dice, 8) ? some_number(dice) : 0,
		.mode_valid = !one_in(dice, 8),
		.mode = some_mode(dice)};

	for (int i = 0; i < 8; i++) {
		connectors[i] = some_id(dice, DRM_MODE_OBJECT_CONNECTOR);
	}
	crtc.set_connectors_ptr = some_address(dice, connectors);
	request(card, DRM_IOCTL_MODE_SETCRTC, &crtc);
}

static void flip(struct dice *dice, int card)
{
	struct drm_mode_crtc_page_flip_target flip = {
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.fb_id = (uint32_t)pool_pick(dice, POOL_FB),
		.flags = one_in(dice, 6) ? some_number(dice) : roll(dice, 2),
		.sequence = some_number(dice),
		.user_data = roll64(dice)};

	request(card, DRM_IOCTL_MODE_PAGE_FLIP, &flip);
}

static void set_plane(struct dice *dice, int card)
{
	struct drm_mode_set_plane set = {
		.plane_id = some_id(dice, DRM_MODE_OBJECT_PLANE),
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.fb_id = one_in(dice, 6) ? 0
					 : (uint32_t)pool_pick(dice, POOL_FB),
		.flags = one_in(dice, 8) ? some_number(dice) : 0,
		.crtc_x = (int32_t)some_size(dice, 0),
		.crtc_y = (int32_t)some_size(dice, 0),
		.crtc_w = some_size(dice, 640),
		.crtc_h = some_size(dice, 480),
		.src_w = some_size(dice, 640 << 16),
		.src_h = some_size(dice, 480 << 16)};

	request(card, DRM_IOCTL_MODE_SETPLANE, &set);
}

static void cursor(struct dice *dice, int card)
{
	struct drm_mode_cursor2 cursor = {
		.flags =
			one_in(dice, 8) ? some_number(dice) : 1 + roll(dice, 3),
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.x = (int32_t)some_size(dice, 100),
		.y = (int32_t)some_size(dice, 100),
		.width = some_size(dice, 64),
		.height = some_size(dice, 64),
		.handle = (uint32_t)pool_pick(dice, POOL_HANDLE),
		.hot_x = (int32_t)some_size(dice, 2),
		.hot_y = (int32_t)some_size(dice, 2)};

	request(card,
		one_in(dice, 2) ? DRM_IOCTL_MODE_CURSOR2
				: DRM_IOCTL_MODE_CURSOR,
		&cursor);
}

static void gamma_ramp(struct dice *dice, int card)
{
	uint16_t ramp[3][256];
	struct drm_mode_crtc_lut lut = {
		.crtc_id = some_id(dice, DRM_MODE_OBJECT_CRTC),
		.gamma_size = one_in(dice, 6) ? some_number(dice) : 256};

	memset(ramp, (int)roll(dice, 256), sizeof(ramp));
	lut.red = some_address(dice, ramp[0]);
	lut.green = some_address(dice, ramp[1]);
	lut.blue = some_address(dice, ramp[2]);
	request(card,
		one_in(dice, 3) ? DRM_IOCTL_MODE_GETGAMMA
				: DRM_IOCTL_MODE_SETGAMMA,
		&lut);
}

static void dirty(struct dice *dice, int card)
{
	struct drm_clip_rect clips[256];
	struct drm_mode_fb_dirty_cmd cmd = {
		.fb_id = (uint32_t)pool_pick(dice, POOL_FB),
		.flags = one_in(dice, 6) ? some_number(dice) : 0,
		.num_clips =
			one_in(dice, 6) ? some_number(dice) : roll(dice, 4)};

	memset(clips, (int)roll(dice, 256), sizeof(clips));
	cmd.clips_ptr = some_address(dice, clips);
	request(card, DRM_IOCTL_MODE_DIRTYFB, &cmd);
}

static void set_property(struct dice *dice, int card)
{
	const struct object *object = some_object(dice, 0);
	uint32_t at = object->nr_props ? roll(dice, object->nr_props) : 0;
	struct drm_mode_obj_set_property set = {
		.obj_id = object->id,
		.obj_type = one_in(dice, 4) ? 0 : object->type,
		.prop_id = object->props[at].id,
		.value = one_in(dice, 2) ? roll(dice, 4) : some_number64(dice)};
	struct drm_mode_connector_set_property old = {.value = set.value,
						      .prop_id = set.prop_id,
						      .connector_id =
							      set.obj_id};

	if (one_in(dice, 4)) {
		request(card, DRM_IOCTL_MODE_SETPROPERTY, &old);
	} else {
		request(card, DRM_IOCTL_MODE_OBJ_SETPROPERTY, &set);
	}
}

void fuzz_show(struct dice *dice)
{
	int card = some_master(dice);

	switch (roll(dice, 10)) {
	case 0:
	case 1:
		set_crtc(dice, card);
		break;
	case 2:
	case 3:
		flip(dice, card);
		break;
	case 4:
		set_plane(dice, card);
		break;
	case 5:
	case 6:
		cursor(dice, card);
		break;
	case 7:
		gamma_ramp(dice, card);
		break;
	case 8:
		dirty(dice, card);
		break;
	default:
		set_property(dice, card);
	}
}
