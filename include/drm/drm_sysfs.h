/* SPDX-License-Identifier: MIT */
/**
 * DOC: uevents of a device
 *
 * What programs that listen to udev are told of a display, as events of its
 * first node. Each goes to the host (drm_host_ops.uevent); without one nobody
 * is told. Any lock may be held.
 */
#ifndef UPRIME_DRM_SYSFS_H
#define UPRIME_DRM_SYSFS_H

#include <linux/kernel.h>

struct drm_connector;
struct drm_device;
struct drm_property;

/* drm_sysfs_hotplug_event - something was plugged or unplugged: HOTPLUG=1 */
EXPORT_SYMBOL void drm_sysfs_hotplug_event(struct drm_device *dev);
/* drm_sysfs_connector_hotplug_event - ... at this one: CONNECTOR=ID, too */
EXPORT_SYMBOL void
drm_sysfs_connector_hotplug_event(struct drm_connector *connector);
/* drm_sysfs_connector_property_event - this property of it has changed:
 * PROPERTY=ID, too */
EXPORT_SYMBOL void
drm_sysfs_connector_property_event(struct drm_connector *connector,
				   struct drm_property *property);
/* drm_sysfs_lease_event - a lease has ended: LEASE=1 */
EXPORT_SYMBOL void drm_sysfs_lease_event(struct drm_device *dev);

#endif
