/* SPDX-License-Identifier: MIT */
/**
 * DOC: which fd is a dma-buf
 *
 * A dma-buf's fd is a memfd with three seals, and nearly all that programs do
 * with one is right without us. For the rest the server is asked whether a
 * memfd sealed like that is its own. It may be a stranger's: so only when it
 * matters, that is when a program wants what the kernel would refuse, or its
 * name. The file position marks it, too (ledger.h), as long as nobody moves it.
 * No state.
 */
#include "client.h"

#include <string.h>

#include "ledger.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/**
 * dmabuf_may_be() - is this fd sealed as a dma-buf is?
 * @fd: any number
 *
 * One system call.
 */
bool dmabuf_may_be(int fd)
{
	return session_on() && fd >= 0 &&
	       raw_syscall(SYS_fcntl, fd, F_GET_SEALS) == SEALS;
}

/**
 * dmabuf_is() - is this fd a dma-buf of the session?
 * @fd: any number
 * @name: set to its name if it is one, with a final 0; may be NULL
 *
 * One system call if it is no sealed memfd, else a request.
 */
bool dmabuf_is(int fd, char name[NODE_PATH_MAX])
{
	struct wire_ident ident;

	if (!dmabuf_may_be(fd) || !session_answers() ||
	    request_ident(fd, &ident) < 0 || ident.kind != WIRE_KIND_DMABUF)
		return false;
	if (name)
		memcpy(name, ident.name, NODE_PATH_MAX);
	return true;
}

/**
 * dmabuf_is_marked() - does the position of this fd mark a dma-buf?
 * @fd: any number
 * @size: set to its size in bytes, if it does; may be NULL
 *
 * One system call for other files. No server is asked: one whose position was
 * moved is not found.
 */
bool dmabuf_is_marked(int fd, int64_t *size)
{
	struct statx st;

	if (!session_on() ||
	    !ledger_is_position(raw_syscall(SYS_lseek, fd, 0, SEEK_CUR)) ||
	    !dmabuf_may_be(fd) ||
	    raw_syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &st) < 0)
		return false;
	if (size)
		*size = (int64_t)st.stx_size;
	return true;
}
