/* SPDX-License-Identifier: MIT */
/* The devices, and what happens to them. Which kinds of events a device takes
 * on, and when, is as in Linux's input core. */
#include "input.h"

#include <errno.h>
#include <limits.h>
#include <linux/kernel.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "say.h"
#include "testbed.h"

/* The devices' own type of bus: they are on none. */
#define ID(number)                                                             \
	{                                                                      \
		.bustype = BUS_VIRTUAL, .product = (number), .version = 1      \
	}

/* Keys of no keyboard come after this one. */
#define LAST_KEY KEY_MICMUTE

static void add_code(struct input_device *device, u16 type, u16 code)
{
	input_set_bit(&device->has[0], EV_SYN, true);
	input_set_bit(&device->has[0], type, true);
	input_set_bit(&device->has[type], code, true);
}

static void make_keyboard(struct input_device *device)
{
	device->name = "uprime keyboard";
	device->kinds[0] = "KEY";
	device->kinds[1] = "KEYBOARD";
	device->id = (struct input_id)ID(1);
	for (u16 key = KEY_ESC; key <= LAST_KEY; key++) {
		add_code(device, EV_KEY, key);
	}
}

static void make_pointer(struct input_device *device)
{
	static const u16 buttons[] = {BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE,
				      BTN_EXTRA};
	static const u16 wheels[] = {REL_WHEEL, REL_HWHEEL};
	static const u16 axes[] = {ABS_X, ABS_Y};

	device->name = "uprime pointer";
	device->kinds[0] = "MOUSE";
	device->id = (struct input_id)ID(2);
	for (size_t i = 0; i < ARRAY_SIZE(buttons); i++) {
		add_code(device, EV_KEY, buttons[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wheels); i++) {
		add_code(device, EV_REL, wheels[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(axes); i++) {
		add_code(device, EV_ABS, axes[i]);
		device->abs[axes[i]].maximum = INPUT_POSITION_MAX;
	}
}

/* Where programs find the node, and what stat(2) says of it. */
static int find_node(struct input_device *device, const struct testbed *testbed)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", testbed->root, device->path);
	if (lstat(path, &st)) {
		say("umockdev did not make %s: %m.", path);
		return -errno;
	}
	device->ino = st.st_ino;
	return 0;
}

int input_open(struct server_input *input, struct testbed *testbed)
{
	static void (*const make[INPUT_DEVICES])(struct input_device *) = {
		make_keyboard,
		make_pointer,
	};
	int ret = 0;

	for (int i = 0; i < INPUT_DEVICES && !ret; i++) {
		struct input_device *device = &input->devices[i];

		device->index = i;
		snprintf(device->path, sizeof(device->path),
			 "/dev/input/event%d", i);
		mutex_init(&device->lock);
		INIT_LIST_HEAD(&device->files);
		make[i](device);
		input->nr_devices++;
		ret = testbed_add_input(testbed, device);
		if (!ret) {
			ret = find_node(device, testbed);
		}
	}
	return ret;
}

void input_close(struct server_input *input)
{
	while (input->nr_devices) {
		mutex_destroy(&input->devices[--input->nr_devices].lock);
	}
}

struct input_device *input_device_at(struct server_input *input,
				     unsigned int minor)
{
	unsigned int index = minor - INPUT_FIRST_MINOR;

	return index < input->nr_devices ? &input->devices[index] : NULL;
}

static void pass_frame(struct input_device *device)
{
	lockdep_assert_held(&device->lock);
	device->frame[device->nr_values++] =
		(struct input_value){EV_SYN, SYN_REPORT, 0};
	evdev_pass(device, device->frame, device->nr_values);
	device->nr_values = 0;
}

/* Does it change anything? */
static bool take_on(struct input_device *device,
		    const struct input_value *value)
{
	lockdep_assert_held(&device->lock);
	switch (value->type) {
	case EV_KEY:
		if (input_bit(&device->keys, value->code) == !!value->value) {
			return false;
		}
		input_set_bit(&device->keys, value->code, value->value);
		return true;
	case EV_ABS:
		if (device->abs[value->code].value == value->value) {
			return false;
		}
		device->abs[value->code].value = value->value;
		return true;
	default:
		return value->value;
	}
}

static void handle(struct input_device *device, const struct input_value *value)
{
	mutex_lock(&device->lock);
	if (value->type == EV_SYN) {
		if (device->nr_values) {
			pass_frame(device);
		}
	} else if (take_on(device, value)) {
		device->frame[device->nr_values++] = *value;
		if (device->nr_values == INPUT_FRAME_MAX - 1) {
			pass_frame(device);
		}
	}
	mutex_unlock(&device->lock);
}

static bool has_event(const struct input_device *device,
		      const struct input_value *value)
{
	if (value->type == EV_SYN) {
		return value->code == SYN_REPORT;
	}
	return value->type < EV_CNT &&
	       input_bit(&device->has[0], value->type) &&
	       input_bit(&device->has[value->type], value->code);
}

int input_post(struct server_input *input, u16 type, u16 code, s32 value)
{
	const struct input_value event = {type, code, value};
	int ret = -ENODEV;

	for (unsigned int i = 0; i < input->nr_devices; i++) {
		if (has_event(&input->devices[i], &event)) {
			handle(&input->devices[i], &event);
			ret = 0;
		}
	}
	return ret;
}
