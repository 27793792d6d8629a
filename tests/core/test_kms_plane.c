/* SPDX-License-Identifier: MIT */
/* Planes: which there are, and the old ioctls that change them one by one. */
#include "display_calls.h"
#include "toy_display.h"

#include <drm/drm_property.h>

#define W 64u
#define H 32u

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(int i)
{
	return toy()->crtc[i].base.id;
}

static u32 overlay_id(void)
{
	return toy()->overlay.base.id;
}

/* A picture on the first CRTC: its framebuffer. */
static u32 show(void)
{
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);

	must(set_crtc(stage.file, crtc_id(0), fb, toy()->connector[0].base.id));
	return fb;
}

/* The planes that a file is told of, as far as there is room. */
static u32 planes(struct drm_file *file, u32 *ids, u32 room)
{
	struct drm_mode_get_plane_res args = {
		.plane_id_ptr = (uintptr_t)ids,
		.count_planes = room,
	};

	must(display_request(file, DRM_IOCTL_MODE_GETPLANERESOURCES, &args));
	return args.count_planes;
}

TEST(all_planes_are_for_who_asked_for_them)
{
	struct drm_set_client_cap cap = {DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1};
	u32 ids[8] = {0};

	assert_int_equal(planes(stage.file, ids, 8), 1);
	assert_int_equal(ids[0], overlay_id());
	must(display_request(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &cap));
	assert_int_equal(planes(stage.file, ids, 8), 5);
	assert_int_equal(ids[0], toy()->primary[0].base.id);
	assert_int_equal(ids[3], toy()->cursor[1].base.id);
	assert_int_equal(ids[4], overlay_id());
	assert_int_equal(planes(stage.second, NULL, 0), 1);
}

TEST(as_many_planes_are_told_as_there_is_room_for)
{
	struct drm_set_client_cap cap = {DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1};
	u32 ids[8] = {0};

	must(display_request(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &cap));
	assert_int_equal(planes(stage.file, ids, 2), 5);
	assert_int_equal(ids[1], toy()->cursor[0].base.id);
	assert_int_equal(ids[2], 0);
}

static int get_plane(u32 id, u32 *formats, u32 room,
		     struct drm_mode_get_plane *args)
{
	*args = (struct drm_mode_get_plane){
		.plane_id = id,
		.count_format_types = room,
		.format_type_ptr = (uintptr_t)formats,
	};
	return display_request(stage.file, DRM_IOCTL_MODE_GETPLANE, args);
}

TEST(formats_are_told_all_or_none)
{
	struct drm_mode_get_plane args;
	u32 formats[8] = {0};

	must(get_plane(overlay_id(), formats, 3, &args));
	assert_int_equal(args.count_format_types, 4);
	assert_int_equal(formats[0], 0);
	must(get_plane(overlay_id(), formats, 4, &args));
	assert_int_equal(formats[0], DRM_FORMAT_XRGB8888);
	assert_int_equal(formats[3], DRM_FORMAT_NV12);
	assert_int_equal(args.possible_crtcs, 3);
	assert_int_equal(args.crtc_id, 0);
	assert_int_equal(args.fb_id, 0);
	assert_int_equal(args.gamma_size, 0);
	assert_int_equal(get_plane(crtc_id(0), NULL, 0, &args), -ENOENT);
	/* Planes are found whoever is told of them. */
	must(get_plane(toy()->cursor[1].base.id, NULL, 0, &args));
	assert_int_equal(args.possible_crtcs, 2);
}

