/* SPDX-License-Identifier: MIT */
/* A device as one asks for it: "vgem,syncobj,name=NAME". */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "say.h"
#include "server.h"
#include "tools.h"

#define NAME_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/* "vgem, vram" */
static void list_drivers(char *text, size_t size)
{
	const struct uprime_driver *driver;
	size_t at = 0;

	text[0] = '\0';
	for (unsigned int i = 0; (driver = uprime_driver_at(i)) && at < size;
	     i++) {
		at += (size_t)snprintf(text + at, size - at, "%s%s",
				       i ? ", " : "", driver->name);
	}
}

static int parse_driver(const char *text, size_t len,
			struct server_device_config *device)
{
	const struct uprime_driver *driver;
	char known[256];

	for (unsigned int i = 0; (driver = uprime_driver_at(i)); i++) {
		if (strlen(driver->name) == len &&
		    !strncmp(driver->name, text, len)) {
			device->driver = driver;
			return 0;
		}
	}
	list_drivers(known, sizeof(known));
	say("there is no device '%.*s': the devices are %s.", (int)len, text,
	    known);
	return -EINVAL;
}

static int parse_name(const char *text, size_t len,
		      struct server_device_config *device)
{
	if (!len || len > UPRIME_NAME_MAX || strspn(text, NAME_CHARS) < len) {
		say("'%.*s' cannot be the name of a device: it must be 1 to %d "
		    "letters, digits, '-' and '_'.",
		    (int)len, text, UPRIME_NAME_MAX);
		return -EINVAL;
	}
	memcpy(device->options.name, text, len);
	device->options.name[len] = '\0';
	return 0;
}

static int parse_option(const char *text, size_t len,
			struct server_device_config *device)
{
	static const char syncobj[] = "syncobj", name[] = "name=";

	if (len == strlen(syncobj) && !strncmp(text, syncobj, len)) {
		device->options.syncobj = true;
		return 0;
	}
	if (!strncmp(text, name, strlen(name))) {
		return parse_name(text + strlen(name), len - strlen(name),
				  device);
	}
	say("a device has no option '%.*s': the options are syncobj and "
	    "name=NAME.",
	    (int)len, text);
	return -EINVAL;
}

int device_parse(const char *text, struct server_device_config *device)
{
	size_t len = strcspn(text, ",");
	int ret;

	*device = (struct server_device_config){0};
	ret = parse_driver(text, len, device);
	while (!ret && text[len]) {
		text += len + 1;
		len = strcspn(text, ",");
		ret = parse_option(text, len, device);
	}
	return ret;
}
