/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include "counts.h"
#include "host/fault.h"
#include "toy.h"

struct at at;

#define RW (DRM_CLOEXEC | DRM_RDWR)

static void call(void (*fn)(void))
{
	if (fn) {
		fn();
	}
}

/* One failure, on a stage of its own. False if there was no such point. */
static bool step(const struct walk *walk, unsigned int n, bool retry)
{
	struct counts before;
	unsigned int passed;
	void *state = NULL;
	int ret;

	walk->setup ? walk->setup(&state) : toy_setup(&state);
	memset(&at, 0, sizeof(at));
	call(walk->prepare);
	count_all(&before);
	fault_arm(n);
	ret = walk->run();
	passed = fault_disarm();
	if (!ret) {
		/* None failed, or none that could not be lived with. */
		call(walk->undo);
	} else if (passed < n) {
		fail_msg("%s: %s without a fault", walk->name, strerror(-ret));
	}
	assert_counts(&before);
	if (ret && retry) {
		assert_int_equal(walk->run(), 0);
		call(walk->undo);
		assert_counts(&before);
	}
	call(walk->finish);
	stage_teardown(&state);
	return passed >= n;
}

void walk_all(const struct walk *walk)
{
	unsigned int most = 0;

	for (int round = 0; round < 2; round++) {
		unsigned int points = 0;

		while (step(walk, points + 1, round)) {
			points++;
		}
		most = points > most ? points : most;
	}
	print_message("# %s: %u injection points\n", walk->name, most);
	assert_true(most > 0);
}

void prepare_buffer(void)
{
	at.handle = must(create_dumb(stage.file, 3));
}

void prepare_far_buffer_fd(void)
{
	at.handle = must(create_dumb(stage.far, 3));
	at.fd = (int)must(export_handle(stage.far, at.handle, RW));
}

void close_fd(void)
{
	close(at.fd);
}

void prepare_far_dma_buf(void)
{
	prepare_far_buffer_fd();
	at.dma_buf = dma_buf_get(at.fd);
}

void finish_far_dma_buf(void)
{
	dma_buf_put(at.dma_buf);
	close(at.fd);
}

void prepare_exported_fd(void)
{
	prepare_buffer();
	at.fd = (int)must(export_handle(stage.file, at.handle, RW));
}

void undo_made(void)
{
	assert_int_equal(close_handle(stage.file, at.made), 0);
}

void undo_last_handle(void)
{
	struct counts counts;

	count_all(&counts);
	assert_int_equal(counts.objects, 1);
	close(at.fd);
	file_watch_dispatch();
	count_all(&counts);
	assert_int_equal(counts.objects, 0);
	assert_int_equal(counts.dma_bufs, 0);
	prepare_exported_fd();
}
