/* SPDX-License-Identifier: MIT */
/**
 * DOC: tasks
 *
 * The task of a thread is thread-local; nothing is shared, nothing locked.
 * This process' own task reads and writes through process_vm_readv(2) on
 * itself, so that a bad pointer is -EFAULT, as for any other program. Its sleep
 * is not interrupted by signals: their handlers run in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/kernel.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <uprime/host.h>

/**
 * struct self - this process as a task, in one thread
 */
struct self {
	struct task task;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool woken; /* lock */
};

static bool self_capable(struct task *task, int cap)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	(void)task;
	if (syscall(SYS_capget, &hdr, data)) {
		return false;
	}
	return data[cap / 32].effective >> (cap % 32) & 1;
}

static int self_copy_from(struct task *task, void *to, u64 from, size_t n)
{
	struct iovec local = {to, n}, remote = {(void *)from, n};

	(void)task;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) ==
			       (ssize_t)n
		       ? 0
		       : -EFAULT;
}

static int self_copy_to(struct task *task, u64 to, const void *from, size_t n)
{
	struct iovec local = {(void *)from, n}, remote = {(void *)to, n};

	(void)task;
	return process_vm_writev(getpid(), &local, 1, &remote, 1, 0) ==
			       (ssize_t)n
		       ? 0
		       : -EFAULT;
}

static int self_fd_get(struct task *task, int fd)
{
	(void)task;
	/* If there is none, whoever looks at it will see. */
	return fd < 0 ? -EBADF : fd;
}

static void self_fd_put(struct task *task, int fd)
{
	(void)task;
	(void)fd;
}

static int self_fd_give(struct task *task, int fd, bool cloexec)
{
	int copy = cloexec ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : dup(fd);

	(void)task;
	return copy < 0 ? -errno : copy;
}

static int self_fd_install(struct task *task, int fd, bool cloexec)
{
	(void)task;
	/* It came close-on-exec; a caller that forks meanwhile wanted that. */
	if (!cloexec && fcntl(fd, F_SETFD, 0)) {
		return -errno;
	}
	return fd;
}

static int self_sleep(struct task *task, s64 deadline, bool intr)
{
	struct self *self = container_of(task, struct self, task);
	struct timespec until = {
		.tv_sec = deadline / 1000000000,
		.tv_nsec = deadline % 1000000000,
	};
	int err = 0;

	(void)intr;
	pthread_mutex_lock(&self->lock);
	while (!self->woken && !err) {
		err = deadline == TASK_FOREVER
			      ? pthread_cond_wait(&self->cond, &self->lock)
			      : pthread_cond_clockwait(&self->cond, &self->lock,
						       CLOCK_MONOTONIC, &until);
	}
	err = self->woken ? 0 : -err;
	self->woken = false;
	pthread_mutex_unlock(&self->lock);
	return err;
}

static void self_wake(struct task *task)
{
	struct self *self = container_of(task, struct self, task);

	pthread_mutex_lock(&self->lock);
	self->woken = true;
	pthread_cond_signal(&self->cond);
	pthread_mutex_unlock(&self->lock);
}

static const struct task_ops self_ops = {
	.capable = self_capable,
	.copy_from_user = self_copy_from,
	.copy_to_user = self_copy_to,
	.fd_get = self_fd_get,
	.fd_put = self_fd_put,
	.fd_give = self_fd_give,
	.fd_install = self_fd_install,
	.sleep = self_sleep,
	.wake = self_wake,
};

static pid_t own_pid; /* written when there is one thread */

static void note_pid(void)
{
	own_pid = getpid();
}

/* A fork changes it. */
__attribute__((constructor)) static void note_pid_always(void)
{
	note_pid();
	pthread_atfork(NULL, NULL, note_pid);
}

static _Thread_local struct self self = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.cond = PTHREAD_COND_INITIALIZER,
};
static _Thread_local struct task *task_of_thread;

struct task *current_task(void)
{
	if (!task_of_thread) {
		if (!self.task.ops) {
			self.task.ops = &self_ops;
			self.task.fd_out = -1;
		}
		self.task.pid = own_pid;
		return &self.task;
	}
	return task_of_thread;
}

void set_current_task(struct task *task)
{
	task_of_thread = task;
}

bool capable(int cap)
{
	struct task *task = current_task();

	return task->ops->capable(task, cap);
}

int copy_from_user(void *to, u64 from, size_t n)
{
	struct task *task = current_task();

	return n ? task->ops->copy_from_user(task, to, from, n) : 0;
}

void task_comm(const struct task *task, char comm[TASK_COMM_LEN])
{
	char path[32];
	ssize_t n = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)task->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, comm, TASK_COMM_LEN - 1);
		close(fd);
	}
	comm[max(n, (ssize_t)0)] = '\0';
}

int copy_to_user(u64 to, const void *from, size_t n)
{
	struct task *task = current_task();

	return n ? task->ops->copy_to_user(task, to, from, n) : 0;
}

int task_sleep(s64 deadline, bool intr)
{
	struct task *task = current_task();

	return task->ops->sleep(task, deadline, intr);
}

void task_wake(struct task *task)
{
	task->ops->wake(task);
}

s64 ktime_get_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (s64)now.tv_sec * 1000000000 + now.tv_nsec;
}
