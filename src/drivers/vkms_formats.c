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

/* Programs can put pixels at any address. */
PIXELS IN_LINE u32 load16(const u8 *p)
{
	u16 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

PIXELS IN_LINE u32 load32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

PIXELS IN_LINE u64 load64(const u8 *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

PIXELS IN_LINE void store16(u8 *p, u32 v)
{
	u16 v16 = (u16)v;

	memcpy(p, &v16, sizeof(v16));
}

IN_LINE u32 spread(u32 v, u32 max)
{
	return (v * MAX16 + max / 2) / max;
}

/* v / 257, to the nearest, of the low 16 bits of each half: without a division.
 */
IN_LINE u64 narrow8(u64 v)
{
	v &= 0x0000ffff0000ffff;
	return ((v << 8) - v + 0x0000807f0000807f) >> 16 & 0x000000ff000000ff;
}

/* Where pixels are in memory. */
struct pixels {
	const u8 *p;
	ptrdiff_t step; /* bytes to the next one */
	unsigned int n;
};

static struct pixels pixels_of(const struct vkms_run *run)
{
	ptrdiff_t pitch = run->fb->pitches[0];
	ptrdiff_t cpp = run->fb->format->cpp[0];

	return (struct pixels){.p = (const u8 *)run->data[0] + run->x * cpp +
				    run->y * pitch,
			       .step = run->dx * cpp + run->dy * pitch,
			       .n = run->n};
}

/* What a line of a framebuffer is, or one from right to left: for loops of a
 * step that is known. */
IN_LINE struct pixels in_a_row(struct pixels pixels, ptrdiff_t step)
{
	pixels.step = step;
	return pixels;
}

IN_LINE u64 pixel_of(u32 a, u32 r, u32 g, u32 b)
{
	return a | (u64)r << 16 | (u64)g << 32 | (u64)b << 48;
}

PIXELS IN_LINE void read_8888(struct pixels pixels, u32 opaque,
			      struct vkms_pixel *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u64 v = load32(pixels.p + i * pixels.step) | opaque;

		v = v >> 24 | (v >> 16 & MAX8) << 16 | (v >> 8 & MAX8) << 32 |
		    (v & MAX8) << 48;
		/* Times 257, each of them. */
		vkms_store_pixel(&out[i], v | v << 8);
	}
}

/* Alpha is the first of a composed pixel's channels, and the last of this
 * format's. */
IN_LINE u64 reverse(u64 v)
{
	return v >> 48 | (v >> 32 & MAX16) << 16 | (v >> 16 & MAX16) << 32 |
	       v << 48;
}

PIXELS IN_LINE void read_16161616(struct pixels pixels, u64 opaque,
				  struct vkms_pixel *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u64 v = load64(pixels.p + i * pixels.step);

		vkms_store_pixel(&out[i], opaque | reverse(v));
	}
}

PIXELS IN_LINE void read_565(struct pixels pixels, struct vkms_pixel *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u32 v = load16(pixels.p + i * pixels.step);

		vkms_store_pixel(&out[i], pixel_of(MAX16, spread(v >> 11, 31),
						   spread(v >> 5 & 63, 63),
						   spread(v & 31, 31)));
	}
}

PIXELS IN_LINE void read_2101010(struct pixels pixels, struct vkms_pixel *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u32 v = load32(pixels.p + i * pixels.step);

		vkms_store_pixel(&out[i],
				 pixel_of(MAX16, spread(v >> 20 & 1023, 1023),
					  spread(v >> 10 & 1023, 1023),
					  spread(v & 1023, 1023)));
	}
}

PIXELS IN_LINE void read_pixels(u32 format, struct pixels pixels,
				struct vkms_pixel *out)
{
	switch (format) {
	case DRM_FORMAT_ARGB8888:
		read_8888(pixels, 0, out);
		break;
	case DRM_FORMAT_XRGB8888:
		read_8888(pixels, MAX8 << 24, out);
		break;
	case DRM_FORMAT_ARGB16161616:
		read_16161616(pixels, 0, out);
		break;
	case DRM_FORMAT_XRGB16161616:
		read_16161616(pixels, MAX16, out);
		break;
	case DRM_FORMAT_RGB565:
		read_565(pixels, out);
		break;
	default: /* DRM_FORMAT_XRGB2101010 */
		read_2101010(pixels, out);
		break;
	}
}

WIDE PIXELS static void read_packed(const struct vkms_run *run,
				    struct vkms_pixel *out)
{
	struct pixels pixels = pixels_of(run);
	u32 format = run->fb->format->format;

	if (pixels.step == 2) {
		read_pixels(format, in_a_row(pixels, 2), out);
	} else if (pixels.step == 4) {
		read_pixels(format, in_a_row(pixels, 4), out);
	} else if (pixels.step == 8) {
		read_pixels(format, in_a_row(pixels, 8), out);
	} else if (pixels.step == -4) {
		read_pixels(format, in_a_row(pixels, -4), out);
	} else {
		read_pixels(format, pixels, out);
	}
}

