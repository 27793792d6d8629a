/* SPDX-License-Identifier: MIT */
/* Timings, and the EDID that tells them. */
#include "display_calls.h"
#include "toy_display.h"

#include <limits.h>
#include <linux/err.h>
#include <linux/slab.h>

static const struct drm_display_mode vga = {
	.clock = 25175,
	.hdisplay = 640,
	.hsync_start = 656,
	.hsync_end = 752,
	.htotal = 800,
	.vdisplay = 480,
	.vsync_start = 490,
	.vsync_end = 492,
	.vtotal = 525,
	.flags = DRM_MODE_FLAG_NHSYNC | DRM_MODE_FLAG_NVSYNC,
};

TEST(the_rate_is_rounded_and_counts_fields)
{
	struct drm_display_mode mode = vga;

	assert_int_equal(drm_mode_vrefresh(&mode), 60);
	mode.clock = 24990; /* 59.5 */
	assert_int_equal(drm_mode_vrefresh(&mode), 60);
	mode.clock = 24989;
	assert_int_equal(drm_mode_vrefresh(&mode), 59);
	mode.clock = 25200;
	mode.flags = DRM_MODE_FLAG_INTERLACE;
	assert_int_equal(drm_mode_vrefresh(&mode), 120);
	mode.flags = DRM_MODE_FLAG_DBLSCAN;
	assert_int_equal(drm_mode_vrefresh(&mode), 30);
	mode.vscan = 3;
	assert_int_equal(drm_mode_vrefresh(&mode), 10);
}

TEST(a_mode_that_is_beyond_the_kernels_numbers_has_no_rate)
{
	struct drm_display_mode mode = vga;

	mode.htotal = 0;
	assert_int_equal(drm_mode_vrefresh(&mode), 0);
	mode.htotal = mode.vtotal = USHRT_MAX;
	assert_int_equal(drm_mode_vrefresh(&mode), 0);
	mode = vga;
	mode.clock = INT_MAX;
	assert_int_equal(drm_mode_vrefresh(&mode), 5113056);
	mode.vscan = USHRT_MAX;
	assert_int_equal(drm_mode_vrefresh(&mode), 0);
}

TEST(what_hardware_is_set_to_follows_from_the_flags)
{
	struct drm_display_mode mode = vga;

	drm_mode_set_crtcinfo(&mode, 0);
	assert_int_equal(mode.crtc_clock, 25175);
	assert_int_equal(mode.crtc_hblank_start, 640);
	assert_int_equal(mode.crtc_hblank_end, 800);
	assert_int_equal(mode.crtc_vblank_start, 480);
	assert_int_equal(mode.crtc_vblank_end, 525);
	mode.flags = DRM_MODE_FLAG_INTERLACE;
	drm_mode_set_crtcinfo(&mode, CRTC_INTERLACE_HALVE_V);
	assert_int_equal(mode.crtc_vdisplay, 240);
	assert_int_equal(mode.crtc_vtotal, 262);
	mode.flags = DRM_MODE_FLAG_DBLSCAN;
	mode.vscan = 3;
	drm_mode_set_crtcinfo(&mode, 0);
	assert_int_equal(mode.crtc_vdisplay, 480 * 6);
	drm_mode_set_crtcinfo(&mode, CRTC_NO_DBLSCAN | CRTC_NO_VSCAN);
	assert_int_equal(mode.crtc_vdisplay, 480);
}

TEST(both_pictures_of_a_3d_mode_need_room)
{
	struct drm_display_mode mode = vga;
	int w, h;

	mode.flags = DRM_MODE_FLAG_3D_FRAME_PACKING;
	drm_mode_get_hv_timing(&mode, &w, &h);
	assert_int_equal(w, 640);
	assert_int_equal(h, 480 + 525);
	mode.flags = DRM_MODE_FLAG_3D_SIDE_BY_SIDE_HALF | DRM_MODE_FLAG_DBLSCAN;
	drm_mode_get_hv_timing(&mode, &w, &h);
	assert_int_equal(h, 480);
}

TEST(clocks_are_alike_if_a_pixel_lasts_as_long)
{
	struct drm_display_mode a = vga, b = vga;

	assert_true(drm_mode_equal(&a, &b));
	a.clock = 999000;
	b.clock = 998100;
	assert_true(drm_mode_equal(&a, &b));
	b.clock = 1001100;
	assert_false(drm_mode_equal(&a, &b));
	b = a;
	b.picture_aspect_ratio = DRM_MODE_PICTURE_ASPECT_4_3;
	assert_false(drm_mode_equal(&a, &b));
	assert_true(drm_mode_equal_no_clocks_no_stereo(&a, &b));
	b.flags |= DRM_MODE_FLAG_3D_TOP_AND_BOTTOM;
	assert_true(drm_mode_equal_no_clocks_no_stereo(&a, &b));
	b.flags |= DRM_MODE_FLAG_CSYNC;
	assert_false(drm_mode_equal_no_clocks_no_stereo(&a, &b));
	b = a;
	b.vscan = 2;
	assert_false(drm_mode_equal_no_clocks_no_stereo(&a, &b));
}

