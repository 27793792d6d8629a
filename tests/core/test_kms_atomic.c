/* SPDX-License-Identifier: MIT */
/* Atomic changes: built, checked, made, waited for; the answers are Linux
 * 6.12's. */
#include <linux/sync_file.h>
#include <linux/workqueue.h>
#include <pthread.h>

#include "counts.h"
#include "display_calls.h"
#include "kms/internal.h"
#include "screen.h"
#include "stage.h"
#include "sync.h"
#include "toy_fence.h"
#include "toy_vblank.h"

#define W	  MODE_WIDTH
#define H	  MODE_HEIGHT
#define TEST_ONLY DRM_MODE_ATOMIC_TEST_ONLY
#define MODESET	  DRM_MODE_ATOMIC_ALLOW_MODESET
#define NONBLOCK  DRM_MODE_ATOMIC_NONBLOCK
#define EVENT	  DRM_MODE_PAGE_FLIP_EVENT
#define SIZE	  sizeof(struct drm_event_vblank)

static struct toy_display *toy(void)
{
	return toy_display_of(stage.dev);
}

static u32 crtc_id(int i)
{
	return toy()->crtc[i].base.id;
}

static u32 primary_id(int i)
{
	return toy()->primary[i].base.id;
}

static u32 connector_id(int i)
{
	return toy()->connector[i].base.id;
}

static u32 make_blob(const void *data, u32 length)
{
	struct drm_mode_create_blob args = {
		.data = (uintptr_t)data,
		.length = length,
	};

	must(display_request(stage.file, DRM_IOCTL_MODE_CREATEPROPBLOB, &args));
	return args.blob_id;
}

/* The value of an object's property now. */
static u64 value_of(u32 object, const char *name)
{
	u32 ids[DRM_OBJECT_MAX_PROPERTY], prop = screen_prop(object, name);
	u64 values[DRM_OBJECT_MAX_PROPERTY];
	struct drm_mode_obj_get_properties args = {
		.obj_id = object,
		.obj_type = DRM_MODE_OBJECT_ANY,
		.props_ptr = (uintptr_t)ids,
		.prop_values_ptr = (uintptr_t)values,
		.count_props = DRM_OBJECT_MAX_PROPERTY,
	};

	must(display_request(stage.file, DRM_IOCTL_MODE_OBJ_GETPROPERTIES,
			     &args));
	for (u32 i = 0; i < args.count_props; i++) {
		if (ids[i] == prop) {
			return values[i];
		}
	}
	fail();
	return 0;
}

/* A plane shows a whole framebuffer, or, with 0, nothing. */
static void show(struct change *change, u32 plane, u32 crtc, u32 fb, u32 width,
		 u32 height)
{
	change_set(change, plane, "FB_ID", fb);
	change_set(change, plane, "CRTC_ID", fb ? crtc : 0);
	change_set(change, plane, "CRTC_X", 0);
	change_set(change, plane, "CRTC_Y", 0);
	change_set(change, plane, "CRTC_W", width);
	change_set(change, plane, "CRTC_H", height);
	change_set(change, plane, "SRC_X", 0);
	change_set(change, plane, "SRC_Y", 0);
	change_set(change, plane, "SRC_W", (u64)width << 16);
	change_set(change, plane, "SRC_H", (u64)height << 16);
}

/* What switches a CRTC on. */
static struct change on(int i, u32 fb)
{
	struct change change = {0};

	show(&change, primary_id(i), crtc_id(i), fb, W, H);
	change_set(&change, crtc_id(i), "MODE_ID",
		   make_blob(&test_mode, sizeof(test_mode)));
	change_set(&change, crtc_id(i), "ACTIVE", 1);
	change_set(&change, connector_id(i), "CRTC_ID", crtc_id(i));
	return change;
}

static void switch_on(int i, u32 fb)
{
	struct change change = on(i, fb);

	must(change_commit(&change, MODESET));
}

static struct change flip(int i, u32 fb)
{
	struct change change = {0};

	change_set(&change, primary_id(i), "FB_ID", fb);
	return change;
}

static int commit_flip(int i, u32 fb, u32 flags)
{
	struct change change = flip(i, fb);

	return change_commit(&change, flags);
}

