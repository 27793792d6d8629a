/* SPDX-License-Identifier: MIT */
/* A buffer on its way: made, exported, passed to a process, imported. Who
 * cannot gives up. */
#ifndef UPRIME_TESTS_SHARING_H
#define UPRIME_TESTS_SHARING_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <gbm.h>
#include <stdint.h>

#include "screen.h"

/**
 * struct picture - what one process says to the other of a buffer
 *
 * The fd comes after it.
 */
struct picture {
	uint32_t format; /* DRM_FORMAT_* */
	uint32_t width, height;
	uint32_t stride, offset;
	uint64_t modifier;
};

struct gbm_bo *make_bo(const struct screen *screen, uint32_t format);
EGLImageKHR image_of(const struct screen *screen, struct gbm_bo *bo);
struct picture picture_of(struct gbm_bo *bo);

/* export_writable - gbm_bo_get_fd() exports for reading only, for good: so who
 * wants to write in the other process exports first, with libdrm */
int export_writable(const struct screen *screen, struct gbm_bo *bo);

void send_picture(int peer, const struct picture *picture, int fd);

/* receive_picture - returns the fd, the caller's */
int receive_picture(int peer, struct picture *picture);

/* say_done - and wait_for_peer(), which waits for that */
void say_done(int peer);
void wait_for_peer(int peer);

/* Three ways to import; the fd stays the caller's. */
EGLImageKHR import_egl(const struct screen *screen,
		       const struct picture *picture, int fd);
struct gbm_bo *import_gbm(const struct screen *screen,
			  const struct picture *picture, int fd);
struct gbm_bo *import_gbm_modifier(const struct screen *screen,
				   const struct picture *picture, int fd);

#endif
