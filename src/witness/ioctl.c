/* SPDX-License-Identifier: MIT */
/**
 * DOC: what ioctls mean
 *
 * Which ids and fds an ioctl makes, uses and ends, from its argument after the
 * call.
 */
#include "ioctl.h"

#include <linux/dma-buf.h>
#include <linux/sync_file.h>

/* vgem's, for whose numbers other drivers have other things. */
struct vgem_attach {
	uint32_t handle, flags, fence, pad;
};
struct vgem_signal {
	uint32_t fence, flags;
};
#define VGEM_FENCE_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct vgem_attach)
#define VGEM_FENCE_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct vgem_signal)

void call_acquire(const struct call *call, enum trace_kind kind, uint32_t id,
		  uint64_t size)
{
	tell(TRACE_ACQUIRE, call->ret, call->cmd, call->fd, kind, id,
	     (int64_t)size, -1);
}

void call_release(const struct call *call, enum trace_kind kind, uint32_t id)
{
	if (call->record) {
		call->record->call = call->cmd;
		call->record->args[0] = call->fd;
		call->record->args[1] = kind;
		call->record->args[2] = id;
	}
	ring_end(call->record, call->ret);
}

void call_use(const struct call *call, enum trace_kind kind, uint32_t id)
{
	tell(TRACE_USE, call->ret, call->cmd, call->fd, kind, id);
}

void call_made_fd(const struct call *call, enum trace_kind kind, int fd,
		  uint32_t id, int flags)
{
	struct fd_look look = {.identity = 0};

	if (!call->ret) {
		fds_look(fd, &look);
		fds_add(fd);
	}
	tell(TRACE_FD, call->ret, call->cmd, call->ret ? -1 : fd, kind,
	     call->fd, (int64_t)look.identity, id, flags);
}

static void imported(const struct call *call, enum trace_kind kind, int fd,
		     uint32_t id)
{
	struct fd_look look;

	fds_look(fd, &look);
	tell(TRACE_ACQUIRE, call->ret, call->cmd, call->fd, kind, id, 0, fd,
	     (int64_t)look.identity);
}

static void waited(const struct call *call, int64_t allowed)
{
	tell(TRACE_WAIT, call->ret, call->cmd, call->fd, call->ns, allowed);
}

static bool syncobj_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DRM_IOCTL_SYNCOBJ_CREATE:
		call_acquire(call, TRACE_KIND_SYNCOBJ,
			     ((struct drm_syncobj_create *)call->arg)->handle,
			     0);
		return true;
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		call_release(call, TRACE_KIND_SYNCOBJ,
			     ((struct drm_syncobj_destroy *)call->arg)->handle);
		return true;
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: {
		const struct drm_syncobj_handle *args = call->arg;
		bool file = args->flags &
			    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE;

		call_use(call, TRACE_KIND_SYNCOBJ, args->handle);
		call_made_fd(call,
			     file ? TRACE_KIND_SYNC_FILE
				  : TRACE_KIND_SYNCOBJ_FD,
			     args->fd, args->handle, O_CLOEXEC);
		return true;
	}
	case DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: {
		const struct drm_syncobj_handle *args = call->arg;

		if (args->flags &
		    DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) {
			call_use(call, TRACE_KIND_SYNCOBJ, args->handle);
		} else {
			imported(call, TRACE_KIND_SYNCOBJ, args->fd,
				 args->handle);
		}
		return true;
	}
	case DRM_IOCTL_SYNCOBJ_WAIT:
		waited(call,
		       ((struct drm_syncobj_wait *)call->arg)->timeout_nsec);
		return true;
	case DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT:
		waited(call, ((struct drm_syncobj_timeline_wait *)call->arg)
				     ->timeout_nsec);
		return true;
	default:
		return false;
	}
}

/* After these a number can be another's before the call has returned.
 */
static bool ends_id(uint32_t cmd)
{
	switch (cmd) {
	case DRM_IOCTL_GEM_CLOSE:
	case DRM_IOCTL_MODE_DESTROY_DUMB:
	case DRM_IOCTL_MODE_RMFB:
	case DRM_IOCTL_MODE_CLOSEFB:
	case DRM_IOCTL_MODE_DESTROYPROPBLOB:
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		return true;
	default:
		return false;
	}
}

static bool is_vgem(int fd)
{
	char name[8] = "";
	struct drm_version version = {.name = name,
				      .name_len = sizeof(name) - 1};

	return !next()->ioctl(fd, DRM_IOCTL_VERSION, &version) &&
	       !strcmp(name, "vgem");
}

