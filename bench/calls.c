/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <drm.h>

static char error[160]; /* "" if no call has failed */

const char *call_error(void)
{
	return error[0] ? error : NULL;
}

void call_fail(const char *what, int err)
{
	if (!error[0]) {
		snprintf(error, sizeof(error), "%s: %s", what, strerror(err));
	}
}

void call_fail_after(unsigned long count, const char *what)
{
	char said[sizeof(error)];

	if (!strncmp(error, "after ", 6)) {
		return;
	}
	memcpy(said, error, sizeof(said));
	snprintf(error, sizeof(error), "after %lu %s: %.100s", count, what,
		 said);
}

void call_forget(void)
{
	error[0] = '\0';
}

static int call(int card, unsigned long command, void *args, const char *name)
{
	int ret;

	do {
		ret = ioctl(card, command, args);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	if (ret < 0) {
		call_fail(name, errno);
	}
	return ret;
}

int card_open(unsigned int index)
{
	char path[32];
	int card;

	snprintf(path, sizeof(path), "/dev/dri/card%u", index);
	card = open(path, O_RDWR | O_CLOEXEC);
	if (card < 0) {
		call_fail(path, errno);
	}
	return card;
}

uint32_t card_create(int card, uint32_t width, uint32_t height)
{
	struct drm_mode_create_dumb args = {
		.width = width, .height = height, .bpp = 32};

	return call(card, DRM_IOCTL_MODE_CREATE_DUMB, &args, "CREATE_DUMB") ?
		       0 :
		       args.handle;
}

void card_destroy(int card, uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	call(card, DRM_IOCTL_GEM_CLOSE, &args, "GEM_CLOSE");
}

int card_export(int card, uint32_t handle)
{
	struct drm_prime_handle args = {.handle = handle,
					.flags = DRM_CLOEXEC | DRM_RDWR};

	return call(card, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args,
		    "PRIME_HANDLE_TO_FD") ?
		       -1 :
		       args.fd;
}

uint32_t card_import(int card, int fd)
{
	struct drm_prime_handle args = {.fd = fd};

	return call(card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args,
		    "PRIME_FD_TO_HANDLE") ?
		       0 :
		       args.handle;
}

uint64_t card_offset(int card, uint32_t handle)
{
	struct drm_mode_map_dumb args = {.handle = handle};

	return call(card, DRM_IOCTL_MODE_MAP_DUMB, &args, "MAP_DUMB") ?
		       0 :
		       args.offset;
}

void card_version(int card)
{
	struct drm_version args = {0};

	call(card, DRM_IOCTL_VERSION, &args, "VERSION");
}

void *shared_map(int fd, uint64_t offset, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       (off_t)offset);

	if (p == MAP_FAILED) {
		call_fail("mmap", errno);
		return NULL;
	}
	return p;
}
