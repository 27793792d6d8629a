/* SPDX-License-Identifier: MIT */
/**
 * DOC: what the core asks of the process it runs in
 *
 * The core answers requests of a *task*: the program that asks. By default
 * that is this process itself: its memory is read and written directly and
 * its fds are our fds. A server, which answers for other processes, gives each
 * of its threads a task of its own with set_current_task().
 */
#ifndef UPRIME_HOST_H
#define UPRIME_HOST_H

#include <linux/types.h>

struct task;

/**
 * struct task_ops - how to reach a task
 *
 * Called from the thread whose current task it is, with no lock of the core
 * held unless it is said: a callback may wait for the program.
 */
struct task_ops {
	/* Has the task this capability (CAP_*) in the first user namespace? */
	bool (*capable)(struct task *task, int cap);
	/* Read its memory: 0 or -EFAULT. */
	int (*copy_from_user)(struct task *task, void *to, u64 from, size_t n);
	/* Write its memory: 0 or -EFAULT. */
	int (*copy_to_user)(struct task *task, u64 to, const void *from,
			    size_t n);
	/* One of its fds as an fd of this process, to look at until fd_put(). It
	 * can be the very fd: who keeps it copies it. -EBADF, -EMFILE. */
	int (*fd_get)(struct task *task, int fd);
	/* End fd_get(), with what it returned. */
	void (*fd_put)(struct task *task, int fd);
	/* Give it a copy of an fd of this process, which stays the caller's.
	 * All else as fd_install(); also -ENFILE. */
	int (*fd_give)(struct task *task, int fd, bool cloexec);
	/* Give it an fd of this process. Takes @fd over on success. Returns
	 * its number there; -EMFILE. Where task->fd_out >= 0 the number may
	 * be filled in at that offset of the ioctl's argument later. The PRIME
	 * lock of the task's drm_file may be held. */
	int (*fd_install)(struct task *task, int fd, bool cloexec);
	/* Wait for wake(); see task_sleep(). */
	int (*sleep)(struct task *task, s64 deadline, bool intr);
	/* End the sleep of a task, or its next one. From any thread, with any
	 * lock held, while the task exists. */
	void (*wake)(struct task *task);
};

/**
 * struct task - a program that asks
 *
 * Embedded in what its maker knows about it. Used by one thread at a time.
 */
struct task {
	const struct task_ops *ops; /* constant */
	pid_t pid;                  /* process, not thread; constant */
	int fd_out; /* set around an ioctl's fd_install: offset of the argument's
	               field which takes the fd, or -1 */
};

/**
 * current_task() - the task this thread answers
 *
 * Return: never NULL; this process' own task unless another was set.
 */
struct task *current_task(void) __attribute__((visibility("default")));

/**
 * set_current_task() - answer another task from now on in this thread
 * @task: the task, alive until another is set; NULL for this process' own
 */
void set_current_task(struct task *task)
	__attribute__((visibility("default")));

#define TASK_COMM_LEN 16

/**
 * task_comm() - what a program calls itself
 * @task: the task
 * @comm: set to its name; empty if it is not to be had
 */
void task_comm(const struct task *task, char comm[TASK_COMM_LEN])
	__attribute__((visibility("default")));

/* The callbacks of the current task. */
bool capable(int cap) __attribute__((visibility("default")));
int copy_from_user(void *to, u64 from, size_t n)
	__attribute__((visibility("default")));
int copy_to_user(u64 to, const void *from, size_t n)
	__attribute__((visibility("default")));

/* No deadline. */
#define TASK_FOREVER INT64_MAX

/**
 * task_sleep() - wait until another thread wakes the current task
 * @deadline: ns of CLOCK_MONOTONIC, or TASK_FOREVER
 * @intr: end also when the task has a signal to handle
 *
 * As with the kernel's schedule(): a wake that comes before the sleep ends it
 * at once, and one can come for nothing, so ask again what was waited for. No
 * lock may be held.
 *
 * Return: 0 (woken); -ETIMEDOUT; -EINTR; -ENOMEM (cannot wait).
 */
int task_sleep(s64 deadline, bool intr) __attribute__((visibility("default")));

/**
 * task_wake() - end the sleep of a task
 * @task: the task; any lock may be held
 */
void task_wake(struct task *task) __attribute__((visibility("default")));

/* ktime_get_ns - now, in ns of CLOCK_MONOTONIC */
s64 ktime_get_ns(void) __attribute__((visibility("default")));

#endif
