/* SPDX-License-Identifier: MIT */
/* vkms from several threads: who shows, who looks and who pulls the plug. */
#include "screen.h"

#include <drm/drm_plane.h>
#include <linux/dma-fence.h>
#include <linux/sync_file.h>
#include <pthread.h>
#include <stdlib.h>
#include <uprime/anon_file.h>

#include "expect.h"

#define ROUNDS	  60
#define MAP_BYTES (SCREEN_WIDTH * SCREEN_HEIGHT * 4)
#define MAP_PAGES (MAP_BYTES / PAGE_SIZE)

static atomic_bool over;

static const struct uprime_driver *vkms(void)
{
	return uprime_driver_find("vkms");
}

/* What is seen is one picture or the other, never parts of both. */
static void *look(void *data)
{
	u32 pixels[SCREEN_HEIGHT * SCREEN_WIDTH];

	(void)data;
	while (!over) {
		struct uprime_frame frame;
		int ret = screen_look(pixels, &frame);

		expect(!ret || ret == -ENODATA);
		for (u32 i = 0; !ret && i < SCREEN_HEIGHT * SCREEN_WIDTH; i++) {
			expect(pixels[i] == pixels[0]);
		}
	}
	return NULL;
}

static void shown(struct uprime_display_watch *watch, unsigned int display)
{
	(void)watch;
	expect(!display);
}

static void *watch(void *data)
{
	struct uprime_display_watch self = {.shown = shown};

	(void)data;
	while (!over) {
		vkms()->display->watch(stage.dev, &self);
		vkms()->display->unwatch(stage.dev, &self);
	}
	return NULL;
}

static void *plug(void *data)
{
	struct uprime_display_options small = {.modes = {{64, 48, 0}},
					       .nr_modes = 1};

	(void)data;
	for (unsigned int i = 0; !over; i++) {
		expect(!vkms()->plug(stage.dev, 0, i & 1,
				     i & 2 ? &small : NULL));
	}
	return NULL;
}

static void *sum_up(void *data)
{
	(void)data;
	enter_task();
	while (!over) {
		int fd = drm_crtc_crc_open(screen_crtc());

		expect(fd >= 0 || fd == -EIO || fd == -EBUSY);
		if (fd >= 0) {
			close(fd);
			anon_file_dispatch();
		}
	}
	set_current_task(NULL);
	return NULL;
}

static void flip(const struct buffer *buffer)
{
	struct drm_mode_crtc_page_flip args = {
		.crtc_id = screen_crtc()->base.id,
		.fb_id = buffer->id,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	must(screen_call(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args));
	screen_wait();
}

static void set_active(bool active)
{
	struct change change = {0};

	change_set(&change, screen_crtc()->base.id, "ACTIVE", active);
	must(change_commit(&change, DRM_MODE_ATOMIC_ALLOW_MODESET));
}

/* A program's own mapping of a buffer of the screen's size. */
static u32 *map_buffer(const struct buffer *buffer)
{
	s64 offset = map_dumb(stage.file, buffer->handle);
	u32 *at;

	assert_true(offset >= 0);
	at = map_device(stage.file, (u64)offset, MAP_PAGES,
			PROT_READ | PROT_WRITE);
	assert_false(IS_ERR(at));
	return at;
}

TEST(who_looks_sees_whole_pictures_of_who_shows)
{
	void *(*const others[])(void *) = {look, look, watch, plug, sum_up};
	pthread_t threads[ARRAY_SIZE(others)];
	struct buffer buffers[2];
	u32 *maps[2];

	for (int i = 0; i < 2; i++) {
		buffers[i] = buffer_create(stage.file, DRM_FORMAT_XRGB8888,
					   SCREEN_WIDTH, SCREEN_HEIGHT);
		maps[i] = map_buffer(&buffers[i]);
	}
	screen_on(&buffers[0]);
	over = false;
	broken = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, others[i], NULL), 0);
	}
	for (int i = 0; i < ROUNDS; i++) {
		const struct buffer *next = &buffers[!(i & 1)];

		/* It is not seen any more: it may be drawn. */
		memset(maps[!(i & 1)], i + 1, MAP_BYTES);
		flip(next);
		if (i % 16 == 15) {
			set_active(false);
			set_active(true);
		}
	}
	over = true;
	for (unsigned int i = 0; i < ARRAY_SIZE(others); i++) {
		pthread_join(threads[i], NULL);
	}
	assert_int_equal(broken, 0);
	for (int i = 0; i < 2; i++) {
		munmap(maps[i], MAP_BYTES);
		buffer_destroy(&buffers[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SCREEN(who_looks_sees_whole_pictures_of_who_shows),
	};

	return cmocka_run_group_tests_name("vkms_threads", tests, NULL, NULL);
}
