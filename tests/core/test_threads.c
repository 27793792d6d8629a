/* SPDX-License-Identifier: MIT */
/**
 * DOC: threads
 *
 * Each test is played by two threads and by four. Threads check with expect(),
 * as an assertion can leave only the thread of the test. What is left behind
 * is counted when all have ended.
 */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "expect.h"
#include "counts.h"
#include "stage.h"

#define RW   (DRM_CLOEXEC | DRM_RDWR)
#define BOTH (PROT_READ | PROT_WRITE)

#define MAX_THREADS 4
#ifdef __SANITIZE_THREAD__
#define ROUNDS 300
#else
#define ROUNDS 2000
#endif

/**
 * struct player - a thread of a test
 */
struct player {
	pthread_t thread;
	unsigned int index, seed;
	void (*round)(struct player *player);
	struct drm_file *file; /* its own, of the stage's first device */
	struct drm_file *far;  /* and of the second */
};

static int shared_fd;
static u32 shared_handle; /* in stage.file */
static atomic_bool over;

static u32 get(int result)
{
	expect(result >= 0);
	return (u32)result;
}

static void *play(void *data)
{
	struct player *player = data;

	enter_task();
	for (int i = 0; i < ROUNDS; i++) {
		player->round(player);
	}
	return NULL;
}

static void *dispatch_until_over(void *data)
{
	(void)data;
	enter_task();
	while (!atomic_load(&over)) {
		file_watch_dispatch();
		sched_yield();
	}
	return NULL;
}

static void play_with(int n, void (*round)(struct player *player))
{
	struct player players[MAX_THREADS];
	pthread_t dispatcher;

	atomic_store(&over, false);
	assert_int_equal(
		pthread_create(&dispatcher, NULL, dispatch_until_over, NULL),
		0);
	for (int i = 0; i < n; i++) {
		players[i] = (struct player){
			.index = (unsigned int)i,
			.seed = (unsigned int)i + 1,
			.round = round,
			.file = open_node(stage.dev, DRM_MINOR_PRIMARY),
			.far = open_node(stage.far_dev, DRM_MINOR_RENDER),
		};
	}
	for (int i = 0; i < n; i++) {
		assert_int_equal(pthread_create(&players[i].thread, NULL, play,
						&players[i]),
				 0);
	}
	for (int i = 0; i < n; i++) {
		pthread_join(players[i].thread, NULL);
	}
	atomic_store(&over, true);
	pthread_join(dispatcher, NULL);
	for (int i = 0; i < n; i++) {
		close_file(&players[i].file);
		close_file(&players[i].far);
	}
	file_watch_dispatch();
}

/* Play with two threads, then with four, beside a buffer that all know. */
static void play_all(void (*round)(struct player *player))
{
	struct counts before;

	atomic_store(&broken, 0);
	shared_handle = must(create_dumb(stage.file, 1));
	shared_fd = (int)must(export_handle(stage.file, shared_handle, RW));
	count_all(&before);
	for (int n = 2; n <= MAX_THREADS; n += 2) {
		play_with(n, round);
		if (atomic_load(&broken)) {
			fail_msg("%d threads: line %d", n,
				 atomic_load(&broken));
		}
		assert_counts(&before);
	}
	close(shared_fd);
}

/* ------------------------------------------------------------------------
 * Rounds
 */

static void export_and_import_in_one_file(struct player *player)
{
	int fd = (int)get(export_handle(stage.file, shared_handle, RW));

	(void)player;
	expect(import_fd(stage.file, fd) == (int)shared_handle);
	expect(same_open_file(fd, shared_fd));
	close(fd);
}

TEST(one_file_exports_and_imports_one_object)
{
	play_all(export_and_import_in_one_file);
}

static void import_in_own_file(struct player *player)
{
	u32 handle = get(import_fd(player->file, shared_fd));
	int fd = (int)get(export_handle(player->file, handle, RW));

	expect(handle == 1);
	expect(same_open_file(fd, shared_fd));
	close(fd);
	expect(!close_handle(player->file, handle));
}

TEST(many_files_import_one_object)
{
	play_all(import_in_own_file);
}

static void import_in_own_far_file(struct player *player)
{
	u32 handle = get(import_fd(player->far, shared_fd));
	int fd = (int)get(export_handle(player->far, handle, RW));

	expect(same_open_file(fd, shared_fd));
	close(fd);
	expect(!close_handle(player->far, handle));
}

TEST(many_files_of_another_device_import_one_object)
{
	play_all(import_in_own_far_file);
}

/* The first export of each object is a race of all threads. */
static void export_what_is_new(struct player *player)
{
	static _Atomic u32 fresh;
	u32 handle = atomic_load(&fresh);
	int fd, again;

	if (player->index == 0) {
		handle = get(create_dumb(stage.file, 1));
		atomic_store(&fresh, handle);
	}
	fd = export_handle(stage.file, handle, RW);
	again = export_handle(stage.file, handle, RW);
	if (player->index == 0) {
		/* Nobody else closes it. */
		expect(fd >= 0 && again >= 0 && same_open_file(fd, again));
		expect(import_fd(stage.file, fd) == (int)handle);
		expect(!close_handle(stage.file, handle));
	}
	if (fd >= 0) {
		close(fd);
	}
	if (again >= 0) {
		close(again);
	}
}

