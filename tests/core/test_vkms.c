/* SPDX-License-Identifier: MIT */
/* vkms as programs see it, and those who look at its displays. */
#include "screen.h"

#include <drm/drm_connector.h>
#include <drm/drm_plane.h>
#include <linux/dma-fence.h>
#include <linux/sync_file.h>
#include <linux/workqueue.h>
#include <poll.h>
#include <stdlib.h>
#include <uprime/anon_file.h>

#include "sync.h"
#include "toy_fence.h"
#include "walk.h"

#define WIDTH  SCREEN_WIDTH
#define HEIGHT SCREEN_HEIGHT

#define RED   0xffff0000
#define GREEN 0xff00ff00
#define BLUE  0xff0000ff

static u32 pixels[HEIGHT][WIDTH];
static struct uprime_frame frame;

static const struct uprime_driver *vkms(void)
{
	return uprime_driver_find("vkms");
}

/* A buffer of the screen's size, of one colour. */
static struct buffer full(u32 colour)
{
	struct buffer buffer =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, WIDTH, HEIGHT);

	buffer_fill(&buffer, colour);
	return buffer;
}

/* The colour at a place, or -errno. */
static int colour_at(int x, int y)
{
	int ret = screen_look(pixels[0], &frame);

	return ret ? ret : (int)pixels[y][x];
}

