/* SPDX-License-Identifier: MIT */
/* The drivers that come with the library. */
#ifndef UPRIME_DRIVERS_H
#define UPRIME_DRIVERS_H

#include <linux/kernel.h>

struct drm_device;
struct uprime_display_ops;

/* Longest name a device can be given. */
#define UPRIME_NAME_MAX 31

/**
 * struct uprime_device_options - what a device is to be beside its driver's
 *
 * Zeroed memory asks for nothing.
 */
struct uprime_device_options {
	/* What it says its driver is called; "": the driver's own name.
	 * Programs decide by it what they do with a device. */
	char name[UPRIME_NAME_MAX + 1];
	bool syncobj; /* it has sync objects, with timelines */
};

/**
 * struct uprime_driver - a driver one can ask for by name
 */
struct uprime_driver {
	const char *name;
	const char *summary; /* one line, for people */
	/* Make and register a device: for destroy(), or ERR_PTR. Without
	 * options (NULL) it is as the driver says. */
	struct drm_device *(*create)(const struct uprime_device_options *opt);
	/* Unregister a device and drop the reference that create() returned. */
	void (*destroy)(struct drm_device *dev);
	/* How one looks at its displays: <uprime/display.h>; NULL: it has none.
	 */
	const struct uprime_display_ops *display;
};

/**
 * uprime_driver_find() - the driver with a name
 * @name: "vgem", "vram"
 *
 * Return: the driver, or NULL.
 */
EXPORT_SYMBOL const struct uprime_driver *uprime_driver_find(const char *name);

/**
 * uprime_driver_at() - all drivers, one after the other
 * @i: 0, 1, ...
 *
 * Return: the driver, or NULL at the end.
 */
EXPORT_SYMBOL const struct uprime_driver *uprime_driver_at(unsigned int i);

#endif
