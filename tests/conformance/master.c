/* SPDX-License-Identifier: MIT */
/* Who is master, who is authenticated, and what they may hand on. */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static void state(const char *when, int file, const char *who)
{
	bool master = is_master(file);

	result(text("%s, %s", when, who), "master %s, authenticated %s",
	       yes(master), yes(is_authenticated(file)));
}

static void set(const char *when, int file, const char *who)
{
	result(text("%s, SET_MASTER by %s", when, who), "%s",
	       err(set_master(file)));
	state("then", file, who);
}

static void drop(const char *when, int file, const char *who)
{
	result(text("%s, DROP_MASTER by %s", when, who), "%s",
	       err(drop_master(file)));
	state("then", file, who);
}

static void alone(void)
{
	int file = open_card();

	state("at first", file, "first");
	set("as master", file, "first");
	drop("as master", file, "first");
	drop("after dropping", file, "first");
	set("after dropping", file, "first");
	drop("again", file, "first");
	close(file);
	file = open_card();
	state("opened again", file, "first");
}

static void two(void)
{
	int first = open_card(), second = open_card(), third;

	state("at first", first, "first");
	state("at first", second, "second");
	set("first is master", second, "second");
	drop("first is master", second, "second");
	drop("first is master", first, "first");
	set("nobody is master", second, "second");
	set("second may be master", first, "first");
	drop("second may be master", first, "first");
	state("in between", second, "second");
	drop("in the end", second, "second");
	set("in the end", first, "first");
	close(first);
	state("first closed", second, "second");
	set("first closed", second, "second");
	drop("once more", second, "second");
	third = open_card();
	state("nobody was master", third, "third");
	state("third may be master", second, "second");
	close(third);
	set("third closed", second, "second");
}

static void closing(void)
{
	int first = open_card(), second = open_card(), third;

	close(first);
	third = open_card();
	state("first closed", second, "second");
	state("opened after", third, "third");
	close(third);
	close(second);
	first = open_card();
	state("all closed", first, "first");
}

static void dropped(void)
{
	int first = open_card(), second;

	drop("alone", first, "first");
	second = open_card();
	state("opened when nobody was master", second, "second");
	set("second is master", first, "first");
	close(second);
	set("second closed", first, "first");
}

static void read_only_file(void)
{
	int file = open(CARD, O_RDONLY | O_CLOEXEC);
	struct drm_mode_create_dumb dumb;

	state("opened for reading", file, "first");
	result("CREATE_DUMB on a file opened for reading", "%s",
	       err(dumb_create(file, 8, 8, &dumb)));
}

static void render(void)
{
	int file = open_render();
	uint32_t magic;

	result("SET_MASTER by render", "%s", err(set_master(file)));
	result("DROP_MASTER by render", "%s", err(drop_master(file)));
	result("GET_MAGIC by render", "%s", err(get_magic(file, &magic)));
	result("AUTH_MAGIC by render", "%s", err(auth_magic(file, 1)));
	state("opened after render", open_card(), "first");
}

struct two_files {
	int first, second;
};

static void child(void *data)
{
	struct two_files *files = data;
	int own = open_card();

	state("in a child", files->first, "first");
	drop("in a child", files->first, "first");
	set("in a child", files->first, "first");
	set("in a child", files->second, "second");
	state("in a child", own, "its own");
	set("in a child", own, "its own");
}

static void forked(void)
{
	struct two_files files = {open_card(), open_card()};

	in_child(child, &files);
	state("after the child", files.first, "first");
	drop("after the child", files.first, "first");
	in_child(child, &files);
	state("after the second child", files.first, "first");
	set("after the second child", files.first, "first");
}

/* Was it master before, and who opened it: without the capability it counts. */
static void giving_up_rights(void)
{
	int first = open_card(), second = open_card();

	drop_sys_admin();
	set("without rights", second, "second");
	drop("without rights", second, "second");
	drop("without rights", first, "first");
	set("without rights, nobody is master", second, "second");
	set("without rights", first, "first");
}

