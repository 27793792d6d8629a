/* SPDX-License-Identifier: MIT */
/**
 * DOC: the client's own fds
 *
 * Connections and what is waited for in place of dma-bufs (proxy.c) are fds in
 * the program's table that the program knows nothing of. They lie high, out of
 * its sight, are close-on-exec, and each is a bit in a map, by which the close
 * family (close.c) steps around them.
 *
 * A bit is set as long as the number is ours; it says nothing of which it is.
 * Children of fork inherit the fds and the bits alike. Those of vfork share the
 * bits but not the fds, and leave the bits alone.
 */
#include "client.h"

#include <sys/resource.h>

/* How far under the limit of fd numbers ours begin. */
#define FD_ROOM 64
/* They begin no higher than this: the kernel's table is as long as the highest
 * number, and every fork copies it. */
#define FD_HIGHEST 4096

#define WORD_BITS 64

static _Atomic uint64_t map[OWN_MAX / WORD_BITS];

static void set_bit(int fd)
{
	if (!pool_is_vfork_child())
		atomic_fetch_or(&map[fd / WORD_BITS], 1ull << fd % WORD_BITS);
}

static int high_number(int fd)
{
	struct rlimit limit;
	long top = FD_HIGHEST, base, high;

	if (!raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) &&
	    limit.rlim_cur < FD_HIGHEST)
		top = (long)limit.rlim_cur;
	for (base = top > 2 * FD_ROOM ? top - FD_ROOM : top / 2; base > fd;
	     base /= 2) {
		high = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, base);
		if (high >= 0) {
			raw_close(fd);
			return (int)high;
		}
	}
	return fd;
}

/**
 * own_has() - is this number one of ours?
 */
bool own_has(int fd)
{
	return fd >= 0 && fd < OWN_MAX &&
	       atomic_load_explicit(&map[fd / WORD_BITS],
				    memory_order_acquire) >>
			       fd % WORD_BITS &
		       1;
}

/**
 * own_add() - move an fd out of the program's sight and remember it
 * @fd: close-on-exec; the callee's from now on
 *
 * Return: its number, which is @fd if every other was refused; or -EMFILE.
 */
int own_add(int fd)
{
	fd = high_number(fd);
	if (fd >= OWN_MAX) {
		raw_close(fd);
		return -EMFILE;
	}
	set_bit(fd);
	return fd;
}

/**
 * own_remove() - this number is not ours any more
 */
void own_remove(int fd)
{
	if (own_has(fd) && !pool_is_vfork_child())
		atomic_fetch_and(&map[fd / WORD_BITS],
				 ~(1ull << fd % WORD_BITS));
}

/**
 * own_close() - close an fd of ours
 */
void own_close(int fd)
{
	own_remove(fd);
	raw_close(fd);
}

/**
 * own_move() - give an fd of ours another number
 * @fd: closed by whoever wants its number
 *
 * Return: the new number, or -EBUSY. @fd's bit is left as it is.
 */
int own_move(int fd)
{
	long moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd);

	if (moved < 0)
		moved = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd / 2);
	if (moved < 0)
		return -EBUSY;
	if (moved >= OWN_MAX) {
		raw_close((int)moved);
		return -EBUSY;
	}
	set_bit((int)moved);
	return (int)moved;
}

/**
 * own_next() - find our fds among the program's
 *
 * Return: the lowest of ours in [first, last], or -1.
 */
int own_next(unsigned int first, unsigned int last)
{
	unsigned int i;
	uint64_t word;
	int fd;

	for (i = first / WORD_BITS; i < OWN_MAX / WORD_BITS; i++) {
		word = atomic_load_explicit(&map[i], memory_order_acquire);
		if (i == first / WORD_BITS)
			word &= ~0ull << first % WORD_BITS;
		if (!word)
			continue;
		fd = (int)(i * WORD_BITS) + __builtin_ctzll(word);
		return (unsigned int)fd <= last ? fd : -1;
	}
	return -1;
}
