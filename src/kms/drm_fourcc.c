/* SPDX-License-Identifier: MIT */
/* The formats of pixels that Linux 6.12 knows. */
#include "internal.h"

/* One plane, some bits for a pixel: whole bytes hold several. */
#define BITS(name, bits)                                                       \
	{                                                                      \
		.format = DRM_FORMAT_##name, .depth = (bits), .num_planes = 1, \
		.cpp = {1}, .block_w = {8 / (bits)}, .block_h = {1},           \
		.hsub = 1, .vsub = 1                                           \
	}
/* One plane, whole bytes for a pixel. */
#define BYTES(name, bytes, bits, alpha)                                        \
	{                                                                      \
		.format = DRM_FORMAT_##name, .depth = (bits), .num_planes = 1, \
		.cpp = {bytes}, .hsub = 1, .vsub = 1, .has_alpha = (alpha)     \
	}
/* The same with a plane of alpha behind. */
#define AND_A8(name, bytes, bits)                                              \
	{                                                                      \
		.format = DRM_FORMAT_##name, .depth = (bits), .num_planes = 2, \
		.cpp = {bytes, 1}, .hsub = 1, .vsub = 1, .has_alpha = true     \
	}
/* YUV in one plane. */
#define YUV1(name, bytes, h, v, alpha)                                         \
	{                                                                      \
		.format = DRM_FORMAT_##name, .num_planes = 1, .cpp = {bytes},  \
		.hsub = (h), .vsub = (v), .has_alpha = (alpha), .is_yuv = true \
	}
/* In one plane, by squares of 2 x 2 pixels in 8 bytes. */
#define YUV_TILED(name, alpha)                                                 \
	{                                                                      \
		.format = DRM_FORMAT_##name, .num_planes = 1, .cpp = {8},      \
		.block_w = {2}, .block_h = {2}, .hsub = 2, .vsub = 2,          \
		.has_alpha = (alpha), .is_yuv = true                           \
	}
/* In a plane of Y and one of U and V: for each, pixels in a block and its
 * bytes. */
#define YUV2(name, y_width, y_bytes, uv_width, uv_bytes, h, v)                 \
	{                                                                      \
		.format = DRM_FORMAT_##name, .num_planes = 2,                  \
		.cpp = {y_bytes, uv_bytes}, .block_w = {y_width, uv_width},    \
		.block_h = {1, 1}, .hsub = (h), .vsub = (v), .is_yuv = true    \
	}
/* In three planes. */
#define YUV3(name, bytes, h, v)                                                \
	{                                                                      \
		.format = DRM_FORMAT_##name, .num_planes = 3,                  \
		.cpp = {bytes, bytes, bytes}, .hsub = (h), .vsub = (v),        \
		.is_yuv = true                                                 \
	}

