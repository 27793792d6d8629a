/* SPDX-License-Identifier: MIT */
/* Memory through the device and through the dma-buf. */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGES 4u
#define SIZE  (PAGES * PAGE)

static void try_map(const char *what, int fd, uint64_t offset, size_t length,
		    int prot, int flags)
{
	void *map = mmap(NULL, length, prot, flags, fd, (off_t)offset);

	result(what, "%s", map == MAP_FAILED ? errname(errno) : "mapped");
	if (map != MAP_FAILED) {
		munmap(map, length);
	}
}

static void try_kinds(const char *of, int fd, uint64_t offset)
{
	static const struct {
		const char *name;
		int prot, flags;
	} kinds[] = {
		{"shared RW", PROT_READ | PROT_WRITE, MAP_SHARED},
		{"shared R", PROT_READ, MAP_SHARED},
		{"shared W", PROT_WRITE, MAP_SHARED},
		{"shared none", PROT_NONE, MAP_SHARED},
		{"shared X", PROT_READ | PROT_EXEC, MAP_SHARED},
		{"private RW", PROT_READ | PROT_WRITE, MAP_PRIVATE},
		{"private R", PROT_READ, MAP_PRIVATE},
		{"private none", PROT_NONE, MAP_PRIVATE},
		{"shared validated", PROT_READ, MAP_SHARED_VALIDATE},
		{"shared sync", PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC},
		{"no type", PROT_READ, 0},
		{"populated", PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_POPULATE},
		{"locked", PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LOCKED},
		{"huge", PROT_READ, MAP_SHARED | MAP_HUGETLB},
		{"no reserve", PROT_READ, MAP_SHARED | MAP_NORESERVE},
		{"grows down", PROT_READ, MAP_SHARED | MAP_GROWSDOWN},
		{"32 bit", PROT_READ, MAP_SHARED | MAP_32BIT},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		try_map(text("%s, %s", of, kinds[i].name), fd, offset, SIZE,
			kinds[i].prot, kinds[i].flags);
	}
	void *page =
		mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	result(text("%s, fixed", of), "%s",
	       yes(mmap(page, SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, fd,
			(off_t)offset) == page));
	result(text("%s, fixed but occupied", of), "%s",
	       mmap(page, SIZE, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
		    (off_t)offset) == MAP_FAILED
		       ? errname(errno)
		       : "mapped");
	try_map(text("%s, anonymous", of), fd, offset, SIZE, PROT_READ,
		MAP_SHARED | MAP_ANONYMOUS);
}

static void try_ranges(const char *of, int fd, uint64_t offset)
{
	static const struct {
		const char *name;
		uint64_t offset;
		size_t length;
	} ranges[] = {
		{"1 page", 0, PAGE},
		{"1 byte", 0, 1},
		{"1 byte less", 0, SIZE - 1},
		{"1 byte more", 0, SIZE + 1},
		{"1 page more", 0, SIZE + PAGE},
		{"nothing", 0, 0},
		{"the second page", PAGE, PAGE},
		{"all but the first", PAGE, SIZE - PAGE},
		{"from the second, one too many", PAGE, SIZE},
		{"the last page", SIZE - PAGE, PAGE},
		{"after the last page", SIZE, PAGE},
		{"not aligned", 1, PAGE},
		{"far away", 1ULL << 44, PAGE},
		{"the last offset", -(uint64_t)PAGE, PAGE},
		{"over the end of offsets", -(uint64_t)PAGE, 2 * PAGE},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		try_map(text("%s, %s", of, ranges[i].name), fd,
			offset + ranges[i].offset, ranges[i].length, PROT_READ,
			MAP_SHARED);
	}
}