static void flip(const struct buffer *buffer)
{
	struct drm_mode_crtc_page_flip args = {
		.crtc_id = screen_crtc()->base.id,
		.fb_id = buffer->id,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	must(screen_call(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args));
}

static s64 event_us(const struct drm_event_vblank *event)
{
	return (s64)event->tv_sec * 1000000 + event->tv_usec;
}

TEST(a_mode_shows_its_buffer)
{
	struct buffer red = full(RED);
	const struct drm_display_mode *mode;

	assert_int_equal(colour_at(0, 0), -ENODATA);
	screen_on(&red);
	assert_int_equal(colour_at(WIDTH - 1, HEIGHT - 1), 0xff0000);
	assert_true(frame.on);
	assert_int_equal(frame.width, WIDTH);
	assert_int_equal(frame.height, HEIGHT);
	assert_int_equal(frame.stride, WIDTH * 4);
	mode = &screen_crtc()->mode;
	assert_int_equal(
		frame.refresh_mhz,
		(mode->clock * 1000000ll + mode->htotal * mode->vtotal / 2) /
			(mode->htotal * mode->vtotal));
	buffer_destroy(&red);
}

TEST(what_is_drawn_is_seen)
{
	struct buffer red = full(RED);

	screen_on(&red);
	buffer_fill(&red, GREEN);
	assert_int_equal(colour_at(0, 0), 0x00ff00);
	buffer_destroy(&red);
}

TEST(without_room_a_frame_says_how_large_it_is)
{
	struct buffer red = full(RED);

	screen_on(&red);
	frame = (struct uprime_frame){.pixels = pixels,
				      .size = sizeof(pixels) - 1};
	assert_int_equal(vkms()->display->frame(stage.dev, 0, &frame), -ENOSPC);
	assert_int_equal(frame.width, WIDTH);
	assert_int_equal(frame.height, HEIGHT);
	buffer_destroy(&red);
}

TEST(a_flip_is_seen_when_its_event_has_come)
{
	struct buffer red = full(RED), green = full(GREEN);
	struct drm_event_vblank event;
	u64 sequence;

	screen_on(&red);
	assert_int_equal(colour_at(0, 0), 0xff0000);
	sequence = frame.sequence;
	flip(&green);
	event = screen_wait();
	assert_int_equal(event.base.type, DRM_EVENT_FLIP_COMPLETE);
	assert_int_equal(event.crtc_id, screen_crtc()->base.id);
	assert_int_equal(colour_at(0, 0), 0x00ff00);
	assert_int_equal(frame.sequence, sequence + 1);
	/* It is seen since the vblank that the event tells. */
	assert_int_equal(frame.time_ns / 1000, event_us(&event));
	buffer_destroy(&red);
	buffer_destroy(&green);
}

TEST(vblanks_are_whole_frames_apart)
{
	struct buffer red = full(RED), green = full(GREEN);
	struct drm_event_vblank first, event;
	s64 period_ns, us;

	screen_on(&red);
	flip(&green);
	first = screen_wait();
	must(screen_look(pixels[0], &frame));
	period_ns = 1000000000000 / frame.refresh_mhz;
	for (int i = 0; i < 5; i++) {
		flip(i & 1 ? &green : &red);
		event = screen_wait();
		assert_int_not_equal(event.sequence, first.sequence);
		us = (event.sequence - first.sequence) * period_ns / 1000;
		/* Both are rounded, and the refresh rate in thousands. */
		assert_in_range(event_us(&event) - event_us(&first), us - 5,
				us + 5);
	}
	buffer_destroy(&red);
	buffer_destroy(&green);
}

static int set_cursor(u32 handle, u32 size)
{
	struct drm_mode_cursor args = {.flags = DRM_MODE_CURSOR_BO,
				       .crtc_id = screen_crtc()->base.id,
				       .width = size,
				       .height = size,
				       .handle = handle};

	return screen_call(stage.file, DRM_IOCTL_MODE_CURSOR, &args);
}

static int move_cursor(int x, int y)
{
	struct drm_mode_cursor args = {.flags = DRM_MODE_CURSOR_MOVE,
				       .crtc_id = screen_crtc()->base.id,
				       .x = x,
				       .y = y};

	return screen_call(stage.file, DRM_IOCTL_MODE_CURSOR, &args);
}

TEST(a_cursor_is_above_all_and_moves_at_once)
{
	struct buffer red = full(RED);
	struct buffer cursor =
		buffer_create(stage.file, DRM_FORMAT_ARGB8888, 16, 16);

	buffer_fill(&cursor, BLUE);
	screen_on(&red);
	must(set_cursor(cursor.handle, 16));
	assert_int_equal(colour_at(15, 15), 0x0000ff);
	assert_int_equal(colour_at(16, 16), 0xff0000);
	must(move_cursor(20, 30));
	assert_int_equal(colour_at(15, 15), 0xff0000);
	assert_int_equal(colour_at(20, 30), 0x0000ff);
	must(move_cursor(-4, -4));
	assert_int_equal(colour_at(11, 11), 0x0000ff);
	assert_int_equal(colour_at(12, 12), 0xff0000);
	must(set_cursor(0, 0));
	assert_int_equal(colour_at(0, 0), 0xff0000);
	buffer_destroy(&cursor);
	buffer_destroy(&red);
}

TEST(planes_are_above_those_before_them)
{
	struct buffer red = full(RED);
	struct buffer green =
		buffer_create(stage.file, DRM_FORMAT_XRGB8888, 16, 16);
	struct buffer blue =
		buffer_create(stage.file, DRM_FORMAT_ARGB8888, 16, 16);
	struct change change = {0};

	buffer_fill(&green, GREEN);
	buffer_fill(&blue, 0x80000080);
	screen_on(&red);
	change_plane(&change, screen_plane(2), &blue, 8, 8);
	change_plane(&change, screen_plane(1), &green, 0, 0);
	must(change_commit(&change, 0));
	assert_int_equal(colour_at(0, 0), 0x00ff00);
	assert_int_equal(colour_at(8, 8), 0x007f80);
	assert_int_equal(colour_at(23, 23), 0x7f0080);
	assert_int_equal(colour_at(24, 24), 0xff0000);
	buffer_destroy(&green);
	buffer_destroy(&blue);
	buffer_destroy(&red);
}

TEST(nothing_is_scaled)
{
	struct buffer red = full(RED);
	struct change change = {0};

	screen_on(&red);
	change_plane(&change, screen_plane(1), &red, 0, 0);
	change_set(&change, screen_plane(1)->base.id, "CRTC_W", WIDTH / 2);
	assert_int_equal(change_commit(&change, DRM_MODE_ATOMIC_TEST_ONLY),
			 -ERANGE);
	buffer_destroy(&red);
}

TEST(gamma_is_seen)
{
	u16 down[256];
	struct drm_mode_crtc_lut args = {
		.crtc_id = screen_crtc()->base.id,
		.gamma_size = 256,
		.red = (uintptr_t)down,
		.green = (uintptr_t)down,
		.blue = (uintptr_t)down,
	};
	struct buffer red = full(RED);

	for (unsigned int i = 0; i < 256; i++) {
		down[i] = (u16)((255 - i) * 257);
	}
	screen_on(&red);
	must(screen_call(stage.file, DRM_IOCTL_MODE_SETGAMMA, &args));
	assert_int_equal(colour_at(0, 0), 0x00ffff);
	buffer_destroy(&red);
}

TEST(a_table_of_more_than_256_entries_is_refused)
{
	static struct drm_color_lut lut[257];
	struct drm_mode_create_blob blob = {.data = (uintptr_t)lut,
					    .length = sizeof(lut)};
	struct buffer red = full(RED);
	struct change change = {0};

	screen_on(&red);
	must(screen_call(stage.file, DRM_IOCTL_MODE_CREATEPROPBLOB, &blob));
	change_set(&change, screen_crtc()->base.id, "GAMMA_LUT", blob.blob_id);
	assert_int_equal(change_commit(&change, 0), -EINVAL);
	buffer_destroy(&red);
}

TEST(a_display_that_is_off_shows_nothing)
{
	struct buffer red = full(RED);
	u64 sequence;

	screen_on(&red);
	must(screen_look(pixels[0], &frame));
	sequence = frame.sequence;
	screen_off();
	assert_int_equal(colour_at(0, 0), -ENODATA);
	assert_false(frame.on);
	/* Which is no picture. */
	assert_int_equal(frame.sequence, sequence);
	buffer_destroy(&red);
}

/**
 * struct watcher - somebody who watches, and counts
 */
struct watcher {
	struct uprime_display_watch base;
	atomic_uint shown;
};

static void count_shown(struct uprime_display_watch *watch,
			unsigned int display)
{
	assert_int_equal(display, 0);
	atomic_fetch_add(&container_of(watch, struct watcher, base)->shown, 1);
}

TEST(who_watches_has_the_last_picture)
{
	struct watcher watcher = {.base.shown = count_shown};
	struct buffer red = full(RED);

	vkms()->display->watch(stage.dev, &watcher.base);
	screen_on(&red);
	/* A program ends: its framebuffers go first. */
	buffer_destroy(&red);
	assert_int_equal(colour_at(3, 3), 0xff0000);
	assert_false(frame.on);
	screen_off();
	assert_int_equal(colour_at(3, 3), 0xff0000);
	assert_false(frame.on);
	vkms()->display->unwatch(stage.dev, &watcher.base);
}

TEST(who_watches_is_told_of_every_picture)
{
	struct watcher watcher = {.base.shown = count_shown};
	struct buffer red = full(RED), green = full(GREEN);
	unsigned int before;

	vkms()->display->watch(stage.dev, &watcher.base);
	screen_on(&red);
	before = watcher.shown;
	assert_int_not_equal(before, 0);
	flip(&green);
	screen_wait();
	assert_int_equal(watcher.shown, before + 1);
	screen_off();
	assert_int_equal(watcher.shown, before + 2);
	vkms()->display->unwatch(stage.dev, &watcher.base);
	screen_on(&red);
	assert_int_equal(watcher.shown, before + 2);
	buffer_destroy(&red);
	buffer_destroy(&green);
}

/* Let the screen be written into a buffer: 0 or -errno once that is done. */
static int write_back(const struct buffer *buffer)
{
	u32 connector = screen_writeback()->base.id;
	struct change change = {0};
	struct dma_fence *fence;
	s32 fd = -1;
	int ret;

	change_set(&change, connector, "CRTC_ID", screen_crtc()->base.id);
	change_set(&change, connector, "WRITEBACK_FB_ID", buffer->id);
	change_set(&change, connector, "WRITEBACK_OUT_FENCE_PTR",
		   (uintptr_t)&fd);
	ret = change_commit(&change, DRM_MODE_ATOMIC_ALLOW_MODESET);
	if (ret) {
		return ret;
	}
	fence = sync_file_get_fence(fd);
	close(fd);
	assert_non_null(fence);
	ret = dma_fence_wait(fence, false);
	if (!ret && dma_fence_get_status(fence) < 0) {
		ret = dma_fence_get_status(fence);
	}
	dma_fence_put(fence);
	return ret;
}

static u64 written(u32 format)
{
	struct buffer buffer = buffer_create(stage.file, format, WIDTH, HEIGHT);
	u64 pixel = 0;
	u32 cpp = drm_format_info(format)->cpp[0];

	must(write_back(&buffer));
	memcpy(&pixel, buffer.pixels + (HEIGHT - 1) * buffer.pitch + cpp * 5,
	       cpp);
	buffer_destroy(&buffer);
	return pixel;
}

TEST(writeback_is_what_is_seen)
{
	struct buffer buffer = full(0x0080ff40);

	screen_on(&buffer);
	assert_int_equal(written(DRM_FORMAT_XRGB8888), 0xff80ff40);
	assert_int_equal(written(DRM_FORMAT_ARGB8888), 0xff80ff40);
	assert_int_equal(written(DRM_FORMAT_XRGB16161616), 0xffff8080ffff4040);
	assert_int_equal(written(DRM_FORMAT_ARGB16161616), 0xffff8080ffff4040);
	/* Rounded down. */
	assert_int_equal(written(DRM_FORMAT_RGB565), 15u << 11 | 63u << 5 | 7);
	buffer_destroy(&buffer);
}

TEST(writeback_wants_a_buffer_of_the_screens_size)
{
	struct buffer red = full(RED);
	struct buffer small = buffer_create(stage.file, DRM_FORMAT_XRGB8888,
					    WIDTH, HEIGHT - 1);
	struct buffer ten = buffer_create(stage.file, DRM_FORMAT_XRGB2101010,
					  WIDTH, HEIGHT);

	screen_on(&red);
	assert_int_equal(write_back(&small), -EINVAL);
	assert_int_equal(write_back(&ten), -EINVAL);
	buffer_destroy(&small);
	buffer_destroy(&ten);
	buffer_destroy(&red);
}

/* The checksum of one colour all over the screen, bit by bit. */
static u32 checksum_of(u16 r, u16 g, u16 b)
{
	const u16 pixel[] = {0xffff, r, g, b};
	u32 crc = 0;

	for (u32 i = 0; i < WIDTH * HEIGHT; i++) {
		for (u32 k = 0; k < sizeof(pixel); k++) {
			crc ^= ((const u8 *)pixel)[k];
			for (int bit = 0; bit < 8; bit++) {
				crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
			}
		}
	}
	return crc;
}

/* The next line: the frame's number and its checksum. */
static void read_checksum(int fd, unsigned int *number, unsigned int *crc)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char line[32];

	assert_int_equal(poll(&wait, 1, 5000), 1);
	assert_int_equal(read(fd, line, sizeof(line)), 23);
	assert_int_equal(sscanf(line, "0x%8x 0x%8x\n", number, crc), 2);
}