static int convert(const struct drm_mode_modeinfo *in,
		   struct drm_display_mode *out)
{
	*out = (struct drm_display_mode){0};
	return drm_mode_convert_umode(stage.dev, out, in);
}

TEST(a_programs_mode_comes_back_as_it_was)
{
	struct drm_mode_modeinfo in = test_mode, out;
	struct drm_display_mode mode;

	in.flags |= DRM_MODE_FLAG_PIC_AR_64_27;
	assert_int_equal(convert(&in, &mode), 0);
	assert_int_equal(mode.picture_aspect_ratio,
			 DRM_MODE_PICTURE_ASPECT_64_27);
	assert_int_equal(mode.flags, test_mode.flags);
	assert_int_equal(mode.crtc_vdisplay, MODE_HEIGHT);
	drm_mode_convert_to_umode(&out, &mode);
	assert_memory_equal(&in, &out, sizeof(in));
}

TEST(what_a_programs_mode_may_not_be)
{
	struct drm_display_mode out;
	struct drm_mode_modeinfo in;

#define assert_refused(error, change)                                          \
	do {                                                                   \
		in = test_mode;                                                \
		change;                                                        \
		assert_int_equal(convert(&in, &out), -(error));                \
	} while (0)
	assert_refused(ERANGE, in.clock = (u32)INT_MAX + 1);
	assert_refused(ERANGE, in.vrefresh = (u32)INT_MAX + 1);
	assert_refused(EINVAL, in.clock = 0);
	assert_refused(EINVAL, in.flags |= 5u << 19);
	assert_refused(EINVAL, in.flags |= DRM_MODE_FLAG_BCAST);
	assert_refused(EINVAL, in.flags |= 9u << 14);
	assert_refused(EINVAL, in.hdisplay = 0);
	assert_refused(EINVAL, in.hsync_start = MODE_WIDTH - 1);
	assert_refused(EINVAL, in.hsync_end = in.hsync_start - 1);
	assert_refused(EINVAL, in.htotal = in.hsync_end - 1);
	assert_refused(EINVAL, in.vdisplay = 0);
	assert_refused(EINVAL, in.vtotal = in.vsync_end - 1);
	/* A type that is none is forgotten, and a name cut. */
	assert_refused(0, in.type = U32_MAX);
	assert_int_equal(out.type, DRM_MODE_TYPE_ALL);
	assert_refused(0, memset(in.name, 'x', sizeof(in.name)));
	assert_int_equal(strlen(out.name), DRM_DISPLAY_MODE_LEN - 1);
#undef assert_refused
}

/* As Linux computes them. */
TEST(cvt_makes_the_kernels_timings)
{
	static const struct {
		int w, h, rate;
		bool reduced;
		int clock;
		u16 h_start, h_end, h_total, v_start, v_end, v_total;
	} known[] = {
		{1920, 1080, 60, false, 173106, 2048, 2248, 2576, 1083, 1088,
		 1120},
		{1920, 1080, 60, true, 138611, 1968, 2000, 2080, 1083, 1088,
		 1111},
		{1024, 768, 60, false, 63531, 1072, 1176, 1328, 771, 775, 798},
		{640, 480, 75, false, 30832, 664, 728, 816, 483, 487, 504},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		struct drm_display_mode *mode = drm_cvt_mode(
			stage.dev, known[i].w, known[i].h, known[i].rate,
			known[i].reduced, false, false);

		assert_int_equal(mode->hsync_start, known[i].h_start);
		assert_int_equal(mode->hsync_end, known[i].h_end);
		assert_int_equal(mode->htotal, known[i].h_total);
		assert_int_equal(mode->vsync_start, known[i].v_start);
		assert_int_equal(mode->vsync_end, known[i].v_end);
		assert_int_equal(mode->vtotal, known[i].v_total);
		assert_int_equal(mode->clock, known[i].clock);
		assert_int_equal(drm_mode_vrefresh(mode), known[i].rate);
		assert_int_equal(drm_mode_validate_basic(mode), MODE_OK);
		drm_mode_destroy(stage.dev, mode);
	}
}

