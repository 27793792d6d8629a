/* SPDX-License-Identifier: MIT */
/**
 * DOC: putting pictures together in 8 bits
 *
 * Who looks needs 8 bits a channel, and most pictures can be had in 8 bits all
 * the way, and are the same as those composed with 16 bits and then rounded: as
 * long as nothing is blended over what was blended before, or has more bits.
 * Those lines of a picture where that is not so are done in 16 bits.
 */
#include <string.h>

#include "vkms.h"

static bool is_8888(const struct vkms_layer *layer)
{
	return layer->fb->format->format == DRM_FORMAT_ARGB8888 ||
	       layer->fb->format->format == DRM_FORMAT_XRGB8888;
}

static bool overlap(const struct vkms_layer *a, const struct vkms_layer *b)
{
	struct drm_rect r = a->dst;

	return drm_rect_intersect(&r, &b->dst);
}

/* Is a layer blended over another one? Over black it is opaque: nothing of
 * black shines through. */
static bool is_blended(const struct vkms_picture *picture, unsigned int i)
{
	const struct vkms_layer *layer = &picture->layers[i];

	for (unsigned int k = 0; layer->fb->format->has_alpha && k < i; k++) {
		if (overlap(layer, &picture->layers[k])) {
			return true;
		}
	}
	return false;
}

/* Are 8 bits not enough for a layer over those below? */
static bool is_deep(const struct vkms_picture *picture, unsigned int i)
{
	const struct vkms_layer *layer = &picture->layers[i];

	if (!is_blended(picture, i)) {
		return false;
	}
	if (!is_8888(layer)) {
		return true;
	}
	for (unsigned int k = 0; k < i; k++) {
		const struct vkms_layer *below = &picture->layers[k];

		if (overlap(layer, below) &&
		    (!is_8888(below) || is_blended(picture, k))) {
			return true;
		}
	}
	return false;
}

/**
 * struct vkms_canvas - where a picture is put together in 8 bits
 */
struct vkms_canvas {
	u32 *pixels;
	u32 stride; /* bytes */
	u32 *line;  /* for a line of a layer, owned */
};

/* In each channel the colour, and what alpha leaves of that below, rounded to
 * the nearest; no more than 255. Red and blue are done together. */
WIDE PIXELS static void blend_line(const u32 *in, u32 *out, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		u32 src = in[i], dst = out[i], rest = 255 - (src >> 24);
		u32 rb = (dst & 0xff00ff) * rest + 0x800080;
		u32 g = (dst >> 8 & 0xff) * rest + 0x80;
		u32 over;

		rb = ((rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff) +
		     (src & 0xff00ff);
		g = ((g + (g >> 8)) & 0xff00) + (src & 0xff00);
		over = rb & 0x1000100;
		rb = (rb | (over - (over >> 8))) & 0xff00ff;
		out[i] = rb | (g > 0xff00 ? 0xff00 : g);
	}
}

/* Is something seen that is no layer? */
static bool has_background(const struct vkms_picture *picture)
{
	const struct drm_rect *dst = &picture->layers[0].dst;

	return !picture->nr_layers || dst->x1 > 0 || dst->y1 > 0 ||
	       dst->x2 < (int)picture->width || dst->y2 < (int)picture->height;
}

/* Does a line of a picture need more than 8 bits? */
static bool is_deep_line(const struct vkms_picture *picture, const bool *deep,
			 int y)
{
	if (picture->gamma_lut) {
		return true;
	}
	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		const struct drm_rect *dst = &picture->layers[i].dst;

		if (deep[i] && y >= dst->y1 && y < dst->y2) {
			return true;
		}
	}
	return false;
}

static void paint_line(struct vkms_canvas *canvas, struct vkms_lines *lines,
		       const bool *blended, int y, u32 *out)
{
	const struct vkms_picture *picture = lines->picture;

	if (has_background(picture)) {
		memset(out, 0, picture->width * sizeof(*out));
	}
	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		const struct vkms_layer *layer = &picture->layers[i];
		struct vkms_run run;

		if (y < layer->dst.y1 || y >= layer->dst.y2) {
			continue;
		}
		run = vkms_layer_run(layer, lines->maps[i], y - layer->dst.y1);
		if (!blended[i]) {
			vkms_see_run(&run, out + layer->dst.x1);
			continue;
		}
		vkms_see_run(&run, canvas->line);
		blend_line(canvas->line, out + layer->dst.x1, run.n);
	}
}

static void paint_lines(struct vkms_canvas *canvas, struct vkms_lines *lines)
{
	const struct vkms_picture *picture = lines->picture;
	bool blended[VKMS_PLANES_MAX], deep[VKMS_PLANES_MAX];

	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		blended[i] = is_blended(picture, i);
		deep[i] = is_deep(picture, i);
	}
	for (int y = 0; y < (int)picture->height; y++) {
		u32 *out = canvas->pixels +
			   (size_t)y * (canvas->stride / sizeof(u32));

		if (is_deep_line(picture, deep, y)) {
			vkms_to_xrgb8888(vkms_compose_line(lines, y), out,
					 picture->width);
		} else {
			paint_line(canvas, lines, blended, y, out);
		}
	}
}

static int paint_picture(struct vkms_canvas *canvas, struct vkms_lines *lines)
{
	canvas->line = kmalloc_array(lines->picture->width,
				     sizeof(*canvas->line), GFP_KERNEL);
	if (!canvas->line) {
		return -ENOMEM;
	}
	paint_lines(canvas, lines);
	kfree(canvas->line);
	return 0;
}

static void copy_still(const struct vkms_picture *still,
		       struct vkms_canvas *canvas)
{
	size_t line = still->width * sizeof(u32);

	for (u32 y = 0; y < still->height; y++) {
		memcpy((char *)canvas->pixels + (size_t)y * canvas->stride,
		       still->pixels + (size_t)y * still->width, line);
	}
}

int vkms_compose(const struct vkms_picture *picture, u32 *pixels, u32 stride)
{
	struct vkms_canvas canvas = {.pixels = pixels, .stride = stride};
	struct vkms_lines lines;
	int ret;

	if (picture->pixels) {
		copy_still(picture, &canvas);
		return 0;
	}
	ret = vkms_lines_init(&lines, picture);
	if (ret) {
		return ret;
	}
	ret = paint_picture(&canvas, &lines);
	vkms_lines_fini(&lines);
	return ret;
}
