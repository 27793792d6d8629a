/* SPDX-License-Identifier: MIT */
/*
 * Displays that are plugged and unplugged, as programs see it: in /sys, by
 * udev, by the connector. Run under `uprime run --device
 * vkms,display=1280x720@60+800x600,display=off`, with BUILD set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the above first */
#include <cmocka.h>

#include <libudev.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "shown.h"

#define SOON 2000 /* ms */
#define SYS  "/sys/devices/platform/vkms/drm/card0/card0-"

/* The text of a file of a connector; bytes beyond it are 0. */
static size_t read_file(const char *connector, const char *file, char *text,
			size_t size)
{
	char path[256];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/drm/card0-%s/%s", connector,
		 file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	memset(text, 0, size);
	len = read(fd, text, size - 1);
	assert_true(len >= 0);
	close(fd);
	return (size_t)len;
}

static void says(const char *connector, const char *file, const char *wanted)
{
	char text[4096];

	read_file(connector, file, text, sizeof(text));
	assert_string_equal(text, wanted);
}

static int write_status(const char *connector, const char *word)
{
	char path[256];
	ssize_t ret;
	int fd;

	snprintf(path, sizeof(path), SYS "%s/status", connector);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ret = write(fd, word, strlen(word));
	if (ret >= 0) {
		assert_int_equal(ret, strlen(word));
	}
	ret = ret < 0 ? errno : 0;
	close(fd);
	return (int)ret;
}

/* Let somebody else plug: "plug Virtual-2 640x480" */
static void command(const char *words)
{
	const char *build = getenv("BUILD");
	char line[512];

	assert_non_null(build);
	/* With a sanitizer in it no other library can go first. */
	snprintf(line, sizeof(line), "LD_PRELOAD= '%s/uprime' display %s",
		 build, words);
	assert_int_equal(system(line), 0);
}

static bool is_connected(uint32_t id)
{
	int card = open(CARD, O_RDWR | O_CLOEXEC);
	drmModeConnector *connector = drmModeGetConnector(card, id);
	bool connected = connector->connection == DRM_MODE_CONNECTED;

	drmModeFreeConnector(connector);
	close(card);
	return connected;
}

static uint32_t id_of(const char *connector)
{
	char text[32];

	read_file(connector, "connector_id", text, sizeof(text));
	return (uint32_t)atoi(text);
}

/* A monitor as compositors have. */
static struct udev_monitor *listen_to(struct udev *udev, const char *tag)
{
	struct udev_monitor *monitor =
		udev_monitor_new_from_netlink(udev, "udev");

	assert_non_null(monitor);
	udev_monitor_filter_add_match_subsystem_devtype(monitor, "drm", NULL);
	if (tag) {
		udev_monitor_filter_add_match_tag(monitor, tag);
	}
	assert_int_equal(udev_monitor_enable_receiving(monitor), 0);
	return monitor;
}

static struct udev_device *receive(struct udev_monitor *monitor, int timeout)
{
	struct pollfd pfd = {
		.fd = udev_monitor_get_fd(monitor),
		.events = POLLIN,
	};

	return poll(&pfd, 1, timeout) == 1
		       ? udev_monitor_receive_device(monitor)
		       : NULL;
}