static void device(void)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, PAGES);
	uint64_t offset;

	try_map("before MAP_DUMB", file, 0x100000000ULL, SIZE, PROT_READ,
		MAP_SHARED);
	dumb_offset(file, handle, &offset);
	try_kinds("device", file, offset);
	try_ranges("device", file, offset);
	try_map("offset 0", file, 0, SIZE, PROT_READ, MAP_SHARED);
	try_map("an offset not given", file, 0x200000000ULL, SIZE, PROT_READ,
		MAP_SHARED);
	try_map("before the first", file, 0xfffff000ULL, PAGE, PROT_READ,
		MAP_SHARED);
	gem_close(file, handle);
	try_map("after GEM_CLOSE", file, offset, SIZE, PROT_READ, MAP_SHARED);
}

static void other_files(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t handle = dumb_pages(file, PAGES), imported, by_render;
	int dmabuf = must_export(file, handle, DRM_RDWR);
	uint64_t offset;

	dumb_offset(file, handle, &offset);
	try_map("another file, no handle", second, offset, SIZE, PROT_READ,
		MAP_SHARED);
	try_map("render, no handle", render, offset, SIZE, PROT_READ,
		MAP_SHARED);
	try_map("no handle and too long", render, offset, SIZE + PAGE,
		PROT_READ, MAP_SHARED);
	try_map("no handle and private", render, offset, SIZE, PROT_READ,
		MAP_PRIVATE);
	try_map("no handle, inside", render, offset + PAGE, PAGE, PROT_READ,
		MAP_SHARED);
	prime_import(second, dmabuf, &imported);
	prime_import(render, dmabuf, &by_render);
	try_map("another file, imported", second, offset, SIZE, PROT_READ,
		MAP_SHARED);
	try_map("render, imported", render, offset, SIZE,
		PROT_READ | PROT_WRITE, MAP_SHARED);
	gem_close(second, imported);
	try_map("another file, import closed", second, offset, SIZE, PROT_READ,
		MAP_SHARED);
	gem_close(file, handle);
	try_map("the maker, handle closed", file, offset, SIZE, PROT_READ,
		MAP_SHARED);
	try_map("render still", render, offset, SIZE, PROT_READ, MAP_SHARED);
	gem_close(render, by_render);
	try_map("render, closed", render, offset, SIZE, PROT_READ, MAP_SHARED);
	close(dmabuf);
	try_map("the object is gone", file, offset, SIZE, PROT_READ,
		MAP_SHARED);
}

/* Handles are counted here, though not in the table of imports. */
static void several_handles(void)
{
	int file = open_card(), second = open_card();
	uint32_t handle = dumb_pages(file, 1), name, a, b;
	uint64_t offset, size;

	gem_flink(file, handle, &name);
	dumb_offset(file, handle, &offset);
	gem_open(second, name, &a, &size);
	gem_open(second, name, &b, &size);
	try_map("two handles", second, offset, PAGE, PROT_READ, MAP_SHARED);
	gem_close(second, a);
	try_map("one handle", second, offset, PAGE, PROT_READ, MAP_SHARED);
	gem_close(second, b);
	try_map("no handle", second, offset, PAGE, PROT_READ, MAP_SHARED);
}

static void openers_access(void)
{
	static const char *const names[] = {"read-only", "write-only"};
	static const int modes[] = {O_RDONLY, O_WRONLY};

	for (int i = 0; i < 2; i++) {
		int file = open(CARD, modes[i] | O_CLOEXEC);
		uint32_t handle = dumb_pages(file, PAGES);
		uint64_t offset;
		void *map;

		dumb_offset(file, handle, &offset);
		try_kinds(names[i], file, offset);
		map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, file,
			   (off_t)offset);
		if (map != MAP_FAILED) {
			result(text("%s, mprotect RW", names[i]), "%s",
			       err(mprotect(map, SIZE,
					    PROT_READ | PROT_WRITE)));
		}
		close(file);
	}
}

