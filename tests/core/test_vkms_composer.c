/* SPDX-License-Identifier: MIT */
/* How vkms puts pictures together: pictures made by hand, of any layers. */
#include <linux/slab.h>
#include <stdlib.h>

#include "drivers/vkms.h"
#include "screen.h"

#define WIDTH  SCREEN_WIDTH
#define HEIGHT SCREEN_HEIGHT

static struct vkms_picture *new_picture(void)
{
	struct vkms_picture *picture = kzalloc(sizeof(*picture), GFP_KERNEL);

	kref_init(&picture->ref);
	picture->width = WIDTH;
	picture->height = HEIGHT;
	return picture;
}

/* All of a buffer at a place; more than the picture has is cut off. */
static struct vkms_layer *add_layer(struct vkms_picture *picture,
				    const struct buffer *buffer, int x, int y,
				    u32 rotation)
{
	struct vkms_layer *layer = &picture->layers[picture->nr_layers++];
	bool turned = rotation & (DRM_MODE_ROTATE_90 | DRM_MODE_ROTATE_270);
	int w = (int)(turned ? buffer->height : buffer->width);
	int h = (int)(turned ? buffer->width : buffer->height);
	const struct drm_rect screen = DRM_RECT_INIT(0, 0, WIDTH, HEIGHT);

	layer->fb = drm_framebuffer_lookup(stage.dev, NULL, buffer->id);
	assert_non_null(layer->fb);
	layer->dst = DRM_RECT_INIT(x, y, w, h);
	layer->rotation = rotation;
	drm_rect_intersect(&layer->dst, &screen);
	return layer;
}

static void set_gamma(struct vkms_picture *picture, unsigned int size,
		      u16 (*value)(unsigned int i))
{
	struct drm_property_blob *blob = drm_property_create_blob(
		stage.dev, size * sizeof(struct drm_color_lut), NULL);
	struct drm_color_lut *lut;

	assert_false(IS_ERR(blob));
	lut = blob->data;
	for (unsigned int i = 0; i < size; i++) {
		lut[i].red = value(i);
		lut[i].green = value(i);
		lut[i].blue = (u16)~value(i);
	}
	picture->gamma_lut = blob;
}

static struct vkms_pixel lines[HEIGHT][WIDTH];
static u32 seen[HEIGHT][WIDTH];

static void keep_line(void *data, u32 y, const struct vkms_pixel *pixels)
{
	(void)data;
	memcpy(lines[y], pixels, sizeof(lines[y]));
}

/* Compose it in both ways, and end it. */
static void compose(struct vkms_picture *picture)
{
	memset(seen, 0x55, sizeof(seen));
	must(vkms_compose_lines(picture, keep_line, NULL));
	must(vkms_compose(picture, seen[0], sizeof(seen[0])));
	vkms_picture_put(picture);
}

static u32 narrow(u16 v)
{
	return (v + 128u) / 257;
}

static u32 narrowed(const struct vkms_pixel *pixel)
{
	return narrow(pixel->r) << 16 | narrow(pixel->g) << 8 |
	       narrow(pixel->b);
}

static void assert_seen_as_composed(void)
{
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			if ((seen[y][x] & 0xffffff) != narrowed(&lines[y][x])) {
				fail_msg("%d,%d: %06x is seen, not %06x", x, y,
					 seen[y][x] & 0xffffff,
					 narrowed(&lines[y][x]));
			}
		}
	}
}

/* What a pixel of a format, alone on the screen, becomes. */
static struct vkms_pixel pixel_of(u32 format, u64 value)
{
	struct buffer buffer = buffer_create(stage.file, format, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	memcpy(buffer.pixels, &value, sizeof(value));
	add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0);
	compose(picture);
	assert_seen_as_composed();
	buffer_destroy(&buffer);
	assert_int_equal(lines[0][0].a, 0xffff);
	return lines[0][0];
}

static void assert_pixel(struct vkms_pixel pixel, u16 r, u16 g, u16 b)
{
	assert_int_equal(pixel.r, r);
	assert_int_equal(pixel.g, g);
	assert_int_equal(pixel.b, b);
}

