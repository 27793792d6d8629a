/* SPDX-License-Identifier: MIT */
/* SYNC, SET_NAME and the rest of type 'b'. */
#include "conform.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int export_page(uint32_t flags)
{
	int file = open_card();

	return must_export(file, dumb_pages(file, 1), flags);
}

static void sync_with(const char *of, int dmabuf, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags};

	result(text("%s, SYNC %#llx", of, (unsigned long long)flags), "%s",
	       err(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync)));
}

static void sync_of(const char *of, int dmabuf)
{
	for (uint64_t flags = 0; flags < 16; flags++) {
		sync_with(of, dmabuf, flags);
	}
	for (int bit = 3; bit < 64; bit++) {
		sync_with(of, dmabuf, DMA_BUF_SYNC_READ | 1ULL << bit);
	}
	result(text("%s, SYNC NULL", of), "%s",
	       err(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, NULL)));
	result(text("%s, SYNC bad pointer", of), "%s",
	       err(ioctl(dmabuf, DMA_BUF_IOCTL_SYNC, (void *)8)));
}

static void syncs(void)
{
	sync_of("RDWR", export_page(DRM_RDWR));
	sync_of("read-only", export_page(0));
}

static void name_of(const char *what, int dmabuf)
{
	char target[256] = "";

	readlink(text("/proc/self/fd/%d", dmabuf), target, sizeof(target) - 1);
	result(what, "%s", target);
}

static void set_name(int dmabuf, unsigned long cmd, const char *name)
{
	const char *what = text("SET_NAME '%s'", name);

	if (strchr(name, '\n')) {
		what = "SET_NAME with a newline";
	}
	result(what, "%s", err(ioctl(dmabuf, cmd, name)));
	name_of("readlink then", dmabuf);
}

static void names(void)
{
	int file = open_card(), second = open_card();
	uint32_t handle = dumb_pages(file, 1), imported;
	int dmabuf = must_export(file, handle, DRM_RDWR), again;
	char long_name[128];

	name_of("readlink at first", dmabuf);
	for (size_t i = 0; i < 40; i += i < 29 ? 7 : 1) {
		memset(long_name, 'a' + (int)(i % 26), sizeof(long_name));
		long_name[i] = 0;
		set_name(dmabuf, DMA_BUF_SET_NAME_B, long_name);
	}
	set_name(dmabuf, DMA_BUF_SET_NAME_A, "by A");
	set_name(dmabuf, DMA_BUF_SET_NAME_B, "with/slash");
	set_name(dmabuf, DMA_BUF_SET_NAME_B, "with\nnewline");
	set_name(dmabuf, DMA_BUF_SET_NAME_B, "\xc3\xa4\x01\x7f");
	set_name(dmabuf, DMA_BUF_SET_NAME, "by the macro");
	result("SET_NAME NULL", "%s",
	       err(ioctl(dmabuf, DMA_BUF_SET_NAME_B, NULL)));
	result("SET_NAME bad pointer", "%s",
	       err(ioctl(dmabuf, DMA_BUF_SET_NAME_B, (void *)8)));
	name_of("readlink after", dmabuf);
	prime_import(second, dmabuf, &imported);
	again = must_export(second, imported, 0);
	name_of("an importer's export", again);
	set_name(again, DMA_BUF_SET_NAME_B, "by the importer");
	name_of("the exporter's", dmabuf);
	close(dmabuf);
	close(again);
	dmabuf = must_export(file, handle, 0);
	name_of("exported again after closing all", dmabuf);
	set_name(export_page(0), DMA_BUF_SET_NAME_B, "read-only");
}

/* A name is read up to where it ends, not further. */
static void name_at_the_edge(void)
{
	int dmabuf = export_page(DRM_RDWR);
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(pages + PAGE, PAGE);
	strcpy(pages + PAGE - 5, "edge");
	result("a name that ends with the page", "%s",
	       err(ioctl(dmabuf, DMA_BUF_SET_NAME_B, pages + PAGE - 5)));
	name_of("readlink", dmabuf);
	memset(pages, 'x', PAGE);
	result("a name that runs off the page", "%s",
	       err(ioctl(dmabuf, DMA_BUF_SET_NAME_B, pages + PAGE - 5)));
	result("40 bytes that run off the page", "%s",
	       err(ioctl(dmabuf, DMA_BUF_SET_NAME_B, pages + PAGE - 40)));
	name_of("readlink after", dmabuf);
}

static void numbers(void)
{
	int dmabuf = export_page(DRM_RDWR);
	static const unsigned int dirs[] = {_IOC_NONE, _IOC_READ, _IOC_WRITE,
					    _IOC_READ | _IOC_WRITE};
	static const unsigned int sizes[] = {0, 4, 8, 16};
	char arg[64] = {0};

	/* EXPORT_SYNC_FILE and IMPORT_SYNC_FILE are of another subject. */
	for (unsigned int nr = 0; nr < 6; nr++) {
		for (size_t i = 0; i < 4; i++) {
			for (size_t j = 0; j < 4; j++) {
				if ((nr == 2 || nr == 3) && sizes[j] == 8) {
					continue;
				}
				result(text("nr %u dir %u size %u", nr, dirs[i],
					    sizes[j]),
				       "%s",
				       err(ioctl(
					       dmabuf,
					       _IOC(dirs[i], 'b', nr, sizes[j]),
					       arg)));
			}
		}
	}
	for (unsigned int nr = 6; nr < 256; nr++) {
		if (ioctl(dmabuf, _IOC(3, 'b', nr, 8), arg) != -1 ||
		    errno != ENOTTY) {
			result(text("nr %u", nr), "not ENOTTY");
		}
	}
	result("VERSION", "%s", err(ioctl(dmabuf, DRM_IOCTL_VERSION, arg)));
}

static const struct check checks[] = {
	{.name = "sync", .run = syncs},
	{.name = "set-name", .run = names},
	{.name = "name-at-the-edge", .run = name_at_the_edge},
	{.name = "numbers", .run = numbers},
	{0},
};

const struct subject dmabuf_ioctl_subject = {
	.name = "dmabuf-ioctl",
	.checks = checks,
};
