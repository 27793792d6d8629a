/* SPDX-License-Identifier: MIT */
/* The helpers, called as an ioctl calls them. */
#include <fcntl.h>
#include <linux/shmem_fs.h>
#include <unistd.h>

#include "core.h"
#include "room.h"

static void reexport(struct room *room, unsigned long times, int flags)
{
	for (unsigned long i = 0; i < times; i++) {
		room->fds[i] = room_export(room->file, room->handle, flags);
	}
}

static void reexport_plain(void *data, unsigned long times)
{
	reexport(data, times, DRM_RDWR);
}

static void reexport_cloexec(void *data, unsigned long times)
{
	reexport(data, times, DRM_RDWR | DRM_CLOEXEC);
}

static void close_fds(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		close(room->fds[i]);
	}
}

static void reexport_close(void *data, unsigned long times)
{
	struct room *room = data;

	while (times--) {
		close(room_export(room->file, room->handle, DRM_RDWR));
	}
}

static void create_close(void *data, unsigned long times)
{
	struct room *room = data;

	while (times--) {
		room_delete(room->file, room_create(room->file));
	}
}

static void self_import(void *data, unsigned long times)
{
	struct room *room = data;

	while (times--) {
		room_import(room->file, room->fd);
	}
}

static void make(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		room->made[i] = room_create(room->file);
	}
}

static void export_made(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		room->fds[i] = room_export(room->file, room->made[i], DRM_RDWR);
	}
}

static void unmake(void *data, unsigned long times)
{
	struct room *room = data;

	close_fds(data, times);
	for (unsigned long i = 0; i < times; i++) {
		room_delete(room->file, room->made[i]);
	}
}

/* Buffers of the second file, for the others to import. */
static void export_second(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		room->made[i] = room_create(room->second);
		room->fds[i] = room_export(room->second, room->made[i],
					   DRM_RDWR);
	}
}

static void forget_second(struct room *room, struct drm_file *importer,
			  unsigned long times)
{
	for (unsigned long i = 0; i < times; i++) {
		room_delete(importer, room_import(importer, room->fds[i]));
		close(room->fds[i]);
		room_delete(room->second, room->made[i]);
	}
	file_watch_dispatch();
}

static void import_here(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		room_import(room->file, room->fds[i]);
	}
}

static void forget_here(void *data, unsigned long times)
{
	struct room *room = data;

	forget_second(room, room->file, times);
}

static void import_far(void *data, unsigned long times)
{
	struct room *room = data;

	for (unsigned long i = 0; i < times; i++) {
		room_import(room->far, room->fds[i]);
	}
}

static void forget_far(void *data, unsigned long times)
{
	struct room *room = data;

	forget_second(room, room->far, times);
}

static void import_once(void *data)
{
	struct room *room = data;

	room_import(room->second, room->fd);
}

static void repeated_import(void *data, unsigned long times)
{
	struct room *room = data;

	while (times--) {
		room_import(room->second, room->fd);
	}
}

static void *one_open(unsigned long n)
{
	(void)n;
	return room_open();
}

static void one_close(void *data)
{
	room_close(data);
}

static const struct point points[] = {
	{
		.group = "core",
		.name = "re-export",
		.run = reexport_plain,
		.clean = close_fds,
	},
	{
		.group = "core",
		.name = "re-export, close-on-exec",
		.run = reexport_cloexec,
		.clean = close_fds,
	},
	{.group = "core", .name = "re-export+close", .run = reexport_close},
	{
		.group = "core",
		.name = "first export",
		.prepare = make,
		.run = export_made,
		.clean = unmake,
	},
	{.group = "core", .name = "self-import", .run = self_import},
	{
		.group = "core",
		.name = "first import",
		.prepare = export_second,
		.run = import_here,
		.clean = forget_here,
	},
	{
		.group = "core",
		.name = "cross-device import",
		.prepare = export_second,
		.run = import_far,
		.clean = forget_far,
	},
	{
		.group = "core",
		.name = "repeated import",
		.before = import_once,
		.run = repeated_import,
	},
	{.group = "core", .name = "handle create+close", .run = create_close},
	{0},
};

const struct stage core_one = {
	.scale = "",
	.open = one_open,
	.close = one_close,
	.points = points,
};