TEST(a_plane_says_which_modifiers_go_with_its_formats)
{
	struct drm_plane *plane = &toy()->overlay;
	const struct drm_format_modifier_blob *head;
	const struct drm_format_modifier *modifier;
	struct drm_property_blob *blob;
	const u32 *formats;
	u64 id;

	must(drm_object_property_get_default_value(
		&plane->base, stage.dev->mode_config.modifiers_property, &id));
	blob = drm_property_lookup_blob(stage.dev, (u32)id);
	assert_non_null(blob);
	head = blob->data;
	assert_int_equal(head->version, FORMAT_BLOB_CURRENT);
	assert_int_equal(head->count_formats, 4);
	assert_int_equal(head->count_modifiers, 1);
	assert_int_equal(head->formats_offset, sizeof(*head));
	assert_int_equal(head->modifiers_offset % 8, 0);
	formats = (const void *)((char *)blob->data + head->formats_offset);
	assert_int_equal(formats[2], DRM_FORMAT_RGB565);
	modifier = (const void *)((char *)blob->data + head->modifiers_offset);
	assert_int_equal(modifier->modifier, DRM_FORMAT_MOD_LINEAR);
	assert_int_equal(modifier->formats, 15);
	assert_int_equal(blob->length,
			 head->modifiers_offset + sizeof(*modifier));
	drm_property_blob_put(blob);
}

TEST(the_properties_of_planes_stand_in_the_order_of_linux)
{
	static const char *const names[] = {
		"type",	  "FB_ID",  "IN_FENCE_FD", "CRTC_ID", "CRTC_X",
		"CRTC_Y", "CRTC_W", "CRTC_H",	   "SRC_X",   "SRC_Y",
		"SRC_W",  "SRC_H",  "IN_FORMATS",
	};
	const struct drm_object_properties *properties =
		&toy()->overlay.properties;

	assert_int_equal(properties->count, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(properties->properties[i]->name, names[i]);
	}
}

static struct drm_mode_set_plane good_plane(u32 fb)
{
	return (struct drm_mode_set_plane){
		.plane_id = overlay_id(),
		.crtc_id = crtc_id(0),
		.fb_id = fb,
		.crtc_w = W,
		.crtc_h = H,
		.src_w = W << 16,
		.src_h = H << 16,
	};
}

#define assert_plane_refused(fb, error, ...)                                   \
	do {                                                                   \
		struct drm_mode_set_plane args = good_plane(fb);               \
		__VA_ARGS__;                                                   \
		assert_int_equal(display_request(stage.file,                   \
						 DRM_IOCTL_MODE_SETPLANE,      \
						 &args),                       \
				 -(error));                                    \
	} while (0)

TEST(what_setplane_refuses)
{
	u32 fb = make_fb(stage.file, W, H);

	show();
	assert_plane_refused(fb, ENOENT, args.plane_id = crtc_id(0));
	assert_plane_refused(fb, ENOENT, args.fb_id = 9999);
	assert_plane_refused(fb, ENOENT, args.crtc_id = 9999);
	/* Of the other CRTC; it cannot show the format. */
	assert_plane_refused(fb, EINVAL,
			     args.plane_id = toy()->primary[1].base.id);
	assert_plane_refused(fb, EINVAL,
			     args.plane_id = toy()->cursor[0].base.id);
	assert_plane_refused(fb, ERANGE, args.crtc_w = 1u << 31);
	assert_plane_refused(fb, ERANGE, args.crtc_x = INT32_MAX);
	assert_plane_refused(fb, ERANGE, args.crtc_y = INT32_MAX - (int)H + 1);
	assert_plane_refused(fb, ENOSPC, args.src_x = 1);
	assert_plane_refused(fb, ENOSPC, args.src_h = U32_MAX);
	/* The place is looked at before the source, the format before both. */
	assert_plane_refused(fb, ERANGE, args.crtc_x = INT32_MAX;
			     args.src_x = 1);
	assert_plane_refused(fb, EINVAL,
			     args.plane_id = toy()->cursor[0].base.id;
			     args.crtc_x = INT32_MAX);
	assert_int_equal(plane_fb(stage.file, overlay_id()), 0);
}

