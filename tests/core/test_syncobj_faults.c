/* SPDX-License-Identifier: MIT */
/* Requests about syncobjs fail without a trace. */
#include <drm/drm_syncobj.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <uprime/anon_file.h>

#include "counts.h"
#include "host/fault.h"
#include "sync.h"
#include "syncobj.h"
#include "toy_fence.h"
#include "walk.h"

/* An fd that was refused is noticed here, as in a server. */
static int noticed(int ret)
{
	anon_file_dispatch();
	return ret;
}

static int run_create(void)
{
	int ret = syncobj_create(stage.file, SIGNALED);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

static void destroy_made(void)
{
	assert_int_equal(syncobj_destroy(stage.file, at.made), 0);
}

TEST(create_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_CREATE",
		.setup = syncobj_setup,
		.run = run_create,
		.undo = destroy_made,
	};

	walk_all(&walk);
}

static void prepare(void)
{
	at.handle = must(syncobj_create(stage.file, SIGNALED));
}

static void finish(void)
{
	assert_int_equal(syncobj_destroy(stage.file, at.handle), 0);
}

static int made_fd(int ret)
{
	at.made_fd = ret;
	return noticed(ret < 0 ? ret : 0);
}

static void close_made_fd(void)
{
	close(at.made_fd);
	anon_file_dispatch();
}

static int run_to_fd(void)
{
	return made_fd(syncobj_to_fd(stage.file, at.handle, 0));
}

TEST(export_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_HANDLE_TO_FD",
		.setup = syncobj_setup,
		.prepare = prepare,
		.run = run_to_fd,
		.undo = close_made_fd,
		.finish = finish,
	};

	walk_all(&walk);
}

static int run_to_sync_file(void)
{
	return made_fd(syncobj_to_fd(stage.file, at.handle, SYNC_FILE));
}

TEST(sync_file_export_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_HANDLE_TO_FD, sync file",
		.setup = syncobj_setup,
		.prepare = prepare,
		.run = run_to_sync_file,
		.undo = close_made_fd,
		.finish = finish,
	};

	walk_all(&walk);
}

static void prepare_fd(void)
{
	prepare();
	at.fd = (int)must(syncobj_to_fd(stage.file, at.handle, 0));
}

static void finish_fd(void)
{
	close(at.fd);
	anon_file_dispatch();
	finish();
}

static int run_from_fd(void)
{
	int ret = syncobj_from_fd(stage.file, at.fd);

	at.made = (u32)ret;
	return ret < 0 ? ret : 0;
}

TEST(import_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_FD_TO_HANDLE",
		.setup = syncobj_setup,
		.prepare = prepare_fd,
		.run = run_from_fd,
		.undo = destroy_made,
		.finish = finish_fd,
	};

	walk_all(&walk);
}

static void prepare_sync_file(void)
{
	prepare();
	at.fd = (int)must(syncobj_to_fd(stage.file, at.handle, SYNC_FILE));
	assert_int_equal(syncobj_reset(stage.file, at.handle), 0);
}

static int run_import_sync_file(void)
{
	return syncobj_import(stage.file, at.handle, at.fd);
}

static void undo_fence(void)
{
	assert_int_equal(wait_one(stage.file, at.handle, 0, 0), 0);
	assert_int_equal(syncobj_reset(stage.file, at.handle), 0);
}

TEST(sync_file_import_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_FD_TO_HANDLE, sync file",
		.setup = syncobj_setup,
		.prepare = prepare_sync_file,
		.run = run_import_sync_file,
		.undo = undo_fence,
		.finish = finish_fd,
	};

	walk_all(&walk);
}

static void prepare_empty(void)
{
	at.handle = must(syncobj_create(stage.file, 0));
}

static int run_signal(void)
{
	int ret = syncobj_signal(stage.file, at.handle);

	if (ret) {
		assert_int_equal(wait_one(stage.file, at.handle, 0, 0),
				 -EINVAL);
	}
	return ret;
}

TEST(signal_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_SIGNAL",
		.setup = syncobj_setup,
		.prepare = prepare_empty,
		.run = run_signal,
		.undo = undo_fence,
		.finish = finish,
	};

	walk_all(&walk);
}

static int run_signal_points(void)
{
	u32 handles[] = {at.handle, at.handle};
	u64 points[] = {1, 2};
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.count_handles = 2,
	};
	int ret = request(stage.file, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &args);

	/* Both or none. */
	if (ret) {
		fault_disarm();
		assert_int_equal(syncobj_query(stage.file, at.handle, 0), 0);
	}
	return ret;
}

static void undo_points(void)
{
	assert_int_equal(syncobj_query(stage.file, at.handle, 0), 2);
	assert_int_equal(syncobj_reset(stage.file, at.handle), 0);
}

TEST(timeline_signal_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_TIMELINE_SIGNAL",
		.setup = syncobj_setup,
		.prepare = prepare_empty,
		.run = run_signal_points,
		.undo = undo_points,
		.finish = finish,
	};

	walk_all(&walk);
}

static int run_query(void)
{
	return syncobj_query(stage.file, at.handle, 0);
}

