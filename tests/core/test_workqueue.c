/* SPDX-License-Identifier: MIT */
/* Workqueues, and completions. */
#include <linux/completion.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <pthread.h>

#include "host/fault.h"
#include "stage.h"

#define MS 1000000LL

/* A job that notes what it did. */
struct job {
	struct work_struct work;
	atomic_int times, place;
	struct completion *waits_for; /* or NULL */
	struct workqueue_struct
		*again; /* to be done there once more, or NULL */
};

static atomic_int places;

static void do_job(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);
	struct workqueue_struct *again = job->again;

	if (job->waits_for) {
		wait_for_completion_timeout(job->waits_for, TASK_FOREVER,
					    false);
	}
	job->place = atomic_fetch_add(&places, 1);
	job->times++;
	if (again) {
		job->again = NULL;
		queue_work(again, work);
	}
}

static void init_job(struct job *job)
{
	*job = (struct job){0};
	init_work(&job->work, do_job);
}

TEST(ordered_work_is_done_in_order)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("test", 0);
	struct job jobs[20];

	places = 0;
	for (int i = 0; i < 20; i++) {
		init_job(&jobs[i]);
		assert_true(queue_work(wq, &jobs[i].work));
	}
	flush_workqueue(wq);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(jobs[i].times, 1);
		assert_int_equal(jobs[i].place, i);
	}
	destroy_workqueue(wq);
}

TEST(work_that_is_queued_is_not_queued_again)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("test", 0);
	struct completion go;
	struct job first, job;

	init_completion(&go);
	init_job(&first);
	init_job(&job);
	first.waits_for = &go;
	queue_work(wq, &first.work);
	assert_true(queue_work(wq, &job.work));
	assert_false(queue_work(wq, &job.work));
	complete_all(&go);
	assert_true(flush_work(&job.work) || job.times == 1);
	assert_int_equal(job.times, 1);
	assert_true(queue_work(wq, &job.work));
	destroy_workqueue(wq);
	assert_int_equal(job.times, 2);
}

TEST(work_can_queue_itself)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("test", 0);
	struct job job;

	init_job(&job);
	job.again = wq;
	queue_work(wq, &job.work);
	destroy_workqueue(wq);
	assert_int_equal(job.times, 2);
}

static void free_job(struct work_struct *work)
{
	places++;
	kfree(container_of(work, struct job, work));
}

TEST(work_can_free_itself)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	places = 0;
	assert_int_equal(workqueue_prepare(), 0);
	init_work(&job->work, free_job);
	queue_work(system_unbound_wq, &job->work);
	flush_workqueue(system_unbound_wq);
	assert_int_equal(places, 1);
}

TEST(unbound_work_does_not_wait_for_other_work)
{
	struct completion go;
	struct job waiters[4], job;

	assert_int_equal(workqueue_prepare(), 0);
	init_completion(&go);
	for (int i = 0; i < 4; i++) {
		init_job(&waiters[i]);
		waiters[i].waits_for = &go;
		queue_work(system_unbound_wq, &waiters[i].work);
	}
	init_job(&job);
	queue_work(system_unbound_wq, &job.work);
	flush_work(&job.work);
	assert_int_equal(job.times, 1);
	complete_all(&go);
	flush_workqueue(system_unbound_wq);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(waiters[i].times, 1);
	}
}

TEST(flushing_what_is_not_queued_does_not_wait)
{
	struct job job;

	init_job(&job);
	assert_false(flush_work(&job.work));
}

TEST(without_another_thread_work_is_done_in_order)
{
	struct job jobs[3];

	assert_int_equal(workqueue_prepare(), 0);
	flush_workqueue(system_unbound_wq);
	places = 0;
	for (int i = 0; i < 3; i++) {
		init_job(&jobs[i]);
		fault_arm(1);
		assert_true(queue_work(system_unbound_wq, &jobs[i].work));
		fault_disarm();
	}
	flush_workqueue(system_unbound_wq);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(jobs[i].times, 1);
	}
}

TEST(a_queue_without_memory_or_a_thread_is_none)
{
	struct workqueue_struct *wq;
	int points = 0;

	do {
		fault_arm((unsigned int)points + 1);
		wq = alloc_ordered_workqueue("test", 0);
		points++;
		fault_disarm();
	} while (!wq);
	assert_int_equal(points, 3);
	destroy_workqueue(wq);
}

/* A thread that waits for a completion. */
struct waiting {
	struct completion *x;
	s64 timeout;
	int ret;
	pthread_t thread;
};

static void *wait_in_thread(void *data)
{
	struct waiting *waiting = data;

	waiting->ret = wait_for_completion_timeout(waiting->x, waiting->timeout,
						   false);
	return NULL;
}

TEST(a_completion_wakes_all_who_wait)
{
	struct waiting waiting[3];
	struct completion x;

	init_completion(&x);
	for (int i = 0; i < 3; i++) {
		waiting[i] = (struct waiting){.x = &x, .timeout = TASK_FOREVER};
		pthread_create(&waiting[i].thread, NULL, wait_in_thread,
			       &waiting[i]);
	}
	usleep(2000);
	assert_false(completion_done(&x));
	complete_all(&x);
	for (int i = 0; i < 3; i++) {
		pthread_join(waiting[i].thread, NULL);
		assert_int_equal(waiting[i].ret, 0);
	}
	assert_true(completion_done(&x));
	/* And those who come later. */
	assert_int_equal(wait_for_completion_timeout(&x, 0, true), 0);
}

TEST(a_wait_for_a_completion_ends_in_time)
{
	s64 before = ktime_get_ns();
	struct completion x;

	init_completion(&x);
	assert_int_equal(wait_for_completion_timeout(&x, 5 * MS, true),
			 -ETIMEDOUT);
	assert_true(ktime_get_ns() - before >= 5 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN(ordered_work_is_done_in_order),
		PLAIN(work_that_is_queued_is_not_queued_again),
		PLAIN(work_can_queue_itself),
		PLAIN(work_can_free_itself),
		PLAIN(unbound_work_does_not_wait_for_other_work),
		PLAIN(flushing_what_is_not_queued_does_not_wait),
		PLAIN(without_another_thread_work_is_done_in_order),
		PLAIN(a_queue_without_memory_or_a_thread_is_none),
		PLAIN(a_completion_wakes_all_who_wait),
		PLAIN(a_wait_for_a_completion_ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
