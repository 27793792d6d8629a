/* SPDX-License-Identifier: MIT */
/* The states of a dma-buf, and exporters that are not GEM. */
#include <pthread.h>

#include "counts.h"
#include "stage.h"

#define RW (DRM_CLOEXEC | DRM_RDWR)

static int released;

static struct sg_table *no_map(struct dma_buf_attachment *attach,
			       enum dma_data_direction dir)
{
	(void)attach;
	(void)dir;
	return NULL;
}

static void no_unmap(struct dma_buf_attachment *attach, struct sg_table *sgt,
		     enum dma_data_direction dir)
{
	(void)attach;
	(void)sgt;
	(void)dir;
}

static void count_release(struct dma_buf *dma_buf)
{
	(void)dma_buf;
	released++;
}

/* Only what is required. */
static const struct dma_buf_ops bare_ops = {
	.map_dma_buf = no_map,
	.unmap_dma_buf = no_unmap,
	.release = count_release,
};

static struct dma_buf *bare_dma_buf(const struct dma_buf_ops *ops)
{
	struct file *file = shmem_file_setup("test", PAGE_SIZE);
	struct dma_buf_export_info info = {
		.exp_name = "test",
		.ops = ops,
		.size = PAGE_SIZE,
		.flags = O_RDWR,
		.file = file,
		.priv = &released,
	};
	struct dma_buf *dma_buf = dma_buf_export(&info);

	fput(file);
	released = 0;
	return dma_buf;
}

TEST(what_is_required_of_an_exporter_is_einval_when_missing)
{
	struct dma_buf_ops ops = bare_ops;

	ops.map_dma_buf = NULL;
	assert_int_equal(PTR_ERR(bare_dma_buf(&ops)), -EINVAL);
	ops = bare_ops;
	ops.unmap_dma_buf = NULL;
	assert_int_equal(PTR_ERR(bare_dma_buf(&ops)), -EINVAL);
	ops = bare_ops;
	ops.release = NULL;
	assert_int_equal(PTR_ERR(bare_dma_buf(&ops)), -EINVAL);
}

TEST(a_dma_buf_that_was_never_given_out_ends_with_its_last_reference)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);

	get_dma_buf(dma_buf);
	dma_buf_put(dma_buf);
	assert_int_equal(released, 0);
	dma_buf_put(dma_buf);
	assert_int_equal(released, 1);
}

TEST(the_callers_reference_passes_into_the_fd)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	int fd = dma_buf_fd(dma_buf, O_CLOEXEC);

	assert_int_equal(atomic_load(&dma_buf->refs), 0);
	close(fd);
	file_watch_dispatch();
	assert_int_equal(released, 1);
}

TEST(release_runs_once_whoever_sees_the_end_first)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	int fd = dma_buf_fd(dma_buf, O_CLOEXEC);

	/* The event of the fd's end is there when the reference goes. */
	assert_ptr_equal(dma_buf_get(fd), dma_buf);
	close(fd);
	dma_buf_put(dma_buf);
	assert_int_equal(released, 1);
	file_watch_dispatch();
	assert_int_equal(released, 1);
}

TEST(an_fd_that_came_back_is_held_again)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	int fd = dma_buf_fd(dma_buf, O_CLOEXEC), again;

	assert_ptr_equal(dma_buf_get(fd), dma_buf);
	close(fd);
	file_watch_dispatch();
	assert_int_equal(released, 0);
	again = dma_buf_fd(dma_buf, O_CLOEXEC);
	assert_true(again >= 0);
	close(again);
	file_watch_dispatch();
	assert_int_equal(released, 1);
}

TEST(importing_from_an_exporter_that_maps_nothing_is_enomem)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	struct counts before;
	int fd = dma_buf_fd(dma_buf, O_CLOEXEC);

	count_all(&before);
	assert_int_equal(import_fd(stage.file, fd), -ENOMEM);
	assert_counts(&before);
	close(fd);
	file_watch_dispatch();
	assert_int_equal(released, 1);
}

TEST(callbacks_an_exporter_leaves_out_have_their_answers)
{
	struct vm_area_struct vma = {.vm_pages = 1, .vm_flags = VM_SHARED};
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	struct dma_buf_attachment *attach;

	assert_int_equal(dma_buf_mmap(dma_buf, &vma, 0), -EINVAL);
	assert_null(dma_buf_vmap(dma_buf));
	assert_int_equal(dma_buf_begin_cpu_access(dma_buf, DMA_TO_DEVICE), 0);
	assert_int_equal(dma_buf_end_cpu_access(dma_buf, DMA_TO_DEVICE), 0);
	attach = dma_buf_attach(dma_buf, stage.dev->dev);
	assert_false(IS_ERR(attach));
	dma_buf_detach(dma_buf, attach);
	dma_buf_put(dma_buf);
}

