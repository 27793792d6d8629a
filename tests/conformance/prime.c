/* SPDX-License-Identifier: MIT */
/* HANDLE_TO_FD and FD_TO_HANDLE: flags, bad arguments, identity. */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void export_with(int file, const char *what, uint32_t handle,
			uint32_t flags)
{
	struct drm_prime_handle prime = {
		.handle = handle,
		.flags = flags,
		.fd = -77,
	};

	if (ioctl(file, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime)) {
		const char *answer = errname(errno);
		const char *fd = prime.fd == -77  ? "untouched"
				 : prime.fd == -1 ? "-1"
						  : "changed";

		result(what, "%s, fd %s", answer, fd);
		return;
	}
	result(what, "0, F_GETFL %#o, FD_CLOEXEC %d", status_flags(prime.fd),
	       fcntl(prime.fd, F_GETFD));
	close(prime.fd);
}

static void export_flags(void)
{
	for (int bit = 0; bit < 32; bit++) {
		int file = open_card();
		uint32_t handle = dumb_pages(file, 1);

		export_with(file, text("flag bit %d", bit), handle, 1U << bit);
		close(file);
	}
	int file = open_card();
	uint32_t handle = dumb_pages(file, 1);

	export_with(file, "no flags", handle, 0);
	export_with(file, "CLOEXEC|RDWR after none", handle,
		    DRM_CLOEXEC | DRM_RDWR);
	export_with(file, "all bits", handle, 0xffffffffU);
	export_with(file, "O_ACCMODE", handle, 3);
	handle = dumb_pages(file, 1);
	export_with(file, "CLOEXEC|RDWR", handle, DRM_CLOEXEC | DRM_RDWR);
	export_with(file, "no flags after CLOEXEC|RDWR", handle, 0);
	export_with(file, "CLOEXEC after CLOEXEC|RDWR", handle, DRM_CLOEXEC);
}

static void export_bad(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t handle = dumb_pages(file, 1);

	export_with(file, "handle 0", 0, 0);
	export_with(file, "handle 9999", 9999, 0);
	export_with(file, "handle -1", (uint32_t)-1, 0);
	export_with(file, "bad handle and bad flags", 9999, 1);
	export_with(second, "a handle of another file", handle, 0);
	export_with(render, "a card's handle, by render", handle, 0);
	gem_close(file, handle);
	export_with(file, "a closed handle", handle, 0);
}

static void no_fds_left(void)
{
	int file = open_card();
	uint32_t handle = dumb_pages(file, 1);
	struct rlimit limit = {.rlim_cur = (rlim_t)file + 1, .rlim_max = 1024};

	setrlimit(RLIMIT_NOFILE, &limit);
	export_with(file, "no fd number left", handle, DRM_CLOEXEC);
	limit.rlim_cur = 1024;
	setrlimit(RLIMIT_NOFILE, &limit);
	export_with(file, "fd numbers again", handle, DRM_CLOEXEC);
	result("handles", "%s", handles(file));
}

static int lowest_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void numbers(void)
{
	int file = open_card(), before, dmabuf;
	uint32_t handle = dumb_pages(file, 1);

	before = lowest_fd();
	dmabuf = must_export(file, handle, 0);
	result("an export has the lowest free fd number", "%s",
	       yes(dmabuf == before));
	close(dmabuf);
	for (int i = 0; i < 50; i++) {
		export_with(file, "exported", handle, DRM_CLOEXEC);
		import_result(file, -1);
	}
	result("none is left behind", "%s", yes(lowest_fd() == before));
}

static void unwritable(void)
{
	struct drm_prime_handle *prime =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int file = open_card(), before;

	prime->handle = dumb_pages(file, 1);
	mprotect(prime, PAGE, PROT_READ);
	before = lowest_fd();
	result("HANDLE_TO_FD in a page that cannot be written", "%s",
	       err(ioctl(file, DRM_IOCTL_PRIME_HANDLE_TO_FD, prime)));
	result("fd numbers it took", "%d", lowest_fd() - before);
}

static void import_from(int file, const char *what, int fd, uint32_t flags)
{
	struct drm_prime_handle prime = {
		.handle = 0xdead,
		.flags = flags,
		.fd = fd,
	};
	const char *answer =
		err(ioctl(file, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime));

	result(what, "%s handle %u fd %s", answer, prime.handle,
	       prime.fd == fd ? "unchanged" : "changed");
}

