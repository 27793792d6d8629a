/* SPDX-License-Identifier: MIT */
/* What programs are told that a display can do, and what they say they can. */
#include "display_calls.h"
#include "toy_display.h"

#include <linux/err.h>
#include <sys/prctl.h>

#define NO_CAP 0xffff

static int get_cap(struct drm_file *file, u64 cap)
{
	struct drm_get_cap args = {.capability = cap, .value = 77};
	int ret = display_request(file, DRM_IOCTL_GET_CAP, &args);

	return ret ? ret : (int)args.value;
}

static int set_cap(u64 cap, u64 value)
{
	struct drm_set_client_cap args = {cap, value};

	return display_request(stage.file, DRM_IOCTL_SET_CLIENT_CAP, &args);
}

TEST(a_display_tells_what_it_can)
{
	struct drm_mode_config *config = &stage.dev->mode_config;

	assert_int_equal(get_cap(stage.file, DRM_CAP_DUMB_BUFFER), 1);
	assert_int_equal(get_cap(stage.file, DRM_CAP_VBLANK_HIGH_CRTC), 1);
	assert_int_equal(get_cap(stage.file, DRM_CAP_PAGE_FLIP_TARGET), 0);
	assert_int_equal(get_cap(stage.file, DRM_CAP_CRTC_IN_VBLANK_EVENT), 1);
	assert_int_equal(get_cap(stage.file, DRM_CAP_ADDFB2_MODIFIERS), 1);
	assert_int_equal(get_cap(stage.file, DRM_CAP_ASYNC_PAGE_FLIP), 0);
	assert_int_equal(get_cap(stage.file, 0x15), 0);
	assert_int_equal(get_cap(stage.file, DRM_CAP_CURSOR_WIDTH), 64);
	assert_int_equal(get_cap(stage.file, DRM_CAP_CURSOR_HEIGHT), 64);
	assert_int_equal(get_cap(stage.file, NO_CAP), -EINVAL);
	config->fb_modifiers_not_supported = true;
	config->async_page_flip = true;
	config->cursor_width = 512;
	config->cursor_height = 256;
	config->preferred_depth = 24;
	config->prefer_shadow = 1;
	assert_int_equal(get_cap(stage.file, DRM_CAP_ADDFB2_MODIFIERS), 0);
	assert_int_equal(get_cap(stage.file, DRM_CAP_ASYNC_PAGE_FLIP), 1);
	assert_int_equal(get_cap(stage.file, 0x15), 1);
	assert_int_equal(get_cap(stage.file, DRM_CAP_CURSOR_WIDTH), 512);
	assert_int_equal(get_cap(stage.file, DRM_CAP_CURSOR_HEIGHT), 256);
	assert_int_equal(get_cap(stage.file, DRM_CAP_DUMB_PREFERRED_DEPTH), 24);
	assert_int_equal(get_cap(stage.file, DRM_CAP_DUMB_PREFER_SHADOW), 1);
}

TEST(a_device_without_a_display_knows_nothing_of_one)
{
	struct drm_set_client_cap args = {DRM_CLIENT_CAP_ATOMIC, 1};

	assert_int_equal(get_cap(stage.far, DRM_CAP_DUMB_BUFFER), -EOPNOTSUPP);
	assert_int_equal(get_cap(stage.far, NO_CAP), -EOPNOTSUPP);
	assert_int_equal(
		display_request(stage.far, DRM_IOCTL_SET_CLIENT_CAP, &args),
		-EOPNOTSUPP);
}

TEST(who_knows_atomic_knows_planes_and_aspect_ratios)
{
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 3), -EINVAL);
	assert_false(stage.file->atomic);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 2), 0);
	assert_true(stage.file->atomic);
	assert_true(stage.file->universal_planes);
	assert_true(stage.file->aspect_ratio_allowed);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 0), 0);
	assert_false(stage.file->atomic);
	assert_false(stage.file->universal_planes);
	assert_false(stage.file->aspect_ratio_allowed);
}

TEST(writeback_is_for_who_knows_atomic)
{
	assert_int_equal(set_cap(DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1),
			 -EINVAL);
	set_cap(DRM_CLIENT_CAP_ATOMIC, 1);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 2),
			 -EINVAL);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_WRITEBACK_CONNECTORS, 1), 0);
	assert_true(stage.file->writeback_connectors);
}

TEST(other_wishes_are_yes_or_no)
{
	static const u64 caps[] = {DRM_CLIENT_CAP_STEREO_3D,
				   DRM_CLIENT_CAP_UNIVERSAL_PLANES,
				   DRM_CLIENT_CAP_ASPECT_RATIO};

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		assert_int_equal(set_cap(caps[i], 1), 0);
		assert_int_equal(set_cap(caps[i], 2), -EINVAL);
	}
	assert_true(stage.file->stereo_allowed);
	assert_true(stage.file->universal_planes);
	assert_true(stage.file->aspect_ratio_allowed);
	assert_int_equal(set_cap(6, 1), -EOPNOTSUPP);
	assert_int_equal(set_cap(NO_CAP, 1), -EINVAL);
}

/* The name is that of the process. */
TEST(a_program_named_x_does_not_know_atomic_whatever_it_says)
{
	char name[16];

	prctl(PR_GET_NAME, name);
	prctl(PR_SET_NAME, "Xorg");
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 1), -EOPNOTSUPP);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 2), 0);
	prctl(PR_SET_NAME, name);
	assert_int_equal(set_cap(DRM_CLIENT_CAP_ATOMIC, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(a_display_tells_what_it_can),
		ON_DISPLAY(a_device_without_a_display_knows_nothing_of_one),
		ON_DISPLAY(who_knows_atomic_knows_planes_and_aspect_ratios),
		ON_DISPLAY(writeback_is_for_who_knows_atomic),
		ON_DISPLAY(other_wishes_are_yes_or_no),
		ON_DISPLAY(
			a_program_named_x_does_not_know_atomic_whatever_it_says),
	};

	return cmocka_run_group_tests_name("kms_caps", tests, NULL, NULL);
}
