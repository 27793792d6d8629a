/* SPDX-License-Identifier: MIT */
/**
 * DOC: what a display says of itself
 *
 * A display that is made here has an EDID (VESA E-EDID, 1.4): 128 bytes with
 * its maker, name, size and timings, which programs show to people and tell
 * displays apart by. The modes are the driver's to tell, not read back from it,
 * so a mode which is too large for it is only missing there.
 */
#include <linux/err.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define PRODUCT	      0x0001
#define YEAR	      2026
#define DIGITAL_8BPC  0xa0 /* 8 bits a colour, by an interface unnamed */
#define GAMMA_2_2     120  /* (gamma - 1) * 100 */
#define FEATURES      0x06 /* the first timing is the native one; sRGB */
#define NO_STANDARD   0x01 /* both bytes of a standard timing left out */
#define NR_STANDARD   8
#define DESCRIPTOR    18 /* bytes */
#define AT_DESCRIPTOR 54
#define TAG_NAME      0xfc
#define TAG_RANGE     0xfd
#define TAG_DUMMY     0x10
#define NAME_MAX_LEN  13

static const u8 header[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};

/* The primaries and the white of sRGB. */
static const u8 chromaticity[] = {0xee, 0x91, 0xa3, 0x54, 0x4c,
				  0x99, 0x26, 0x0f, 0x50, 0x54};

/* Timings that have a bit: VESA's and IBM's of old. */
static const struct {
	u16 width, height, rate;
	u8 byte, bit;
} established[] = {
	{800, 600, 60, 35, 0x01},
	{800, 600, 56, 35, 0x02},
	{640, 480, 60, 35, 0x20},
	{1024, 768, 60, 36, 0x08},
};

static void put16(u8 *at, unsigned int value)
{
	at[0] = (u8)value;
	at[1] = (u8)(value >> 8);
}

/* Letters have five bits each, the first one in front. */
static void put_vendor(u8 *at, const char *vendor)
{
	unsigned int id = 0;

	for (int i = 0; i < 3; i++) {
		id = id << 5 | (unsigned int)(vendor[i] - 'A' + 1);
	}
	at[0] = (u8)(id >> 8);
	at[1] = (u8)id;
}

static void put_tag(u8 *at, u8 tag)
{
	memset(at, 0, DESCRIPTOR);
	at[3] = tag;
}

static void put_name(u8 *at, const char *name)
{
	size_t len = strnlen(name, NAME_MAX_LEN);

	put_tag(at, TAG_NAME);
	memset(at + 5, ' ', NAME_MAX_LEN);
	memcpy(at + 5, name, len);
	if (len < NAME_MAX_LEN) {
		at[5 + len] = '\n';
	}
}

static bool fits_detailed(const struct drm_display_mode *mode)
{
	return mode->clock / 10 <= 0xffff && mode->hdisplay <= 0xfff &&
	       mode->vdisplay <= 0xfff &&
	       mode->htotal - mode->hdisplay <= 0xfff &&
	       mode->vtotal - mode->vdisplay <= 0xfff &&
	       mode->hsync_start - mode->hdisplay <= 0x3ff &&
	       mode->hsync_end - mode->hsync_start <= 0x3ff &&
	       mode->vsync_start - mode->vdisplay <= 0x3f &&
	       mode->vsync_end - mode->vsync_start <= 0x3f;
}

static void put_detailed(u8 *at, const struct drm_display_mode *mode,
			 unsigned int width_mm, unsigned int height_mm)
{
	int h = mode->hdisplay, h_blank = mode->htotal - h;
	int v = mode->vdisplay, v_blank = mode->vtotal - v;
	int h_front = mode->hsync_start - h, v_front = mode->vsync_start - v;
	int h_sync = mode->hsync_end - mode->hsync_start;
	int v_sync = mode->vsync_end - mode->vsync_start;

	width_mm = min(width_mm, 0xfffu);
	height_mm = min(height_mm, 0xfffu);
	put16(at, (unsigned int)(mode->clock + 5) / 10);
	at[2] = (u8)h;
	at[3] = (u8)h_blank;
	at[4] = (u8)(h >> 8 << 4 | h_blank >> 8);
	at[5] = (u8)v;
	at[6] = (u8)v_blank;
	at[7] = (u8)(v >> 8 << 4 | v_blank >> 8);
	at[8] = (u8)h_front;
	at[9] = (u8)h_sync;
	at[10] = (u8)(v_front << 4 | (v_sync & 0xf));
	at[11] = (u8)(h_front >> 8 << 6 | h_sync >> 8 << 4 | v_front >> 4 << 2 |
		      v_sync >> 4);
	at[12] = (u8)width_mm;
	at[13] = (u8)height_mm;
	at[14] = (u8)(width_mm >> 8 << 4 | height_mm >> 8);
	at[15] = at[16] = 0; /* no border */
	at[17] = (u8)(0x18 | /* separate syncs, and which are positive: */
		      (mode->flags & DRM_MODE_FLAG_PVSYNC ? 0x04 : 0) |
		      (mode->flags & DRM_MODE_FLAG_PHSYNC ? 0x02 : 0));
}

