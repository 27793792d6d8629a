/* SPDX-License-Identifier: MIT */
/* What the drivers of this folder share. They use the helpers only. */
#ifndef UPRIME_DRIVERS_INTERNAL_H
#define UPRIME_DRIVERS_INTERNAL_H

#include <drm.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_prime.h>
#include <linux/dma-buf.h>
#include <linux/slab.h>
#include <uprime/drivers.h>

extern const struct uprime_driver vgem_uprime_driver;
extern const struct uprime_driver vram_uprime_driver;
extern const struct uprime_driver vkms_uprime_driver;

/* uprime_device_alloc - a drm_device with a struct device of its own on the
 * bus, named after the driver, and with what the options (or NULL) say. ERR_PTR.
 */
struct drm_device *
uprime_device_alloc(const struct drm_driver *driver,
		    const struct uprime_device_options *options);

/* uprime_device_create - the same, registered */
struct drm_device *
uprime_device_create(const struct drm_driver *driver,
		     const struct uprime_device_options *options,
		     void *dev_private);

/* uprime_device_destroy - unregister it and drop the reference */
void uprime_device_destroy(struct drm_device *dev);

/* uprime_device_release - for the release callback: free what
 * uprime_device_alloc() made beside the drm_device */
void uprime_device_release(struct drm_device *dev);

#endif
