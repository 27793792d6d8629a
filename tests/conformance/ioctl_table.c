/* SPDX-License-Identifier: MIT */
/* Every number of type 'd', and other types, to the three kinds of opener. */
#include "conform.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MASTER, SECOND, AUTHENTICATED, RENDERER, NR_ROLES };

static const char *const roles[NR_ROLES] = {"master", "second", "authenticated",
					    "render"};

/* Answers with a pid, which is no one else's. */
#define GET_CLIENT_NR 0x05

static int files[NR_ROLES];

static void open_files(void)
{
	uint32_t magic;

	files[MASTER] = open_card();
	files[SECOND] = open_card();
	files[AUTHENTICATED] = open_card();
	files[RENDERER] = open_render();
	if (get_magic(files[AUTHENTICATED], &magic) ||
	    auth_magic(files[MASTER], magic)) {
		give_up("authentication");
	}
}

static void close_files(void)
{
	for (int i = 0; i < NR_ROLES; i++) {
		close(files[i]);
	}
}

static void ask(unsigned long cmd, void *arg, const char *what)
{
	const char *answers[NR_ROLES];

	for (int i = 0; i < NR_ROLES; i++) {
		open_files();
		answers[i] = err(ioctl(files[i], cmd, arg));
		close_files();
	}
	result(text("%#04lx %s", cmd & 0xff, what),
	       "%s %s, %s %s, %s %s, %s %s", roles[0], answers[0], roles[1],
	       answers[1], roles[2], answers[2], roles[3], answers[3]);
}

/* What is in the argument afterwards, without saying all of it. */
static const char *changes(const unsigned char *arg, unsigned char before)
{
	unsigned int sum = 0, count = 0;

	for (unsigned int i = 0; i < 256; i++) {
		if (arg[i] != before) {
			sum = sum * 31 + i * 257 + arg[i];
			count++;
		}
	}
	return count ? text("%u bytes changed, %08x", count, sum) : "unchanged";
}

static void ask_filled(unsigned int dir, unsigned int nr, unsigned char fill,
		       const char *what)
{
	const char *answers[NR_ROLES];

	for (int i = 0; i < NR_ROLES; i++) {
		unsigned char arg[256];

		memset(arg, fill, sizeof(arg));
		open_files();
		answers[i] = err(ioctl(files[i], _IOC(dir, 'd', nr, 256), arg));
		close_files();
		if (nr != GET_CLIENT_NR) {
			answers[i] =
				text("%s %s", answers[i], changes(arg, fill));
		}
	}
	result(text("%#04x %s", nr, what), "%s %s, %s %s, %s %s, %s %s",
	       roles[0], answers[0], roles[1], answers[1], roles[2], answers[2],
	       roles[3], answers[3]);
}

static void zeroed(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask_filled(_IOC_READ | _IOC_WRITE, nr, 0, "_IOWR zeroed");
	}
}

static void filled(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask_filled(_IOC_READ | _IOC_WRITE, nr, 0xff, "_IOWR all ones");
	}
}

static void write_only(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask_filled(_IOC_WRITE, nr, 0, "_IOW zeroed");
	}
}

static void read_only(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask_filled(_IOC_READ, nr, 0xff, "_IOR all ones");
	}
}

static void no_argument(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask(_IOC(_IOC_NONE, 'd', nr, 0), NULL, "_IO");
	}
}

static void bad_pointer(void)
{
	for (unsigned int nr = 0; nr < 256; nr++) {
		ask(_IOC(_IOC_READ | _IOC_WRITE, 'd', nr, 256), (void *)1,
		    "_IOWR bad pointer");
	}
}

/* Readable, not writable: the answer cannot be stored. */
static void unwritable(void)
{
	void *page =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned int nr = 0; nr < 256; nr++) {
		ask(_IOC(_IOC_READ | _IOC_WRITE, 'd', nr, 256), page,
		    "_IOWR unwritable");
	}
}

/* The largest size, of which only a part is mapped, and one byte. */
static void sizes(void)
{
	static const unsigned int some[] = {0x00, 0x05, 0x09, 0x0c, 0x2d,
					    0x2e, 0x3d, 0xb2, 0xb3, 0xff};
	static const unsigned int lengths[] = {0, 1, 4, 7, 8, 64, 4096, 16383};
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(pages + PAGE, PAGE);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]);
		     j++) {
			memset(pages, 0, PAGE);
			ask(_IOC(_IOC_READ | _IOC_WRITE, 'd', some[i],
				 lengths[j]),
			    pages, text("_IOWR size %u", lengths[j]));
		}
	}
}

static void other_types(void)
{
	static const char types[] = {'b', 'c', 'D', 'e',
				     'x', '>', 0,   (char)0xff};
	char arg[256] = {0};

	for (size_t i = 0; i < sizeof(types); i++) {
		unsigned int type = (unsigned char)types[i];

		ask(_IOC(_IOC_READ | _IOC_WRITE, type, 0, 256), arg,
		    text("type %#x", type));
	}
}

/* As the application's libdrm asks: each with its own structure's size. */
static void closed_and_bad_files(void)
{
	struct drm_version version = {0};
	int file = open_card();

	close(file);
	result("VERSION on a closed fd", "%s",
	       err(ioctl(file, DRM_IOCTL_VERSION, &version)));
	result("VERSION on fd -1", "%s",
	       err(ioctl(-1, DRM_IOCTL_VERSION, &version)));
}

static const struct check checks[] = {
	{.name = "zeroed", .run = zeroed, .of_61 = true},
	{.name = "zeroed-privileged",
	 .run = zeroed,
	 .privileged = true,
	 .of_61 = true},
	{.name = "filled", .run = filled, .of_61 = true},
	{.name = "write-only", .run = write_only, .of_61 = true},
	{.name = "read-only", .run = read_only, .of_61 = true},
	{.name = "no-argument", .run = no_argument, .of_61 = true},
	{.name = "bad-pointer", .run = bad_pointer, .of_61 = true},
	{.name = "unwritable", .run = unwritable, .of_61 = true},
	{.name = "sizes", .run = sizes},
	{.name = "other-types", .run = other_types},
	{.name = "bad-files", .run = closed_and_bad_files},
	{0},
};

const struct subject ioctl_table_subject = {
	.name = "ioctl",
	.checks = checks,
};
