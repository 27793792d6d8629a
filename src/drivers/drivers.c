/* SPDX-License-Identifier: MIT */
/* The drivers by name, and their place on the bus. */
#include "drivers.h"

#include <stdio.h>
#include <string.h>

static const struct uprime_driver *const drivers[] = {
	&vgem_uprime_driver,
	&vram_uprime_driver,
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

struct drm_device *uprime_device_create(const struct drm_driver *driver,
					void *dev_private)
{
	struct drm_device *dev;
	struct device *bus;
	int ret = -ENOMEM;

	bus = kzalloc(sizeof(*bus), GFP_KERNEL);
	if (!bus) {
		return ERR_PTR(-ENOMEM);
	}
	bus->name = bus_name(driver->name);
	if (!bus->name) {
		goto err_free;
	}
	dev = drm_dev_alloc(driver, bus);
	if (IS_ERR(dev)) {
		goto err_free;
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

err_free:
	kfree(bus->name);
	kfree(bus);
	return ERR_PTR(ret);
}

void uprime_device_destroy(struct drm_device *dev)
{
	drm_dev_unregister(dev);
	drm_dev_put(dev);
}

void uprime_device_release(struct drm_device *dev)
{
	kfree(dev->dev->name);
	kfree(dev->dev);
}
