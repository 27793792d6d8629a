/* SPDX-License-Identifier: MIT */
/* Gamma: between two entries of the table values are interpolated. Numbers are
 * signed, in 2^-32, and products lose low bits exactly where Linux' do. */
#include "vkms.h"

#define ONE (1ll << 32)

/* The place of the highest bit that is not the sign's. */
static int top_bit(s64 v)
{
	u64 bits = (u64)(v < 0 ? ~v : v);

	return bits ? 63 - __builtin_clzll(bits) : 0;
}

static s64 mul(s64 a, s64 b)
{
	int over = top_bit(a) + top_bit(b) - 61;

	if (over <= 0) {
		return (a * b) >> 32;
	}
	/* Too long for 64 bits: both give up low bits. */
	a >>= (over + 1) / 2;
	b >>= over / 2;
	return over < 32 ? (a * b) >> (32 - over) : (a * b) << (over - 32);
}

void vkms_gamma_init(struct vkms_gamma *gamma,
		     const struct drm_property_blob *blob)
{
	gamma->lut = NULL;
	gamma->size =
		blob ? (unsigned int)(blob->length / sizeof(*gamma->lut)) : 0;
	if (!gamma->size) {
		return;
	}
	gamma->lut = blob->data;
	gamma->ratio = (((s64)gamma->size - 1) << 32) / 0xffff;
}

/* The entry at or behind a place; the last one has none behind it. */
static unsigned int next_entry(const struct vkms_gamma *gamma, s64 at)
{
	return min((unsigned int)((at + ONE - 1) >> 32), gamma->size - 1);
}

static u16 interpolate(u16 from, u16 to, s64 t)
{
	s64 v = from * ONE + mul((to - from) * ONE, t);

	return (u16)((v + ONE / 2) >> 32);
}

void vkms_gamma_apply(const struct vkms_gamma *gamma, struct vkms_pixel *pixels,
		      unsigned int n)
{
	const struct drm_color_lut *lut = gamma->lut;

	for (unsigned int i = 0; lut && i < n; i++) {
		struct vkms_pixel *p = &pixels[i];
		s64 r = mul(p->r * ONE, gamma->ratio);
		s64 g = mul(p->g * ONE, gamma->ratio);
		s64 b = mul(p->b * ONE, gamma->ratio);

		p->r = interpolate(lut[r >> 32].red,
				   lut[next_entry(gamma, r)].red,
				   r & (ONE - 1));
		p->g = interpolate(lut[g >> 32].green,
				   lut[next_entry(gamma, g)].green,
				   g & (ONE - 1));
		p->b = interpolate(lut[b >> 32].blue,
				   lut[next_entry(gamma, b)].blue,
				   b & (ONE - 1));
	}
}
