/* SPDX-License-Identifier: MIT */
/**
 * DOC: eventfds
 *
 * A write(2) to an eventfd that is full would wait for the program, unless the
 * program has made it non-blocking, which is not ours to change. The system
 * itself adds to an eventfd without waiting when an asynchronous request is
 * done: so one is made that is done at once. It asks whether the eventfd is
 * readable or writable, and one of the two it always is.
 *
 * context_lock guards the one context for requests, and that there is one
 * request in it at a time. It is a leaf.
 */
#include <errno.h>
#include <linux/aio_abi.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uprime/eventfd.h>
#include <uprime/host.h>

#include "fault.h"
#include "proc_path.h"

struct eventfd_ctx {
	int fd; /* owned */
};

static DEFINE_MUTEX(context_lock);
static aio_context_t context; /* context_lock; made once */

static int make_context(void)
{
	int ret = 0;

	mutex_lock(&context_lock);
	if (!context && (fault_point() || syscall(SYS_io_setup, 1, &context))) {
		ret = -ENOMEM;
	}
	mutex_unlock(&context_lock);
	return ret;
}

static bool is_eventfd(int fd)
{
	static const char name[] = "anon_inode:[eventfd]";
	char path[PROC_PATH_MAX], target[sizeof(name)];

	proc_path(path, fd);
	return readlink(path, target, sizeof(target)) == sizeof(name) - 1 &&
	       !memcmp(target, name, sizeof(name) - 1);
}

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	struct task *task = current_task();
	struct eventfd_ctx *ctx;
	int copy = task->ops->fd_get(task, fd), ret;

	if (copy < 0) {
		return ERR_PTR(copy);
	}
	ret = is_eventfd(copy) ? make_context() : -EINVAL;
	if (ret) {
		goto err_close;
	}
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx) {
		ret = -ENOMEM;
		goto err_close;
	}
	ctx->fd = copy;
	return ctx;

err_close:
	close(copy);
	return ERR_PTR(ret);
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	close(ctx->fd);
	kfree(ctx);
}

void eventfd_signal(struct eventfd_ctx *ctx)
{
	struct iocb iocb = {
		.aio_lio_opcode = IOCB_CMD_POLL,
		.aio_fildes = (__u32)ctx->fd,
		.aio_buf = POLLIN | POLLOUT,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (__u32)ctx->fd,
	};
	struct iocb *iocbs[] = {&iocb};
	struct io_event done;

	mutex_lock(&context_lock);
	if (!WARN_ON(syscall(SYS_io_submit, context, 1, iocbs) != 1)) {
		syscall(SYS_io_getevents, context, 1, 1, &done, NULL);
	}
	mutex_unlock(&context_lock);
}