TEST(cvt_makes_a_mode_or_none)
{
	static const int sizes[] = {8, 64, 320, 1366, 4096, 8192};
	static const int rates[] = {1, 24, 60, 144, 240, 1000};

	for (size_t w = 0; w < ARRAY_SIZE(sizes); w++) {
		for (size_t h = 0; h < ARRAY_SIZE(sizes); h++) {
			for (size_t r = 0; r < 2 * ARRAY_SIZE(rates); r++) {
				struct drm_display_mode *mode = drm_cvt_mode(
					stage.dev, sizes[w], sizes[h],
					rates[r / 2], r % 2, false, false);

				assert_true(!mode || drm_mode_validate_basic(
							     mode) == MODE_OK);
				drm_mode_destroy(stage.dev, mode);
			}
		}
	}
	assert_null(drm_cvt_mode(stage.dev, 0, 480, 60, true, false, false));
	assert_null(drm_cvt_mode(stage.dev, 640, 0, 60, true, false, false));
	assert_null(
		drm_cvt_mode(stage.dev, 640, 480, 100000, true, false, false));
}

TEST(an_interlaced_mode_has_two_fields)
{
	struct drm_display_mode *mode =
		drm_cvt_mode(stage.dev, 1920, 1080, 30, false, true, true);

	assert_string_equal(mode->name, "1984x1098i");
	assert_int_equal(mode->flags & DRM_MODE_FLAG_INTERLACE,
			 DRM_MODE_FLAG_INTERLACE);
	assert_int_equal(mode->vtotal % 2, 0);
	assert_int_equal(drm_mode_vrefresh(mode), 60);
	drm_mode_destroy(stage.dev, mode);
}

TEST(an_edid_adds_up_and_says_what_it_was_told)
{
	const struct drm_display_mode *modes[] = {&vga};
	const struct uprime_edid_params params = {
		.name = "A display",
		.serial = 0x01020304,
		.modes = modes,
		.nr_modes = 1,
		.width_mm = 500,
		.height_mm = 300,
	};
	u8 edid[EDID_LENGTH], sum = 0;

	uprime_edid_make(&params, edid);
	for (size_t i = 0; i < sizeof(edid); i++) {
		sum = (u8)(sum + edid[i]);
	}
	assert_int_equal(sum, 0);
	assert_int_equal(edid[8] << 8 | edid[9],
			 ('U' - '@') << 10 | ('P' - '@') << 5 | ('R' - '@'));
	assert_memory_equal(edid + 12, "\4\3\2\1", 4);
	assert_int_equal(edid[21], 50);
	assert_int_equal(edid[22], 30);
	/* The mode is the first detailed timing. */
	assert_int_equal(edid[54] | edid[55] << 8, 2518);
	assert_int_equal(edid[56] | edid[58] >> 4 << 8, 640);
	assert_int_equal(edid[57] | (edid[58] & 15) << 8, 160);
	assert_int_equal(edid[59] | edid[61] >> 4 << 8, 480);
	assert_int_equal(edid[62], 16);
	assert_int_equal(edid[63], 96);
	assert_int_equal(edid[64], 10 << 4 | 2);
	assert_memory_equal(edid + 72, "\0\0\0\xfd", 4);
	assert_memory_equal(edid + 90, "\0\0\0\xfc\0A display\n   ", 18);
}

TEST(an_edid_leaves_out_what_does_not_fit)
{
	struct drm_display_mode big = vga;
	const struct drm_display_mode *modes[40];
	struct uprime_edid_params params = {
		.name = "a name that is longer than it can be",
		.modes = modes,
		.nr_modes = ARRAY_SIZE(modes),
	};
	u8 edid[EDID_LENGTH];

	big.hdisplay = 8192;
	big.hsync_start = big.hsync_end = big.htotal = 8200;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		modes[i] = i % 2 ? &vga : &big;
	}
	uprime_edid_make(&params, edid);
	/* No detailed timing, but the old one's bit. */
	assert_int_equal(edid[35], 0x20);
	assert_memory_equal(edid + 54, "\0\0\0\xfd", 4);
	assert_memory_equal(edid + 72, "\0\0\0\xfc\0a name that i", 18);
	assert_memory_equal(edid + 90, "\0\0\0\x10", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(the_rate_is_rounded_and_counts_fields),
		PLAIN(a_mode_that_is_beyond_the_kernels_numbers_has_no_rate),
		PLAIN(what_hardware_is_set_to_follows_from_the_flags),
		PLAIN(both_pictures_of_a_3d_mode_need_room),
		PLAIN(clocks_are_alike_if_a_pixel_lasts_as_long),
		ON_DISPLAY(a_programs_mode_comes_back_as_it_was),
		ON_DISPLAY(what_a_programs_mode_may_not_be),
		ON_DISPLAY(cvt_makes_the_kernels_timings),
		ON_DISPLAY(cvt_makes_a_mode_or_none),
		ON_DISPLAY(an_interlaced_mode_has_two_fields),
		PLAIN(an_edid_adds_up_and_says_what_it_was_told),
		PLAIN(an_edid_leaves_out_what_does_not_fit),
	};

	return cmocka_run_group_tests_name("kms_modes", tests, NULL, NULL);
}
