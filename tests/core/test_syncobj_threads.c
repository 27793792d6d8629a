/* SPDX-License-Identifier: MIT */
/**
 * DOC: eight threads and their syncobjs
 *
 * Threads check with expect(), as an assertion can leave only the thread of the
 * test. What is left behind is counted when all have ended.
 */
#include <drm/drm_syncobj.h>
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <uprime/anon_file.h>

#include "expect.h"
#include "counts.h"
#include "syncobj.h"
#include "toy_fence.h"

#define THREADS 8
#ifdef __SANITIZE_THREAD__
#define ROUNDS 200
#else
#define ROUNDS 1500
#endif

/* More than any test takes. */
#define LONG 30000

/**
 * struct player - a thread of a test
 */
struct player {
	pthread_t thread;
	unsigned int index, seed;
	void (*play)(struct player *player);
};

static void *play(void *data)
{
	struct player *player = data;

	enter_task();
	player->play(player);
	return NULL;
}

static void play_all(void (*fn)(struct player *player))
{
	struct player players[THREADS];

	atomic_store(&broken, 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		players[i] =
			(struct player){.index = i, .seed = i + 1, .play = fn};
		assert_int_equal(pthread_create(&players[i].thread, NULL, play,
						&players[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(players[i].thread, NULL);
	}
	assert_int_equal(atomic_load(&broken), 0);
}

/* Four wait for each point of a timeline, four see to it that it comes. */

static u32 timeline, other;
static atomic_int next_point;

static void wait_for_each(struct player *player)
{
	int flags = player->index % 4 ? WAIT_SUBMIT : WAIT_AVAILABLE;

	for (u64 point = 1; point <= ROUNDS; point++) {
		expect(wait_points(stage.file, &timeline, &point, 1, (u32)flags,
				   LONG) >= -1);
	}
}

static void submit_each(struct player *player)
{
	struct dma_fence *fence;
	u64 point;

	while ((point = (u64)atomic_fetch_add(&next_point, 1)) <= ROUNDS) {
		switch (rand_r(&player->seed) % 3) {
		case 0:
			expect(!syncobj_signal_point(stage.file, timeline,
						     point));
			break;
		case 1:
			expect(!syncobj_transfer(stage.file, timeline, point,
						 other, 0, WAIT_SUBMIT));
			break;
		default:
			fence = put_in(stage.file, timeline, point);
			dma_fence_signal(fence);
			dma_fence_put(fence);
		}
	}
}

static void wait_or_submit(struct player *player)
{
	player->index < THREADS / 2 ? wait_for_each(player)
				    : submit_each(player);
}

TEST(no_waiter_misses_a_point)
{
	timeline = must(syncobj_create(stage.file, 0));
	other = must(syncobj_create(stage.file, SIGNALED));
	atomic_store(&next_point, 1);
	play_all(wait_or_submit);
	assert_int_equal(syncobj_destroy(stage.file, timeline), 0);
	assert_int_equal(toy_fences_alive, 0);
}

/* Seven wait for one that is empty; the eighth fills and empties it. */

static u32 box;
static atomic_int waiting, round_nr;

static void fill(void)
{
	for (int i = 1; i <= ROUNDS / 10; i++) {
		while (atomic_load(&waiting) < THREADS - 1) {
			sched_yield();
		}
		atomic_store(&waiting, 0);
		expect(!syncobj_signal(stage.file, box));
		while (atomic_load(&waiting) < THREADS - 1) {
			sched_yield();
		}
		atomic_store(&waiting, 0);
		expect(!syncobj_reset(stage.file, box));
		atomic_store(&round_nr, i);
	}
}

static void wait_until_full(void)
{
	for (int i = 1; i <= ROUNDS / 10; i++) {
		atomic_fetch_add(&waiting, 1);
		expect(!wait_one(stage.file, box, WAIT_SUBMIT, LONG));
		atomic_fetch_add(&waiting, 1);
		while (atomic_load(&round_nr) < i) {
			sched_yield();
		}
	}
}

static void fill_or_wait(struct player *player)
{
	player->index ? wait_until_full() : fill();
}

TEST(all_waiters_are_woken)
{
	box = must(syncobj_create(stage.file, 0));
	atomic_store(&waiting, 0);
	atomic_store(&round_nr, 0);
	play_all(fill_or_wait);
}

/* Everybody does everything, with the same few handles. */

#define HANDLES 4

/* A fence which somebody signals later; exchanged for another. */
static _Atomic(struct dma_fence *) later;

static void exchange_later(struct dma_fence *fence)
{
	fence = atomic_exchange(&later, fence);
	if (fence) {
		dma_fence_signal(fence);
		dma_fence_put(fence);
	}
}

static void wait_a_little(struct player *player, u32 handle)
{
	u32 handles[] = {handle, handle % HANDLES + 1};
	u64 points[] = {rand_r(&player->seed) % 3, 0};
	int ret = wait_points(stage.file, handles, points, 2,
			      rand_r(&player->seed) % 8, 1) +
		  1;

	expect(ret >= 0 || ret == -ETIME || ret == -EINVAL || ret == -ENOENT);
}

static void export_and_import(u32 handle, u32 flags)
{
	int fd = syncobj_to_fd(stage.file, handle, flags), ret;

	if (fd < 0) {
		expect(fd == -ENOENT || fd == -EINVAL);
		return;
	}
	if (flags) {
		ret = syncobj_import(stage.file, handle, fd);
		expect(!ret || ret == -ENOENT);
	} else {
		ret = syncobj_from_fd(stage.second, fd);
		expect(ret > 0 && !syncobj_destroy(stage.second, (u32)ret));
	}
	close(fd);
	anon_file_dispatch();
}

static void tell_eventfd(u32 handle, u64 point)
{
	int fd = eventfd(0, EFD_CLOEXEC),
	    ret = syncobj_eventfd(stage.file, handle, point, 0, fd);

	expect(!ret || ret == -ENOENT);
	close(fd);
}

/* Destroyed by another meanwhile, it is not there. */
static void expect_done(int ret)
{
	expect(!ret || ret == -ENOENT);
}

static void submit(struct player *player, u32 handle)
{
	struct drm_syncobj *syncobj = drm_syncobj_find(stage.file, handle);
	struct dma_fence *fence;

	if (!syncobj) {
		return;
	}
	fence = toy_fence_create(1);
	if (rand_r(&player->seed) % 2) {
		drm_syncobj_add_point(syncobj, dma_fence_chain_alloc(), fence,
				      rand_r(&player->seed) % 4);
	} else {
		drm_syncobj_replace_fence(syncobj, fence);
	}
	drm_syncobj_put(syncobj);
	exchange_later(fence);
}

static void do_anything(struct player *player)
{
	u32 handle = rand_r(&player->seed) % HANDLES + 1;
	u64 point = rand_r(&player->seed) % 4;
	int ret;

	switch (rand_r(&player->seed) % 12) {
	case 0:
		ret = syncobj_destroy(stage.file, handle);
		expect(!ret || ret == -EINVAL);
		/* The lowest number again, or a higher one meanwhile. */
		ret = syncobj_create(stage.file, point & SIGNALED);
		expect(ret > 0);
		break;
	case 1:
		expect_done(syncobj_signal(stage.file, handle));
		break;
	case 2:
		expect_done(syncobj_reset(stage.file, handle));
		break;
	case 3:
		expect_done(syncobj_signal_point(stage.file, handle, point));
		break;
	case 4:
		ret = syncobj_query(stage.file, handle, point & 1);
		expect(ret >= 0 || ret == -ENOENT);
		break;
	case 5:
		ret = syncobj_transfer(stage.file, handle, point,
				       handle % HANDLES + 1, point / 2, 0);
		expect(!ret || ret == -ENOENT || ret == -EINVAL);
		break;
	case 6:
		export_and_import(handle, 0);
		break;
	case 7:
		export_and_import(handle, SYNC_FILE);
		break;
	case 8:
		tell_eventfd(handle, point);
		break;
	case 9:
		submit(player, handle);
		break;
	default:
		wait_a_little(player, handle);
	}
}

static void do_everything(struct player *player)
{
	for (int i = 0; i < ROUNDS; i++) {
		do_anything(player);
	}
}

TEST(everything_at_once_leaves_nothing_behind)
{
	int fds = count_fds();

	for (int i = 0; i < HANDLES; i++) {
		must(syncobj_create(stage.file, 0));
	}
	play_all(do_everything);
	exchange_later(NULL);
	close_file(&stage.file);
	anon_file_dispatch();
	assert_int_equal(toy_fences_alive, 0);
	assert_int_equal(count_fds(), fds);
}

/* Fences of fences: each thread signals one, all wait for all. */

static struct dma_fence *leaves[THREADS], *whole;
static pthread_barrier_t barrier;

static struct dma_fence *make_array(void)
{
	struct dma_fence **members =
		kmalloc_array(THREADS, sizeof(struct dma_fence *), GFP_KERNEL);

	for (int i = 0; i < THREADS; i++) {
		members[i] = dma_fence_get(leaves[i]);
	}
	return &dma_fence_array_create(THREADS, members,
				       dma_fence_context_alloc(1), 1, false)
			->base;
}

/* Links, and the last of them has an array of all. */
static struct dma_fence *make_whole(void)
{
	struct dma_fence_chain *chain;
	struct dma_fence *head = NULL;

	for (int i = 0; i < THREADS; i++) {
		chain = dma_fence_chain_alloc();
		dma_fence_chain_init(chain, head,
				     i < THREADS - 1 ? dma_fence_get(leaves[i])
						     : make_array(),
				     (u64)i + 1);
		head = &chain->base;
	}
	return head;
}

static void signal_and_wait(struct player *player)
{
	struct dma_fence *fence;

	for (int i = 0; i < ROUNDS / 5; i++) {
		if (!player->index) {
			for (int leaf = 0; leaf < THREADS; leaf++) {
				leaves[leaf] = toy_fence_create(1);
			}
			dma_fence_set_error(leaves[THREADS - 1], -EIO);
			whole = make_whole();
		}
		pthread_barrier_wait(&barrier);
		fence = dma_fence_get(whole);
		if (player->index % 2) {
			dma_fence_enable_sw_signaling(fence);
		}
		dma_fence_signal(leaves[player->index]);
		expect(!dma_fence_wait(fence, false));
		expect(dma_fence_get_status(dma_fence_chain_contained(fence)) ==
		       -EIO);
		dma_fence_put(fence);
		dma_fence_put(leaves[player->index]);
		pthread_barrier_wait(&barrier);
		if (!player->index) {
			dma_fence_put(whole);
			expect(toy_fences_alive == 0);
		}
	}
}

TEST(all_learn_that_all_is_done)
{
	assert_int_equal(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	play_all(signal_and_wait);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(toy_fences_alive, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SYNCOBJS(no_waiter_misses_a_point),
		ON_SYNCOBJS(all_waiters_are_woken),
		ON_SYNCOBJS(everything_at_once_leaves_nothing_behind),
		ON_SYNCOBJS(all_learn_that_all_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