TEST(eight_bits_are_spread_over_sixteen)
{
	assert_pixel(pixel_of(DRM_FORMAT_XRGB8888, 0x00ff8001), 0xffff, 0x8080,
		     0x0101);
}

TEST(alpha_over_black_is_what_the_colour_is)
{
	assert_pixel(pixel_of(DRM_FORMAT_ARGB8888, 0x80402010), 0x4040, 0x2020,
		     0x1010);
	assert_pixel(pixel_of(DRM_FORMAT_ARGB16161616, 0x8000400020001000),
		     0x4000, 0x2000, 0x1000);
}

TEST(sixteen_bits_are_as_they_are)
{
	assert_pixel(pixel_of(DRM_FORMAT_XRGB16161616, 0x1234fedcba98), 0x1234,
		     0xfedc, 0xba98);
}

TEST(five_and_six_bits_go_to_the_nearest)
{
	assert_pixel(pixel_of(DRM_FORMAT_RGB565, 0xffff), 0xffff, 0xffff,
		     0xffff);
	/* 3 * 65535 / 31, 3 * 65535 / 63, 16 * 65535 / 31 */
	assert_pixel(pixel_of(DRM_FORMAT_RGB565, 3 << 11 | 3 << 5 | 16), 6342,
		     3121, 33825);
}

TEST(ten_bits_go_to_the_nearest)
{
	/* 1023, 512 * 65535 / 1023, 1 * 65535 / 1023 */
	assert_pixel(
		pixel_of(DRM_FORMAT_XRGB2101010, 1023u << 20 | 512 << 10 | 1),
		0xffff, 32800, 64);
}

/* A YCbCr colour, everywhere on the screen. */
static struct vkms_pixel nv12_pixel(u8 y, u8 cb, u8 cr,
				    enum drm_color_encoding encoding,
				    enum drm_color_range range)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_NV12, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();
	struct vkms_layer *layer;

	memset(buffer.pixels, y, buffer.pitch * HEIGHT);
	for (u32 i = 0; i < buffer.pitch * HEIGHT / 2; i += 2) {
		buffer.chroma[i] = cb;
		buffer.chroma[i + 1] = cr;
	}
	layer = add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0);
	layer->encoding = encoding;
	layer->range = range;
	compose(picture);
	assert_seen_as_composed();
	buffer_destroy(&buffer);
	return lines[HEIGHT - 1][WIDTH - 1];
}

static void assert_colour(struct vkms_pixel pixel, u32 rgb)
{
	const u8 want[] = {(u8)(rgb >> 16), (u8)(rgb >> 8), (u8)rgb};
	const u32 have[] = {narrow(pixel.r), narrow(pixel.g), narrow(pixel.b)};

	/* Eight bits of Y, Cb and Cr say a colour to two steps or so. */
	for (int i = 0; i < 3; i++) {
		if (abs((int)have[i] - want[i]) > 2) {
			fail_msg("%06x is not %06x", narrowed(&pixel), rgb);
		}
	}
}

TEST(ycbcr_is_grey_without_chroma)
{
	for (int encoding = 0; encoding < DRM_COLOR_ENCODING_MAX; encoding++) {
		assert_pixel(nv12_pixel(0, 128, 128, encoding,
					DRM_COLOR_YCBCR_FULL_RANGE),
			     0, 0, 0);
		assert_pixel(nv12_pixel(255, 128, 128, encoding,
					DRM_COLOR_YCBCR_FULL_RANGE),
			     0xffff, 0xffff, 0xffff);
		assert_pixel(nv12_pixel(16, 128, 128, encoding,
					DRM_COLOR_YCBCR_LIMITED_RANGE),
			     0, 0, 0);
		assert_pixel(nv12_pixel(235, 128, 128, encoding,
					DRM_COLOR_YCBCR_LIMITED_RANGE),
			     0xffff, 0xffff, 0xffff);
	}
}

