/* SPDX-License-Identifier: MIT */
/**
 * DOC: what ioctls mean
 *
 * Which ids and fds an ioctl makes, uses and ends, from its argument after the
 * call. Ids of properties are learned when the program asks for their names:
 * so it is known where in an atomic commit a framebuffer or an fd stands.
 */
#include "witness.h"

#include <drm.h>
#include <drm_mode.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <stdio.h>

/* vgem's, for whose numbers other drivers have other things. */
struct vgem_attach {
	uint32_t handle, flags, fence, pad;
};
struct vgem_signal {
	uint32_t fence, flags;
};
#define VGEM_FENCE_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct vgem_attach)
#define VGEM_FENCE_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct vgem_signal)

#ifndef DRM_IOCTL_MODE_CLOSEFB
struct mode_closefb {
	uint32_t fb_id, pad;
};
#define DRM_IOCTL_MODE_CLOSEFB DRM_IOWR(0xD0, struct mode_closefb)
#endif

/* Properties whose values are of interest. */
enum learned {
	LEARNED_NONE,
	LEARNED_FB_ID,
	LEARNED_OUT_FENCE_PTR,
};

#define PROPERTIES_MAX 4096
static _Atomic uint8_t learned[PROPERTIES_MAX]; /* by id */

/**
 * struct call - an ioctl that has returned
 */
struct call {
	int fd;
	uint32_t cmd;
	void *arg;
	int ret;    /* or -errno */
	int64_t ns; /* it took */
	/* Of what ends an id: begun before the call, or NULL. */
	struct trace_record *record;
};

static void acquire(const struct call *call, enum trace_kind kind, uint32_t id,
		    uint64_t size)
{
	tell(TRACE_ACQUIRE, call->ret, call->cmd, call->fd, kind, id,
	     (int64_t)size, -1);
}

static void release(const struct call *call, enum trace_kind kind, uint32_t id)
{
	if (call->record) {
		call->record->call = call->cmd;
		call->record->args[0] = call->fd;
		call->record->args[1] = kind;
		call->record->args[2] = id;
	}
	ring_end(call->record, call->ret);
}

static void use(const struct call *call, enum trace_kind kind, uint32_t id)
{
	tell(TRACE_USE, call->ret, call->cmd, call->fd, kind, id);
}

static void made_fd(const struct call *call, enum trace_kind kind, int fd,
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

/* Every handle a framebuffer is made of, once. */
static void use_planes(const struct call *call, const uint32_t *handles)
{
	for (int i = 0; i < 4; i++) {
		bool again = !handles[i];

		for (int before = 0; before < i; before++) {
			again |= handles[before] == handles[i];
		}
		if (!again) {
			use(call, TRACE_KIND_HANDLE, handles[i]);
		}
	}
}

static void learn(const struct drm_mode_get_property *property)
{
	uint8_t what = LEARNED_NONE;

	if (!strcmp(property->name, "FB_ID")) {
		what = LEARNED_FB_ID;
	} else if (!strcmp(property->name, "OUT_FENCE_PTR") ||
		   !strcmp(property->name, "WRITEBACK_OUT_FENCE_PTR")) {
		what = LEARNED_OUT_FENCE_PTR;
	}
	if (property->prop_id < PROPERTIES_MAX) {
		atomic_store(&learned[property->prop_id], what);
	}
}

/* The fences and framebuffers of an atomic commit. */
static void atomic(const struct call *call, const struct drm_mode_atomic *a)
{
	const uint32_t *counts = (void *)(uintptr_t)a->count_props_ptr;
	const uint32_t *props = (void *)(uintptr_t)a->props_ptr;
	const uint64_t *values = (void *)(uintptr_t)a->prop_values_ptr;
	uint32_t at = 0;

	if (call->ret || a->flags & DRM_MODE_ATOMIC_TEST_ONLY) {
		return;
	}
	for (uint32_t object = 0; object < a->count_objs; object++) {
		for (uint32_t i = 0; i < counts[object]; i++, at++) {
			uint8_t what =
				props[at] < PROPERTIES_MAX
					? atomic_load(&learned[props[at]])
					: LEARNED_NONE;

			if (what == LEARNED_FB_ID && values[at]) {
				use(call, TRACE_KIND_FB, (uint32_t)values[at]);
			} else if (what == LEARNED_OUT_FENCE_PTR &&
				   values[at]) {
				made_fd(call, TRACE_KIND_SYNC_FILE,
					*(int32_t *)(uintptr_t)values[at], 0,
					O_CLOEXEC);
			}
		}
	}
}

static void getfb2(const struct call *call, const struct drm_mode_fb_cmd2 *fb)
{
	if (call->ret) {
		return;
	}
	for (int i = 0; i < 4; i++) {
		bool again = !fb->handles[i];

		for (int before = 0; before < i; before++) {
			again |= fb->handles[before] == fb->handles[i];
		}
		if (!again) {
			acquire(call, TRACE_KIND_HANDLE, fb->handles[i], 0);
		}
	}
}

/* Of the display. True: it was one of these. */
static bool mode_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DRM_IOCTL_MODE_CREATE_DUMB: {
		const struct drm_mode_create_dumb *args = call->arg;

		acquire(call, TRACE_KIND_HANDLE, args->handle, args->size);
		return true;
	}
	case DRM_IOCTL_MODE_MAP_DUMB:
		use(call, TRACE_KIND_HANDLE,
		    ((struct drm_mode_map_dumb *)call->arg)->handle);
		return true;
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		release(call, TRACE_KIND_HANDLE,
			((struct drm_mode_destroy_dumb *)call->arg)->handle);
		return true;
	case DRM_IOCTL_MODE_ADDFB: {
		const struct drm_mode_fb_cmd *args = call->arg;

		use(call, TRACE_KIND_HANDLE, args->handle);
		acquire(call, TRACE_KIND_FB, args->fb_id, 0);
		return true;
	}
	case DRM_IOCTL_MODE_ADDFB2: {
		const struct drm_mode_fb_cmd2 *args = call->arg;

		use_planes(call, args->handles);
		acquire(call, TRACE_KIND_FB, args->fb_id, 0);
		return true;
	}
	case DRM_IOCTL_MODE_RMFB:
	case DRM_IOCTL_MODE_CLOSEFB:
		release(call, TRACE_KIND_FB, *(uint32_t *)call->arg);
		return true;
	case DRM_IOCTL_MODE_GETFB: {
		const struct drm_mode_fb_cmd *args = call->arg;

		if (!call->ret && args->handle) {
			acquire(call, TRACE_KIND_HANDLE, args->handle, 0);
		}
		return true;
	}
	case DRM_IOCTL_MODE_GETFB2:
		getfb2(call, call->arg);
		return true;
	case DRM_IOCTL_MODE_DIRTYFB:
		use(call, TRACE_KIND_FB,
		    ((struct drm_mode_fb_dirty_cmd *)call->arg)->fb_id);
		return true;
	case DRM_IOCTL_MODE_PAGE_FLIP:
		use(call, TRACE_KIND_FB,
		    ((struct drm_mode_crtc_page_flip *)call->arg)->fb_id);
		return true;
	case DRM_IOCTL_MODE_SETCRTC: {
		const struct drm_mode_crtc *args = call->arg;

		if (args->mode_valid && args->fb_id && ~args->fb_id) {
			use(call, TRACE_KIND_FB, args->fb_id);
		}
		return true;
	}
	case DRM_IOCTL_MODE_SETPLANE: {
		const struct drm_mode_set_plane *args = call->arg;

		if (args->fb_id) {
			use(call, TRACE_KIND_FB, args->fb_id);
		}
		return true;
	}
	case DRM_IOCTL_MODE_CURSOR:
	case DRM_IOCTL_MODE_CURSOR2: {
		const struct drm_mode_cursor *args = call->arg;

		if (args->flags & DRM_MODE_CURSOR_BO && args->handle) {
			use(call, TRACE_KIND_HANDLE, args->handle);
		}
		return true;
	}
	case DRM_IOCTL_MODE_CREATEPROPBLOB: {
		const struct drm_mode_create_blob *args = call->arg;

		acquire(call, TRACE_KIND_BLOB, args->blob_id, args->length);
		return true;
	}
	case DRM_IOCTL_MODE_DESTROYPROPBLOB:
		release(call, TRACE_KIND_BLOB,
			((struct drm_mode_destroy_blob *)call->arg)->blob_id);
		return true;
	case DRM_IOCTL_MODE_GETPROPERTY:
		if (!call->ret) {
			learn(call->arg);
		}
		return true;
	case DRM_IOCTL_MODE_ATOMIC:
		atomic(call, call->arg);
		return true;
	case DRM_IOCTL_MODE_CREATE_LEASE: {
		const struct drm_mode_create_lease *args = call->arg;

		made_fd(call, TRACE_KIND_DEVICE, (int)args->fd, 0,
			(int)args->flags);
		return true;
	}
	default:
		return false;
	}
}

