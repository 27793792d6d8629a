/* SPDX-License-Identifier: MIT */
/* The files of debugfs: their texts to the byte, and what open(2) says. */
#include "conform.h"
#include "fence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug"
#define NAME	DEBUGFS "/dri/0/name"
#define CLIENTS DEBUGFS "/dri/0/clients"
#define NAMES	DEBUGFS "/dri/0/gem_names"
#define BUFINFO DEBUGFS "/dma_buf/bufinfo"

static void mask_pid(char *line, pid_t pid, const char *with)
{
	const char *number = text(" %5d ", pid);
	char *at = strstr(line, number), rest[512];

	if (at) {
		strcpy(rest, at + strlen(number));
		strcpy(at, with);
		strcat(at, rest);
	}
}

/* Of a dma-buf's line, which has six tabs, the inode. */
static void mask_inode(char *line)
{
	char *tabs[6], rest[512], *at = line;

	for (int i = 0; i < 6; i++, at++) {
		at = strchr(at, '\t');
		if (!at) {
			return;
		}
		tabs[i] = at;
	}
	if (tabs[5] - tabs[4] < 9 || tabs[4][1] < '0' || tabs[4][1] > '9') {
		return;
	}
	strcpy(rest, tabs[5]);
	strcpy(tabs[4], "\tINO");
	strcat(line, rest);
}

/* The lines of a file, but for our pid, that of another, and inodes. */
static void show(const char *when, const char *path, pid_t pid)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (!file) {
		result(text("%s, %s", when, path), "%s", errname(errno));
		return;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		mask_pid(line, getpid(), "  SELF ");
		if (pid) {
			mask_pid(line, pid, "   PID ");
		}
		mask_inode(line);
		result(text("%s, %s", when, path), "'%s'", line);
	}
	fclose(file);
}

static void set_version(int file)
{
	struct drm_set_version version = {1, 4, -1, -1};

	result("SET_VERSION", "%s",
	       err(ioctl(file, DRM_IOCTL_SET_VERSION, &version)));
}

static void name(void)
{
	int file;

	show("closed", NAME, 0);
	show("closed", DEBUGFS "/dri/128/name", 0);
	show("closed", DEBUGFS "/dri/1/name", 0);
	file = open_card();
	show("open", NAME, 0);
	set_version(file);
	show("with a bus id", NAME, 0);
	show("with a bus id", DEBUGFS "/dri/128/name", 0);
	close(file);
	show("closed again", NAME, 0);
}

static void open_and_go(void *data)
{
	pid_t *opener = data;

	*opener = getpid();
	/* It has it open after its opener has ended. */
	fd_send(opener[1], open_card());
}

static void clients(void)
{
	pid_t *opener = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int file, second, pair[2];
	uint32_t magic;

	show("closed", CLIENTS, 0);
	file = open_card();
	second = open_card();
	open_render();
	show("three", CLIENTS, 0);
	show("three", DEBUGFS "/dri/128/clients", 0);
	get_magic(second, &magic);
	drop_master(file);
	show("magic, no master", CLIENTS, 0);
	set_master(second);
	close(file);
	show("another master", CLIENTS, 0);
	fd_channel(pair);
	opener[1] = pair[1];
	in_child(open_and_go, opener);
	file = fd_receive(pair[0]);
	show("its opener is gone", CLIENTS, opener[0]);
}

static void gem_names(void)
{
	int file = open_card(), second = open_card(), dmabuf;
	uint32_t handle, number, theirs;
	uint64_t size, offset;
	void *map;

	show("none", NAMES, 0);
	handle = dumb_pages(file, 2);
	show("no name", NAMES, 0);
	gem_flink(file, handle, &number);
	gem_flink(file, dumb_pages(file, 3000), &number);
	show("two", NAMES, 0);
	show("two", DEBUGFS "/dri/128/gem_names", 0);
	gem_open(second, 1, &theirs, &size);
	show("opened", NAMES, 0);
	dmabuf = must_export(file, handle, DRM_RDWR);
	show("exported", NAMES, 0);
	map = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, dmabuf, 0);
	show("mapped", NAMES, 0);
	dumb_offset(file, handle, &offset);
	device_map(file, handle, PAGE, PROT_READ);
	device_map(file, handle, PAGE, PROT_READ);
	show("mapped thrice", NAMES, 0);
	munmap(map, 2 * PAGE);
	show("mapped twice", NAMES, 0);
	close(dmabuf);
	gem_close(second, theirs);
	show("dma-buf and second handle closed", NAMES, 0);
	gem_close(file, handle);
	show("closed", NAMES, 0);
}

static void bufinfo(void)
{
	int file = open_card(), render = open_render(), first, second;
	char label[DMA_BUF_NAME_LEN] = "frame";
	uint32_t handle, theirs;
	void *map;

	show("none", BUFINFO, 0);
	handle = dumb_pages(file, 1);
	first = must_export(file, handle, DRM_RDWR);
	show("one", BUFINFO, 0);
	second = must_export(file, dumb_pages(file, 300), 0);
	ioctl(second, DMA_BUF_SET_NAME, label);
	prime_import(render, second, &theirs);
	close(first);
	fcntl(second, F_SETFL, O_NONBLOCK);
	show("first closed", BUFINFO, 0);
	first = must_export(file, handle, DRM_RDWR);
	gem_close(file, handle);
	show("its handle closed", BUFINFO, 0);
	dup(first);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, first, 0);
	show("two fds and a mapping", BUFINFO, 0);
	munmap(map, PAGE);
	show("two fds", BUFINFO, 0);
}

