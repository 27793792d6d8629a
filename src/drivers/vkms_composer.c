/* SPDX-License-Identifier: MIT */
/* Putting pictures together as Linux does: line by line with 16 bits a channel,
 * layer over layer, premultiplied, each step rounded to the nearest; then
 * gamma. */
#include "vkms.h"

static void unmap_layers(const struct vkms_picture *picture, unsigned int n,
			 void *maps[][DRM_FORMAT_MAX_PLANES])
{
	while (n--) {
		drm_gem_fb_vunmap(picture->layers[n].fb, maps[n]);
	}
}

static int map_layers(const struct vkms_picture *picture,
		      void *maps[][DRM_FORMAT_MAX_PLANES])
{
	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		int ret = drm_gem_fb_vmap(picture->layers[i].fb, maps[i]);

		if (ret) {
			unmap_layers(picture, i, maps);
			return ret;
		}
	}
	return 0;
}

static bool is_turned(const struct vkms_layer *layer)
{
	return layer->rotation & (DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_270);
}

struct vkms_run vkms_layer_run(const struct vkms_layer *layer,
			       void *const *data, int y)
{
	int w = drm_rect_width(&layer->dst), h = drm_rect_height(&layer->dst);
	int src_w = is_turned(layer) ? h : w, src_h = is_turned(layer) ? w : h;
	struct vkms_run run = {.fb = layer->fb,
			       .data = data,
			       .n = (unsigned int)w,
			       .encoding = layer->encoding,
			       .range = layer->range};

	/* Turned counterclockwise... */
	switch (layer->rotation & DRM_MODE_ROTATE_MASK) {
	case DRM_MODE_ROTATE_90:
		run.x = src_w - 1 - y;
		run.dy = 1;
		break;
	case DRM_MODE_ROTATE_180:
		run.x = src_w - 1;
		run.y = src_h - 1 - y;
		run.dx = -1;
		break;
	case DRM_MODE_ROTATE_270:
		run.x = y;
		run.y = src_h - 1;
		run.dy = -1;
		break;
	default:
		run.y = y;
		run.dx = 1;
		break;
	}
	/* ... what has been mirrored before. */
	if (layer->rotation & DRM_MODE_REFLECT_X) {
		run.x = src_w - 1 - run.x;
		run.dx = -run.dx;
	}
	if (layer->rotation & DRM_MODE_REFLECT_Y) {
		run.y = src_h - 1 - run.y;
		run.dy = -run.dy;
	}
	run.x += layer->src_x;
	run.y += layer->src_y;
	return run;
}

/* In 32 bits: colours brighter than their alpha allows wrap around, there as
 * here. */
IN_LINE u64 blend_channel(u32 src, u32 dst, u32 alpha)
{
	u32 v = (src << 16) - src + dst * (0xffff - alpha) + 0x7fff;
	/* v / 0xffff is v >> 16, and as often again as it is in what that
	 * leaves, which is less than twice more. */
	u32 rest = (v >> 16) + (v & 0xffff);

	return ((v >> 16) + ((rest + 1) >> 16) + ((rest + 2) >> 17)) & 0xffff;
}

WIDE PIXELS static void blend_line(const struct vkms_pixel *in,
				   struct vkms_pixel *out, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		u64 src = vkms_load_pixel(&in[i]);
		u64 dst = vkms_load_pixel(&out[i]);
		u32 alpha = src & 0xffff;
		u64 r = blend_channel(src >> 16 & 0xffff, dst >> 16 & 0xffff,
				      alpha);
		u64 g = blend_channel(src >> 32 & 0xffff, dst >> 32 & 0xffff,
				      alpha);
		u64 b = blend_channel((u32)(src >> 48), (u32)(dst >> 48),
				      alpha);

		vkms_store_pixel(&out[i],
				 (dst & 0xffff) | r << 16 | g << 32 | b << 48);
	}
}

int vkms_lines_init(struct vkms_lines *lines,
		    const struct vkms_picture *picture)
{
	int ret;

	lines->picture = picture;
	vkms_gamma_init(&lines->gamma, picture->gamma_lut);
	lines->line = kmalloc_array((size_t)picture->width * 2,
				    sizeof(*lines->line), GFP_KERNEL);
	if (!lines->line) {
		return -ENOMEM;
	}
	lines->layer = lines->line + picture->width;
	ret = map_layers(picture, lines->maps);
	if (ret) {
		kfree(lines->line);
	}
	return ret;
}

void vkms_lines_fini(struct vkms_lines *lines)
{
	unmap_layers(lines->picture, lines->picture->nr_layers, lines->maps);
	kfree(lines->line);
}

const struct vkms_pixel *vkms_compose_line(struct vkms_lines *lines, int y)
{
	const struct vkms_picture *picture = lines->picture;
	const struct vkms_pixel black = {.a = 0xffff};

	for (unsigned int x = 0; x < picture->width; x++) {
		lines->line[x] = black;
	}
	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		const struct vkms_layer *layer = &picture->layers[i];
		struct vkms_run run;

		if (y < layer->dst.y1 || y >= layer->dst.y2) {
			continue;
		}
		run = vkms_layer_run(layer, lines->maps[i], y - layer->dst.y1);
		if (!layer->fb->format->has_alpha) {
			vkms_read_run(&run, lines->line + layer->dst.x1);
			continue;
		}
		vkms_read_run(&run, lines->layer);
		blend_line(lines->layer, lines->line + layer->dst.x1, run.n);
	}
	vkms_gamma_apply(&lines->gamma, lines->line, picture->width);
	return lines->line;
}

int vkms_compose_lines(const struct vkms_picture *picture,
		       void (*line)(void *data, u32 y,
				    const struct vkms_pixel *pixels),
		       void *data)
{
	struct vkms_lines lines;
	int ret = vkms_lines_init(&lines, picture);

	if (ret) {
		return ret;
	}
	for (u32 y = 0; y < picture->height; y++) {
		line(data, y, vkms_compose_line(&lines, (int)y));
	}
	vkms_lines_fini(&lines);
	return 0;
}
