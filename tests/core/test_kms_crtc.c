/* SPDX-License-Identifier: MIT */
/* CRTCs: set with their connectors, and their colours of old. */
#include "display_calls.h"
#include "toy_display.h"

#include <drm/drm_property.h>

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(void)
{
	return toy()->crtc[0].base.id;
}

/* What SETCRTC is asked for. */
static u32 connectors[3];
static u32 fb_id;

static struct drm_mode_crtc good(void)
{
	connectors[0] = toy()->connector[0].base.id;
	return (struct drm_mode_crtc){
		.crtc_id = crtc_id(),
		.fb_id = fb_id,
		.set_connectors_ptr = (uintptr_t)connectors,
		.count_connectors = 1,
		.mode_valid = 1,
		.mode = test_mode,
	};
}

static int setcrtc(struct drm_mode_crtc args)
{
	return display_request(stage.file, DRM_IOCTL_MODE_SETCRTC, &args);
}

#define assert_set_refused(error, ...)                                         \
	do {                                                                   \
		struct drm_mode_crtc args = good();                            \
		__VA_ARGS__;                                                   \
		assert_int_equal(setcrtc(args), -(error));                     \
	} while (0)

TEST(what_setcrtc_refuses)
{
	u32 small = make_fb(stage.file, 64, 64);

	fb_id = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	assert_set_refused(ERANGE, args.x = 0x10000);
	assert_set_refused(ENOENT, args.crtc_id = connectors[0]);
	/* The framebuffer that is shown: there is none. */
	assert_set_refused(EINVAL, args.fb_id = (u32)-1);
	assert_set_refused(ENOENT, args.fb_id = 9999);
	assert_set_refused(EINVAL,
			   args.mode.flags |= DRM_MODE_FLAG_PIC_AR_16_9);
	assert_set_refused(ERANGE, args.mode.clock = U32_MAX);
	assert_set_refused(EINVAL, args.mode.htotal = 1);
	assert_set_refused(ENOSPC, args.fb_id = small);
	assert_set_refused(ENOSPC, args.y = 1);
	/* A picture for nobody, somebody without a picture, too many. */
	assert_set_refused(EINVAL, args.count_connectors = 0);
	assert_set_refused(EINVAL, args.mode_valid = 0);
	assert_set_refused(EINVAL, args.count_connectors = 3);
	assert_set_refused(ENOENT, connectors[0] = crtc_id());
	assert_set_refused(ENOENT, args.count_connectors = 2;
			   connectors[1] = 9999);
	assert_int_equal(shown_fb(stage.file, crtc_id()), 0);
	assert_false(toy()->crtc[0].state->enable);
}

TEST(setcrtc_checks_in_the_order_of_linux)
{
	u32 small = make_fb(stage.file, 64, 64);

	fb_id = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	assert_set_refused(ERANGE, args.x = 0x10000; args.crtc_id = 0);
	assert_set_refused(ENOENT, args.fb_id = 9999; args.mode.htotal = 1);
	assert_set_refused(EINVAL, args.fb_id = small; args.mode.htotal = 1);
	assert_set_refused(ENOSPC, args.fb_id = small;
			   args.count_connectors = 0);
	assert_set_refused(EINVAL, args.count_connectors = 3;
			   connectors[0] = 9999);
}

TEST(setcrtc_shows_and_hides)
{
	struct drm_mode_crtc args;

	fb_id = make_fb(stage.file, MODE_WIDTH + 8, MODE_HEIGHT + 8);
	args = good();
	args.x = 3;
	args.y = 4;
	must(setcrtc(args));
	args = (struct drm_mode_crtc){.crtc_id = crtc_id()};
	must(display_request(stage.second, DRM_IOCTL_MODE_GETCRTC, &args));
	assert_int_equal(args.fb_id, fb_id);
	assert_int_equal(args.x, 3);
	assert_int_equal(args.y, 4);
	assert_int_equal(args.mode_valid, 1);
	assert_int_equal(args.mode.hdisplay, MODE_WIDTH);
	assert_string_equal(args.mode.name, "1024x768");
	assert_int_equal(args.gamma_size, 256);
	assert_ptr_equal(toy()->connector[0].state->crtc, &toy()->crtc[0]);

	/* The same framebuffer. */
	args = good();
	args.fb_id = (u32)-1;
	must(setcrtc(args));
	assert_int_equal(shown_fb(stage.file, crtc_id()), fb_id);

	must(set_crtc(stage.file, crtc_id(), 0, 0));
	args.crtc_id = crtc_id();
	must(display_request(stage.file, DRM_IOCTL_MODE_GETCRTC, &args));
	assert_int_equal(args.mode_valid, 0);
	assert_int_equal(args.fb_id, 0);
	assert_null(toy()->connector[0].state->crtc);
	args.crtc_id = 9999;
	assert_int_equal(
		display_request(stage.file, DRM_IOCTL_MODE_GETCRTC, &args),
		-ENOENT);
}