TEST(checksums_are_of_each_frame)
{
	struct buffer buffer = full(0x0080ff40), red = full(RED);
	unsigned int number, next, crc;
	int fd;

	screen_on(&buffer);
	fd = (int)must(drm_crtc_crc_open(screen_crtc()));
	read_checksum(fd, &number, &crc);
	assert_int_equal(crc, checksum_of(0x8080, 0xffff, 0x4040));
	read_checksum(fd, &next, &crc);
	assert_int_equal(next, number + 1);
	assert_int_equal(crc, checksum_of(0x8080, 0xffff, 0x4040));
	flip(&red);
	number = screen_wait().sequence;
	do {
		read_checksum(fd, &next, &crc);
		assert_int_equal(
			crc, next < number ? checksum_of(0x8080, 0xffff, 0x4040)
					   : checksum_of(0xffff, 0, 0));
	} while (next < number);
	close(fd);
	anon_file_dispatch();
	buffer_destroy(&buffer);
	buffer_destroy(&red);
}

TEST(checksums_are_read_by_one_at_a_time)
{
	struct drm_crtc *crtc = screen_crtc();
	struct buffer red = full(RED);
	int fd;

	assert_int_equal(drm_crtc_crc_open(crtc), -EIO);
	screen_on(&red);
	assert_int_equal(drm_crtc_crc_set_source(crtc, "none", 4), -EINVAL);
	assert_int_equal(drm_crtc_crc_set_source(crtc, "auto\n", 5), 0);
	fd = (int)must(drm_crtc_crc_open(crtc));
	assert_int_equal(drm_crtc_crc_open(crtc), -EBUSY);
	assert_int_equal(drm_crtc_crc_set_source(crtc, "auto", 4), -EBUSY);
	close(fd);
	anon_file_dispatch();
	fd = (int)must(drm_crtc_crc_open(crtc));
	close(fd);
	anon_file_dispatch();
	buffer_destroy(&red);
}