static bool syncobj_ioctl(const struct call *call)
{
	switch (call->cmd) {
	case DRM_IOCTL_SYNCOBJ_CREATE:
		acquire(call, TRACE_KIND_SYNCOBJ,
			((struct drm_syncobj_create *)call->arg)->handle, 0);
		return true;
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		release(call, TRACE_KIND_SYNCOBJ,
			((struct drm_syncobj_destroy *)call->arg)->handle);
		return true;
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: {
		const struct drm_syncobj_handle *args = call->arg;
		bool file = args->flags &
			    DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE;

		use(call, TRACE_KIND_SYNCOBJ, args->handle);
		made_fd(call,
			file ? TRACE_KIND_SYNC_FILE : TRACE_KIND_SYNCOBJ_FD,
			args->fd, args->handle, O_CLOEXEC);
		return true;
	}
	case DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE: {
		const struct drm_syncobj_handle *args = call->arg;

		if (args->flags &
		    DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE) {
			use(call, TRACE_KIND_SYNCOBJ, args->handle);
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
		use(call, TRACE_KIND_HANDLE, attach->handle);
		acquire(call, TRACE_KIND_FENCE, attach->fence, 0);
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
		release(call, TRACE_KIND_HANDLE,
			((struct drm_gem_close *)call->arg)->handle);
		return true;
	case DRM_IOCTL_GEM_FLINK:
		use(call, TRACE_KIND_HANDLE,
		    ((struct drm_gem_flink *)call->arg)->handle);
		return true;
	case DRM_IOCTL_GEM_OPEN: {
		const struct drm_gem_open *args = call->arg;

		acquire(call, TRACE_KIND_HANDLE, args->handle, args->size);
		return true;
	}
	case DRM_IOCTL_PRIME_HANDLE_TO_FD: {
		const struct drm_prime_handle *args = call->arg;

		use(call, TRACE_KIND_HANDLE, args->handle);
		made_fd(call, TRACE_KIND_DMABUF, args->fd, args->handle,
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
		made_fd(call, TRACE_KIND_SYNC_FILE,
			((struct dma_buf_export_sync_file *)call->arg)->fd, 0,
			O_CLOEXEC);
		break;
#endif
	case SYNC_IOC_MERGE:
		made_fd(call, TRACE_KIND_SYNC_FILE,
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