/* The colours of the standards' own tables. */
TEST(ycbcr_is_red_and_blue_by_its_encoding_and_range)
{
	assert_colour(nv12_pixel(76, 85, 255, DRM_COLOR_YCBCR_BT601,
				 DRM_COLOR_YCBCR_FULL_RANGE),
		      0xfe0000);
	assert_colour(nv12_pixel(81, 90, 240, DRM_COLOR_YCBCR_BT601,
				 DRM_COLOR_YCBCR_LIMITED_RANGE),
		      0xff0000);
	assert_colour(nv12_pixel(63, 102, 240, DRM_COLOR_YCBCR_BT709,
				 DRM_COLOR_YCBCR_LIMITED_RANGE),
		      0xff0000);
	assert_colour(nv12_pixel(32, 240, 118, DRM_COLOR_YCBCR_BT709,
				 DRM_COLOR_YCBCR_LIMITED_RANGE),
		      0x0000ff);
	assert_colour(nv12_pixel(74, 97, 240, DRM_COLOR_YCBCR_BT2020,
				 DRM_COLOR_YCBCR_LIMITED_RANGE),
		      0xff0000);
}

TEST(chroma_is_of_two_by_two_pixels)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_NV12, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	memset(buffer.pixels, 128, buffer.size);
	/* Blue at 2,2 to 3,3. */
	buffer.chroma[buffer.pitch + 2] = 255;
	add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0)->range =
		DRM_COLOR_YCBCR_FULL_RANGE;
	compose(picture);
	for (int y = 0; y < HEIGHT; y++) {
		for (int x = 0; x < WIDTH; x++) {
			bool blue = x / 2 == 1 && y / 2 == 1;

			assert_int_equal(lines[y][x].b > lines[y][x].r, blue);
		}
	}
	buffer_destroy(&buffer);
}

/* The formula, in numbers that cannot overflow. */
static u16 blended(u64 src, u64 dst, u64 alpha)
{
	return (u16)((src * 65535 + dst * (65535 - alpha) + 32767) / 65535);
}

