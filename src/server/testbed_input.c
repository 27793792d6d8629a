/* SPDX-License-Identifier: MIT */
/* Input devices in the testbed: as the kernel shows those which are on no bus,
 * and with udev's word for what kind they are of. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "input.h"
#include "say.h"
#include "testbed.h"

/* A set as sysfs writes it: in hexadecimal words, the highest first, without
 * leading zeroes. */
static void write_bits(FILE *out, const struct input_bits *bits)
{
	bool begun = false;

	for (int i = KEY_CNT / 64 - 1; i >= 0; i--) {
		u64 word = 0;

		for (unsigned int nr = 0; nr < 64; nr++) {
			word |= (u64)input_bit(bits, (unsigned int)i * 64 + nr)
				<< nr;
		}
		if (word || begun || !i) {
			fprintf(out, begun ? " %llx" : "%llx",
				(unsigned long long)word);
			begun = true;
		}
	}
}

static const struct {
	const char *name;
	unsigned int type;
} capabilities[] = {
	{"ev", 0},	 {"key", EV_KEY}, {"rel", EV_REL},
	{"abs", EV_ABS}, {"msc", EV_MSC}, {"led", EV_LED},
	{"snd", EV_SND}, {"ff", EV_FF},	  {"sw", EV_SW},
};

static void describe_capabilities(FILE *out, const struct input_device *device)
{
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(*capabilities);
	     i++) {
		fprintf(out, "A: capabilities/%s=", capabilities[i].name);
		write_bits(out, &device->has[capabilities[i].type]);
		fputs("\\n\n", out);
	}
}

/* What udev's rules have found out, as properties. */
static void write_kinds(FILE *out, const char *start,
			const struct input_device *device)
{
	fprintf(out, "%sID_INPUT=1\n", start);
	for (const char *const *kind = device->kinds; *kind; kind++) {
		fprintf(out, "%sID_INPUT_%s=1\n", start, *kind);
	}
}

/* The device as a .umockdev text, the caller's to free(); NULL. */
static char *describe(const struct input_device *device)
{
	const struct input_id *id = &device->id;
	int index = device->index;
	char *text = NULL;
	size_t size;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out) {
		return NULL;
	}
	fprintf(out,
		"P: /devices/virtual/input/input%d\n"
		"E: SUBSYSTEM=input\n"
		"E: PRODUCT=%x/%x/%x/%x\n"
		"E: NAME=\"%s\"\n"
		"A: name=%s\\n\n"
		"A: phys=\\n\n"
		"A: uniq=\\n\n"
		"A: properties=0\\n\n"
		"A: id/bustype=%04x\\n\n"
		"A: id/vendor=%04x\\n\n"
		"A: id/product=%04x\\n\n"
		"A: id/version=%04x\\n\n",
		index, id->bustype, id->vendor, id->product, id->version,
		device->name, device->name, id->bustype, id->vendor,
		id->product, id->version);
	write_kinds(out, "E: ", device);
	describe_capabilities(out, device);
	fprintf(out,
		"\nP: /devices/virtual/input/input%d/event%d\n"
		"N: input/event%d=00\n"
		"E: DEVNAME=%s\n"
		"E: MAJOR=%d\n"
		"E: MINOR=%d\n"
		"E: SUBSYSTEM=input\n"
		"A: dev=%d:%d\\n\n"
		"L: device=../../input%d\n",
		index, index, index, device->path, INPUT_MAJOR,
		INPUT_FIRST_MINOR + index, INPUT_MAJOR,
		INPUT_FIRST_MINOR + index, index);
	write_kinds(out, "E: ", device);
	fputc('\n', out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* Empty, and for everybody, as are nodes of devices with a display. */
static int finish_node(const struct testbed *testbed,
		       const struct input_device *device)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s%s", testbed->root, device->path);
	if (!truncate(path, 0) && !chmod(path, 0666)) {
		return 0;
	}
	ret = -errno;
	say("cannot complete %s: %m.", path);
	return ret;
}

static int add_record(struct testbed *testbed,
		      const struct input_device *device, dev_t dev)
{
	char *text = NULL;
	size_t size;
	FILE *out;
	int ret;

	out = open_memstream(&text, &size);
	if (!out) {
		return -ENOMEM;
	}
	write_kinds(out, "E:", device);
	fputs("G:seat\n", out);
	ret = fclose(out) ? -ENOMEM : testbed_add_record(testbed, dev, text);
	free(text);
	return ret;
}

int testbed_add_input(struct testbed *testbed,
		      const struct input_device *device)
{
	dev_t dev = makedev(INPUT_MAJOR,
			    (unsigned int)(INPUT_FIRST_MINOR + device->index));
	char *text = describe(device);
	int ret;

	if (!text) {
		say("out of memory.");
		return -ENOMEM;
	}
	ret = testbed_add_text(testbed, device->name, text);
	free(text);
	if (!ret) {
		ret = finish_node(testbed, device);
	}
	return ret ? ret : add_record(testbed, device, dev);
}