static int set(u32 object, const char *name, u64 value, u32 flags)
{
	struct change change = {0};

	change_set(&change, object, name, value);
	return change_commit(&change, flags);
}

static u32 picture(void)
{
	return make_fb(stage.file, W, H);
}

/* Let vblanks come until all changes are shown, and cleaned up after. */
static void wait_until_shown(void)
{
	bool shown;

	do {
		shown = true;
		for (int i = 0; i < TOY_PIPES; i++) {
			struct drm_crtc *crtc = &toy()->crtc[i];

			toy_vblank_tick(toy(), i);
			spin_lock(&crtc->commit_lock);
			shown &= list_empty(&crtc->commit_list);
			spin_unlock(&crtc->commit_lock);
		}
	} while (!shown);
	flush_workqueue(system_unbound_wq);
}

static struct drm_event_vblank next_event(void)
{
	struct drm_event_vblank event;

	assert_int_equal(drm_read(stage.file, (uintptr_t)&event, SIZE), SIZE);
	return event;
}

TEST(a_change_switches_a_crtc_on_and_off)
{
	u32 fb = picture();
	struct change change;

	switch_on(0, fb);
	assert_int_equal(value_of(crtc_id(0), "ACTIVE"), 1);
	assert_int_equal(value_of(primary_id(0), "FB_ID"), fb);
	assert_int_equal(value_of(primary_id(0), "CRTC_ID"), crtc_id(0));
	assert_int_equal(value_of(connector_id(0), "CRTC_ID"), crtc_id(0));
	assert_int_equal(shown_fb(stage.file, crtc_id(0)), fb);
	assert_int_not_equal(value_of(crtc_id(0), "MODE_ID"), 0);

	change = (struct change){0};
	show(&change, primary_id(0), 0, 0, 0, 0);
	change_set(&change, crtc_id(0), "ACTIVE", 0);
	change_set(&change, crtc_id(0), "MODE_ID", 0);
	change_set(&change, connector_id(0), "CRTC_ID", 0);
	assert_int_equal(change_commit(&change, 0), -EINVAL);
	must(change_commit(&change, MODESET));
	assert_int_equal(value_of(crtc_id(0), "ACTIVE"), 0);
	assert_int_equal(value_of(crtc_id(0), "MODE_ID"), 0);
}

TEST(a_test_changes_nothing)
{
	struct change change = on(0, picture());

	must(change_commit(&change, MODESET | TEST_ONLY));
	assert_int_equal(value_of(crtc_id(0), "ACTIVE"), 0);
	assert_int_equal(value_of(primary_id(0), "FB_ID"), 0);
	assert_int_equal(change_commit(&change, TEST_ONLY), -EINVAL);
	assert_int_equal(change_commit(&change, MODESET | TEST_ONLY | EVENT),
			 -EINVAL);
}

TEST(a_change_needs_a_program_that_knows_of_them)
{
	struct drm_mode_atomic args = {0};

	stage.second->atomic = false;
	must(display_request(stage.file, DRM_IOCTL_DROP_MASTER, NULL));
	must(display_request(stage.second, DRM_IOCTL_SET_MASTER, NULL));
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args),
		-EINVAL);
	stage.second->atomic = true;
	must(display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args));
	args.reserved = 1;
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args),
		-EINVAL);
	args.reserved = 0;
	args.flags = 0x800;
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args),
		-EINVAL);
	args.flags = DRM_MODE_PAGE_FLIP_ASYNC;
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args),
		-EINVAL);
	/* Of no CRTC no event comes. */
	args.flags = EVENT;
	assert_int_equal(
		display_request(stage.second, DRM_IOCTL_MODE_ATOMIC, &args),
		-EINVAL);
}

/* The arrays of MODE_ATOMIC. */
static struct {
	u32 objs[2], counts[2], props[4];
	u64 values[4];
} arrays;

static int raw(u32 count_objs, void *objs, void *counts, void *props,
	       void *values)
{
	struct drm_mode_atomic args = {
		.count_objs = count_objs,
		.objs_ptr = (uintptr_t)objs,
		.count_props_ptr = (uintptr_t)counts,
		.props_ptr = (uintptr_t)props,
		.prop_values_ptr = (uintptr_t)values,
	};

	return display_request(stage.file, DRM_IOCTL_MODE_ATOMIC, &args);
}

