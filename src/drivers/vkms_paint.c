/* SPDX-License-Identifier: MIT */
/**
 * DOC: putting pictures together in 8 bits
 *
 * Who looks needs 8 bits a channel, and most pictures can be had in 8 bits all
 * the way, with pixman, and are the same as those composed with 16 bits and
 * then rounded: as long as nothing is blended over what was blended before, or
 * has more bits. Those lines of a picture where that is not so are done again
 * in 16 bits.
 */
#include <pixman.h>
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

/* Can pixman read a layer where it is? */
static bool is_plain(const struct vkms_layer *layer, void *const *data)
{
	return is_8888(layer) && layer->rotation == DRM_MODE_ROTATE_0 &&
	       !(layer->fb->pitches[0] % sizeof(u32)) &&
	       !((uintptr_t)data[0] % sizeof(u32));
}

static pixman_image_t *image_of(u32 *pixels, u32 width, u32 height, u32 stride,
				bool alpha)
{
	return pixman_image_create_bits_no_clear(
		alpha ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8, (int)width,
		(int)height, pixels, (int)stride);
}

/**
 * struct vkms_canvas - where a picture is put together in 8 bits
 */
struct vkms_canvas {
	u32 *pixels;
	u32 stride; /* bytes */
	pixman_image_t *image;
	u32 *line; /* for a line of a layer, owned */
};

static int paint(struct vkms_canvas *canvas, pixman_image_t *image, bool blend,
		 int src_x, int src_y, const struct drm_rect *dst)
{
	if (!image) {
		return -ENOMEM;
	}
	pixman_image_composite32(blend ? PIXMAN_OP_OVER : PIXMAN_OP_SRC, image,
				 NULL, canvas->image, src_x, src_y, 0, 0,
				 dst->x1, dst->y1, drm_rect_width(dst),
				 drm_rect_height(dst));
	pixman_image_unref(image);
	return 0;
}

static int paint_plain(struct vkms_canvas *canvas,
		       const struct vkms_layer *layer, void *const *data,
		       bool blend)
{
	const struct drm_framebuffer *fb = layer->fb;

	return paint(
		canvas,
		image_of(data[0], fb->width, fb->height, fb->pitches[0], blend),
		blend, layer->src_x, layer->src_y, &layer->dst);
}

/* The same line by line. */
static int paint_lines(struct vkms_canvas *canvas,
		       const struct vkms_layer *layer, void *const *data,
		       bool blend)
{
	struct drm_rect dst = layer->dst;

	for (int y = 0; y < drm_rect_height(&layer->dst); y++) {
		struct vkms_run run = vkms_layer_run(layer, data, y);
		u32 *out = canvas->pixels +
			   (size_t)(layer->dst.y1 + y) *
				   (canvas->stride / sizeof(u32)) +
			   layer->dst.x1;
		int ret;

		if (!blend || !is_8888(layer)) {
			vkms_see_run(&run, out);
			continue;
		}
		vkms_see_run(&run, canvas->line);
		dst.y1 = layer->dst.y1 + y;
		dst.y2 = dst.y1 + 1;
		ret = paint(canvas,
			    image_of(canvas->line, run.n, 1,
				     run.n * (u32)sizeof(u32), true),
			    true, 0, 0, &dst);
		if (ret) {
			return ret;
		}
	}
	return 0;
}

/* Is something seen that is no layer? */
static bool has_background(const struct vkms_picture *picture)
{
	const struct drm_rect *dst = &picture->layers[0].dst;

	return !picture->nr_layers || dst->x1 > 0 || dst->y1 > 0 ||
	       dst->x2 < (int)picture->width || dst->y2 < (int)picture->height;
}

static void clear(struct vkms_canvas *canvas,
		  const struct vkms_picture *picture)
{
	for (u32 y = 0; y < picture->height; y++) {
		memset((char *)canvas->pixels + (size_t)y * canvas->stride, 0,
		       picture->width * sizeof(u32));
	}
}

static int paint_layers(struct vkms_canvas *canvas, struct vkms_lines *lines)
{
	const struct vkms_picture *picture = lines->picture;
	int ret = 0;

	if (has_background(picture)) {
		clear(canvas, picture);
	}
	for (unsigned int i = 0; !ret && i < picture->nr_layers; i++) {
		const struct vkms_layer *layer = &picture->layers[i];
		bool blend = is_blended(picture, i);

		ret = is_plain(layer, lines->maps[i])
			      ? paint_plain(canvas, layer, lines->maps[i],
					    blend)
			      : paint_lines(canvas, layer, lines->maps[i],
					    blend);
	}
	return ret;
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

static void paint_deep_lines(struct vkms_canvas *canvas,
			     struct vkms_lines *lines)
{
	const struct vkms_picture *picture = lines->picture;
	bool deep[VKMS_PLANES_MAX];

	for (unsigned int i = 0; i < picture->nr_layers; i++) {
		deep[i] = is_deep(picture, i);
	}
	for (u32 y = 0; y < picture->height; y++) {
		if (is_deep_line(picture, deep, (int)y)) {
			vkms_to_xrgb8888(vkms_compose_line(lines, (int)y),
					 canvas->pixels +
						 (size_t)y * (canvas->stride /
							      sizeof(u32)),
					 picture->width);
		}
	}
}

static int paint_picture(struct vkms_canvas *canvas, struct vkms_lines *lines)
{
	const struct vkms_picture *picture = lines->picture;
	int ret = 0;

	canvas->line = kmalloc_array(picture->width, sizeof(*canvas->line),
				     GFP_KERNEL);
	canvas->image = image_of(canvas->pixels, picture->width,
				 picture->height, canvas->stride, false);
	if (!canvas->line || !canvas->image) {
		ret = -ENOMEM;
	}
	/* With gamma no line is done here. */
	if (!ret && !picture->gamma_lut) {
		ret = paint_layers(canvas, lines);
	}
	if (!ret) {
		paint_deep_lines(canvas, lines);
	}
	if (canvas->image) {
		pixman_image_unref(canvas->image);
	}
	kfree(canvas->line);
	return ret;
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
