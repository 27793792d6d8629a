/* SPDX-License-Identifier: MIT */
/* Formats of pixels, beside the system's UAPI header, wherever it stands: with
 * the kernel's headers or with libdrm's. */
#if __has_include_next(<drm/drm_fourcc.h>)
#include_next <drm/drm_fourcc.h>
#else
#include <drm_fourcc.h>
#endif
#ifndef UPRIME_DRM_FOURCC_H
#define UPRIME_DRM_FOURCC_H

#include <linux/kernel.h>

/* What Linux 6.12 knows beyond the headers of libdrm 2.4.114. */
#ifndef DRM_FORMAT_C1
#define DRM_FORMAT_C1 fourcc_code('C', '1', ' ', ' ')
#define DRM_FORMAT_C2 fourcc_code('C', '2', ' ', ' ')
#define DRM_FORMAT_C4 fourcc_code('C', '4', ' ', ' ')
#define DRM_FORMAT_D1 fourcc_code('D', '1', ' ', ' ')
#define DRM_FORMAT_D2 fourcc_code('D', '2', ' ', ' ')
#define DRM_FORMAT_D4 fourcc_code('D', '4', ' ', ' ')
#define DRM_FORMAT_D8 fourcc_code('D', '8', ' ', ' ')
#define DRM_FORMAT_R1 fourcc_code('R', '1', ' ', ' ')
#define DRM_FORMAT_R2 fourcc_code('R', '2', ' ', ' ')
#define DRM_FORMAT_R4 fourcc_code('R', '4', ' ', ' ')
#endif
#ifndef DRM_FORMAT_NV20
#define DRM_FORMAT_NV20 fourcc_code('N', 'V', '2', '0')
#define DRM_FORMAT_NV30 fourcc_code('N', 'V', '3', '0')
#endif

#define DRM_FORMAT_MAX_PLANES 4

/**
 * struct drm_format_info - a format; constant
 */
struct drm_format_info {
	u32 format; /* DRM_FORMAT_* */
	u8 depth;   /* 0: no format of the old ADDFB */
	u8 num_planes;
	u8 cpp[DRM_FORMAT_MAX_PLANES];	   /* bytes of a pixel, or of a block:
					      char_per_block */
	u8 block_w[DRM_FORMAT_MAX_PLANES]; /* 0: 1 */
	u8 block_h[DRM_FORMAT_MAX_PLANES]; /* 0: 1 */
	u8 hsub, vsub; /* subsampling of the planes from 1 on */
	bool has_alpha;
	bool is_yuv;
};

struct drm_device;
struct drm_mode_fb_cmd2;

/**
 * drm_format_info() - what is known of a format
 * @format: DRM_FORMAT_*, or anything
 *
 * Return: constant; NULL: it is none that Linux 6.12 knows.
 */
EXPORT_SYMBOL const struct drm_format_info *drm_format_info(u32 format);
/**
 * drm_mode_legacy_fb_format() - the format that is told as bits and depth
 * @bpp: bits of a pixel
 * @depth: those of them that are colour
 *
 * Return: DRM_FORMAT_*; DRM_FORMAT_INVALID.
 */
EXPORT_SYMBOL u32 drm_mode_legacy_fb_format(u32 bpp, u32 depth);
/* drm_driver_legacy_fb_format - the same, as a device wants it */
EXPORT_SYMBOL u32 drm_driver_legacy_fb_format(struct drm_device *dev, u32 bpp,
					      u32 depth);
/**
 * drm_format_info_min_pitch() - the bytes that a line needs
 * @info: the format
 * @plane: its plane
 * @width: pixels of that plane
 *
 * Return: bytes, which may not fit into 32 bits; 0: there is no such plane.
 */
EXPORT_SYMBOL u64 drm_format_info_min_pitch(const struct drm_format_info *info,
					    int plane, unsigned int width);
/* drm_format_info_bpp - bits of a pixel in a plane; 0: no such plane, or not
 * linear */
EXPORT_SYMBOL unsigned int
drm_format_info_bpp(const struct drm_format_info *info, int plane);

/* The size of a plane whose first one has that of the picture. */
static inline int
drm_format_info_plane_width(const struct drm_format_info *info, int width,
			    int plane)
{
	return plane ? DIV_ROUND_UP(width, info->hsub) : width;
}

static inline int
drm_format_info_plane_height(const struct drm_format_info *info, int height,
			     int plane)
{
	return plane ? DIV_ROUND_UP(height, info->vsub) : height;
}

#endif
