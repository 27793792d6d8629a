/* SPDX-License-Identifier: MIT */
/* A driver with every callback, each of which can be made to fail, writes
 * itself into a log, and can be left out. */
#ifndef UPRIME_TESTS_TOY_H
#define UPRIME_TESTS_TOY_H

#include <drm/drm_drv.h>
#include <linux/device.h>

struct dma_resv;

/* What a failing callback says: nobody else does. */
#define TOY_ERROR EDQUOT

/* All callbacks. A test copies it, leaves some out and makes its devices. */
extern const struct drm_driver toy_driver;

/* The reservation of all toy objects. */
extern struct dma_resv toy_resv;

/* toy_create - a device. There can be two at once, "toy.0" and "toy.1". */
struct drm_device *toy_create(const struct drm_driver *driver);
void toy_destroy(struct drm_device *dev);

/* toy_stage - for a setup: a stage of two devices with these drivers */
int toy_stage(const struct drm_driver *driver,
	      const struct drm_driver *far_driver);
/* The same, both with all callbacks. */
int toy_setup(void **state);

#define ON_TOYS(name)                                                          \
	cmocka_unit_test_setup_teardown(name, toy_setup, stage_teardown)

/* toy_log - the callbacks since the last time it was asked, each with a space
 * behind it; "toy.1:" before those of the second device. Valid until asked. */
const char *toy_log(void);

/* toy_hook - run this once, inside the next call of the named callback */
void toy_hook(const char *callback, void (*fn)(void *data), void *data);

/* toy_count - pins, and handles that were opened and not closed, of all toys */
void toy_count(int *pins, int *opened);

#endif
