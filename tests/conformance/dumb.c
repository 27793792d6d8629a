/* SPDX-License-Identifier: MIT */
/* Dumb buffers: sizes at every edge, handles, offsets. */
#include "conform.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static void create(int file, uint32_t width, uint32_t height, uint32_t bpp,
		   uint32_t flags)
{
	struct drm_mode_create_dumb dumb = {
		.width = width,
		.height = height,
		.bpp = bpp,
		.flags = flags,
		.handle = 0xdead,
		.pitch = 0xdead,
		.size = 0xdead,
	};
	int ret = ioctl(file, DRM_IOCTL_MODE_CREATE_DUMB, &dumb);

	result(text("%u x %u x %u flags %#x", width, height, bpp, flags),
	       "%s handle %u pitch %u size %llu", err(ret), dumb.handle,
	       dumb.pitch, (unsigned long long)dumb.size);
	if (!ret) {
		gem_close(file, dumb.handle);
	}
}

static void depths(void)
{
	static const uint32_t bpps[] = {
		0,	    1,		 2,	      3,	   4,
		7,	    8,		 9,	      12,	   15,
		16,	    17,		 24,	      25,	   30,
		31,	    32,		 33,	      48,	   63,
		64,	    65,		 96,	      127,	   128,
		129,	    256,	 1024,	      4096,	   65536,
		0x7fffffff, 0x80000000U, 0xfffffff0U, 0xfffffff8U, 0xfffffff9U,
		0xffffffffU};
	int file = open_card();

	for (size_t i = 0; i < sizeof(bpps) / sizeof(bpps[0]); i++) {
		create(file, 8, 8, bpps[i], 0);
		create(file, 1, 1, bpps[i], 0);
		create(file, 17, 3, bpps[i], 0);
	}
}

static void dimensions(void)
{
	static const uint32_t some[] = {
		0,	     1,		  3,	       1023,	   1024,
		1025,	     32767,	  32768,       65535,	   65536,
		1048576,     0x3fffffff,  0x40000000,  0x7fffffff, 0x80000000U,
		0xffffefffU, 0xfffff000U, 0xfffff001U, 0xffffffffU};
	static const uint32_t bpps[] = {1, 8, 16, 24, 32, 64};
	int file = open_card();

	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		for (size_t j = 0; j < sizeof(some) / sizeof(some[0]); j++) {
			for (size_t k = 0; k < 6; k++) {
				create(file, some[i], some[j], bpps[k], 0);
			}
		}
	}
}

static void flags(void)
{
	int file = open_card();

	for (int bit = 0; bit < 32; bit++) {
		create(file, 8, 8, 32, 1U << bit);
	}
	create(file, 8, 8, 32, 0xffffffffU);
}

static void offset(int file, const char *what, uint32_t handle)
{
	struct drm_mode_map_dumb map = {
		.handle = handle,
		.pad = 7,
		.offset = 0xdead,
	};
	const char *answer = err(ioctl(file, DRM_IOCTL_MODE_MAP_DUMB, &map));

	result(text("offset of %s", what), "%s %#llx pad %u", answer,
	       (unsigned long long)map.offset, map.pad);
}

static void offsets(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t a = dumb_pages(file, 1), b = dumb_pages(file, 64),
		 c = dumb_pages(file, 1), d, e;

	result("handles", "%u %u %u", a, b, c);
	offset(file, "the first", a);
	offset(file, "the second", b);
	offset(file, "the third", c);
	offset(file, "the first again", a);
	offset(file, "handle 0", 0);
	offset(file, "handle 9999", 9999);
	offset(file, "handle -1", (uint32_t)-1);
	offset(second, "a handle of another file", a);
	offset(render, "a handle, by render", a);
	gem_close(file, b);
	offset(file, "one just closed", b);
	d = dumb_pages(file, 65);
	offset(file, "one that does not fit the gap", d);
	e = dumb_pages(file, 64);
	offset(file, "one that fits the gap", e);
	result("handles given then", "%u %u", d, e);
	d = dumb_pages(second, 2);
	offset(second, "a second file's", d);
	close(second);
	second = open_card();
	d = dumb_pages(second, 1);
	offset(second, "after it closed", d);
}

static void lowest_free(void)
{
	int file = open_card();
	uint32_t h[6];

	for (int i = 0; i < 6; i++) {
		h[i] = dumb_pages(file, 1);
	}
	result("six", "%u %u %u %u %u %u", h[0], h[1], h[2], h[3], h[4], h[5]);
	gem_close(file, h[1]);
	gem_close(file, h[3]);
	gem_close(file, h[4]);
	for (int i = 0; i < 4; i++) {
		result("one more", "%u", dumb_pages(file, 1));
	}
	result("all", "%s", handles(file));
}

/* Offsets are a range of pages: see what of it is found again. */
static void offset_gaps(void)
{
	int file = open_card();
	uint32_t h[8];

	for (int i = 0; i < 8; i++) {
		h[i] = dumb_pages(file, (uint32_t)i + 1);
	}
	for (int i = 0; i < 8; i += 2) {
		gem_close(file, h[i]);
	}
	for (int i = 7; i >= 0; i--) {
		uint32_t handle = dumb_pages(file, (uint32_t)i + 1);

		offset(file, text("%d pages", i + 1), handle);
	}
}