TEST(what_is_wrong_is_told_in_the_order_of_reading)
{
	u32 active = screen_prop(crtc_id(0), "ACTIVE");
	u32 fb = picture();

	arrays.objs[0] = crtc_id(0);
	arrays.counts[0] = 1;
	arrays.props[0] = active;
	arrays.values[0] = 0;
	assert_int_equal(
		raw(1, arrays.objs, arrays.counts, arrays.props, arrays.values),
		0);
	assert_int_equal(
		raw(1, NULL, arrays.counts, arrays.props, arrays.values),
		-EFAULT);
	assert_int_equal(raw(1, arrays.objs, NULL, arrays.props, arrays.values),
			 -EFAULT);
	assert_int_equal(
		raw(1, arrays.objs, arrays.counts, NULL, arrays.values),
		-EFAULT);
	assert_int_equal(raw(1, arrays.objs, arrays.counts, arrays.props, NULL),
			 -EFAULT);
	/* The number of an object is looked at before its counts... */
	arrays.objs[0] = 0xffffff;
	assert_int_equal(raw(1, arrays.objs, NULL, NULL, NULL), -ENOENT);
	arrays.objs[0] = fb;
	assert_int_equal(raw(1, arrays.objs, NULL, NULL, NULL), -ENOENT);
	/* ... and of a property before its value. */
	arrays.objs[0] = crtc_id(0);
	arrays.props[0] = screen_prop(primary_id(0), "FB_ID");
	assert_int_equal(raw(1, arrays.objs, arrays.counts, arrays.props, NULL),
			 -ENOENT);
	/* A value is looked at before what comes after it. */
	arrays.objs[1] = 0xffffff;
	arrays.props[0] = active;
	arrays.values[0] = 2;
	assert_int_equal(
		raw(2, arrays.objs, arrays.counts, arrays.props, arrays.values),
		-EINVAL);
	arrays.values[0] = 0;
	assert_int_equal(
		raw(2, arrays.objs, arrays.counts, arrays.props, arrays.values),
		-ENOENT);
	/* As many as there are, not as many as are told. */
	arrays.counts[0] = UINT32_MAX;
	arrays.props[1] = 0;
	assert_int_equal(
		raw(1, arrays.objs, arrays.counts, arrays.props, arrays.values),
		-ENOENT);
}

TEST(arrays_can_end_at_the_end_of_memory)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u32 *props = (u32 *)(page + 4096) - 2;

	munmap(page + 4096, 4096);
	arrays.objs[0] = crtc_id(0);
	arrays.counts[0] = 2;
	props[0] = props[1] = screen_prop(crtc_id(0), "ACTIVE");
	arrays.values[0] = arrays.values[1] = 0;
	assert_int_equal(
		raw(1, arrays.objs, arrays.counts, props, arrays.values), 0);
	arrays.counts[0] = 3;
	assert_int_equal(
		raw(1, arrays.objs, arrays.counts, props, arrays.values),
		-EFAULT);
	munmap(page, 4096);
}

TEST(a_program_cannot_ask_for_changes_without_end)
{
	static u32 objs[70000], counts[70000];

	for (int i = 0; i < 70000; i++) {
		objs[i] = crtc_id(0);
	}
	assert_int_equal(raw(60000, objs, counts, NULL, NULL), 0);
	assert_int_equal(raw(70000, objs, counts, NULL, NULL), -ENOMEM);
}

