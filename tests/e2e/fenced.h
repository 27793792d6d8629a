/* SPDX-License-Identifier: MIT */
/*
 * For tests: buffers of vgem with fences. Plain ioctl(), which unlike libdrm's
 * does not begin again when it was interrupted.
 */
#ifndef UPRIME_TESTS_FENCED_H
#define UPRIME_TESTS_FENCED_H

#include <drm.h>
#include <drm_mode.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define CARD "/dev/dri/card0"

/* libdrm does not have these. */
#define FENCE_WRITE 1

struct fence_attach {
	uint32_t handle, flags, out_fence, pad;
};

struct fence_signal {
	uint32_t fence, flags;
};

#define IOCTL_FENCE_ATTACH DRM_IOWR(DRM_COMMAND_BASE + 1, struct fence_attach)
#define IOCTL_FENCE_SIGNAL DRM_IOW(DRM_COMMAND_BASE + 2, struct fence_signal)

struct buffer {
	int card;
	uint32_t handle;
	int fd; /* its dma-buf */
};

/* 0, or -1 with errno. */
static inline int buffer_make(struct buffer *buffer, int card)
{
	struct drm_mode_create_dumb create = {
		.width = 64, .height = 16, .bpp = 32};
	struct drm_prime_handle prime = {.flags = O_RDWR | O_CLOEXEC};

	if (ioctl(card, DRM_IOCTL_MODE_CREATE_DUMB, &create)) {
		return -1;
	}
	prime.handle = create.handle;
	if (ioctl(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime)) {
		return -1;
	}
	*buffer = (struct buffer){card, create.handle, prime.fd};
	return 0;
}

static inline int buffer_close_handle(const struct buffer *buffer)
{
	struct drm_gem_close close = {.handle = buffer->handle};

	return ioctl(buffer->card, DRM_IOCTL_GEM_CLOSE, &close);
}

/* A fence's number, or 0 with errno. */
static inline uint32_t fence_attach(const struct buffer *buffer, uint32_t flags)
{
	struct fence_attach attach = {.handle = buffer->handle, .flags = flags};

	return ioctl(buffer->card, IOCTL_FENCE_ATTACH, &attach)
		       ? 0
		       : attach.out_fence;
}

static inline int fence_signal(int card, uint32_t fence)
{
	struct fence_signal signal = {.fence = fence};

	return ioctl(card, IOCTL_FENCE_SIGNAL, &signal);
}

static inline int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void sleep_ms(int ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000L};

	while (nanosleep(&left, &left)) {
	}
}

#endif
