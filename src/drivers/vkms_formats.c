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
PIXELS static u16 load16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

PIXELS static u32 load32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

PIXELS static void store16(u8 *p, u32 v)
{
	u16 v16 = (u16)v;

	memcpy(p, &v16, sizeof(v16));
}

static u16 spread(u32 v, u32 max)
{
	return (u16)((v * MAX16 + max / 2) / max);
}

/* v / 257, to the nearest: without a division. */
static u32 narrow8(u16 v)
{
	return (v * MAX8 + 32895) >> 16;
}

/* The address of a run's first pixel, and the bytes to the next. */
static const u8 *packed(const struct vkms_run *run, ptrdiff_t *step)
{
	ptrdiff_t pitch = run->fb->pitches[0];
	ptrdiff_t cpp = run->fb->format->cpp[0];

	*step = run->dx * cpp + run->dy * pitch;
	return (const u8 *)run->data[0] + run->x * cpp + run->y * pitch;
}

PIXELS static void read_8888(const struct vkms_run *run, u32 opaque,
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

PIXELS static void read_16161616(const struct vkms_run *run, u16 opaque,
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

PIXELS static void read_565(const struct vkms_run *run, struct vkms_pixel *out)
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

PIXELS static void read_2101010(const struct vkms_run *run,
				struct vkms_pixel *out)
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

PIXELS void vkms_read_run(const struct vkms_run *run, struct vkms_pixel *out)
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
		vkms_read_nv12(run, out);
		break;
	}
}

static void see_8888(const struct vkms_run *run, u32 *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		out[i] = load32(p);
	}
}

static void see_16161616(const struct vkms_run *run, u32 *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		out[i] = narrow8(load16(p + 4)) << 16 |
			 narrow8(load16(p + 2)) << 8 | narrow8(load16(p));
	}
}

/* Five, six and ten bits in eight, to the nearest: again without divisions. */
static void see_565(const struct vkms_run *run, u32 *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		u32 v = load16(p);

		out[i] = ((v >> 11) * 527 + 23) >> 6 << 16 |
			 ((v >> 5 & 63) * 259 + 33) >> 6 << 8 |
			 ((v & 31) * 527 + 23) >> 6;
	}
}

static u32 narrow10(u32 v)
{
	return (v * 1021 + 2048) >> 12;
}

static void see_2101010(const struct vkms_run *run, u32 *out)
{
	ptrdiff_t step;
	const u8 *p = packed(run, &step);

	for (unsigned int i = 0; i < run->n; i++, p += step) {
		u32 v = load32(p);

		out[i] = narrow10(v >> 20 & 1023) << 16 |
			 narrow10(v >> 10 & 1023) << 8 | narrow10(v & 1023);
	}
}

PIXELS void vkms_see_run(const struct vkms_run *run, u32 *out)
{
	switch (run->fb->format->format) {
	case DRM_FORMAT_ARGB8888:
	case DRM_FORMAT_XRGB8888:
		see_8888(run, out);
		break;
	case DRM_FORMAT_ARGB16161616:
	case DRM_FORMAT_XRGB16161616:
		see_16161616(run, out);
		break;
	case DRM_FORMAT_RGB565:
		see_565(run, out);
		break;
	case DRM_FORMAT_XRGB2101010:
		see_2101010(run, out);
		break;
	default: /* DRM_FORMAT_NV12 */
		vkms_see_nv12(run, out);
		break;
	}
}

PIXELS static void write_8888(const struct vkms_pixel *in, unsigned int n,
			      u32 opaque, u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 4) {
		u32 v = opaque | narrow8(in[i].a) << 24 |
			narrow8(in[i].r) << 16 | narrow8(in[i].g) << 8 |
			narrow8(in[i].b);

		memcpy(p, &v, sizeof(v));
	}
}

PIXELS static void write_16161616(const struct vkms_pixel *in, unsigned int n,
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
PIXELS static void write_565(const struct vkms_pixel *in, unsigned int n, u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 2) {
		u32 r = in[i].r * 31u / MAX16;
		u32 g = in[i].g * 63u / MAX16;
		u32 b = in[i].b * 31u / MAX16;

		store16(p, r << 11 | g << 5 | b);
	}
}

PIXELS void vkms_write_line(const struct drm_framebuffer *fb, void *const *data,
			    u32 y, const struct vkms_pixel *in, unsigned int n)
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

PIXELS void vkms_to_xrgb8888(const struct vkms_pixel *in, u32 *out,
			     unsigned int n)
{
	write_8888(in, n, MAX8 << 24, (u8 *)out);
}