TEST(values_that_cannot_be_are_refused)
{
	u32 fb = picture();

	switch_on(0, fb);
	assert_int_equal(set(primary_id(0), "FB_ID", 0, 0), -EINVAL);
	assert_int_equal(set(primary_id(0), "CRTC_ID", 0, 0), -EINVAL);
	assert_int_equal(set(primary_id(0), "FB_ID", crtc_id(0), 0), -EINVAL);
	assert_int_equal(set(primary_id(0), "CRTC_W", 0x80000000u, 0), -EINVAL);
	assert_int_equal(set(primary_id(0), "CRTC_X", INT32_MAX, 0), -ERANGE);
	assert_int_equal(set(primary_id(0), "SRC_X", 1, 0), -ENOSPC);
	assert_int_equal(set(primary_id(0), "SRC_W", (u64)(W + 1) << 16, 0),
			 -ENOSPC);
	assert_int_equal(set(primary_id(0), "SRC_W", (u64)(W / 2) << 16, 0),
			 -ERANGE);
	assert_int_equal(set(primary_id(0), "type", 0, 0), -EINVAL);
	assert_int_equal(set(connector_id(0), "DPMS", DRM_MODE_DPMS_OFF, 0),
			 -EINVAL);
	/* The plane of the other CRTC. */
	assert_int_equal(set(primary_id(0), "CRTC_ID", crtc_id(1), 0), -EINVAL);
	/* A mode without a connector, and one that is none. */
	assert_int_equal(set(crtc_id(1), "MODE_ID",
			     make_blob(&test_mode, sizeof(test_mode)), MODESET),
			 -EINVAL);
	assert_int_equal(
		set(crtc_id(1), "MODE_ID", make_blob(&test_mode, 8), MODESET),
		-EINVAL);
	assert_int_equal(set(crtc_id(1), "ACTIVE", 1, MODESET), -EINVAL);
	assert_int_equal(set(crtc_id(0), "GAMMA_LUT", make_blob(&fb, 4), 0),
			 -EINVAL);
}

TEST(a_plane_goes_from_crtc_to_crtc_by_way_of_none)
{
	u32 fb = picture(), overlay = toy()->overlay.base.id;
	struct change change = {0};

	switch_on(0, fb);
	switch_on(1, fb);
	toy()->at_once = true;
	show(&change, overlay, crtc_id(0), fb, W, H);
	must(change_commit(&change, 0));
	assert_int_equal(set(overlay, "CRTC_ID", crtc_id(1), 0), -EINVAL);
	change.n = 0;
	show(&change, overlay, 0, 0, 0, 0);
	must(change_commit(&change, 0));
	change.n = 0;
	show(&change, overlay, crtc_id(1), fb, W, H);
	must(change_commit(&change, 0));
	assert_int_equal(value_of(overlay, "CRTC_ID"), crtc_id(1));
}

TEST(an_encoder_is_used_once)
{
	struct change change;
	u32 fb = picture();

	switch_on(0, fb);
	/* Both connectors on one CRTC: they are no clones of each other. */
	change = (struct change){0};
	change_set(&change, connector_id(1), "CRTC_ID", crtc_id(0));
	assert_int_equal(change_commit(&change, MODESET | TEST_ONLY), -EINVAL);
	/* A connector goes to the other CRTC with its encoder. */
	change = on(1, fb);
	change.n--;
	change_set(&change, connector_id(0), "CRTC_ID", crtc_id(1));
	assert_int_equal(change_commit(&change, MODESET | TEST_ONLY), -EINVAL);
	change_set(&change, crtc_id(0), "ACTIVE", 0);
	change_set(&change, crtc_id(0), "MODE_ID", 0);
	toy()->at_once = true;
	must(change_commit(&change, MODESET));
	assert_int_equal(value_of(connector_id(0), "CRTC_ID"), crtc_id(1));
	assert_ptr_equal(toy()->encoder[0].crtc, &toy()->crtc[1]);
}

TEST(a_flip_without_blocking_is_shown_at_the_next_vblank)
{
	u32 first = picture(), second = picture();
	struct drm_event_vblank event;
	u64 count;

	switch_on(0, first);
	must(drm_crtc_vblank_get(&toy()->crtc[0]));
	count = drm_crtc_vblank_count(&toy()->crtc[0]);
	must(commit_flip(0, second, NONBLOCK | EVENT));
	/* It is told at once, and shown later. */
	assert_int_equal(value_of(primary_id(0), "FB_ID"), second);
	assert_int_equal(commit_flip(0, first, NONBLOCK), -EBUSY);
	while (drm_read(stage.file, (uintptr_t)&event, SIZE) == -EAGAIN) {
		toy_vblank_tick(toy(), 0);
		count++;
	}
	assert_int_equal(event.base.type, DRM_EVENT_FLIP_COMPLETE);
	assert_int_equal(event.base.length, SIZE);
	assert_int_equal(event.crtc_id, crtc_id(0));
	assert_int_equal(event.sequence, count);
	assert_int_equal(event.tv_sec, toy()->vblank[0].time / NSEC_PER_SEC);
	flush_workqueue(system_unbound_wq);
	must(commit_flip(0, first, NONBLOCK));
	wait_until_shown();
	drm_crtc_vblank_put(&toy()->crtc[0]);
}