static bool vgem_ioctl(const struct call *call)
{
	const struct vgem_attach *attach = call->arg;
	const struct vgem_signal *signal = call->arg;

	if ((call->cmd != VGEM_FENCE_ATTACH &&
	     call->cmd != VGEM_FENCE_SIGNAL) ||
	    !is_vgem(call->fd)) {
		return false;
	}
	if (call->cmd == VGEM_FENCE_ATTACH) {
		call_use(call, TRACE_KIND_HANDLE, attach->handle);
		call_acquire(call, TRACE_KIND_FENCE, attach->fence, 0);
	} else {
		tell(TRACE_RELEASE, call->ret, call->cmd, call->fd,
		     TRACE_KIND_FENCE, signal->fence);
	}
	return true;
}

static bool gem_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DRM_IOCTL_GEM_CLOSE:
		call_release(call, TRACE_KIND_HANDLE,
			     ((struct drm_gem_close *)call->arg)->handle);
		return true;
	case DRM_IOCTL_GEM_FLINK:
		call_use(call, TRACE_KIND_HANDLE,
			 ((struct drm_gem_flink *)call->arg)->handle);
		return true;
	case DRM_IOCTL_GEM_OPEN: {
		const struct drm_gem_open *args = call->arg;

		call_acquire(call, TRACE_KIND_HANDLE, args->handle, args->size);
		return true;
	}
	case DRM_IOCTL_PRIME_HANDLE_TO_FD: {
		const struct drm_prime_handle *args = call->arg;

		call_use(call, TRACE_KIND_HANDLE, args->handle);
		call_made_fd(call, TRACE_KIND_DMABUF, args->fd, args->handle,
			     (int)args->flags);
		return true;
	}
	case DRM_IOCTL_PRIME_FD_TO_HANDLE: {
		const struct drm_prime_handle *args = call->arg;

		imported(call, TRACE_KIND_HANDLE, args->fd, args->handle);
		return true;
	}
	default:
		return false;
	}
}

/* Of what is no device. */
static void file_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DMA_BUF_IOCTL_SYNC: {
		uint64_t flags = ((struct dma_buf_sync *)call->arg)->flags;
		struct fd_look look;

		if (!call->ret) {
			fds_look(call->fd, &look);
			memory_synced(look.identity, flags);
		}
		tell(TRACE_SYNC, call->ret, call->cmd, call->fd, (int64_t)flags,
		     call->ns);
		break;
	}
#ifdef DMA_BUF_IOCTL_EXPORT_SYNC_FILE
	case DMA_BUF_IOCTL_EXPORT_SYNC_FILE:
		call_made_fd(call, TRACE_KIND_SYNC_FILE,
			     ((struct dma_buf_export_sync_file *)call->arg)->fd,
			     0, O_CLOEXEC);
		break;
#endif
	case SYNC_IOC_MERGE:
		call_made_fd(call, TRACE_KIND_SYNC_FILE,
			     ((struct sync_merge_data *)call->arg)->fence, 0,
			     O_CLOEXEC);
		break;
	default:
		break;
	}
}

static bool of_device(const struct call *call)
{
	return gem_ioctl(call) || mode_ioctl(call) || syncobj_ioctl(call) ||
	       vgem_ioctl(call);
}

WRAPPER int ioctl(int fd, unsigned long cmd, ...)
{
	struct call call = {.fd = fd, .cmd = (uint32_t)cmd};
	int64_t started = 0;
	bool watch;
	va_list ap;
	int saved, ret;

	va_start(ap, cmd);
	call.arg = va_arg(ap, void *);
	va_end(ap);
	watch = fds_has(fd) && call.arg && ring_enter();
	if (watch) {
		started = ring_clock();
		if (ends_id(call.cmd)) {
			call.record = ring_begin(TRACE_RELEASE);
		}
	}
	ret = next()->ioctl(fd, cmd, call.arg);
	if (!watch) {
		return ret;
	}
	saved = errno;
	call.ret = ret < 0 ? -saved : 0;
	/* What cannot be read is nothing that was done. */
	if (call.ret != -EFAULT) {
		call.ns = ring_clock() - started;
		if (_IOC_TYPE(call.cmd) == DRM_IOCTL_BASE) {
			of_device(&call);
		} else {
			file_ioctl(&call);
		}
	} else {
		ring_end(call.record, call.ret);
	}
	ring_leave();
	errno = saved;
	return ret;
}