TEST(a_picture_goes_to_several_connectors)
{
	struct drm_mode_crtc args;

	fb_id = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
	toy()->encoder[0].possible_clones = 3;
	toy()->encoder[1].possible_clones = 3;
	args = good();
	args.count_connectors = 2;
	connectors[1] = toy()->connector[1].base.id;
	must(setcrtc(args));
	assert_ptr_equal(toy()->connector[1].state->crtc, &toy()->crtc[0]);
	/* Without it, it is switched off. */
	must(setcrtc(good()));
	assert_null(toy()->connector[1].state->crtc);
}

TEST(the_properties_of_crtcs_stand_in_the_order_of_linux)
{
	static const char *const names[] = {
		"ACTIVE",      "MODE_ID",   "OUT_FENCE_PTR",
		"VRR_ENABLED", "GAMMA_LUT", "GAMMA_LUT_SIZE",
	};
	const struct drm_object_properties *properties =
		&toy()->crtc[1].properties;

	assert_int_equal(properties->count, ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(properties->properties[i]->name, names[i]);
	}
}

static u16 red[256], green[256], blue[256];

static int lut_request(unsigned long cmd, u32 size, u16 *third)
{
	struct drm_mode_crtc_lut args = {
		.crtc_id = crtc_id(),
		.gamma_size = size,
		.red = (uintptr_t)red,
		.green = (uintptr_t)green,
		.blue = (uintptr_t)third,
	};

	return display_request(stage.file, (unsigned int)cmd, &args);
}

TEST(the_old_table_of_colours_begins_linear)
{
	must(lut_request(DRM_IOCTL_MODE_GETGAMMA, 256, blue));
	assert_int_equal(red[1], 1 << 8);
	assert_int_equal(green[128], 128 << 8);
	assert_int_equal(blue[255], 255 << 8);
	assert_int_equal(lut_request(DRM_IOCTL_MODE_GETGAMMA, 255, blue),
			 -EINVAL);
	assert_int_equal(lut_request(DRM_IOCTL_MODE_SETGAMMA, 0, blue),
			 -EINVAL);
	toy()->crtc[0].base.type = 0;
	assert_int_equal(lut_request(DRM_IOCTL_MODE_GETGAMMA, 256, blue),
			 -ENOENT);
	assert_int_equal(lut_request(DRM_IOCTL_MODE_SETGAMMA, 256, blue),
			 -ENOENT);
	toy()->crtc[0].base.type = DRM_MODE_OBJECT_CRTC;
}

TEST(the_old_table_of_colours_becomes_the_property)
{
	const struct drm_color_lut *lut;

	for (u32 i = 0; i < 256; i++) {
		red[i] = (u16)i;
		green[i] = (u16)(i * 2);
		blue[i] = (u16)(i * 3);
	}
	must(lut_request(DRM_IOCTL_MODE_SETGAMMA, 256, blue));
	lut = toy()->crtc[0].state->gamma_lut->data;
	assert_int_equal(lut[10].red, 10);
	assert_int_equal(lut[10].green, 20);
	assert_int_equal(lut[10].blue, 30);
	memset(red, 0, sizeof(red));
	must(lut_request(DRM_IOCTL_MODE_GETGAMMA, 256, blue));
	assert_int_equal(red[10], 10);
}

TEST(a_crtc_without_colours_says_so)
{
	toy()->crtc[0].gamma_size = 0;
	assert_int_equal(lut_request(DRM_IOCTL_MODE_SETGAMMA, 0, blue),
			 -ENOSYS);
	must(lut_request(DRM_IOCTL_MODE_GETGAMMA, 0, blue));
	toy()->crtc[0].gamma_size = 256;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(what_setcrtc_refuses),
		ON_DISPLAY(setcrtc_checks_in_the_order_of_linux),
		ON_DISPLAY(setcrtc_shows_and_hides),
		ON_DISPLAY(a_picture_goes_to_several_connectors),
		ON_DISPLAY(the_properties_of_crtcs_stand_in_the_order_of_linux),
		ON_DISPLAY(the_old_table_of_colours_begins_linear),
		ON_DISPLAY(the_old_table_of_colours_becomes_the_property),
		ON_DISPLAY(a_crtc_without_colours_says_so),
	};

	return cmocka_run_group_tests_name("kms-crtc", tests, NULL, NULL);
}
