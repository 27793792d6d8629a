/* SPDX-License-Identifier: MIT */
/**
 * DOC: open input devices
 *
 * An fd of a device is a socket like that of any open file of ours, and an
 * event is a packet on it: read(2) takes one at a time, which evdev may do as
 * well. While nobody reads, the socket's buffer fills; then events are lost,
 * and the next that finds room again has a SYN_DROPPED before it.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <sys/socket.h>
#include <time.h>

#include "input.h"

static void evdev_release(struct anon_file *file)
{
	struct evdev_file *evdev = container_of(file, struct evdev_file, file);
	struct input_device *device = evdev->device;

	mutex_lock(&device->lock);
	list_del_init(&evdev->node);
	if (device->grab == evdev) {
		device->grab = NULL;
	}
	mutex_unlock(&device->lock);
	for (unsigned int i = 0; i < EV_CNT; i++) {
		kfree(evdev->wanted[i]);
	}
	kfree(evdev);
}

static const struct anon_file_ops evdev_ops = {
	.name = "input",
	.release = evdev_release,
	.ioctl = evdev_ioctl,
};

struct evdev_file *to_evdev(struct anon_file *file)
{
	return file && file->ops == &evdev_ops
		       ? container_of(file, struct evdev_file, file)
		       : NULL;
}

int evdev_open(struct input_device *device)
{
	struct evdev_file *evdev = kzalloc(sizeof(*evdev), GFP_KERNEL);
	int fd;

	if (!evdev) {
		return -ENOMEM;
	}
	evdev->device = device;
	INIT_LIST_HEAD(&evdev->node);
	fd = anon_file_open(&evdev->file, &evdev_ops);
	if (fd >= 0) {
		mutex_lock(&device->lock);
		list_add_tail(&evdev->node, &device->files);
		mutex_unlock(&device->lock);
	}
	return fd;
}

void evdev_revoke(struct evdev_file *evdev)
{
	struct input_device *device = evdev->device;

	mutex_lock(&device->lock);
	evdev->revoked = true;
	if (device->grab == evdev) {
		device->grab = NULL;
	}
	/* It polls as hung up, and reads as ended. */
	shutdown(evdev->file.fd, SHUT_WR);
	mutex_unlock(&device->lock);
}

static bool is_wanted(const struct evdev_file *evdev,
		      const struct input_value *value)
{
	const struct input_bits *codes = evdev->wanted[value->type];

	if (value->type == EV_SYN) {
		return true;
	}
	return (!evdev->wanted[0] ||
		input_bit(evdev->wanted[0], value->type)) &&
	       (!codes || input_bit(codes, value->code));
}

static bool send_event(struct evdev_file *evdev, const struct timespec *now,
		       const struct input_value *value)
{
	const struct input_event event = {
		.time = {now->tv_sec, now->tv_nsec / 1000},
		.type = value->type,
		.code = value->code,
		.value = value->value,
	};

	return send(evdev->file.fd, &event, sizeof(event),
		    MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(event);
}

static void pass_to(struct evdev_file *evdev, const struct input_value *values,
		    unsigned int nr)
{
	static const struct input_value dropped = {EV_SYN, SYN_DROPPED, 0};
	unsigned int nr_wanted = 0;
	struct timespec now;

	/* A frame in which nothing is left has no end either. */
	for (unsigned int i = 0; i < nr; i++) {
		nr_wanted += values[i].type != EV_SYN &&
			     is_wanted(evdev, &values[i]);
	}
	if (!nr_wanted || evdev->revoked) {
		return;
	}
	clock_gettime(evdev->clock, &now);
	if (evdev->dropped) {
		evdev->dropped = !send_event(evdev, &now, &dropped);
	}
	for (unsigned int i = 0; i < nr && !evdev->dropped; i++) {
		evdev->dropped = is_wanted(evdev, &values[i]) &&
				 !send_event(evdev, &now, &values[i]);
	}
}

void evdev_pass(struct input_device *device, const struct input_value *values,
		unsigned int nr)
{
	struct evdev_file *evdev;

	lockdep_assert_held(&device->lock);
	if (device->grab) {
		pass_to(device->grab, values, nr);
		return;
	}
	list_for_each_entry (evdev, &device->files, node) {
		pass_to(evdev, values, nr);
	}
}