static void connectors_are_in_sys(void **state)
{
	uint32_t id = id_of("Virtual-1");
	unsigned char edid[4096], sum = 0;
	char target[256];
	struct stat st;

	(void)state;
	says("Virtual-1", "enabled", "disabled\n");
	says("Virtual-1", "dpms", "On\n");
	says("Virtual-1", "uevent", "DEVTYPE=drm_connector\n");
	says("Virtual-2", "modes", "");
	assert_true(is_connected(id));
	assert_false(is_connected(id_of("Virtual-2")));
	says("Virtual-1", "status", "connected\n");
	says("Virtual-2", "status", "disconnected\n");
	assert_int_equal(
		read_file("Virtual-1", "edid", (char *)edid, sizeof(edid)),
		128);
	for (int i = 0; i < 128; i++) {
		sum += edid[i];
	}
	assert_int_equal(sum, 0);
	assert_int_equal(
		read_file("Virtual-2", "edid", (char *)edid, sizeof(edid)), 0);
	assert_int_equal(stat(SYS "Virtual-1/status", &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_size, 4096);
	assert_int_equal(stat(SYS "Writeback-1/edid", &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_true(readlink(SYS "Virtual-1/device", target, sizeof(target)) >
		    0);
	assert_int_equal(access(SYS "Virtual-1/device/dev", R_OK), 0);
}

static void modes_are_those_asked_for(void **state)
{
	char text[4096];

	(void)state;
	assert_true(is_connected(id_of("Virtual-1")));
	read_file("Virtual-1", "modes", text, sizeof(text));
	assert_int_equal(strncmp(text, "1280x720\n", 9), 0);
	assert_non_null(strstr(text, "\n800x600\n"));
}

static void files_are_found_over_links(void **state)
{
	char text[16] = "";
	int dir, fd;

	(void)state;
	fd = open("/sys/dev/char/226:0/card0-Virtual-1/status", O_RDONLY);
	assert_true(read(fd, text, sizeof(text)) > 0);
	close(fd);
	dir = open("/sys/class/drm/card0-Virtual-1", O_RDONLY | O_DIRECTORY);
	fd = openat(dir, "connector_id", O_RDONLY);
	assert_true(read(fd, text, sizeof(text)) > 0);
	assert_int_equal(atoi(text), id_of("Virtual-1"));
	close(fd);
	close(dir);
	assert_int_equal(open(SYS "Virtual-1/statuses", O_RDONLY), -1);
	assert_int_equal(errno, ENOENT);
}

static void enabled_follows_the_display(void **state)
{
	struct shown shown = shown_open(0);

	(void)state;
	says("Virtual-1", "enabled", "enabled\n");
	close(shown.card);
}

static void status_can_be_forced(void **state)
{
	uint32_t id = id_of("Virtual-1");

	(void)state;
	assert_int_equal(write_status("Virtual-1", "off\n"), 0);
	says("Virtual-1", "status", "disconnected\n");
	assert_false(is_connected(id));
	assert_int_equal(write_status("Virtual-1", "on"), 0);
	assert_true(is_connected(id));
	assert_int_equal(write_status("Virtual-1", "off"), 0);
	assert_int_equal(write_status("Virtual-1", "of"), EINVAL);
	assert_int_equal(write_status("Virtual-1", "off\n\n"), EINVAL);
	assert_false(is_connected(id));
	assert_int_equal(write_status("Virtual-1", "detect\n"), 0);
	assert_true(is_connected(id));
}

static void plugged_display_is_there(void **state)
{
	uint32_t id = id_of("Virtual-2");

	(void)state;
	command("plug Virtual-2 640x480@75 800x600");
	says("Virtual-2", "status", "connected\n");
	assert_true(is_connected(id));
	command("unplug Virtual-2");
	says("Virtual-2", "status", "disconnected\n");
	assert_false(is_connected(id));
	says("Virtual-2", "modes", "");
}

static void udev_tells_of_it(void **state)
{
	struct udev *udev = udev_new();
	struct udev_monitor *monitor = listen_to(udev, NULL);
	struct udev_monitor *tagged = listen_to(udev, "master-of-seat");
	struct udev_monitor *other = listen_to(udev, "no-such-tag");
	struct udev_device *device;

	(void)state;
	assert_null(receive(monitor, 0));
	command("plug Virtual-2");
	device = receive(monitor, SOON);
	assert_non_null(device);
	assert_string_equal(udev_device_get_action(device), "change");
	assert_string_equal(udev_device_get_sysname(device), "card0");
	assert_string_equal(udev_device_get_devnode(device), CARD);
	assert_string_equal(udev_device_get_devtype(device), "drm_minor");
	assert_string_equal(udev_device_get_property_value(device, "HOTPLUG"),
			    "1");
	assert_true(udev_device_get_devnum(device) == makedev(226, 0));
	udev_device_unref(device);
	assert_null(receive(monitor, 0));
	device = receive(tagged, SOON);
	assert_non_null(device);
	udev_device_unref(device);
	assert_null(receive(other, 0));
	command("unplug Virtual-2");
	device = receive(monitor, SOON);
	assert_non_null(device);
	udev_device_unref(device);
	udev_monitor_unref(other);
	udev_monitor_unref(tagged);
	udev_monitor_unref(monitor);
	udev_unref(udev);
}

/* A process of its own with a monitor; its first answer is that it listens. */
static void listen_in_child(int told)
{
	struct udev_monitor *monitor = listen_to(udev_new(), NULL);
	struct udev_device *device;

	(void)!write(told, "", 1);
	device = receive(monitor, SOON);
	_exit(device && udev_device_get_property_value(device, "HOTPLUG") ? 0
									  : 1);
}

static void udev_tells_of_the_end_of_a_lease(void **state)
{
	struct udev *udev = udev_new();
	struct udev_monitor *monitor = listen_to(udev, NULL);
	struct shown shown = shown_open(0);
	uint32_t objects[] = {shown.connector, shown.crtc}, lessee;
	struct udev_device *device;
	int lease;

	(void)state;
	lease = drmModeCreateLease(shown.card, objects, 2, O_CLOEXEC, &lessee);
	assert_true(lease >= 0);
	assert_null(receive(monitor, 0));
	close(lease);
	device = receive(monitor, SOON);
	assert_non_null(device);
	assert_string_equal(udev_device_get_property_value(device, "LEASE"),
			    "1");
	udev_device_unref(device);
	udev_monitor_unref(monitor);
	udev_unref(udev);
	close(shown.card);
}

static void all_processes_are_told(void **state)
{
	pid_t children[3];
	int told[2], status;
	char byte;

	(void)state;
	assert_int_equal(pipe(told), 0);
	for (int i = 0; i < 3; i++) {
		children[i] = fork();
		if (!children[i]) {
			listen_in_child(told[1]);
		}
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read(told[0], &byte, 1), 1);
	}
	command("plug Virtual-2");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	command("unplug Virtual-2");
	close(told[0]);
	close(told[1]);
}

static void udev_knows_the_nodes(void **state)
{
	struct udev *udev = udev_new();
	struct udev_device *card =
		udev_device_new_from_subsystem_sysname(udev, "drm", "card0");
	struct udev_device *connector = udev_device_new_from_syspath(
		udev, "/sys/class/drm/card0-Virtual-1");

	(void)state;
	assert_non_null(card);
	assert_true(udev_device_has_tag(card, "master-of-seat"));
	assert_true(udev_device_get_is_initialized(card));
	assert_string_equal(udev_device_get_property_value(card, "ID_PATH"),
			    "platform-vkms");
	assert_string_equal(
		udev_device_get_sysname(udev_device_get_parent(card)), "vkms");
	assert_non_null(connector);
	assert_string_equal(udev_device_get_devtype(connector),
			    "drm_connector");
	assert_string_equal(udev_device_get_sysattr_value(connector, "status"),
			    "connected");
	assert_string_equal(
		udev_device_get_sysname(udev_device_get_parent(connector)),
		"card0");
	udev_device_unref(connector);
	udev_device_unref(card);
	udev_unref(udev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connectors_are_in_sys),
		cmocka_unit_test(modes_are_those_asked_for),
		cmocka_unit_test(files_are_found_over_links),
		cmocka_unit_test(enabled_follows_the_display),
		cmocka_unit_test(status_can_be_forced),
		cmocka_unit_test(plugged_display_is_there),
		cmocka_unit_test(udev_tells_of_it),
		cmocka_unit_test(udev_tells_of_the_end_of_a_lease),
		cmocka_unit_test(all_processes_are_told),
		cmocka_unit_test(udev_knows_the_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
