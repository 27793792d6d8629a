// SPDX-License-Identifier: MIT
/*
 * Receives a dma-buf, imports it on a device, saves it as demo.png, writes
 * one pixel into it and tells the producer. With --also NODE it imports it
 * on a second device too and shows that what comes back out is the same
 * buffer.
 *
 * The pixels are reached through the dma-buf, not through the device: dumb
 * mapping offsets are for a device's own buffers (the kernel answers EINVAL
 * for imported ones), and render nodes give none at all.
 */
#include "frame.h"
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <drm_fourcc.h>
#include <linux/dma-buf.h>
#include <xf86drm.h>

enum { CONNECT_TRIES = 200, CONNECT_PAUSE_MS = 50, SIDE_MAX = 16384 };

/* A device that the buffer has been imported on. */
struct import {
	const char *node;
	int fd;
	uint32_t handle;
};

static int fail(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("consumer: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -1;
}

/* The producer may still be starting: retry while nobody listens. */
static int connect_to(const char *path)
{
	const struct timespec pause = {.tv_nsec = CONNECT_PAUSE_MS * 1000000};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
		return fail("socket path too long: %s", path);
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail("socket: %s", strerror(errno));
	for (int tries = 0; tries < CONNECT_TRIES; tries++) {
		if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
			return fd;
		if (errno != ENOENT && errno != ECONNREFUSED && errno != EINTR)
			break;
		nanosleep(&pause, NULL);
	}
	fail("connect to %s: %s", path, strerror(errno));
	close(fd);
	return -1;
}

static int receive_frame(int peer, struct demo_frame *frame)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {frame, sizeof(*frame)};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *cmsg;
	ssize_t n;
	int fd;

	do {
		n = recvmsg(peer, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail("receive the buffer: %s", strerror(errno));
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_level != SOL_SOCKET ||
	    cmsg->cmsg_type != SCM_RIGHTS ||
	    cmsg->cmsg_len != CMSG_LEN(sizeof(int)))
		return fail("the producer sent no buffer");
	memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	if (n != sizeof(*frame)) {
		close(fd);
		return fail("the producer sent %zd bytes, not %zu", n,
			    sizeof(*frame));
	}
	return fd;
}

/* The sender is believed only as far as the buffer bears it out. */
static int check_frame(const struct demo_frame *frame, int buf_fd)
{
	off_t size = lseek(buf_fd, 0, SEEK_END);

	if (size < 0)
		return fail("size of the buffer: %s", strerror(errno));
	if (frame->format != DRM_FORMAT_XRGB8888)
		return fail("format 0x%08x is not XRGB8888", frame->format);
	if (!frame->width || frame->width > SIDE_MAX || !frame->height ||
	    frame->height > SIDE_MAX || frame->stride < frame->width * 4 ||
	    (uint64_t)frame->stride * frame->height > (uint64_t)size)
		return fail("%ux%u with stride %u does not fit %lld bytes",
			    frame->width, frame->height, frame->stride,
			    (long long)size);
	return 0;
}

static int import_open(struct import *import, int buf_fd)
{
	drmVersionPtr version;

	import->fd = open(import->node, O_RDWR | O_CLOEXEC);
	if (import->fd < 0)
		return fail("open %s: %s", import->node, strerror(errno));
	if (drmPrimeFDToHandle(import->fd, buf_fd, &import->handle))
		return fail("import on %s: %s", import->node, strerror(errno));
	version = drmGetVersion(import->fd);
	printf("consumer: imported on %s (driver %s) as handle %u\n",
	       import->node, version ? version->name : "unknown",
	       import->handle);
	drmFreeVersion(version);
	return 0;
}

static int import_close(struct import *import)
{
	int result = 0;

	if (import->handle && drmCloseBufferHandle(import->fd, import->handle))
		result = fail("close handle %u on %s: %s", import->handle,
			      import->node, strerror(errno));
	if (import->fd >= 0)
		close(import->fd);
	return result;
}

/* What the device exports is the dma-buf that was imported, not a new one. */
static int check_reexport(const struct import *import, uint64_t inode)
{
	struct stat st;
	int fd, result;

	if (drmPrimeHandleToFD(import->fd, import->handle, DRM_CLOEXEC, &fd))
		return fail("export from %s: %s", import->node,
			    strerror(errno));
	result = fstat(fd, &st);
	if (result)
		fail("fstat of the buffer from %s: %s", import->node,
		     strerror(errno));
	close(fd);
	if (result)
		return -1;
	if (st.st_ino != inode)
		return fail("%s exported inode %llu, the producer %llu",
			    import->node, (unsigned long long)st.st_ino,
			    (unsigned long long)inode);
	printf("consumer: exported again from %s: inode %llu, the producer's "
	       "buffer\n",
	       import->node, (unsigned long long)inode);
	return 0;
}

static int sync_buffer(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = {.flags = flags};

	while (ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return fail("DMA_BUF_IOCTL_SYNC: %s", strerror(errno));
	return 0;
}

static int save(const char *path, int buf_fd, const uint8_t *map,
		const struct demo_frame *frame)
{
	int result;

	if (sync_buffer(buf_fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ))
		return -1;
	result = picture_save(path, map, frame->width, frame->height,
			      frame->stride);
	if (sync_buffer(buf_fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ) || result)
		return -1;
	printf("consumer: wrote %s\n", path);
	return 0;
}

/* Every bit of the old colour is inverted, so that the value is new. */
static int write_pixel(int buf_fd, uint8_t *map, const struct demo_frame *frame,
		       struct demo_written *written)
{
	uint32_t pixel;
	uint8_t *at;

	written->x = frame->width / 3;
	written->y = frame->height / 5;
	at = map + (size_t)written->y * frame->stride + 4 * written->x;
	if (sync_buffer(buf_fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW))
		return -1;
	memcpy(&pixel, at, sizeof(pixel));
	printf("consumer: pixel %u,%u is 0x%06x, ", written->x, written->y,
	       pixel & 0xffffff);
	pixel ^= 0xffffff;
	memcpy(at, &pixel, sizeof(pixel));
	written->value = pixel & 0xffffff;
	printf("wrote 0x%06x\n", written->value);
	return sync_buffer(buf_fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW);
}

static int use_pixels(const char *path, int buf_fd,
		      const struct demo_frame *frame,
		      struct demo_written *written)
{
	size_t size = (size_t)frame->stride * frame->height;
	uint8_t *map;
	int result;

	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, buf_fd, 0);
	if (map == MAP_FAILED)
		return fail("mmap of the dma-buf: %s", strerror(errno));
	result = save(path, buf_fd, map, frame);
	if (!result)
		result = write_pixel(buf_fd, map, frame, written);
	munmap(map, size);
	return result;
}

static int run(int peer, int buf_fd, const struct demo_frame *frame,
	       struct import *first, struct import *also)
{
	struct demo_written written;

	if (check_frame(frame, buf_fd))
		return -1;
	printf("consumer: received %ux%u, stride %u\n", frame->width,
	       frame->height, frame->stride);
	if (import_open(first, buf_fd) || check_reexport(first, frame->inode))
		return -1;
	if (also->node &&
	    (import_open(also, buf_fd) || check_reexport(also, frame->inode)))
		return -1;
	if (use_pixels("demo.png", buf_fd, frame, &written))
		return -1;
	/* The producer reports next: keep the two in order in a pipe. */
	fflush(stdout);
	if (send(peer, &written, sizeof(written), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(written))
		return fail("answer the producer: %s", strerror(errno));
	return 0;
}

static int usage(void)
{
	fputs("usage: consumer [--device NODE] [--also NODE] SOCKET\n"
	      "       consumer --check PNG\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct import first = {"/dev/dri/renderD128", -1, 0};
	struct import also = {NULL, -1, 0};
	struct demo_frame frame;
	int arg, peer, buf_fd, result;

	if (argc == 3 && !strcmp(argv[1], "--check"))
		return picture_check(argv[2]) ? 1 : 0;
	for (arg = 1; arg + 2 < argc; arg += 2) {
		if (!strcmp(argv[arg], "--device"))
			first.node = argv[arg + 1];
		else if (!strcmp(argv[arg], "--also"))
			also.node = argv[arg + 1];
		else
			return usage();
	}
	if (arg + 1 != argc || argv[arg][0] == '-')
		return usage();
	peer = connect_to(argv[arg]);
	if (peer < 0)
		return 1;
	buf_fd = receive_frame(peer, &frame);
	if (buf_fd < 0) {
		close(peer);
		return 1;
	}
	result = run(peer, buf_fd, &frame, &first, &also);
	result |= import_close(&also);
	result |= import_close(&first);
	close(buf_fd);
	close(peer);
	return result ? 1 : 0;
}