/* Holes of several sizes, some alike, and what is put into which. */
static void offset_holes(void)
{
	static const uint32_t pages[] = {5, 1, 3, 1, 4, 1, 3, 1, 4, 1, 2, 1};
	static const int closed[] = {8, 0, 2, 6, 4, 10};
	static const uint32_t wanted[] = {2, 2, 3, 1, 3, 1, 4, 1, 1, 9, 1};
	int file = open_card();
	uint32_t h[12];

	for (int i = 0; i < 12; i++) {
		h[i] = dumb_pages(file, pages[i]);
	}
	for (int i = 0; i < 6; i++) {
		gem_close(file, h[closed[i]]);
	}
	for (int i = 0; i < 11; i++) {
		uint32_t handle = dumb_pages(file, wanted[i]);

		offset(file, text("%d: %u pages", i, wanted[i]), handle);
	}
	/* Neighbours become one hole, and a new one. */
	gem_close(file, h[1]);
	gem_close(file, h[3]);
	gem_close(file, h[5]);
	for (int i = 0; i < 4; i++) {
		offset(file, text("%d: 1 page", i), dumb_pages(file, 1));
	}
}

/* All offsets of a device, by objects that have no memory yet. */
static void no_offset_left(void)
{
	struct drm_mode_create_dumb dumb;
	int file = open_card(), made = 0;

	while (made < 300 && !dumb_create(file, 32767, 32767, &dumb)) {
		made++;
	}
	result("buffers of nearly 4 GiB", "%d made, then %s", made,
	       errname(errno));
	result("the pitch of the last", "%u", dumb.pitch);
	offset(file, "the last", (uint32_t)made);
	result("a buffer of one page", "%s",
	       err(dumb_create(file, 8, 8, &dumb)));
}

static void destroy(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t handle = dumb_pages(file, 1), again;

	result("DESTROY_DUMB by another file", "%s",
	       err(dumb_destroy(second, handle)));
	result("DESTROY_DUMB by render", "%s",
	       err(dumb_destroy(render, handle)));
	result("DESTROY_DUMB 0", "%s", err(dumb_destroy(file, 0)));
	result("DESTROY_DUMB 9999", "%s", err(dumb_destroy(file, 9999)));
	result("DESTROY_DUMB -1", "%s", err(dumb_destroy(file, (uint32_t)-1)));
	result("DESTROY_DUMB", "%s", err(dumb_destroy(file, handle)));
	result("DESTROY_DUMB again", "%s", err(dumb_destroy(file, handle)));
	result("GEM_CLOSE after", "%s", err(gem_close(file, handle)));
	handle = dumb_pages(file, 1);
	result("GEM_CLOSE", "%s", err(gem_close(file, handle)));
	result("DESTROY_DUMB after", "%s", err(dumb_destroy(file, handle)));
	handle = dumb_pages(file, 1);
	prime_import(second, must_export(file, handle, 0), &again);
	result("DESTROY_DUMB of an import", "%s",
	       err(dumb_destroy(second, again)));
	result("DESTROY_DUMB of the exported", "%s",
	       err(dumb_destroy(file, handle)));
}

static void gem_closes(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t handle = dumb_pages(file, 1);
	struct drm_gem_close close = {.handle = handle, .pad = 0x1234};

	result("GEM_CLOSE 0", "%s", err(gem_close(file, 0)));
	result("GEM_CLOSE 9999", "%s", err(gem_close(file, 9999)));
	result("GEM_CLOSE -1", "%s", err(gem_close(file, (uint32_t)-1)));
	result("GEM_CLOSE by another", "%s", err(gem_close(second, handle)));
	result("GEM_CLOSE by render", "%s", err(gem_close(render, handle)));
	result("GEM_CLOSE with a pad", "%s",
	       err(ioctl(file, DRM_IOCTL_GEM_CLOSE, &close)));
	result("the pad", "%#x", close.pad);
	result("GEM_CLOSE twice", "%s", err(gem_close(file, handle)));
}

static void many(void)
{
	int file = open_card();
	struct drm_mode_create_dumb dumb;
	uint32_t last = 0;
	int made = 0;

	while (made < 5000 && !dumb_create(file, 8, 8, &dumb)) {
		last = dumb.handle;
		made++;
	}
	result("5000 buffers", "%d made, last handle %u", made, last);
	offset(file, "the last", last);
}

static void copy_out_fails(void)
{
	struct drm_mode_create_dumb *dumb =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open_card();

	dumb->width = dumb->height = 8;
	dumb->bpp = 32;
	mprotect(dumb, PAGE, PROT_READ);
	result("CREATE_DUMB in a page that cannot be written", "%s",
	       err(ioctl(file, DRM_IOCTL_MODE_CREATE_DUMB, dumb)));
	result("handles after", "%s", handles(file));
}

static void by_render(void)
{
	struct drm_mode_create_dumb dumb;

	result("CREATE_DUMB by render", "%s",
	       err(dumb_create(open_render(), 8, 8, &dumb)));
}

static const struct check checks[] = {
	{.name = "depths", .run = depths},
	{.name = "dimensions", .run = dimensions},
	{.name = "flags", .run = flags},
	{.name = "offsets", .run = offsets},
	{.name = "offset-gaps", .run = offset_gaps},
	{.name = "offset-holes", .run = offset_holes},
	{.name = "no-offset-left", .run = no_offset_left},
	{.name = "lowest-free", .run = lowest_free},
	{.name = "destroy", .run = destroy},
	{.name = "gem-close", .run = gem_closes},
	{.name = "many", .run = many},
	{.name = "copy-out-fails", .run = copy_out_fails},
	{.name = "render", .run = by_render},
	{0},
};

const struct subject dumb_subject = {
	.name = "dumb",
	.checks = checks,
};