/* A thread that flips the first CRTC and waits. */
static void *flip_in_thread(void *data)
{
	enter_task();
	return (void *)(intptr_t)commit_flip(0, *(u32 *)data, 0);
}

static int join(pthread_t thread)
{
	void *ret;

	pthread_join(thread, &ret);
	return (int)(intptr_t)ret;
}

TEST(a_flip_that_blocks_returns_when_it_is_shown)
{
	u32 first = picture(), second = picture();
	pthread_t thread;

	switch_on(0, first);
	pthread_create(&thread, NULL, flip_in_thread, &second);
	while (value_of(primary_id(0), "FB_ID") != second) {
		usleep(500);
	}
	usleep(2000);
	assert_int_equal(commit_flip(0, first, NONBLOCK), -EBUSY);
	while (commit_flip(0, first, NONBLOCK) == -EBUSY) {
		toy_vblank_tick(toy(), 0);
	}
	assert_int_equal(join(thread), 0);
	wait_until_shown();
}

/* An address for an fd, and the request for it. */
static s32 out_fd;

static int commit_with_fence(struct change *change, u32 flags)
{
	change_set(change, crtc_id(0), "OUT_FENCE_PTR", (uintptr_t)&out_fd);
	out_fd = 55;
	return change_commit(change, flags);
}

TEST(an_out_fence_is_signalled_when_the_change_is_shown)
{
	u32 first = picture(), second = picture();
	struct change change = flip(0, second);
	struct sync_fence_info info;
	struct sync_file_info file;

	switch_on(0, first);
	must(commit_with_fence(&change, NONBLOCK));
	assert_true(out_fd >= 0);
	assert_false(is_readable(out_fd));
	while (!is_readable(out_fd)) {
		toy_vblank_tick(toy(), 0);
	}
	flush_workqueue(system_unbound_wq);
	must(info_of(out_fd, &file, &info, 1));
	assert_int_equal(info.status, 1);
	assert_int_equal(info.timestamp_ns, toy()->vblank[0].time);
	assert_string_equal(info.driver_name, "toy-display");
	close_sync(out_fd);
}

TEST(without_a_commit_there_is_no_out_fence)
{
	struct change change = flip(0, picture());

	/* The CRTC is off. */
	assert_int_equal(commit_with_fence(&change, 0), -EINVAL);
	assert_int_equal(out_fd, -1);
	switch_on(0, picture());
	change = flip(0, picture());
	must(commit_with_fence(&change, TEST_ONLY));
	assert_int_equal(out_fd, -1);
	/* What comes before it is wrong: it was not looked at. */
	change = flip(0, crtc_id(0));
	assert_int_equal(commit_with_fence(&change, 0), -EINVAL);
	assert_int_equal(out_fd, 55);
	/* An address that is none. */
	change = flip(0, picture());
	change_set(&change, crtc_id(0), "OUT_FENCE_PTR", 8);
	assert_int_equal(change_commit(&change, 0), -EFAULT);
	change_set(&change, primary_id(0), "FB_ID", crtc_id(0));
	assert_int_equal(change_commit(&change, 0), -EFAULT);
	/* 0 is none, too, but no error. */
	assert_int_equal(set(crtc_id(0), "OUT_FENCE_PTR", 0, TEST_ONLY), 0);
}

TEST(a_change_waits_for_the_fence_it_was_given)
{
	struct dma_fence *fence = toy_fence_create(1);
	int fd = fence_fd(fence);
	u32 first = picture();
	struct change change = flip(0, picture());

	switch_on(0, first);
	must(drm_crtc_vblank_get(&toy()->crtc[0]));
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fd);
	must(change_commit(&change, NONBLOCK | EVENT));
	usleep(2000);
	toy_vblank_tick(toy(), 0);
	toy_vblank_tick(toy(), 0);
	assert_null(drm_event_take(stage.file, SIZE));
	/* It is wanted by the next vblank. */
	assert_true(toy_fence_deadline(fence) > 0);
	dma_fence_signal(fence);
	dma_fence_put(fence);
	wait_until_shown();
	next_event();
	drm_crtc_vblank_put(&toy()->crtc[0]);
	flush_workqueue(system_unbound_wq);
	close_sync(fd);
}

