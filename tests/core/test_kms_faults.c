/* SPDX-License-Identifier: MIT */
/* The old ioctls of displays fail without a trace. */
#include "counts.h"
#include "display_calls.h"
#include "host/fault.h"
#include "toy_display.h"
#include "walk.h"

#define W 64u
#define H 64u

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(void)
{
	return toy()->crtc[0].base.id;
}

static u32 shown, other;

/* Whether the first framebuffer is on the screen; asked of no ioctl, which
 * could fail. */
static bool is_shown(void)
{
	const struct drm_framebuffer *fb = toy()->primary[0].state->fb;

	return fb && fb->base.id == shown;
}

static int show(u32 fb)
{
	return set_crtc(stage.file, crtc_id(), fb, toy()->connector[0].base.id);
}

static void prepare_handle(void)
{
	at.handle = must(create_picture(stage.file, W, H));
}

static int run_addfb(void)
{
	int ret = add_fb(stage.file, at.handle, W, H, DRM_FORMAT_XRGB8888);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

static void undo_addfb(void)
{
	must(rm_fb(stage.file, at.made));
}

TEST(addfb2_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "ADDFB2",
		.setup = toy_display_setup,
		.prepare = prepare_handle,
		.run = run_addfb,
		.undo = undo_addfb,
	};

	walk_all(&walk);
}

/* A framebuffer of two buffers. */
static void prepare_two_planes(void)
{
	struct drm_mode_fb_cmd2 args = {
		.width = W,
		.height = H,
		.pixel_format = DRM_FORMAT_NV12,
		.handles = {must(create_picture(stage.file, W, H)),
			    must(create_picture(stage.file, W, H))},
		.pitches = {W, W},
	};

	must(display_request(stage.file, DRM_IOCTL_MODE_ADDFB2, &args));
	other = args.fb_id;
}

static struct drm_mode_fb_cmd2 told;

static int run_getfb2(void)
{
	int ret;

	told = (struct drm_mode_fb_cmd2){.fb_id = other};
	ret = display_request(stage.file, DRM_IOCTL_MODE_GETFB2, &told);
	if (ret) {
		assert_int_equal(told.handles[0], 0);
		assert_int_equal(told.handles[1], 0);
	}
	return ret;
}

static void undo_getfb2(void)
{
	must(close_handle(stage.file, told.handles[0]));
	must(close_handle(stage.file, told.handles[1]));
}

TEST(getfb2_gives_all_handles_or_none)
{
	static const struct walk walk = {
		.name = "GETFB2",
		.setup = toy_display_setup,
		.prepare = prepare_two_planes,
		.run = run_getfb2,
		.undo = undo_getfb2,
	};

	walk_all(&walk);
}

static void prepare_fb(void)
{
	shown = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
}

static int run_setcrtc(void)
{
	int ret = show(shown);

	assert_int_equal(is_shown(), !ret);
	return ret;
}

static void undo_setcrtc(void)
{
	must(show(0));
}

TEST(setcrtc_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SETCRTC",
		.setup = toy_display_setup,
		.prepare = prepare_fb,
		.run = run_setcrtc,
		.undo = undo_setcrtc,
	};

	walk_all(&walk);
}

static void prepare_shown(void)
{
	prepare_fb();
	must(show(shown));
	other = make_fb(stage.file, MODE_WIDTH, MODE_HEIGHT);
}

static int run_switch_off(void)
{
	int ret = show(0);

	assert_int_equal(is_shown(), ret != 0);
	return ret;
}

static void undo_switch_off(void)
{
	must(show(shown));
}

TEST(switching_off_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SETCRTC off",
		.setup = toy_display_setup,
		.prepare = prepare_shown,
		.run = run_switch_off,
		.undo = undo_switch_off,
	};

	walk_all(&walk);
}

static int run_setplane(void)
{
	return set_plane(stage.file, toy()->overlay.base.id, crtc_id(), other,
			 W, H, 0, 0);
}

static void undo_setplane(void)
{
	must(set_plane(stage.file, toy()->overlay.base.id, 0, 0, 0, 0, 0, 0));
}

TEST(setplane_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SETPLANE",
		.setup = toy_display_setup,
		.prepare = prepare_shown,
		.run = run_setplane,
		.undo = undo_setplane,
	};

	walk_all(&walk);
}

static int set_cursor(u32 handle)
{
	struct drm_mode_cursor args = {
		.flags = DRM_MODE_CURSOR_BO | DRM_MODE_CURSOR_MOVE,
		.crtc_id = crtc_id(),
		.width = W,
		.height = H,
		.handle = handle,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_CURSOR, &args);
}

static void prepare_cursor(void)
{
	prepare_shown();
	prepare_handle();
}

static int run_cursor(void)
{
	return set_cursor(at.handle);
}

static void undo_cursor(void)
{
	must(set_cursor(0));
}

TEST(cursor_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "CURSOR",
		.setup = toy_display_setup,
		.prepare = prepare_cursor,
		.run = run_cursor,
		.undo = undo_cursor,
	};

	walk_all(&walk);
}

static int run_flip(void)
{
	struct drm_mode_crtc_page_flip_target args = {
		.crtc_id = crtc_id(),
		.fb_id = other,
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP, &args);
}

/* Nothing else of a commit is under way when the next one is done. */
static void undo_flip(void)
{
	struct drm_event_vblank event;

	while (drm_read(stage.file, (uintptr_t)&event, sizeof(event)) ==
	       -EAGAIN) {
		usleep(1000);
	}
	must(show(shown));
}

TEST(page_flip_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "PAGE_FLIP",
		.setup = toy_display_setup,
		.prepare = prepare_shown,
		.run = run_flip,
		.undo = undo_flip,
	};

	walk_all(&walk);
}

static int run_setgamma(void)
{
	static u16 lut[256];
	struct drm_mode_crtc_lut args = {
		.crtc_id = crtc_id(),
		.gamma_size = 256,
		.red = (uintptr_t)lut,
		.green = (uintptr_t)lut,
		.blue = (uintptr_t)lut,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_SETGAMMA, &args);
}

/* The table before is not there again: begin with one. */
static void prepare_gamma(void)
{
	must(run_setgamma());
}

TEST(setgamma_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SETGAMMA",
		.setup = toy_display_setup,
		.prepare = prepare_gamma,
		.run = run_setgamma,
	};

	walk_all(&walk);
}

static struct drm_device *created;

static int run_create(void)
{
	created = toy_display_create();
	return IS_ERR(created) ? (int)PTR_ERR(created) : 0;
}

static void undo_create(void)
{
	toy_display_destroy(created);
}

TEST(a_display_is_made_whole_or_not_at_all)
{
	static const struct walk walk = {
		.name = "device",
		.run = run_create,
		.undo = undo_create,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(addfb2_fails_without_a_trace),
		PLAIN(getfb2_gives_all_handles_or_none),
		PLAIN(setcrtc_fails_without_a_trace),
		PLAIN(switching_off_fails_without_a_trace),
		PLAIN(setplane_fails_without_a_trace),
		PLAIN(cursor_fails_without_a_trace),
		PLAIN(page_flip_fails_without_a_trace),
		PLAIN(setgamma_fails_without_a_trace),
		PLAIN(a_display_is_made_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("kms-faults", tests, NULL, NULL);
}
