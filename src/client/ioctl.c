/* SPDX-License-Identifier: MIT */
/**
 * DOC: ioctl on a device, a dma-buf or a file of the server's
 *
 * No ioctl is known by name, but for those of prime.c. How many bytes of the
 * argument go out and come in is said by the number itself, where it names an
 * fd by the session's hints, and what its pointers name the server asks for.
 *
 * The fd that a reply brings is the program's from the moment it arrives; if
 * its number cannot be stored it is closed again, for nobody knows it.
 */
#include "client.h"

#include <drm.h>
#include <stdarg.h>

/* Commands of every file: answered by the kernel for our sockets, too. */
static bool is_generic(uint32_t cmd)
{
	return cmd == FIOCLEX || cmd == FIONCLEX || cmd == FIONBIO;
}

/* Whether @fd may be a dma-buf: a file that is in no directory. */
static bool may_be_dmabuf(int fd, uint32_t cmd)
{
	struct statx st;

	return session_on() && _IOC_TYPE(cmd) == 'b' &&
	       !raw_syscall(SYS_statx, fd, "", AT_EMPTY_PATH,
			    STATX_TYPE | STATX_NLINK, &st) &&
	       S_ISREG(st.stx_mode) && !st.stx_nlink;
}

/* The fd that the argument names, or -1. */
static int argument_fd(uint32_t cmd, uint64_t arg)
{
	int offset = session_hint(cmd);
	int32_t fd;

	if (offset < 0 ||
	    memory_load(&fd, arg + (uint64_t)offset, sizeof(fd)) < 0)
		return -1;
	return fd >= 0 && !own_has(fd) ? fd : -1;
}

/* Gives the program the fd that came with a reply. */
static int install_fd(struct request *rq, uint32_t cmd)
{
	int32_t fd = rq->reply_fd;
	int ret = -EMFILE;

	if (fd < 0)
		goto fail;
	if (!(rq->reply.hdr.flags & WIRE_F_CLOEXEC))
		raw_set_cloexec(fd, false);
	ret = memory_store(rq->arg + rq->reply.fd_off, &fd, sizeof(fd));
	if (ret < 0)
		goto fail_close;
	if (!prime_gives_dmabuf(cmd))
		remote_given(fd);
	return rq->reply.ret;

fail_close:
	raw_close(fd);
fail:
	return ret;
}

/* Sets *foreign and returns 0 if the server says it is none of ours. */
static int remote_ioctl(uint32_t op, int fd, uint64_t cookie, uint32_t cmd,
			uint64_t arg, bool *foreign)
{
	struct wire_ioctl head = {.cookie = cookie, .arg = arg, .cmd = cmd};
	struct request rq;
	int ret;

	request_init(&rq, &head, sizeof(head), op);
	rq.fd = fd;
	rq.cookie = cookie;
	rq.arg = arg;
	if (_IOC_DIR(cmd) & _IOC_WRITE)
		rq.arg_out = head.size = _IOC_SIZE(cmd);
	/* Whatever the direction says: the server knows the ioctl. */
	if (_IOC_DIR(cmd) != _IOC_NONE)
		rq.arg_in = _IOC_SIZE(cmd);
	rq.hint_fd = argument_fd(cmd, arg);
	ret = request_run(&rq);
	if (ret < 0)
		return ret;
	*foreign = rq.reply.hdr.flags & WIRE_F_FOREIGN;
	if (!*foreign && rq.reply.ret >= 0 &&
	    (rq.reply.hdr.flags & WIRE_F_PATCH_FD))
		return install_fd(&rq, cmd);
	if (rq.reply_fd >= 0)
		raw_close(rq.reply_fd);
	return *foreign ? 0 : rq.reply.ret;
}

/* What may be any file's is asked of the file, not of its number. */
static const struct remote *target(int fd, uint32_t cmd, uint64_t *cookie)
{
	return _IOC_TYPE(cmd) == DRM_IOCTL_BASE ? remote_often(fd, cookie)
						: remote_of(fd, cookie);
}

/* What is none of ours is the system's: umockdev has an answer for whatever is
 * in /dev, also for terminals, which is that they know no ioctl. */
static int system_ioctl(int fd, uint32_t cmd, void *arg)
{
	return (int)wrapper_return(raw_syscall(SYS_ioctl, fd, cmd, arg));
}

WRAPPER int ioctl(int fd, unsigned long request, ...)
{
	uint32_t cmd = (uint32_t)request;
	bool foreign = false;
	uint64_t cookie;
	va_list ap;
	void *arg;
	int ret;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!session_on())
		return next()->ioctl(fd, request, arg);
	if (is_generic(cmd))
		return system_ioctl(fd, cmd, arg);
	if (target(fd, cmd, &cookie)) {
		if (prime_known(cookie, cmd, (uintptr_t)arg))
			return 0;
		ret = remote_ioctl(WIRE_IOCTL, fd, cookie, cmd, (uintptr_t)arg,
				   &foreign);
		prime_asked(fd, cookie, cmd, (uintptr_t)arg, ret);
		return (int)wrapper_return(foreign ? -ENODEV : ret);
	}
	if (may_be_dmabuf(fd, cmd)) {
		ret = remote_ioctl(WIRE_DMABUF_IOCTL, fd, 0, cmd,
				   (uintptr_t)arg, &foreign);
		if (!foreign)
			return (int)wrapper_return(ret);
	}
	return system_ioctl(fd, cmd, arg);
}