TEST(many_threads_race_to_export_an_object_first)
{
	play_all(export_what_is_new);
}

/* Anything may fail, nothing may break or be left. */
static void disturb_each_other(struct player *player)
{
	u32 handle = 2 + (u32)rand_r(&player->seed) % 6;
	int fd, ret;

	switch (rand_r(&player->seed) % 5) {
	case 0:
		create_dumb(stage.file, 1);
		break;
	case 1:
		close_handle(stage.file, handle);
		break;
	case 2:
		fd = export_handle(stage.file, handle, RW);
		if (fd >= 0) {
			ret = import_fd(stage.file, fd);
			/* Many buffers are open by now. */
			expect(ret > 0 || ret == -EMFILE);
			import_fd(player->far, fd);
			close(fd);
		}
		break;
	case 3:
		close_handle(player->far, 1);
		break;
	default:
		ret = import_fd(stage.file, shared_fd);
		expect(ret == (int)shared_handle || ret == -EMFILE);
	}
}

static void close_what_is_left(void)
{
	for (u32 handle = 2; handle < 100000; handle++) {
		close_handle(stage.file, handle);
	}
}

TEST(handles_of_one_file_are_closed_under_each_other)
{
	struct counts before;

	/* All tests end with the counts of their beginning; this one leaves
	 * what it has created. */
	atomic_store(&broken, 0);
	count_all(&before);
	shared_handle = must(create_dumb(stage.file, 1));
	shared_fd = (int)must(export_handle(stage.file, shared_handle, RW));
	for (int n = 2; n <= MAX_THREADS; n += 2) {
		play_with(n, disturb_each_other);
		close_what_is_left();
	}
	assert_int_equal(atomic_load(&broken), 0);
	close(shared_fd);
	close_handle(stage.file, shared_handle);
	assert_counts(&before);
}

static void name_and_open(struct player *player)
{
	u32 handle = get(create_dumb(player->file, 1));
	u32 name = get(flink(player->file, handle));
	u32 other = 1 + (u32)rand_r(&player->seed) % MAX_THREADS;
	int opened = open_name(player->file, other);

	/* Somebody's name, or nobody's any more. */
	expect(opened > 0 || opened == -ENOENT);
	expect(open_name(player->far, name) < 0);
	if (opened > 0) {
		expect(!close_handle(player->file, (u32)opened));
	}
	expect(!close_handle(player->file, handle));
}

TEST(names_are_given_opened_and_die)
{
	play_all(name_and_open);
}

static void open_and_close_a_file(struct player *player)
{
	struct drm_file *file = drm_open(&stage.dev->primary);
	int fd;

	(void)player;
	expect(!IS_ERR(file));
	get(import_fd(file, shared_fd));
	fd = (int)get(export_handle(file, get(create_dumb(file, 1)), RW));
	drm_close(file);
	close(fd);
}

TEST(files_come_and_go_with_all_they_have)
{
	play_all(open_and_close_a_file);
}

static void map_and_let_go(struct player *player)
{
	u32 handle = get(create_dumb(player->file, 1));
	u64 offset = (u64)map_dumb(player->file, handle);
	char *p = map_device(player->file, offset, 1, BOTH);

	expect(!IS_ERR(p));
	if (rand_r(&player->seed) % 2) {
		expect(!close_handle(player->file, handle));
		handle = 0;
	}
	*p = 1;
	munmap(p, PAGE_SIZE);
	if (handle) {
		expect(!close_handle(player->file, handle));
	}
}

TEST(mappings_end_while_another_thread_dispatches)
{
	play_all(map_and_let_go);
}

static void map_through_one_file(struct player *player)
{
	u64 offset = (u64)map_dumb(stage.file, shared_handle);
	char *p = map_device(stage.file, offset, 1, BOTH);
	u32 name = get(flink(stage.file, shared_handle)), more;

	(void)player;
	expect(!IS_ERR(p));
	more = get(open_name(stage.file, name));
	/* Asks whether the mapping is gone, while others make new ones. */
	expect(!close_handle(stage.file, more));
	munmap(p, PAGE_SIZE);
}

TEST(one_object_is_mapped_by_all_through_one_file)
{
	struct counts before;

	count_all(&before);
	atomic_store(&broken, 0);
	shared_handle = must(create_dumb(stage.file, 1));
	play_with(2, map_through_one_file);
	play_with(4, map_through_one_file);
	assert_int_equal(atomic_load(&broken), 0);
	close_handle(stage.file, shared_handle);
	file_watch_dispatch();
	assert_counts(&before);
}

