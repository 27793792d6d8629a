/* SPDX-License-Identifier: MIT */
/* Formats, as Linux counts their bytes, and rectangles, as it cuts them. */
#include "stage.h"

#include <drm/drm_fourcc.h>
#include <drm/drm_mode.h>
#include <drm/drm_rect.h>

static const struct drm_format_info *info(u32 format)
{
	const struct drm_format_info *format_info = drm_format_info(format);

	assert_non_null(format_info);
	assert_int_equal(format_info->format, format);
	return format_info;
}

TEST(an_unknown_format_has_no_info)
{
	assert_null(drm_format_info(DRM_FORMAT_INVALID));
	assert_null(drm_format_info(fourcc_code('n', 'o', 'n', 'e')));
	assert_null(
		drm_format_info(DRM_FORMAT_XRGB8888 | DRM_FORMAT_BIG_ENDIAN));
}

TEST(bits_of_a_pixel_are_those_of_its_block)
{
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_C1), 0), 1);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_R4), 0), 4);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_RGB565), 0), 16);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_RGB888), 0), 24);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_XRGB8888), 0), 32);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_NV12), 0), 8);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_NV12), 1), 16);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_NV12), 2), 0);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_NV15), 0), 10);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_NV15), 1), 20);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_Y0L0), 0), 16);
	assert_int_equal(drm_format_info_bpp(info(DRM_FORMAT_YUV420_8BIT), 0),
			 0);
}

TEST(a_line_ends_with_a_whole_byte)
{
	assert_int_equal(drm_format_info_min_pitch(info(DRM_FORMAT_C1), 0, 9),
			 2);
	assert_int_equal(drm_format_info_min_pitch(info(DRM_FORMAT_C4), 0, 3),
			 2);
	assert_int_equal(
		drm_format_info_min_pitch(info(DRM_FORMAT_RGB888), 0, 3), 9);
	assert_int_equal(drm_format_info_min_pitch(info(DRM_FORMAT_NV15), 0, 5),
			 7);
	assert_int_equal(
		drm_format_info_min_pitch(info(DRM_FORMAT_YUV420), 2, 5), 5);
	assert_int_equal(
		drm_format_info_min_pitch(info(DRM_FORMAT_YUV420), 3, 5), 0);
	/* It has more than 32 bits. */
	assert_true(drm_format_info_min_pitch(info(DRM_FORMAT_XRGB8888), 0,
					      U32_MAX) == 4ull * U32_MAX);
}

TEST(a_subsampled_plane_covers_the_last_pixel)
{
	const struct drm_format_info *yuv = info(DRM_FORMAT_YUV410);

	assert_int_equal(drm_format_info_plane_width(yuv, 5, 0), 5);
	assert_int_equal(drm_format_info_plane_width(yuv, 5, 1), 2);
	assert_int_equal(drm_format_info_plane_height(yuv, 9, 2), 3);
}

TEST(old_formats_are_told_by_bits_and_depth)
{
	assert_int_equal(drm_mode_legacy_fb_format(32, 24),
			 DRM_FORMAT_XRGB8888);
	assert_int_equal(drm_mode_legacy_fb_format(32, 32),
			 DRM_FORMAT_ARGB8888);
	assert_int_equal(drm_mode_legacy_fb_format(32, 30),
			 DRM_FORMAT_XRGB2101010);
	assert_int_equal(drm_mode_legacy_fb_format(16, 15),
			 DRM_FORMAT_XRGB1555);
	assert_int_equal(drm_mode_legacy_fb_format(8, 8), DRM_FORMAT_C8);
	assert_int_equal(drm_mode_legacy_fb_format(1, 1), DRM_FORMAT_C1);
	assert_int_equal(drm_mode_legacy_fb_format(24, 32), DRM_FORMAT_INVALID);
	assert_int_equal(drm_mode_legacy_fb_format(0, 0), DRM_FORMAT_INVALID);
}

/* Everything that has a depth there has it in its info as well. */
TEST(the_depth_of_an_old_format_is_that_of_its_info)
{
	unsigned int found = 0;

	for (u32 bpp = 0; bpp <= 32; bpp++) {
		for (u32 depth = 0; depth <= 32; depth++) {
			u32 format = drm_mode_legacy_fb_format(bpp, depth);

			if (format == DRM_FORMAT_INVALID) {
				continue;
			}
			found++;
			assert_int_equal(info(format)->depth, depth);
			assert_int_equal(drm_format_info_bpp(info(format), 0),
					 bpp);
		}
	}
	assert_int_equal(found, 10);
}

static void assert_rect(const struct drm_rect *r, int x1, int y1, int x2,
			int y2)
{
	assert_int_equal(r->x1, x1);
	assert_int_equal(r->y1, y1);
	assert_int_equal(r->x2, x2);
	assert_int_equal(r->y2, y2);
}

TEST(rectangles_meet_where_both_are)
{
	struct drm_rect r = DRM_RECT_INIT(0, 0, 10, 10);
	const struct drm_rect other = DRM_RECT_INIT(5, -5, 10, 10);
	const struct drm_rect far = DRM_RECT_INIT(20, 0, 1, 1);

	assert_true(drm_rect_intersect(&r, &other));
	assert_rect(&r, 5, 0, 10, 5);
	assert_false(drm_rect_intersect(&r, &far));
}

