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

/* What chroma has in them. */
IN_LINE struct sums chroma_of(const struct matrix *m, s32 cb, s32 cr)
{
	cb -= 128;
	cr -= 128;
	return (struct sums){
		.r = cr * m->cr_to_r,
		.g = cb * m->cb_to_g + cr * m->cr_to_g,
		.b = cb * m->cb_to_b,
	};
}

IN_LINE struct sums sums_of(const struct matrix *m, s32 luma,
			    struct sums chroma)
{
	s32 y = (luma - m->black) * m->y;

	return (struct sums){
		.r = y + chroma.r, .g = y + chroma.g, .b = y + chroma.b};
}

static const u8 *luma_at(const struct vkms_run *run, int x, int y)
{
	return (const u8 *)run->data[0] + y * (ptrdiff_t)run->fb->pitches[0] +
	       x;
}

static const u8 *chroma_at(const struct vkms_run *run, int x, int y)
{
	return (const u8 *)run->data[1] +
	       y / 2 * (ptrdiff_t)run->fb->pitches[1] + x / 2 * 2;
}

/* Brought into their range, which is 0 to MAX: the most has all bits in the
 * product with SPREAD8. */
#define MAX (255 << 16)

IN_LINE u32 to_16(s32 sum)
{
	sum = sum < 0 ? 0 : sum > MAX ? MAX : sum;
	return ((u32)sum * SPREAD8 + (1 << 15)) >> 16;
}

IN_LINE u32 to_8(s32 sum)
{
	sum = sum < 0 ? 0 : sum > MAX ? MAX : sum;
	return ((u32)sum + (1 << 15)) >> 16;
}

IN_LINE u64 pixel_of(struct sums sums)
{
	return 0xffff | (u64)to_16(sums.r) << 16 | (u64)to_16(sums.g) << 32 |
	       (u64)to_16(sums.b) << 48;
}

IN_LINE u32 seen_of(struct sums sums)
{
	return to_8(sums.r) << 16 | to_8(sums.g) << 8 | to_8(sums.b);
}

PIXELS IN_LINE struct sums sums_at(const struct vkms_run *run,
				   const struct matrix *m, unsigned int i)
{
	int x = run->x + (int)i * run->dx, y = run->y + (int)i * run->dy;
	const u8 *chroma = chroma_at(run, x, y);

	return sums_of(m, *luma_at(run, x, y),
		       chroma_of(m, chroma[0], chroma[1]));
}

/* Of a run: in a line two pixels have the same chroma, behind a first one that
 * has it with one that is not in the run. */
static unsigned int single_pixels(const struct vkms_run *run)
{
	return run->dx == 1 ? min((unsigned int)run->x % 2, run->n) : run->n;
}

WIDE PIXELS static void read_pairs(const struct vkms_run *run,
				   struct vkms_pixel *out)
{
	const struct matrix m = matrices[run->encoding][run->range];
	unsigned int single = single_pixels(run);
	unsigned int pairs = (run->n - single) / 2;
	const u8 *luma = luma_at(run, run->x + (int)single, run->y);
	const u8 *chroma = chroma_at(run, run->x + (int)single, run->y);

	for (unsigned int i = 0; i < single; i++) {
		vkms_store_pixel(&out[i], pixel_of(sums_at(run, &m, i)));
	}
	for (size_t i = 0; i < pairs; i++) {
		struct sums sums =
			chroma_of(&m, chroma[2 * i], chroma[2 * i + 1]);
		struct vkms_pixel *pair = &out[single + 2 * i];

		vkms_store_pixel(&pair[0],
				 pixel_of(sums_of(&m, luma[2 * i], sums)));
		vkms_store_pixel(&pair[1],
				 pixel_of(sums_of(&m, luma[2 * i + 1], sums)));
	}
	for (unsigned int i = single + 2 * pairs; i < run->n; i++) {
		vkms_store_pixel(&out[i], pixel_of(sums_at(run, &m, i)));
	}
}

WIDE PIXELS static void see_pairs(const struct vkms_run *run, u32 *out)
{
	const struct matrix m = matrices[run->encoding][run->range];
	unsigned int single = single_pixels(run);
	unsigned int pairs = (run->n - single) / 2;
	const u8 *luma = luma_at(run, run->x + (int)single, run->y);
	const u8 *chroma = chroma_at(run, run->x + (int)single, run->y);

	for (unsigned int i = 0; i < single; i++) {
		out[i] = seen_of(sums_at(run, &m, i));
	}
	for (size_t i = 0; i < pairs; i++) {
		struct sums sums =
			chroma_of(&m, chroma[2 * i], chroma[2 * i + 1]);
		u32 *pair = &out[single + 2 * i];

		pair[0] = seen_of(sums_of(&m, luma[2 * i], sums));
		pair[1] = seen_of(sums_of(&m, luma[2 * i + 1], sums));
	}
	for (unsigned int i = single + 2 * pairs; i < run->n; i++) {
		out[i] = seen_of(sums_at(run, &m, i));
	}
}

void vkms_read_nv12(const struct vkms_run *run, struct vkms_pixel *out)
{
	read_pairs(run, out);
}

void vkms_see_nv12(const struct vkms_run *run, u32 *out)
{
	see_pairs(run, out);
}
