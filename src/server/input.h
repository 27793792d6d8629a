/* SPDX-License-Identifier: MIT */
/**
 * DOC: input devices
 *
 * A session with a display has a keyboard and a pointer, whose position is
 * absolute: what a person who looks at the picture from outside types and
 * points at is posted here. Programs read it as Linux's evdev gives it to them,
 * from /dev/input/event0 and event1.
 *
 * A device remembers what is pressed and where the pointer is, so it passes on
 * only what changes something, and whole frames: all that happens at once, with
 * a SYN_REPORT at its end.
 */
#ifndef UPRIME_SERVER_INPUT_H
#define UPRIME_SERVER_INPUT_H

#include <linux/input.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uprime/anon_file.h>

#include "wire.h"

#define INPUT_DEVICES 2
/* Positions of the pointer go from 0 to this, in both directions. */
#define INPUT_POSITION_MAX 65535
/* Most values of a frame; a longer one becomes two. */
#define INPUT_FRAME_MAX 64

struct evdev_file;

/**
 * struct input_bits - a set of the numbers from 0 to KEY_MAX
 */
struct input_bits {
	unsigned char bytes[KEY_CNT / 8];
};

static inline bool input_bit(const struct input_bits *bits, unsigned int nr)
{
	return nr < KEY_CNT && bits->bytes[nr / 8] >> nr % 8 & 1;
}

static inline void input_set_bit(struct input_bits *bits, unsigned int nr,
				 bool on)
{
	unsigned char bit = (unsigned char)(1u << nr % 8);

	if (on) {
		bits->bytes[nr / 8] |= bit;
	} else {
		bits->bytes[nr / 8] &= (unsigned char)~bit;
	}
}

struct input_value {
	u16 type, code;
	s32 value;
};

/**
 * struct input_device - a device
 *
 * Which events it has is found in `has`: of each type of event, which codes;
 * under 0, which types.
 */
struct input_device {
	const char *name;     /* constant */
	const char *kinds[3]; /* what udev calls it, to NULL; constant */
	struct input_id id;   /* constant */
	int index;	      /* eventN; constant */
	u64 ino;	      /* of its node; constant */
	char path[32];	      /* of its node; constant */
	struct input_bits has[EV_CNT]; /* constant */

	struct mutex lock;
	struct input_bits keys;			   /* pressed; lock */
	struct input_absinfo abs[ABS_CNT];	   /* lock */
	struct input_value frame[INPUT_FRAME_MAX]; /* to be passed on; lock */
	unsigned int nr_values;			   /* lock */
	struct list_head files;	 /* of evdev_file.node; lock */
	struct evdev_file *grab; /* alone gets what happens, or NULL; lock */
};

/**
 * struct server_input - the input devices of a session
 */
struct server_input {
	struct input_device devices[INPUT_DEVICES];
	unsigned int nr_devices; /* 0: the session has no display; constant */
};

struct testbed;

/**
 * input_open() - make the devices, also in the testbed
 * @input: the server's, zeroed
 * @testbed: where programs see them
 *
 * Return: 0; -errno, and it was said. input_close() in either case.
 */
int input_open(struct server_input *input, struct testbed *testbed);

/* input_close - the opposite; no file of a device is open any more */
void input_close(struct server_input *input);

/**
 * input_post() - something happens
 * @input: the devices; from any thread that holds no lock
 * @type: EV_KEY, EV_ABS, EV_REL; EV_SYN at the end of what happens at once
 * @code: KEY_* is for the keyboard, BTN_*, ABS_X, ABS_Y, REL_WHEEL and
 * REL_HWHEEL are for the pointer, SYN_REPORT is for both
 * @value: 1: pressed, 0: released; a position, as in INPUT_POSITION_MAX; steps
 *
 * Return: 0; -ENODEV: no device has that.
 */
int input_post(struct server_input *input, u16 type, u16 code, s32 value);

/* input_device_at - the device with this minor number, or NULL */
struct input_device *input_device_at(struct server_input *input,
				     unsigned int minor);

/* ---- evdev.c: open files ---- */

/**
 * struct evdev_file - an fd of a device
 */
struct evdev_file {
	struct anon_file file;
	struct input_device *device; /* constant */
	struct list_head node;	     /* input_device.files; device->lock */
	clockid_t clock;	     /* of the times it is told; device->lock */
	bool revoked;		     /* for good; device->lock */
	bool dropped; /* there was no room for an event; device->lock */
	/* The codes it wants of each type; under 0, the types. NULL: all;
	 * owned; device->lock. */
	struct input_bits *wanted[EV_CNT];
};

/* evdev_open - open(2) of a device: the program's end, the caller's to give
 * away; -errno */
int evdev_open(struct input_device *device);

/* to_evdev - NULL if it is none; NULL is allowed */
struct evdev_file *to_evdev(struct anon_file *file);

/* evdev_pass - tell whoever is to hear it of a frame; device->lock is held */
void evdev_pass(struct input_device *device, const struct input_value *values,
		unsigned int nr);

/* evdev_revoke - the file is of no use any more: EVIOCREVOKE */
void evdev_revoke(struct evdev_file *evdev);

/* ---- evdev_ioctl.c ---- */

long evdev_ioctl(struct anon_file *file, unsigned int cmd, unsigned long arg);

#endif