TEST(a_source_is_cut_as_its_destination)
{
	const struct drm_rect clip = DRM_RECT_INIT(0, 0, 100, 100);
	struct drm_rect src = DRM_RECT_INIT(0, 0, 50 << 16, 50 << 16);
	struct drm_rect dst = DRM_RECT_INIT(-10, 90, 50, 50);

	assert_true(drm_rect_clip_scaled(&src, &dst, &clip));
	assert_rect(&dst, 0, 90, 40, 100);
	assert_rect(&src, 10 << 16, 0, 50 << 16, 10 << 16);

	/* Half as large: what is left is rounded down, so that it stays
	 * shrunk. */
	src = (struct drm_rect)DRM_RECT_INIT(0, 0, (3 << 16) + 1, 2 << 16);
	dst = (struct drm_rect)DRM_RECT_INIT(-1, 0, 2, 1);
	assert_true(drm_rect_clip_scaled(&src, &dst, &clip));
	assert_int_equal(drm_rect_width(&src), 3 << 15);

	/* Three times as large: rounded up. */
	src = (struct drm_rect)DRM_RECT_INIT(0, 0, 1 << 16, 1 << 16);
	dst = (struct drm_rect)DRM_RECT_INIT(-1, 0, 3, 3);
	assert_true(drm_rect_clip_scaled(&src, &dst, &clip));
	assert_int_equal(drm_rect_width(&src), (2 * (1 << 16) + 2) / 3);

	src = (struct drm_rect)DRM_RECT_INIT(0, 0, 1 << 16, 1 << 16);
	dst = (struct drm_rect)DRM_RECT_INIT(100, 0, 1, 1);
	assert_false(drm_rect_clip_scaled(&src, &dst, &clip));
	assert_int_equal(drm_rect_width(&src), 0);
}

TEST(what_is_far_away_is_cut_off)
{
	const struct drm_rect clip = DRM_RECT_INIT(0, 0, 100, 100);
	struct drm_rect src = DRM_RECT_INIT(0, 0, 10 << 16, 10 << 16);
	struct drm_rect dst = DRM_RECT_INIT(INT32_MIN, INT32_MAX - 10, 10, 10);

	assert_false(drm_rect_clip_scaled(&src, &dst, &clip));
	assert_int_equal(drm_rect_width(&dst), 0);
	assert_int_equal(drm_rect_height(&dst), 0);
	assert_int_equal(drm_rect_width(&src), 0);
}

TEST(the_scale_is_told_at_its_worst)
{
	const struct drm_rect src = DRM_RECT_INIT(0, 0, 10 << 16, 10 << 16);
	const struct drm_rect same = DRM_RECT_INIT(0, 0, 10, 10);
	const struct drm_rect less = DRM_RECT_INIT(0, 0, 9, 3);
	const struct drm_rect none = DRM_RECT_INIT(0, 0, 0, 0);
	const int one = 1 << 16;

	assert_int_equal(drm_rect_calc_hscale(&src, &same, one, one), one);
	assert_int_equal(drm_rect_calc_hscale(&src, &less, one, one), -ERANGE);
	assert_int_equal(drm_rect_calc_hscale(&src, &less, 0, 2 * one),
			 (10 * one + 8) / 9);
	assert_int_equal(drm_rect_calc_vscale(&src, &less, 0, 2 * one),
			 -ERANGE);
	assert_int_equal(drm_rect_calc_vscale(&src, &none, one, one), 0);
}

TEST(what_is_turned_can_be_turned_back)
{
	const unsigned int turns[] = {
		DRM_MODE_ROTATE_0,
		DRM_MODE_ROTATE_90,
		DRM_MODE_ROTATE_180,
		DRM_MODE_ROTATE_270,
		DRM_MODE_ROTATE_90 | DRM_MODE_REFLECT_X,
		DRM_MODE_ROTATE_270 | DRM_MODE_REFLECT_Y,
	};
	struct drm_rect r = {1, 2, 4, 8};

	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		drm_rect_rotate(&r, 20, 10, turns[i]);
		drm_rect_rotate_inv(&r, 20, 10, turns[i]);
		assert_rect(&r, 1, 2, 4, 8);
	}
	drm_rect_rotate(&r, 20, 10, DRM_MODE_ROTATE_90);
	assert_rect(&r, 2, 16, 8, 19);
	r = (struct drm_rect){1, 2, 4, 8};
	drm_rect_rotate(&r, 20, 10, DRM_MODE_ROTATE_270);
	assert_rect(&r, 2, 1, 8, 4);
	r = (struct drm_rect){1, 2, 4, 8};
	drm_rect_rotate(&r, 20, 10, DRM_MODE_ROTATE_0 | DRM_MODE_REFLECT_X);
	assert_rect(&r, 16, 2, 19, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(an_unknown_format_has_no_info),
		PLAIN(bits_of_a_pixel_are_those_of_its_block),
		PLAIN(a_line_ends_with_a_whole_byte),
		PLAIN(a_subsampled_plane_covers_the_last_pixel),
		PLAIN(old_formats_are_told_by_bits_and_depth),
		PLAIN(the_depth_of_an_old_format_is_that_of_its_info),
		PLAIN(rectangles_meet_where_both_are),
		PLAIN(a_source_is_cut_as_its_destination),
		PLAIN(what_is_far_away_is_cut_off),
		PLAIN(the_scale_is_told_at_its_worst),
		PLAIN(what_is_turned_can_be_turned_back),
	};

	return cmocka_run_group_tests_name("kms-fourcc", tests, NULL, NULL);
}
