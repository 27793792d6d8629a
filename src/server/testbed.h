/* SPDX-License-Identifier: MIT */
/* umockdev's testbed: /dev, /sys and udev of a session. */
#ifndef UPRIME_SERVER_TESTBED_H
#define UPRIME_SERVER_TESTBED_H

#include <sys/types.h>

struct drm_device;
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