static void fences(void)
{
	struct buffer buffer = buffer_make();
	uint32_t fence;
	int file, reader;

	reader = must_attach(&buffer, 0);
	show("a reader", BUFINFO, 0);
	file = must_export_fences(buffer.dmabuf);
	fence_signal(buffer.file, reader);
	show("it is done", BUFINFO, 0);
	fence = must_attach(&buffer, FENCE_WRITE);
	show("a writer", BUFINFO, 0);
	sync_file_import(buffer_on(buffer.file).dmabuf, READ, file);
	fence_signal(buffer.file, fence);
	show("all are done", BUFINFO, 0);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void list(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char names[16][256];
	size_t nr = 0;

	if (!dir) {
		result(text("readdir %s", folder), "%s", errname(errno));
		return;
	}
	while (nr < 16 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.') {
			strcpy(names[nr++], entry->d_name);
		}
	}
	closedir(dir);
	qsort(names, nr, sizeof(names[0]), by_name);
	for (size_t i = 0; i < nr; i++) {
		struct stat st = {0};

		stat(text("%s/%s", folder, names[i]), &st);
		result(text("readdir %s", folder), "%s mode %#o size %s",
		       names[i], st.st_mode,
		       S_ISDIR(st.st_mode) ? "of a folder"
					   : text("%ld", (long)st.st_size));
	}
}

static void folders(void)
{
	list(DEBUGFS "/dri");
	list(DEBUGFS "/dri/0");
	list(DEBUGFS "/dri/128");
	list(DEBUGFS "/dri/1");
	list(DEBUGFS "/dma_buf");
}

static void open_modes(void)
{
	static const struct {
		const char *name;
		int flags;
	} modes[] = {
		{"O_RDONLY", O_RDONLY},
		{"O_WRONLY", O_WRONLY},
		{"O_RDWR", O_RDWR},
		{"O_ACCMODE", O_ACCMODE},
		{"O_CREAT", O_CREAT},
		{"O_CREAT|O_EXCL", O_CREAT | O_EXCL},
		{"O_EXCL", O_EXCL},
		{"O_TRUNC", O_TRUNC},
		{"O_APPEND", O_APPEND},
		{"O_DIRECTORY", O_DIRECTORY},
		{"O_DIRECT", O_DIRECT},
		{"O_PATH", O_PATH},
		{"O_TMPFILE|O_RDWR", O_TMPFILE | O_RDWR},
		{"O_TMPFILE", O_TMPFILE},
		{"O_NONBLOCK", O_NONBLOCK},
		{"O_NOATIME", O_NOATIME},
		{"O_SYNC", O_SYNC},
		{"O_CLOEXEC", O_CLOEXEC},
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		int fd = open(NAME, modes[i].flags, 0600);
		char bytes[4];

		if (fd < 0) {
			result(text("open %s", modes[i].name), "%s",
			       errname(errno));
			continue;
		}
		result(text("open %s", modes[i].name),
		       "F_GETFL %#o FD_CLOEXEC %d read %s pread %s ioctl %s",
		       status_flags(fd), fcntl(fd, F_GETFD),
		       err(read(fd, bytes, 4)), err(pread(fd, bytes, 4, 2)),
		       err(ioctl(fd, DRM_IOCTL_VERSION, bytes)));
		result(text("write %s", modes[i].name), "%s",
		       err(write(fd, bytes, 1)));
		close(fd);
	}
}

static void open_ways(void)
{
	int folder = open(DEBUGFS "/dri", O_RDONLY | O_DIRECTORY);
	char bytes[8] = "";
	FILE *stream;
	int fd;

	fd = openat(folder, "0/name", O_RDONLY);
	result("openat", "%s %.4s", err(read(fd, bytes, 4)), bytes);
	chdir(DEBUGFS "/dri/128");
	fd = open("name", O_RDONLY);
	result("relative", "%s %.4s", err(read(fd, bytes, 4)), bytes);
	fd = open("../0/./name", O_RDONLY);
	result("relative, up", "%s %.4s", err(read(fd, bytes, 4)), bytes);
	fd = open("/sys/../sys//kernel/./debug/dri/0/name", O_RDONLY);
	result("spelled in another way", "%s %.4s", err(read(fd, bytes, 4)),
	       bytes);
	stream = fopen(NAME, "r");
	result("fopen", "%s",
	       yes(stream && fgets(bytes, sizeof(bytes), stream)));
	result("a slash at the end", "%s", err(open(NAME "/", O_RDONLY)));
	result("beneath it", "%s", err(open(NAME "/x", O_RDONLY)));
	result("no such node", "%s",
	       err(open(DEBUGFS "/dri/7/name", O_RDONLY)));
	result("access", "%s", err(access(NAME, R_OK)));
	result("access X", "%s", err(access(NAME, X_OK)));
}

static const struct check checks[] = {
	{.name = "name", .run = name, .of_61 = true},
	{.name = "clients",
	 .run = clients,
	 .privileged = true,
	 .of_61 = true},
	{.name = "gem-names", .run = gem_names},
	{.name = "bufinfo", .run = bufinfo},
	{.name = "bufinfo-fences", .run = fences},
	{.name = "folders", .run = folders, .of_61 = true},
	{.name = "open-modes", .run = open_modes, .privileged = true},
	{.name = "open-ways", .run = open_ways},
	{0},
};

const struct subject debugfs_subject = {
	.name = "debugfs",
	.checks = checks,
};