TEST(a_file_goes_although_what_it_shows_waits)
{
	struct dma_fence *fence = toy_fence_create(1);
	int fd = fence_fd(fence);
	struct change change;
	struct counts counts;

	switch_on(0, picture());
	change = flip(0, picture());
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fd);
	must(change_commit(&change, NONBLOCK | EVENT));
	/* Later it is gone from the screen, too, when it can be. */
	close_file(&stage.file);
	count_all(&counts);
	assert_int_equal(counts.framebuffers, 2);
	dma_fence_signal(fence);
	dma_fence_put(fence);
	toy()->at_once = true;
	wait_until_shown();
	count_all(&counts);
	assert_int_equal(counts.framebuffers, 0);
	close_sync(fd);
}

TEST(what_is_no_fence_is_refused)
{
	struct dma_fence *fence = dma_fence_get_stub();
	int fd = fence_fd(fence);
	struct change change = {0};

	switch_on(0, picture());
	assert_int_equal(set(primary_id(0), "IN_FENCE_FD", (u64)-1, TEST_ONLY),
			 0);
	assert_int_equal(set(primary_id(0), "IN_FENCE_FD", 0, TEST_ONLY),
			 -EINVAL);
	assert_int_equal(set(primary_id(0), "IN_FENCE_FD", 9999, TEST_ONLY),
			 -EINVAL);
	assert_int_equal(set(primary_id(0), "IN_FENCE_FD", (u64)-2, TEST_ONLY),
			 -EINVAL);
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fd);
	must(change_commit(&change, TEST_ONLY));
	/* One only. */
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fd);
	assert_int_equal(change_commit(&change, TEST_ONLY), -EINVAL);
	dma_fence_put(fence);
	close_sync(fd);
}

/* The reservation of what a framebuffer shows. */
static struct dma_resv *resv_of(u32 id)
{
	struct drm_framebuffer *fb =
		drm_framebuffer_lookup(stage.dev, NULL, id);
	struct dma_resv *resv = fb->obj[0]->resv;

	drm_framebuffer_put(fb);
	return resv;
}

TEST(a_change_waits_for_those_who_draw_unless_it_was_given_a_fence)
{
	struct dma_fence *drawing = toy_fence_create(1);
	struct dma_fence *stub = dma_fence_get_stub();
	u32 drawn = picture(), first = picture();
	int fd = fence_fd(stub);
	struct change change;

	must(add_fence(resv_of(drawn), drawing, DMA_RESV_USAGE_WRITE));
	switch_on(0, first);
	must(commit_flip(0, drawn, NONBLOCK | EVENT));
	usleep(2000);
	toy_vblank_tick(toy(), 0);
	assert_null(drm_event_take(stage.file, SIZE));
	dma_fence_signal(drawing);
	dma_fence_put(drawing);
	wait_until_shown();
	next_event();

	drawing = toy_fence_create(2);
	must(add_fence(resv_of(first), drawing, DMA_RESV_USAGE_WRITE));
	flush_workqueue(system_unbound_wq);
	change = flip(0, first);
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fd);
	must(change_commit(&change, NONBLOCK | EVENT));
	wait_until_shown();
	next_event();
	dma_fence_signal(drawing);
	dma_fence_put(drawing);
	dma_fence_put(stub);
	flush_workqueue(system_unbound_wq);
	close_sync(fd);
}

/* What a thread commits with a fence. */
struct fenced {
	u32 fb;
	int fd;
};

static void *commit_fenced(void *data)
{
	struct fenced *fenced = data;
	struct change change = flip(0, fenced->fb);

	enter_task();
	change_set(&change, primary_id(0), "IN_FENCE_FD", (u64)fenced->fd);
	return (void *)(intptr_t)change_commit(&change, 0);
}

