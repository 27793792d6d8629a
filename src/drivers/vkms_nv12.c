/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms' YCbCr
 *
 * A colour is its Y, Cb and Cr times a matrix, in 2^-16 of a step of eight
 * bits. In 16 bits a step is 257 of theirs, so that both results are roundings
 * of the same sum, and that of eight bits is also what the one of 16 bits is
 * when that is rounded to eight. Chroma is not interpolated.
 */
#include "vkms.h"

#define SPREAD8 257 /* 0xffff / 0xff */

/**
 * struct matrix - RGB of YCbCr
 */
struct matrix {
	s32 y, cr_to_r, cb_to_g, cr_to_g, cb_to_b;
	s32 black; /* Y of it */
};

/* After the weights of red and blue in Y, Kr and Kb; with limited range Y has
 * 219 of 255 steps and the others 224. */
#define MATRIX(kr, kb, y_gain, c_gain, y_black)                                \
	{                                                                      \
		.y = (s32)(65536 * (y_gain) + 0.5),                            \
		.cr_to_r = (s32)(65536 * 2 * (1 - (kr)) * (c_gain) + 0.5),     \
		.cb_to_g = -(s32)(65536 * 2 * (1 - (kb)) * (kb) /              \
					  (1 - (kr) - (kb)) * (c_gain) +       \
				  0.5),                                        \
		.cr_to_g = -(s32)(65536 * 2 * (1 - (kr)) * (kr) /              \
					  (1 - (kr) - (kb)) * (c_gain) +       \
				  0.5),                                        \
		.cb_to_b = (s32)(65536 * 2 * (1 - (kb)) * (c_gain) + 0.5),     \
		.black = (y_black),                                            \
	}
#define MATRICES(kr, kb)                                                       \
	{                                                                      \
		[DRM_COLOR_YCBCR_LIMITED_RANGE] =                              \
			MATRIX(kr, kb, 255.0 / 219, 255.0 / 224, 16),          \
		[DRM_COLOR_YCBCR_FULL_RANGE] = MATRIX(kr, kb, 1.0, 1.0, 0),    \
	}

static const struct matrix
	matrices[DRM_COLOR_ENCODING_MAX][DRM_COLOR_RANGE_MAX] = {
		[DRM_COLOR_YCBCR_BT601] = MATRICES(0.299, 0.114),
		[DRM_COLOR_YCBCR_BT709] = MATRICES(0.2126, 0.0722),
		[DRM_COLOR_YCBCR_BT2020] = MATRICES(0.2627, 0.0593),
};

/* Red, green and blue, not yet rounded, nor brought into their range. */
struct sums {
	s32 r, g, b;
};

PIXELS static inline struct sums sums_of(const struct matrix *m, const u8 *luma,
					 const u8 *chroma)
{
	s32 y = (*luma - m->black) * m->y;
	s32 cb = chroma[0] - 128, cr = chroma[1] - 128;

	return (struct sums){
		.r = y + cr * m->cr_to_r,
		.g = y + cb * m->cb_to_g + cr * m->cr_to_g,
		.b = y + cb * m->cb_to_b,
	};
}

static inline const u8 *luma_at(const struct vkms_run *run, int x, int y)
{
	return (const u8 *)run->data[0] + y * (ptrdiff_t)run->fb->pitches[0] +
	       x;
}

static inline const u8 *chroma_at(const struct vkms_run *run, int x, int y)
{
	return (const u8 *)run->data[1] +
	       y / 2 * (ptrdiff_t)run->fb->pitches[1] + x / 2 * 2;
}

static u16 to_16(s32 sum)
{
	s64 v = ((s64)sum * SPREAD8 + (1 << 15)) >> 16;

	return v < 0 ? 0 : v > 0xffff ? 0xffff : (u16)v;
}

static u32 to_8(s32 sum)
{
	s32 v = (sum + (1 << 15)) >> 16;

	return v < 0 ? 0 : v > 0xff ? 0xff : (u32)v;
}

PIXELS void vkms_read_nv12(const struct vkms_run *run, struct vkms_pixel *out)
{
	const struct matrix *m = &matrices[run->encoding][run->range];
	int x = run->x, y = run->y;

	for (unsigned int i = 0; i < run->n; i++, x += run->dx, y += run->dy) {
		struct sums sums =
			sums_of(m, luma_at(run, x, y), chroma_at(run, x, y));

		out[i].a = 0xffff;
		out[i].r = to_16(sums.r);
		out[i].g = to_16(sums.g);
		out[i].b = to_16(sums.b);
	}
}

PIXELS void vkms_see_nv12(const struct vkms_run *run, u32 *out)
{
	const struct matrix *m = &matrices[run->encoding][run->range];
	int x = run->x, y = run->y;

	for (unsigned int i = 0; i < run->n; i++, x += run->dx, y += run->dy) {
		struct sums sums =
			sums_of(m, luma_at(run, x, y), chroma_at(run, x, y));

		out[i] = to_8(sums.r) << 16 | to_8(sums.g) << 8 | to_8(sums.b);
	}
}