static void dmabuf_maps(void)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, PAGES);
	int dmabuf = must_export(file, handle, DRM_RDWR);

	try_kinds("dma-buf", dmabuf, 0);
	try_ranges("dma-buf", dmabuf, 0);
	handle = dumb_pages(file, PAGES);
	dmabuf = must_export(file, handle, 0);
	try_kinds("read-only dma-buf", dmabuf, 0);
	try_ranges("read-only dma-buf", dmabuf, 0);
	void *map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, dmabuf, 0);

	result("read-only dma-buf, mprotect RW", "%s",
	       err(mprotect(map, SIZE, PROT_READ | PROT_WRITE)));
	result("read-only dma-buf, mprotect X", "%s",
	       err(mprotect(map, SIZE, PROT_READ | PROT_EXEC)));
}

static void touch_in_child(void *data)
{
	volatile unsigned char *map = data;

	result("a child reads", "%u", map[0]);
	map[0] = 66;
}

/* A new object's memory, through the device or its dma-buf. */
static unsigned char *fresh(bool by_device)
{
	int file = open_card(), rw = PROT_READ | PROT_WRITE;
	uint32_t handle = dumb_pages(file, PAGES);
	unsigned char *map =
		by_device ? device_map(file, handle, SIZE, rw)
			  : mmap(NULL, SIZE, rw, MAP_SHARED,
				 must_export(file, handle, DRM_RDWR), 0);

	map[0] = 65;
	return map;
}

static void advise(const char *of, bool by_device)
{
	static const struct {
		const char *name;
		int advice;
	} advices[] = {
		{"DONTNEED", MADV_DONTNEED}, {"REMOVE", MADV_REMOVE},
		{"FREE", MADV_FREE},	     {"WILLNEED", MADV_WILLNEED},
		{"DONTFORK", MADV_DONTFORK}, {"DOFORK", MADV_DOFORK},
		{"DONTDUMP", MADV_DONTDUMP}, {"DODUMP", MADV_DODUMP},
		{"HUGEPAGE", MADV_HUGEPAGE}, {"SEQUENTIAL", MADV_SEQUENTIAL},
	};

	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
		unsigned char *map = fresh(by_device);
		const char *answer = err(madvise(map, SIZE, advices[i].advice));

		result(text("%s, madvise %s", of, advices[i].name),
		       "%s then %u", answer, map[0]);
	}
}

static void remap(const char *of, bool by_device)
{
	static const struct {
		const char *name;
		size_t size;
		int flags;
	} ways[] = {
		{"grow in place", SIZE + PAGE, 0},
		{"grow", SIZE + PAGE, MREMAP_MAYMOVE},
		{"shrink", 2 * PAGE, 0},
		{"same size", SIZE, MREMAP_MAYMOVE},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		unsigned char *map = mremap(fresh(by_device), SIZE,
					    ways[i].size, ways[i].flags);

		if (map == MAP_FAILED) {
			result(text("%s, mremap %s", of, ways[i].name), "%s",
			       errname(errno));
		} else {
			result(text("%s, mremap %s", of, ways[i].name),
			       "done, %u", map[0]);
		}
	}
}

static void use_map(const char *of, bool by_device)
{
	unsigned char *map = fresh(by_device), in_core[PAGES];

	result(text("%s, fresh contents", of), "%u", map[1] | map[SIZE - 1]);
	in_child(touch_in_child, map);
	result(text("%s, the child wrote", of), "%u", map[0]);
	result(text("%s, msync", of), "%s", err(msync(map, SIZE, MS_SYNC)));
	result(text("%s, msync async", of), "%s",
	       err(msync(map, SIZE, MS_ASYNC)));
	result(text("%s, mlock", of), "%s", err(mlock(map, SIZE)));
	result(text("%s, mincore", of), "%s", err(mincore(map, SIZE, in_core)));
	result(text("%s, mprotect R", of), "%s",
	       err(mprotect(map, PAGE, PROT_READ)));
	result(text("%s, mprotect RW", of), "%s",
	       err(mprotect(map, PAGE, PROT_READ | PROT_WRITE)));
	result(text("%s, munmap half", of), "%s",
	       err(munmap(map + PAGE, PAGE)));
	result(text("%s, contents of the rest", of), "%u", map[0]);
	advise(of, by_device);
	remap(of, by_device);
}

