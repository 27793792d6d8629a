/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <drm/drm_gem.h>
#include <drm/drm_prime.h>
#include <linux/err.h>
#include <stdlib.h>
#include <unistd.h>
#include <uprime/drivers.h>

#include "calls.h"

static struct drm_file *open_file(struct drm_device *dev)
{
	struct drm_file *file = drm_open(&dev->primary);

	if (IS_ERR(file)) {
		abort();
	}
	return file;
}

struct room *room_open(void)
{
	const struct uprime_driver *vgem = uprime_driver_find("vgem");
	struct room *room = calloc(1, sizeof(*room));

	if (!room) {
		abort();
	}
	room->dev = vgem->create(NULL);
	room->far_dev = vgem->create(NULL);
	if (IS_ERR(room->dev) || IS_ERR(room->far_dev)) {
		abort();
	}
	room->file = open_file(room->dev);
	room->second = open_file(room->dev);
	room->far = open_file(room->far_dev);
	room->handle = room_create(room->file);
	room->fd = room_export(room->file, room->handle, DRM_RDWR);
	return room;
}

void room_close(struct room *room)
{
	const struct uprime_driver *vgem = uprime_driver_find("vgem");

	close(room->fd);
	drm_close(room->file);
	drm_close(room->second);
	drm_close(room->far);
	vgem->destroy(room->dev);
	vgem->destroy(room->far_dev);
	free(room);
}

u32 room_create(struct drm_file *file)
{
	struct drm_device *dev = file->minor->dev;
	struct drm_mode_create_dumb args = {
		.width = ROOM_SIZE, .height = ROOM_SIZE, .bpp = 32};
	int ret = dev->driver->dumb_create(file, dev, &args);

	if (ret) {
		call_fail("dumb_create", -ret);
		return 0;
	}
	return args.handle;
}

int room_export(struct drm_file *file, u32 handle, int flags)
{
	int fd = -1;
	int ret = drm_gem_prime_handle_to_fd(file->minor->dev, file, handle,
					     (u32)flags, &fd);

	if (ret) {
		call_fail("drm_gem_prime_handle_to_fd", -ret);
	}
	return fd;
}

u32 room_import(struct drm_file *file, int fd)
{
	u32 handle = 0;
	int ret = drm_gem_prime_fd_to_handle(file->minor->dev, file, fd,
					     &handle);

	if (ret) {
		call_fail("drm_gem_prime_fd_to_handle", -ret);
	}
	return handle;
}

void room_delete(struct drm_file *file, u32 handle)
{
	int ret = drm_gem_handle_delete(file, handle);

	if (ret) {
		call_fail("drm_gem_handle_delete", -ret);
	}
}
