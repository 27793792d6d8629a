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
#include <fcntl.h>
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

static struct eventfd_ctx *make_ctx(void)
{
	struct eventfd_ctx *ctx;
	int ret = make_context();

	if (ret) {
		return ERR_PTR(ret);
	}
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	return ctx ? ctx : ERR_PTR(-ENOMEM);
}

static void free_ctx(struct eventfd_ctx *ctx)
{
	if (ctx->fd >= 0) {
		close(ctx->fd);
	}
	kfree(ctx);
}

struct eventfd_ctx *eventfd_ctx_fdget(int fd)
{
	struct task *task = current_task();
	struct eventfd_ctx *ctx;
	int seen = task->ops->fd_get(task, fd), ret;

	if (seen < 0) {
		return ERR_PTR(seen);
	}
	ctx = make_ctx();
	if (IS_ERR(ctx)) {
		goto out_put;
	}
	/* It can be another's by now: what counts is the copy. */
	ctx->fd = fault_point() ? (errno = EMFILE, -1)
				: fcntl(seen, F_DUPFD_CLOEXEC, 0);
	ret = ctx->fd < 0 ? -errno : is_eventfd(ctx->fd) ? 0 : -EINVAL;
	if (ret) {
		free_ctx(ctx);
		ctx = ERR_PTR(ret);
	}
out_put:
	task->ops->fd_put(task, seen);
	return ctx;
}

void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	free_ctx(ctx);
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
