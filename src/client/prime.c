/* SPDX-License-Identifier: MIT */
/**
 * DOC: PRIME without asking
 *
 * The only ioctls which the client knows are those that give dma-bufs out and
 * take them in: programs do that again and again with the same few buffers, and
 * what was done once can be answered here, from the device's ledger.
 *
 * Only success is answered, and only if there is no doubt. All else is asked of
 * the server, which says what the kernel says.
 */
#include "client.h"

#include <drm.h>
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
	return cmd == DRM_IOCTL_PRIME_FD_TO_HANDLE && import_again(cookie, arg);
}

/**
 * prime_asked() - the server did an ioctl
 * @fd: the device
 * @cookie: of it
 * @cmd: the command
 * @ret: what it returned
 */
void prime_asked(int fd, uint64_t cookie, uint32_t cmd, int ret)
{
	if (!ret && cmd == DRM_IOCTL_PRIME_FD_TO_HANDLE)
		ledger_wanted(fd, cookie);
}

/**
 * prime_gives_dmabuf() - is the fd that an ioctl gives a dma-buf?
 */
bool prime_gives_dmabuf(uint32_t cmd)
{
	return cmd == DRM_IOCTL_PRIME_HANDLE_TO_FD;
}