TEST(query_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_QUERY",
		.setup = syncobj_setup,
		.prepare = prepare,
		.run = run_query,
		.finish = finish,
	};

	walk_all(&walk);
}

static int run_reset(void)
{
	return syncobj_reset(stage.file, at.handle);
}

TEST(reset_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_RESET",
		.setup = syncobj_setup,
		.prepare = prepare,
		.run = run_reset,
		.finish = finish,
	};

	walk_all(&walk);
}

/* With two fences pending, so that they have to be made one. */
static struct dma_fence *pending[2];

static void prepare_timeline(void)
{
	at.handle = must(syncobj_create(stage.file, 0));
	at.name = must(syncobj_create(stage.file, 0));
	pending[0] = put_in(stage.file, at.handle, 5);
	pending[1] = put_in(stage.file, at.handle, 10);
}

static void finish_timeline(void)
{
	for (int i = 0; i < 2; i++) {
		dma_fence_signal(pending[i]);
		dma_fence_put(pending[i]);
	}
	assert_int_equal(syncobj_destroy(stage.file, at.name), 0);
	finish();
	assert_int_equal(toy_fences_alive, 0);
}

static int run_transfer(void)
{
	return syncobj_transfer(stage.file, at.name, 3, at.handle, 10, 0);
}

static void undo_transfer(void)
{
	assert_int_equal(syncobj_query(stage.file, at.name,
				       DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED),
			 3);
	assert_int_equal(syncobj_reset(stage.file, at.name), 0);
}

TEST(transfer_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_TRANSFER",
		.setup = syncobj_setup,
		.prepare = prepare_timeline,
		.run = run_transfer,
		.undo = undo_transfer,
		.finish = finish_timeline,
	};

	walk_all(&walk);
}

/* For a fence and for one that is not there, a little. */
static int run_wait(void)
{
	u32 handles[] = {at.handle, at.name};
	int ret = wait_points(stage.file, handles, NULL, 2, WAIT_SUBMIT, 1);

	/* It ends in time if nothing fails before. */
	return ret + 1 == -ETIME ? 0 : ret + 1;
}

TEST(wait_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_TIMELINE_WAIT",
		.setup = syncobj_setup,
		.prepare = prepare_timeline,
		.run = run_wait,
		.finish = finish_timeline,
	};

	walk_all(&walk);
}

/* The one failure of a wait for submission is that it cannot sleep. */
TEST(a_transfer_that_cannot_wait_fails_without_a_trace)
{
	struct counts before;
	u32 src = must(syncobj_create(stage.file, 0)),
	    dst = must(syncobj_create(stage.file, 0));

	count_all(&before);
	fault_arm(2);
	assert_int_equal(
		syncobj_transfer(stage.file, dst, 0, src, 0, WAIT_SUBMIT),
		-ENOMEM);
	assert_int_equal(fault_disarm(), 2);
	assert_counts(&before);
	assert_int_equal(syncobj_signal(stage.file, src), 0);
	assert_int_equal(
		syncobj_transfer(stage.file, dst, 0, src, 0, WAIT_SUBMIT), 0);
}

static void prepare_eventfd(void)
{
	prepare_empty();
	at.fd = eventfd(0, EFD_CLOEXEC);
}

static int run_eventfd(void)
{
	return syncobj_eventfd(stage.file, at.handle, 5, 0, at.fd);
}

/* With the syncobj, and without a word. */
static void undo_eventfd(void)
{
	struct pollfd pollfd = {.fd = at.fd, .events = POLLIN};

	finish();
	assert_int_equal(poll(&pollfd, 1, 0), 0);
	prepare_empty();
}

static void finish_eventfd(void)
{
	close(at.fd);
	finish();
}

TEST(eventfd_fails_without_a_trace)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_EVENTFD",
		.setup = syncobj_setup,
		.prepare = prepare_eventfd,
		.run = run_eventfd,
		.undo = undo_eventfd,
		.finish = finish_eventfd,
	};

	walk_all(&walk);
}

/* Ends, which cannot fail. */

static int run_destroy(void)
{
	return syncobj_destroy(stage.file, at.handle);
}

TEST(destroy_cannot_fail)
{
	static const struct walk walk = {
		.name = "SYNCOBJ_DESTROY",
		.setup = syncobj_setup,
		.prepare = prepare,
		.run = run_destroy,
		.undo = prepare,
		.finish = finish,
	};

	walk_all(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(create_fails_without_a_trace),
		PLAIN(export_fails_without_a_trace),
		PLAIN(sync_file_export_fails_without_a_trace),
		PLAIN(import_fails_without_a_trace),
		PLAIN(sync_file_import_fails_without_a_trace),
		PLAIN(signal_fails_without_a_trace),
		PLAIN(timeline_signal_fails_without_a_trace),
		PLAIN(query_fails_without_a_trace),
		PLAIN(reset_fails_without_a_trace),
		PLAIN(transfer_fails_without_a_trace),
		PLAIN(wait_fails_without_a_trace),
		ON_SYNCOBJS(a_transfer_that_cannot_wait_fails_without_a_trace),
		PLAIN(eventfd_fails_without_a_trace),
		PLAIN(destroy_cannot_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