TEST(setplane_shows_and_hides)
{
	u32 fb = make_fb(stage.file, W, H), other = make_fb(stage.file, W, H);
	struct drm_mode_get_plane args;

	show();
	must(set_plane(stage.file, overlay_id(), crtc_id(0), fb, W, H, -5, 7));
	must(get_plane(overlay_id(), NULL, 0, &args));
	assert_int_equal(args.fb_id, fb);
	assert_int_equal(args.crtc_id, crtc_id(0));
	assert_int_equal(toy()->overlay.state->crtc_x, -5);
	must(set_plane(stage.file, overlay_id(), crtc_id(0), other, W, H, 0,
		       0));
	assert_int_equal(plane_fb(stage.file, overlay_id()), other);
	/* Without a framebuffer nothing else counts. */
	must(set_plane(stage.file, overlay_id(), 9999, 0, 0, 0, 0, 0));
	assert_int_equal(plane_fb(stage.file, overlay_id()), 0);
	must(set_plane(stage.file, overlay_id(), 0, 0, 0, 0, 0, 0));
	must(rm_fb(stage.file, fb));
	must(rm_fb(stage.file, other));
	assert_int_equal(stage.dev->mode_config.num_fb, 1);
}

static int cursor(u32 flags, u32 handle, u32 size, int x, int y)
{
	struct drm_mode_cursor args = {
		.flags = flags,
		.crtc_id = crtc_id(0),
		.x = x,
		.y = y,
		.width = size,
		.height = size,
		.handle = handle,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_CURSOR, &args);
}

TEST(a_cursor_is_shown_and_moved)
{
	u32 handle = must(create_picture(stage.file, W, W));
	const struct drm_plane_state *now;
	struct drm_framebuffer *fb;

	show();
	must(cursor(DRM_MODE_CURSOR_MOVE, 0, 0, 10, 20));
	must(cursor(DRM_MODE_CURSOR_BO, handle, W, 0, 0));
	now = toy()->cursor[0].state;
	fb = now->fb;
	assert_non_null(fb);
	assert_int_equal(fb->format->format, DRM_FORMAT_ARGB8888);
	assert_int_equal(fb->width, W);
	assert_int_equal(now->crtc_x, 10);
	assert_int_equal(now->crtc_y, 20);

	must(cursor(DRM_MODE_CURSOR_MOVE, handle, 1, -3, 4));
	now = toy()->cursor[0].state;
	assert_ptr_equal(now->fb, fb);
	assert_int_equal(now->crtc_x, -3);
	assert_int_equal(now->crtc_w, W);

	must(cursor(DRM_MODE_CURSOR_MOVE | DRM_MODE_CURSOR_BO, handle, W, 1,
		    2));
	assert_int_equal(toy()->cursor[0].state->crtc_x, 1);
	must(cursor(DRM_MODE_CURSOR_BO, 0, 0, 0, 0));
	assert_null(toy()->cursor[0].state->fb);
	/* It was no file's. */
	assert_int_equal(stage.dev->mode_config.num_fb, 1);
	assert_int_equal(toy()->crtc[0].cursor_x, 1);
}

TEST(what_cursor_refuses)
{
	struct drm_mode_cursor2 args = {.flags = DRM_MODE_CURSOR_MOVE};
	u32 handle = must(create_picture(stage.file, W, W));

	show();
	assert_int_equal(cursor(0, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(cursor(4, 0, 0, 0, 0), -EINVAL);
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_CURSOR2, &args),
		-ENOENT);
	assert_int_equal(cursor(DRM_MODE_CURSOR_BO, 999, W, 0, 0), -ENOENT);
	/* As ADDFB2 says it. */
	assert_int_equal(cursor(DRM_MODE_CURSOR_BO, handle, 0, 0, 0), -EINVAL);
	assert_int_equal(cursor(DRM_MODE_CURSOR_BO, handle, 2 * W, 0, 0),
			 -EINVAL);
	assert_int_equal(cursor(DRM_MODE_CURSOR_MOVE | DRM_MODE_CURSOR_BO,
				handle, W, INT32_MAX, 0),
			 -ERANGE);
	assert_null(toy()->cursor[0].state->fb);
	assert_int_equal(stage.dev->mode_config.num_fb, 1);
	/* Where it would have been is not where it is. */
	assert_int_equal(toy()->crtc[0].cursor_x, 0);
}

static int flip_flags(u32 fb, u32 flags, u32 sequence)
{
	struct drm_mode_crtc_page_flip_target args = {
		.crtc_id = crtc_id(0),
		.fb_id = fb,
		.flags = flags,
		.sequence = sequence,
		.user_data = 0x1234567890,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args);
}

