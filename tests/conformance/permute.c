/* SPDX-License-Identifier: MIT */
/**
 * DOC: every order of closing
 *
 * One object with everything that can hold it: a handle, its file, a mapping
 * through the device, the dma-buf's fd, a mapping of it, a handle in a second
 * file. Each order of letting go is tried, and after each step is asked what
 * the object's users could see: contents, name, offset.
 */
#include "conform.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum step {
	CLOSE_HANDLE,
	CLOSE_FILE,
	UNMAP_DEVICE,
	CLOSE_DMABUF,
	UNMAP_DMABUF,
	CLOSE_IMPORT,
	NR_STEPS
};

static const char letters[] = "hfmdwi";

struct scene {
	int file, importer, observer, dmabuf;
	uint32_t handle, imported, name;
	volatile unsigned char *device_map, *dmabuf_map;
};

static void set_up(struct scene *s)
{
	s->file = open_card();
	s->importer = open_card();
	s->observer = open_card();
	s->handle = dumb_pages(s->file, 2);
	s->dmabuf = must_export(s->file, s->handle, DRM_RDWR);
	s->device_map = device_map(s->file, s->handle, 2 * PAGE,
				   PROT_READ | PROT_WRITE);
	s->dmabuf_map = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			     s->dmabuf, 0);
	gem_flink(s->file, s->handle, &s->name);
	prime_import(s->importer, s->dmabuf, &s->imported);
	s->device_map[PAGE] = 1;
}

static void take(struct scene *s, enum step step)
{
	switch (step) {
	case CLOSE_HANDLE:
		gem_close(s->file, s->handle);
		break;
	case CLOSE_FILE:
		close(s->file);
		s->file = -1;
		break;
	case UNMAP_DEVICE:
		munmap((void *)s->device_map, 2 * PAGE);
		s->device_map = NULL;
		break;
	case CLOSE_DMABUF:
		close(s->dmabuf);
		s->dmabuf = -1;
		break;
	case UNMAP_DMABUF:
		munmap((void *)s->dmabuf_map, 2 * PAGE);
		s->dmabuf_map = NULL;
		break;
	default:
		gem_close(s->importer, s->imported);
		s->imported = 0;
		break;
	}
}

/* One letter for each thing that can be seen of the object now. */
static void observe(struct scene *s, char *seen)
{
	uint32_t handle, probe;
	uint64_t size, offset = 0;

	if (s->device_map) {
		*seen++ = (char)('0' + s->device_map[PAGE]++ % 10);
	}
	if (s->dmabuf_map) {
		*seen++ = (char)('0' + s->dmabuf_map[PAGE]++ % 10);
	}
	if (!gem_open(s->observer, s->name, &handle, &size)) {
		*seen++ = size == 2 * PAGE ? 'n' : '?';
		gem_close(s->observer, handle);
	}
	if (s->dmabuf >= 0) {
		*seen++ = prime_import(s->observer, s->dmabuf, &handle) ? '-'
									: 'p';
		gem_close(s->observer, handle);
	}
	if (s->imported) {
		*seen++ = dumb_offset(s->importer, s->imported, &size) ? '-'
								       : 'i';
	}
	/* Is the object's offset still taken? And who is master? */
	probe = dumb_pages(s->observer, 2);
	dumb_offset(s->observer, probe, &offset);
	gem_close(s->observer, probe);
	*seen++ = offset == 0x100000000ULL ? '.' : '+';
	*seen++ = set_master(s->observer) ? '_' : 'M';
	drop_master(s->observer);
	*seen = 0;
}

static void run_order(const enum step *order)
{
	char name[NR_STEPS + 1] = "", seen[NR_STEPS + 1][16];
	struct scene s;

	set_up(&s);
	observe(&s, seen[0]);
	for (int i = 0; i < NR_STEPS; i++) {
		name[i] = letters[order[i]];
		take(&s, order[i]);
		observe(&s, seen[i + 1]);
	}
	result(text("order %s", name), "%s %s %s %s %s %s %s", seen[0], seen[1],
	       seen[2], seen[3], seen[4], seen[5], seen[6]);
	close(s.importer);
	close(s.observer);
}

static void permute(enum step *order, int fixed)
{
	if (fixed == NR_STEPS) {
		run_order(order);
		return;
	}
	for (int i = fixed; i < NR_STEPS; i++) {
		enum step first = order[i];

		memmove(order + fixed + 1, order + fixed,
			(size_t)(i - fixed) * sizeof(*order));
		order[fixed] = first;
		permute(order, fixed + 1);
		memmove(order + fixed, order + fixed + 1,
			(size_t)(i - fixed) * sizeof(*order));
		order[i] = first;
	}
}

static void orders(void)
{
	enum step order[NR_STEPS];

	for (int i = 0; i < NR_STEPS; i++) {
		order[i] = (enum step)i;
	}
	permute(order, 0);
}

static const struct check checks[] = {
	{.name = "orders", .run = orders},
	{.name = "orders-privileged", .run = orders, .privileged = true},
	{0},
};

const struct subject permute_subject = {
	.name = "permute",
	.checks = checks,
};