TEST(a_layer_is_blended_over_another)
{
	struct buffer below =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct buffer above =
		buffer_create(stage.file, DRM_FORMAT_ARGB8888, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	buffer_fill_random(&below);
	buffer_fill_random(&above);
	add_layer(picture, &below, 0, 0, DRM_MODE_ROTATE_0);
	add_layer(picture, &above, 0, 0, DRM_MODE_ROTATE_0);
	compose(picture);
	for (u32 i = 0; i < WIDTH * HEIGHT; i++) {
		const struct vkms_pixel *have = &lines[i / WIDTH][i % WIDTH];
		const u8 *dst = below.pixels + i * 4,
			 *src = above.pixels + i * 4;
		u64 alpha = src[3] * 257;

		assert_pixel(*have, blended(src[2] * 257, dst[2] * 257, alpha),
			     blended(src[1] * 257, dst[1] * 257, alpha),
			     blended(src[0] * 257, dst[0] * 257, alpha));
	}
	assert_seen_as_composed();
	buffer_destroy(&below);
	buffer_destroy(&above);
}

/* As Linux has it, in 32 bits. */
static u16 wrapped(u32 src, u32 dst, u32 alpha)
{
	return (u16)((src * 65535 + dst * (65535 - alpha) + 32767) / 65535);
}

TEST(colours_brighter_than_their_alpha_wrap_around_in_sixteen_bits)
{
	struct buffer below = buffer_create(stage.file, DRM_FORMAT_XRGB16161616,
					    WIDTH, HEIGHT);
	struct buffer above = buffer_create(stage.file, DRM_FORMAT_ARGB16161616,
					    WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	buffer_fill_random(&below);
	for (u32 i = 0; i < above.size; i++) {
		above.pixels[i] = (u8)rand();
	}
	add_layer(picture, &below, 0, 0, DRM_MODE_ROTATE_0);
	add_layer(picture, &above, 0, 0, DRM_MODE_ROTATE_0);
	compose(picture);
	for (u32 i = 0; i < WIDTH * HEIGHT; i++) {
		u16 dst[4], src[4];

		memcpy(dst, below.pixels + i * 8, sizeof(dst));
		memcpy(src, above.pixels + i * 8, sizeof(src));
		assert_pixel(lines[i / WIDTH][i % WIDTH],
			     wrapped(src[2], dst[2], src[3]),
			     wrapped(src[1], dst[1], src[3]),
			     wrapped(src[0], dst[0], src[3]));
	}
	buffer_destroy(&below);
	buffer_destroy(&above);
}

static u32 cut_off(u32 src, u32 dst, u32 alpha)
{
	return min(src + (dst * (255 - alpha) + 127) / 255, 255u);
}

TEST(colours_brighter_than_their_alpha_are_cut_off_in_eight_bits)
{
	struct buffer below =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct buffer above =
		buffer_create(stage.file, DRM_FORMAT_ARGB8888, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	buffer_fill_random(&below);
	for (u32 i = 0; i < above.size; i++) {
		above.pixels[i] = (u8)rand();
	}
	add_layer(picture, &below, 0, 0, DRM_MODE_ROTATE_0);
	add_layer(picture, &above, 0, 0, DRM_MODE_ROTATE_0);
	compose(picture);
	for (u32 i = 0; i < WIDTH * HEIGHT; i++) {
		const u8 *dst = below.pixels + i * 4,
			 *src = above.pixels + i * 4;

		assert_int_equal(seen[i / WIDTH][i % WIDTH] & 0xffffff,
				 cut_off(src[2], dst[2], src[3]) << 16 |
					 cut_off(src[1], dst[1], src[3]) << 8 |
					 cut_off(src[0], dst[0], src[3]));
	}
	buffer_destroy(&below);
	buffer_destroy(&above);
}

/* Runs of several pixels are what each is alone. */
static void assert_run(struct vkms_run run)
{
	struct vkms_pixel together[WIDTH];
	u32 seen_together[WIDTH];
	unsigned int n = run.n;

	vkms_read_run(&run, together);
	vkms_see_run(&run, seen_together);
	run.n = 1;
	for (unsigned int i = 0; i < n; i++) {
		struct vkms_pixel alone;
		u32 seen_alone;

		vkms_read_run(&run, &alone);
		vkms_see_run(&run, &seen_alone);
		assert_memory_equal(&together[i], &alone, sizeof(alone));
		assert_int_equal(seen_together[i], seen_alone);
		run.x += run.dx;
		run.y += run.dy;
	}
}

TEST(runs_of_any_place_and_length_are_what_their_pixels_are)
{
	for (unsigned int f = 0; f < vkms_nr_formats; f++) {
		struct buffer buffer = buffer_create(
			stage.file, vkms_formats[f], WIDTH, HEIGHT);
		struct vkms_picture *picture = new_picture();
		void *data[] = {buffer.pixels, buffer.chroma};
		struct vkms_run run = {.data = data};

		buffer_fill_random(&buffer);
		run.fb = add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0)
				 ->fb;
		for (int i = 0; i < 20 * 21; i++) {
			run.encoding = i % DRM_COLOR_ENCODING_MAX;
			run.range = i % DRM_COLOR_RANGE_MAX;
			run.n = (unsigned int)i / 20 * 2 + i % 2;
			run.x = i % 20;
			run.y = i % HEIGHT;
			run.dx = 1;
			run.dy = 0;
			assert_run(run);
			run.x = WIDTH - 1 - i % 20;
			run.dx = -1;
			assert_run(run);
			run.y = i % 7;
			run.dx = 0;
			run.dy = 1;
			assert_run(run);
		}
		vkms_picture_put(picture);
		buffer_destroy(&buffer);
	}
}

/* Each step is one that can be seen: the colour says from where. */
static void fill_places(struct buffer *buffer)
{
	for (u32 y = 0; y < buffer->height; y++) {
		u32 *line = (u32 *)(buffer->pixels + y * buffer->pitch);

		for (u32 x = 0; x < buffer->width; x++) {
			line[x] = 1 << 16 | y << 8 | x;
		}
	}
}

/* Where a pixel of a @w x @h picture goes: mirrored first, then turned
 * counterclockwise by quarters. */
static void move_place(u32 rotation, int w, int h, int *x, int *y)
{
	int quarters = rotation & DRM_MODE_ROTATE_90	? 1
		       : rotation & DRM_MODE_ROTATE_180 ? 2
		       : rotation & DRM_MODE_ROTATE_270 ? 3
							: 0;

	if (rotation & DRM_MODE_REFLECT_X) {
		*x = w - 1 - *x;
	}
	if (rotation & DRM_MODE_REFLECT_Y) {
		*y = h - 1 - *y;
	}
	while (quarters--) {
		int old_x = *x, old_w = w;

		*x = *y;
		*y = old_w - 1 - old_x;
		w = h;
		h = old_w;
	}
}

TEST(layers_are_mirrored_and_then_turned)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, 40, 30);

	fill_places(&buffer);
	for (u32 quarter = 0; quarter < 4; quarter++) {
		for (u32 mirrored = 0; mirrored < 4; mirrored++) {
			u32 rotation = DRM_MODE_ROTATE_0 << quarter |
				       DRM_MODE_REFLECT_X * (mirrored & 1) |
				       DRM_MODE_REFLECT_Y * (mirrored >> 1);
			struct vkms_picture *picture = new_picture();

			add_layer(picture, &buffer, 7, 5, rotation);
			compose(picture);
			assert_seen_as_composed();
			for (int i = 0; i < 40 * 30; i++) {
				int x = i % 40, y = i / 40;
				u32 place = 1u << 16 | (u32)y << 8 | (u32)x;

				move_place(rotation, 40, 30, &x, &y);
				assert_int_equal(seen[y + 5][x + 7] & 0xffffff,
						 place);
			}
		}
	}
	buffer_destroy(&buffer);
}

