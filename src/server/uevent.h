/* SPDX-License-Identifier: MIT */
/* Telling programs that listen to udev. */
#ifndef UPRIME_SERVER_UEVENT_H
#define UPRIME_SERVER_UEVENT_H

struct drm_device;

/**
 * uevent_send() - tell all programs that listen of a change of a device
 * @dev: the device, whose host_data is the testbed
 * @env: lines of the kernel's event, beside those of all events
 *
 * As drm_host_ops.uevent.
 */
void uevent_send(struct drm_device *dev, const char *env);

#endif
