/* SPDX-License-Identifier: MIT */
/* The server's device fds: how events come to them. */
#include <linux/slab.h>
#include <poll.h>
#include <sys/socket.h>
#include <uprime/anon_file.h>

#include "stage.h"
#include "toy_display.h"

#include "../../src/server/devfile.h"

#define SIZE	   sizeof(struct drm_event_vblank)
#define UNREAD_MAX (4096 / (int)SIZE)

/* What an event is while it is under way. */
struct own_event {
	struct drm_pending_event base;
	union {
		struct drm_event head;
		struct drm_event_vblank vblank;
		char large[128];
	} event;
};

static struct drm_file *drm;
static struct devfile *devfile;
static u64 sent;

static int open_it(void)
{
	int fd = devfile_open(&stage.dev->primary, O_RDWR);
	struct anon_file *file;

	assert_true(fd >= 0);
	file = anon_file_get(fd, NULL);
	devfile = to_devfile(file);
	assert_non_null(devfile);
	anon_file_put(file);
	drm = devfile->drm;
	sent = 0;
	return fd;
}

/* Reserve an event of so many bytes, which are numbered from 0. */
static int reserve(struct own_event **event, u32 size)
{
	int ret;

	*event = kzalloc(sizeof(**event), GFP_KERNEL);
	assert_non_null(*event);
	(*event)->event.head.length = size;
	ret = drm_event_reserve_init(stage.dev, drm, &(*event)->base,
				     &(*event)->event.head);
	if (ret) {
		kfree(*event);
	}
	return ret;
}

static void send_it(struct own_event *event)
{
	event->event.vblank.user_data = sent++;
	spin_lock(&stage.dev->event_lock);
	drm_send_event_locked(stage.dev, &event->base, 0);
	spin_unlock(&stage.dev->event_lock);
}

static int make_event(u32 size)
{
	struct own_event *event;
	int ret = reserve(&event, size);

	if (!ret) {
		send_it(event);
	}
	return ret;
}

/* The number of the next event; -1: there is none. */
static int read_event(int fd)
{
	struct drm_event_vblank event;

	if (recv(fd, &event, sizeof(event), MSG_DONTWAIT) < 0) {
		assert_int_equal(errno, EAGAIN);
		return -1;
	}
	return (int)event.user_data;
}

static void close_it(int fd)
{
	close(fd);
	anon_file_dispatch();
}

TEST(an_event_is_there_at_once)
{
	int fd = open_it();

	assert_int_equal(read_event(fd), -1);
	assert_int_equal(make_event(SIZE), 0);
	assert_int_equal(make_event(SIZE), 0);
	assert_int_equal(read_event(fd), 0);
	assert_int_equal(read_event(fd), 1);
	assert_int_equal(read_event(fd), -1);
	close_it(fd);
}

TEST(what_was_read_makes_room)
{
	int fd = open_it();

	for (int i = 0; i < UNREAD_MAX; i++) {
		assert_int_equal(make_event(SIZE), 0);
	}
	assert_int_equal(make_event(SIZE), -ENOMEM);
	for (int i = 0; i < 3 * UNREAD_MAX; i++) {
		assert_int_equal(read_event(fd), i);
		assert_int_equal(make_event(SIZE), 0);
		assert_int_equal(make_event(SIZE), -ENOMEM);
	}
	close_it(fd);
}

TEST(an_event_under_way_takes_room_as_well)
{
	struct own_event *event;
	int fd = open_it();

	assert_int_equal(reserve(&event, SIZE), 0);
	for (int i = 1; i < UNREAD_MAX; i++) {
		assert_int_equal(make_event(SIZE), 0);
	}
	assert_int_equal(make_event(SIZE), -ENOMEM);
	drm_event_cancel_free(stage.dev, &event->base);
	assert_int_equal(make_event(SIZE), 0);
	assert_int_equal(make_event(SIZE), -ENOMEM);
	close_it(fd);
}

TEST(events_of_many_sizes_take_no_less_than_they_are)
{
	int fd = open_it(), nr = 0;

	while (!make_event(nr % 2 ? 128 : SIZE)) {
		nr++;
	}
	assert_int_equal(nr, 2 * 4096 / (128 + (int)SIZE));
	/* Until all is read there can be less room than there is. */
	for (int i = 0; i < nr; i++) {
		assert_int_equal(read_event(fd), i);
	}
	assert_int_equal(make_event(128), 0);
	close_it(fd);
}

TEST(events_that_find_no_room_follow_in_order)
{
	int fd = open_it(), size = 1, last = -1, number;

	assert_int_equal(setsockopt(devfile->file.fd, SOL_SOCKET, SO_SNDBUF,
				    &size, sizeof(size)),
			 0);
	for (int i = 0; i < UNREAD_MAX; i++) {
		assert_int_equal(make_event(SIZE), 0);
	}
	/* They wait in the core. */
	assert_false(list_empty(&drm->event_list));
	for (int tries = 0; last < UNREAD_MAX - 1 && tries < 1000; tries++) {
		number = read_event(fd);
		if (number < 0) {
			anon_file_dispatch();
			continue;
		}
		assert_int_equal(number, last + 1);
		last = number;
	}
	assert_int_equal(last, UNREAD_MAX - 1);
	assert_true(list_empty(&drm->event_list));
	close_it(fd);
}

TEST(closed_with_events_unread_and_under_way)
{
	struct own_event *event;
	int fd = open_it();

	assert_int_equal(make_event(SIZE), 0);
	assert_int_equal(reserve(&event, SIZE), 0);
	close_it(fd);
	/* It was the file's, and is nobody's. */
	send_it(event);
}

TEST(who_has_hung_up_is_sent_nothing)
{
	int fd = open_it();

	close(fd);
	assert_int_equal(make_event(SIZE), 0);
	assert_int_equal(make_event(SIZE), 0);
	anon_file_dispatch();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISPLAY(an_event_is_there_at_once),
		ON_DISPLAY(what_was_read_makes_room),
		ON_DISPLAY(an_event_under_way_takes_room_as_well),
		ON_DISPLAY(events_of_many_sizes_take_no_less_than_they_are),
		ON_DISPLAY(events_that_find_no_room_follow_in_order),
		ON_DISPLAY(closed_with_events_unread_and_under_way),
		ON_DISPLAY(who_has_hung_up_is_sent_nothing),
	};

	return cmocka_run_group_tests_name("devfile", tests, NULL, NULL);
}
