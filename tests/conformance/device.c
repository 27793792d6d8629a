/* SPDX-License-Identifier: MIT */
#include "conform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int open_node(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC);

	if (file < 0) {
		give_up(path);
	}
	return file;
}

int open_card(void)
{
	return open_node(CARD);
}

int open_render(void)
{
	return open_node(RENDER);
}

int dumb_create(int file, uint32_t width, uint32_t height,
		struct drm_mode_create_dumb *dumb)
{
	*dumb = (struct drm_mode_create_dumb){
		.width = width,
		.height = height,
		.bpp = 32,
	};
	return ioctl(file, DRM_IOCTL_MODE_CREATE_DUMB, dumb);
}

uint32_t dumb_pages(int file, uint32_t pages)
{
	struct drm_mode_create_dumb dumb;

	if (dumb_create(file, 1024, pages, &dumb)) {
		give_up("CREATE_DUMB");
	}
	return dumb.handle;
}

int dumb_offset(int file, uint32_t handle, uint64_t *offset)
{
	struct drm_mode_map_dumb map = {.handle = handle};
	int ret = ioctl(file, DRM_IOCTL_MODE_MAP_DUMB, &map);

	*offset = map.offset;
	return ret;
}

int dumb_destroy(int file, uint32_t handle)
{
	struct drm_mode_destroy_dumb destroy = {.handle = handle};

	return ioctl(file, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
}

int gem_close(int file, uint32_t handle)
{
	struct drm_gem_close close = {.handle = handle};

	return ioctl(file, DRM_IOCTL_GEM_CLOSE, &close);
}

int prime_export(int file, uint32_t handle, uint32_t flags)
{
	struct drm_prime_handle prime = {
		.handle = handle,
		.flags = flags,
		.fd = -1,
	};

	if (ioctl(file, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime)) {
		return -1;
	}
	return prime.fd;
}

int must_export(int file, uint32_t handle, uint32_t flags)
{
	int dmabuf = prime_export(file, handle, flags);

	if (dmabuf < 0) {
		give_up("PRIME_HANDLE_TO_FD");
	}
	return dmabuf;
}

int prime_import(int file, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle prime = {.fd = dmabuf};
	int ret = ioctl(file, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
	struct stat st;

	*handle = prime.handle;
	if (!ret && lying() && !fstat(file, &st) &&
	    (st.st_rdev & 0xff) == 128) {
		*handle += 1;
	}
	return ret;
}

const char *import_result(int file, int dmabuf)
{
	uint32_t handle;

	if (prime_import(file, dmabuf, &handle)) {
		return errname(errno);
	}
	return text("handle %u", handle);
}

int gem_flink(int file, uint32_t handle, uint32_t *name)
{
	struct drm_gem_flink flink = {.handle = handle};
	int ret = ioctl(file, DRM_IOCTL_GEM_FLINK, &flink);

	*name = flink.name;
	return ret;
}

int gem_open(int file, uint32_t name, uint32_t *handle, uint64_t *size)
{
	struct drm_gem_open open = {.name = name};
	int ret = ioctl(file, DRM_IOCTL_GEM_OPEN, &open);

	*handle = open.handle;
	*size = open.size;
	return ret;
}

const char *open_result(int file, uint32_t name)
{
	uint32_t handle;
	uint64_t size;

	if (gem_open(file, name, &handle, &size)) {
		return errname(errno);
	}
	return text("handle %u size %#llx", handle, (unsigned long long)size);
}

int get_magic(int file, uint32_t *magic)
{
	struct drm_auth auth = {0};
	int ret = ioctl(file, DRM_IOCTL_GET_MAGIC, &auth);

	*magic = auth.magic;
	return ret;
}

int auth_magic(int file, uint32_t magic)
{
	struct drm_auth auth = {.magic = magic};

	return ioctl(file, DRM_IOCTL_AUTH_MAGIC, &auth);
}

int set_master(int file)
{
	return ioctl(file, DRM_IOCTL_SET_MASTER, 0);
}

int drop_master(int file)
{
	return ioctl(file, DRM_IOCTL_DROP_MASTER, 0);
}

/* No magic is 0: a master is told EINVAL, others EACCES. */
bool is_master(int file)
{
	return auth_magic(file, 0) && errno == EINVAL;
}

bool is_authenticated(int file)
{
	struct drm_client client = {0};

	return !ioctl(file, DRM_IOCTL_GET_CLIENT, &client) && client.auth;
}

int status_flags(int fd)
{
	const int large = 0100000; /* O_LARGEFILE is 0 in 64-bit programs */
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 ? flags : flags & ~large;
}

bool same_inode(int a, int b)
{
	struct stat first, second;

	return !fstat(a, &first) && !fstat(b, &second) &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* A status flag set through one is seen through the other. */
bool same_file(int a, int b)
{
	int flags = fcntl(a, F_GETFL);
	bool same;

	fcntl(a, F_SETFL, flags ^ O_NONBLOCK);
	same = (fcntl(a, F_GETFL) & O_NONBLOCK) ==
	       (fcntl(b, F_GETFL) & O_NONBLOCK);
	fcntl(a, F_SETFL, flags);
	return same && (fcntl(a, F_GETFL) & O_NONBLOCK) ==
			       (fcntl(b, F_GETFL) & O_NONBLOCK);
}

const char *handles(int file)
{
	char list[64] = "";
	uint64_t offset;

	for (uint32_t handle = 1; handle <= 16; handle++) {
		if (!dumb_offset(file, handle, &offset)) {
			strcat(list, text("%s%u", *list ? " " : "", handle));
		}
	}
	return *list ? text("%s", list) : "none";
}

void *device_map(int file, uint32_t handle, size_t length, int prot)
{
	uint64_t offset;

	if (dumb_offset(file, handle, &offset)) {
		return MAP_FAILED;
	}
	return mmap(NULL, length, prot, MAP_SHARED, file, (off_t)offset);
}
