/* SPDX-License-Identifier: MIT */
/**
 * DOC: PRIME without asking
 *
 * The only ioctls which the client knows are those that give dma-bufs out and
 * take them in: programs do that again and again with the same few buffers, and
 * what was done before can be answered here, from the device's ledger and the
 * leases. And those that close handles, as leases end with them.
 *
 * Only success is answered, and only if there is no doubt. All else is asked of
 * the server, which says what the kernel says.
 */
#include "client.h"

#include <drm.h>
#include <drm_mode.h>
#include <string.h>

#include "ledger.h"

/* The import of a dma-buf which has a handle in this device. */
static bool import_again(uint64_t cookie, uint64_t arg)
{
	struct drm_prime_handle prime;
	uint32_t handle;
	long position;

	if (!ledger_is_here(cookie) || !memory_is_good(arg, sizeof(prime)))
		return false;
	memcpy(&prime, (void *)(uintptr_t)arg, sizeof(prime));
	if (own_has(prime.fd))
		return false;
	position = raw_syscall(SYS_lseek, prime.fd, 0, SEEK_CUR);
	if (!ledger_is_position(position))
		return false;
	handle = ledger_handle(cookie, (uint64_t)position);
	if (!handle)
		return false;
	prime.handle = handle;
	memcpy((void *)(uintptr_t)arg, &prime, sizeof(prime));
	return true;
}

/* The export of a handle whose dma-buf we have an fd of. */
static bool export_again(uint64_t cookie, uint64_t arg)
{
	struct drm_prime_handle prime;

	if (!lease_any() || !memory_is_good(arg, sizeof(prime)))
		return false;
	memcpy(&prime, (void *)(uintptr_t)arg, sizeof(prime));
	if (prime.flags & ~(uint32_t)(DRM_CLOEXEC | DRM_RDWR))
		return false;
	prime.fd = lease_copy(cookie, prime.handle, prime.flags & DRM_CLOEXEC);
	if (prime.fd < 0)
		return false;
	memcpy((void *)(uintptr_t)arg, &prime, sizeof(prime));
	return true;
}

/* A handle is to be closed: it is what the argument begins with. */
static void end_handle(uint64_t cookie, uint64_t arg)
{
	uint32_t handle;

	if (lease_any() && !memory_load(&handle, arg, sizeof(handle)))
		lease_end(cookie, handle);
}

/**
 * prime_known() - do an ioctl without the server, if that is possible
 * @cookie: of a device
 * @cmd: the command
 * @arg: its argument, perhaps a bad address
 *
 * Return: true: it is done, and 0 is what it returns.
 */
bool prime_known(uint64_t cookie, uint32_t cmd, uint64_t arg)
{
	switch (cmd) {
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		return import_again(cookie, arg);
	case DRM_IOCTL_PRIME_HANDLE_TO_FD:
		return export_again(cookie, arg);
	case DRM_IOCTL_GEM_CLOSE:
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		end_handle(cookie, arg);
		return false;
	default:
		return false;
	}
}

/* The server exported a handle. */
static void exported(int fd, uint64_t cookie, uint64_t arg)
{
	struct drm_prime_handle prime;

	if (!memory_load(&prime, arg, sizeof(prime)))
		lease_wanted(fd, cookie, prime.handle, prime.fd);
}

/**
 * prime_asked() - the server did an ioctl
 * @fd: the device
 * @cookie: of it
 * @cmd: the command
 * @arg: its argument
 * @ret: what it returned
 */
void prime_asked(int fd, uint64_t cookie, uint32_t cmd, uint64_t arg, int ret)
{
	/* Others may have closed handles, too. */
	lease_sweep(cookie);
	if (!ret && cmd == DRM_IOCTL_PRIME_FD_TO_HANDLE)
		ledger_wanted(fd, cookie);
	else if (!ret && cmd == DRM_IOCTL_PRIME_HANDLE_TO_FD)
		exported(fd, cookie, arg);
}

/**
 * prime_gives_dmabuf() - is the fd that an ioctl gives a dma-buf?
 */
bool prime_gives_dmabuf(uint32_t cmd)
{
	return cmd == DRM_IOCTL_PRIME_HANDLE_TO_FD;
}