TEST(a_change_that_came_between_is_not_undone)
{
	u32 first = picture(), second = picture(), moved = picture();
	struct dma_fence *fence = toy_fence_create(1);
	struct fenced fenced = {second, fence_fd(fence)};
	pthread_t thread;

	switch_on(0, first);
	toy()->at_once = true;
	pthread_create(&thread, NULL, commit_fenced, &fenced);
	/* It waits for the fence, and keeps nobody from anything. */
	while (!toy_fence_deadline(fence)) {
		usleep(500);
	}
	must(commit_flip(0, moved, 0));
	must(set(primary_id(0), "CRTC_X", 7, 0));
	assert_int_equal(value_of(primary_id(0), "FB_ID"), moved);
	dma_fence_signal(fence);
	assert_int_equal(join(thread), 0);
	assert_int_equal(value_of(primary_id(0), "FB_ID"), second);
	assert_int_equal(value_of(primary_id(0), "CRTC_X"), 7);
	dma_fence_put(fence);
	close_sync(fenced.fd);
}

TEST(an_event_is_asked_of_a_crtc_that_is_on)
{
	assert_int_equal(set(crtc_id(0), "ACTIVE", 0, EVENT), -EINVAL);
	assert_int_equal(stage.file->event_space, 4096);
	switch_on(0, picture());
	/* One that goes off sends it. */
	must(set(crtc_id(0), "ACTIVE", 0, EVENT | MODESET));
	assert_int_equal(next_event().crtc_id, crtc_id(0));
}

TEST(each_crtc_of_a_change_sends_an_event)
{
	u32 fb = picture();
	struct change change;

	switch_on(0, fb);
	switch_on(1, fb);
	change = flip(0, picture());
	change_set(&change, primary_id(1), "FB_ID", picture());
	must(change_commit(&change, NONBLOCK | EVENT));
	wait_until_shown();
	assert_int_not_equal(next_event().crtc_id, next_event().crtc_id);
}

static void set_property(u32 object, u32 type, const char *name, u64 value,
			 int ret)
{
	struct drm_mode_obj_set_property args = {
		.obj_id = object,
		.obj_type = type,
		.prop_id = screen_prop(object, name),
		.value = value,
	};

	assert_int_equal(display_request(stage.file,
					 DRM_IOCTL_MODE_OBJ_SETPROPERTY, &args),
			 ret);
}

TEST(a_flip_that_is_seen_at_once_changes_nothing_else)
{
	const u32 async = DRM_MODE_PAGE_FLIP_ASYNC;
	u32 fb = picture();

	switch_on(0, fb);
	assert_int_equal(commit_flip(0, fb, async), -EINVAL);
	stage.dev->mode_config.async_page_flip = true;
	toy()->at_once = true;
	must(commit_flip(0, picture(), async));
	assert_true(toy()->crtc[0].state->async_flip);
	assert_int_equal(set(primary_id(0), "CRTC_X", 1, async), -EINVAL);
	must(set(primary_id(0), "CRTC_X", 0, async));
	assert_int_equal(set(crtc_id(0), "VRR_ENABLED", 1, async), -EINVAL);
	must(set(crtc_id(0), "VRR_ENABLED", 0, async));
	assert_int_equal(set(connector_id(0), "CRTC_ID", 0, async), -EINVAL);
	must(set(connector_id(0), "CRTC_ID", crtc_id(0), async));
	/* Only of the primary plane. */
	assert_int_equal(set(toy()->overlay.base.id, "FB_ID", fb, async),
			 -EINVAL);
	must(commit_flip(0, fb, 0));
	assert_false(toy()->crtc[0].state->async_flip);
}

TEST(dpms_switches_a_crtc_off_with_its_last_connector)
{
	u32 type = DRM_MODE_OBJECT_CONNECTOR;

	switch_on(0, picture());
	set_property(connector_id(0), type, "DPMS", DRM_MODE_DPMS_SUSPEND, 0);
	assert_int_equal(value_of(crtc_id(0), "ACTIVE"), 0);
	assert_int_equal(value_of(connector_id(0), "DPMS"), DRM_MODE_DPMS_OFF);
	assert_int_equal(drm_crtc_vblank_get(&toy()->crtc[0]), -EINVAL);
	set_property(connector_id(0), type, "DPMS", DRM_MODE_DPMS_ON, 0);
	assert_int_equal(value_of(crtc_id(0), "ACTIVE"), 1);
	/* On nothing it is only noted. */
	set_property(connector_id(1), type, "DPMS", DRM_MODE_DPMS_ON, 0);
	assert_int_equal(value_of(connector_id(1), "DPMS"), DRM_MODE_DPMS_ON);
}

