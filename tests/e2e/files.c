/* SPDX-License-Identifier: MIT */
/*
 * What is beside ioctl: debugfs, sw_sync, and libudev, which finds the devices
 * in /sys. Run under `uprime run`, as any user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEBUGFS "/sys/kernel/debug"

static void read_file(int fd, char text[1024])
{
	ssize_t size = read(fd, text, 1023);

	assert_true(size >= 0);
	text[size] = '\0';
}

static void debugfs_is_read_by_any_user(void **state)
{
	int file = open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
	int fd = open(DEBUGFS "/dri/0/clients", O_RDONLY | O_CLOEXEC);
	char text[1024], pid[16];

	(void)state;
	assert_true(fd >= 0);
	read_file(fd, text);
	snprintf(pid, sizeof(pid), " %d ", getpid());
	assert_non_null(strstr(text, pid));
	assert_non_null(strstr(text, "files"));
	close(fd);
	close(file);
}

static void text_is_that_of_the_moment_of_open(void **state)
{
	int fd = open(DEBUGFS "/dri/0/clients", O_RDONLY | O_CLOEXEC);
	int file = open("/dev/dri/card0", O_RDWR | O_CLOEXEC), later;
	char text[1024], now[1024];

	(void)state;
	read_file(fd, text);
	later = open(DEBUGFS "/dri/0/clients", O_RDONLY | O_CLOEXEC);
	read_file(later, now);
	assert_null(strstr(text, "files"));
	assert_non_null(strstr(now, "files"));
	close(later);
	close(file);
	close(fd);
}

/* As cp(1) and others check it. */
static void text_is_the_file_that_was_opened(void **state)
{
	int fd = open(DEBUGFS "/dma_buf/bufinfo", O_RDONLY | O_CLOEXEC);
	char link[32], target[64] = "";
	struct stat by_path, by_fd;

	(void)state;
	assert_int_equal(stat(DEBUGFS "/dma_buf/bufinfo", &by_path), 0);
	assert_int_equal(fstat(fd, &by_fd), 0);
	assert_int_equal(by_path.st_mode, S_IFREG | 0444);
	assert_int_equal(by_path.st_size, 0);
	assert_int_equal(by_path.st_ino, by_fd.st_ino);
	assert_int_equal(by_path.st_dev, by_fd.st_dev);
	assert_int_equal(by_path.st_mode, by_fd.st_mode);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	assert_true(readlink(link, target, sizeof(target) - 1) > 0);
	assert_string_equal(target, DEBUGFS "/dma_buf/bufinfo");
	close(fd);
}

static void text_cannot_be_changed(void **state)
{
	int fd = open(DEBUGFS "/dri/0/name", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0) {
		assert_int_equal(errno, EACCES);
		return;
	}
	assert_int_equal(write(fd, "x", 1), -1);
	assert_int_equal(ftruncate(fd, 0), -1);
	close(fd);
}

