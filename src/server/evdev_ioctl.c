/* SPDX-License-Identifier: MIT */
/**
 * DOC: ioctls of input devices
 *
 * With the answers of Linux's evdev. What is told of a device that has no such
 * thing (lights, sounds, force feedback, a map of keys) is what Linux tells.
 *
 * A program's memory is read and written without a lock.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <uprime/host.h>

#include "input.h"

/* A number without its size: most say how much room there is. */
#define WITHOUT_SIZE(cmd)                                                      \
	((cmd) & ~((unsigned int)_IOC_SIZEMASK << _IOC_SIZESHIFT))

/* Bytes of a set of numbers below @count, which come in whole longs. */
static size_t bits_size(unsigned int count)
{
	return (count + 63) / 64 * sizeof(u64);
}

/* As much of it as there is room for: how much that is, or -EFAULT. */
static long give(u64 to, size_t room, const void *data, size_t size)
{
	size_t n = min(size, room);

	return copy_to_user(to, data, n) ? -EFAULT : (long)n;
}

/* The same for all or nothing. */
static long give_whole(u64 to, const void *data, size_t size)
{
	return copy_to_user(to, data, size) ? -EFAULT : 0;
}

static long give_text(u64 to, size_t room, const char *text)
{
	return give(to, room, text, strlen(text) + 1);
}

/* How many codes a type of events has; 0: it has none, or there is no such
 * type. */
static unsigned int nr_codes(unsigned int type)
{
	static const unsigned int count[EV_CNT] = {
		[0] = EV_CNT,	    [EV_KEY] = KEY_CNT, [EV_REL] = REL_CNT,
		[EV_ABS] = ABS_CNT, [EV_MSC] = MSC_CNT, [EV_SW] = SW_CNT,
		[EV_LED] = LED_CNT, [EV_SND] = SND_CNT, [EV_FF] = FF_CNT,
	};

	return type < EV_CNT ? count[type] : 0;
}

static long give_codes(const struct input_device *device, unsigned int type,
		       u64 to, size_t room)
{
	unsigned int count = nr_codes(type);

	return count ? give(to, room, &device->has[type], bits_size(count))
		     : -EINVAL;
}

static long give_state(struct input_device *device, unsigned int type, u64 to,
		       size_t room)
{
	struct input_bits bits = {0};

	mutex_lock(&device->lock);
	if (type == EV_KEY) {
		bits = device->keys;
	}
	mutex_unlock(&device->lock);
	return give(to, room, &bits, bits_size(nr_codes(type)));
}

static long give_axis(struct input_device *device, unsigned int axis, u64 to,
		      size_t room)
{
	struct input_absinfo info;

	if (!input_bit(&device->has[0], EV_ABS)) {
		return -EINVAL;
	}
	mutex_lock(&device->lock);
	info = device->abs[axis];
	mutex_unlock(&device->lock);
	return give_whole(to, &info, min(room, sizeof(info)));
}

static long set_axis(struct input_device *device, unsigned int axis, u64 from,
		     size_t size)
{
	struct input_absinfo info = {0};

	if (!input_bit(&device->has[0], EV_ABS)) {
		return -EINVAL;
	}
	if (copy_from_user(&info, from, min(size, sizeof(info)))) {
		return -EFAULT;
	}
	if (axis == ABS_MT_SLOT) {
		return -EINVAL;
	}
	mutex_lock(&device->lock);
	device->abs[axis] = info;
	mutex_unlock(&device->lock);
	return 0;
}

static long set_grab(struct evdev_file *evdev, bool on)
{
	struct input_device *device = evdev->device;
	long ret = 0;

	mutex_lock(&device->lock);
	if (on && device->grab) {
		ret = -EBUSY;
	} else if (!on && device->grab != evdev) {
		ret = -EINVAL;
	} else {
		device->grab = on ? evdev : NULL;
	}
	mutex_unlock(&device->lock);
	return ret;
}

static long set_clock(struct evdev_file *evdev, u64 from)
{
	s32 clock;

	if (copy_from_user(&clock, from, sizeof(clock))) {
		return -EFAULT;
	}
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME) {
		return -EINVAL;
	}
	mutex_lock(&evdev->device->lock);
	evdev->clock = clock;
	mutex_unlock(&evdev->device->lock);
	return 0;
}

/* Types that are not known are nothing one could want or not. */
static long set_wanted(struct evdev_file *evdev, u64 from)
{
	struct input_bits *bits, *old;
	struct input_mask mask;
	unsigned int count;

	if (copy_from_user(&mask, from, sizeof(mask))) {
		return -EFAULT;
	}
	count = nr_codes(mask.type);
	if (!count) {
		return 0;
	}
	if (mask.codes_size % sizeof(u64)) {
		return -EINVAL;
	}
	bits = kzalloc(sizeof(*bits), GFP_KERNEL);
	if (!bits) {
		return -ENOMEM;
	}
	if (copy_from_user(bits, mask.codes_ptr,
			   min((size_t)mask.codes_size, bits_size(count)))) {
		kfree(bits);
		return -EFAULT;
	}
	mutex_lock(&evdev->device->lock);
	old = evdev->wanted[mask.type];
	evdev->wanted[mask.type] = bits;
	mutex_unlock(&evdev->device->lock);
	kfree(old);
	return 0;
}

