/* SPDX-License-Identifier: MIT */
/**
 * DOC: mmap through a device
 *
 * The server says which memory an offset names and gives an fd for it, from
 * which the kernel makes the mapping; the fd is closed at once. From then on
 * the mapping is the kernel's affair, and its end is seen by the server through
 * the fd's open file. A dma-buf's fd is memory itself: only what would be
 * wrong for a dma-buf is looked at here.
 */
#include "client.h"

/* Memory behind a device's mmap offset: an fd, the caller's, or -errno. */
static int ask_memory(int fd, uint64_t cookie, size_t length, int prot,
		      int flags, uint64_t *offset)
{
	struct wire_mmap head = {
		.cookie = cookie,
		.length = length,
		.offset = *offset,
		.prot = (uint32_t)prot,
		.flags = (uint32_t)flags,
	};
	struct wire_mmap_reply data = {0};
	struct request rq;
	int ret;

	request_init(&rq, &head, sizeof(head), WIRE_MMAP);
	rq.fd = fd;
	rq.cookie = cookie;
	rq.arg = (uintptr_t)&data;
	rq.arg_in = sizeof(data);
	ret = request_run(&rq);
	if (ret < 0)
		return ret;
	ret = rq.reply.ret;
	if (ret < 0) {
		if (rq.reply_fd >= 0)
			raw_close(rq.reply_fd);
		return ret;
	}
	/* mmap(2) has no EMFILE: on a kernel it needs no number. */
	if (rq.reply_fd < 0)
		return rq.fd_lost ? -ENFILE : -ENODEV;
	*offset = data.offset;
	return rq.reply_fd;
}

static void *map_device(void *addr, size_t length, int prot, int flags, int fd,
			uint64_t offset, uint64_t cookie)
{
	void *map;
	int memory;

	memory = ask_memory(fd, cookie, length, prot, flags, &offset);
	if (memory < 0) {
		wrapper_return(memory);
		return MAP_FAILED;
	}
	map = next()->mmap64(addr, length, prot, flags, memory,
			     (off64_t)offset);
	raw_close(memory);
	return map;
}

/* Whether a kernel would refuse to map this dma-buf like that: a copy of it, or
 * more than it has. Other files may be mapped so, hence the last question; a
 * lack of access comes first, and is told by ours. */
static bool is_bad_dmabuf_map(size_t length, int prot, int flags, int fd,
			      uint64_t offset)
{
	struct statx st;
	uint64_t size;

	if (!session_on() || fd < 0 || flags & MAP_ANONYMOUS || !length ||
	    raw_syscall(SYS_statx, fd, "", AT_EMPTY_PATH,
			STATX_TYPE | STATX_NLINK | STATX_SIZE, &st) < 0 ||
	    !S_ISREG(st.stx_mode) || st.stx_nlink)
		return false;
	size = st.stx_size;
	/* More than any file can have is told by ours, too. */
	if (offset + length < offset)
		return false;
	if (flags & MAP_SHARED && offset <= size && length <= size - offset)
		return false;
	if (flags & MAP_SHARED && prot & PROT_WRITE &&
	    (raw_syscall(SYS_fcntl, fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		return false;
	return dmabuf_is(fd, NULL);
}

/* Maps a device, or refuses what a dma-buf refuses. False: the next layer. */
static bool map_specially(void *addr, size_t length, int prot, int flags,
			  int fd, uint64_t offset, void **map)
{
	const struct remote *remote = NULL;
	uint64_t cookie;

	if (fd >= 0 && !(flags & MAP_ANONYMOUS))
		remote = remote_of(fd, &cookie);
	/* Of others the system says what it says of a socket, ENODEV. */
	if (remote && remote->kind == WIRE_KIND_DEVICE) {
		*map = map_device(addr, length, prot, flags, fd, offset,
				  cookie);
		return true;
	}
	if (is_bad_dmabuf_map(length, prot, flags, fd, offset)) {
		wrapper_return(-EINVAL);
		*map = MAP_FAILED;
		return true;
	}
	return false;
}

WRAPPER void *mmap(void *addr, size_t length, int prot, int flags, int fd,
		   off_t offset)
{
	void *map;

	if (map_specially(addr, length, prot, flags, fd, (uint64_t)offset,
			  &map))
		return map;
	return next()->mmap(addr, length, prot, flags, fd, offset);
}

WRAPPER void *mmap64(void *addr, size_t length, int prot, int flags, int fd,
		     off64_t offset)
{
	void *map;

	if (map_specially(addr, length, prot, flags, fd, (uint64_t)offset,
			  &map))
		return map;
	return next()->mmap64(addr, length, prot, flags, fd, offset);
}
