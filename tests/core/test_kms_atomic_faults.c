/* SPDX-License-Identifier: MIT */
/* Atomic changes and requests for events fail without a trace. */
#include <linux/sync_file.h>
#include <linux/workqueue.h>

#include "counts.h"
#include "display_calls.h"
#include "host/fault.h"
#include "kms/internal.h"
#include "screen.h"
#include "sync.h"
#include "toy_fence.h"
#include "toy_vblank.h"
#include "walk.h"

#define W MODE_WIDTH
#define H MODE_HEIGHT

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(void)
{
	return toy()->crtc[0].base.id;
}

static u32 primary_id(void)
{
	return toy()->primary[0].base.id;
}

/* What is asked for, and what it is undone with. */
static struct change change, back;
static u32 flags;
static s32 out_fd;

static int run_change(void)
{
	out_fd = -2;
	return change_commit(&change, flags);
}

/* Let vblanks come until all changes are shown. */
static void wait_until_shown(void)
{
	struct drm_crtc *crtc = &toy()->crtc[0];
	bool shown;

	do {
		toy_vblank_tick(toy(), 0);
		spin_lock(&crtc->commit_lock);
		shown = list_empty(&crtc->commit_list);
		spin_unlock(&crtc->commit_lock);
	} while (!shown);
	flush_workqueue(system_unbound_wq);
}

static void read_event(void)
{
	struct drm_event_vblank event;

	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, sizeof(event)),
			 sizeof(event));
}

static void undo_change(void)
{
	wait_until_shown();
	read_event();
	if (out_fd >= 0) {
		close_sync(out_fd);
	}
	toy()->at_once = true;
	must(change_commit(&back, DRM_MODE_ATOMIC_ALLOW_MODESET));
	toy()->at_once = false;
}

/* The stage is about to be left. */
static void finish(void)
{
	toy()->at_once = true;
	toy_vblank_tick(toy(), 0);
}

static u32 mode_blob(void)
{
	struct drm_mode_create_blob args = {
		.data = (uintptr_t)&test_mode,
		.length = sizeof(test_mode),
	};

	must(display_request(stage.file, DRM_IOCTL_MODE_CREATEPROPBLOB, &args));
	return args.blob_id;
}

static void prepare_modeset(void)
{
	u32 connector = toy()->connector[0].base.id;

	change = back = (struct change){0};
	change_set(&change, primary_id(), "FB_ID", make_fb(stage.file, W, H));
	change_set(&change, primary_id(), "CRTC_ID", crtc_id());
	change_set(&change, primary_id(), "CRTC_W", W);
	change_set(&change, primary_id(), "CRTC_H", H);
	change_set(&change, primary_id(), "SRC_W", (u64)W << 16);
	change_set(&change, primary_id(), "SRC_H", (u64)H << 16);
	change_set(&change, crtc_id(), "MODE_ID", mode_blob());
	change_set(&change, crtc_id(), "ACTIVE", 1);
	change_set(&change, connector, "CRTC_ID", crtc_id());
	change_set(&change, crtc_id(), "OUT_FENCE_PTR", (uintptr_t)&out_fd);
	change_set(&back, primary_id(), "FB_ID", 0);
	change_set(&back, primary_id(), "CRTC_ID", 0);
	change_set(&back, crtc_id(), "MODE_ID", 0);
	change_set(&back, crtc_id(), "ACTIVE", 0);
	change_set(&back, connector, "CRTC_ID", 0);
	flags = DRM_MODE_ATOMIC_ALLOW_MODESET | DRM_MODE_PAGE_FLIP_EVENT;
}

TEST(a_modeset_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "MODE_ATOMIC, modeset",
		.setup = toy_vblank_setup,
		.prepare = prepare_modeset,
		.run = run_change,
		.undo = undo_change,
		.finish = finish,
	};

	walk_all(&walk);
}

static struct dma_fence *fences[2];