void vkms_read_run(const struct vkms_run *run, struct vkms_pixel *out)
{
	if (run->fb->format->format == DRM_FORMAT_NV12) {
		vkms_read_nv12(run, out);
	} else {
		read_packed(run, out);
	}
}

PIXELS IN_LINE void see_8888(struct pixels pixels, u32 *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		out[i] = load32(pixels.p + i * pixels.step);
	}
}

PIXELS IN_LINE void see_16161616(struct pixels pixels, u32 *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u64 v = load64(pixels.p + i * pixels.step);
		u64 rb = narrow8(v), ag = narrow8(v >> 16);

		out[i] = (u32)(rb >> 16) | (u32)ag << 8 | (u32)rb;
	}
}

/* Five, six and ten bits in eight, to the nearest: again without divisions. */
PIXELS IN_LINE void see_565(struct pixels pixels, u32 *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u32 v = load16(pixels.p + i * pixels.step);

		out[i] = ((v >> 11) * 527 + 23) >> 6 << 16 |
			 ((v >> 5 & 63) * 259 + 33) >> 6 << 8 |
			 ((v & 31) * 527 + 23) >> 6;
	}
}

IN_LINE u32 narrow10(u32 v)
{
	return (v * 1021 + 2048) >> 12;
}

PIXELS IN_LINE void see_2101010(struct pixels pixels, u32 *out)
{
	for (unsigned int i = 0; i < pixels.n; i++) {
		u32 v = load32(pixels.p + i * pixels.step);

		out[i] = narrow10(v >> 20 & 1023) << 16 |
			 narrow10(v >> 10 & 1023) << 8 | narrow10(v & 1023);
	}
}

PIXELS IN_LINE void see_pixels(u32 format, struct pixels pixels, u32 *out)
{
	switch (format) {
	case DRM_FORMAT_ARGB8888:
	case DRM_FORMAT_XRGB8888:
		see_8888(pixels, out);
		break;
	case DRM_FORMAT_ARGB16161616:
	case DRM_FORMAT_XRGB16161616:
		see_16161616(pixels, out);
		break;
	case DRM_FORMAT_RGB565:
		see_565(pixels, out);
		break;
	default: /* DRM_FORMAT_XRGB2101010 */
		see_2101010(pixels, out);
		break;
	}
}

WIDE PIXELS static void see_packed(const struct vkms_run *run, u32 *out)
{
	struct pixels pixels = pixels_of(run);
	u32 format = run->fb->format->format;

	if (pixels.step == 2) {
		see_pixels(format, in_a_row(pixels, 2), out);
	} else if (pixels.step == 4) {
		see_pixels(format, in_a_row(pixels, 4), out);
	} else if (pixels.step == 8) {
		see_pixels(format, in_a_row(pixels, 8), out);
	} else if (pixels.step == -4) {
		see_pixels(format, in_a_row(pixels, -4), out);
	} else {
		see_pixels(format, pixels, out);
	}
}

void vkms_see_run(const struct vkms_run *run, u32 *out)
{
	if (run->fb->format->format == DRM_FORMAT_NV12) {
		vkms_see_nv12(run, out);
	} else {
		see_packed(run, out);
	}
}

PIXELS IN_LINE void write_8888(const struct vkms_pixel *in, unsigned int n,
			       u32 opaque, u8 *p)
{
	for (unsigned int i = 0; i < n; i++) {
		u64 pixel = vkms_load_pixel(&in[i]);
		u64 ag = narrow8(pixel), rb = narrow8(pixel >> 16);
		u32 v = opaque | (u32)ag << 24 | (u32)rb << 16 |
			(u32)(ag >> 24) | (u32)(rb >> 32);

		memcpy(p + (size_t)i * 4, &v, sizeof(v));
	}
}

PIXELS IN_LINE void write_16161616(const struct vkms_pixel *in, unsigned int n,
				   u64 opaque, u8 *p)
{
	for (unsigned int i = 0; i < n; i++) {
		u64 v = reverse(opaque | vkms_load_pixel(&in[i]));

		memcpy(p + (size_t)i * 8, &v, sizeof(v));
	}
}

/* Rounded down, as Linux does here and nowhere else. */
PIXELS IN_LINE void write_565(const struct vkms_pixel *in, unsigned int n,
			      u8 *p)
{
	for (unsigned int i = 0; i < n; i++, p += 2) {
		u32 r = in[i].r * 31u / MAX16;
		u32 g = in[i].g * 63u / MAX16;
		u32 b = in[i].b * 31u / MAX16;

		store16(p, r << 11 | g << 5 | b);
	}
}

WIDE PIXELS static void write_packed(u32 format, const struct vkms_pixel *in,
				     unsigned int n, u8 *p)
{
	switch (format) {
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

void vkms_write_line(const struct drm_framebuffer *fb, void *const *data, u32 y,
		     const struct vkms_pixel *in, unsigned int n)
{
	write_packed(fb->format->format, in, n,
		     (u8 *)data[0] + (size_t)y * fb->pitches[0]);
}

void vkms_to_xrgb8888(const struct vkms_pixel *in, u32 *out, unsigned int n)
{
	write_packed(DRM_FORMAT_XRGB8888, in, n, (u8 *)out);
}
