/* SPDX-License-Identifier: MIT */
/**
 * DOC: displays between threads
 *
 * Programs show, flip, remove and ask at once, on one CRTC. Which of them is
 * refused is a matter of chance; that each framebuffer, buffer and event goes
 * in the end is not. Threads check with expect(), as an assertion can leave
 * only the thread of the test.
 */
#include <pthread.h>
#include <stdlib.h>

#include "counts.h"
#include "display_calls.h"
#include "expect.h"
#include "toy_display.h"

#ifdef __SANITIZE_THREAD__
#define ROUNDS 2000
#else
#define ROUNDS 10000
#endif

static u32 crtc, connector, overlay;

/* A framebuffer that fills the screen; its buffer's handle is closed. */
static u32 make_screen(struct drm_file *file)
{
	int handle = create_picture(file, MODE_WIDTH, MODE_HEIGHT);
	int fb;

	expect(handle > 0);
	fb = add_fb(file, (u32)handle, MODE_WIDTH, MODE_HEIGHT,
		    DRM_FORMAT_XRGB8888);
	expect(fb > 0);
	expect(!close_handle(file, (u32)handle));
	return (u32)fb;
}

/* Show a picture, and take it away in one way or the other. */
static void show_and_remove(unsigned int *seed)
{
	u32 fb = make_screen(stage.file);

	expect(!set_crtc(stage.file, crtc, fb, connector));
	expect(!(rand_r(seed) % 2 ? rm_fb(stage.file, fb)
				  : close_fb(stage.file, fb)));
}

/* Flip to a picture of one's own, if anything is shown. */
static void flip(unsigned int *seed)
{
	u32 fb = make_screen(stage.file);
	struct drm_mode_crtc_page_flip_target args = {
		.crtc_id = crtc,
		.fb_id = fb,
		.flags = rand_r(seed) % 2 ? DRM_MODE_PAGE_FLIP_EVENT : 0,
	};
	struct drm_event_vblank event;
	int ret = display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args);

	expect(!ret || ret == -EBUSY || ret == -EINVAL);
	expect(!rm_fb(stage.file, fb));
	drm_read(stage.file, (uintptr_t)&event, sizeof(event));
}

/* A file with a picture on the overlay goes. */
static void come_and_go(unsigned int *seed)
{
	struct drm_file *file = drm_open(&stage.dev->primary);
	u32 fb = make_screen(file);
	int ret = set_plane(stage.file, overlay, crtc, fb, 64, 64, 0, 0);

	(void)seed;
	/* Nothing to lie over is no error, only not seen. */
	expect(!ret || ret == -EINVAL);
	drm_close(file);
}

/* Ask for what is shown, and keep its buffer for a moment. */
static void ask(unsigned int *seed)
{
	struct drm_mode_crtc state = {.crtc_id = crtc};
	struct drm_mode_get_plane plane = {.plane_id = overlay};
	struct drm_mode_fb_cmd2 fb = {0};
	int ret;

	(void)seed;
	expect(!display_request(stage.second, DRM_IOCTL_MODE_GETCRTC, &state));
	expect(!display_request(stage.second, DRM_IOCTL_MODE_GETPLANE, &plane));
	fb.fb_id = state.fb_id;
	ret = display_request(stage.second, DRM_IOCTL_MODE_GETFB2, &fb);
	expect(!ret || ret == -ENOENT);
	if (!ret) {
		expect(fb.width == MODE_WIDTH);
		expect(!close_handle(stage.second, fb.handles[0]));
	}
}

static void (*const acts[])(unsigned int *seed) = {
	show_and_remove,
	flip,
	come_and_go,
	ask,
};

static void *act(void *data)
{
	intptr_t index = (intptr_t)data;
	unsigned int seed = (unsigned int)index + 1;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		acts[index](&seed);
	}
	return NULL;
}

TEST(nothing_is_left_of_what_programs_showed_at_once)
{
	const struct toy_display *toy = toy_display_of(stage.dev);
	pthread_t threads[ARRAY_SIZE(acts)];
	struct counts counts;

	crtc = toy->crtc[0].base.id;
	connector = toy->connector[0].base.id;
	overlay = toy->overlay.base.id;
	atomic_store(&broken, 0);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, act, (void *)i), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		pthread_join(threads[i], NULL);
	}
	assert_int_equal(atomic_load(&broken), 0);
	must(set_crtc(stage.file, crtc, 0, 0));
	count_all(&counts);
	assert_int_equal(counts.framebuffers, 0);
	assert_int_equal(counts.objects, 0);
	assert_int_equal(counts.handles, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(nothing_is_left_of_what_programs_showed_at_once),
	};

	return cmocka_run_group_tests_name("kms-fb-threads", tests, NULL, NULL);
}