/* Probe the screen: its status, and the size of its first mode. */
static u32 probe(u32 *modes, struct drm_mode_modeinfo *first)
{
	struct drm_mode_modeinfo all[64];
	struct drm_mode_get_connector args = {
		.connector_id = screen_connector()->base.id,
		.modes_ptr = (uintptr_t)all,
	};

	must(screen_call(stage.file, DRM_IOCTL_MODE_GETCONNECTOR, &args));
	*modes = args.count_modes;
	args.count_props = args.count_encoders = 0;
	must(screen_call(stage.file, DRM_IOCTL_MODE_GETCONNECTOR, &args));
	*first = all[0];
	return args.connection;
}

TEST(a_display_is_plugged_in_and_pulled_out)
{
	struct uprime_display_options other = {.modes = {{800, 600, 0}},
					       .nr_modes = 1};
	struct drm_mode_modeinfo mode;
	u32 modes;

	assert_int_equal(probe(&modes, &mode), connector_status_connected);
	assert_int_equal(mode.hdisplay, WIDTH);
	must(vkms()->plug(stage.dev, 0, false, NULL));
	assert_int_equal(probe(&modes, &mode), connector_status_disconnected);
	assert_int_equal(modes, 0);
	assert_int_equal(screen_connector()->display_info.width_mm, 0);
	must(vkms()->plug(stage.dev, 0, true, &other));
	assert_int_equal(probe(&modes, &mode), connector_status_connected);
	assert_int_equal(mode.hdisplay, 800);
	assert_int_equal(mode.vdisplay, 600);
	assert_true(mode.type & DRM_MODE_TYPE_PREFERRED);
	/* 96 pixels an inch, in whole centimetres. */
	assert_int_equal(screen_connector()->display_info.width_mm, 210);
	assert_int_equal(screen_connector()->display_info.height_mm, 150);
}

