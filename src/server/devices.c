/* SPDX-License-Identifier: MIT */
/**
 * DOC: the devices of a session
 *
 * They are made in the order in which they were asked for, so that the first
 * is card0, and each is put into the testbed, with all that the server answers
 * of it. They stay until the session ends.
 */
#include <drm/drm_drv.h>
#include <errno.h>
#include <linux/dma-buf.h>
#include <linux/err.h>
#include <linux/sync_file.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "crc.h"
#include "internal.h"
#include "paths.h"
#include "say.h"
#include "sysfs.h"
#include "uevent.h"

static int add_node(struct server *server, struct server_device *device,
		    const struct drm_minor *minor)
{
	struct node *node = &device->nodes[device->nr_nodes];
	char path[PATH_MAX];
	struct stat st;

	node->index = minor->index;
	snprintf(node->path, sizeof(node->path), "/dev/dri/%s%d",
		 minor->type == DRM_MINOR_RENDER ? "renderD" : "card",
		 minor->index);
	snprintf(path, sizeof(path), "%s%s", server->testbed.root, node->path);
	if (lstat(path, &st)) {
		say("umockdev did not make %s: %m.", path);
		return -errno;
	}
	node->ino = st.st_ino;
	device->nr_nodes++;
	return testbed_add_card(&server->testbed, minor);
}

static const struct drm_host_ops host_ops = {
	.uevent = uevent_send,
	.file_give = devfile_give,
};

static int add_device(struct server *server,
		      const struct server_device_config *config)
{
	struct server_device *device = &server->devices[server->nr_devices];
	const struct uprime_driver *driver = config->driver;
	struct drm_device *dev;
	int ret;

	dev = driver->create(&config->options);
	if (IS_ERR(dev)) {
		ret = (int)PTR_ERR(dev);
		say("cannot make a device of %s: %s.", driver->name,
		    strerror(-ret));
		return ret;
	}
	device->driver = driver;
	device->dev = dev;
	server->nr_devices++;
	dev->host = &host_ops;
	dev->host_data = &server->testbed;
	ret = testbed_add(&server->testbed, dev);
	if (!ret) {
		ret = sysfs_add(&server->testbed, dev);
	}
	if (!ret) {
		ret = add_node(server, device, &dev->primary);
	}
	if (!ret && dev->render.index >= 0) {
		ret = add_node(server, device, &dev->render);
	}
	return ret;
}

bool devices_have_display(const struct server *server)
{
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		if (server->devices[i].driver->display) {
			return true;
		}
	}
	return false;
}

void devices_remove(struct server *server)
{
	input_close(&server->input);
	while (server->nr_devices) {
		struct server_device *device =
			&server->devices[--server->nr_devices];

		device->driver->destroy(device->dev);
	}
}

static void add_hint(struct wire_hello_reply *hello, u32 cmd, size_t offset)
{
	struct wire_hint hint = {
		.type = _IOC_TYPE(cmd),
		.nr = _IOC_NR(cmd),
		.offset = (u16)offset,
	};

	if (hello->nr_hints == WIRE_HINTS_MAX) {
		return;
	}
	for (u32 i = 0; i < hello->nr_hints; i++) {
		if (hello->hints[i].type == hint.type &&
		    hello->hints[i].nr == hint.nr) {
			return;
		}
	}
	hello->hints[hello->nr_hints++] = hint;
}

static void add_drm_hint(const struct drm_ioctl_desc *desc, void *data)
{
	if (desc->fd_in) {
		add_hint(data, desc->cmd, desc->fd_in - 1);
	}
}

/* What stands where the server answers a path. */
static int add_path(struct server *server, const struct server_path *path)
{
	char name[WIRE_PATH_MAX];
	int ret = 0;

	if (!server_path_name(path, 0, name)) {
		return testbed_add_file(&server->testbed, path->path,
					path->mode, 0);
	}
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct server_device *device = &server->devices[i];

		for (unsigned int n = 0; n < device->nr_nodes && !ret; n++) {
			server_path_name(path, device->nodes[n].index, name);
			ret = testbed_add_file(&server->testbed, name,
					       path->mode, 0);
		}
	}
	return ret;
}

static int add_paths(struct server *server)
{
	const struct server_path *path;
	int ret = 0;

	for (unsigned int i = 0; !ret && (path = server_path_at(i)); i++) {
		ret = add_path(server, path);
	}
	return ret;
}

int devices_add(struct server *server)
{
	const struct server_config *config = server->config;
	int ret = testbed_add_udev(&server->testbed);

	for (unsigned int i = 0; i < config->nr_devices && !ret; i++) {
		ret = add_device(server, &config->devices[i]);
	}
	if (!ret) {
		ret = add_paths(server);
	}
	if (!ret) {
		ret = crc_add(server);
	}
	if (!ret && devices_have_display(server)) {
		ret = testbed_add_seat(&server->testbed);
	}
	if (!ret && devices_have_display(server)) {
		ret = input_open(&server->input, &server->testbed);
	}
	if (ret) {
		devices_remove(server);
		return ret;
	}
	server->hello.version = WIRE_VERSION;
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		struct drm_device *dev = server->devices[i].dev;

		drm_ioctl_for_each(dev, add_drm_hint, &server->hello);
		server->hello.has_events |=
			drm_core_check_feature(dev, DRIVER_MODESET);
	}
	add_hint(&server->hello, DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
		 offsetof(struct dma_buf_import_sync_file, fd));
	add_hint(&server->hello, SYNC_IOC_MERGE,
		 offsetof(struct sync_merge_data, fd2));
	return 0;
}

static void print_display(FILE *out,
			  const struct uprime_display_options *display)
{
	char separator = '=';

	fputs(",display", out);
	for (unsigned int i = 0; i < display->nr_modes; i++) {
		const struct uprime_mode_options *mode = &display->modes[i];

		fprintf(out, "%c%ux%u@%.7g", separator, mode->width,
			mode->height, mode->refresh_mhz / 1000.0);
		separator = '+';
	}
	if (display->unplugged) {
		fprintf(out, "%coff", separator);
	}
}

char *server_device_text(const struct server_device_config *device)
{
	const struct uprime_device_options *options = &device->options;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		return NULL;
	}
	fputs(device->driver->name, out);
	for (unsigned int i = 0; i < options->nr_displays; i++) {
		print_display(out, &options->displays[i]);
	}
	fprintf(out, "%s%s%s%s%s%s", options->overlay ? ",overlay" : "",
		options->no_cursor ? ",cursor=off" : "",
		options->no_writeback ? ",writeback=off" : "",
		options->syncobj ? ",syncobj" : "",
		options->name[0] ? ",name=" : "", options->name);
	return fclose(out) ? NULL : text;
}