static const struct drm_format_info formats[] = {
	BITS(C1, 1),
	BITS(C2, 2),
	BITS(C4, 4),
	BYTES(C8, 1, 8, false),
	BITS(D1, 1),
	BITS(D2, 2),
	BITS(D4, 4),
	BYTES(D8, 1, 8, false),
	BITS(R1, 1),
	BITS(R2, 2),
	BITS(R4, 4),
	BYTES(R8, 1, 8, false),
	BYTES(R10, 2, 10, false),
	BYTES(R12, 2, 12, false),

	BYTES(RGB332, 1, 8, false),
	BYTES(BGR233, 1, 8, false),
	BYTES(XRGB4444, 2, 0, false),
	BYTES(XBGR4444, 2, 0, false),
	BYTES(RGBX4444, 2, 0, false),
	BYTES(BGRX4444, 2, 0, false),
	BYTES(ARGB4444, 2, 0, true),
	BYTES(ABGR4444, 2, 0, true),
	BYTES(RGBA4444, 2, 0, true),
	BYTES(BGRA4444, 2, 0, true),
	BYTES(XRGB1555, 2, 15, false),
	BYTES(XBGR1555, 2, 15, false),
	BYTES(RGBX5551, 2, 15, false),
	BYTES(BGRX5551, 2, 15, false),
	BYTES(ARGB1555, 2, 15, true),
	BYTES(ABGR1555, 2, 15, true),
	BYTES(RGBA5551, 2, 15, true),
	BYTES(BGRA5551, 2, 15, true),
	BYTES(RGB565, 2, 16, false),
	BYTES(BGR565, 2, 16, false),
	BYTES(RGB888, 3, 24, false),
	BYTES(BGR888, 3, 24, false),
	BYTES(XRGB8888, 4, 24, false),
	BYTES(XBGR8888, 4, 24, false),
	BYTES(RGBX8888, 4, 24, false),
	BYTES(BGRX8888, 4, 24, false),
	BYTES(ARGB8888, 4, 32, true),
	BYTES(ABGR8888, 4, 32, true),
	BYTES(RGBA8888, 4, 32, true),
	BYTES(BGRA8888, 4, 32, true),
	BYTES(XRGB2101010, 4, 30, false),
	BYTES(XBGR2101010, 4, 30, false),
	BYTES(RGBX1010102, 4, 30, false),
	BYTES(BGRX1010102, 4, 30, false),
	BYTES(ARGB2101010, 4, 30, true),
	BYTES(ABGR2101010, 4, 30, true),
	BYTES(RGBA1010102, 4, 30, true),
	BYTES(BGRA1010102, 4, 30, true),
	BYTES(XRGB16161616, 8, 0, false),
	BYTES(XBGR16161616, 8, 0, false),
	BYTES(ARGB16161616, 8, 0, true),
	BYTES(ABGR16161616, 8, 0, true),
	BYTES(XRGB16161616F, 8, 0, false),
	BYTES(XBGR16161616F, 8, 0, false),
	BYTES(ARGB16161616F, 8, 0, true),
	BYTES(ABGR16161616F, 8, 0, true),
	BYTES(AXBXGXRX106106106106, 8, 0, true),

	AND_A8(RGB565_A8, 2, 24),
	AND_A8(BGR565_A8, 2, 24),
	AND_A8(RGB888_A8, 3, 32),
	AND_A8(BGR888_A8, 3, 32),
	AND_A8(XRGB8888_A8, 4, 32),
	AND_A8(XBGR8888_A8, 4, 32),
	AND_A8(RGBX8888_A8, 4, 32),
	AND_A8(BGRX8888_A8, 4, 32),

	YUV1(YUYV, 2, 2, 1, false),
	YUV1(YVYU, 2, 2, 1, false),
	YUV1(UYVY, 2, 2, 1, false),
	YUV1(VYUY, 2, 2, 1, false),
	YUV1(Y210, 4, 2, 1, false),
	YUV1(Y212, 4, 2, 1, false),
	YUV1(Y216, 4, 2, 1, false),
	YUV1(VUY888, 3, 1, 1, false),
	YUV1(AYUV, 4, 1, 1, true),
	YUV1(XYUV8888, 4, 1, 1, false),
	YUV1(Y410, 4, 1, 1, true),
	YUV1(Y412, 8, 1, 1, true),
	YUV1(Y416, 8, 1, 1, true),
	YUV1(XVYU2101010, 4, 1, 1, false),
	YUV1(XVYU12_16161616, 8, 1, 1, false),
	YUV1(XVYU16161616, 8, 1, 1, false),
	YUV_TILED(Y0L0, true),
	YUV_TILED(X0L0, false),
	YUV_TILED(Y0L2, true),
	YUV_TILED(X0L2, false),
	/* These three are never linear: a pixel has no bytes of its own. */
	YUV1(VUY101010, 0, 1, 1, false),
	YUV1(YUV420_8BIT, 0, 2, 2, false),
	YUV1(YUV420_10BIT, 0, 2, 2, false),

	YUV2(NV12, 1, 1, 1, 2, 2, 2),
	YUV2(NV21, 1, 1, 1, 2, 2, 2),
	YUV2(NV16, 1, 1, 1, 2, 2, 1),
	YUV2(NV61, 1, 1, 1, 2, 2, 1),
	YUV2(NV24, 1, 1, 1, 2, 1, 1),
	YUV2(NV42, 1, 1, 1, 2, 1, 1),
	YUV2(NV15, 4, 5, 2, 5, 2, 2),
	YUV2(NV20, 4, 5, 2, 5, 2, 1),
	YUV2(NV30, 4, 5, 2, 5, 1, 1),
	YUV2(P010, 1, 2, 1, 4, 2, 2),
	YUV2(P012, 1, 2, 1, 4, 2, 2),
	YUV2(P016, 1, 2, 1, 4, 2, 2),
	YUV2(P210, 1, 2, 1, 4, 2, 1),
	YUV2(P030, 3, 4, 3, 8, 2, 2),

	YUV3(YUV410, 1, 4, 4),
	YUV3(YVU410, 1, 4, 4),
	YUV3(YUV411, 1, 4, 1),
	YUV3(YVU411, 1, 4, 1),
	YUV3(YUV420, 1, 2, 2),
	YUV3(YVU420, 1, 2, 2),
	YUV3(YUV422, 1, 2, 1),
	YUV3(YVU422, 1, 2, 1),
	YUV3(YUV444, 1, 1, 1),
	YUV3(YVU444, 1, 1, 1),
	YUV3(Q410, 2, 1, 1),
	YUV3(Q401, 2, 1, 1),
};

