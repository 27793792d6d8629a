/* SPDX-License-Identifier: MIT */
/**
 * DOC: copies to and from addresses that may be bad
 *
 * A driver's copy_from_user() cannot crash the program, so ours must not. The
 * kernel is asked to do the copy: process_vm_readv(2) on ourselves, or, where
 * a sandbox refuses that, through a pipe. No state, no locks.
 */
#include "client.h"

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
	return copy(SYS_process_vm_writev, (uintptr_t)src, addr, len);
}