static void copy_wanted(struct evdev_file *evdev, unsigned int type,
			struct input_bits *bits)
{
	memset(bits, 0xff, sizeof(*bits));
	mutex_lock(&evdev->device->lock);
	if (evdev->wanted[type]) {
		*bits = *evdev->wanted[type];
	}
	mutex_unlock(&evdev->device->lock);
}

static long clear(u64 to, size_t size)
{
	static const char zero[4096];
	size_t n;

	for (; size; size -= n, to += n) {
		n = min(size, sizeof(zero));
		if (copy_to_user(to, zero, n)) {
			return -EFAULT;
		}
	}
	return 0;
}

static long get_wanted(struct evdev_file *evdev, u64 from)
{
	struct input_mask mask;
	struct input_bits bits;
	unsigned int count;
	size_t known;

	if (copy_from_user(&mask, from, sizeof(mask))) {
		return -EFAULT;
	}
	count = nr_codes(mask.type);
	known = min((size_t)mask.codes_size, bits_size(count));
	if (count) {
		copy_wanted(evdev, mask.type, &bits);
		if (copy_to_user(mask.codes_ptr, &bits, known)) {
			return -EFAULT;
		}
	}
	return clear(mask.codes_ptr + known, mask.codes_size - known);
}

/* What is looked at before it turns out that the device has no such thing. */
static long refuse(u64 from, size_t size, int err)
{
	char argument[64];

	return copy_from_user(argument, from, min(size, sizeof(argument)))
		       ? -EFAULT
		       : err;
}

static bool is_revoked(struct evdev_file *evdev)
{
	bool ret;

	mutex_lock(&evdev->device->lock);
	ret = evdev->revoked;
	mutex_unlock(&evdev->device->lock);
	return ret;
}

/* Those whose number says how much room there is. */
static long sized_ioctl(struct evdev_file *evdev, unsigned int cmd, u64 arg)
{
	struct input_device *device = evdev->device;
	unsigned int nr = _IOC_NR(cmd);
	size_t size = _IOC_SIZE(cmd);
	struct input_bits none = {0};

	switch (WITHOUT_SIZE(cmd)) {
	case EVIOCGPROP(0):
		return give(arg, size, &none, bits_size(INPUT_PROP_CNT));
	case EVIOCGMTSLOTS(0):
		return -EINVAL;
	case WITHOUT_SIZE(EVIOCSFF):
		return size == sizeof(struct ff_effect)
			       ? refuse(arg, size, -ENOSYS)
			       : -EFAULT;
	case EVIOCGKEY(0):
		return give_state(device, EV_KEY, arg, size);
	case EVIOCGLED(0):
		return give_state(device, EV_LED, arg, size);
	case EVIOCGSND(0):
		return give_state(device, EV_SND, arg, size);
	case EVIOCGSW(0):
		return give_state(device, EV_SW, arg, size);
	case EVIOCGNAME(0):
		return give_text(arg, size, device->name);
	case EVIOCGPHYS(0):
	case EVIOCGUNIQ(0):
		return -ENOENT;
	default:
		break;
	}
	if (_IOC_TYPE(cmd) == 'E' && _IOC_DIR(cmd) == _IOC_READ) {
		if ((nr & ~(unsigned int)EV_MAX) == _IOC_NR(EVIOCGBIT(0, 0))) {
			return give_codes(device, nr & EV_MAX, arg, size);
		}
		if ((nr & ~(unsigned int)ABS_MAX) == _IOC_NR(EVIOCGABS(0))) {
			return give_axis(device, nr & ABS_MAX, arg, size);
		}
	}
	if (_IOC_TYPE(cmd) == 'E' && _IOC_DIR(cmd) == _IOC_WRITE &&
	    (nr & ~(unsigned int)ABS_MAX) == _IOC_NR(EVIOCSABS(0))) {
		return set_axis(device, nr & ABS_MAX, arg, size);
	}
	return -EINVAL;
}

long evdev_ioctl(struct anon_file *file, unsigned int cmd, unsigned long arg)
{
	static const s32 version = EV_VERSION, effects;
	struct evdev_file *evdev = to_evdev(file);

	if (is_revoked(evdev)) {
		return -ENODEV;
	}
	switch (cmd) {
	case EVIOCGVERSION:
		return give_whole(arg, &version, sizeof(version));
	case EVIOCGID:
		return give_whole(arg, &evdev->device->id,
				  sizeof(evdev->device->id));
	case EVIOCGREP:
	case EVIOCSREP:
	case EVIOCRMFF:
		return -ENOSYS;
	case EVIOCGKEYCODE:
		return refuse(arg, sizeof(u32), -EINVAL);
	case EVIOCSKEYCODE:
		return refuse(arg, 2 * sizeof(u32), -EINVAL);
	case EVIOCGKEYCODE_V2:
	case EVIOCSKEYCODE_V2:
		return refuse(arg, sizeof(struct input_keymap_entry), -EINVAL);
	case EVIOCGEFFECTS:
		return give_whole(arg, &effects, sizeof(effects));
	case EVIOCGRAB:
		return set_grab(evdev, arg);
	case EVIOCREVOKE:
		if (arg) {
			return -EINVAL;
		}
		evdev_revoke(evdev);
		return 0;
	case EVIOCGMASK:
		return get_wanted(evdev, arg);
	case EVIOCSMASK:
		return set_wanted(evdev, arg);
	case EVIOCSCLOCKID:
		return set_clock(evdev, arg);
	default:
		return sized_ioctl(evdev, cmd, arg);
	}
}
