/* SPDX-License-Identifier: MIT */
/* Many ask for much of a display at a time. */
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <pthread.h>

#include "display_calls.h"
#include "kms/internal.h"
#include "screen.h"
#include "stage.h"
#include "toy_vblank.h"

#define W      MODE_WIDTH
#define H      MODE_HEIGHT
#define ROUNDS 300

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

static atomic_bool stop;

/* Vblanks of both CRTCs. */
static void *tick_on(void *data)
{
	(void)data;
	enter_task();
	while (!stop) {
		usleep(200);
		toy_vblank_tick(toy(), 0);
		toy_vblank_tick(toy(), 1);
	}
	return NULL;
}

/* A thread, and what it works on. */
struct worker {
	pthread_t thread;
	int crtc;
	u32 fbs[2];
	struct change flips[2]; /* to either */
	u32 flags;
	int events, busy;
};

static void *flip_on(void *data)
{
	struct worker *worker = data;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		int ret = change_commit(&worker->flips[i % 2], worker->flags);

		if (ret == -EBUSY && worker->flags & DRM_MODE_ATOMIC_NONBLOCK) {
			worker->busy++;
			usleep(100);
		} else {
			assert_int_equal(ret, 0);
			worker->events +=
				worker->flags & DRM_MODE_PAGE_FLIP_EVENT;
		}
	}
	return NULL;
}

/* Looks at everything, and asks for vblanks. */
static void *look_on(void *data)
{
	struct worker *worker = data;
	struct drm_mode_obj_get_properties args = {
		.obj_id = primary_id(worker->crtc),
		.obj_type = DRM_MODE_OBJECT_PLANE,
	};
	union drm_wait_vblank wait;
	u32 fb;

	enter_task();
	while (!stop) {
		fb = shown_fb(stage.file, crtc_id(worker->crtc));
		assert_true(!fb || fb == worker->fbs[0] ||
			    fb == worker->fbs[1]);
		args.count_props = 0;
		must(display_request(stage.file,
				     DRM_IOCTL_MODE_OBJ_GETPROPERTIES, &args));
		wait = (union drm_wait_vblank){
			.request = {.type = _DRM_VBLANK_RELATIVE,
				    .sequence = 1}};
		if (worker->crtc) {
			wait.request.type |= _DRM_VBLANK_SECONDARY;
		}
		display_request(stage.file, DRM_IOCTL_WAIT_VBLANK, &wait);
	}
	return NULL;
}

static void init_worker(struct worker *worker, int crtc, const u32 fbs[2],
			u32 flags)
{
	*worker = (struct worker){.crtc = crtc, .flags = flags};
	for (int i = 0; i < 2; i++) {
		worker->fbs[i] = fbs[i];
		change_set(&worker->flips[i], primary_id(crtc), "FB_ID",
			   fbs[i]);
	}
}

static void start(struct worker *worker, void *(*fn)(void *))
{
	assert_int_equal(pthread_create(&worker->thread, NULL, fn, worker), 0);
}

static void switch_on(int i, u32 fb)
{
	must(set_crtc(stage.file, crtc_id(i), fb, toy()->connector[i].base.id));
}

static int read_events(void)
{
	struct drm_pending_event *event;
	int n = 0;

	while ((event = drm_event_take(stage.file, SIZE_MAX)) != NULL) {
		n++;
		kfree(event);
	}
	return n;
}

TEST(threads_flip_the_same_crtc_and_another)
{
	const u32 nonblock = DRM_MODE_ATOMIC_NONBLOCK;
	struct worker flips[4], looks[2];
	pthread_t ticker;
	u32 fbs[2][2];

	for (int i = 0; i < 4; i++) {
		fbs[i / 2][i % 2] = make_fb(stage.file, W, H);
	}
	switch_on(0, fbs[0][0]);
	switch_on(1, fbs[1][0]);
	init_worker(&flips[0], 0, fbs[0], 0);
	init_worker(&flips[1], 0, fbs[0], nonblock);
	init_worker(&flips[2], 1, fbs[1], nonblock);
	init_worker(&flips[3], 1, fbs[1], 0);
	init_worker(&looks[0], 0, fbs[0], 0);
	init_worker(&looks[1], 1, fbs[1], 0);
	stop = false;
	pthread_create(&ticker, NULL, tick_on, NULL);
	for (int i = 0; i < 4; i++) {
		start(&flips[i], flip_on);
	}
	for (int i = 0; i < 2; i++) {
		start(&looks[i], look_on);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(flips[i].thread, NULL);
	}
	flush_workqueue(system_unbound_wq);
	stop = true;
	pthread_join(looks[0].thread, NULL);
	pthread_join(looks[1].thread, NULL);
	pthread_join(ticker, NULL);
	assert_int_not_equal(flips[1].busy + flips[2].busy, 2 * ROUNDS);
}

/* Switches a CRTC off and on. */
static void *switch_on_and_off(void *data)
{
	struct worker *worker = data;

	enter_task();
	for (int i = 0; i < ROUNDS / 10; i++) {
		must(set_crtc(stage.file, crtc_id(0), 0, 0));
		switch_on(0, worker->fbs[0]);
	}
	return NULL;
}

/* Flips that may find the CRTC switched off. */
static void *try_flips(void *data)
{
	struct worker *worker = data;
	struct drm_mode_crtc_page_flip flip = {
		.crtc_id = crtc_id(0),
		.flags = DRM_MODE_PAGE_FLIP_EVENT,
	};
	int ret;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		flip.fb_id = worker->fbs[i % 2];
		ret = display_request(stage.file, DRM_IOCTL_MODE_PAGE_FLIP,
				      &flip);
		worker->events += !ret;
		if (ret) {
			assert_true(ret == -EBUSY || ret == -EINVAL ||
				    ret == -ENOMEM);
			usleep(100);
		}
	}
	return NULL;
}

TEST(each_flip_sends_its_event_also_when_the_crtc_is_switched_off)
{
	struct worker flips, switches;
	pthread_t ticker;
	u32 fbs[2] = {make_fb(stage.file, W, H), make_fb(stage.file, W, H)};
	int events = 0;

	switch_on(0, fbs[0]);
	init_worker(&flips, 0, fbs, 0);
	init_worker(&switches, 0, fbs, 0);
	stop = false;
	pthread_create(&ticker, NULL, tick_on, NULL);
	start(&flips, try_flips);
	start(&switches, switch_on_and_off);
	pthread_join(switches.thread, NULL);
	/* What is not read takes room. */
	while (pthread_tryjoin_np(flips.thread, NULL)) {
		events += read_events();
		usleep(500);
	}
	flush_workqueue(system_unbound_wq);
	stop = true;
	pthread_join(ticker, NULL);
	events += read_events();
	assert_int_equal(events, flips.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_VBLANKS(threads_flip_the_same_crtc_and_another),
		ON_VBLANKS(
			each_flip_sends_its_event_also_when_the_crtc_is_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