static void path_of_no_device_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(open(DEBUGFS "/dri/9/name", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(open(DEBUGFS "/dri/%d/name", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
}

static void sw_sync_is_at_both_its_places(void **state)
{
	static const char *const paths[] = {"/dev/sw_sync",
					    DEBUGFS "/sync/sw_sync"};
	struct stat st;

	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = open(paths[i], O_RDWR | O_CLOEXEC);

		assert_true(fd >= 0);
		assert_int_equal(stat(paths[i], &st), 0);
		close(fd);
	}
	assert_int_equal(stat(paths[0], &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

/* What is used of libudev, whose header need not be here. */
static struct {
	void *(*udev_new)(void);
	void *(*enumerate_new)(void *udev);
	int (*add_match_subsystem)(void *enumerate, const char *subsystem);
	int (*scan_devices)(void *enumerate);
	void *(*get_list_entry)(void *enumerate);
	void *(*list_entry_get_next)(void *entry);
	const char *(*list_entry_get_name)(void *entry);
	void *(*device_new_from_syspath)(void *udev, const char *path);
	void *(*device_new_from_devnum)(void *udev, char type, dev_t number);
	const char *(*device_get_devnode)(void *device);
	const char *(*device_get_syspath)(void *device);
	dev_t (*device_get_devnum)(void *device);
	void *(*device_get_parent)(void *device);
	const char *(*device_get_subsystem)(void *device);
	const char *(*device_get_devtype)(void *device);
	void *(*enumerate_unref)(void *enumerate);
	void *(*device_unref)(void *device);
	void *(*unref)(void *udev);
} udev;

static int load_udev(void **state)
{
	void *lib = dlopen("libudev.so.1", RTLD_NOW);

	(void)state;
#define LOAD(member, name)                                                     \
	udev.member = (__typeof__(udev.member))dlsym(lib, "udev_" #name)
	LOAD(udev_new, new);
	LOAD(enumerate_new, enumerate_new);
	LOAD(add_match_subsystem, enumerate_add_match_subsystem);
	LOAD(scan_devices, enumerate_scan_devices);
	LOAD(get_list_entry, enumerate_get_list_entry);
	LOAD(list_entry_get_next, list_entry_get_next);
	LOAD(list_entry_get_name, list_entry_get_name);
	LOAD(device_new_from_syspath, device_new_from_syspath);
	LOAD(device_new_from_devnum, device_new_from_devnum);
	LOAD(device_get_devnode, device_get_devnode);
	LOAD(device_get_syspath, device_get_syspath);
	LOAD(device_get_devnum, device_get_devnum);
	LOAD(device_get_parent, device_get_parent);
	LOAD(device_get_subsystem, device_get_subsystem);
	LOAD(device_get_devtype, device_get_devtype);
	LOAD(enumerate_unref, enumerate_unref);
	LOAD(device_unref, device_unref);
	LOAD(unref, unref);
	return lib && udev.udev_new ? 0 : -1;
}

static void libudev_finds_the_nodes(void **state)
{
	void *context = udev.udev_new(), *list, *entry, *device;
	int cards = 0, renders = 0;

	(void)state;
	list = udev.enumerate_new(context);
	udev.add_match_subsystem(list, "drm");
	assert_int_equal(udev.scan_devices(list), 0);
	for (entry = udev.get_list_entry(list); entry;
	     entry = udev.list_entry_get_next(entry)) {
		const char *node;

		device = udev.device_new_from_syspath(
			context, udev.list_entry_get_name(entry));
		assert_non_null(device);
		node = udev.device_get_devnode(device);
		if (node) {
			assert_string_equal(udev.device_get_devtype(device),
					    "drm_minor");
			cards += !strcmp(node, "/dev/dri/card0");
			renders += !strcmp(node, "/dev/dri/renderD128");
		}
		udev.device_unref(device);
	}
	assert_int_equal(cards, 1);
	assert_int_equal(renders, 1);
	udev.enumerate_unref(list);
	udev.unref(context);
}

/* From an fd to its device, as Mesa does it. */
static void libudev_finds_the_device_of_an_fd(void **state)
{
	int fd = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);
	void *context = udev.udev_new(), *device, *parent;
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	device = udev.device_new_from_devnum(context, 'c', st.st_rdev);
	assert_non_null(device);
	assert_string_equal(udev.device_get_devnode(device),
			    "/dev/dri/renderD128");
	assert_true(udev.device_get_devnum(device) == makedev(226, 128));
	assert_string_equal(udev.device_get_subsystem(device), "drm");
	parent = udev.device_get_parent(device);
	assert_non_null(parent);
	assert_string_equal(udev.device_get_subsystem(parent), "platform");
	assert_string_equal(udev.device_get_syspath(parent),
			    "/sys/devices/platform/vgem");
	udev.device_unref(device);
	udev.unref(context);
	close(fd);
}

/* A terminal is opened by its path in /dev, as the devices are. */
static void terminals_know_their_ioctls(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd;
	struct winsize size = {.ws_row = 7, .ws_col = 9}, seen = {0};

	(void)state;
	if (master < 0) {
		skip();
	}
	assert_return_code(grantpt(master), errno);
	assert_return_code(unlockpt(master), errno);
	fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_return_code(ioctl(fd, TIOCSWINSZ, &size), errno);
	assert_return_code(ioctl(fd, TIOCGWINSZ, &seen), errno);
	assert_memory_equal(&seen, &size, sizeof(size));
	close(fd);
	close(master);
}

/* umockdev has room for fifty that are open, or could not be opened. */
static void the_systems_own_dev_can_be_opened_any_number_of_times(void **state)
{
	int fds[200];

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(open("/dev/no-such-device", O_RDWR), -1);
		assert_int_equal(errno, ENOENT);
		assert_int_equal(open("/dev/dri/card77", O_RDWR), -1);
		assert_int_equal(errno, ENOENT);
	}
	for (int i = 0; i < 200; i++) {
		fds[i] = i % 2 ? openat(AT_FDCWD, "/dev/null", O_PATH)
			       : open("/dev/null", O_RDWR | O_CLOEXEC);
		assert_true(fds[i] >= 0);
	}
	for (int i = 0; i < 200; i++) {
		close(fds[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debugfs_is_read_by_any_user),
		cmocka_unit_test(text_is_that_of_the_moment_of_open),
		cmocka_unit_test(text_is_the_file_that_was_opened),
		cmocka_unit_test(text_cannot_be_changed),
		cmocka_unit_test(path_of_no_device_is_enoent),
		cmocka_unit_test(sw_sync_is_at_both_its_places),
		cmocka_unit_test(libudev_finds_the_nodes),
		cmocka_unit_test(libudev_finds_the_device_of_an_fd),
		cmocka_unit_test(terminals_know_their_ioctls),
		cmocka_unit_test(
			the_systems_own_dev_can_be_opened_any_number_of_times),
	};

	return cmocka_run_group_tests(tests, load_udev, NULL);
}
