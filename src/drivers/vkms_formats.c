/* SPDX-License-Identifier: MIT */
/**
 * DOC: vkms' formats
 *
 * A channel has 16 bits while pixels are composed; those of fewer bits are
 * spread over the whole range, to the nearest value.
 */
#include <string.h>

#include "vkms.h"

const u32 vkms_formats[] = {
	DRM_FORMAT_ARGB8888,
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_XRGB16161616,
	DRM_FORMAT_ARGB16161616,
	DRM_FORMAT_RGB565,
	/* Linux 6.12's end here. */
	DRM_FORMAT_XRGB2101010,
	DRM_FORMAT_NV12,
};
const unsigned int vkms_nr_formats = ARRAY_SIZE(vkms_formats);
const unsigned int vkms_nr_write_formats = 5;

#define MAX8  0xffu
#define MAX16 0xffffu
/* MAX16 / MAX8 */
#define SPREAD8 257u

/* Programs can put pixels at any address. */
static u16 load16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static u32 load32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void store16(u8 *p, u32 v)
{
	u16 v16 = (u16)v;

	memcpy(p, &v16, sizeof(v16));
}

static u16 spread(u32 v, u32 max)
{
	return (u16)((v * MAX16 + max / 2) / max);
}

static u32 narrow8(u16 v)
{
	return (v + SPREAD8 / 2) / SPREAD8;
}

/* The address of a run's first pixel, and the bytes to the next. */
static const u8 *packed(const struct vkms_run *run, ptrdiff_t *step)
{
	ptrdiff_t pitch = run->fb->pitches[0];
	ptrdiff_t cpp = run->fb->format->cpp[0];

	*step = run->dx * cpp + run->dy * pitch;
	return (const u8 *)run->data[0] + run->x * cpp + run->y * pitch;
}

static void read_8888(const struct vkms_run *run, u32 opaque,
		      struct vkms_pixel *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		u32 v = load32(p) | opaque;

		out[i].a = (u16)(v >> 24) * SPREAD8;
		out[i].r = (u16)(v >> 16 & MAX8) * SPREAD8;
		out[i].g = (u16)(v >> 8 & MAX8) * SPREAD8;
		out[i].b = (u16)(v & MAX8) * SPREAD8;
	}
}

static void read_16161616(const struct vkms_run *run, u16 opaque,
			  struct vkms_pixel *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		out[i].a = load16(p + 6) | opaque;
		out[i].r = load16(p + 4);
		out[i].g = load16(p + 2);
		out[i].b = load16(p);
	}
}

static void read_565(const struct vkms_run *run, struct vkms_pixel *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		u32 v = load16(p);

		out[i].a = MAX16;
		out[i].r = spread(v >> 11, 31);
		out[i].g = spread(v >> 5 & 63, 63);
		out[i].b = spread(v & 31, 31);
	}
}

static void read_2101010(const struct vkms_run *run, struct vkms_pixel *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		u32 v = load32(p);

		out[i].a = MAX16;
		out[i].r = spread(v >> 20 & 1023, 1023);
		out[i].g = spread(v >> 10 & 1023, 1023);
		out[i].b = spread(v & 1023, 1023);
	}
}

/**
 * struct yuv_matrix - RGB of YCbCr, both 16 bits, in 2^-16
 */
struct yuv_matrix {
	s32 y, cr_to_r, cb_to_g, cr_to_g, cb_to_b;
	s32 y_offset; /* black */
};

/* After the weights of red and blue in Y, Kr and Kb; with limited range Y has
 * 219 of 255 steps and the others 224. */
#define MATRIX(kr, kb, y_gain, c_gain, offset)                                 \
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
		.y_offset = (offset),                                          \
	}
#define MATRICES(kr, kb)                                                       \
	{                                                                      \
		[DRM_COLOR_YCBCR_LIMITED_RANGE] = MATRIX(                      \
			kr, kb, 255.0 / 219, 255.0 / 224, 16 * SPREAD8),       \
		[DRM_COLOR_YCBCR_FULL_RANGE] = MATRIX(kr, kb, 1.0, 1.0, 0),    \
	}

static const struct yuv_matrix
	matrices[DRM_COLOR_ENCODING_MAX][DRM_COLOR_RANGE_MAX] = {
		[DRM_COLOR_YCBCR_BT601] = MATRICES(0.299, 0.114),
		[DRM_COLOR_YCBCR_BT709] = MATRICES(0.2126, 0.0722),
		[DRM_COLOR_YCBCR_BT2020] = MATRICES(0.2627, 0.0593),
};