static unsigned int limit8(int value)
{
	return (unsigned int)min(max(value, 1), 255);
}

/* The least and the most of what the modes have. */
static void put_range(u8 *at, const struct uprime_edid_params *params)
{
	int v_min = 255, v_max = 1, h_min = 255, h_max = 1, clock = 0;

	for (unsigned int i = 0; i < params->nr_modes; i++) {
		const struct drm_display_mode *mode = params->modes[i];
		int v = drm_mode_vrefresh(mode);
		int h = mode->htotal ? mode->clock / mode->htotal : 0;

		v_min = min(v_min, v);
		v_max = max(v_max, v);
		h_min = min(h_min, h);
		h_max = max(h_max, h + 1);
		clock = max(clock, mode->clock);
	}
	put_tag(at, TAG_RANGE);
	at[5] = (u8)limit8(v_min);
	at[6] = (u8)limit8(v_max);
	at[7] = (u8)limit8(h_min);
	at[8] = (u8)limit8(h_max);
	at[9] = (u8)limit8(DIV_ROUND_UP(clock, 10000));
	at[10] = 0x01; /* these limits, and no formula */
	memset(at + 11, ' ', 7);
	at[11] = '\n';
}

/* A timing as width, aspect ratio and rate. False: it is none of those. */
static bool put_standard(u8 *at, const struct drm_display_mode *mode)
{
	static const struct {
		int width, height;
	} aspects[] = {{16, 10}, {4, 3}, {5, 4}, {16, 9}};
	int w = mode->hdisplay, h = mode->vdisplay;
	int rate = drm_mode_vrefresh(mode);

	if (w % 8 || w < 256 || w > 2288 || rate < 60 || rate > 123) {
		return false;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(aspects); i++) {
		if (w * aspects[i].height == h * aspects[i].width) {
			at[0] = (u8)(w / 8 - 31);
			at[1] = (u8)(i << 6 | (unsigned int)(rate - 60));
			return true;
		}
	}
	return false;
}

static bool put_established(u8 *edid, const struct drm_display_mode *mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(established); i++) {
		if (mode->hdisplay == established[i].width &&
		    mode->vdisplay == established[i].height &&
		    drm_mode_vrefresh(mode) == established[i].rate) {
			edid[established[i].byte] |= established[i].bit;
			return true;
		}
	}
	return false;
}

void uprime_edid_make(const struct uprime_edid_params *params,
		      u8 edid[EDID_LENGTH])
{
	unsigned int nr_detailed = 0, nr_standard = 0;
	u8 sum = 0, *at = edid + AT_DESCRIPTOR;

	memset(edid, 0, EDID_LENGTH);
	memcpy(edid, header, sizeof(header));
	put_vendor(edid + 8, "UPR");
	put16(edid + 10, PRODUCT);
	put16(edid + 12, params->serial);
	put16(edid + 14, params->serial >> 16);
	edid[17] = YEAR - 1990;
	edid[18] = 1;
	edid[19] = 4;
	edid[20] = DIGITAL_8BPC;
	edid[21] = (u8)min(params->width_mm / 10, 255u);
	edid[22] = (u8)min(params->height_mm / 10, 255u);
	edid[23] = GAMMA_2_2;
	edid[24] = FEATURES;
	memcpy(edid + 25, chromaticity, sizeof(chromaticity));
	memset(edid + 38, NO_STANDARD, NR_STANDARD * 2);

	for (unsigned int i = 0; i < params->nr_modes; i++) {
		const struct drm_display_mode *mode = params->modes[i];

		if (nr_detailed < 2 && nr_detailed == i &&
		    fits_detailed(mode)) {
			put_detailed(at, mode, params->width_mm,
				     params->height_mm);
			at += DESCRIPTOR;
			nr_detailed++;
		} else if (!put_established(edid, mode) &&
			   nr_standard < NR_STANDARD &&
			   put_standard(edid + 38 + nr_standard * 2, mode)) {
			nr_standard++;
		}
	}
	put_range(at, params);
	put_name(at + DESCRIPTOR, params->name);
	for (at += 2 * DESCRIPTOR; at < edid + EDID_LENGTH - 2;
	     at += DESCRIPTOR) {
		put_tag(at, TAG_DUMMY);
	}
	for (int i = 0; i < EDID_LENGTH - 1; i++) {
		sum = (u8)(sum + edid[i]);
	}
	edid[EDID_LENGTH - 1] = (u8)-sum;
}

int drm_connector_update_edid_property(struct drm_connector *connector,
				       const u8 *edid, size_t size)
{
	struct drm_mode_config *config = &connector->dev->mode_config;
	const struct drm_property_blob *old = connector->edid_blob_ptr;
	int ret;

	lockdep_assert_held(&config->mutex);
	if (old &&
	    (!edid || old->length != size || memcmp(old->data, edid, size))) {
		connector->epoch_counter++;
	}
	ret = drm_property_replace_global_blob(
		connector->dev, &connector->edid_blob_ptr, size, edid,
		&connector->base, config->edid_property);
	if (ret) {
		return ret;
	}
	return drm_object_property_set_value(
		&connector->base, config->non_desktop_property,
		connector->display_info.non_desktop);
}
