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

/* drm_format_info - NULL: unknown */
EXPORT_SYMBOL const struct drm_format_info *drm_format_info(u32 format);
/* drm_mode_legacy_fb_format - of ADDFB; DRM_FORMAT_INVALID */
EXPORT_SYMBOL u32 drm_mode_legacy_fb_format(u32 bpp, u32 depth);
EXPORT_SYMBOL u32 drm_driver_legacy_fb_format(struct drm_device *dev, u32 bpp,
					      u32 depth);
EXPORT_SYMBOL u64 drm_format_info_min_pitch(const struct drm_format_info *info,
					    int plane, unsigned int width);
EXPORT_SYMBOL unsigned int
drm_format_info_bpp(const struct drm_format_info *info, int plane);

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
