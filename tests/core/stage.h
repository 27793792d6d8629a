/* SPDX-License-Identifier: MIT */
/**
 * DOC: the stage on which a test of the core plays
 *
 * Two devices, two files of the first and one of the second, made before each
 * test and taken away after it. Taking away checks that nothing is left: no
 * dma-buf, no object, no fd. What a test opens it closes.
 *
 * The requests here are those of a program: ioctls of the stage's task, which
 * is this process with CAP_SYS_ADMIN, and whose fds can be made to fail.
 */
#ifndef UPRIME_TESTS_STAGE_H
#define UPRIME_TESTS_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <drm.h>
#include <drm/drm_device.h>
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_prime.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uprime/drivers.h>
#include <uprime/host.h>

#define TEST(name) static void name(void **state __attribute__((unused)))
/* An entry of a list of tests: one that plays on the stage, and one that needs
 * none. */
#define ON_STAGE(name)                                                         \
	cmocka_unit_test_setup_teardown(name, stage_setup, stage_teardown)
#define PLAIN(name) cmocka_unit_test(name)

/**
 * struct stage - the devices and files of the test that runs
 */
struct stage {
	struct drm_device *dev, *far_dev;
	struct drm_file *file, *second; /* of dev */
	struct drm_file *far;		/* of far_dev */
	void (*destroy)(struct drm_device *dev);
	int fds, dma_bufs; /* before */
};

extern struct stage stage;

/* stage_setup - the stage with two vgems */
int stage_setup(void **state);
/* stage_setup_devices - the stage with devices of the caller's; unregistered
 * and put with @destroy */
int stage_setup_devices(struct drm_device *dev, struct drm_device *far_dev,
			void (*destroy)(struct drm_device *dev));
int stage_teardown(void **state);

/* enter_task - let this thread answer a task like the stage's */
void enter_task(void);

/* Close a file of the stage, or one of open_node(), early. */
void close_file(struct drm_file **file);
/* open_node - one more open of a device's card or render node; fails the test
 * if it does not work */
struct drm_file *open_node(struct drm_device *dev, enum drm_minor_type type);

/* Requests. What a program gets, or -errno. */

/* A dumb buffer of whole pages: its handle. */
int create_dumb(struct drm_file *file, unsigned int pages);
int export_handle(struct drm_file *file, u32 handle, u32 flags);
int import_fd(struct drm_file *file, int fd);
int close_handle(struct drm_file *file, u32 handle);
int flink(struct drm_file *file, u32 handle);
int open_name(struct drm_file *file, u32 name);
s64 map_dumb(struct drm_file *file, u32 handle);
/* mmap(2) on the device: the address, or ERR_PTR. */
void *map_device(struct drm_file *file, u64 offset, unsigned int pages,
		 int prot);

/* The same, where failing fails the test. */
u32 must(int result);

/* lookup - the object of a handle, without keeping a reference */
struct drm_gem_object *lookup(struct drm_file *file, u32 handle);

/* dma_buf_of - the dma-buf of an fd, without keeping a reference */
struct dma_buf *dma_buf_of(int fd);

/* same_open_file - are these fds copies of one open file? */
bool same_open_file(int fd, int other);

#endif