TEST(a_display_that_cannot_be_is_not_plugged_in)
{
	struct uprime_display_options small = {.modes = {{9, 600, 0}},
					       .nr_modes = 1};
	struct uprime_display_options fast = {.modes = {{800, 600, 1000001}},
					      .nr_modes = 1};
	struct drm_mode_modeinfo mode;
	u32 modes;

	assert_int_equal(vkms()->plug(stage.dev, 1, true, NULL), -EINVAL);
	assert_int_equal(vkms()->plug(stage.dev, 0, true, &small), -EINVAL);
	assert_int_equal(vkms()->plug(stage.dev, 0, true, &fast), -EINVAL);
	assert_int_equal(probe(&modes, &mode), connector_status_connected);
	assert_int_equal(mode.hdisplay, WIDTH);
}

/* Whoever is to signal it may be who waits for the end of the file. */
TEST(a_file_that_ends_does_not_wait_for_fences)
{
	struct drm_file *other = drm_open(&stage.dev->primary);
	struct buffer first = buffer_create(stage.file, DRM_FORMAT_XRGB8888,
					    SCREEN_WIDTH, SCREEN_HEIGHT);
	struct buffer second = buffer_create(other, DRM_FORMAT_XRGB8888,
					     SCREEN_WIDTH, SCREEN_HEIGHT);
	struct dma_fence *fence = toy_fence_create(1);
	u32 plane = screen_plane(0)->base.id;
	struct change change = {0};
	int fd = fence_fd(fence);
	s64 begin;

	screen_on(&first);
	change_set(&change, plane, "FB_ID", second.id);
	change_set(&change, plane, "IN_FENCE_FD", (u64)fd);
	assert_int_equal(change_commit(&change, DRM_MODE_ATOMIC_NONBLOCK), 0);
	close_sync(fd);

	begin = ktime_get_ns();
	drm_close(other);
	assert_true(ktime_get_ns() - begin < 5000000000);
	assert_int_equal(stage.dev->mode_config.num_fb, 2);

	dma_fence_signal(fence);
	dma_fence_put(fence);
	flush_workqueue(system_unbound_wq);
	assert_int_equal(stage.dev->mode_config.num_fb, 1);
	assert_null(screen_plane(0)->state->fb);
	buffer_destroy(&first);
}

