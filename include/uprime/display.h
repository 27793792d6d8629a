/* SPDX-License-Identifier: MIT */
/**
 * DOC: looking at displays
 *
 * A driver that has displays lets whoever hosts it look at them: at the picture
 * that is to be seen now, all planes composed, and, for who watches, at each
 * new one from the vblank on since which it is shown.
 *
 * Looking costs the driver nothing while nobody does: it may compose when it is
 * asked. Who has to have the last picture before a display is switched off, by
 * a program's end for instance, watches: a driver that is watched composes it
 * then at the latest, and keeps it.
 */
#ifndef UPRIME_DISPLAY_H
#define UPRIME_DISPLAY_H

#include <linux/list.h>
#include <linux/types.h>

struct drm_device;

/* Longest name of a display, with its end. */
#define UPRIME_DISPLAY_NAME 32

/**
 * struct uprime_frame - a picture, and where the caller wants it
 *
 * A pixel is 32 bits, XRGB8888 in the host's order, X undefined.
 */
struct uprime_frame {
	/* The caller's memory. */
	void *pixels;
	size_t size; /* bytes there */
	/* What was put there. */
	u32 width, height; /* pixels */
	u32 stride;	   /* bytes from a line to the next; 4 * width */
	bool on;	   /* the display shows it now; else it was the last */
	u32 refresh_mhz;   /* 60000: 60 times a second */
	/* One more with each picture that begins to be shown, from 1. What a
	 * program draws into a picture that is shown already, and tells nobody,
	 * is seen in the next frame() only. */
	u64 sequence;
	s64 time_ns; /* CLOCK_MONOTONIC, of the first vblank that shows it */
};

/**
 * struct uprime_display_watch - somebody who watches all displays of a device
 */
struct uprime_display_watch {
	/* A display shows a new picture, or has gone off. From any thread, with
	 * any lock held: it must not wait, nor call the driver. */
	void (*shown)(struct uprime_display_watch *watch, unsigned int display);
	struct list_head node; /* the driver's */
};

/**
 * struct uprime_display_ops - the displays of a driver's device
 *
 * From any thread that holds no lock, from create() to destroy().
 */
struct uprime_display_ops {
	/* How many displays the device has, on or off, connected or not: they
	 * are numbered from 0; constant. */
	unsigned int (*count)(struct drm_device *dev);
	/* The name of its connector: "Virtual-1"; constant. */
	void (*name)(struct drm_device *dev, unsigned int display,
		     char name[UPRIME_DISPLAY_NAME]);
	/* Put what the display shows into the caller's memory: 0; -ENOSPC:
	 * there is no room, all but the pixels is set; -ENODATA: it is off, and
	 * what it showed last, if anything, was not kept; -ENOMEM. */
	int (*frame)(struct drm_device *dev, unsigned int display,
		     struct uprime_frame *frame);
	/* Begin to watch. @watch is the caller's and stays until unwatch(). */
	void (*watch)(struct drm_device *dev,
		      struct uprime_display_watch *watch);
	/* End it: shown() does not run any more on return. */
	void (*unwatch)(struct drm_device *dev,
			struct uprime_display_watch *watch);
};

#endif
