/* SPDX-License-Identifier: MIT */
/* Plugging displays in and out, as `uprime display` asks for it. */
#include <drm/drm_device.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uprime/display.h>

#include "internal.h"

/* Does a name stand for this device? */
static bool is_named(const struct server_device *device, const char *name)
{
	if (!name[0] || !strcmp(name, device->dev->dev->name)) {
		return true;
	}
	for (unsigned int i = 0; i < device->nr_nodes; i++) {
		const char *path = device->nodes[i].path;

		if (!strcmp(name, path) ||
		    !strcmp(name, strrchr(path, '/') + 1)) {
			return true;
		}
	}
	return false;
}

/* The number of a display, "Virtual-1" or "card0-Virtual-1"; -ENXIO. */
static int find_display(const struct server_device *device, const char *name)
{
	const struct uprime_display_ops *ops = device->driver->display;
	unsigned int nr = ops->count(device->dev);
	char own[UPRIME_DISPLAY_NAME], full[UPRIME_DISPLAY_NAME + 16];

	for (unsigned int i = 0; i < nr; i++) {
		ops->name(device->dev, i, own);
		snprintf(full, sizeof(full), "card%d-%s",
			 device->dev->primary.index, own);
		if (!strcmp(own, name) || !strcmp(full, name)) {
			return (int)i;
		}
	}
	return -ENXIO;
}

static int plug(const struct server_device *device, unsigned int display,
		const struct wire_plug *request)
{
	struct uprime_display_options options = {
		.nr_modes = request->nr_modes,
	};

	for (unsigned int i = 0; i < request->nr_modes; i++) {
		options.modes[i] = (struct uprime_mode_options){
			.width = request->modes[i].width,
			.height = request->modes[i].height,
			.refresh_mhz = request->modes[i].refresh_mhz,
		};
	}
	return device->driver->plug(device->dev, display, request->plug,
				    request->nr_modes ? &options : NULL);
}

long call_plug(struct connection *conn)
{
	struct wire_plug *request = &conn->in.plug;
	const struct server *server = conn->server;
	int display, ret = -ENODEV;

	_Static_assert(WIRE_MODES_MAX == UPRIME_DISPLAY_MODES_MAX,
		       "as many modes can be asked for as a display can have");
	if (request->nr_modes > WIRE_MODES_MAX) {
		return -EINVAL;
	}
	request->device[sizeof(request->device) - 1] = '\0';
	request->connector[sizeof(request->connector) - 1] = '\0';
	for (unsigned int i = 0; i < server->nr_devices; i++) {
		const struct server_device *device = &server->devices[i];

		if (!device->driver->plug ||
		    !is_named(device, request->device)) {
			continue;
		}
		display = find_display(device, request->connector);
		if (display >= 0) {
			return plug(device, (unsigned int)display, request);
		}
		ret = display;
	}
	return ret;
}
