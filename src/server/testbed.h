/* SPDX-License-Identifier: MIT */
/* umockdev's testbed: /dev, /sys and udev of a session. */
#ifndef UPRIME_SERVER_TESTBED_H
#define UPRIME_SERVER_TESTBED_H

#include <sys/types.h>

struct drm_device;
struct drm_minor;
struct input_device;
struct testbed_calls;

/**
 * struct testbed - the testbed of a session
 */
struct testbed {
	const struct testbed_calls *calls; /* constant */
	void *object;			   /* UMockdevTestbed, owned */
	char *root;			   /* its directory, owned */
};

/**
 * testbed_open() - make an empty testbed
 * @testbed: caller's memory
 *
 * Return: 0 and testbed_close() undoes it; -errno, and it was said.
 */
int testbed_open(struct testbed *testbed);

/**
 * testbed_add() - give it the nodes of a device
 * @testbed: the testbed
 * @dev: a registered device
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add(struct testbed *testbed, const struct drm_device *dev);

/**
 * testbed_add_connector() - give a device that it has a connector
 * @testbed: the testbed
 * @dev: the device
 * @name: the connector's: "Virtual-1"
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_connector(struct testbed *testbed, const struct drm_device *dev,
			  const char *name);

/**
 * testbed_add_input() - give it an input device, with its node
 * @testbed: the testbed
 * @device: the device
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_input(struct testbed *testbed,
		      const struct input_device *device);

/**
 * testbed_add_udev() - give it what udev would know, beside devices
 * @testbed: the testbed
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_udev(struct testbed *testbed);

/**
 * testbed_add_seat() - let nobody see the system's own seats
 * @testbed: the testbed, after testbed_add_udev()
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_seat(struct testbed *testbed);

/**
 * testbed_add_record() - let udev know more of a node than the kernel says
 * @testbed: the testbed, after testbed_add_udev()
 * @dev: the node's number
 * @text: a line for each property ("E:ID_INPUT=1") and tag ("G:seat")
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_record(struct testbed *testbed, dev_t dev, const char *text);

/**
 * testbed_add_card() - let udev know what it finds out about a node
 * @testbed: the testbed, after testbed_add_udev()
 * @minor: the node of a registered device
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_card(struct testbed *testbed, const struct drm_minor *minor);

/**
 * testbed_add_text() - give it devices
 * @testbed: the testbed
 * @name: what people call them
 * @text: as umockdev describes devices
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_text(struct testbed *testbed, const char *name,
		     const char *text);

/**
 * testbed_write() - write a file
 * @testbed: the testbed
 * @name: the file's path, whose folder is there
 * @text: all that is in it then
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_write(const struct testbed *testbed, const char *name,
		  const char *text);

/**
 * testbed_add_file() - give it a file, which nobody reads
 * @testbed: the testbed
 * @name: its path, which is not there yet; folders are made
 * @mode: what stat(2) says of it: a plain file, or a character device in /dev
 * @size: as @mode
 *
 * Return: 0; -errno, and it was said.
 */
int testbed_add_file(struct testbed *testbed, const char *name, mode_t mode,
		     off_t size);

/**
 * testbed_close() - remove it with its directory
 * @testbed: the testbed
 */
void testbed_close(struct testbed *testbed);

#endif