static int flip(u32 fb)
{
	return flip_flags(fb, 0, 0);
}

/* A framebuffer as large as the screen, of another format. */
static u32 make_other_format(void)
{
	u32 handle = must(create_picture(stage.file, MODE_WIDTH, MODE_HEIGHT));

	return must(add_fb(stage.file, handle, MODE_WIDTH, MODE_HEIGHT,
			   DRM_FORMAT_ARGB8888));
}

TEST(what_page_flip_refuses)
{
	struct drm_mode_crtc_page_flip_target args = {0};
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);

	/* Nothing is shown. */
	assert_int_equal(flip(fb), -EBUSY);
	assert_int_equal(flip(9999), -EBUSY);
	show();
	assert_int_equal(flip_flags(fb, 1 << 10, 0), -EINVAL);
	assert_int_equal(flip_flags(fb, 0, 1), -EINVAL);
	assert_int_equal(flip_flags(fb, DRM_MODE_PAGE_FLIP_TARGET, 0), -EINVAL);
	/* No driver that has the helper's flip can do these. */
	assert_int_equal(flip_flags(fb, DRM_MODE_PAGE_FLIP_TARGET_RELATIVE, 1),
			 -EINVAL);
	assert_int_equal(flip_flags(fb, DRM_MODE_PAGE_FLIP_ASYNC, 0), -EINVAL);
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args),
		-ENOENT);
	assert_int_equal(flip(9999), -ENOENT);
	assert_int_equal(flip(make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT - 1)),
			 -ENOSPC);
	assert_int_equal(flip(make_other_format()), -EINVAL);
	/* Refused before the CRTC is looked for. */
	args.flags = DRM_MODE_PAGE_FLIP_ASYNC;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args),
		-EINVAL);
}

TEST(a_flip_shows_another_framebuffer_and_says_so)
{
	u32 fb = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	struct drm_event_vblank event;

	show();
	must(flip_flags(fb, DRM_MODE_PAGE_FLIP_EVENT, 0));
	/* The commit is another thread's. */
	while (drm_read(stage.file, (uintptr_t)&event, sizeof(event)) ==
	       -EAGAIN) {
		usleep(1000);
	}
	assert_int_equal(shown_fb(stage.file, crtc_id(0)), fb);
	assert_int_equal(event.base.type, DRM_EVENT_FLIP_COMPLETE);
	assert_int_equal(event.base.length, sizeof(event));
	assert_int_equal(event.user_data, 0x1234567890);
	assert_int_equal(event.crtc_id, crtc_id(0));
}

TEST(showing_is_for_masters)
{
	struct drm_mode_set_plane plane = {0};
	struct drm_mode_crtc_page_flip_target flip_args = {0};
	struct drm_mode_fb_dirty_cmd dirty = {0};
	struct drm_mode_cursor cursor_args = {0};

	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_SETPLANE, &plane),
		-EACCES);
	assert_int_equal(display_request(stage.second, DRM_IOCTL_MODE_PAGE_FLIP,
					 &flip_args),
			 -EACCES);
	assert_int_equal(display_request(stage.second, DRM_IOCTL_MODE_CURSOR,
					 &cursor_args),
			 -EACCES);
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_DIRTYFB, &dirty),
		-EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(all_planes_are_for_who_asked_for_them),
		ON_DISPLAY(as_many_planes_are_told_as_there_is_room_for),
		ON_DISPLAY(formats_are_told_all_or_none),
		ON_DISPLAY(a_plane_says_which_modifiers_go_with_its_formats),
		ON_DISPLAY(
			the_properties_of_planes_stand_in_the_order_of_linux),
		ON_DISPLAY(what_setplane_refuses),
		ON_DISPLAY(setplane_shows_and_hides),
		ON_DISPLAY(a_cursor_is_shown_and_moved),
		ON_DISPLAY(what_cursor_refuses),
		ON_DISPLAY(what_page_flip_refuses),
		ON_DISPLAY(a_flip_shows_another_framebuffer_and_says_so),
		ON_DISPLAY(showing_is_for_masters),
	};

	return cmocka_run_group_tests_name("kms-plane", tests, NULL, NULL);
}
