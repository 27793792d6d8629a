/* SPDX-License-Identifier: MIT */
/* A device as one asks for it: "vgem,syncobj,name=NAME",
 * "vkms,display=1920x1080@60+1280x720,display=off". */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "server.h"
#include "tools.h"

#define NAME_CHARS                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

/* With overlays more of them have more planes than programs can name. */
#define OVERLAY_DISPLAYS_MAX 3

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

static int parse_driver(const char *text, struct server_device_config *device)
{
	char known[256];

	device->driver = uprime_driver_find(text);
	if (device->driver) {
		return 0;
	}
	list_drivers(known, sizeof(known));
	say("there is no device '%s': the devices are %s.", text, known);
	return -EINVAL;
}

static int parse_name(const char *text, struct server_device_config *device)
{
	size_t len = strlen(text);

	if (!len || len > UPRIME_NAME_MAX || strspn(text, NAME_CHARS) < len) {
		say("'%s' cannot be the name of a device: it must be 1 to %d "
		    "letters, digits, '-' and '_'.",
		    text, UPRIME_NAME_MAX);
		return -EINVAL;
	}
	strcpy(device->options.name, text);
	return 0;
}

static int parse_syncobj(const char *text, struct server_device_config *device)
{
	(void)text;
	device->options.syncobj = true;
	return 0;
}

static int parse_overlay(const char *text, struct server_device_config *device)
{
	(void)text;
	device->options.overlay = true;
	return 0;
}

/* "on" or "off" */
static int parse_switch(const char *option, const char *text, bool *off)
{
	*off = !strcmp(text, "off");
	if (!*off && strcmp(text, "on") != 0) {
		say("'%s=%s' is neither %s=on nor %s=off.", option, text,
		    option, option);
		return -EINVAL;
	}
	return 0;
}

static int parse_cursor(const char *text, struct server_device_config *device)
{
	return parse_switch("cursor", text, &device->options.no_cursor);
}

static int parse_writeback(const char *text,
			   struct server_device_config *device)
{
	return parse_switch("writeback", text, &device->options.no_writeback);
}

/* A mode of a display, or that nothing is plugged. */
static int parse_display_part(const char *text,
			      struct uprime_display_options *display)
{
	if (!strcmp(text, "off")) {
		display->unplugged = true;
		return 0;
	}
	if (display->nr_modes == UPRIME_DISPLAY_MODES_MAX) {
		say("a display has at most %d modes of its own.",
		    UPRIME_DISPLAY_MODES_MAX);
		return -EINVAL;
	}
	return mode_parse(text, &display->modes[display->nr_modes++]);
}

static int parse_display(const char *text, struct server_device_config *device)
{
	struct uprime_device_options *options = &device->options;
	struct uprime_display_options *display;
	char *copy, *part, *rest;
	int ret = 0;

	if (options->nr_displays == UPRIME_DISPLAYS_MAX) {
		say("a device has at most %d displays.", UPRIME_DISPLAYS_MAX);
		return -EINVAL;
	}
	display = &options->displays[options->nr_displays++];
	if (!text) {
		return 0;
	}
	copy = rest = strdup(text);
	if (!copy) {
		say("out of memory.");
		return -ENOMEM;
	}
	while (!ret && (part = strsep(&rest, "+"))) {
		ret = parse_display_part(part, display);
	}
	free(copy);
	return ret;
}

/**
 * struct device_option - an option of a device
 */
struct device_option {
	const char *name;
	enum { NEVER, MAYBE, ALWAYS } value;
	bool display; /* of devices with displays only */
	/* The text after "=", or NULL. 0; -errno, and it was said. */
	int (*parse)(const char *text, struct server_device_config *device);
};

static const struct device_option options[] = {
	{"display", MAYBE, true, parse_display},
	{"overlay", NEVER, true, parse_overlay},
	{"cursor", ALWAYS, true, parse_cursor},
	{"writeback", ALWAYS, true, parse_writeback},
	{"syncobj", NEVER, false, parse_syncobj},
	{"name", ALWAYS, false, parse_name},
};

static bool has_displays(const struct server_device_config *device)
{
	return device->driver->display;
}

static int say_no_option(const char *text,
			 const struct server_device_config *device)
{
	say("%s has no option '%s': its options are %ssyncobj and name=NAME.",
	    device->driver->name, text,
	    has_displays(device)
		    ? "display[=MODE...], overlay, cursor=off, writeback=off, "
		    : "");
	return -EINVAL;
}

/* @text is changed. */
static int parse_option(char *text, struct server_device_config *device)
{
	char *value = strchr(text, '=');
	size_t len = value ? (size_t)(value - text) : strlen(text);

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct device_option *option = &options[i];

		if (strlen(option->name) == len &&
		    !strncmp(option->name, text, len) &&
		    (option->value == MAYBE ||
		     (option->value == ALWAYS) == (value != NULL)) &&
		    (!option->display || has_displays(device))) {
			return option->parse(value ? value + 1 : NULL, device);
		}
	}
	return say_no_option(text, device);
}

int device_parse(const char *text, struct server_device_config *device)
{
	char *copy = strdup(text), *rest = copy, *part;
	int ret;

	*device = (struct server_device_config){0};
	if (!copy) {
		say("out of memory.");
		return -ENOMEM;
	}
	ret = parse_driver(strsep(&rest, ","), device);
	while (!ret && (part = strsep(&rest, ","))) {
		ret = parse_option(part, device);
	}
	if (!ret && device->options.overlay &&
	    device->options.nr_displays > OVERLAY_DISPLAYS_MAX) {
		say("a device with overlay has at most %d displays.",
		    OVERLAY_DISPLAYS_MAX);
		ret = -EINVAL;
	}
	free(copy);
	return ret;
}
