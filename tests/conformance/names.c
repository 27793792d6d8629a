/* SPDX-License-Identifier: MIT */
/* GEM_FLINK and GEM_OPEN. */
#include "conform.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static uint32_t flink(int file, const char *what, uint32_t handle)
{
	struct drm_gem_flink flink = {.handle = handle, .name = 0xdead};
	const char *answer = err(ioctl(file, DRM_IOCTL_GEM_FLINK, &flink));

	result(text("FLINK of %s", what), "%s name %u", answer, flink.name);
	return flink.name;
}

static void opened(int file, const char *what, uint32_t name)
{
	struct drm_gem_open open = {
		.name = name,
		.handle = 0xdead,
		.size = 0xdead,
	};
	const char *answer = err(ioctl(file, DRM_IOCTL_GEM_OPEN, &open));

	result(text("OPEN of %s", what), "%s handle %u size %#llx", answer,
	       open.handle, (unsigned long long)open.size);
}

static void bad(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t handle = dumb_pages(file, 1);

	flink(file, "handle 0", 0);
	flink(file, "handle 9999", 9999);
	flink(file, "handle -1", (uint32_t)-1);
	opened(file, "name 0", 0);
	opened(file, "name 1, not given", 1);
	opened(file, "name -1", (uint32_t)-1);
	flink(second, "another file's", handle);
	flink(render, "a handle by render", handle);
	flink(file, "the first", handle);
	opened(render, "name 1 by render", 1);
	opened(second, "name 1 by second", 1);
}

static void numbers(void)
{
	int file = open_card();
	uint32_t h[4];

	for (int i = 0; i < 4; i++) {
		h[i] = dumb_pages(file, (uint32_t)i + 1);
		flink(file, text("object %d", i), h[i]);
		flink(file, text("object %d again", i), h[i]);
	}
	gem_close(file, h[1]);
	gem_close(file, h[2]);
	opened(file, "name 2, closed", 2);
	for (int i = 0; i < 3; i++) {
		flink(file, text("new object %d", i), dumb_pages(file, 1));
	}
	opened(file, "name 1", 1);
	opened(file, "name 4", 4);
	opened(file, "name 4 again", 4);
	result("handles", "%s", handles(file));
}

static void last_handle(void)
{
	int file = open_card(), second = open_card(), dmabuf;
	uint32_t handle = dumb_pages(file, 2);

	flink(file, "the object", handle);
	opened(second, "name 1 by second", 1);
	gem_close(file, handle);
	opened(file, "name 1, second has a handle", 1);
	gem_close(file, 1);
	dmabuf = must_export(second, 1, 0);
	gem_close(second, 1);
	opened(file, "name 1, only the dma-buf lives", 1);
	result("import", "%s", import_result(file, dmabuf));
	opened(file, "name 1, a handle again", 1);
	flink(file, "the object again", 1);
	close(file);
	opened(second, "name 1, the file closed", 1);
}

static void closing_the_file(void)
{
	int file = open_card(), second = open_card();
	uint32_t handle = dumb_pages(file, 1);

	flink(file, "the object", handle);
	opened(second, "name 1", 1);
	close(file);
	opened(second, "name 1, its maker closed", 1);
	close(second);
	file = open_card();
	opened(file, "name 1, all closed", 1);
	flink(file, "a new object", dumb_pages(file, 1));
}