static void send_away_and_bring_back(struct player *player)
{
	u32 handle = get(create_dumb(player->file, 1));
	int fd = (int)get(export_handle(player->file, handle, RW)), again;
	void *p = mmap(NULL, PAGE_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	expect(!close_handle(player->file, handle));
	if (rand_r(&player->seed) % 2) {
		handle = get(import_fd(player->file, fd));
		again = (int)get(export_handle(player->file, handle, 0));
		expect(same_open_file(fd, again));
		close(again);
		expect(!close_handle(player->file, handle));
	}
	close(fd);
	munmap(p, PAGE_SIZE);
}

TEST(buffers_are_away_and_come_back_while_another_thread_dispatches)
{
	play_all(send_away_and_bring_back);
}

static void look_through_the_window(struct player *player)
{
	struct dma_buf *dma_buf = dma_buf_get(shared_fd);
	struct dma_buf_attachment *attach;
	void *vaddr;

	(void)player;
	expect(!IS_ERR(dma_buf));
	vaddr = dma_buf_vmap(dma_buf);
	expect(vaddr);
	attach = dma_buf_attach(dma_buf, stage.far_dev->dev);
	expect(!IS_ERR(attach));
	expect(!IS_ERR(dma_buf_map_attachment(attach, DMA_BIDIRECTIONAL)));
	dma_buf_vunmap(dma_buf, vaddr);
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
}

TEST(a_buffer_is_attached_and_vmapped_by_all)
{
	play_all(look_through_the_window);
}

static void create_a_card(void)
{
	const struct uprime_driver *vram = uprime_driver_find("vram");
	struct drm_device *dev = vram->create(NULL);

	expect(!IS_ERR(dev));
	sched_yield();
	vram->destroy(dev);
}

static void find_a_card(void)
{
	/* The node behind those of the stage. */
	struct drm_minor *minor = drm_minor_get(2);
	struct drm_file *file;

	if (minor) {
		expect(minor->dev->dev_private);
		file = drm_open(minor);
		if (!IS_ERR(file)) {
			drm_close(file);
		}
		drm_dev_put(minor->dev);
	}
}

static void create_or_find_a_card(struct player *player)
{
	for (int i = 0; i < 10; i++) {
		if (player->index == 0) {
			create_a_card();
		} else {
			find_a_card();
		}
	}
}

TEST(a_device_is_complete_when_its_node_is_found)
{
	play_all(create_or_find_a_card);
}

/* ------------------------------------------------------------------------
 * The end of a description, seen by a thread that only waits for it
 */

#define HOLDER 77

static struct file *watched_file;
static bool seen; /* by the thread that dispatches */

static void look(struct file_watch *watch)
{
	seen = !file_is_held(watch->file, HOLDER);
}

static void *close_soon(void *data)
{
	close(*(int *)data);
	return NULL;
}

/* Wait for it, and dispatch as early as can be. False after five seconds. */
static bool wait_until_seen(void)
{
	struct pollfd wait = {.fd = file_watch_fd(), .events = POLLIN};
	time_t end = time(NULL) + 5;

	while (!seen && time(NULL) <= end) {
		if (poll(&wait, 1, 0) > 0) {
			file_watch_dispatch();
		} else {
			sched_yield();
		}
	}
	return seen;
}

/* The system tells of a close before it has dropped the description's locks:
 * that must not be the last one hears. */
TEST(who_waits_for_the_end_of_a_description_sees_it)
{
	watched_file = shmem_file_setup("test", PAGE_SIZE);
	for (int i = 0; i < ROUNDS; i++) {
		int fd = file_reopen(watched_file, O_RDWR, HOLDER);
		struct file_watch watch = {0};
		pthread_t thread;

		seen = false;
		file_watch(watched_file, &watch, look);
		pthread_create(&thread, NULL, close_soon, &fd);
		assert_true(wait_until_seen());
		pthread_join(thread, NULL);
		file_unwatch(&watch);
	}
	fput(watched_file);
}

static void destroy_vram(struct drm_device *dev)
{
	uprime_driver_find("vram")->destroy(dev);
}

static int cards_setup(void **state)
{
	const struct uprime_driver *vram = uprime_driver_find("vram");

	(void)state;
	return stage_setup_devices(vram->create(NULL), vram->create(NULL),
				   destroy_vram);
}

#define ON_CARDS(name)                                                         \
	cmocka_unit_test_setup_teardown(name, cards_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(one_file_exports_and_imports_one_object),
		ON_STAGE(many_files_import_one_object),
		ON_STAGE(many_files_of_another_device_import_one_object),
		ON_STAGE(many_threads_race_to_export_an_object_first),
		ON_STAGE(handles_of_one_file_are_closed_under_each_other),
		ON_STAGE(names_are_given_opened_and_die),
		ON_STAGE(files_come_and_go_with_all_they_have),
		ON_STAGE(mappings_end_while_another_thread_dispatches),
		ON_STAGE(one_object_is_mapped_by_all_through_one_file),
		ON_STAGE(
			buffers_are_away_and_come_back_while_another_thread_dispatches),
		ON_STAGE(a_buffer_is_attached_and_vmapped_by_all),
		ON_STAGE(a_device_is_complete_when_its_node_is_found),
		ON_STAGE(who_waits_for_the_end_of_a_description_sees_it),
		ON_CARDS(many_files_of_another_device_import_one_object),
		ON_CARDS(a_buffer_is_attached_and_vmapped_by_all),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