static void device_use(void)
{
	use_map("device", true);
}

static void dmabuf_use(void)
{
	use_map("dma-buf", false);
}

/* One memory, whichever way it is reached. */
static void same_memory(void)
{
	int file = open_card(), second = open_card();
	uint32_t handle = dumb_pages(file, PAGES), imported;
	int dmabuf = must_export(file, handle, DRM_RDWR);
	volatile unsigned char *a, *b, *c, *d;
	int rw = PROT_READ | PROT_WRITE;

	prime_import(second, dmabuf, &imported);
	a = device_map(file, handle, SIZE, rw);
	b = mmap(NULL, SIZE, rw, MAP_SHARED, dmabuf, 0);
	c = device_map(second, imported, SIZE, rw);
	d = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, dmabuf, 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		a[i * PAGE] = (unsigned char)(10 + i);
		b[i * PAGE + 1] = (unsigned char)(20 + i);
		c[i * PAGE + 2] = (unsigned char)(30 + i);
	}
	for (unsigned int i = 0; i < PAGES; i++) {
		volatile unsigned char *const maps[] = {a, b, c, d};

		for (int j = 0; j < 4; j++) {
			volatile unsigned char *m = maps[j] + i * PAGE;

			result(text("map %d, page %u", j, i), "%u %u %u", m[0],
			       m[1], m[2]);
		}
	}
	gem_close(file, handle);
	close(dmabuf);
	close(file);
	gem_close(second, imported);
	close(second);
	result("all closed", "%u %u %u %u", a[0], b[1], c[2], d[PAGE]);
	a[5] = 55;
	munmap((void *)a, SIZE);
	result("one unmapped", "%u %u %u", b[5], c[5], d[5]);
}

/* The kernel's faults count pages from the start of the mapping. */
static void dmabuf_offset(void)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, PAGES);
	int dmabuf = must_export(file, handle, DRM_RDWR);
	unsigned char *all =
		device_map(file, handle, SIZE, PROT_READ | PROT_WRITE);

	for (unsigned int i = 0; i < PAGES; i++) {
		all[i * PAGE] = (unsigned char)i;
	}
	for (unsigned int i = 0; i < PAGES; i++) {
		unsigned char *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED,
					  dmabuf, (off_t)(i * PAGE));

		result(text("at page %u", i), "shows page %u", map[0]);
	}
}

/* System calls that are given memory of the device. */
static void as_buffer(void)
{
	int file = open_card(), pair[2];
	uint32_t handle = dumb_pages(file, 1);
	unsigned char *map =
		device_map(file, handle, PAGE, PROT_READ | PROT_WRITE);
	struct drm_version *version = (void *)(map + 64);
	char byte = 0;

	map[0] = 99;
	pipe(pair);
	result("write from it", "%zd", write(pair[1], map, 1));
	read(pair[0], &byte, 1);
	result("what was written", "%d", byte);
	map[1] = 98;
	write(pair[1], map + 1, 1);
	result("read into it", "%zd", read(pair[0], map + 2, 1));
	result("what was read", "%u", map[2]);
	version->name = (void *)(map + 512);
	version->name_len = 4;
	result("an ioctl's argument in it", "%s",
	       err(ioctl(file, DRM_IOCTL_VERSION, version)));
	result("what is there", "%.4s", (char *)map + 512);
}

static const struct check checks[] = {
	{.name = "device", .run = device},
	{.name = "other-files", .run = other_files},
	{.name = "several-handles", .run = several_handles, .privileged = true},
	{.name = "openers-access", .run = openers_access},
	{.name = "dma-buf", .run = dmabuf_maps},
	{.name = "device-use", .run = device_use},
	{.name = "dma-buf-use", .run = dmabuf_use},
	{.name = "same-memory", .run = same_memory},
	{.name = "dma-buf-offset", .run = dmabuf_offset},
	{.name = "as-buffer", .run = as_buffer},
	{0},
};

const struct subject mmap_subject = {
	.name = "mmap",
	.checks = checks,
};
