/* SPDX-License-Identifier: MIT */
/**
 * DOC: tasks
 *
 * The task of a thread is thread-local; nothing is shared, nothing locked.
 * This process' own task reads and writes through process_vm_readv(2) on
 * itself, so that a bad pointer is -EFAULT, as for any other program.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <uprime/host.h>

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
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

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

static const struct task_ops self_ops = {
	.capable = self_capable,
	.copy_from_user = self_copy_from,
	.copy_to_user = self_copy_to,
	.fd_get = self_fd_get,
	.fd_install = self_fd_install,
};

static _Thread_local struct task self_task;
static _Thread_local struct task *task_of_thread;

struct task *current_task(void)
{
	if (!task_of_thread) {
		self_task.ops = &self_ops;
		self_task.pid = getpid();
		self_task.fd_out = -1;
		return &self_task;
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

int copy_to_user(u64 to, const void *from, size_t n)
{
	struct task *task = current_task();

	return n ? task->ops->copy_to_user(task, to, from, n) : 0;
}
