/* SPDX-License-Identifier: MIT */
/**
 * DOC: what udev knows
 *
 * udev keeps in /run/udev what it has found out about devices, and libudev
 * looks there: a device of which nothing is found counts as one that is not
 * ready. umockdev leaves that folder to the system's own udev, which may not
 * run, or knows other devices by the same numbers. So the session has one of
 * its own, to which the client leads.
 *
 * Where the session has a seat, logind's sessions and users are not to be seen
 * either, for Weston would ask logind for devices.
 */
#include <drm/drm_drv.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "say.h"
#include "testbed.h"
#include "wire.h"

static int make_folder(const struct testbed *testbed, const char *name)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s%s", testbed->root, name);
	if (!mkdir(path, 0755) || errno == EEXIST) {
		return 0;
	}
	ret = -errno;
	say("cannot make %s: %s.", path, strerror(-ret));
	return ret;
}

static int make_folders(const struct testbed *testbed, const char *const *names,
			size_t nr)
{
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++) {
		ret = make_folder(testbed, names[i]);
	}
	return ret;
}

int testbed_add_udev(struct testbed *testbed)
{
	static const char *const folders[] = {
		"/run",
		"/run/udev",
		"/run/udev/data",
		"/run/udev/tags",
		"/run/udev/tags/seat",
		"/run/udev/tags/master-of-seat",
	};
	int ret = make_folders(testbed, folders, ARRAY_SIZE(folders));

	/* By this libudev sees that there is somebody who tells of devices. */
	return ret ? ret : testbed_write(testbed, "/run/udev/control", "");
}

int testbed_add_card(struct testbed *testbed, const struct drm_minor *minor)
{
	const char *bus = minor->dev->dev->name;
	bool is_card = minor->type == DRM_MINOR_PRIMARY;
	char text[512];

	snprintf(text, sizeof(text),
		 "S:dri/by-path/platform-%s-%s\n"
		 "E:ID_PATH=platform-%s\n"
		 "E:ID_PATH_TAG=platform-%s\n"
		 "%s%s%s",
		 bus, is_card ? "card" : "render", bus, bus,
		 is_card ? "E:ID_FOR_SEAT=drm-platform-" : "",
		 is_card ? bus : "",
		 is_card ? "\nG:master-of-seat\nG:seat\nG:uaccess\n" : "");
	return testbed_add_record(
		testbed, makedev(DRM_MAJOR, (unsigned int)minor->index), text);
}

int testbed_add_seat(struct testbed *testbed)
{
	static const char *const folders[] = {
		"/run/systemd",
		"/run/systemd/sessions",
		"/run/systemd/seats",
		"/run/systemd/users",
	};

	return make_folders(testbed, folders, ARRAY_SIZE(folders));
}

static int add_tag(struct testbed *testbed, dev_t dev, const char *tag)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/run/udev/tags/%s/c%u:%u", tag,
		 major(dev), minor(dev));
	return testbed_write(testbed, path, "");
}

int testbed_add_record(struct testbed *testbed, dev_t dev, const char *text)
{
	char path[PATH_MAX], record[512];
	int ret;

	snprintf(path, sizeof(path), "/run/udev/data/c%u:%u", major(dev),
		 minor(dev));
	snprintf(record, sizeof(record), "I:1\n%sV:1\n", text);
	ret = testbed_write(testbed, path, record);
	if (!ret && strstr(text, "G:seat\n")) {
		ret = add_tag(testbed, dev, "seat");
	}
	if (!ret && strstr(text, "G:master-of-seat\n")) {
		ret = add_tag(testbed, dev, "master-of-seat");
	}
	return ret;
}
