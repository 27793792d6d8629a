/* SPDX-License-Identifier: MIT */
/**
 * DOC: devices in the testbed
 *
 * In /dev and /sys a device is as Linux's vgem and vkms are: a platform device
 * without a bound driver, with nodes and connectors as udev names them on a
 * desktop.
 *
 * A node is given content so that umockdev makes it a plain file: without, it
 * would be a terminal of the system, of which there may be none. Nobody reads
 * it: the client opens nodes.
 */
#include <drm/drm_drv.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "testbed.h"
#include "wire.h"

/* The attributes by which every device in /sys speaks of its power. */
static const char power_attributes[] =
	"A: power/async=disabled\\n\n"
	"A: power/control=auto\\n\n"
	"A: power/runtime_active_kids=0\\n\n"
	"A: power/runtime_active_time=0\\n\n"
	"A: power/runtime_enabled=disabled\\n\n"
	"A: power/runtime_status=unsupported\\n\n"
	"A: power/runtime_suspended_time=0\\n\n"
	"A: power/runtime_usage=0\\n\n";

/* "card0", "renderD128" */
static void node_name(const struct drm_minor *minor, char *name, size_t size)
{
	snprintf(name, size, "%s%d",
		 minor->type == DRM_MINOR_RENDER ? "renderD" : "card",
		 minor->index);
}

static void describe_node(FILE *text, const struct drm_minor *minor)
{
	const char *bus = minor->dev->dev->name;
	char name[32];

	node_name(minor, name, sizeof(name));
	fprintf(text,
		"\nP: /devices/platform/%s/drm/%s\n"
		"N: dri/%s=00\n"
		"E: DEVNAME=/dev/dri/%s\n"
		"E: DEVTYPE=drm_minor\n"
		"E: MAJOR=%d\n"
		"E: MINOR=%d\n"
		"E: SUBSYSTEM=drm\n"
		"A: dev=%d:%d\\n\n"
		"L: device=../../../%s\n"
		"%s",
		bus, name, name, name, DRM_MAJOR, minor->index, DRM_MAJOR,
		minor->index, bus, power_attributes);
}

/* The device as a .umockdev text, the caller's to free(); NULL. */
static char *describe(const struct drm_device *dev)
{
	const char *bus = dev->dev->name;
	/* "vgem.1" is a platform device "vgem". */
	int kind = (int)strcspn(bus, ".");
	char *text = NULL;
	size_t size;
	FILE *file;

	file = open_memstream(&text, &size);
	if (!file) {
		return NULL;
	}
	fprintf(file,
		"P: /devices/platform/%s\n"
		"E: SUBSYSTEM=platform\n"
		"E: MODALIAS=platform:%.*s\n"
		"A: modalias=platform:%.*s\\n\n"
		"A: driver_override=(null)\\n\n"
		"%s",
		bus, kind, bus, kind, bus, power_attributes);
	describe_node(file, &dev->primary);
	if (dev->render.index >= 0) {
		describe_node(file, &dev->render);
	}
	fputc('\n', file);
	if (fclose(file)) {
		free(text);
		return NULL;
	}
	return text;
}

/* umockdev writes all that udev is to know into the file of events, which is
 * more than the kernel does. */
static bool write_uevent(const struct testbed *testbed, const char *device,
			 const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/devices/platform/%s/uevent",
		 testbed->root, device);
	file = fopen(path, "we");
	if (!file) {
		return false;
	}
	fputs(text, file);
	return !fclose(file);
}

/* What the text cannot say of a node: empty, for everybody, with udev's link
 * by its place on the bus. */
static bool finish_node(const struct testbed *testbed,
			const struct drm_minor *minor)
{
	char name[32], path[PATH_MAX], target[64], device[64], text[128];

	node_name(minor, name, sizeof(name));
	snprintf(device, sizeof(device), "%s/drm/%s", minor->dev->dev->name,
		 name);
	snprintf(text, sizeof(text),
		 "MAJOR=%d\nMINOR=%d\nDEVNAME=dri/%s\nDEVTYPE=drm_minor\n",
		 DRM_MAJOR, minor->index, name);
	if (!write_uevent(testbed, device, text)) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/%s", testbed->root, name);
	if (truncate(path, 0) || chmod(path, 0666)) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/by-path", testbed->root);
	if (mkdir(path, 0755) && errno != EEXIST) {
		return false;
	}
	snprintf(path, sizeof(path), "%s/dev/dri/by-path/platform-%s-%s",
		 testbed->root, minor->dev->dev->name,
		 minor->type == DRM_MINOR_RENDER ? "render" : "card");
	snprintf(target, sizeof(target), "../%s", name);
	return !symlink(target, path);
}

static bool finish_device(const struct testbed *testbed,
			  const struct drm_device *dev)
{
	const char *bus = dev->dev->name;
	int kind = (int)strcspn(bus, ".");
	char text[128];

	/* libdrm takes devices of one kind for one, unless firmware tells them
	 * apart. */
	snprintf(text, sizeof(text), "%s%s%sMODALIAS=platform:%.*s\n",
		 bus[kind] ? "OF_FULLNAME=/" : "", bus[kind] ? bus : "",
		 bus[kind] ? "\n" : "", kind, bus);
	return write_uevent(testbed, bus, text);
}

static bool finish_class(const struct testbed *testbed)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/class/drm/version", testbed->root);
	file = fopen(path, "we");
	if (!file) {
		return false;
	}
	fputs("drm 1.1.0 20060810\n", file);
	return !fclose(file);
}

/* The same with a text that is freed; NULL: there was no memory for it. */
static int add_text(struct testbed *testbed, const char *name, char *text)
{
	int ret;

	if (!text) {
		say("out of memory.");
		return -ENOMEM;
	}
	ret = testbed_add_text(testbed, name, text);
	free(text);
	return ret;
}

static int say_incomplete(const struct testbed *testbed)
{
	int ret = -errno;

	say("cannot complete %s: %s.", testbed->root, strerror(-ret));
	return ret;
}

int testbed_add(struct testbed *testbed, const struct drm_device *dev)
{
	int ret = add_text(testbed, dev->dev->name, describe(dev));

	if (ret) {
		return ret;
	}
	if (!finish_device(testbed, dev) ||
	    !finish_node(testbed, &dev->primary) ||
	    (dev->render.index >= 0 && !finish_node(testbed, &dev->render)) ||
	    !finish_class(testbed)) {
		return say_incomplete(testbed);
	}
	return 0;
}

/* A connector as a .umockdev text, the caller's to free(); NULL. */
static char *describe_connector(const struct drm_device *dev,
				const char *device)
{
	char *text = NULL;

	return asprintf(&text,
			"P: /devices/platform/%s\n"
			"E: DEVTYPE=drm_connector\n"
			"E: SUBSYSTEM=drm\n"
			"L: device=../../card%d\n"
			"%s\n",
			device, dev->primary.index, power_attributes) < 0
		       ? NULL
		       : text;
}

int testbed_add_connector(struct testbed *testbed, const struct drm_device *dev,
			  const char *name)
{
	char device[PATH_MAX];
	int ret;

	snprintf(device, sizeof(device), "%s/drm/card%d/card%d-%s",
		 dev->dev->name, dev->primary.index, dev->primary.index, name);
	ret = add_text(testbed, name, describe_connector(dev, device));
	if (!ret && !write_uevent(testbed, device, "DEVTYPE=drm_connector\n")) {
		ret = say_incomplete(testbed);
	}
	return ret;
}
