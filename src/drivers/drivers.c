/* SPDX-License-Identifier: MIT */
/* The drivers by name, and their place on the bus. */
#include "drivers.h"

#include <stdio.h>
#include <string.h>

/**
 * struct host_device - what a device is made with
 *
 * Constant, and freed with the drm_device.
 */
struct host_device {
	struct device bus;	  /* its name is owned */
	struct drm_driver driver; /* a copy: the name can be another */
	char name[UPRIME_NAME_MAX + 1];
};

static const struct uprime_driver *const drivers[] = {
	&vgem_uprime_driver,
	&vram_uprime_driver,
	&vkms_uprime_driver,
};

const struct uprime_driver *uprime_driver_at(unsigned int i)
{
	return i < ARRAY_SIZE(drivers) ? drivers[i] : NULL;
}

const struct uprime_driver *uprime_driver_find(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (!strcmp(drivers[i]->name, name)) {
			return drivers[i];
		}
	}
	return NULL;
}

/* The first device is named like its driver; those beside it, whose names
 * must differ, have their number: "vgem", "vgem.1". */
static char *bus_name(const char *driver)
{
	static atomic_uint made[ARRAY_SIZE(drivers)];
	unsigned int i = 0, n;
	char name[32];

	while (strcmp(drivers[i]->name, driver)) {
		i++;
	}
	n = atomic_fetch_add(&made[i], 1);
	if (!n) {
		return kstrdup(driver, GFP_KERNEL);
	}
	snprintf(name, sizeof(name), "%s.%u", driver, n);
	return kstrdup(name, GFP_KERNEL);
}

static void host_device_free(struct host_device *host)
{
	kfree(host->bus.name);
	kfree(host);
}

static void set_options(struct drm_device *dev, struct host_device *host,
			const struct uprime_device_options *options)
{
	if (options->name[0]) {
		strcpy(host->name, options->name);
		host->driver.name = host->name;
	}
	if (options->syncobj) {
		dev->driver_features |=
			DRIVER_SYNCOBJ | DRIVER_SYNCOBJ_TIMELINE;
	}
}

struct drm_device *
uprime_device_alloc(const struct drm_driver *driver,
		    const struct uprime_device_options *options)
{
	struct host_device *host = kzalloc(sizeof(*host), GFP_KERNEL);
	struct drm_device *dev;

	if (!host) {
		return ERR_PTR(-ENOMEM);
	}
	host->driver = *driver;
	host->bus.name = bus_name(driver->name);
	dev = host->bus.name ? drm_dev_alloc(&host->driver, &host->bus)
			     : ERR_PTR(-ENOMEM);
	if (IS_ERR(dev)) {
		host_device_free(host);
		return dev;
	}
	if (options) {
		set_options(dev, host, options);
	}
	return dev;
}

struct drm_device *
uprime_device_create(const struct drm_driver *driver,
		     const struct uprime_device_options *options,
		     void *dev_private)
{
	struct drm_device *dev = uprime_device_alloc(driver, options);
	int ret;

	if (IS_ERR(dev)) {
		return dev;
	}
	dev->dev_private = dev_private;
	ret = drm_dev_register(dev);
	if (ret) {
		/* Its release frees the rest, but for what is the caller's. */
		dev->dev_private = NULL;
		drm_dev_put(dev);
		return ERR_PTR(ret);
	}
	return dev;
}

void uprime_device_destroy(struct drm_device *dev)
{
	drm_dev_unregister(dev);
	drm_dev_put(dev);
}

void uprime_device_release(struct drm_device *dev)
{
	host_device_free(container_of(dev->dev, struct host_device, bus));
}
