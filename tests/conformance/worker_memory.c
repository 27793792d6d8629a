/* SPDX-License-Identifier: MIT */
/* What the operations on dma-bufs and mappings do in their worker. */
#include "conform.h"
#include "worker_ops.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell_inode(int dmabuf, struct answer *answer)
{
	struct stat st = {0};

	fstat(dmabuf, &st);
	answer->inode = st.st_ino;
	answer->has_inode = true;
}

OP(op_export)
{
	static const uint32_t flags[] = {0,
					 0,
					 DRM_CLOEXEC,
					 DRM_RDWR,
					 DRM_RDWR,
					 DRM_RDWR,
					 DRM_CLOEXEC | DRM_RDWR,
					 DRM_CLOEXEC | DRM_RDWR,
					 1};
	int file, ret;
	uint32_t handle;

	(void)fd;
	NEED_FREE(2, w->dmabufs);
	if (handle_of(w, op->args[0], &file, &handle, answer)) {
		ret = prime_export(file, handle, flags[op->args[1]]);
		answer_error(answer, ret);
		if (ret >= 0) {
			DMABUF_SLOT(2) = ret;
			answer_text(answer, "F_GETFL %#o FD_CLOEXEC %d",
				    status_flags(ret), fcntl(ret, F_GETFD));
			tell_inode(ret, answer);
		}
	}
}

/* Which of an object's handles an import finds, if several are in the file's
 * table, depends in the kernel on the addresses of other dma-bufs. So all
 * handles of the object are told, and the lowest is used. */
static uint32_t tell_handles(int file, uint32_t handle, struct answer *answer)
{
	uint64_t wanted, offset;
	uint32_t lowest = 0;

	answer_text(answer, "handle");
	if (dumb_offset(file, handle, &wanted)) {
		answer_text(answer, "handle %u", handle);
		return handle;
	}
	for (uint32_t other = 1; other < 64; other++) {
		if (!dumb_offset(file, other, &offset) && offset == wanted) {
			answer_text(answer, "%s %u", text("%s", answer->text),
				    other);
			lowest = lowest ? lowest : other;
		}
	}
	return lowest ? lowest : handle;
}

OP(op_import)
{
	struct handle_slot *slot = &w->handles[op->args[2]];
	uint32_t handle;

	(void)fd;
	NEED_FILE(0);
	NEED_DMABUF(1);
	if (prime_import(FILE_SLOT(0), DMABUF_SLOT(1), &handle)) {
		answer_error(answer, -1);
		return;
	}
	handle = tell_handles(FILE_SLOT(0), handle, answer);
	*slot = (struct handle_slot){true, (unsigned int)op->args[0], handle};
}

OP(op_close_fd)
{
	(void)fd;
	NEED_DMABUF(0);
	answer_error(answer, close(DMABUF_SLOT(0)));
	DMABUF_SLOT(0) = -1;
}

static const int prots[] = {PROT_READ | PROT_WRITE, PROT_READ,
			    PROT_READ | PROT_WRITE};

static void map_into(struct map_slot *slot, int fd, uint64_t offset,
		     size_t pages, int prot, struct answer *answer)
{
	void *map =
		mmap(NULL, pages * PAGE, prot, MAP_SHARED, fd, (off_t)offset);

	if (map == MAP_FAILED) {
		answer_error(answer, -1);
		return;
	}
	*slot = (struct map_slot){map, pages, prot};
	answer_text(answer, "mapped");
}

OP(op_map)
{
	struct map_slot *slot = &w->maps[op->args[4]];

	(void)fd;
	NEED_FILE(0);
	NEED(op->has_value, "no offset");
	NEED(!slot->words, "slot in use");
	map_into(slot, FILE_SLOT(0), op->value, op_sizes[op->args[2]],
		 prots[op->args[3]], answer);
}

OP(op_map_handle)
{
	struct map_slot *slot = &w->maps[op->args[3]];
	uint32_t handle;
	uint64_t offset;
	int file;

	(void)fd;
	NEED(!slot->words, "slot in use");
	if (!handle_of(w, op->args[0], &file, &handle, answer)) {
		return;
	}
	if (dumb_offset(file, handle, &offset)) {
		answer_error(answer, -1);
		return;
	}
	map_into(slot, file, offset, op_sizes[op->args[1]], prots[op->args[2]],
		 answer);
}

OP(op_map_fd)
{
	struct map_slot *slot = &w->maps[op->args[3]];

	(void)fd;
	NEED_DMABUF(0);
	NEED(!slot->words, "slot in use");
	map_into(slot, DMABUF_SLOT(0), 0, op_sizes[op->args[1]],
		 prots[op->args[2]], answer);
}

OP(op_unmap)
{
	struct map_slot *slot = &w->maps[op->args[0]];

	(void)fd;
	NEED(slot->words, "no mapping");
	answer_error(answer, munmap((void *)slot->words, slot->pages * PAGE));
	slot->words = NULL;
}

OP(op_poke)
{
	struct map_slot *slot = &w->maps[op->args[0]];
	size_t word =
		op->args[1] % (slot->pages ? slot->pages : 1) * (PAGE / 4);

	(void)fd;
	NEED(slot->words, "no mapping");
	NEED(slot->prot & PROT_WRITE, "read-only");
	slot->words[word] = (uint32_t)op->args[2];
	answer_text(answer, "%u", slot->words[word]);
}

OP(op_peek)
{
	struct map_slot *slot = &w->maps[op->args[0]];
	char *text = answer->text;

	(void)fd;
	NEED(slot->words, "no mapping");
	for (size_t i = 0; i < slot->pages; i++) {
		text += sprintf(text, "%s%u", i ? " " : "",
				slot->words[i * (PAGE / 4)]);
	}
}

OP(op_look)
{
	struct stat st = {0};
	int dmabuf = DMABUF_SLOT(0);
	char target[64] = "";

	(void)fd;
	NEED_DMABUF(0);
	fstat(dmabuf, &st);
	readlink(text("/proc/self/fd/%d", dmabuf), target, sizeof(target) - 1);
	answer_text(answer, "%s size %lld end %ld F_GETFL %#o FD_CLOEXEC %d",
		    target, (long long)st.st_size,
		    (long)lseek(dmabuf, 0, SEEK_END), status_flags(dmabuf),
		    fcntl(dmabuf, F_GETFD));
	tell_inode(dmabuf, answer);
}

OP(op_set_name)
{
	(void)fd;
	NEED_DMABUF(0);
	answer_error(answer, ioctl(DMABUF_SLOT(0), DMA_BUF_SET_NAME_B,
				   text("name-%u", (unsigned int)op->args[1])));
}

/* Not where it would wait for a fence: a fence is signaled in the end. */
OP(op_sync)
{
	struct dma_buf_sync sync = {.flags = op->args[1]};
	struct pollfd poll_fd = {.events = POLLIN};

	(void)fd;
	NEED_DMABUF(0);
	poll_fd.fd = DMABUF_SLOT(0);
	if (sync.flags & DMA_BUF_SYNC_WRITE) {
		poll_fd.events = POLLOUT;
	}
	NEED(poll(&poll_fd, 1, 0) == 1, "it would wait");
	answer_error(answer, ioctl(DMABUF_SLOT(0), DMA_BUF_IOCTL_SYNC, &sync));
}