TEST(displays_are_as_many_as_are_asked_for)
{
	struct uprime_device_options options = {.nr_displays = 8};
	char name[UPRIME_DISPLAY_NAME];
	struct drm_device *dev = vkms()->create(&options);

	assert_false(IS_ERR(dev));
	assert_int_equal(vkms()->display->count(dev), 8);
	vkms()->display->name(dev, 7, name);
	assert_string_equal(name, "Virtual-8");
	assert_int_equal(dev->mode_config.num_crtc, 8);
	assert_int_equal(dev->mode_config.num_total_plane, 16);
	vkms()->destroy(dev);

	options.nr_displays = 9;
	assert_true(IS_ERR(vkms()->create(&options)));
	/* More planes than a mask has bits. */
	options.nr_displays = 4;
	options.overlay = true;
	assert_true(IS_ERR(vkms()->create(&options)));
}

TEST(without_options_it_is_linux_vkms)
{
	struct drm_device *dev = vkms()->create(NULL);
	char name[UPRIME_DISPLAY_NAME];

	assert_false(IS_ERR(dev));
	assert_int_equal(vkms()->display->count(dev), 1);
	vkms()->display->name(dev, 0, name);
	assert_string_equal(name, "Virtual-1");
	assert_int_equal(dev->mode_config.num_crtc, 1);
	assert_int_equal(dev->mode_config.num_encoder, 2);
	assert_int_equal(dev->mode_config.num_connector, 2);
	assert_int_equal(dev->mode_config.num_total_plane, 2);
	vkms()->destroy(dev);
}

static struct drm_device *made;

static int make_device(void)
{
	struct uprime_device_options options = {
		.displays = {{.modes = {{800, 600, 0}, {640, 480, 59940}},
			      .nr_modes = 2},
			     {.unplugged = true}},
		.nr_displays = 2};

	made = vkms()->create(&options);
	return IS_ERR(made) ? (int)PTR_ERR(made) : 0;
}

static void unmake_device(void)
{
	vkms()->destroy(made);
}

TEST(a_device_fails_to_be_made_without_a_trace)
{
	walk_all(&(struct walk){.name = "making a device",
				.setup = stage_setup,
				.run = make_device,
				.undo = unmake_device});
}

static struct buffer walked;

static int setup_walked(void **state)
{
	int ret = screen_setup(state);

	walked = full(RED);
	screen_on(&walked);
	return ret;
}

static int look_once(void)
{
	return colour_at(0, 0) < 0 ? colour_at(0, 0) : 0;
}

static void finish_walked(void)
{
	buffer_destroy(&walked);
	flush_workqueue(system_unbound_wq);
}

TEST(looking_fails_without_a_trace)
{
	walk_all(&(struct walk){.name = "looking",
				.setup = setup_walked,
				.run = look_once,
				.finish = finish_walked});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SCREEN(a_mode_shows_its_buffer),
		ON_SCREEN(what_is_drawn_is_seen),
		ON_SCREEN(without_room_a_frame_says_how_large_it_is),
		ON_SCREEN(a_flip_is_seen_when_its_event_has_come),
		ON_SCREEN(vblanks_are_whole_frames_apart),
		ON_SCREEN(a_cursor_is_above_all_and_moves_at_once),
		ON_SCREEN(planes_are_above_those_before_them),
		ON_SCREEN(nothing_is_scaled),
		ON_SCREEN(gamma_is_seen),
		ON_SCREEN(a_table_of_more_than_256_entries_is_refused),
		ON_SCREEN(a_display_that_is_off_shows_nothing),
		ON_SCREEN(who_watches_has_the_last_picture),
		ON_SCREEN(who_watches_is_told_of_every_picture),
		ON_SCREEN(writeback_is_what_is_seen),
		ON_SCREEN(writeback_wants_a_buffer_of_the_screens_size),
		ON_SCREEN(checksums_are_of_each_frame),
		ON_SCREEN(checksums_are_read_by_one_at_a_time),
		ON_SCREEN(a_display_is_plugged_in_and_pulled_out),
		ON_SCREEN(a_display_that_cannot_be_is_not_plugged_in),
		ON_SCREEN(a_file_that_ends_does_not_wait_for_fences),
		PLAIN(a_device_fails_to_be_made_without_a_trace),
		PLAIN(looking_fails_without_a_trace),
		PLAIN(displays_are_as_many_as_are_asked_for),
		PLAIN(without_options_it_is_linux_vkms),
	};

	return cmocka_run_group_tests_name("vkms", tests, NULL, NULL);
}