static void import_bad(void)
{
	int file = open_card(), pair[2], dmabuf, path;
	char name[32];

	import_from(file, "-1", -1, 0);
	import_from(file, "-2", -2, 0);
	import_from(file, "9999", 9999, 0);
	import_from(file, "INT_MAX", 0x7fffffff, 0);
	import_from(file, "INT_MIN", (int)0x80000000U, 0);
	import_from(file, "a regular file", open("/proc/self/exe", O_RDONLY),
		    0);
	import_from(file, "a folder", open("/", O_RDONLY), 0);
	import_from(file, "/dev/null", open("/dev/null", O_RDWR), 0);
	import_from(file, "/dev/zero", open("/dev/zero", O_RDWR), 0);
	import_from(file, "a memfd", memfd_create("dmabuf", 0), 0);
	import_from(file, "a sealed memfd",
		    memfd_create("dmabuf", MFD_ALLOW_SEALING), 0);
	import_from(file, "an epoll", epoll_create1(0), 0);
	import_from(file, "an eventfd", eventfd(0, 0), 0);
	pipe(pair);
	import_from(file, "a pipe", pair[0], 0);
	socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
	import_from(file, "a socket", pair[0], 0);
	import_from(file, "a deleted file",
		    open("/tmp", O_TMPFILE | O_RDWR, 0600), 0);
	import_from(file, "the device", file, 0);
	import_from(file, "the render node", open_render(), 0);
	import_from(file, "O_PATH of /dev/null", open("/dev/null", O_PATH), 0);
	dmabuf = must_export(file, dumb_pages(file, 1), 0);
	strcpy(name, text("/proc/self/fd/%d", dmabuf));
	path = open(name, O_PATH);
	import_from(file, "O_PATH of a dma-buf", path, 0);
	close(dmabuf);
	import_from(file, "a dma-buf just closed", dmabuf, 0);
}

static void import_flags(void)
{
	int file = open_card(), second = open_card();
	int dmabuf = must_export(file, dumb_pages(file, 1), DRM_CLOEXEC);

	for (int bit = 0; bit < 32; bit++) {
		import_from(second, text("flag bit %d", bit), dmabuf,
			    1U << bit);
	}
	import_from(second, "all bits", dmabuf, 0xffffffffU);
	import_from(file, "all bits, self-import", dmabuf, 0xffffffffU);
}

static void identity(void)
{
	int file = open_card(), second = open_card(), render = open_render();
	uint32_t a = dumb_pages(file, 1), b = dumb_pages(file, 1), h;
	int first = must_export(file, a, DRM_CLOEXEC | DRM_RDWR);
	int again = must_export(file, a, 0);
	int other = must_export(file, b, DRM_CLOEXEC | DRM_RDWR);
	int third;

	result("exported twice, same inode", "%s",
	       yes(same_inode(first, again)));
	result("exported twice, same open file", "%s",
	       yes(same_file(first, again)));
	result("another object, same inode", "%s",
	       yes(same_inode(first, other)));
	result("another object, same open file", "%s",
	       yes(same_file(first, other)));
	result("self-import", "%s", import_result(file, first));
	result("self-import again", "%s", import_result(file, again));
	result("self-import of the other", "%s", import_result(file, other));
	result("import by second", "%s", import_result(second, first));
	result("import by second again", "%s", import_result(second, again));
	result("import by render", "%s", import_result(render, other));
	result("import of the first by render", "%s",
	       import_result(render, first));
	prime_import(second, first, &h);
	third = must_export(second, h, DRM_CLOEXEC);
	result("an import exported, same open file", "%s",
	       yes(same_file(first, third)));
	result("its F_GETFL", "%#o", status_flags(third));
	prime_import(render, first, &h);
	third = must_export(render, h, DRM_CLOEXEC);
	result("render's import exported, same open file", "%s",
	       yes(same_file(first, third)));
	result("handles of the first", "%s", handles(file));
	result("handles of the second", "%s", handles(second));
}

