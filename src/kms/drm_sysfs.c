/* SPDX-License-Identifier: MIT */
/* The uevents of a device: what the kernel's say, line by line. */
#include <drm/drm_connector.h>
#include <drm/drm_device.h>
#include <drm/drm_property.h>
#include <drm/drm_sysfs.h>
#include <stdio.h>

static void tell(struct drm_device *dev, const char *env)
{
	if (dev->host) {
		dev->host->uevent(dev, env);
	}
}

void drm_sysfs_hotplug_event(struct drm_device *dev)
{
	tell(dev, "HOTPLUG=1\n");
}

void drm_sysfs_connector_hotplug_event(struct drm_connector *connector)
{
	char env[64];

	snprintf(env, sizeof(env), "HOTPLUG=1\nCONNECTOR=%u\n",
		 connector->base.id);
	tell(connector->dev, env);
}

void drm_sysfs_connector_property_event(struct drm_connector *connector,
					struct drm_property *property)
{
	char env[64];

	snprintf(env, sizeof(env), "HOTPLUG=1\nCONNECTOR=%u\nPROPERTY=%u\n",
		 connector->base.id, property->base.id);
	tell(connector->dev, env);
}

void drm_sysfs_lease_event(struct drm_device *dev)
{
	tell(dev, "LEASE=1\n");
}
