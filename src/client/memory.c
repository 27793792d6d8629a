/* SPDX-License-Identifier: MIT */
/**
 * DOC: copies to and from addresses that may be bad
 *
 * A driver's copy_from_user() cannot crash the program, so ours must not. The
 * kernel is asked to do the copy: process_vm_readv(2) on ourselves, or, where
 * a sandbox refuses that, through a pipe. No state, no locks.
 *
 * Mostly it need not be asked: an argument lies in the caller's frame, just
 * above ours.
 */
#include "client.h"

#include <string.h>

/* Of all systems. */
#define SMALLEST_PAGE 4096ull

/* A pipe takes at least this much without blocking. */
#define PIPE_CHUNK 4096

/* Copies through a pipe; bad addresses on either side are -EFAULT. */
static int copy_by_pipe(uint64_t dst, uint64_t src, size_t len)
{
	int fds[2];
	size_t done = 0;
	long ret;

	ret = raw_syscall(SYS_pipe2, fds, O_CLOEXEC);
	if (ret < 0)
		return (int)ret;
	while (done < len) {
		size_t n = len - done < PIPE_CHUNK ? len - done : PIPE_CHUNK;

		ret = raw_syscall(SYS_write, fds[1], src + done, n);
		if (ret <= 0)
			goto out;
		n = (size_t)ret;
		ret = raw_syscall(SYS_read, fds[0], dst + done, n);
		if (ret != (long)n) {
			ret = ret < 0 ? ret : -EFAULT;
			goto out;
		}
		done += n;
	}
	ret = 0;
out:
	raw_close(fds[0]);
	raw_close(fds[1]);
	return (int)ret;
}

static int copy(long nr, uint64_t near, uint64_t far, size_t len)
{
	struct iovec local = {(void *)(uintptr_t)near, len};
	struct iovec remote = {(void *)(uintptr_t)far, len};
	long ret;

	ret = raw_syscall(nr, raw_syscall(SYS_getpid), &local, 1, &remote, 1,
			  0);
	if (ret == (long)len)
		return 0;
	if (ret >= 0 || ret == -EFAULT)
		return -EFAULT;
	if (nr == SYS_process_vm_readv)
		return copy_by_pipe(near, far, len);
	return copy_by_pipe(far, near, len);
}

/* Whether it lies in the part of this stack's current page which is in use. */
static inline __attribute__((always_inline)) bool is_near(uint64_t addr,
							  size_t len)
{
	uint64_t frame = (uintptr_t)__builtin_frame_address(0);
	uint64_t end = (frame | (SMALLEST_PAGE - 1)) + 1;

	return addr >= frame && addr < end && len <= end - addr;
}

/**
 * memory_is_good() - can memory be read and written?
 * @addr: perhaps bad
 * @len: bytes, 8 or more
 *
 * For memory that is another thread's to unmap the answer may be old. What is
 * not sure is no.
 */
bool memory_is_good(uint64_t addr, size_t len)
{
	if (is_near(addr, len))
		return true;
	if (!addr || (addr & (SMALLEST_PAGE - 1)) > SMALLEST_PAGE - len)
		return false;
	/* It reads an offset, finds no files, and writes the offset back. */
	return raw_syscall(SYS_sendfile, -1, -1, addr, 0) == -EBADF;
}

/**
 * memory_load() - copy_from_user()
 * @dst: good memory
 * @addr: perhaps bad
 * @len: bytes
 *
 * Return: 0 or -EFAULT.
 */
int memory_load(void *dst, uint64_t addr, size_t len)
{
	if (is_near(addr, len)) {
		memcpy(dst, (void *)(uintptr_t)addr, len);
		return 0;
	}
	return copy(SYS_process_vm_readv, (uintptr_t)dst, addr, len);
}

/**
 * memory_store() - copy_to_user()
 * @addr: perhaps bad
 * @src: good memory
 * @len: bytes
 *
 * Return: 0 or -EFAULT.
 */
int memory_store(uint64_t addr, const void *src, size_t len)
{
	if (is_near(addr, len)) {
		memcpy((void *)(uintptr_t)addr, src, len);
		return 0;
	}
	return copy(SYS_process_vm_writev, (uintptr_t)src, addr, len);
}