static const u32 rotations[] = {
	DRM_MODE_ROTATE_0,
	DRM_MODE_ROTATE_0,
	DRM_MODE_ROTATE_0,
	DRM_MODE_ROTATE_90,
	DRM_MODE_ROTATE_180,
	DRM_MODE_ROTATE_270 | DRM_MODE_REFLECT_X,
	DRM_MODE_ROTATE_0 | DRM_MODE_REFLECT_Y,
};

static u16 bent(unsigned int i)
{
	return (u16)(i * i);
}

/* Any layers, anywhere, turned, of any format. */
TEST(what_is_seen_is_what_linux_composes)
{
	srand(1);
	for (int round = 0; round < 300; round++) {
		struct vkms_picture *picture = new_picture();
		struct buffer buffers[4];
		unsigned int n = 1 + (unsigned int)rand() % 4;

		for (unsigned int i = 0; i < n; i++) {
			u32 format = vkms_formats[(unsigned int)rand() %
						  vkms_nr_formats];
			struct vkms_layer *layer;

			buffers[i] = buffer_create(
				stage.file, format,
				i ? 10 + 2 * ((u32)rand() % 24) : WIDTH,
				i ? 10 + 2 * ((u32)rand() % 18) : HEIGHT);
			buffer_fill_random(&buffers[i]);
			layer = add_layer(picture, &buffers[i],
					  i ? rand() % 30 : 0,
					  i ? rand() % 30 : 0,
					  i ? rotations[(unsigned int)rand() %
							ARRAY_SIZE(rotations)]
					    : DRM_MODE_ROTATE_0);
			layer->encoding = rand() % DRM_COLOR_ENCODING_MAX;
			layer->range = rand() % DRM_COLOR_RANGE_MAX;
		}
		if (!(rand() % 8)) {
			set_gamma(picture, 256, bent);
		}
		compose(picture);
		assert_seen_as_composed();
		while (n--) {
			buffer_destroy(&buffers[n]);
		}
	}
}

TEST(a_picture_without_layers_is_black)
{
	compose(new_picture());
	for (int i = 0; i < WIDTH * HEIGHT; i++) {
		assert_pixel(lines[i / WIDTH][i % WIDTH], 0, 0, 0);
	}
	assert_seen_as_composed();
}

TEST(lines_can_begin_at_any_address)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct drm_mode_fb_cmd2 cmd = {
		.width = WIDTH / 2,
		.height = 10,
		.pixel_format = DRM_FORMAT_XRGB8888,
		.handles = {buffer.handle},
		.pitches = {WIDTH * 2 + 3},
		.offsets = {1},
	};
	struct buffer odd = buffer;
	struct vkms_picture *picture = new_picture();

	buffer_fill_random(&buffer);
	must(screen_call(stage.file, DRM_IOCTL_MODE_ADDFB2, &cmd));
	odd.id = cmd.fb_id;
	odd.width = cmd.width;
	odd.height = cmd.height;
	add_layer(picture, &odd, 0, 0, DRM_MODE_ROTATE_0);
	compose(picture);
	assert_seen_as_composed();
	assert_int_equal(seen[3][5] & 0xff,
			 buffer.pixels[1 + 3 * (WIDTH * 2 + 3) + 5 * 4]);
	must(screen_call(stage.file, DRM_IOCTL_MODE_RMFB, &odd.id));
	buffer_destroy(&buffer);
}