static void magics(void)
{
	int first = open_card(), second = open_card(), third = open_card();
	uint32_t magic[3], again;

	get_magic(second, &magic[1]);
	get_magic(third, &magic[2]);
	get_magic(first, &magic[0]);
	get_magic(second, &again);
	result("magics of second, third, first, second again", "%u %u %u %u",
	       magic[1], magic[2], magic[0], again);
	result("AUTH_MAGIC by second", "%s", err(auth_magic(second, magic[2])));
	result("AUTH_MAGIC of 0", "%s", err(auth_magic(first, 0)));
	result("AUTH_MAGIC of 9999", "%s", err(auth_magic(first, 9999)));
	result("AUTH_MAGIC of -1", "%s", err(auth_magic(first, (uint32_t)-1)));
	state("before", second, "second");
	result("AUTH_MAGIC of second", "%s", err(auth_magic(first, magic[1])));
	state("after", second, "second");
	result("AUTH_MAGIC of second again", "%s",
	       err(auth_magic(first, magic[1])));
	result("AUTH_MAGIC of itself", "%s", err(auth_magic(first, magic[0])));
	get_magic(second, &again);
	result("second's magic after that", "%u", again);
	close(third);
	result("AUTH_MAGIC of a closed file", "%s",
	       err(auth_magic(first, magic[2])));
	third = open_card();
	get_magic(third, &magic[2]);
	result("a new file's magic", "%u", magic[2]);
	drop_master(first);
	state("first dropped", second, "second");
	state("first dropped", third, "third");
	result("AUTH_MAGIC when dropped", "%s",
	       err(auth_magic(first, magic[2])));
}

static void magics_of_masters(void)
{
	int first = open_card(), second = open_card(), third;
	uint32_t old, new;

	get_magic(second, &old);
	drop_master(first);
	third = open_card();
	result("the third is master", "%s", yes(is_master(third)));
	result("the new master AUTHs an old magic", "%s",
	       err(auth_magic(third, old)));
	get_magic(third, &new);
	result("its own magic", "%u", new);
	state("before", second, "second");
	close(third);
	set_master(first);
	result("the first AUTHs the old one", "%s",
	       err(auth_magic(first, old)));
	state("after", second, "second");
	close(second);
	close(first);
	first = open_card();
	get_magic(first, &new);
	result("all closed, a magic", "%u", new);
}

/* Closing gives back a magic of the file's last master, not of the one that
 * gave it. */
static void magic_after_mastership(void)
{
	int first = open_card(), second = open_card(), third, fourth;
	uint32_t magic;

	get_magic(second, &magic);
	result("second's magic", "%u", magic);
	drop_master(first);
	result("SET_MASTER by second", "%s", err(set_master(second)));
	third = open_card();
	fourth = open_card();
	get_magic(third, &magic);
	result("third's magic, of the new master", "%u", magic);
	close(second);
	get_magic(fourth, &magic);
	result("second closed, fourth's magic", "%u", magic);
	get_magic(first, &magic);
	result("the first's magic, of the old master", "%u", magic);
}

static void mapping_keeps_master(void)
{
	int first = open_card(), second;
	uint32_t handle = dumb_pages(first, 1);
	void *map = device_map(first, handle, PAGE, PROT_READ);

	close(first);
	second = open_card();
	state("closed but mapped", second, "second");
	set("closed but mapped", second, "second");
	munmap(map, PAGE);
	state("unmapped", second, "second");
	close(second);
	second = open_card();
	state("opened after", second, "second");
}

static const struct check checks[] = {
	{.name = "alone", .run = alone},
	{.name = "alone-privileged", .run = alone, .privileged = true},
	{.name = "two", .run = two},
	{.name = "two-privileged", .run = two, .privileged = true},
	{.name = "closing", .run = closing},
	{.name = "dropped", .run = dropped},
	{.name = "dropped-privileged", .run = dropped, .privileged = true},
	{.name = "read-only", .run = read_only_file},
	{.name = "render", .run = render},
	{.name = "forked", .run = forked},
	{.name = "forked-privileged", .run = forked, .privileged = true},
	{.name = "giving-up-rights",
	 .run = giving_up_rights,
	 .privileged = true},
	{.name = "magics", .run = magics},
	{.name = "magics-privileged", .run = magics, .privileged = true},
	{.name = "magics-of-masters", .run = magics_of_masters},
	{.name = "magic-after-mastership",
	 .run = magic_after_mastership,
	 .privileged = true},
	{.name = "mapping-keeps-master", .run = mapping_keeps_master},
	{0},
};

const struct subject master_subject = {
	.name = "master",
	.checks = checks,
};
