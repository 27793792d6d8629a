/* SPDX-License-Identifier: MIT */
/*
 * The same by several threads at once, in one open file or each in its own. A
 * time is that of one operation over all threads: two which do not get into
 * each other's way halve it.
 */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core.h"
#include "room.h"
#include "team.h"

#define THREADS_MAX 8

/**
 * struct crew - threads, and a room for each
 * @team: owned
 * @rooms: the first is also the one for all; owned
 * @nr: of both
 */
struct crew {
	struct team *team;
	struct room *rooms[THREADS_MAX];
	unsigned long nr;
};

static void *crew_open(unsigned long n)
{
	struct crew *crew = calloc(1, sizeof(*crew));

	if (!crew) {
		abort();
	}
	crew->nr = n;
	crew->team = team_open(n);
	for (unsigned long i = 0; i < n; i++) {
		crew->rooms[i] = room_open();
	}
	return crew;
}

static void crew_close(void *data)
{
	struct crew *crew = data;

	team_close(crew->team);
	for (unsigned long i = 0; i < crew->nr; i++) {
		room_close(crew->rooms[i]);
	}
	free(crew);
}

static void count(void *data, unsigned long number, unsigned long times)
{
	(void)data;
	(void)number;
	for (unsigned long i = 0; i < times; i++) {
		__asm__ volatile("" : : "r"(i));
	}
}

static void dup_close(void *data, unsigned long number, unsigned long times)
{
	struct crew *crew = data;
	int fd = crew->rooms[number]->fd;

	while (times--) {
		syscall(SYS_close, syscall(SYS_dup, fd));
	}
}

static void export_close(struct room *room, unsigned long times)
{
	while (times--) {
		close(room_export(room->file, room->handle, DRM_RDWR));
	}
}

static void export_own(void *data, unsigned long number, unsigned long times)
{
	export_close(((struct crew *)data)->rooms[number], times);
}

static void export_one(void *data, unsigned long number, unsigned long times)
{
	(void)number;
	export_close(((struct crew *)data)->rooms[0], times);
}

static void import(struct room *room, unsigned long times)
{
	while (times--) {
		room_import(room->file, room->fd);
	}
}

static void import_own(void *data, unsigned long number, unsigned long times)
{
	import(((struct crew *)data)->rooms[number], times);
}

static void import_one(void *data, unsigned long number, unsigned long times)
{
	(void)number;
	import(((struct crew *)data)->rooms[0], times);
}

static void create_own(void *data, unsigned long number, unsigned long times)
{
	struct drm_file *file = ((struct crew *)data)->rooms[number]->file;

	while (times--) {
		room_delete(file, room_create(file));
	}
}

/* The functions of the points: all threads do a part of it. */
#define BY_ALL(work)                                                           \
	static void work##_by_all(void *data, unsigned long times)             \
	{                                                                      \
		struct crew *crew = data;                                      \
                                                                               \
		team_run(crew->team, work, crew, times);                       \
	}

BY_ALL(count)
BY_ALL(dup_close)
BY_ALL(export_own)
BY_ALL(export_one)
BY_ALL(import_own)
BY_ALL(import_one)
BY_ALL(create_own)

static const struct point limits[] = {
	{.group = "limit", .name = "loop", .run = count_by_all},
	{.group = "limit", .name = "dup+close", .run = dup_close_by_all},
	{0},
};

const struct stage limit_threads = {
	.scale = "threads",
	.open = crew_open,
	.close = crew_close,
	.points = limits,
};

static const struct point points[] = {
	{
		.group = "core",
		.name = "re-export+close own file",
		.run = export_own_by_all,
	},
	{
		.group = "core",
		.name = "re-export+close one file",
		.run = export_one_by_all,
	},
	{
		.group = "core",
		.name = "self-import own file",
		.run = import_own_by_all,
	},
	{
		.group = "core",
		.name = "self-import one file",
		.run = import_one_by_all,
	},
	{
		.group = "core",
		.name = "handle create+close own file",
		.run = create_own_by_all,
	},
	{0},
};

const struct stage core_threads = {
	.scale = "threads",
	.open = crew_open,
	.close = crew_close,
	.points = points,
};
