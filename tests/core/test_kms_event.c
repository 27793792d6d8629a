/* SPDX-License-Identifier: MIT */
/* Events: kept room for, sent, read, and gone with their file. */
#include <drm/drm_vblank.h>
#include <linux/slab.h>

#include "kms/internal.h"
#include "stage.h"
#include "toy_vblank.h"

#define SPACE 4096
#define SIZE  sizeof(struct drm_event_vblank)

/* Keep room for an event of a file: NULL if there is none. */
static struct drm_pending_vblank_event *reserve(struct drm_file *file, u64 data)
{
	struct drm_pending_vblank_event *e = kzalloc(sizeof(*e), GFP_KERNEL);

	e->event.base.type = DRM_EVENT_VBLANK;
	e->event.base.length = SIZE;
	e->event.vbl.user_data = data;
	if (drm_event_reserve_init(stage.dev, file, &e->base, &e->event.base)) {
		kfree(e);
		return NULL;
	}
	return e;
}

static void send(struct drm_pending_vblank_event *e, s64 time)
{
	spin_lock(&stage.dev->event_lock);
	drm_send_event_locked(stage.dev, &e->base, time);
	spin_unlock(&stage.dev->event_lock);
}

static ssize_t read_events(void *buffer, size_t size)
{
	return drm_read(stage.file, (uintptr_t)buffer, size);
}

TEST(events_are_read_in_the_order_of_sending)
{
	struct drm_pending_vblank_event *first = reserve(stage.file, 1);
	struct drm_pending_vblank_event *second = reserve(stage.file, 2);
	struct drm_event_vblank events[4];

	assert_int_equal(read_events(events, sizeof(events)), -EAGAIN);
	send(second, 0);
	send(first, 0);
	assert_int_equal(read_events(events, sizeof(events)), 2 * SIZE);
	assert_int_equal(events[0].user_data, 2);
	assert_int_equal(events[1].user_data, 1);
	assert_int_equal(read_events(events, sizeof(events)), -EAGAIN);
}

TEST(events_are_read_whole)
{
	struct drm_event_vblank events[2];

	send(reserve(stage.file, 1), 0);
	send(reserve(stage.file, 2), 0);
	assert_int_equal(read_events(events, SIZE - 1), 0);
	assert_int_equal(read_events(events, 2 * SIZE - 1), SIZE);
	assert_int_equal(events[0].user_data, 1);
	assert_int_equal(read_events(events, 2 * SIZE), SIZE);
	assert_int_equal(events[0].user_data, 2);
}

TEST(an_event_that_cannot_be_given_stays)
{
	struct drm_event_vblank events[2];
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	send(reserve(stage.file, 1), 0);
	send(reserve(stage.file, 2), 0);
	assert_int_equal(drm_read(stage.file, 0, SPACE), -EFAULT);
	/* One fits before the hole. */
	munmap(page + 4096, 4096);
	assert_int_equal(
		drm_read(stage.file, (uintptr_t)page + 4096 - SIZE, SPACE),
		SIZE);
	assert_int_equal(read_events(events, sizeof(events)), SIZE);
	assert_int_equal(events[0].user_data, 2);
	assert_int_equal(stage.file->event_space, SPACE);
	munmap(page, 4096);
}

TEST(a_file_has_room_for_4096_bytes_of_events)
{
	struct drm_pending_vblank_event *es[SPACE / SIZE];
	struct drm_event_vblank event;

	for (size_t i = 0; i < SPACE / SIZE; i++) {
		es[i] = reserve(stage.file, i);
		assert_non_null(es[i]);
	}
	assert_null(reserve(stage.file, 0));
	/* Sent, it takes room still; read, no more. */
	send(es[0], 0);
	assert_null(reserve(stage.file, 0));
	assert_int_equal(read_events(&event, sizeof(event)), SIZE);
	es[0] = reserve(stage.file, 0);
	assert_non_null(es[0]);
	for (size_t i = 0; i < SPACE / SIZE; i++) {
		drm_event_cancel_free(stage.dev, &es[i]->base);
	}
	assert_int_equal(stage.file->event_space, SPACE);
}

TEST(events_go_with_their_file)
{
	struct drm_pending_vblank_event *under_way = reserve(stage.second, 1);

	send(reserve(stage.second, 2), 0);
	close_file(&stage.second);
	assert_null(under_way->base.file_priv);
	/* Frees it. */
	send(under_way, 0);
}

/* A host: how often it was told, and what its program has not read. */
static int told, unread;

static void host_ready(struct drm_file *file)
{
	(void)file;
	told++;
}

static int host_unread(struct drm_file *file)
{
	(void)file;
	return unread;
}

static const struct drm_event_host host = {host_ready, host_unread};

