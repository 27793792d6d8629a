/* SPDX-License-Identifier: MIT */
/* The display's files in sysfs and debugfs.
 */
#include "kms.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static unsigned int card_of(int file)
{
	struct stat st;

	return fstat(file, &st) ? 0 : minor(st.st_rdev);
}

static const char *contents(const char *path)
{
	char bytes[900];
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0) {
		return errname(errno);
	}
	length = read(file, bytes, sizeof(bytes) - 1);
	close(file);
	if (length < 0) {
		return errname(errno);
	}
	bytes[length] = 0;
	return text("'%s'", bytes);
}

static const char *put(const char *path, const char *bytes)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length;
	int error;

	if (file < 0) {
		return errname(errno);
	}
	length = write(file, bytes, strlen(bytes));
	error = errno;
	close(file);
	return length < 0 ? errname(error) : text("%zd", length);
}

/* Not every kernel is built with power management. */
static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "power") != 0;
}

static const char *names_in(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, visible, alphasort);
	const char *all = "";

	if (count < 0) {
		return errname(errno);
	}
	for (int i = 0; i < count; i++) {
		all = text("%s %s", all, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return *all ? all + 1 : "nothing";
}

static const char *connector_path(int file, const char *connector,
				  const char *name)
{
	return text("/sys/class/drm/card%u-%s/%s", card_of(file), connector,
		    name);
}

static void show_connector(const char *when, int file, const char *connector)
{
	static const char *const names[] = {"status", "enabled", "dpms",
					    "modes", "edid"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		result(text("%s, %s/%s", when, connector, names[i]), "%s",
		       contents(connector_path(file, connector, names[i])));
	}
}

static void sysfs(void)
{
	int file = kms_open();

	result("Virtual-1", "%s",
	       names_in(connector_path(file, "Virtual-1", "")));
	result("Writeback-1", "%s",
	       names_in(connector_path(file, "Writeback-1", "")));
	show_connector("dark", file, "Virtual-1");
	kms_light(file);
	show_connector("lit", file, "Virtual-1");
	ioctl(file, DRM_IOCTL_MODE_SETPROPERTY,
	      &(struct drm_mode_connector_set_property){
		      .value = DRM_MODE_DPMS_OFF,
		      .prop_id = kms_property(ids.display, "DPMS"),
		      .connector_id = ids.display});
	show_connector("DPMS off", file, "Virtual-1");
}

static const char *connection(int file, bool probe)
{
	struct drm_mode_modeinfo mode;
	struct drm_mode_get_connector get = {
		.connector_id = ids.display,
		.count_modes = probe ? 0 : 1,
		.modes_ptr = POINTER(&mode),
	};

	ioctl(file, DRM_IOCTL_MODE_GETCONNECTOR, &get);
	return text("state %u, %u modes", get.connection, get.count_modes);
}

/* A connector can be said to be connected, or not. */
static void forcing(void)
{
	static const char *const words[] = {"off",    "on", "on-digital",
					    "detect", "",   "nonsense"};
	int file = kms_open();
	const char *status = connector_path(file, "Virtual-1", "status");
	char path[64];

	snprintf(path, sizeof(path), "%s", status);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		result(text("status '%s'", words[i]), "%s",
		       put(path, words[i]));
		result("then", "%s", contents(path));
		result("the connector, not probed", "%s",
		       connection(file, false));
		result("the connector, probed", "%s", connection(file, true));
	}
	put(path, "detect");
	result("in the end", "%s", connection(file, true));
}

static const char *debugfs_path(int file, const char *name)
{
	return text("/sys/kernel/debug/dri/%u/%s", card_of(file), name);
}

static void debugfs(void)
{
	static const char *const names[] = {
		"crtc-0/crc/control",
		"vkms_config",
		"Virtual-1/force",
		"Virtual-1/vrr_range",
	};
	int file = kms_open();

	result("its folder", "%s", names_in(debugfs_path(file, "")));
	result("crtc-0", "%s", names_in(debugfs_path(file, "crtc-0")));
	result("crtc-0/crc", "%s", names_in(debugfs_path(file, "crtc-0/crc")));
	result("Virtual-1", "%s", names_in(debugfs_path(file, "Virtual-1")));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		result(names[i], "%s", contents(debugfs_path(file, names[i])));
	}
}

static const struct check checks[] = {
	{.name = "sysfs", .run = sysfs},
	{.name = "forcing", .run = forcing},
	{.name = "debugfs", .run = debugfs},
	{0},
};

const struct subject kms_files_subject = {
	.name = "files",
	.checks = checks,
};
