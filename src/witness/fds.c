/* SPDX-License-Identifier: MIT */
/**
 * DOC: which fds count
 *
 * Devices, dma-bufs, sync files and syncobjs. A bit for each number says so,
 * and another one that it did at any time, by which a second close is seen. Who
 * is beyond the table is looked at as if it did.
 */
#include "witness.h"

#include <stdio.h>
#include <sys/sysmacros.h>

#define FDS_MAX	  65536
#define DRM_MAJOR 226

static _Atomic uint64_t now[FDS_MAX / 64], ever[FDS_MAX / 64];

static bool bit(const _Atomic uint64_t *bits, int fd)
{
	if (fd < 0) {
		return false;
	}
	return fd >= FDS_MAX ||
	       atomic_load(&((_Atomic uint64_t *)bits)[fd / 64]) >> (fd % 64) &
		       1;
}

bool fds_has(int fd)
{
	return bit(now, fd);
}

bool fds_had(int fd)
{
	return bit(ever, fd);
}

void fds_add(int fd)
{
	if (fd >= 0 && fd < FDS_MAX) {
		atomic_fetch_or(&now[fd / 64], 1ull << (fd % 64));
		atomic_fetch_or(&ever[fd / 64], 1ull << (fd % 64));
	}
}

void fds_remove(int fd)
{
	if (fd >= 0 && fd < FDS_MAX) {
		atomic_fetch_and(&now[fd / 64], ~(1ull << (fd % 64)));
	}
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

void fds_look(int fd, struct fd_look *look)
{
	int saved = errno;
	char link[32], target[128];
	struct stat st;
	ssize_t len;

	*look = (struct fd_look){.kind = TRACE_KIND_NONE};
	if (fstat(fd, &st)) {
		goto out;
	}
	look->identity = st.st_ino;
	if (S_ISCHR(st.st_mode) && major(st.st_rdev) == DRM_MAJOR) {
		look->kind = TRACE_KIND_DEVICE;
		look->rdev = st.st_rdev;
		goto out;
	}
	/* The rest is told by its link. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = '\0';
	if (starts_with(target, "/dmabuf:")) {
		look->kind = TRACE_KIND_DMABUF;
	} else if (starts_with(target, "anon_inode:sync_file")) {
		look->kind = TRACE_KIND_SYNC_FILE;
	} else if (starts_with(target, "anon_inode:syncobj_file")) {
		look->kind = TRACE_KIND_SYNCOBJ_FD;
	}
out:
	errno = saved;
}