static void outlives(void)
{
	int file = open_card(), second = open_card(), dmabuf, again, keep;
	uint32_t a = dumb_pages(file, 1), b;

	keep = must_export(file, a, 0);
	result("import by second", "%s", import_result(second, keep));
	close(keep);
	again = must_export(file, a, DRM_RDWR);
	result("exported after the fd was closed, F_GETFL", "%#o",
	       status_flags(again));
	result("same handle in second", "%s", import_result(second, again));
	gem_close(second, 1);
	result("a handle after closing it", "%s", import_result(second, again));
	gem_close(file, a);
	dmabuf = must_export(second, 1, DRM_RDWR);
	result("exported by the importer, same file", "%s",
	       yes(same_file(again, dmabuf)));
	result("back to the exporter", "%s", import_result(file, dmabuf));
	b = dumb_pages(file, 1);
	result("the next object", "handle %u", b);
	gem_close(second, 1);
	gem_close(file, 1);
	result("with no handle left", "%s", import_result(file, again));
	gem_close(file, 1);
	close(file);
	result("exporter's file closed", "%s", import_result(second, again));
	result("handles of second", "%s", handles(second));
}

/* As long as a handle lives, so does the dma-buf's name and mode. */
static void mode_is_kept(void)
{
	int file = open_card(), dmabuf;
	uint32_t handle = dumb_pages(file, 1);

	for (int i = 0; i < 4; i++) {
		uint32_t flags = i & 1 ? DRM_RDWR : 0;

		dmabuf = must_export(file, handle, flags);
		result(text("export %d, with flags %#x, F_GETFL", i, flags),
		       "%#o", status_flags(dmabuf));
		close(dmabuf);
	}
	gem_close(file, handle);
	handle = dumb_pages(file, 1);
	dmabuf = must_export(file, handle, DRM_RDWR);
	result("a new object's F_GETFL", "%#o", status_flags(dmabuf));
}

/* The handle is closed, the fd is not, the object comes back. */
static void back_through_import(void)
{
	int file = open_card(), dmabuf, again;
	uint32_t handle = dumb_pages(file, 1), filler;

	dmabuf = must_export(file, handle, 0);
	gem_close(file, handle);
	filler = dumb_pages(file, 1);
	result("another takes the number", "%u", filler);
	prime_import(file, dmabuf, &handle);
	result("imported", "handle %u", handle);
	again = must_export(file, handle, DRM_RDWR);
	result("exported again, same open file", "%s",
	       yes(same_file(dmabuf, again)));
	gem_close(file, handle);
	close(dmabuf);
	close(again);
	result("handles", "%s", handles(file));
}

static void many(void)
{
	int file = open_card(), second = open_card(), fds[300];
	bool right = true;

	for (int i = 0; i < 300; i++) {
		fds[i] = must_export(file, dumb_pages(file, 1), DRM_CLOEXEC);
	}
	for (int i = 299; i >= 0; i--) {
		uint32_t handle = 0;

		prime_import(second, fds[i], &handle);
		right = right && handle == 300u - (unsigned int)i;
	}
	result("300 imports in reverse, handles in order", "%s", yes(right));
	for (int i = 0; i < 300; i++) {
		uint32_t handle = 0;

		prime_import(second, fds[i], &handle);
		right = right && handle == 300u - (unsigned int)i;
		prime_import(file, fds[i], &handle);
		right = right && handle == (unsigned int)i + 1;
	}
	result("again, the same handles", "%s", yes(right));
}

static void access_of_openers(void)
{
	int read_only = open(CARD, O_RDONLY | O_CLOEXEC);
	int write_only = open(CARD, O_WRONLY | O_CLOEXEC);
	uint32_t handle = dumb_pages(read_only, 1);
	int dmabuf = prime_export(read_only, handle, DRM_RDWR);

	result("RDWR export by a file opened for reading", "%s", err(dmabuf));
	result("F_GETFL", "%#o", status_flags(dmabuf));
	result("import by a file opened for writing", "%s",
	       import_result(write_only, dmabuf));
}

static const struct check checks[] = {
	{.name = "export-flags", .run = export_flags},
	{.name = "export-bad", .run = export_bad},
	{.name = "no-fds-left", .run = no_fds_left},
	{.name = "numbers", .run = numbers},
	{.name = "unwritable", .run = unwritable},
	{.name = "import-bad", .run = import_bad},
	{.name = "import-flags", .run = import_flags},
	{.name = "identity", .run = identity},
	{.name = "outlives", .run = outlives},
	{.name = "mode-is-kept", .run = mode_is_kept},
	{.name = "back-through-import", .run = back_through_import},
	{.name = "many", .run = many},
	{.name = "openers-access", .run = access_of_openers},
	{0},
};

const struct subject prime_subject = {
	.name = "prime",
	.checks = checks,
};