TEST(opening_it_again_neither_keeps_nor_ends_it)
{
	struct dma_buf *dma_buf = bare_dma_buf(&bare_ops);
	int fd = dma_buf_fd(dma_buf, O_CLOEXEC), again;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR);
	assert_true(again >= 0);
	/* It does not become the description that everybody has. */
	assert_ptr_equal(dma_buf_get(again), dma_buf);
	assert_int_equal(dma_buf->fd, -1);
	dma_buf_put(dma_buf);
	close(again);
	file_watch_dispatch();
	assert_int_equal(released, 0);
	again = open(path, O_RDWR);
	close(fd);
	file_watch_dispatch();
	assert_int_equal(released, 1);
	close(again);
}

/* ------------------------------------------------------------------------
 * Two exports at once, of which one fails
 */

static struct {
	pthread_barrier_t in_give, failed;
	struct dma_buf *dma_buf;
	int fd;
} race;

static int failing_give(struct task *task, int fd, bool cloexec)
{
	(void)task;
	(void)fd;
	(void)cloexec;
	pthread_barrier_wait(&race.in_give);
	return -EMFILE;
}

static int waiting_give(struct task *task, int fd, bool cloexec)
{
	(void)task;
	(void)cloexec;
	pthread_barrier_wait(&race.in_give);
	pthread_barrier_wait(&race.failed);
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static void *succeed_slowly(void *data)
{
	struct task_ops ops = *current_task()->ops;
	struct task task = {.ops = &ops, .pid = getpid(), .fd_out = -1};

	(void)data;
	ops.fd_give = waiting_give;
	set_current_task(&task);
	get_dma_buf(race.dma_buf);
	race.fd = dma_buf_fd(race.dma_buf, O_CLOEXEC);
	set_current_task(NULL);
	return NULL;
}

TEST(an_export_that_fails_does_not_take_the_description_from_another)
{
	struct task_ops ops = *current_task()->ops;
	struct task task = {.ops = &ops, .pid = getpid(), .fd_out = -1};
	pthread_t thread;
	int again;

	pthread_barrier_init(&race.in_give, NULL, 2);
	pthread_barrier_init(&race.failed, NULL, 2);
	race.dma_buf = bare_dma_buf(&bare_ops);
	ops.fd_give = failing_give;
	/* Both are in the middle of it; ours, which may have opened the
	 * description, fails; then the other's is given out. Whose it was is
	 * not the same each time. */
	for (int i = 0; i < 20; i++) {
		struct dma_buf *dma_buf = race.dma_buf;

		pthread_create(&thread, NULL, succeed_slowly, NULL);
		set_current_task(&task);
		get_dma_buf(dma_buf);
		assert_int_equal(dma_buf_fd(dma_buf, O_CLOEXEC), -EMFILE);
		dma_buf_put(dma_buf);
		set_current_task(NULL);
		pthread_barrier_wait(&race.failed);
		pthread_join(thread, NULL);
		enter_task();
		get_dma_buf(dma_buf);
		again = dma_buf_fd(dma_buf, O_CLOEXEC);
		assert_true(same_open_file(race.fd, again));
		close(again);
		dma_buf_put(dma_buf);
		close(race.fd);
		file_watch_dispatch();
		assert_int_equal(released, 1);
		race.dma_buf = bare_dma_buf(&bare_ops);
	}
	dma_buf_put(race.dma_buf);
	pthread_barrier_destroy(&race.in_give);
	pthread_barrier_destroy(&race.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_STAGE(
			what_is_required_of_an_exporter_is_einval_when_missing),
		ON_STAGE(
			a_dma_buf_that_was_never_given_out_ends_with_its_last_reference),
		ON_STAGE(the_callers_reference_passes_into_the_fd),
		ON_STAGE(release_runs_once_whoever_sees_the_end_first),
		ON_STAGE(an_fd_that_came_back_is_held_again),
		ON_STAGE(
			importing_from_an_exporter_that_maps_nothing_is_enomem),
		ON_STAGE(callbacks_an_exporter_leaves_out_have_their_answers),
		ON_STAGE(opening_it_again_neither_keeps_nor_ends_it),
		ON_STAGE(
			an_export_that_fails_does_not_take_the_description_from_another),
	};

	return cmocka_run_group_tests_name("dma-buf", tests, NULL, NULL);
}