TEST(a_property_set_alone_is_a_change)
{
	s32 fd = 55;

	switch_on(0, picture());
	toy()->at_once = true;
	set_property(primary_id(0), DRM_MODE_OBJECT_PLANE, "CRTC_X", (u64)-5,
		     0);
	assert_int_equal((s64)value_of(primary_id(0), "CRTC_X"), -5);
	set_property(primary_id(0), DRM_MODE_OBJECT_PLANE, "FB_ID", 0, -EINVAL);
	set_property(crtc_id(0), DRM_MODE_OBJECT_CRTC, "OUT_FENCE_PTR",
		     (uintptr_t)&fd, 0);
	assert_int_equal(fd, -1);
	set_property(crtc_id(0), DRM_MODE_OBJECT_CRTC, "OUT_FENCE_PTR", 8,
		     -EFAULT);
}

TEST(what_shows_a_framebuffer_that_goes_shows_nothing)
{
	u32 fb = picture();

	switch_on(0, fb);
	toy()->at_once = true;
	must(rm_fb(stage.file, fb));
	assert_int_equal(value_of(primary_id(0), "FB_ID"), 0);
	assert_int_equal(value_of(primary_id(0), "CRTC_ID"), 0);
}

TEST(a_blob_of_colours_belongs_to_the_state)
{
	static const struct drm_color_lut lut[256];
	u32 blob = make_blob(lut, sizeof(lut));

	switch_on(0, picture());
	toy()->at_once = true;
	must(set(crtc_id(0), "GAMMA_LUT", blob, 0));
	must(display_request(stage.file, DRM_IOCTL_MODE_DESTROYPROPBLOB,
			     &blob));
	assert_int_equal(value_of(crtc_id(0), "GAMMA_LUT"), blob);
	must(set(crtc_id(0), "GAMMA_LUT", 0, 0));
	assert_int_equal(value_of(crtc_id(0), "GAMMA_LUT"), 0);
	assert_int_equal(set(crtc_id(0), "GAMMA_LUT", blob, 0), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_VBLANKS(a_change_switches_a_crtc_on_and_off),
		ON_VBLANKS(a_test_changes_nothing),
		ON_VBLANKS(a_change_needs_a_program_that_knows_of_them),
		ON_VBLANKS(what_is_wrong_is_told_in_the_order_of_reading),
		ON_VBLANKS(arrays_can_end_at_the_end_of_memory),
		ON_VBLANKS(a_program_cannot_ask_for_changes_without_end),
		ON_VBLANKS(values_that_cannot_be_are_refused),
		ON_VBLANKS(a_plane_goes_from_crtc_to_crtc_by_way_of_none),
		ON_VBLANKS(an_encoder_is_used_once),
		ON_VBLANKS(a_flip_without_blocking_is_shown_at_the_next_vblank),
		ON_VBLANKS(a_flip_that_blocks_returns_when_it_is_shown),
		ON_VBLANKS(an_out_fence_is_signalled_when_the_change_is_shown),
		ON_VBLANKS(without_a_commit_there_is_no_out_fence),
		ON_VBLANKS(a_change_waits_for_the_fence_it_was_given),
		ON_VBLANKS(a_file_goes_although_what_it_shows_waits),
		ON_VBLANKS(what_is_no_fence_is_refused),
		ON_VBLANKS(
			a_change_waits_for_those_who_draw_unless_it_was_given_a_fence),
		ON_VBLANKS(a_change_that_came_between_is_not_undone),
		ON_VBLANKS(an_event_is_asked_of_a_crtc_that_is_on),
		ON_VBLANKS(each_crtc_of_a_change_sends_an_event),
		ON_VBLANKS(a_flip_that_is_seen_at_once_changes_nothing_else),
		ON_VBLANKS(dpms_switches_a_crtc_off_with_its_last_connector),
		ON_VBLANKS(a_property_set_alone_is_a_change),
		ON_VBLANKS(what_shows_a_framebuffer_that_goes_shows_nothing),
		ON_VBLANKS(a_blob_of_colours_belongs_to_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
