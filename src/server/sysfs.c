/* SPDX-License-Identifier: MIT */
/**
 * DOC: connectors in /sys
 *
 * /sys/devices/platform/vkms/drm/card0/card0-Virtual-1 and the links to it are
 * umockdev's; what the files in it say is known when they are opened, so the
 * server opens them. All are read under mode_config.mutex, in the kernel's
 * words.
 */
#include "sysfs.h"

#include <drm/drm_connector.h>
#include <drm/drm_drv.h>
#include <drm/drm_property.h>
#include <drm/drm_sysfs.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"
#include "text.h"

static int print_status(FILE *out, const struct drm_connector *connector)
{
	fprintf(out, "%s\n", drm_get_connector_status_name(connector->status));
	return 0;
}

static int print_enabled(FILE *out, const struct drm_connector *connector)
{
	fputs(connector->encoder ? "enabled\n" : "disabled\n", out);
	return 0;
}

static int print_dpms(FILE *out, const struct drm_connector *connector)
{
	static const char *const names[] = {
		[DRM_MODE_DPMS_ON] = "On",
		[DRM_MODE_DPMS_STANDBY] = "Standby",
		[DRM_MODE_DPMS_SUSPEND] = "Suspend",
		[DRM_MODE_DPMS_OFF] = "Off",
	};

	fprintf(out, "%s\n", names[connector->dpms & 3]);
	return 0;
}

static int print_modes(FILE *out, const struct drm_connector *connector)
{
	const struct drm_display_mode *mode;

	list_for_each_entry (mode, &connector->modes, head) {
		fprintf(out, "%s\n", mode->name);
	}
	return 0;
}

static int print_id(FILE *out, const struct drm_connector *connector)
{
	fprintf(out, "%u\n", connector->base.id);
	return 0;
}

static int print_edid(FILE *out, const struct drm_connector *connector)
{
	const struct drm_property_blob *edid = connector->edid_blob_ptr;

	if (edid) {
		fwrite(edid->data, 1, edid->length, out);
	}
	return 0;
}

/* Is it this word, with or without the end of its line? */
static bool is_word(const char *data, size_t size, const char *word)
{
	size_t len = strlen(word);

	return (size == len || (size == len + 1 && data[len] == '\n')) &&
	       !strncmp(data, word, len);
}

/* What a written word makes of what the status is said to be; -1: nothing. */
static int force_of(const char *data, size_t size)
{
	static const struct {
		const char *word;
		enum drm_connector_force force;
	} words[] = {
		{"detect", DRM_FORCE_UNSPECIFIED},
		{"on", DRM_FORCE_ON},
		{"on-digital", DRM_FORCE_ON_DIGITAL},
		{"off", DRM_FORCE_OFF},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (is_word(data, size, words[i].word)) {
			return words[i].force;
		}
	}
	return -1;
}

static int store_status(struct drm_connector *connector, const char *data,
			size_t size)
{
	const struct drm_mode_config *config = &connector->dev->mode_config;
	enum drm_connector_force old = connector->force;
	int force = force_of(data, size);

	if (force >= 0) {
		connector->force = (enum drm_connector_force)force;
	}
	if (old != connector->force || !connector->force) {
		connector->funcs->fill_modes(connector, (u32)config->max_width,
					     (u32)config->max_height);
	}
	return force < 0 ? -EINVAL : 0;
}

/**
 * struct attribute - a file of each connector
 */
struct attribute {
	const char *name;
	mode_t mode;
	off_t size; /* as stat(2) says */
	int (*print)(FILE *out, const struct drm_connector *connector);
	/* or NULL */
	int (*store)(struct drm_connector *connector, const char *data,
		     size_t size);
};

#define TEXT_SIZE 4096

static const struct attribute attributes[] = {
	{"status", 0644, TEXT_SIZE, print_status, store_status},
	{"enabled", 0444, TEXT_SIZE, print_enabled, NULL},
	{"dpms", 0444, TEXT_SIZE, print_dpms, NULL},
	{"modes", 0444, TEXT_SIZE, print_modes, NULL},
	{"connector_id", 0444, TEXT_SIZE, print_id, NULL},
	{"edid", 0444, 0, print_edid, NULL},
};

static void path_of(const struct drm_connector *connector,
		    const struct attribute *attribute, char path[WIRE_PATH_MAX])
{
	const struct drm_device *dev = connector->dev;
	int card = dev->primary.index;

	snprintf(path, WIRE_PATH_MAX,
		 "/sys/devices/platform/%s/drm/card%d/card%d-%s/%s",
		 dev->dev->name, card, card, connector->name, attribute->name);
}

int sysfs_add(struct testbed *testbed, struct drm_device *dev)
{
	struct drm_connector *connector;
	char path[WIRE_PATH_MAX];
	int ret = 0;

	if (!drm_core_check_feature(dev, DRIVER_MODESET)) {
		return 0;
	}
	drm_for_each_connector (connector, dev) {
		ret = testbed_add_connector(testbed, dev, connector->name);
		for (size_t i = 0; !ret && i < ARRAY_SIZE(attributes); i++) {
			path_of(connector, &attributes[i], path);
			ret = testbed_add_file(testbed, path,
					       S_IFREG | attributes[i].mode,
					       attributes[i].size);
		}
		if (ret) {
			break;
		}
	}
	return ret;
}

/**
 * struct found - a file
 */
struct found {
	struct drm_connector *connector;
	const struct attribute *attribute;
};

static bool find(const struct drm_device *dev, const char *path,
		 struct found *found)
{
	char own[WIRE_PATH_MAX];

	drm_for_each_connector (found->connector, dev) {
		for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
			found->attribute = &attributes[i];
			path_of(found->connector, found->attribute, own);
			if (!strcmp(own, path)) {
				return true;
			}
		}
	}
	return false;
}

static bool find_path(const struct server *server, const char *path,
		      struct found *found)
{
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct drm_device *dev = server->devices[i].dev;

		if (drm_core_check_feature(dev, DRIVER_MODESET) &&
		    find(dev, path, found)) {
			return true;
		}
	}
	return false;
}

static int print(FILE *out, void *data)
{
	const struct found *found = data;
	struct drm_device *dev = found->connector->dev;
	int ret;

	mutex_lock(&dev->mode_config.mutex);
	ret = found->attribute->print(out, found->connector);
	mutex_unlock(&dev->mode_config.mutex);
	return ret;
}

int sysfs_open(struct server *server, const char *path, u32 flags)
{
	struct found found;

	if (!find_path(server, path, &found)) {
		return -ENOENT;
	}
	return text_open(path, found.attribute->mode, flags, print, &found);
}

long sysfs_write(struct server *server, const char *path, const char *data,
		 size_t size)
{
	enum drm_connector_status before, after;
	struct drm_connector *connector;
	struct drm_device *dev;
	struct found found;
	int ret;

	if (!find_path(server, path, &found) || !found.attribute->store) {
		return -EPERM;
	}
	connector = found.connector;
	dev = connector->dev;
	mutex_lock(&dev->mode_config.mutex);
	before = connector->status;
	ret = found.attribute->store(connector, data, size);
	after = connector->status;
	mutex_unlock(&dev->mode_config.mutex);
	if (before != after) {
		drm_sysfs_hotplug_event(dev);
	}
	return ret ? ret : (long)size;
}