const struct drm_format_info *drm_format_info(u32 format)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].format == format) {
			return &formats[i];
		}
	}
	return NULL;
}

u32 drm_mode_legacy_fb_format(u32 bpp, u32 depth)
{
	static const struct {
		u32 bpp, depth, format;
	} legacy[] = {
		{1, 1, DRM_FORMAT_C1},
		{2, 2, DRM_FORMAT_C2},
		{4, 4, DRM_FORMAT_C4},
		{8, 8, DRM_FORMAT_C8},
		{16, 15, DRM_FORMAT_XRGB1555},
		{16, 16, DRM_FORMAT_RGB565},
		{24, 24, DRM_FORMAT_RGB888},
		{32, 24, DRM_FORMAT_XRGB8888},
		{32, 30, DRM_FORMAT_XRGB2101010},
		{32, 32, DRM_FORMAT_ARGB8888},
	};

	for (size_t i = 0; i < ARRAY_SIZE(legacy); i++) {
		if (legacy[i].bpp == bpp && legacy[i].depth == depth) {
			return legacy[i].format;
		}
	}
	return DRM_FORMAT_INVALID;
}

u32 drm_driver_legacy_fb_format(struct drm_device *dev, u32 bpp, u32 depth)
{
	u32 format = drm_mode_legacy_fb_format(bpp, depth);

	if (format == DRM_FORMAT_XRGB2101010 &&
	    dev->mode_config.quirk_addfb_prefer_xbgr_30bpp) {
		return DRM_FORMAT_XBGR2101010;
	}
	return format;
}

/* The pixels of a plane's block. */
static unsigned int block_pixels(const struct drm_format_info *info, int plane)
{
	unsigned int w = info->block_w[plane], h = info->block_h[plane];

	return (w ? w : 1) * (h ? h : 1);
}

static bool has_plane(const struct drm_format_info *info, int plane)
{
	return plane >= 0 && plane < info->num_planes;
}

u64 drm_format_info_min_pitch(const struct drm_format_info *info, int plane,
			      unsigned int width)
{
	if (!has_plane(info, plane)) {
		return 0;
	}
	return DIV_ROUND_UP((u64)width * info->cpp[plane],
			    block_pixels(info, plane));
}

unsigned int drm_format_info_bpp(const struct drm_format_info *info, int plane)
{
	if (!has_plane(info, plane)) {
		return 0;
	}
	return info->cpp[plane] * 8u / block_pixels(info, plane);
}