TEST(a_host_is_told_of_an_event)
{
	struct drm_pending_event *e;

	told = 0;
	stage.file->event_host = &host;
	send(reserve(stage.file, 7), 0);
	assert_int_equal(told, 1);
	assert_null(drm_event_take(stage.file, SIZE - 1));
	e = drm_event_take(stage.file, SIZE);
	assert_int_equal(((struct drm_event_vblank *)e->event)->user_data, 7);
	kfree(e);
	assert_null(drm_event_take(stage.file, SPACE));
}

TEST(what_a_host_has_passed_takes_room_until_it_is_read)
{
	struct drm_pending_vblank_event *e;

	stage.file->event_host = &host;
	for (size_t i = 0; i < SPACE / SIZE; i++) {
		send(reserve(stage.file, i), 0);
		spin_lock(&stage.dev->event_lock);
		drm_event_pass(stage.file, drm_event_first(stage.file));
		spin_unlock(&stage.dev->event_lock);
	}
	unread = SPACE;
	assert_null(reserve(stage.file, 0));
	unread = SPACE - SIZE;
	e = reserve(stage.file, 0);
	assert_non_null(e);
	assert_null(reserve(stage.file, 0));
	drm_event_cancel_free(stage.dev, &e->base);
}

TEST(a_fence_is_signalled_at_the_time_of_its_event)
{
	struct drm_pending_vblank_event *e = reserve(stage.file, 1);
	struct drm_event_vblank event;
	struct dma_fence *fence;

	mutex_lock(&stage.dev->mode_config.mutex);
	fence = drm_crtc_create_fence(&toy_display_of(stage.dev)->crtc[0]);
	mutex_unlock(&stage.dev->mode_config.mutex);
	e->base.fence = dma_fence_get(fence);
	assert_false(dma_fence_is_signaled(fence));
	send(e, 12345);
	assert_true(dma_fence_is_signaled(fence));
	assert_int_equal(fence->timestamp, 12345);
	dma_fence_put(fence);
	read_events(&event, sizeof(event));
}

/* Of the event that is sent: what it signals. */
static struct dma_fence *signalled;
static int completed;

static void look_first(struct drm_file *file)
{
	assert_false(dma_fence_is_signaled(signalled));
	assert_int_equal(completed, 0);
	host_ready(file);
}

static void complete(struct drm_pending_event *event)
{
	completed += *(int *)event->completion;
}

TEST(who_is_woken_by_an_event_finds_it)
{
	static const struct drm_event_host looks = {look_first, host_unread};
	struct drm_pending_vblank_event *e = reserve(stage.file, 1);
	int one = 1;

	mutex_lock(&stage.dev->mode_config.mutex);
	signalled = drm_crtc_create_fence(&toy_display_of(stage.dev)->crtc[0]);
	mutex_unlock(&stage.dev->mode_config.mutex);
	e->base.fence = dma_fence_get(signalled);
	e->base.completion_release = complete;
	e->base.completion = &one;
	told = completed = 0;
	stage.file->event_host = &looks;
	send(e, 0);
	assert_int_equal(told, 1);
	assert_int_equal(completed, 1);
	assert_true(dma_fence_is_signaled(signalled));
	dma_fence_put(signalled);
}

TEST(a_cancelled_event_gives_up_its_fence)
{
	struct drm_pending_vblank_event *e = reserve(stage.file, 1);
	struct dma_fence *fence;

	mutex_lock(&stage.dev->mode_config.mutex);
	fence = drm_crtc_create_fence(&toy_display_of(stage.dev)->crtc[0]);
	mutex_unlock(&stage.dev->mode_config.mutex);
	e->base.fence = dma_fence_get(fence);
	drm_event_cancel_free(stage.dev, &e->base);
	assert_int_equal(kref_read(&fence->refcount), 1);
	assert_false(dma_fence_is_signaled(fence));
	dma_fence_put(fence);
}

TEST(a_device_without_a_display_has_no_events)
{
	char buffer[SIZE];

	assert_int_equal(drm_read(stage.far, (uintptr_t)buffer, SIZE), -EAGAIN);
	assert_null(drm_event_take(stage.far, SIZE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_VBLANKS(events_are_read_in_the_order_of_sending),
		ON_VBLANKS(events_are_read_whole),
		ON_VBLANKS(an_event_that_cannot_be_given_stays),
		ON_VBLANKS(a_file_has_room_for_4096_bytes_of_events),
		ON_VBLANKS(events_go_with_their_file),
		ON_VBLANKS(a_host_is_told_of_an_event),
		ON_VBLANKS(what_a_host_has_passed_takes_room_until_it_is_read),
		ON_VBLANKS(a_fence_is_signalled_at_the_time_of_its_event),
		ON_VBLANKS(who_is_woken_by_an_event_finds_it),
		ON_VBLANKS(a_cancelled_event_gives_up_its_fence),
		ON_VBLANKS(a_device_without_a_display_has_no_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