static u16 straight(unsigned int i)
{
	return (u16)(i * 257);
}

static u16 doubled(unsigned int i)
{
	return (u16)(i * 0xffff);
}

/* The screen's first pixel, after gamma. */
static struct vkms_pixel after_gamma(u64 rgb, unsigned int size,
				     u16 (*value)(unsigned int i))
{
	struct buffer buffer = buffer_create(
		stage.file, DRM_FORMAT_XRGB16161616, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture();

	memcpy(buffer.pixels, &rgb, sizeof(rgb));
	add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0);
	set_gamma(picture, size, value);
	compose(picture);
	assert_seen_as_composed();
	buffer_destroy(&buffer);
	return lines[0][0];
}

TEST(gamma_is_by_channel)
{
	/* Red and green as they are, blue the other way round. */
	assert_pixel(after_gamma(0x010180800101, 256, straight), 0x0101, 0x8080,
		     0xfefe);
	assert_pixel(after_gamma(0xffff0000ffff, 256, straight), 0xffff, 0, 0);
}

TEST(gamma_is_interpolated)
{
	/* Of two entries, 0 and 0xffff, all values are between. */
	struct vkms_pixel pixel = after_gamma(0x123456789abc, 2, doubled);

	assert_in_range(pixel.r, 0x1233, 0x1234);
	assert_in_range(pixel.g, 0x5677, 0x5678);
	assert_in_range(pixel.b, 0xffff - 0x9abc, 0xffff - 0x9abc + 1);
}

TEST(gamma_of_one_entry_is_that_entry)
{
	assert_pixel(after_gamma(0x123456789abc, 1, straight), 0, 0, 0xffff);
}

TEST(a_still_is_the_same_picture_without_its_buffers)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);
	struct vkms_picture *picture = new_picture(), *still;
	static u32 again[HEIGHT][WIDTH];

	buffer_fill_random(&buffer);
	add_layer(picture, &buffer, 0, 0, DRM_MODE_ROTATE_0);
	still = vkms_picture_still(picture);
	assert_false(IS_ERR(still));
	compose(picture);
	buffer_destroy(&buffer);
	must(vkms_compose(still, again[0], sizeof(again[0])));
	assert_memory_equal(again, seen, sizeof(seen));
	vkms_picture_put(still);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SCREEN(eight_bits_are_spread_over_sixteen),
		ON_SCREEN(alpha_over_black_is_what_the_colour_is),
		ON_SCREEN(sixteen_bits_are_as_they_are),
		ON_SCREEN(five_and_six_bits_go_to_the_nearest),
		ON_SCREEN(ten_bits_go_to_the_nearest),
		ON_SCREEN(ycbcr_is_grey_without_chroma),
		ON_SCREEN(ycbcr_is_red_and_blue_by_its_encoding_and_range),
		ON_SCREEN(chroma_is_of_two_by_two_pixels),
		ON_SCREEN(a_layer_is_blended_over_another),
		ON_SCREEN(
			colours_brighter_than_their_alpha_wrap_around_in_sixteen_bits),
		ON_SCREEN(
			colours_brighter_than_their_alpha_are_cut_off_in_eight_bits),
		ON_SCREEN(
			runs_of_any_place_and_length_are_what_their_pixels_are),
		ON_SCREEN(layers_are_mirrored_and_then_turned),
		ON_SCREEN(what_is_seen_is_what_linux_composes),
		ON_SCREEN(a_picture_without_layers_is_black),
		ON_SCREEN(lines_can_begin_at_any_address),
		ON_SCREEN(gamma_is_by_channel),
		ON_SCREEN(gamma_is_interpolated),
		ON_SCREEN(gamma_of_one_entry_is_that_entry),
		ON_SCREEN(a_still_is_the_same_picture_without_its_buffers),
	};

	return cmocka_run_group_tests_name("vkms_composer", tests, NULL, NULL);
}