/* A flip to what two draw on. */
static void prepare_flip(void)
{
	u32 first = make_fb(stage.file, W, H);
	u32 second = make_fb(stage.file, W, H);
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(stage.dev, NULL, second);

	must(set_crtc(stage.file, crtc_id(), first,
		      toy()->connector[0].base.id));
	for (int i = 0; i < 2; i++) {
		fences[i] = toy_fence_create(1);
		must(add_fence(fb->obj[0]->resv, fences[i],
			       DMA_RESV_USAGE_WRITE));
		dma_fence_signal(fences[i]);
	}
	drm_framebuffer_put(fb);
	change = back = (struct change){0};
	change_set(&change, primary_id(), "FB_ID", second);
	change_set(&change, crtc_id(), "OUT_FENCE_PTR", (uintptr_t)&out_fd);
	change_set(&back, primary_id(), "FB_ID", first);
	flags = DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT;
	/* Vblanks are counted from now on, whatever happens. */
	must(drm_crtc_vblank_get(&toy()->crtc[0]));
}

static void finish_flip(void)
{
	finish();
	drm_crtc_vblank_put(&toy()->crtc[0]);
	dma_fence_put(fences[0]);
	dma_fence_put(fences[1]);
}

TEST(a_flip_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "MODE_ATOMIC, flip",
		.setup = toy_vblank_setup,
		.prepare = prepare_flip,
		.run = run_change,
		.undo = undo_change,
		.finish = finish_flip,
	};

	walk_all(&walk);
}

static void prepare_on(void)
{
	must(set_crtc(stage.file, crtc_id(), make_fb(stage.file, W, H),
		      toy()->connector[0].base.id));
	must(drm_crtc_vblank_get(&toy()->crtc[0]));
}

static void finish_on(void)
{
	finish();
	drm_crtc_vblank_put(&toy()->crtc[0]);
}

static int run_wait_vblank(void)
{
	union drm_wait_vblank args = {
		.request = {.type = _DRM_VBLANK_RELATIVE | _DRM_VBLANK_EVENT,
			    .sequence = 1}};

	return display_request(stage.file, DRM_IOCTL_WAIT_VBLANK, &args);
}

static void undo_event(void)
{
	toy_vblank_tick(toy(), 0);
	read_event();
	assert_int_equal(stage.dev->vblank[0].refcount, 1);
}

static int run_queue_sequence(void)
{
	struct drm_crtc_queue_sequence args = {
		.crtc_id = crtc_id(),
		.flags = DRM_CRTC_SEQUENCE_RELATIVE,
		.sequence = 1,
	};

	return display_request(stage.file, DRM_IOCTL_CRTC_QUEUE_SEQUENCE,
			       &args);
}

TEST(asking_for_an_event_fails_without_a_trace)
{
	static const struct walk walks[] = {
		{
			.name = "WAIT_VBLANK",
			.setup = toy_vblank_setup,
			.prepare = prepare_on,
			.run = run_wait_vblank,
			.undo = undo_event,
			.finish = finish_on,
		},
		{
			.name = "CRTC_QUEUE_SEQUENCE",
			.setup = toy_vblank_setup,
			.prepare = prepare_on,
			.run = run_queue_sequence,
			.undo = undo_event,
			.finish = finish_on,
		},
	};

	for (size_t i = 0; i < ARRAY_SIZE(walks); i++) {
		walk_all(&walks[i]);
	}
}

static struct drm_mode_obj_set_property property;

static void prepare_property(void)
{
	prepare_on();
	toy()->at_once = true;
	property = (struct drm_mode_obj_set_property){
		.obj_id = primary_id(),
		.obj_type = DRM_MODE_OBJECT_PLANE,
		.prop_id = screen_prop(primary_id(), "CRTC_X"),
		.value = 5,
	};
}

static int run_property(void)
{
	return display_request(stage.file, DRM_IOCTL_MODE_OBJ_SETPROPERTY,
			       &property);
}