/* Which of several handles is the one that an import gives. */
static void opened_and_imported(void)
{
	int file = open_card(), second = open_card(), dmabuf, again;
	uint32_t handle = dumb_pages(file, 1);

	flink(file, "the object", handle);
	dmabuf = must_export(file, handle, 0);
	opened(file, "name 1 in its own file", 1);
	opened(file, "name 1 in its own file again", 1);
	result("import in its own file", "%s", import_result(file, dmabuf));
	opened(second, "name 1 by second", 1);
	result("import by second", "%s", import_result(second, dmabuf));
	opened(second, "name 1 by second again", 1);
	result("import by second again", "%s", import_result(second, dmabuf));
	again = must_export(second, 1, 0);
	result("export of handle 1, same inode", "%s",
	       yes(same_inode(dmabuf, again)));
	result("import by second then", "%s", import_result(second, dmabuf));
	result("GEM_CLOSE 1", "%s", err(gem_close(second, 1)));
	result("import by second, 1 closed", "%s",
	       import_result(second, dmabuf));
	result("GEM_CLOSE 2", "%s", err(gem_close(second, 2)));
	result("import by second, 2 closed", "%s",
	       import_result(second, dmabuf));
	result("handles of second", "%s", handles(second));
	must_export(second, 3, 0);
	result("import by second, 3 exported", "%s",
	       import_result(second, dmabuf));
	result("handles of second then", "%s", handles(second));
}

static void opened_then_exported(void)
{
	int file = open_card(), second = open_card(), dmabuf;
	uint32_t handle = dumb_pages(file, 1);

	flink(file, "the object", handle);
	opened(second, "name 1 by second", 1);
	opened(second, "name 1 by second", 1);
	dmabuf = must_export(second, 2, 0);
	result("import by second", "%s", import_result(second, dmabuf));
	result("import by the maker", "%s", import_result(file, dmabuf));
	must_export(second, 1, 0);
	result("import by second, both exported", "%s",
	       import_result(second, dmabuf));
	gem_close(second, 2);
	result("import by second, 2 closed", "%s",
	       import_result(second, dmabuf));
	gem_close(second, 1);
	result("import by second, 1 closed", "%s",
	       import_result(second, dmabuf));
}

static void authentication(void)
{
	int first = open_card(), second = open_card();
	uint32_t magic, handle = dumb_pages(second, 1);

	flink(second, "an object by one not authenticated", handle);
	opened(second, "name 1 by one not authenticated", 1);
	get_magic(second, &magic);
	auth_magic(first, magic);
	flink(second, "an object by one authenticated", handle);
	opened(second, "name 1 by one authenticated", 1);
	drop_master(first);
	flink(first, "an object by one who was master", dumb_pages(first, 1));
	opened(second, "name 2, nobody is master", 2);
}

static void by_child(void *data)
{
	int file = open_card(), *inherited = data;

	opened(file, "name 1 in a child", 1);
	opened(*inherited, "name 1 in a child by the parent's file", 1);
	flink(*inherited, "handle 1 in a child by the parent's file", 1);
}

static void other_process(void)
{
	int file = open_card();

	flink(file, "the object", dumb_pages(file, 1));
	in_child(by_child, &file);
	result("handles after the child", "%s", handles(file));
}

static void unwritable(void)
{
	struct drm_gem_open *open = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open_card();

	flink(file, "the object", dumb_pages(file, 1));
	open->name = 1;
	mprotect(open, PAGE, PROT_READ);
	result("OPEN in a page that cannot be written", "%s",
	       err(ioctl(file, DRM_IOCTL_GEM_OPEN, open)));
	result("handles", "%s", handles(file));
}

static const struct check checks[] = {
	{.name = "bad", .run = bad},
	{.name = "bad-privileged", .run = bad, .privileged = true},
	{.name = "numbers", .run = numbers},
	{.name = "last-handle", .run = last_handle, .privileged = true},
	{.name = "closing-the-file",
	 .run = closing_the_file,
	 .privileged = true},
	{.name = "opened-and-imported",
	 .run = opened_and_imported,
	 .privileged = true},
	{.name = "opened-then-exported",
	 .run = opened_then_exported,
	 .privileged = true},
	{.name = "authentication", .run = authentication},
	{.name = "other-process", .run = other_process},
	{.name = "unwritable", .run = unwritable},
	{0},
};

const struct subject names_subject = {
	.name = "names",
	.checks = checks,
};
