/* SPDX-License-Identifier: MIT */
#include "syncobj.h"

#include <errno.h>
#include <unistd.h>

#define NR_NODES 4

static bool has_syncobjs(int file)
{
	struct drm_get_cap cap = {.capability = CAP_SYNCOBJ};

	return !ioctl(file, DRM_IOCTL_GET_CAP, &cap) && cap.value;
}

/* The minor of the first render node whose device has syncobjs, from 128. */
static int find_render(int *file)
{
	for (int i = 128; i < 128 + NR_NODES; i++) {
		*file = open(text("/dev/dri/renderD%d", i), O_RDWR | O_CLOEXEC);
		if (*file >= 0 && has_syncobjs(*file)) {
			return i;
		}
		close(*file);
	}
	errno = ENODEV;
	give_up("a device with syncobjs");
}

int open_syncobj(void)
{
	int file;

	find_render(&file);
	return file;
}

int open_syncobj_card(void)
{
	int file, minor = find_render(&file);

	close(file);
	file = open(text("/dev/dri/card%d", minor - 128), O_RDWR | O_CLOEXEC);
	if (file < 0) {
		give_up("the card with syncobjs");
	}
	return file;
}

uint32_t syncobj_make(int file, bool signaled)
{
	struct syncobj_create create = {
		.flags = signaled ? CREATE_SIGNALED : 0,
	};

	if (ioctl(file, IOCTL_SYNCOBJ_CREATE, &create)) {
		give_up("SYNCOBJ_CREATE");
	}
	return create.handle;
}

int syncobj_drop(int file, uint32_t handle)
{
	struct syncobj_destroy destroy = {.handle = handle};

	return ioctl(file, IOCTL_SYNCOBJ_DESTROY, &destroy);
}

int syncobj_fd(int file, uint32_t handle, bool sync_file)
{
	struct syncobj_handle arg = {
		.handle = handle,
		.flags = sync_file ? FD_SYNC_FILE : 0,
		.fd = -1,
	};

	return ioctl(file, IOCTL_SYNCOBJ_TO_FD, &arg) ? -1 : arg.fd;
}

int syncobj_of(int file, int fd, uint32_t *handle)
{
	struct syncobj_handle arg = {.fd = fd};
	int ret = ioctl(file, IOCTL_SYNCOBJ_FROM_FD, &arg);

	*handle = arg.handle;
	return ret;
}

int syncobj_set(int file, uint32_t handle, int sync_file)
{
	struct syncobj_handle arg = {
		.handle = handle,
		.flags = FD_SYNC_FILE,
		.fd = sync_file,
	};

	return ioctl(file, IOCTL_SYNCOBJ_FROM_FD, &arg);
}

int syncobj_reset(int file, uint32_t handle)
{
	struct syncobj_array arg = {
		.handles = (uintptr_t)&handle,
		.count = 1,
	};

	return ioctl(file, IOCTL_SYNCOBJ_RESET, &arg);
}

int syncobj_signal(int file, uint32_t handle)
{
	struct syncobj_array arg = {
		.handles = (uintptr_t)&handle,
		.count = 1,
	};

	return ioctl(file, IOCTL_SYNCOBJ_SIGNAL, &arg);
}

int syncobj_point(int file, uint32_t handle, uint64_t point)
{
	struct syncobj_points arg = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count = 1,
	};

	return ioctl(file, IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &arg);
}

int syncobj_query(int file, uint32_t handle, uint32_t flags, uint64_t *point)
{
	struct syncobj_points arg = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)point,
		.count = 1,
		.flags = flags,
	};

	return ioctl(file, IOCTL_SYNCOBJ_QUERY, &arg);
}

int syncobj_move(int file, uint32_t to, uint64_t to_point, uint32_t from,
		 uint64_t from_point, uint32_t flags)
{
	struct syncobj_transfer arg = {
		.from = from,
		.to = to,
		.from_point = from_point,
		.to_point = to_point,
		.flags = flags,
	};

	return ioctl(file, IOCTL_SYNCOBJ_TRANSFER, &arg);
}

int syncobj_event(int file, uint32_t handle, uint64_t point, uint32_t flags,
		  int eventfd)
{
	struct syncobj_eventfd arg = {
		.handle = handle,
		.flags = flags,
		.point = point,
		.fd = eventfd,
	};

	return ioctl(file, IOCTL_SYNCOBJ_EVENTFD, &arg);
}

static const char *wait_text(int ret, uint32_t first)
{
	return ret	     ? errname(errno)
	       : first == 77 ? "0"
			     : text("0, first %u", first);
}

const char *syncobj_wait(int file, const uint32_t *handles,
			 const uint64_t *points, uint32_t count, uint32_t flags,
			 int64_t timeout)
{
	struct syncobj_wait wait = {
		.handles = (uintptr_t)handles,
		.timeout = timeout,
		.count = count,
		.flags = flags,
		.first = 77,
	};
	struct syncobj_timeline_wait timeline = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.timeout = timeout,
		.count = count,
		.flags = flags,
		.first = 77,
	};
	int ret;

	if (points) {
		ret = ioctl(file, IOCTL_SYNCOBJ_TIMELINE_WAIT, &timeline);
		return wait_text(ret, timeline.first);
	}
	ret = ioctl(file, IOCTL_SYNCOBJ_WAIT, &wait);
	return wait_text(ret, wait.first);
}

const char *syncobj_state(int file, uint32_t handle, uint64_t point)
{
	return syncobj_wait(file, &handle, &point, 1, WAIT_ALL, 0);
}

const char *syncobj_points_text(int file, uint32_t handle)
{
	uint64_t point = 77, last = 77;

	if (syncobj_query(file, handle, 0, &point) ||
	    syncobj_query(file, handle, QUERY_SUBMITTED, &last)) {
		return errname(errno);
	}
	return text("%llu, last %llu", (unsigned long long)point,
		    (unsigned long long)last);
}

uint32_t syncobj_submit(int file, uint32_t handle, struct buffer *buffer)
{
	uint32_t fence = must_attach(buffer, FENCE_WRITE);
	int sync_file = must_export_fences(buffer->dmabuf);

	if (syncobj_set(file, handle, sync_file)) {
		give_up("IMPORT_SYNC_FILE");
	}
	close(sync_file);
	return fence;
}