static void prepare_dpms(void)
{
	u32 connector = toy()->connector[0].base.id;

	prepare_property();
	property.obj_id = connector;
	property.obj_type = DRM_MODE_OBJECT_CONNECTOR;
	property.prop_id = screen_prop(connector, "DPMS");
	property.value = DRM_MODE_DPMS_OFF;
	drm_crtc_vblank_put(&toy()->crtc[0]);
}

static int run_dpms(void)
{
	int ret = run_property();

	assert_int_equal(toy()->connector[0].dpms,
			 ret ? DRM_MODE_DPMS_ON : DRM_MODE_DPMS_OFF);
	return ret;
}

static void undo_dpms(void)
{
	property.value = DRM_MODE_DPMS_ON;
	must(run_property());
	property.value = DRM_MODE_DPMS_OFF;
}

TEST(setting_a_property_fails_without_a_trace)
{
	static const struct walk walks[] = {
		{
			.name = "MODE_OBJ_SETPROPERTY",
			.setup = toy_vblank_setup,
			.prepare = prepare_property,
			.run = run_property,
			.finish = finish_on,
		},
		{
			.name = "MODE_OBJ_SETPROPERTY, DPMS",
			.setup = toy_vblank_setup,
			.prepare = prepare_dpms,
			.run = run_dpms,
			.undo = undo_dpms,
			.finish = finish,
		},
	};

	for (size_t i = 0; i < ARRAY_SIZE(walks); i++) {
		walk_all(&walks[i]);
	}
}

/* Of the real display: what is shown, and where it is written to. */
static struct buffer shown, written;

/* At the next vblank the driver has done all that the last one has begun. */
static void wait_for_vblank(void)
{
	union drm_wait_vblank args = {
		.request = {.type = _DRM_VBLANK_RELATIVE, .sequence = 1}};

	must(display_request(stage.file, DRM_IOCTL_WAIT_VBLANK, &args));
}

static void prepare_writeback(void)
{
	u32 writeback = screen_writeback()->base.id;

	shown = buffer_create(stage.file, DRM_FORMAT_XRGB8888, SCREEN_WIDTH,
			      SCREEN_HEIGHT);
	written = buffer_create(stage.file, DRM_FORMAT_XRGB8888, SCREEN_WIDTH,
				SCREEN_HEIGHT);
	screen_on(&shown);
	change = (struct change){0};
	change_set(&change, writeback, "CRTC_ID", screen_crtc()->base.id);
	must(change_commit(&change, DRM_MODE_ATOMIC_ALLOW_MODESET));
	change_set(&change, writeback, "WRITEBACK_FB_ID", written.id);
	change_set(&change, writeback, "WRITEBACK_OUT_FENCE_PTR",
		   (uintptr_t)&out_fd);
	flags = 0;
	wait_for_vblank();
}

/* Is the file's the one reference? */
static bool is_unused(u32 id)
{
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(stage.dev, NULL, id);
	bool unused = kref_read(&fb->base.refcount) == 2;

	drm_framebuffer_put(fb);
	return unused;
}

static void undo_writeback(void)
{
	for (int i = 0; i < 5000 && !is_unused(written.id); i++) {
		usleep(1000);
	}
	if (out_fd >= 0) {
		assert_true(is_readable(out_fd));
		close_sync(out_fd);
	}
	wait_for_vblank();
}

static void finish_writeback(void)
{
	screen_off();
	buffer_destroy(&shown);
	buffer_destroy(&written);
}

TEST(writeback_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "MODE_ATOMIC, writeback",
		.setup = screen_setup,
		.prepare = prepare_writeback,
		.run = run_change,
		.undo = undo_writeback,
		.finish = finish_writeback,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(a_modeset_fails_without_a_trace),
		PLAIN(a_flip_fails_without_a_trace),
		PLAIN(asking_for_an_event_fails_without_a_trace),
		PLAIN(setting_a_property_fails_without_a_trace),
		PLAIN(writeback_fails_without_a_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
