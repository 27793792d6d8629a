/* SPDX-License-Identifier: MIT */
/* The drivers that come with the library. */
#ifndef UPRIME_DRIVERS_H
#define UPRIME_DRIVERS_H

#include <linux/kernel.h>

struct drm_device;
struct uprime_display_ops;

/* Longest name a device can be given. */
#define UPRIME_NAME_MAX 31

/* Most displays of a device, and most modes asked for of one. */
#define UPRIME_DISPLAYS_MAX	 8
#define UPRIME_DISPLAY_MODES_MAX 8

/**
 * struct uprime_mode_options - a mode of a display, with CVT's timing
 */
struct uprime_mode_options {
	u32 width, height;
	u32 refresh_mhz; /* 60000: 60 Hz; 0: that, too */
};

/**
 * struct uprime_display_options - what a display is to be
 *
 * With modes it has an EDID; the first is the preferred one, and usual smaller
 * ones are added. Without it is Linux's: no EDID, VESA's modes, 1024x768
 * preferred.
 */
struct uprime_display_options {
	struct uprime_mode_options modes[UPRIME_DISPLAY_MODES_MAX];
	unsigned int nr_modes;
	bool unplugged; /* at first */
};

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
	/* Of a driver with displays: each has a CRTC, a connector and planes of
	 * its own. */
	struct uprime_display_options displays[UPRIME_DISPLAYS_MAX];
	unsigned int nr_displays; /* 0: one, Linux's */
	bool overlay;		  /* eight overlay planes, up to 3 displays */
	bool no_cursor;		  /* no cursor plane */
	bool no_writeback;	  /* no writeback connector */
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
	/* Plug a display in, or pull it out, and tell programs: 0, also if
	 * nothing changes; -EINVAL (no such display, or modes that none can
	 * have), -ENOMEM. @options: its modes from now on, or NULL: as before.
	 * From any thread that holds no lock. NULL: it has none. */
	int (*plug)(struct drm_device *dev, unsigned int display,
		    bool connected,
		    const struct uprime_display_options *options);
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