/* From 2^-16, which leaves room for sums, to the nearest. */
static u16 clamp16(s64 v)
{
	v = (v + (1 << 15)) >> 16;
	return v < 0 ? 0 : v > (s64)MAX16 ? MAX16 : (u16)v;
}

static void read_nv12(const struct vkms_run *run, struct vkms_pixel *out)
{
	const struct yuv_matrix *m = &matrices[run->encoding][run->range];
	const u8 *luma = run->data[0], *chroma = run->data[1];
	int x = run->x, y = run->y;

	for (unsigned int i = 0; i < run->n; i++, x += run->dx, y += run->dy) {
		const u8 *c = chroma +
			      (y / 2) * (ptrdiff_t)run->fb->pitches[1] +
			      x / 2 * 2;
		s64 v = luma[y * (ptrdiff_t)run->fb->pitches[0] + x];
		s64 cb = (c[0] - 128) * (s32)SPREAD8;
		s64 cr = (c[1] - 128) * (s32)SPREAD8;

		v = (v * SPREAD8 - m->y_offset) * m->y;
		out[i].a = MAX16;
		out[i].r = clamp16(v + cr * m->cr_to_r);
		out[i].g = clamp16(v + cb * m->cb_to_g + cr * m->cr_to_g);
		out[i].b = clamp16(v + cb * m->cb_to_b);
	}
}

void vkms_read_run_8888(const struct vkms_run *run, u32 *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		out[i] = load32(p);
	}
}

void vkms_read_run(const struct vkms_run *run, struct vkms_pixel *out)
{
	switch (run->fb->format->format) {
	case DRM_FORMAT_ARGB8888:
		read_8888(run, 0, out);
		break;
	case DRM_FORMAT_XRGB8888:
		read_8888(run, MAX8 << 24, out);
		break;
	case DRM_FORMAT_ARGB16161616:
		read_16161616(run, 0, out);
		break;
	case DRM_FORMAT_XRGB16161616:
		read_16161616(run, MAX16, out);
		break;
	case DRM_FORMAT_RGB565:
		read_565(run, out);
		break;
	case DRM_FORMAT_XRGB2101010:
		read_2101010(run, out);
		break;
	default: /* DRM_FORMAT_NV12: there is no other. */
		read_nv12(run, out);
		break;
	}
}

static void write_8888(const struct vkms_pixel *in, unsigned int n, u32 opaque,
		       u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 4) {
		u32 v = opaque | narrow8(in[i].a) << 24 |
			narrow8(in[i].r) << 16 | narrow8(in[i].g) << 8 |
			narrow8(in[i].b);

		memcpy(p, &v, sizeof(v));
	}
}

static void write_16161616(const struct vkms_pixel *in, unsigned int n,
			   u16 opaque, u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 8) {
		store16(p + 6, in[i].a | opaque);
		store16(p + 4, in[i].r);
		store16(p + 2, in[i].g);
		store16(p, in[i].b);
	}
}

/* Rounded down, as Linux does here and nowhere else. */
static void write_565(const struct vkms_pixel *in, unsigned int n, u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 2) {
		u32 r = in[i].r * 31u / MAX16;
		u32 g = in[i].g * 63u / MAX16;
		u32 b = in[i].b * 31u / MAX16;

		store16(p, r << 11 | g << 5 | b);
	}
}

void vkms_write_line(const struct drm_framebuffer *fb, void *const *data, u32 y,
		     const struct vkms_pixel *in, unsigned int n)
{
	u8 *p = (u8 *)data[0] + (size_t)y * fb->pitches[0];

	switch (fb->format->format) {
	case DRM_FORMAT_ARGB8888:
		write_8888(in, n, 0, p);
		break;
	case DRM_FORMAT_XRGB8888:
		write_8888(in, n, MAX8 << 24, p);
		break;
	case DRM_FORMAT_ARGB16161616:
		write_16161616(in, n, 0, p);
		break;
	case DRM_FORMAT_XRGB16161616:
		write_16161616(in, n, MAX16, p);
		break;
	default: /* DRM_FORMAT_RGB565: there is no other. */
		write_565(in, n, p);
		break;
	}
}

void vkms_to_xrgb8888(const struct vkms_pixel *in, u32 *out, unsigned int n)
{
	write_8888(in, n, MAX8 << 24, (u8 *)out);
}
